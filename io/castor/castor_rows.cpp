#include "io/castor/castor_rows.h"

#include <cmath>
#include <numeric>

namespace coincide::io {
namespace {

using recon::Vec3;

Vec3 step(const Vec3& from, const Vec3& to) { return {to[0] - from[0], to[1] - from[1], to[2] - from[2]}; }

float length(const Vec3& v) { return std::hypot(v[0], v[1], v[2]); }

/// Tables hold rounded numbers; crystals of a ring without blocks turn by more than this from one to the next.
bool is_same(const Vec3& a, const Vec3& b) {
  constexpr float tolerance = 2e-3F;
  return length(step(a, b)) <= tolerance * length(a);
}

}  // namespace

Vec3 radial(const Vec3& point_mm) {
  const float radius_mm = std::hypot(point_mm[0], point_mm[1]);
  return radius_mm > 0 ? Vec3{point_mm[0] / radius_mm, point_mm[1] / radius_mm, 0} : Vec3{1, 0, 0};
}

std::vector<CrystalRow> crystal_rows(std::span<const Vec3> centre_mm, std::uint32_t first, std::uint32_t count) {
  std::vector<CrystalRow> rows;
  for (std::uint32_t at = first; at < first + count;) {
    CrystalRow row{at, 1};
    if (at + 1 < first + count) {
      const Vec3 first_step = step(centre_mm[at], centre_mm[at + 1]);
      for (row.count = 2; at + row.count < first + count; ++row.count) {
        if (!is_same(first_step, step(centre_mm[at + row.count - 1], centre_mm[at + row.count]))) {
          break;
        }
      }
    }
    rows.push_back(row);
    at += row.count;
  }
  return rows;
}

std::uint32_t crystals_per_row(const std::vector<CrystalRow>& rows) {
  return std::accumulate(rows.begin(), rows.end(), 0U,
                         [](std::uint32_t common, const CrystalRow& row) { return std::gcd(common, row.count); });
}

void directions_of_rows(std::span<const Vec3> centre_mm, const std::vector<CrystalRow>& rows,
                        std::span<Vec3> outwards) {
  constexpr std::uint32_t enough = 3;  // any two crystals are on a line
  for (const CrystalRow& row : rows) {
    const Vec3 along = step(centre_mm[row.first], centre_mm[row.first + row.count - 1]);
    const float across_axis = std::hypot(along[0], along[1]);
    const bool tells = row.count >= enough && across_axis > 0.5F * length(along);
    for (std::uint32_t i = row.first; i < row.first + row.count; ++i) {
      const Vec3 out = radial(centre_mm[i]);
      const Vec3 normal{along[1] / across_axis, -along[0] / across_axis, 0};
      const float towards = normal[0] * out[0] + normal[1] * out[1];
      outwards[i] = !tells ? out : towards > 0 ? normal : Vec3{-normal[0], -normal[1], 0};
    }
  }
}

}  // namespace coincide::io
