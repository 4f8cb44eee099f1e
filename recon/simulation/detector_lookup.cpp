#include "recon/simulation/detector_lookup.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "projectors/error.h"
#include "recon/vectors.h"

namespace coincide::recon {
namespace {

constexpr std::uint32_t patches_per_leaf = 4;
constexpr std::size_t deepest = 64;  // halving 2^32 patches needs 32 levels

float dot(const Vec3& a, const Vec3& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

/// The edges of a box that meet in its first corner, whatever the order of the corners: its shortest way to another
/// corner is an edge, and so is the shortest one at right angles to the edges found before.
std::array<Vec3, 3> box_edges(const std::array<Vec3, 8>& corners) {
  constexpr float cosine_tolerance = 0.02F;  // of corners in rounded single precision
  std::array<Vec3, 3> edges{};
  for (std::size_t found = 0; found < 3; ++found) {
    float shortest = std::numeric_limits<float>::max();
    for (std::size_t corner = 1; corner < corners.size(); ++corner) {
      const Vec3 way = minus(corners[corner], corners[0]);
      const float length = std::sqrt(dot(way, way));
      const bool square =
          std::all_of(edges.begin(), edges.begin() + static_cast<std::ptrdiff_t>(found), [&](Vec3 edge) {
            return std::abs(dot(way, edge)) <= cosine_tolerance * length * std::sqrt(dot(edge, edge));
          });
      if (square && length < shortest) {
        shortest = length;
        edges[found] = way;
      }
    }
  }
  return edges;
}

}  // namespace

DetectorLookup::DetectorLookup(const Scanner& scanner) {
  if (scanner.num_crystals() == 0 || scanner.crystal_corners_mm.size() != scanner.num_crystals()) {
    throw InputError(
        fmt::format("the scanner '{}' cannot be simulated: its description gives the corners of {} of {} "
                    "crystals. Use a scanner whose crystals are boxes, e.g. one of resources/scanners",
                    scanner.name, scanner.crystal_corners_mm.size(), scanner.num_crystals()));
  }
  const Vec3 middle_mm = scanner.centre_mm();
  inner_radius_mm_ = std::numeric_limits<float>::max();
  patches_.reserve(scanner.num_crystals());
  for (std::uint32_t crystal = 0; crystal < scanner.num_crystals(); ++crystal) {
    patches_.push_back(make_patch(scanner, crystal));
    const Patch& patch = patches_.back();
    const Vec3 at_mm = minus(patch.centre_mm, middle_mm);
    const float half_diagonal_mm = std::hypot(patch.half_edge_mm[0], patch.half_edge_mm[1]);
    inner_radius_mm_ = std::min(inner_radius_mm_, std::hypot(at_mm[0], at_mm[1]) - half_diagonal_mm);
    half_length_mm_ = std::max(half_length_mm_, std::abs(at_mm[2]) + half_box_mm(patch)[2]);
  }
  build(0, static_cast<std::uint32_t>(patches_.size()));
}

DetectorLookup::Patch DetectorLookup::make_patch(const Scanner& scanner, std::uint32_t crystal) {
  std::array<Vec3, 3> edges = box_edges(scanner.crystal_corners_mm[crystal]);
  const Vec3& normal = scanner.crystal_normal[crystal];
  // The edge along the normal goes last; the other two span the face.
  std::ranges::sort(edges, {},
                    [&](const Vec3& edge) { return std::abs(dot(edge, normal)) / std::sqrt(dot(edge, edge)); });
  Patch patch{scanner.crystal_centre_mm[crystal], normal, {}, {}, crystal};
  for (std::size_t side = 0; side < 2; ++side) {
    const float length = std::sqrt(dot(edges[side], edges[side]));
    if (!(length > 0)) {
      throw InputError(fmt::format("crystal {} of the scanner '{}' is not a box: its corners do not span a face",
                                   crystal, scanner.name));
    }
    patch.half_edge_mm[side] = length / 2;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      patch.edge_per_half_mm[side][axis] = edges[side][axis] / length / patch.half_edge_mm[side];
    }
  }
  return patch;
}

/// Half extents of the axis-parallel box around a patch.
Vec3 DetectorLookup::half_box_mm(const Patch& patch) {
  Vec3 half{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    for (std::size_t side = 0; side < 2; ++side) {
      const float half_edge = patch.half_edge_mm[side];
      half[axis] += std::abs(patch.edge_per_half_mm[side][axis]) * half_edge * half_edge;
    }
  }
  return half;
}

/// Appends the node of these patches and all below it. Halves them at the median of the axis along which they spread
/// most.
void DetectorLookup::build(std::uint32_t first, std::uint32_t count) {
  constexpr float margin_mm = 1e-3F;  // more than rounding moves a hit
  constexpr float most = std::numeric_limits<float>::max();
  Node node{{most, most, most}, {-most, -most, -most}, first, count};
  for (std::uint32_t i = first; i < first + count; ++i) {
    const Vec3 half = half_box_mm(patches_[i]);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      node.low_mm[axis] = std::min(node.low_mm[axis], patches_[i].centre_mm[axis] - half[axis] - margin_mm);
      node.high_mm[axis] = std::max(node.high_mm[axis], patches_[i].centre_mm[axis] + half[axis] + margin_mm);
    }
  }
  const std::size_t index = nodes_.size();
  nodes_.push_back(node);
  if (count <= patches_per_leaf) {
    return;
  }
  const Vec3 extent = minus(node.high_mm, node.low_mm);
  const auto axis = static_cast<std::size_t>(std::ranges::max_element(extent) - extent.begin());
  const auto begin = patches_.begin() + first;
  std::nth_element(begin, begin + count / 2, begin + count,
                   [axis](const Patch& a, const Patch& b) { return a.centre_mm[axis] < b.centre_mm[axis]; });
  build(first, count / 2);
  nodes_[index].first = static_cast<std::uint32_t>(nodes_.size());
  nodes_[index].count = 0;
  build(first + count / 2, count - count / 2);
}

std::optional<DetectorLookup::Hit> DetectorLookup::first_hit(const Vec3& origin_mm, const Vec3& direction) const {
  // Keeps the slab test free of 0 * infinity; such a ray misses by less than the boxes' margin.
  constexpr float smallest = 1e-9F;
  Vec3 inverse{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    inverse[axis] = 1 / (std::abs(direction[axis]) < smallest ? smallest : direction[axis]);
  }
  float nearest_mm = std::numeric_limits<float>::max();
  std::optional<Hit> hit;
  const auto test_patch = [&](const Patch& patch) {
    const float distance_mm = dot(minus(patch.centre_mm, origin_mm), patch.normal) / dot(direction, patch.normal);
    if (!(distance_mm > 0 && distance_mm < nearest_mm)) {
      return;
    }
    const Vec3 offset{origin_mm[0] + distance_mm * direction[0] - patch.centre_mm[0],
                      origin_mm[1] + distance_mm * direction[1] - patch.centre_mm[1],
                      origin_mm[2] + distance_mm * direction[2] - patch.centre_mm[2]};
    if (std::abs(dot(offset, patch.edge_per_half_mm[0])) <= 1 &&
        std::abs(dot(offset, patch.edge_per_half_mm[1])) <= 1) {
      nearest_mm = distance_mm;
      hit = Hit{patch.crystal, distance_mm};
    }
  };
  const auto enters = [&](const Node& node) {
    float begin = 0;
    float end = nearest_mm;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const float t0 = (node.low_mm[axis] - origin_mm[axis]) * inverse[axis];
      const float t1 = (node.high_mm[axis] - origin_mm[axis]) * inverse[axis];
      begin = std::max(begin, std::min(t0, t1));
      end = std::min(end, std::max(t0, t1));
    }
    return begin <= end;
  };
  std::array<std::uint32_t, deepest> waiting;
  waiting[0] = 0;  // the root
  std::size_t num_waiting = 1;
  while (num_waiting > 0) {
    const std::uint32_t index = waiting[--num_waiting];
    const Node& node = nodes_[index];
    if (!enters(node)) {
      continue;
    }
    if (node.count == 0) {
      waiting[num_waiting++] = node.first;
      waiting[num_waiting++] = index + 1;
    }
    for (std::uint32_t i = node.first; i < node.first + node.count; ++i) {
      test_patch(patches_[i]);
    }
  }
  return hit;
}

}  // namespace coincide::recon
