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

Vector3d apply(const Transform& transform, const Vector3d& point) {
  return transform.leftCols<3>() * point + transform.col(3);
}

Transform then(const Transform& first, const Transform& second) {
  Transform both;
  both.leftCols<3>() = second.leftCols<3>() * first.leftCols<3>();
  both.col(3) = apply(second, first.col(3));
  return both;
}

Transform transform_of(const recon::Pose& pose) {
  const recon::PoseMap map(pose);
  Transform transform;
  for (Eigen::Index row = 0; row < 3; ++row) {
    const auto of_row = static_cast<std::size_t>(row);
    transform.row(row) << Eigen::Map<const Eigen::RowVector3d>(map.rows()[of_row].data()), pose.t_mm[of_row];
  }
  return transform;
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

void check_place(const Vector3d& corner) {
  constexpr double farthest_mm = recon::farthest_crystal_mm;
  if (!(corner.cwiseAbs().maxCoeff() <= farthest_mm)) {
    throw FileError(fmt::format(
        "A crystal in the file has a corner at ({:g}, {:g}, {:g}) mm; coordinates from -{:.0f} to {:.0f} mm "
        "are possible, from which LORs, TOF and image get their size. The transforms or the box in the "
        "header are damaged, or not in mm.",
        corner.x(), corner.y(), corner.z(), farthest_mm, farthest_mm));
  }
}

/// A type of module as the file has it: places of the modules, of the crystals in a module, and of a crystal's corners.
struct ModuleKind {
  std::vector<Transform> modules;
  std::vector<Transform> places;
  Corners corners;
  Edges edges;

  std::size_t num_crystals() const { return modules.size() * places.size(); }
  Transform place_of(std::size_t crystal) const {
    return then(places[crystal % places.size()], modules[crystal / places.size()]);
  }
  Vector3d centre_of(const Transform& place) const {
    Vector3d centre = Vector3d::Zero();
    for (const Vector3d& corner : corners) {
      centre += apply(place, corner) / static_cast<double>(corners.size());
    }
    return centre;
  }
};

/// Up to `most` crystals of a type, spread over all of its modules and places (golden section, no period of theirs).
std::vector<std::size_t> spread_crystals(const ModuleKind& kind, std::size_t most) {
  constexpr double golden = 0.6180339887498949;
  const std::size_t all = kind.num_crystals();
  std::vector<std::size_t> crystals;
  for (std::size_t i = 0; i < std::min(all, most); ++i) {
    const double part = golden * static_cast<double>(i);
    crystals.push_back(all <= most ? i
                                   : static_cast<std::size_t>((part - std::floor(part)) * static_cast<double>(all)));
  }
  return crystals;
}

constexpr std::size_t enough_centres = 2000;

std::vector<Vector3d> some_centres(const ModuleKind& kind, std::size_t most) {
  std::vector<Vector3d> centres;
  for (const std::size_t crystal : spread_crystals(kind, most)) {
    centres.push_back(kind.centre_of(kind.place_of(crystal)));
  }
  return centres;
}

/// Which way the crystals of a type look.
struct Depth {
  std::size_t edge = 2;                    ///< of the box: along the depth
  Vector3d towards_mm = Vector3d::Zero();  ///< a point on the side of the face
  double one_sided = 0;  ///< 1: all crystals lie on one side of the face's plane, or in it; 0: as many on either
  double facing = 0;     ///< mean cosine towards them
};

/// How the crystals of `kind` see those at `others` if the edge were their depth.
Depth look_along(const ModuleKind& kind, std::size_t edge, const std::vector<Vector3d>& others) {
  constexpr std::size_t enough = 100;
  const std::vector<std::size_t> crystals = spread_crystals(kind, enough);
  Depth depth{.edge = edge};
  for (const Vector3d& other : others) {
    depth.towards_mm += other / static_cast<double>(others.size());
  }
  for (const std::size_t crystal : crystals) {
    const Transform place = kind.place_of(crystal);
    const Vector3d centre = kind.centre_of(place);
    const Vector3d along = (place.leftCols<3>() * kind.edges[edge]).normalized();
    double to_one_side = 0;
    double to_both = 0;
    double distance = 0;
    for (const Vector3d& other : others) {
      to_one_side += along.dot(other - centre);
      to_both += std::abs(along.dot(other - centre));
      distance += (other - centre).norm();
    }
    constexpr double rounding = 1e-4;
    if (to_both > rounding * distance) {
      depth.one_sided += std::abs(to_one_side) / to_both / static_cast<double>(crystals.size());
      depth.facing += std::abs(to_one_side) / distance / static_cast<double>(crystals.size());
    }
  }
  return depth;
}

/// The depth of crystals is the edge that has all other crystals on one side: around the axis of a ring and along it
/// there are crystals on both. Of edges that are equal in this, as in a scanner of two rings, it is the one that looks
/// at them most. Crystals of all types count, as one of two panels sees only the other, unless those of the same type
/// are far more on one side: an insert has the ring around it behind it. So scanners may lie in any direction.
Depth find_depth(const ModuleKind& kind, const std::vector<Vector3d>& all_centres) {
  constexpr double equal = 0.9;
  constexpr double far_better = 2;
  const std::vector<Vector3d> own_centres = some_centres(kind, enough_centres);
  Depth best;
  for (std::size_t edge = 0; edge < kind.edges.size(); ++edge) {
    const Depth own = look_along(kind, edge, own_centres);
    const Depth all = look_along(kind, edge, all_centres);
    const Depth& depth = own.one_sided > far_better * all.one_sided ? own : all;
    const bool better = depth.one_sided * equal > best.one_sided;
    const bool as_good = depth.one_sided > best.one_sided * equal;
    if (better || (as_good && depth.facing > best.facing)) {
      best = depth;
    }
  }
  return best;
}

void add_crystal(const Transform& place, const ModuleKind& kind, const Depth& depth, recon::Scanner& scanner) {
  std::array<recon::Vec3, 8> placed;
  for (std::size_t i = 0; i < kind.corners.size(); ++i) {
    const Vector3d corner = apply(place, kind.corners[i]);
    check_place(corner);
    placed[i] = narrow(corner);
  }
  const Vector3d centre = kind.centre_of(place);
  Edges turned;
  for (std::size_t i = 0; i < kind.edges.size(); ++i) {
    turned[i] = place.leftCols<3>() * kind.edges[i];
  }
  const Vector3d along = turned[depth.edge].normalized();
  const Vector3d face = turned[(depth.edge + 1) % 3].cross(turned[(depth.edge + 2) % 3]);
  scanner.crystal_centre_mm.push_back(narrow(centre));
  scanner.crystal_normal.push_back(narrow(along * (along.dot(depth.towards_mm - centre) < 0 ? -1 : 1)));
  scanner.crystal_face_mm2.push_back(static_cast<float>(face.norm()));
  scanner.crystal_corners_mm.push_back(placed);
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

ModuleKind read_kind(const YardlValue& replicated_module, const Transform& alignment) {
  const YardlValue& elements = detecting_elements(replicated_module.at("object"));
  ModuleKind kind{read_transforms(replicated_module),
                  read_transforms(elements),
                  read_corners(elements.at("object").at("shape")),
                  {}};
  kind.edges = find_edges(kind.corners);
  for (Transform& module : kind.modules) {
    module = then(module, alignment);
  }
  return kind;
}

void add_kind(const ModuleKind& kind, const Depth& depth, recon::Scanner& scanner) {
  const std::size_t before = scanner.num_crystals();
  const std::size_t type = scanner.module_types.size();
  std::uint32_t module_number = scanner.num_modules();
  for (std::size_t crystal = 0; crystal < kind.num_crystals(); ++crystal) {
    add_crystal(kind.place_of(crystal), kind, depth, scanner);
  }
  for (std::size_t module = 0; module < kind.modules.size(); ++module) {
    scanner.crystal_module.insert(scanner.crystal_module.end(), kind.places.size(), module_number++);
  }
  scanner.crystal_type.insert(scanner.crystal_type.end(), kind.num_crystals(), static_cast<std::uint8_t>(type));
  recon::ModuleType& added = scanner.module_types.emplace_back();
  added.first_crystal = static_cast<std::uint32_t>(before);
  added.num_modules = static_cast<std::uint32_t>(kind.modules.size());
  added.crystals_per_module = static_cast<std::uint32_t>(kind.places.size());
}

}  // namespace

void add_modules(const std::vector<YardlValue>& replicated_modules, const recon::Pose& alignment,
                 recon::Scanner& scanner) {
  std::vector<ModuleKind> kinds;
  std::vector<Vector3d> centres;
  std::uint64_t num_crystals = 0;
  std::uint64_t num_modules = 0;
  for (const YardlValue& module : replicated_modules) {
    if (kinds.size() > std::numeric_limits<std::uint8_t>::max()) {
      throw FileError("The scanner in the file has more than 256 types of modules.");
    }
    const ModuleKind& kind = kinds.emplace_back(read_kind(module, transform_of(alignment)));
    num_crystals += kind.num_crystals();
    num_modules += kind.modules.size();
    if (num_crystals > recon::most_crystals || num_modules > recon::most_modules) {
      throw FileError(
          fmt::format("The scanner in the file has {} or more crystals in {} modules; at most {} in {} are possible.",
                      num_crystals, num_modules, recon::most_crystals, recon::most_modules));
    }
  }
  for (const ModuleKind& kind : kinds) {
    const std::vector<Vector3d> more = some_centres(kind, 1 + enough_centres / kinds.size());
    centres.insert(centres.end(), more.begin(), more.end());
  }
  for (const ModuleKind& kind : kinds) {
    add_kind(kind, find_depth(kind, centres), scanner);
  }
}

}  // namespace coincide::io
