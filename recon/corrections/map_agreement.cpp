#include "recon/corrections/map_agreement.h"

#include <algorithm>
#include <cmath>

#include "recon/parallel.h"
#include "recon/psf.h"
#include "recon/resample.h"

namespace coincide::recon {
namespace {

using Place = std::array<std::int64_t, 3>;

constexpr float voxel_mm = 8;
constexpr float edge_fwhm_mm = 12;
constexpr float tissue_per_cm = 0.02F;
constexpr std::int64_t reach = 4;  ///< of the search, in voxels
constexpr int beyond = 9;          ///< steps: further than haze is looked for

/// Voxels as large, in the middle of the grid.
ImageGrid coarse(const ImageGrid& grid) {
  std::array<std::int64_t, 3> shape{};
  Vec3 size_mm{}, middle_mm{};
  for (std::size_t a = 0; a < 3; ++a) {
    const float extent_mm = grid.voxel_size_mm[a] * static_cast<float>(grid.shape[a]);
    size_mm[a] = std::max(voxel_mm, grid.voxel_size_mm[a]);
    shape[a] = std::max<std::int64_t>(1, static_cast<std::int64_t>(extent_mm / size_mm[a]));  // centres within
    middle_mm[a] = grid.origin_mm[a] + 0.5F * (extent_mm - grid.voxel_size_mm[a]);
  }
  return centred_grid(shape, size_mm, middle_mm);
}

template <class Work>
void for_each_voxel(const ImageGrid& grid, const Work& work) {
  std::size_t at = 0;
  for (std::int64_t i = 0; i < grid.shape[0]; ++i) {
    for (std::int64_t j = 0; j < grid.shape[1]; ++j) {
      for (std::int64_t k = 0; k < grid.shape[2]; ++k) {
        work(at++, Place{i, j, k});
      }
    }
  }
}

bool holds(const ImageGrid& grid, const Place& place) {
  return place[0] >= 0 && place[1] >= 0 && place[2] >= 0 && place[0] < grid.shape[0] && place[1] < grid.shape[1] &&
         place[2] < grid.shape[2];
}

/// Length of the gradient of the smoothed image per voxel; 0 in the outer voxels.
Image edges_of(Image image, int num_threads) {
  GaussianFilter(image.grid, edge_fwhm_mm, num_threads).apply(image.values);
  Image result(image.grid, 0);
  for_each_voxel(image.grid, [&](std::size_t at, const Place& place) {
    float squares = 0;
    for (std::size_t a = 0; a < 3; ++a) {
      Place before = place, behind = place;
      --before[a];
      ++behind[a];
      if (!holds(image.grid, before) || !holds(image.grid, behind)) {
        continue;  // a long body has none along its axis
      }
      const float slope = image.at(behind[0], behind[1], behind[2]) - image.at(before[0], before[1], before[2]);
      squares += slope * slope;
    }
    result.values[at] = std::sqrt(squares);
  });
  return result;
}

class Comparison {
 public:
  Comparison(const Image& activity, const Image& attenuation, const Image& sensitivity, int num_threads)
      : threads_(num_threads), grid_(coarse(activity.grid)) {
    activity_ = box_averaged(activity, grid_, threads_);
    attenuation_ = box_averaged(attenuation, grid_, threads_);
    seen_.assign(activity_.values.size(), 1);
    if (!sensitivity.values.empty()) {
      constexpr float least = 0.05F;
      const Image s = box_averaged(sensitivity, grid_, threads_);
      const float most = std::ranges::max(s.values);
      std::ranges::transform(s.values, seen_.begin(), [&](float value) { return value > least * most ? 1 : 0; });
    }
  }

  std::optional<MapAgreement> result() {
    double inside = 0, voxels = 0;
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      const bool counts = seen_[i] != 0 && is_tissue(i);
      inside += counts ? activity_.values[i] : 0;
      voxels += counts ? 1 : 0;
    }
    if (!(inside > 0)) {
      return std::nullopt;
    }
    look_beside(inside / voxels);
    look_for_mirror();
    look_for_shift();
    return found_;
  }

 private:
  bool is_tissue(std::size_t at) const { return attenuation_.values[at] > tissue_per_cm; }

  /// By voxel: steps from the nearest tissue, `beyond` for more than are of interest.
  std::vector<int> steps_from_tissue() const {
    std::vector<int> steps(seen_.size());
    for (std::size_t i = 0; i < steps.size(); ++i) {
      steps[i] = is_tissue(i) ? 0 : beyond;
    }
    for (int step = 1; step < beyond; ++step) {
      for_each_voxel(grid_, [&](std::size_t at, const Place& place) {
        if (steps[at] == step - 1) {
          for (std::size_t a = 0; a < 3; ++a) {
            for (const std::int64_t by : {-1, 1}) {
              Place other = place;
              other[a] += by;
              if (holds(grid_, other)) {
                int& there =
                    steps[static_cast<std::size_t>((other[0] * grid_.shape[1] + other[1]) * grid_.shape[2] + other[2])];
                there = std::min(there, step);
              }
            }
          }
        }
      });
    }
    return steps;
  }

  void look_beside(double mean_inside) {
    constexpr double faint = 0.25;
    constexpr int near = 2;  // the activity is less sharp
    const std::vector<int> steps = steps_from_tissue();
    double all = 0, bright = 0, haze = 0, hazy_voxels = 0;
    for (std::size_t at = 0; at < steps.size(); ++at) {
      const double value = seen_[at] != 0 ? activity_.values[at] : 0;
      all += value;
      if (seen_[at] == 0 || steps[at] <= near) {
        continue;
      }
      if (value > faint * mean_inside) {
        bright += value;
      } else if (steps[at] < beyond) {
        haze += value;
        ++hazy_voxels;
      }
    }
    found_.beside = bright / all;
    found_.haze = hazy_voxels > 0 ? haze / hazy_voxels / mean_inside : 0;
  }

  /// Activity where there is tissue, if that is mirrored along an axis; -1: as it is.
  double covered(int mirror) const {
    double sum = 0;
    for_each_voxel(grid_, [&](std::size_t at, Place place) {
      if (mirror >= 0) {
        auto& along = place[static_cast<std::size_t>(mirror)];
        along = grid_.shape[mirror] - 1 - along;
      }
      const bool tissue = attenuation_.at(place[0], place[1], place[2]) > tissue_per_cm;
      sum += seen_[at] != 0 && tissue ? activity_.values[at] : 0;
    });
    return sum;
  }

  void look_for_mirror() {
    const double as_it_is = covered(-1);
    for (int axis = 0; axis < 3; ++axis) {
      if (const double gain = covered(axis) / as_it_is; gain > found_.mirror_gain) {
        found_.mirror = axis;
        found_.mirror_gain = gain;
      }
    }
  }

  /// Pearson's, of the edges of the activity and those that the attenuation would have `by` voxels away.
  double correlation(const Image& activity, const Image& attenuation, const Place& by) const {
    double n = 0, x = 0, m = 0, xx = 0, mm = 0, xm = 0;
    for_each_voxel(grid_, [&](std::size_t at, const Place& place) {
      const Place from{place[0] - by[0], place[1] - by[1], place[2] - by[2]};
      if (seen_[at] == 0) {
        return;
      }
      const double a = activity.values[at];
      const double b = holds(grid_, from) ? attenuation.at(from[0], from[1], from[2]) : 0;
      n += 1;
      x += a;
      m += b;
      xx += a * a;
      mm += b * b;
      xm += a * b;
    });
    const double variances = (xx - x * x / n) * (mm - m * m / n);
    return variances > 0 ? (xm - x * m / n) / std::sqrt(variances) : 0;
  }

  void look_for_shift() {
    const Image activity = edges_of(activity_, threads_), attenuation = edges_of(attenuation_, threads_);
    constexpr std::int64_t side = 2 * reach + 1;
    std::vector<double> found(side * side * side);
    const auto place_of = [](std::int64_t n) {
      return Place{n / (side * side) - reach, n / side % side - reach, n % side - reach};
    };
    // A long body has no edges along its axis: what is no better is not further away.
    constexpr double of_distance = 0.004;
    const auto drawback = [&](std::int64_t n) {
      const auto [x, y, z] = place_of(n);
      return of_distance * static_cast<double>(x * x + y * y + z * z);
    };
    parallel_for(std::ssize(found), threads_, [&](std::int64_t n) {
      found[static_cast<std::size_t>(n)] = correlation(activity, attenuation, place_of(n)) - drawback(n);
    });
    const std::int64_t best = std::ranges::max_element(found) - found.begin();
    const double as_it_is = found[found.size() / 2];
    const double highest = found[static_cast<std::size_t>(best)];
    found_.correlation = highest + drawback(best);
    found_.shift_gain = as_it_is > 0 ? found_.correlation / as_it_is : found_.correlation > 0 ? 1e3 : 1;
    const std::array<std::int64_t, 3> strides{side * side, side, 1};
    for (std::size_t a = 0; a < 3; ++a) {
      const auto at = place_of(best)[a];
      double between = 0;  // of the parabola through the three best
      if (std::abs(at) < reach) {
        const double low = found[static_cast<std::size_t>(best - strides[a])];
        const double high = found[static_cast<std::size_t>(best + strides[a])];
        between = 0.5 * (low - high) / (low - 2 * highest + high);
      }
      found_.shift_mm[a] = (static_cast<double>(at) + between) * grid_.voxel_size_mm[a];
    }
  }

  int threads_;
  ImageGrid grid_;
  Image activity_, attenuation_;
  std::vector<std::uint8_t> seen_;
  MapAgreement found_;
};

}  // namespace

std::optional<MapAgreement> compare_with_map(const Image& activity, const Image& attenuation, const Image& sensitivity,
                                             int num_threads) {
  return Comparison(activity, attenuation, sensitivity, num_threads).result();
}

}  // namespace coincide::recon
