#include "gui/model/scanner_faces.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>

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

std::array<Vector3f, 4> square(const Vector3f& centre, const Vector3f& normal, float area_mm2) {
  // An edge along z where there is one: scanners are built so.
  const Vector3f z = Vector3f::UnitZ();
  const Vector3f across = std::abs(normal.dot(z)) < 0.9F ? z.cross(normal).normalized() : normal.unitOrthogonal();
  const Vector3f up = normal.cross(across);
  const float half = 0.5F * std::sqrt(area_mm2);
  return {centre + half * (-across - up), centre + half * (across - up), centre + half * (across + up),
          centre + half * (up - across)};
}

}  // namespace

std::vector<CrystalFace> crystal_faces(const recon::Scanner& scanner) {
  const bool has_corners = scanner.crystal_corners_mm.size() == scanner.num_crystals();
  std::vector<CrystalFace> faces(scanner.num_crystals());
  for (std::size_t id = 0; id < faces.size(); ++id) {
    const Vector3f normal = to_eigen(scanner.crystal_normal[id]);
    const std::array<Vector3f, 4> corners =
        has_corners ? face_of_box(scanner.crystal_corners_mm[id], normal)
                    : square(to_eigen(scanner.crystal_centre_mm[id]), normal, scanner.crystal_face_mm2[id]);
    const Vector3f middle = (corners[0] + corners[1] + corners[2] + corners[3]) / 4;
    for (std::size_t corner = 0; corner < 4; ++corner) {
      const Vector3f point = middle + shown_part * (corners[corner] - middle);
      faces[id][corner] = {point.x(), point.y(), point.z()};
    }
  }
  return faces;
}

}  // namespace coincide::gui
