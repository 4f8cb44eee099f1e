#include "recon/motion/pose.h"

#include <Eigen/Geometry>

#include "projectors/error.h"

namespace coincide::recon {
namespace {

Eigen::Quaterniond turn_of(const Pose& pose) { return {pose.q[0], pose.q[1], pose.q[2], pose.q[3]}; }

Eigen::Vector3d shift_of(const Pose& pose) { return Eigen::Map<const Eigen::Vector3d>(pose.t_mm.data()); }

Pose pose_of(const Eigen::Quaterniond& turn, const Eigen::Vector3d& shift_mm) {
  const Eigen::Quaterniond q = turn.normalized();
  return {{q.w(), q.x(), q.y(), q.z()}, {shift_mm.x(), shift_mm.y(), shift_mm.z()}};
}

}  // namespace

PoseMap::PoseMap(const Pose& pose) : t_mm_(pose.t_mm) {
  const auto& [w, x, y, z] = pose.q;
  rows_ = {{{1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)},
            {2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)},
            {2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)}}};
}

Point PoseMap::to_scanner(const Point& p) const {
  Point moved = t_mm_;
  for (std::size_t row = 0; row < 3; ++row) {
    moved[row] += rows_[row][0] * p[0] + rows_[row][1] * p[1] + rows_[row][2] * p[2];
  }
  return moved;
}

Point PoseMap::to_reference(const Point& p) const {
  Point moved{};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      moved[column] += rows_[row][column] * (p[row] - t_mm_[row]);
    }
  }
  return moved;
}

Pose then(const Pose& first, const Pose& second) {
  if (first == Pose{} || second == Pose{}) {
    return first == Pose{} ? second : first;
  }
  return pose_of(turn_of(second) * turn_of(first), turn_of(second) * shift_of(first) + shift_of(second));
}

Pose inverse(const Pose& pose) {
  if (pose == Pose{}) {
    return pose;
  }
  const Eigen::Quaterniond back = turn_of(pose).conjugate();
  return pose_of(back, -(back * shift_of(pose)));
}

Pose pose_of_matrix(std::span<const float> matrix) {
  constexpr double rounding = 1e-3;  // of matrices in single precision, some of them printed with few digits
  constexpr double farthest_mm = 1e6;
  using Rows = Eigen::Matrix<float, 3, 4, Eigen::RowMajor>;
  if (matrix.size() != Rows::SizeAtCompileTime) {
    throw InputError("a movement is no matrix of 3 x 4 numbers");
  }
  const Eigen::Matrix<double, 3, 4> rows = Eigen::Map<const Rows>(matrix.data()).cast<double>();
  const Eigen::Matrix3d turn = rows.leftCols<3>();
  const double skew = (turn * turn.transpose() - Eigen::Matrix3d::Identity()).cwiseAbs().maxCoeff();
  if (!rows.allFinite() || !(skew < rounding) || !(turn.determinant() > 0) ||
      !(rows.col(3).cwiseAbs().maxCoeff() < farthest_mm)) {
    throw InputError("a movement is no turn and shift of a rigid body");
  }
  return turn.isIdentity(0) ? Pose{.t_mm = {rows(0, 3), rows(1, 3), rows(2, 3)}}
                            : pose_of(Eigen::Quaterniond(turn), rows.col(3));
}

}  // namespace coincide::recon
