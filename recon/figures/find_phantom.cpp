#include <algorithm>
#include <cmath>

#include "projectors/error.h"
#include "recon/figures/small_animal.h"
#include "recon/psf.h"
#include "recon/trilinear.h"

namespace coincide::recon {
namespace {

/// A point of the phantom and its activity, less the mean over all points.
struct Sample {
  std::array<double, 3> place_mm;
  double activity;
};

/// A raster over the phantom's body and a little around it.
std::vector<Sample> samples_of(const Phantom& phantom) {
  constexpr int across = 16, along = 75;  // the ends are planes, which a raster meets all at once
  constexpr double reach = 1.15;
  const Shape& body = phantom.shapes.front();
  std::vector<Sample> samples;
  double sum = 0;
  const auto place = [&](std::size_t axis, int index, int count) {
    return body.centre_mm[axis] + reach * body.half_size_mm[axis] * (2 * (index + 0.5) / count - 1);
  };
  for (int i = 0; i < across; ++i) {
    for (int j = 0; j < across; ++j) {
      for (int k = 0; k < along; ++k) {
        const std::array<double, 3> at{place(0, i, across), place(1, j, across), place(2, k, along)};
        const double activity =
            phantom.activity_at({static_cast<float>(at[0]), static_cast<float>(at[1]), static_cast<float>(at[2])});
        samples.push_back({at, activity});
        sum += activity;
      }
    }
  }
  const double mean = sum / static_cast<double>(samples.size());
  std::ranges::for_each(samples, [mean](Sample& sample) { sample.activity -= mean; });
  return samples;
}

double correlation(const std::vector<Sample>& samples, const Image& image, const PhantomPose& pose) {
  double product = 0, sum = 0, squares = 0, activity = 0;
  for (const Sample& sample : samples) {
    const double value = trilinear_value(image, pose.voxel(image.grid, sample.place_mm));
    product += sample.activity * value;
    sum += value;
    squares += value * value;
    activity += sample.activity * sample.activity;
  }
  const double variance = squares - sum * sum / static_cast<double>(samples.size());
  return variance > 0 ? product / std::sqrt(variance * activity) : 0;
}

}  // namespace

PhantomPose find_phantom(const Phantom& phantom, const Image& image) {
  constexpr double least_alike = 0.5;
  constexpr int starts = 7;
  const std::vector<Sample> samples = samples_of(phantom);
  const Shape& body = phantom.shapes.front();
  const double middle_mm = centroid_mm(image)[2] - body.centre_mm[2];
  std::vector<double> starts_mm;  // what is hot may lie at one end
  for (int i = 0; i < starts; ++i) {
    starts_mm.push_back(middle_mm + 0.5 * body.half_size_mm[2] * (2.0 * i / (starts - 1) - 1));
  }
  constexpr double smoothing = 0.15;  // of the body's radius: of little use for a place, but noise hides likeness
  Image smooth = image;
  GaussianFilter(image.grid, smoothing * body.half_size_mm[0]).apply(smooth.values);
  const auto score = [&](const PhantomPose& pose) { return correlation(samples, smooth, pose); };
  const PhantomPose pose =
      best_pose(smooth, {body.centre_mm[0], body.centre_mm[1], 0}, starts_mm, body.half_size_mm[0], score);
  if (score(pose) < least_alike) {
    throw InputError("the image is nowhere like the phantom: is it of this phantom, and of all of it?");
  }
  return pose;
}

}  // namespace coincide::recon
