#include "recon/measurement/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "projectors/error.h"
#include "recon/field_of_view.h"
#include "recon/measurement/histogram_sensitivity.h"
#include "recon/resolution_model.h"

namespace coincide::recon {
namespace {

/// Sets the sensitivity to 0 behind the nearest crystals where LORs hardly pass. Nothing can decay there, but a single
/// count that is divided by next to nothing would become the hottest voxel of the image.
void leave_out_behind_crystals(const Scanner& scanner, const ImageGrid& grid, std::vector<float>& sensitivity) {
  constexpr float hardly = 0.01F;  // of the best voxel; planes at the ends of the axial field have more than that
  const float least = hardly * *std::ranges::max_element(sensitivity);
  const FieldOfView field(scanner);
  const auto place_mm = [&](std::size_t axis, std::int64_t i) {
    return grid.origin_mm[axis] + static_cast<float>(i) * grid.voxel_size_mm[axis];
  };
  float* voxel = sensitivity.data();
  for (std::int64_t x = 0; x < grid.shape[0]; ++x) {
    for (std::int64_t y = 0; y < grid.shape[1]; ++y) {
      for (std::int64_t z = 0; z < grid.shape[2]; ++z, ++voxel) {
        if (*voxel > 0 && *voxel < least &&
            field.is_behind_crystals({place_mm(0, x), place_mm(1, y), place_mm(2, z)})) {
          *voxel = 0;
        }
      }
    }
  }
}

/// `back` becomes H^T of it.
void add_resolution(const Problem& problem, int num_threads, std::vector<float>& back) {
  if (!problem.psf.is_none()) {
    std::vector<float> work(back.size());
    ResolutionModel(problem.grid, problem.psf, num_threads).gather(back.data(), work.data(), back.data());
  }
}

/// Its sensitivity as the algorithms want it, 0 where that of all data is.
std::vector<float> of_subset(const std::vector<float>& own, double share, const Problem& problem, int num_threads) {
  std::vector<float> result = own;
  add_resolution(problem, num_threads, result);
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = problem.sensitivity[i] > 0 && share > 0 ? static_cast<float>(result[i] / share) : 0;
  }
  return result;
}

Problem without_mask(const Measurements& data, const Image& sensitivity, const Psf& psf, int num_threads) {
  check_image(sensitivity, "sensitivity");
  Problem problem{.data = data, .grid = sensitivity.grid, .sensitivity = sensitivity.values, .psf = psf};
  add_resolution(problem, num_threads, problem.sensitivity);
  return problem;
}

}  // namespace

Problem make_problem(const Measurements& data, const Scanner& scanner, const Image& sensitivity, const Psf& psf,
                     int num_threads) {
  Problem problem = without_mask(data, sensitivity, psf, num_threads);
  leave_out_behind_crystals(scanner, problem.grid, problem.sensitivity);
  return problem;
}

Problem make_problem(const Measurements& data, const Scanner* scanner, const HistogramSensitivity& sensitivity,
                     const Psf& psf, int num_threads) {
  Problem problem = without_mask(data, sensitivity.whole, psf, num_threads);
  if (scanner != nullptr) {
    leave_out_behind_crystals(*scanner, problem.grid, problem.sensitivity);
  }
  for (std::size_t subset = 0; subset < sensitivity.by_subset.size(); ++subset) {
    problem.subset_sensitivity.push_back(
        of_subset(sensitivity.by_subset[subset], data.share(static_cast<int>(subset)), problem, num_threads));
  }
  return problem;
}

void check_image(const Image& image, std::string_view name) {
  const auto voxels = static_cast<std::size_t>(image.grid.num_voxels());
  if (image.values.size() != voxels) {
    throw InputError(fmt::format("the grid of the {} image has {} voxels but the image {} values", name, voxels,
                                 image.values.size()));
  }
  const auto wrong =
      std::ranges::find_if_not(image.values, [](float value) { return value >= 0 && std::isfinite(value); });
  if (wrong != image.values.end()) {
    throw InputError(fmt::format("the {} image holds the value {}: all must be finite and not negative", name, *wrong));
  }
}

}  // namespace coincide::recon
