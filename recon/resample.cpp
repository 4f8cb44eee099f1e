#include "recon/resample.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "projectors/error.h"
#include "recon/parallel.h"
#include "recon/psf.h"
#include "recon/trilinear.h"

namespace coincide::recon {
namespace {

/// Between which two voxels of an axis a place lies, and how far from the first one to the second.
struct Between {
  std::int64_t first = 0;
  std::int64_t second = 0;
  float part = 0;
};

/// By voxel of `to` along an axis; none for places outside the voxels' centres of `from`.
std::vector<std::optional<Between>> places(const ImageGrid& from, const ImageGrid& to, std::size_t axis) {
  constexpr double rounding = 1e-4;  // of a voxel
  std::vector<std::optional<Between>> result;
  const auto last = static_cast<double>(from.shape[axis] - 1);
  for (std::int64_t i = 0; i < to.shape[axis]; ++i) {
    const double mm = to.origin_mm[axis] + static_cast<double>(i) * to.voxel_size_mm[axis];
    const double index = (mm - from.origin_mm[axis]) / from.voxel_size_mm[axis];
    if (index < -rounding || index > last + rounding) {
      result.emplace_back();
      continue;
    }
    const double within = std::clamp(index, 0.0, last);
    const auto first = static_cast<std::int64_t>(within);
    result.emplace_back(Between{first, std::min(first + 1, from.shape[axis] - 1),
                                static_cast<float>(within - static_cast<double>(first))});
  }
  return result;
}

float mixed(float first, float second, float part) { return first + part * (second - first); }

float interpolated(const Image& image, const Between& x, const Between& y, const Between& z) {
  const auto along_z = [&](std::int64_t i, std::int64_t j) {
    return mixed(image.at(i, j, z.first), image.at(i, j, z.second), z.part);
  };
  const auto along_y = [&](std::int64_t i) { return mixed(along_z(i, y.first), along_z(i, y.second), y.part); };
  return mixed(along_y(x.first), along_y(x.second), x.part);
}

/// Width that makes one voxel of `to` see all of the image; 0 where its voxels are the larger ones.
double smoothing_mm(const ImageGrid& from, const ImageGrid& to) {
  const auto mean_mm = [](const ImageGrid& grid) {
    return std::cbrt(double{grid.voxel_size_mm[0]} * grid.voxel_size_mm[1] * grid.voxel_size_mm[2]);
  };
  return mean_mm(to) > mean_mm(from) ? mean_mm(to) : 0;
}

}  // namespace

Image resampled(const Image& image, const ImageGrid& grid, int num_threads) {
  if (image.grid == grid) {
    return image;
  }
  Image smooth = image;
  if (const double fwhm_mm = smoothing_mm(image.grid, grid); fwhm_mm > 0) {
    GaussianFilter(image.grid, fwhm_mm, num_threads).apply(smooth.values);
  }
  Image result(grid, 0, image.unit);
  result.frame_start_s = image.frame_start_s;
  result.frame_duration_s = image.frame_duration_s;
  result.description = image.description;
  const auto x = places(image.grid, grid, 0), y = places(image.grid, grid, 1), z = places(image.grid, grid, 2);
#pragma omp parallel for schedule(static) num_threads(thread_count(num_threads))
  for (std::int64_t i = 0; i < grid.shape[0]; ++i) {
    for (std::int64_t j = 0; j < grid.shape[1]; ++j) {
      for (std::int64_t k = 0; k < grid.shape[2]; ++k) {
        const auto &at_x = x[static_cast<std::size_t>(i)], &at_y = y[static_cast<std::size_t>(j)],
                   &at_z = z[static_cast<std::size_t>(k)];
        if (at_x && at_y && at_z) {
          result.at(i, j, k) = interpolated(smooth, *at_x, *at_y, *at_z);
        }
      }
    }
  }
  return result;
}

Eigen::Affine3d index_to_mm(const ImageGrid& grid) {
  const auto& [x, y, z] = grid.origin_mm;
  const auto& [dx, dy, dz] = grid.voxel_size_mm;
  return Eigen::Translation3d(x, y, z) * Eigen::Scaling(Eigen::Vector3d(dx, dy, dz));
}

std::vector<float> resampled(const Image& image, const Eigen::Affine3d& index_to_mm, const ImageGrid& grid,
                             float outside, Interpolation interpolation, int num_threads) {
  const bool nearest = interpolation == Interpolation::nearest;
  const Eigen::Affine3d mm_to_index = index_to_mm.inverse();
  const auto& shape = grid.shape;
  std::vector<float> values(static_cast<std::size_t>(grid.num_voxels()));
  parallel_for(shape[0], num_threads, [&](std::int64_t i) {
    auto value = values.begin() + i * shape[1] * shape[2];
    for (std::int64_t j = 0; j < shape[1]; ++j) {
      for (std::int64_t k = 0; k < shape[2]; ++k) {
        const Eigen::Vector3d middle_mm(grid.origin_mm[0] + static_cast<double>(i) * grid.voxel_size_mm[0],
                                        grid.origin_mm[1] + static_cast<double>(j) * grid.voxel_size_mm[1],
                                        grid.origin_mm[2] + static_cast<double>(k) * grid.voxel_size_mm[2]);
        Eigen::Vector3d place = mm_to_index * middle_mm;
        if (nearest) {
          place = (place.array() + 0.5).floor();
        }
        *value++ = static_cast<float>(trilinear_value(image, {place[0], place[1], place[2]}, outside));
      }
    }
  });
  return values;
}

std::array<int, 3> nearest_axes(const Eigen::Matrix3d& directions) {
  std::array<int, 3> order{0, 1, 2}, best = order;
  double most = -1;
  do {
    double cosines = 0;
    for (int axis = 0; axis < 3; ++axis) {
      cosines += std::abs(directions(axis, order[static_cast<std::size_t>(axis)]));
    }
    if (cosines > most) {
      most = cosines;
      best = order;
    }
  } while (std::ranges::next_permutation(order).found);
  return best;
}

ImageGrid covering_grid(const std::array<std::int64_t, 3>& shape, const Eigen::Affine3d& index_to_mm) {
  const Eigen::Matrix3d steps = index_to_mm.linear();
  const Eigen::Matrix3d directions = steps.colwise().normalized();
  if (!(std::abs(directions.determinant()) > 0.05)) {
    throw InputError("its three axes do not span a room, so its voxels have no places.");
  }
  const Eigen::Vector3d length(static_cast<double>(shape[0]), static_cast<double>(shape[1]),
                               static_cast<double>(shape[2]));
  const Eigen::Vector3d centre_mm = index_to_mm * (0.5 * (length.array() - 1)).matrix();
  const Eigen::Vector3d extent_mm = steps.cwiseAbs() * length;
  const std::array<int, 3> nearest = nearest_axes(directions);
  constexpr double rounding = 1e-3, most_growth = 16;
  std::array<std::int64_t, 3> covering{};
  Vec3 voxel_size_mm{};
  double growth = 1;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto along = static_cast<Eigen::Index>(axis);
    const double voxel_mm = steps.col(nearest[axis]).norm();
    const double voxels = std::ceil(extent_mm[along] / voxel_mm - rounding);
    growth *= voxels / length[along];
    covering[axis] = static_cast<std::int64_t>(std::min(voxels, 1e9));
    voxel_size_mm[axis] = static_cast<float>(voxel_mm);
  }
  if (!(growth <= most_growth)) {
    throw InputError(fmt::format(
        "it lies so obliquely that a straight grid around it has {:.3g} times its voxels. Resample it first.", growth));
  }
  const Eigen::Vector3f middle_mm = centre_mm.cast<float>();
  return centred_grid(covering, voxel_size_mm, {middle_mm[0], middle_mm[1], middle_mm[2]});
}

namespace {

/// By voxel of `to` along an axis: the voxel of `from` that its middle lies in; -1 if there is none.
std::vector<std::int64_t> nearest_voxels(const ImageGrid& from, const ImageGrid& to, std::size_t axis) {
  std::vector<std::int64_t> result;
  for (std::int64_t i = 0; i < to.shape[axis]; ++i) {
    const double mm = to.origin_mm[axis] + static_cast<double>(i) * to.voxel_size_mm[axis];
    const auto voxel =
        static_cast<std::int64_t>(std::floor((mm - from.origin_mm[axis]) / from.voxel_size_mm[axis] + 0.5));
    result.push_back(voxel >= 0 && voxel < from.shape[axis] ? voxel : -1);
  }
  return result;
}

}  // namespace

Image resampled_to_nearest(const Image& image, const ImageGrid& grid) {
  Image result(grid, 0, image.unit);
  const auto x = nearest_voxels(image.grid, grid, 0), y = nearest_voxels(image.grid, grid, 1),
             z = nearest_voxels(image.grid, grid, 2);
  auto value = result.values.begin();
  for (const std::int64_t i : x) {
    for (const std::int64_t j : y) {
      for (const std::int64_t k : z) {
        *value++ = i >= 0 && j >= 0 && k >= 0 ? image.at(i, j, k) : 0;
      }
    }
  }
  return result;
}

namespace {

double low_face_mm(const ImageGrid& grid, std::size_t axis) {
  return double{grid.origin_mm[axis]} - 0.5 * double{grid.voxel_size_mm[axis]};
}

/// By voxel of `to` along an axis: the voxels of `from` that lie in it, and the part of it that each takes.
struct Overlap {
  std::int64_t first = 0;
  std::vector<float> parts;
};

std::vector<Overlap> overlaps(const ImageGrid& from, const ImageGrid& to, std::size_t axis) {
  std::vector<Overlap> result(static_cast<std::size_t>(to.shape[axis]));
  const double size = to.voxel_size_mm[axis] / double{from.voxel_size_mm[axis]};  // in voxels of `from`, as all here
  const double start = (low_face_mm(to, axis) - low_face_mm(from, axis)) / from.voxel_size_mm[axis];
  const auto count = static_cast<double>(from.shape[axis]);
  for (std::size_t i = 0; i < result.size(); ++i) {
    const double low = std::clamp(start + static_cast<double>(i) * size, 0.0, count);
    const double high = std::clamp(start + static_cast<double>(i + 1) * size, 0.0, count);
    result[i].first = static_cast<std::int64_t>(low);
    for (std::int64_t voxel = result[i].first; static_cast<double>(voxel) < high; ++voxel) {
      const auto at = static_cast<double>(voxel);
      result[i].parts.push_back(static_cast<float>((std::min(at + 1, high) - std::max(at, low)) / size));
    }
  }
  return result;
}

/// Along one axis; the other two keep their voxels.
Image averaged_along(const Image& image, const ImageGrid& grid, std::size_t axis, int num_threads) {
  ImageGrid next = image.grid;
  next.shape[axis] = grid.shape[axis];
  next.voxel_size_mm[axis] = grid.voxel_size_mm[axis];
  next.origin_mm[axis] = grid.origin_mm[axis];
  Image result(next, 0, image.unit);
  const std::vector<Overlap> in_voxel = overlaps(image.grid, grid, axis);
  const std::int64_t inner = axis == 2 ? 1 : axis == 1 ? next.shape[2] : next.shape[1] * next.shape[2];
  const std::int64_t from = image.grid.shape[axis], to = next.shape[axis];
#pragma omp parallel for schedule(static) num_threads(thread_count(num_threads))
  for (std::int64_t row = 0; row < next.num_voxels() / inner; ++row) {
    const Overlap& overlap = in_voxel[static_cast<std::size_t>(row % to)];
    float* sum = result.values.data() + row * inner;
    const float* value = image.values.data() + (row / to * from + overlap.first) * inner;
    for (const float part : overlap.parts) {
      for (std::int64_t i = 0; i < inner; ++i) {
        sum[i] += part * *value++;
      }
    }
  }
  return result;
}

}  // namespace

Image box_averaged(const Image& image, const ImageGrid& grid, int num_threads) {
  Image result = averaged_along(image, grid, 0, num_threads);
  for (const std::size_t axis : {1, 2}) {
    result = averaged_along(result, grid, axis, num_threads);
  }
  result.description = image.description;
  return result;
}

ImageGrid grid_over(std::span<const ImageGrid> boxes, const ImageGrid& like) {
  ImageGrid grid = like;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const ImageGrid& finest =
        *std::ranges::min_element(boxes, {}, [axis](const ImageGrid& box) { return box.voxel_size_mm[axis]; });
    const ImageGrid& raster = finest.voxel_size_mm[axis] > like.voxel_size_mm[axis] ? finest : like;
    const double voxel_mm = raster.voxel_size_mm[axis];
    double low = std::numeric_limits<double>::infinity(), high = -low;  // in voxels from the raster's face
    for (const ImageGrid& box : boxes) {
      constexpr double rounding = 1e-4;
      const double face = (low_face_mm(box, axis) - low_face_mm(raster, axis)) / voxel_mm;
      low = std::min(low, std::floor(face + rounding));
      high = std::max(
          high, std::ceil(face + static_cast<double>(box.shape[axis]) * box.voxel_size_mm[axis] / voxel_mm - rounding));
    }
    grid.shape[axis] = static_cast<std::int64_t>(high - low);
    grid.voxel_size_mm[axis] = raster.voxel_size_mm[axis];
    grid.origin_mm[axis] = static_cast<float>(raster.origin_mm[axis] + low * voxel_mm);
  }
  return grid;
}

double covered_part(const ImageGrid& image, const ImageGrid& other) {
  double part = 1;
  for (std::size_t a = 0; a < 3; ++a) {
    const auto face_mm = [a](const ImageGrid& grid, double index) {
      return grid.origin_mm[a] + (index - 0.5) * grid.voxel_size_mm[a];
    };
    const double extent_mm = static_cast<double>(image.shape[a]) * image.voxel_size_mm[a];
    const double low_mm = std::max(face_mm(image, 0), face_mm(other, 0));
    const double high_mm = std::min(face_mm(image, static_cast<double>(image.shape[a])),
                                    face_mm(other, static_cast<double>(other.shape[a])));
    part *= std::max(0.0, high_mm - low_mm) / extent_mm;
  }
  return part;
}

}  // namespace coincide::recon
