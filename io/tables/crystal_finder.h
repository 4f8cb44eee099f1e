#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "recon/scanner.h"

namespace coincide::io {

/// The crystal whose middle is nearest to a point. Refers to the middles. Points that come again are found at once.
class CrystalFinder {
 public:
  explicit CrystalFinder(std::span<const recon::Vec3> centres_mm);
  explicit CrystalFinder(const std::vector<recon::Vec3>&&) = delete;

  struct Found {
    std::uint32_t crystal = 0;
    float distance_mm = 0;
  };
  /// Some crystal, farther than that, if none is nearer than `farthest_mm`.
  Found find(const recon::Vec3& point_mm, float farthest_mm);
  /// From a crystal to its nearest neighbour, the median over crystals [mm].
  float usual_spacing_mm() const { return spacing_mm_; }

 private:
  using Cell = std::array<std::int32_t, 3>;

  Cell cell_of(const recon::Vec3& point_mm) const;
  std::int64_t index_of(const Cell& cell) const;
  void fill_cells();
  float margin_in_cell_mm(const recon::Vec3& point_mm, const Cell& cell) const;
  void search_shell(const Cell& centre, std::int32_t shell, const recon::Vec3& point_mm, std::uint32_t left_out,
                    Found& best) const;
  Found search(const recon::Vec3& point_mm, float farthest_mm, std::uint32_t left_out) const;
  float median_spacing_mm() const;

  std::span<const recon::Vec3> centres_mm_;
  recon::Vec3 low_mm_{};
  float cell_mm_ = 1;
  Cell cells_{};                      ///< along each axis
  std::vector<std::uint32_t> first_;  ///< by cell: of its crystals in sorted_; one more than cells
  std::vector<std::uint32_t> sorted_;
  float spacing_mm_ = 0;
  struct Seen {
    recon::Vec3 point_mm;
    Found found;
  };
  std::vector<Seen> seen_;  ///< by a hash of the point
};

}  // namespace coincide::io
