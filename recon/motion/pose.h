#pragma once

#include <array>
#include <span>

namespace coincide::recon {

using Point = std::array<double, 3>;

/// Where a rigid body stands: p_scanner = R(q) p_reference + t, in scanner axes.
struct Pose {
  std::array<double, 4> q{1, 0, 0, 0};  ///< w, x, y, z of a quaternion of length 1
  Point t_mm{};
  bool operator==(const Pose&) const = default;
};

/// A pose, ready to move many points.
class PoseMap {
 public:
  explicit PoseMap(const Pose& pose);
  Point to_scanner(const Point& reference_mm) const;
  /// The inverse: what the ends of a LOR are moved by.
  Point to_reference(const Point& scanner_mm) const;
  const std::array<Point, 3>& rows() const { return rows_; }  ///< of R

 private:
  std::array<Point, 3> rows_;
  Point t_mm_;
};

/// First `first`, then `second`. Where one of them is the identity, the other to the bit.
Pose then(const Pose& first, const Pose& second);
Pose inverse(const Pose& pose);
/// Of the rows of (R | t), mm. Throws InputError for what is no turn and shift: another size, a mirror, no numbers.
Pose pose_of_matrix(std::span<const float> matrix);

}  // namespace coincide::recon
