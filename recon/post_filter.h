#pragma once

#include <string>

#include "recon/image.h"

namespace coincide::recon {

/// What is done to a finished image, never to the one that an algorithm goes on from.
struct PostFilterOptions {
  double filter_fwhm_mm = 0;       ///< of a Gaussian; 0: none
  std::int64_t median_voxels = 1;  ///< edge of the cube that a median is taken over, odd; 1: none
};

/// First the median, then the Gaussian, whose weights add up to 1 at the faces, too. Throws InputError for an even
/// edge.
Image filtered(const Image& image, const PostFilterOptions& options, int num_threads = 0);

/// "median 3x3x3, Gaussian 5 mm"; empty: none.
std::string filter_text(const PostFilterOptions& options);

}  // namespace coincide::recon
