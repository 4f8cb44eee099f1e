#pragma once

#include <string_view>
#include <vector>

#include "recon/image.h"
#include "recon/measurement/measurements.h"
#include "recon/psf_widths.h"
#include "recon/scanner.h"

namespace coincide::recon {

struct HistogramSensitivity;

/// y ~ Poisson(m (A x) + b), A = projector times resolution model: all that algorithms are given. Constant; refers to
/// its measurements.
struct Problem {
  const Measurements& data;
  ImageGrid grid;
  /// s = A^T m over all cells that can be measured, with the resolution model; 0 in voxels that are not reconstructed.
  std::vector<float> sensitivity;
  /// By subset: its own sensitivity A_k^T m_k divided by its share, 0 where s is 0. Empty: all subsets see s.
  std::vector<std::vector<float>> subset_sensitivity{};
  Psf psf{};  ///< resolution model in image space
};

/// From a sensitivity image without resolution model. Voxels that no LOR sees are left out (s = 0), and so are those
/// behind the nearest crystals with s below 1 % of the largest. Throws InputError for a sensitivity image with a value
/// that is negative or not finite, or a wrong number of them.
Problem make_problem(const Measurements& data, const Scanner& scanner, const Image& sensitivity, const Psf& psf,
                     int num_threads);

/// The same of a histogram; `scanner` may be null: then no voxel counts as behind its crystals.
Problem make_problem(const Measurements& data, const Scanner* scanner, const HistogramSensitivity& sensitivity,
                     const Psf& psf, int num_threads);

/// Throws InputError, calling the image by its name, for a value that is negative or not finite, or a wrong number of
/// them.
void check_image(const Image& image, std::string_view name);

}  // namespace coincide::recon
