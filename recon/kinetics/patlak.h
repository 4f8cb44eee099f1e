#pragma once

#include <span>
#include <vector>

#include "recon/data/image_series.h"
#include "recon/kinetics/blood_curve.h"

namespace coincide::recon {

/// What Patlak's model multiplies K and V by in a frame: C_f = K a_f + V b_f.
/// Source: Patlak, Blasberg and Fenstermacher, J. Cereb. Blood Flow Metab. 3, 1983.
struct PatlakTerms {
  double integral = 0;  ///< a_f: mean over the frame of the curve's integral from the injection on [activity s]
  double activity = 0;  ///< b_f: mean over the frame of the curve
};

/// Of a frame between two times since injection, exact. Throws InputError, with both spans, if the curve does not cover
/// the frame.
PatlakTerms patlak_terms(const BloodCurve& curve, double start_s, double stop_s);

struct PatlakLine {
  double slope = 0;      ///< K [1/s]
  double intercept = 0;  ///< V
};

/// The K and V for which sum weight (C - K a - V b)^2 is least; 0 if the terms do not tell them apart.
PatlakLine fit_patlak(std::span<const PatlakTerms> terms, std::span<const double> activity,
                      std::span<const double> weights);

/// K [1/min] and V [1] as images, each with the times from the first start to the last stop of the frames used.
struct PatlakImages {
  Image slope;
  Image intercept;
};

/// Which frames begin `from_s` (t*) after the injection or later. One whose image is 0 everywhere has recorded nothing
/// and is none of them. Throws InputError if they are fewer than two, or the series states no injection or no times.
std::vector<std::size_t> patlak_frames(const ImageSeries& series, double from_s);
/// Of those frames.
std::vector<PatlakTerms> patlak_terms(const ImageSeries& series, std::span<const std::size_t> frames,
                                      const BloodCurve& curve);

/// Indirect: fits the finished frames, voxel by voxel, with weights T_f exp(-lambda t) / C_f (1 / variance) that the
/// fit itself gives C_f for, in rounds. The curve is corrected for decay to the series' t_ref. Voxels that are 0 stay
/// so. Throws InputError as above, and for a curve that does not cover the frames.
PatlakImages indirect_patlak(const ImageSeries& series, const BloodCurve& curve, double from_s, int num_threads = 0);

}  // namespace coincide::recon
