#include "recon/kinetics/patlak.h"

#include <fmt/format.h>

#include <algorithm>

#include "projectors/error.h"
#include "recon/parallel.h"
#include "recon/units.h"

namespace coincide::recon {
namespace {

/// An image of what the frames have in common.
Image parameter_image(const ImageSeries& series, std::span<const std::size_t> frames, const char* unit) {
  Image image(series.grid, 0, unit);
  const SeriesFrame& last = series.frames[frames.back()];
  image.frame_start_s = series.frames[frames.front()].start_s;
  image.frame_duration_s = last.start_s + last.duration_s - image.frame_start_s;
  image.description = series.description;
  return image;
}

/// Fits one voxel's curve after the other, in arrays that are kept.
class VoxelFit {
 public:
  VoxelFit(const ImageSeries& series, std::span<const std::size_t> frames, std::span<const PatlakTerms> terms)
      : series_(series), frames_(frames), terms_(terms) {
    for (const std::size_t frame : frames) {
      scales_.push_back(decay_scale(series, frame, true));
    }
  }

  PatlakLine operator()(std::size_t voxel);

 private:
  void weigh(const PatlakLine& line);

  const ImageSeries& series_;
  std::span<const std::size_t> frames_;
  std::span<const PatlakTerms> terms_;
  std::vector<double> scales_;
  std::vector<double> activity_;
  std::vector<double> weight_;
  double mean_ = 0;
};

/// By what the line says of the frames' activity, which has less noise than they: where they are weighed by their own
/// values, those that noise made small count most, and the line comes out too low.
void VoxelFit::weigh(const PatlakLine& line) {
  constexpr double least_of_mean = 0.01;
  weight_.clear();
  for (std::size_t i = 0; i < frames_.size(); ++i) {
    const SeriesFrame& frame = series_.frames[frames_[i]];
    const double expected = line.slope * terms_[i].integral + line.intercept * terms_[i].activity;
    weight_.push_back(frame.duration_s / frame.decay_factor / std::max(expected, least_of_mean * mean_));
  }
}

PatlakLine VoxelFit::operator()(std::size_t voxel) {
  constexpr int rounds = 4;
  activity_.clear();
  double sum = 0;
  for (std::size_t i = 0; i < frames_.size(); ++i) {
    sum += activity_.emplace_back(scales_[i] * series_.frames[frames_[i]].values[voxel]);
  }
  mean_ = sum / static_cast<double>(frames_.size());
  PatlakLine line;  // which says nothing yet: the same activity in all frames
  for (int round = 0; sum > 0 && round < rounds; ++round) {
    weigh(line);
    line = fit_patlak(terms_, activity_, weight_);
  }
  return line;
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
  const auto is_zero = [](float value) { return value == 0; };
  for (std::size_t i = 0; i < series.frames.size(); ++i) {
    const SeriesFrame& frame = series.frames[i];
    const bool is_blank = !frame.values.empty() && std::ranges::all_of(frame.values, is_zero);
    if (!is_blank && frame.start_s - *series.injection_s >= from_s) {
      frames.push_back(i);
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
  PatlakImages images{parameter_image(series, frames, "1/min"), parameter_image(series, frames, "1")};
#pragma omp parallel num_threads(thread_count(num_threads))
  {
    VoxelFit fit(series, frames, terms);
#pragma omp for schedule(static)
    for (std::size_t voxel = 0; voxel < images.slope.values.size(); ++voxel) {
      const PatlakLine line = fit(voxel);
      images.slope.values[voxel] = static_cast<float>(s_per_min * line.slope);
      images.intercept.values[voxel] = static_cast<float>(line.intercept);
    }
  }
  return images;
}

}  // namespace coincide::recon
