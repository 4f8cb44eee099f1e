#include "io/voxel_order.h"

namespace coincide::io {

std::vector<float> last_axis_fastest(std::span<const float> first_fastest, const std::array<std::int64_t, 3>& shape) {
  std::vector<float> ours(first_fastest.size());
  auto value = first_fastest.begin();
  for (std::int64_t k = 0; k < shape[2]; ++k) {
    for (std::int64_t j = 0; j < shape[1]; ++j) {
      for (std::int64_t i = 0; i < shape[0]; ++i) {
        ours[static_cast<std::size_t>((i * shape[1] + j) * shape[2] + k)] = *value++;
      }
    }
  }
  return ours;
}

std::vector<float> plane_for_file(std::span<const float> ours, const std::array<std::int64_t, 3>& shape,
                                  std::int64_t k) {
  std::vector<float> plane(static_cast<std::size_t>(shape[0] * shape[1]));
  auto value = plane.begin();
  for (std::int64_t j = 0; j < shape[1]; ++j) {
    for (std::int64_t i = 0; i < shape[0]; ++i) {
      *value++ = ours[static_cast<std::size_t>((i * shape[1] + j) * shape[2] + k)];
    }
  }
  return plane;
}

}  // namespace coincide::io
