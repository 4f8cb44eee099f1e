#include "recon/crystal_boxes.h"

#include <Eigen/Geometry>
#include <cmath>

namespace coincide::recon {
namespace {

using Eigen::Vector3f;

Vec3 scaled(const Vector3f& direction, float length) {
  const Vector3f edge = length * direction;
  return {edge.x(), edge.y(), edge.z()};
}

}  // namespace

std::array<Vec3, 8> box_corners(const Vec3& middle_mm, const std::array<Vec3, 3>& edges_mm) {
  std::array<Vec3, 8> corners;
  for (std::size_t i = 0; i < corners.size(); ++i) {
    corners[i] = middle_mm;
    for (std::size_t edge = 0; edge < edges_mm.size(); ++edge) {
      const float half = (i >> edge & 1U) != 0 ? 0.5F : -0.5F;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        corners[i][axis] += half * edges_mm[edge][axis];
      }
    }
  }
  return corners;
}

std::vector<std::array<Vec3, 8>> cubes_on_faces(const Scanner& scanner) {
  constexpr float nearly_along = 0.9F;
  const Vector3f z = Vector3f::UnitZ();
  std::vector<std::array<Vec3, 8>> cubes;
  cubes.reserve(scanner.num_crystals());
  for (std::size_t id = 0; id < scanner.num_crystals(); ++id) {
    const Vector3f normal(scanner.crystal_normal[id].data());
    const bool is_along_axis = std::abs(normal.z()) > nearly_along;
    const Vector3f across = is_along_axis ? normal.unitOrthogonal() : z.cross(normal).normalized();
    const float edge_mm = std::sqrt(scanner.crystal_face_mm2[id]);
    cubes.push_back(
        box_corners(scanner.crystal_centre_mm[id],
                    {scaled(across, edge_mm), scaled(normal.cross(across), edge_mm), scaled(normal, edge_mm)}));
  }
  return cubes;
}

}  // namespace coincide::recon
