#pragma once

#include <Eigen/Core>
#include <array>

#include "recon/scanner.h"

namespace coincide::recon {

inline Eigen::Vector3d to_eigen(const Vec3& v) { return {v[0], v[1], v[2]}; }
inline Eigen::Vector3d to_eigen(const std::array<double, 3>& v) { return {v[0], v[1], v[2]}; }

inline Vec3 minus(const Vec3& a, const Vec3& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }

}  // namespace coincide::recon
