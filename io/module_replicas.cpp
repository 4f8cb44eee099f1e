#include "io/module_replicas.h"

#include <fmt/format.h>

#include <Eigen/Core>
#include <Eigen/SVD>

#include "projectors/error.h"

namespace coincide::io {
namespace {

using Eigen::Matrix3d;
using Eigen::Vector3d;
using Points = Eigen::Map<const Eigen::Matrix<float, 3, Eigen::Dynamic>>;
using RowMajor34 = Eigen::Matrix<float, 3, 4, Eigen::RowMajor>;

constexpr double farthest_off_mm = 1e-3;

/// Corners of `count` crystals from `first` on, as columns.
Points corners_of(const recon::Scanner& scanner, std::size_t first, std::size_t count) {
  return {scanner.crystal_corners_mm[first][0].data(), 3, static_cast<Eigen::Index>(8 * count)};
}

/// The motion that brings `from` nearest to `to` in the sense of least squares (Kabsch, Acta Cryst. A32, 922, 1976).
/// Mirror images are allowed, as in the files of others.
RigidMatrix find_motion(const Points& from, const Points& to) {
  const Vector3d from_centre = from.cast<double>().rowwise().mean();
  const Vector3d to_centre = to.cast<double>().rowwise().mean();
  const Matrix3d covariance =
      (from.cast<double>().colwise() - from_centre) * (to.cast<double>().colwise() - to_centre).transpose();
  const Eigen::JacobiSVD<Matrix3d> svd(covariance, Eigen::ComputeFullU | Eigen::ComputeFullV);
  const Matrix3d rotation = svd.matrixV() * svd.matrixU().transpose();
  RigidMatrix matrix;
  Eigen::Map<RowMajor34> rows(matrix.data());
  rows.leftCols<3>() = rotation.cast<float>();
  rows.col(3) = (to_centre - rotation * from_centre).cast<float>();
  return matrix;
}

Eigen::Matrix<double, 3, 4> as_matrix(const RigidMatrix& matrix) {
  return Eigen::Map<const RowMajor34>(matrix.data()).cast<double>();
}

void check(const recon::Scanner& scanner, const recon::ModuleType& type, const ModuleReplicas& replicas) {
  const Points box = corners_of(scanner, type.first_crystal, 1);
  for (std::size_t m = 0; m < replicas.modules.size(); ++m) {
    const auto module = as_matrix(replicas.modules[m]);
    for (std::size_t c = 0; c < replicas.crystals.size(); ++c) {
      const auto crystal = as_matrix(replicas.crystals[c]);
      const std::size_t id = type.first_crystal + m * type.crystals_per_module + c;
      const Eigen::Matrix<double, 3, 8> in_module =
          (crystal.leftCols<3>() * box.cast<double>()).colwise() + crystal.col(3);
      const Eigen::Matrix<double, 3, 8> placed = (module.leftCols<3>() * in_module).colwise() + module.col(3);
      const double error_mm = (placed - corners_of(scanner, id, 1).cast<double>()).cwiseAbs().maxCoeff();
      if (!(error_mm <= farthest_off_mm)) {
        throw InputError(fmt::format(
            "the scanner '{}' cannot be written as copies of one module: crystal {} would be off by {:.3g} mm (at most "
            "{} mm); its modules or crystals are not all alike. A .h5 or .cdh file holds every crystal for itself",
            scanner.name, id, error_mm, farthest_off_mm));
      }
    }
  }
}

}  // namespace

ModuleReplicas find_replicas(const recon::Scanner& scanner, std::size_t type) {
  const recon::ModuleType& of = scanner.module_types[type];
  if (scanner.crystal_corners_mm.size() != scanner.num_crystals() || of.num_crystals() == 0) {
    throw InputError(
        fmt::format("the scanner '{}' has no crystal corners, so its geometry cannot be written; a .h5 or .cdh file "
                    "needs none",
                    scanner.name));
  }
  ModuleReplicas replicas;
  replicas.box = scanner.crystal_corners_mm[of.first_crystal];
  for (std::size_t c = 0; c < of.crystals_per_module; ++c) {
    replicas.crystals.push_back(
        find_motion(corners_of(scanner, of.first_crystal, 1), corners_of(scanner, of.first_crystal + c, 1)));
  }
  for (std::size_t m = 0; m < of.num_modules; ++m) {
    replicas.modules.push_back(
        find_motion(corners_of(scanner, of.first_crystal, of.crystals_per_module),
                    corners_of(scanner, of.first_crystal + m * of.crystals_per_module, of.crystals_per_module)));
  }
  check(scanner, of, replicas);
  return replicas;
}

}  // namespace coincide::io
