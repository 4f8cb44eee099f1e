#include "recon/kinetics/patlak.h"

#include <fmt/format.h>

#include <algorithm>

#include "projectors/error.h"
#include "recon/parallel.h"

namespace coincide::recon {
namespace {

constexpr double s_per_min = 60;

/// An image of what the frames have in common.
Image parameter_image(const ImageSeries& series, std::span<const std::size_t> frames, const char* unit) {
  Image image(series.grid, 0, unit);
  const SeriesFrame& last = series.frames[frames.back()];
  image.frame_start_s = series.frames[frames.front()].start_s;
  image.frame_duration_s = last.start_s + last.duration_s - image.frame_start_s;
  image.description = series.description;
  return image;
}

/// One voxel's curve and its weights, in arrays that are kept from voxel to voxel.
struct VoxelCurve {
  std::vector<double> activity;
  std::vector<double> weight;

  /// False if there is nothing to fit.
  bool take(const ImageSeries& series, std::span<const std::size_t> frames, std::span<const double> scales,
            std::size_t voxel);
};

bool VoxelCurve::take(const ImageSeries& series, std::span<const std::size_t> frames, std::span<const double> scales,
                      std::size_t voxel) {
  constexpr double least_of_mean = 0.01;  // noise may leave a frame empty, which says little about its variance
  activity.clear();
  weight.clear();
  double sum = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    sum += activity.emplace_back(scales[i] * series.frames[frames[i]].values[voxel]);
  }
  const double least = least_of_mean * sum / static_cast<double>(frames.size());
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const SeriesFrame& frame = series.frames[frames[i]];
    weight.push_back(frame.duration_s / frame.decay_factor / std::max(activity[i], least));
  }
  return sum > 0;
}

}  // namespace

PatlakTerms patlak_terms(const BloodCurve& curve, double start_s, double stop_s) {
  if (!(start_s >= 0 && start_s < stop_s && stop_s <= curve.last_s())) {
    throw InputError(fmt::format(
        "the blood curve goes from 0 s to {} s after the injection and does not cover the frame from {} s to {} s",
        curve.last_s(), start_s, stop_s));
  }
  const double duration_s = stop_s - start_s;
  return {(curve.double_integral(stop_s) - curve.double_integral(start_s)) / duration_s,
          (curve.integral(stop_s) - curve.integral(start_s)) / duration_s};
}

PatlakLine fit_patlak(std::span<const PatlakTerms> terms, std::span<const double> activity,
                      std::span<const double> weights) {
  double aa = 0, ab = 0, bb = 0, ac = 0, bc = 0;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const auto& [a, b] = terms[i];
    aa += weights[i] * a * a;
    ab += weights[i] * a * b;
    bb += weights[i] * b * b;
    ac += weights[i] * a * activity[i];
    bc += weights[i] * b * activity[i];
  }
  constexpr double rounding = 1e-12;
  const double determinant = aa * bb - ab * ab;
  if (!(determinant > rounding * aa * bb)) {
    return {};
  }
  return {(ac * bb - bc * ab) / determinant, (aa * bc - ab * ac) / determinant};
}

std::vector<std::size_t> patlak_frames(const ImageSeries& series, double from_s) {
  if (!series.injection_s || !series.has_times()) {
    throw InputError("Patlak's model needs the times of the frames and of the injection, which are not both known");
  }
  std::vector<std::size_t> frames;
  for (std::size_t frame = 0; frame < series.frames.size(); ++frame) {
    if (series.frames[frame].start_s - *series.injection_s >= from_s) {
      frames.push_back(frame);
    }
  }
  if (frames.size() < 2) {
    throw InputError(
        fmt::format("{} of {} frames begin {} s after the injection or later: Patlak's model needs two or more",
                    frames.size(), series.frames.size(), from_s));
  }
  return frames;
}

std::vector<PatlakTerms> patlak_terms(const ImageSeries& series, std::span<const std::size_t> frames,
                                      const BloodCurve& curve) {
  std::vector<PatlakTerms> terms;
  for (const std::size_t index : frames) {
    const SeriesFrame& frame = series.frames[index];
    const double start_s = frame.start_s - series.injection_s.value();
    terms.push_back(patlak_terms(curve, start_s, start_s + frame.duration_s));
  }
  return terms;
}

PatlakImages indirect_patlak(const ImageSeries& series, const BloodCurve& curve, double from_s, int num_threads) {
  check_series(series);
  const std::vector<std::size_t> frames = patlak_frames(series, from_s);
  const std::vector<PatlakTerms> terms = patlak_terms(series, frames, curve);
  std::vector<double> scales;
  scales.reserve(frames.size());
  for (const std::size_t frame : frames) {
    scales.push_back(decay_scale(series, frame, true));
  }
  PatlakImages images{parameter_image(series, frames, "1/min"), parameter_image(series, frames, "1")};
#pragma omp parallel num_threads(thread_count(num_threads))
  {
    VoxelCurve voxel_curve;
#pragma omp for schedule(static)
    for (std::size_t voxel = 0; voxel < images.slope.values.size(); ++voxel) {
      if (voxel_curve.take(series, frames, scales, voxel)) {
        const PatlakLine line = fit_patlak(terms, voxel_curve.activity, voxel_curve.weight);
        images.slope.values[voxel] = static_cast<float>(s_per_min * line.slope);
        images.intercept.values[voxel] = static_cast<float>(line.intercept);
      }
    }
  }
  return images;
}

}  // namespace coincide::recon
