#include "io/petsird_geometry.h"

#include <fmt/format.h>

#include <Eigen/Core>
#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "projectors/error.h"

namespace coincide::io {
namespace {

using Eigen::Vector3d;
using Transform = Eigen::Matrix<double, 3, 4>;
using Corners = std::array<Vector3d, 8>;
using Edges = std::array<Vector3d, 3>;

// A total-body scanner has some 10^6 crystals.
constexpr std::uint64_t max_crystals = 20'000'000;

Vector3d apply(const Transform& transform, const Vector3d& point) {
  return transform.leftCols<3>() * point + transform.col(3);
}

std::vector<Transform> read_transforms(const YardlValue& replicated) {
  std::vector<Transform> transforms;
  for (const YardlValue& transform : replicated.at("transforms").list("transforms")) {
    const std::vector<float> m = transform.at("matrix").floats("matrix");
    if (m.size() != 12) {
      throw FileError(fmt::format("A transform in the file has {} numbers instead of 3 x 4.", m.size()));
    }
    transforms.push_back(Eigen::Map<const Eigen::Matrix<float, 3, 4, Eigen::RowMajor>>(m.data()).cast<double>());
  }
  return transforms;
}

Corners read_corners(const YardlValue& box) {
  const auto& list = box.at("corners").list("corners");
  Corners corners;
  if (list.size() != corners.size()) {
    throw FileError(fmt::format("A crystal in the file has {} corners instead of 8.", list.size()));
  }
  for (std::size_t i = 0; i < corners.size(); ++i) {
    const std::vector<float> c = list[i].at("c").floats("c");
    if (c.size() != 3) {
      throw FileError(fmt::format("A corner of a crystal in the file has {} coordinates.", c.size()));
    }
    corners[i] = {c[0], c[1], c[2]};
  }
  return corners;
}

/// Edges of a box whose corners come in any order: from one corner, the shortest way to another, the shortest at right
/// angles to that, and the shortest at right angles to both. A face or space diagonal never is.
Edges find_edges(const Corners& corners) {
  constexpr double right_angle = 0.1;  // boxes are rounded to single precision, and some are slightly tapered
  Edges edges;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    double shortest = std::numeric_limits<double>::max();
    for (std::size_t corner = 1; corner < corners.size(); ++corner) {
      const Vector3d way = corners[corner] - corners[0];
      bool fits = way.norm() > 0 && way.norm() < shortest;
      for (std::size_t j = 0; j < i; ++j) {
        fits = fits && std::abs(way.dot(edges[j])) < right_angle * way.norm() * edges[j].norm();
      }
      if (fits) {
        edges[i] = way;
        shortest = way.norm();
      }
    }
    if (shortest == std::numeric_limits<double>::max()) {
      throw FileError("A crystal in the file is no box: its corners do not span three edges at right angles.");
    }
  }
  return edges;
}

recon::Vec3 narrow(const Vector3d& v) {
  return {static_cast<float>(v.x()), static_cast<float>(v.y()), static_cast<float>(v.z())};
}

/// `outwards`: from the scanner's axis to the middle of the crystal's module. The depth direction is the edge nearest
/// to it; seen from the crystal's own place, one at the end of a wide flat panel would lie on its side.
void add_crystal(const Transform& transform, const Corners& corners, const Edges& edges, const Vector3d& outwards,
                 recon::Scanner& scanner) {
  std::array<recon::Vec3, 8> placed;
  Vector3d centre = Vector3d::Zero();
  for (std::size_t i = 0; i < corners.size(); ++i) {
    const Vector3d corner = apply(transform, corners[i]);
    centre += corner / static_cast<double>(corners.size());
    placed[i] = narrow(corner);
  }
  Edges turned;
  std::array<double, 3> along{};  // cosine with the line from the axis
  for (std::size_t i = 0; i < edges.size(); ++i) {
    turned[i] = transform.leftCols<3>() * edges[i];
    along[i] = turned[i].normalized().dot(outwards);
  }
  const std::size_t depth = static_cast<std::size_t>(
      std::max_element(along.begin(), along.end(), [](double a, double b) { return std::abs(a) < std::abs(b); }) -
      along.begin());
  const Vector3d face = turned[(depth + 1) % 3].cross(turned[(depth + 2) % 3]);
  scanner.crystal_centre_mm.push_back(narrow(centre));
  scanner.crystal_normal.push_back(narrow(turned[depth].normalized() * (along[depth] > 0 ? -1 : 1)));
  scanner.crystal_face_mm2.push_back(static_cast<float>(face.norm()));
  scanner.crystal_corners_mm.push_back(placed);
}

/// Mean of all corners of a module's crystals, in the module's frame.
Vector3d middle_of(const Corners& corners, const std::vector<Transform>& places) {
  Vector3d sum = Vector3d::Zero();
  for (const Transform& place : places) {
    for (const auto& corner : corners) {
      sum += apply(place, corner);
    }
  }
  return sum / static_cast<double>(std::max<std::size_t>(1, places.size() * corners.size()));
}

/// One record, or the only entry of a vector (before v0.5).
const YardlValue& detecting_elements(const YardlValue& module) {
  const YardlValue& elements = module.at("detectingElements");
  const auto* list = std::get_if<YardlValue::List>(&elements.data());
  if (list != nullptr && list->size() != 1) {
    throw FileError(
        fmt::format("A module in the file has {} kinds of detecting elements; only one can be read.", list->size()));
  }
  return list == nullptr ? elements : list->front();
}

}  // namespace

void add_module_type(const YardlValue& replicated_module, recon::Scanner& scanner) {
  const std::vector<Transform> modules = read_transforms(replicated_module);
  const YardlValue& elements = detecting_elements(replicated_module.at("object"));
  const std::vector<Transform> places = read_transforms(elements);
  const Corners corners = read_corners(elements.at("object").at("shape"));
  const Edges edges = find_edges(corners);
  const std::uint64_t before = scanner.num_crystals();
  const std::size_t type = scanner.module_types.size();
  if (before + modules.size() * places.size() > max_crystals) {
    throw FileError(fmt::format("The scanner in the file has {} or more crystals; at most {} are allowed.",
                                before + modules.size() * places.size(), max_crystals));
  }
  if (type > std::numeric_limits<std::uint8_t>::max()) {
    throw FileError("The scanner in the file has more than 256 types of modules.");
  }
  std::uint32_t module_number = scanner.num_modules();
  const Vector3d middle = middle_of(corners, places);
  for (const Transform& module : modules) {
    Vector3d outwards = apply(module, middle);
    outwards.z() = 0;
    for (const Transform& place : places) {
      Transform both;
      both.leftCols<3>() = module.leftCols<3>() * place.leftCols<3>();
      both.col(3) = apply(module, place.col(3));
      add_crystal(both, corners, edges, outwards, scanner);
    }
    scanner.crystal_module.insert(scanner.crystal_module.end(), places.size(), module_number++);
    scanner.crystal_type.insert(scanner.crystal_type.end(), places.size(), static_cast<std::uint8_t>(type));
  }
  recon::ModuleType& added = scanner.module_types.emplace_back();
  added.first_crystal = static_cast<std::uint32_t>(before);
  added.num_modules = static_cast<std::uint32_t>(modules.size());
  added.crystals_per_module = static_cast<std::uint32_t>(places.size());
}

}  // namespace coincide::io
