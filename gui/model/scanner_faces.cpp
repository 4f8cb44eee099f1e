#include "gui/model/scanner_faces.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>

#include "recon/crystal_boxes.h"

namespace coincide::gui {
namespace {

using Eigen::Vector3f;

constexpr float shown_part = 0.92F;  ///< of a crystal's edges

Vector3f to_eigen(const recon::Vec3& v) { return {v[0], v[1], v[2]}; }

/// Two unit vectors of the plane; first x second = normal.
struct Plane {
  Vector3f first, second;
};

Plane plane_of(const Vector3f& normal) {
  const Vector3f first = normal.unitOrthogonal();
  return {first, normal.cross(first)};
}

/// The four corners farthest along the normal, in order of their angle around it: files list corners in any order.
std::array<Vector3f, 4> face_of_box(const std::array<recon::Vec3, 8>& corners, const Vector3f& normal) {
  std::array<Vector3f, 8> points;
  std::ranges::transform(corners, points.begin(), to_eigen);
  std::ranges::sort(points, std::greater{}, [&](const Vector3f& point) { return point.dot(normal); });
  std::array<Vector3f, 4> face{points[0], points[1], points[2], points[3]};
  const Vector3f middle = (face[0] + face[1] + face[2] + face[3]) / 4;
  const Plane plane = plane_of(normal);
  std::ranges::sort(face, {}, [&](const Vector3f& point) {
    return std::atan2((point - middle).dot(plane.second), (point - middle).dot(plane.first));
  });
  return face;
}

}  // namespace

std::vector<CrystalFace> crystal_faces(const recon::Scanner& scanner) {
  const bool has_corners = scanner.crystal_corners_mm.size() == scanner.num_crystals();
  const auto cubes = has_corners ? std::vector<std::array<recon::Vec3, 8>>() : recon::cubes_on_faces(scanner);
  const auto& boxes = has_corners ? scanner.crystal_corners_mm : cubes;
  std::vector<CrystalFace> faces(scanner.num_crystals());
  for (std::size_t id = 0; id < faces.size(); ++id) {
    const std::array<Vector3f, 4> corners = face_of_box(boxes[id], to_eigen(scanner.crystal_normal[id]));
    const Vector3f middle = (corners[0] + corners[1] + corners[2] + corners[3]) / 4;
    for (std::size_t corner = 0; corner < 4; ++corner) {
      const Vector3f point = middle + shown_part * (corners[corner] - middle);
      faces[id][corner] = {point.x(), point.y(), point.z()};
    }
  }
  return faces;
}

}  // namespace coincide::gui
