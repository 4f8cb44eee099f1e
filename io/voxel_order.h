#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace coincide::io {

// Files have their first axis fastest, recon::Image the last.

/// Voxels [i, j, k] with i fastest as ours, with k fastest.
std::vector<float> last_axis_fastest(std::span<const float> first_fastest, const std::array<std::int64_t, 3>& shape);

/// Plane k of ours as a file has it: [j, i] with i fastest.
std::vector<float> plane_for_file(std::span<const float> ours, const std::array<std::int64_t, 3>& shape,
                                  std::int64_t k);

}  // namespace coincide::io
