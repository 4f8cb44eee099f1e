#include "app/input_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "projectors/error.h"
#include "recon/resample.h"

namespace coincide::app {
namespace {

using recon::ImageGrid;

/// Largest value of the outer planes of `image` that lie at least a voxel within the box around all LORs. What
/// attenuates there goes on outside of the image.
float most_at_cut(const recon::Image& image, const recon::Scanner& scanner) {
  const recon::Vec3 middle_mm = scanner.centre_mm();
  const recon::Vec3 half_mm = scanner.half_extent_mm();
  const auto& shape = image.grid.shape;
  float most = 0;
  for (int axis = 0; axis < 3; ++axis) {
    for (const std::int64_t plane : {std::int64_t{0}, shape[axis] - 1}) {
      const float step_mm = image.grid.voxel_size_mm[axis];
      const float place_mm = image.grid.origin_mm[axis] + static_cast<float>(plane) * step_mm - middle_mm[axis];
      if (std::abs(place_mm) + step_mm > half_mm[axis]) {
        continue;
      }
      const int second = (axis + 1) % 3;
      const int third = (axis + 2) % 3;
      std::array<std::int64_t, 3> voxel{};
      voxel[axis] = plane;
      for (voxel[second] = 0; voxel[second] < shape[second]; ++voxel[second]) {
        for (voxel[third] = 0; voxel[third] < shape[third]; ++voxel[third]) {
          most = std::max(most, image.at(voxel[0], voxel[1], voxel[2]));
        }
      }
    }
  }
  return most;
}

/// An attenuation image that ends where something attenuates, or that is short of the axial field, leaves attenuation
/// out; one that only ends in the air around the object does not.
void warn_of_cut_attenuation(double covered_of_result, JobSetup& setup) {
  constexpr float tissue_per_cm = 0.03F;
  const ImageGrid& grid = setup.attenuation->grid;
  const recon::Scanner& scanner = setup.scanner();
  const float field_mm = 2 * scanner.half_extent_mm()[2];
  const float low_mm = grid.origin_mm[2] - 0.5F * grid.voxel_size_mm[2] - scanner.centre_mm()[2];
  const float high_mm = low_mm + static_cast<float>(grid.shape[2]) * grid.voxel_size_mm[2];
  const float covered_mm = std::min(high_mm, 0.5F * field_mm) - std::max(low_mm, -0.5F * field_mm);
  if (covered_mm < 0.99F * field_mm - grid.voxel_size_mm[2]) {
    setup.warnings.push_back(
        fmt::format("The attenuation image covers {:.0f} of the {:.0f} mm of the scanner's axial field; elsewhere "
                    "nothing attenuates, so activity is too low on LORs that leave it.",
                    std::max(0.0F, covered_mm), field_mm));
  } else if (const float most = most_at_cut(*setup.attenuation, scanner); most > tissue_per_cm) {
    setup.warnings.push_back(fmt::format(
        "The attenuation image ends where something attenuates ({:.2g} 1/cm at its border): what is cut off "
        "is not corrected, so activity is too low on LORs through it.",
        most));
  } else if (covered_of_result < 0.99) {
    setup.notes.push_back(fmt::format(
        "The attenuation image covers {:.0f} % of the result; elsewhere nothing attenuates.", 100 * covered_of_result));
  }
}

}  // namespace

void check_finite(const recon::Image& image, const std::string& setting) {
  const auto not_finite = std::ranges::find_if_not(image.values, [](float v) { return std::isfinite(v); });
  if (not_finite != image.values.end()) {
    throw InputError(
        fmt::format("{} holds the value {}. Make the image again, or replace such values.", setting, *not_finite));
  }
}

recon::Image placed(const std::string& setting, const recon::Image& image, const recon::Registration& place,
                    float outside, int threads, JobSetup& setup) {
  if (place == recon::Registration{}) {
    return image;
  }
  setup.notes.push_back(fmt::format("{} was {}.", setting, recon::sentence_of(place)));
  try {
    return recon::registered(image, place, outside, threads);
  } catch (const InputError& error) {
    throw InputError(fmt::format("{} cannot be {}: {}", setting, recon::sentence_of(place), error.what()));
  }
}

void check_attenuation(const recon::Image& image, const std::string& setting) {
  const auto [least, most] = std::ranges::minmax_element(image.values);
  // Lead, the densest that comes near a patient, has 1.7 1/cm at 511 keV.
  if (*least < -0.01F || *most > 3) {
    throw InputError(fmt::format(
        "{} has values from {:.4g} to {:.4g}; linear attenuation in 1/cm lies between 0 and 3 (water 0.096), and CT "
        "numbers reach below -200 HU. Convert the image.",
        setting, *least, *most));
  }
}

void check_attenuation_fits(const std::string& name, JobSetup& setup) {
  const double part = recon::covered_part(setup.grid, setup.attenuation->grid);
  if (part == 0) {
    throw InputError(
        fmt::format("attenuation: \"{}\" lies beside the image: they have no place in common. Its axes "
                    "and origin must be those of the scanner.",
                    name));
  }
  warn_of_cut_attenuation(part, setup);
  const ImageGrid& grid = setup.attenuation->grid;
  constexpr float implausible_mm = 50;
  if (*std::ranges::max_element(grid.voxel_size_mm) > implausible_mm) {
    setup.warnings.push_back(
        fmt::format("The attenuation image has voxels of {:g} x {:g} x {:g} mm: is its unit of length stated rightly?",
                    grid.voxel_size_mm[0], grid.voxel_size_mm[1], grid.voxel_size_mm[2]));
  }
  constexpr float tissue_per_cm = 0.05F, denser_than_bone_per_cm = 0.2F;
  const auto above = [&](float least) {
    return std::ranges::count_if(setup.attenuation->values, [least](float value) { return value > least; });
  };
  if (above(denser_than_bone_per_cm) > above(tissue_per_cm) / 2) {
    setup.warnings.push_back(
        fmt::format("Most of what attenuates does so by more than {} 1/cm, and bone has 0.17, water 0.096: is the "
                    "attenuation image a mask, or in another unit?",
                    denser_than_bone_per_cm));
  }
  const float most = *std::ranges::max_element(setup.attenuation->values);
  constexpr float less_than_tissue_per_cm = 0.03F;
  if (most < less_than_tissue_per_cm) {
    setup.warnings.push_back(
        fmt::format("The attenuation image has no value above {:.2g}, and water has 0.096 1/cm: is it empty?", most));
  }
}

void check_anatomical(const std::string& name, const recon::Registration& place, int threads, JobSetup& setup) {
  recon::Image& image = *setup.anatomical;
  const auto wrong = std::ranges::find_if_not(image.values, [](float value) { return std::isfinite(value); });
  if (wrong != image.values.end()) {
    throw InputError(fmt::format("prior.anatomical = \"{}\" holds the value {}; all must be finite.", name, *wrong));
  }
  const float least = *std::ranges::min_element(image.values);  // as the air around, also of a CT
  image = placed(fmt::format("prior.anatomical = \"{}\"", name), image, place, least, threads, setup);
  const double part = recon::covered_part(setup.grid, image.grid);
  if (part == 0) {
    throw InputError(
        fmt::format("prior.anatomical = \"{}\" lies beside the image: they have no place in common. Its axes and "
                    "origin must be those of the scanner.",
                    name));
  }
  if (part < 0.99) {
    setup.warnings.push_back(fmt::format(
        "The anatomical image covers {:.0f} % of the result; elsewhere it counts as 0, and its end as an edge.",
        100 * part));
  }
  image = recon::resampled(image, setup.grid, threads);
}

void check_start_image(const recon::Image& image, const ImageGrid& grid, const std::string& name) {
  bool fits = image.grid.shape == grid.shape;
  for (int a = 0; a < 3; ++a) {
    fits = fits && std::abs(image.grid.origin_mm[a] - grid.origin_mm[a]) < 0.01F * grid.voxel_size_mm[a] &&
           std::abs(image.grid.voxel_size_mm[a] - grid.voxel_size_mm[a]) < 1e-4F * grid.voxel_size_mm[a];
  }
  if (!fits) {
    throw InputError(
        fmt::format("algorithm.start_image = \"{}\" has another grid ({} x {} x {} voxels) than the result "
                    "({} x {} x {}), or another place. Set [image] to that of the file.",
                    name, image.grid.shape[0], image.grid.shape[1], image.grid.shape[2], grid.shape[0], grid.shape[1],
                    grid.shape[2]));
  }
  const auto wrong = std::ranges::find_if_not(image.values, [](float v) { return std::isfinite(v) && v >= 0; });
  if (wrong != image.values.end()) {
    throw InputError(fmt::format(
        "algorithm.start_image = \"{}\" holds the value {}; all must be finite and not negative.", name, *wrong));
  }
  if (std::ranges::all_of(image.values, [](float v) { return v == 0; })) {
    throw InputError(fmt::format(
        "algorithm.start_image = \"{}\" is 0 everywhere, and what starts as 0 stays 0. Choose another image, or none.",
        name));
  }
}

}  // namespace coincide::app
