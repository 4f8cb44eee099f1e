#include "recon/motion/registration_of_pose.h"

#include <cmath>
#include <numbers>

namespace coincide::recon {

Registration registration_of(const Pose& pose, const Point& middle_mm) {
  const Eigen::Affine3d affine = affine_of(pose);
  const Eigen::Matrix3d turn = affine.linear();  // Z Y X of the three turns
  const Eigen::Vector3d middle(middle_mm[0], middle_mm[1], middle_mm[2]);
  const Eigen::Vector3d shift = affine * middle - middle;
  const double cosine = std::hypot(turn(0, 0), turn(1, 0));
  constexpr double upright = 1e-9;  // turned by 90 degrees about y, x and z do the same: all of it is given to x
  const double x = cosine > upright ? std::atan2(turn(2, 1), turn(2, 2)) : std::atan2(-turn(1, 2), turn(1, 1));
  const double z = cosine > upright ? std::atan2(turn(1, 0), turn(0, 0)) : 0.0;
  constexpr double degrees = 180 / std::numbers::pi;
  return {.shift_mm = {shift.x(), shift.y(), shift.z()},
          .turn_degrees = {degrees * x, degrees * std::atan2(-turn(2, 0), cosine), degrees * z}};
}

}  // namespace coincide::recon
