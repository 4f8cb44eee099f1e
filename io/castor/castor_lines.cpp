#include "io/castor/castor_lines.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <utility>

#include "io/castor/castor_records.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

using recon::Vec3;

double distance(const Vec3& a, const Vec3& b) { return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]); }

void add(std::array<double, 3>& sum, const Vec3& place) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    sum[axis] += place[axis];
  }
}

}  // namespace

std::array<std::uint32_t, 2> CastorLines::pair(const char* record, std::uint64_t number, int line) const {
  const char* crystals = record + data_.record.lines + static_cast<std::ptrdiff_t>(line) * 2 * sizeof(std::uint32_t);
  const auto a = number_at<std::uint32_t>(crystals);
  const auto b = number_at<std::uint32_t>(crystals + sizeof a);
  if (a >= crystal_mm_.size() || b >= crystal_mm_.size()) {
    throw FileError(fmt::format("{}: LOR {} is between the crystals {} and {} of a scanner with {}.",
                                data_.data.string(), number, a, b, crystal_mm_.size()));
  }
  return {a, b};
}

std::array<std::uint32_t, 2> CastorLines::ends(const char* record, std::uint64_t number) {
  const auto first = pair(record, number, 0);
  const int lines = data_.record.num_lines >= 0 ? number_at<std::uint16_t>(record + data_.record.num_lines) : 1;
  if (lines == 1) {
    return first;
  }
  const Vec3 &start = crystal_mm_[first[0]], &end = crystal_mm_[first[1]];
  std::array<std::array<double, 3>, 2> sums{};
  for (int line = 0; line < lines; ++line) {
    const auto [a, b] = pair(record, number, line);
    const Vec3 *one = &crystal_mm_[a], *other = &crystal_mm_[b];
    // Their order within a pair may follow their numbers, which begin anew somewhere.
    if (distance(*one, start) + distance(*other, end) > distance(*one, end) + distance(*other, start)) {
      std::swap(one, other);
    }
    add(sums[0], *one);
    add(sums[1], *other);
  }
  std::array<std::uint32_t, 2> ends{};
  for (std::size_t i = 0; i < ends.size(); ++i) {
    for (double& sum : sums[i]) {
      sum /= lines;
    }
    ends[i] = static_cast<std::uint32_t>(crystal_mm_.size()) + middles_.number(sums[i]);
  }
  if (middles_.values_mm().size() > std::numeric_limits<std::uint32_t>::max() - crystal_mm_.size()) {
    throw FileError(fmt::format("{}: its LORs have more end points than can be numbered.", data_.data.string()));
  }
  return ends;
}

std::vector<Vec3> CastorLines::points_mm() const {
  std::vector<Vec3> points = crystal_mm_;
  for (const auto& [x, y, z] : middles_.values_mm()) {
    points.push_back({static_cast<float>(x), static_cast<float>(y), static_cast<float>(z)});
  }
  return points;
}

}  // namespace coincide::io
