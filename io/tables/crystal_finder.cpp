#include "io/tables/crystal_finder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace coincide::io {
namespace {

using recon::Vec3;

constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t points_remembered = std::size_t{1} << 18;

float squared_distance(const Vec3& a, const Vec3& b) {
  const float x = a[0] - b[0];
  const float y = a[1] - b[1];
  const float z = a[2] - b[2];
  return x * x + y * y + z * z;
}

std::size_t hash_of(const Vec3& point) {
  std::uint64_t hash = 0;
  for (const float value : point) {
    hash = (hash ^ std::bit_cast<std::uint32_t>(value)) * 0x9E3779B97F4A7C15ULL;
    hash ^= hash >> 29;
  }
  return hash % points_remembered;
}

}  // namespace

CrystalFinder::CrystalFinder(std::span<const Vec3> centres_mm) : centres_mm_(centres_mm) {
  Vec3 high{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto [low, most] = std::ranges::minmax(centres_mm, {}, [axis](const Vec3& centre) { return centre[axis]; });
    low_mm_[axis] = low[axis];
    high[axis] = most[axis];
  }
  // Crystals lie on a surface: about two in a cell that holds any.
  const double x = high[0] - low_mm_[0];
  const double y = high[1] - low_mm_[1];
  const double z = high[2] - low_mm_[2];
  const double area = 3 * (x * y + y * z + z * x) / 2 + 1;
  constexpr double least_mm = 0.1;
  constexpr double most_cells = 3e7;
  const double cell = std::max({least_mm, std::sqrt(2 * area / static_cast<double>(centres_mm.size())),
                                std::cbrt((x + 1) * (y + 1) * (z + 1) / most_cells)});
  cell_mm_ = static_cast<float>(cell);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    cells_[axis] = static_cast<std::int32_t>((high[axis] - low_mm_[axis]) / cell_mm_) + 1;
  }
  fill_cells();
  spacing_mm_ = median_spacing_mm();
  const float nowhere = std::numeric_limits<float>::quiet_NaN();
  seen_.assign(points_remembered, Seen{{nowhere, nowhere, nowhere}, {}});
}

CrystalFinder::Cell CrystalFinder::cell_of(const Vec3& point_mm) const {
  Cell cell{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const float at = std::floor((point_mm[axis] - low_mm_[axis]) / cell_mm_);
    cell[axis] = static_cast<std::int32_t>(std::clamp(at, 0.0F, static_cast<float>(cells_[axis] - 1)));
  }
  return cell;
}

std::int64_t CrystalFinder::index_of(const Cell& cell) const {
  return (static_cast<std::int64_t>(cell[2]) * cells_[1] + cell[1]) * cells_[0] + cell[0];
}

void CrystalFinder::fill_cells() {
  const auto num_cells = static_cast<std::size_t>(std::int64_t{cells_[0]} * cells_[1] * cells_[2]);
  first_.assign(num_cells + 1, 0);
  for (const Vec3& centre : centres_mm_) {
    ++first_[static_cast<std::size_t>(index_of(cell_of(centre))) + 1];
  }
  for (std::size_t cell = 0; cell < num_cells; ++cell) {
    first_[cell + 1] += first_[cell];
  }
  sorted_.resize(centres_mm_.size());
  std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
  for (std::uint32_t crystal = 0; crystal < centres_mm_.size(); ++crystal) {
    sorted_[next[static_cast<std::size_t>(index_of(cell_of(centres_mm_[crystal])))]++] = crystal;
  }
}

/// Crystals in the cells that are `shell` cells from the one in the middle, along the axis where they are farthest.
void CrystalFinder::search_shell(const Cell& centre, std::int32_t shell, const Vec3& point_mm, std::uint32_t left_out,
                                 Found& best) const {
  const auto low = [&](std::size_t axis) { return std::max(0, centre[axis] - shell); };
  const auto high = [&](std::size_t axis) { return std::min(cells_[axis] - 1, centre[axis] + shell); };
  const auto is_face = [&](std::int32_t at, std::size_t axis) { return std::abs(at - centre[axis]) == shell; };
  for (std::int32_t z = low(2); z <= high(2); ++z) {
    for (std::int32_t y = low(1); y <= high(1); ++y) {
      const bool whole_row = is_face(z, 2) || is_face(y, 1);
      for (std::int32_t x = low(0); x <= high(0); ++x) {
        if (!whole_row && !is_face(x, 0)) {
          continue;
        }
        const auto cell = static_cast<std::size_t>(index_of({x, y, z}));
        for (std::uint32_t i = first_[cell]; i < first_[cell + 1]; ++i) {
          const float distance = squared_distance(centres_mm_[sorted_[i]], point_mm);
          if (distance < best.distance_mm && sorted_[i] != left_out) {
            best = {sorted_[i], distance};
          }
        }
      }
    }
  }
}

/// From a point to the nearest face of its cell; 0 for one outside of all cells.
float CrystalFinder::margin_in_cell_mm(const Vec3& point_mm, const Cell& cell) const {
  float margin_mm = cell_mm_;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const float in_cell_mm = point_mm[axis] - low_mm_[axis] - static_cast<float>(cell[axis]) * cell_mm_;
    margin_mm = std::min({margin_mm, in_cell_mm, cell_mm_ - in_cell_mm});
  }
  return std::max(margin_mm, 0.0F);
}

CrystalFinder::Found CrystalFinder::search(const Vec3& point_mm, float farthest_mm, std::uint32_t left_out) const {
  Found best{0, std::numeric_limits<float>::max()};  // squared until the end
  const Cell centre = cell_of(point_mm);
  const float margin_mm = margin_in_cell_mm(point_mm, centre);
  const std::int32_t most = std::max({cells_[0], cells_[1], cells_[2]});
  for (std::int32_t shell = 0; shell <= most; ++shell) {
    const float nearest_mm = static_cast<float>(shell - 1) * cell_mm_ + margin_mm;  // that its crystals can be
    if (nearest_mm > 0 && (nearest_mm > farthest_mm || nearest_mm * nearest_mm > best.distance_mm)) {
      break;
    }
    search_shell(centre, shell, point_mm, left_out, best);
  }
  best.distance_mm = std::sqrt(best.distance_mm);
  return best;
}

CrystalFinder::Found CrystalFinder::find(const Vec3& point_mm, float farthest_mm) {
  Seen& seen = seen_[hash_of(point_mm)];
  if (seen.point_mm != point_mm) {
    seen = {point_mm, search(point_mm, farthest_mm, none)};
  }
  return seen.found;
}

float CrystalFinder::median_spacing_mm() const {
  constexpr std::size_t enough = 2000;
  std::vector<float> spacings;
  const std::size_t step = std::max<std::size_t>(1, centres_mm_.size() / enough);
  for (std::size_t crystal = 0; crystal < centres_mm_.size() && centres_mm_.size() > 1; crystal += step) {
    spacings.push_back(
        search(centres_mm_[crystal], std::numeric_limits<float>::max(), static_cast<std::uint32_t>(crystal))
            .distance_mm);
  }
  if (spacings.empty()) {
    return 0;
  }
  const auto middle = spacings.begin() + static_cast<std::ptrdiff_t>(spacings.size() / 2);
  std::ranges::nth_element(spacings, middle);
  return *middle;
}

}  // namespace coincide::io
