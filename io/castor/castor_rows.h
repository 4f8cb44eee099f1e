#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "recon/scanner.h"

namespace coincide::io {

/// Crystals of a table that follow each other on a straight line with equal steps: those of a flat block, in a ring.
struct CrystalRow {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

/// Splits the crystals `first` to `first + count` into such rows.
std::vector<CrystalRow> crystal_rows(std::span<const recon::Vec3> centre_mm, std::uint32_t first, std::uint32_t count);

/// The largest number of crystals that all rows are multiples of.
std::uint32_t crystals_per_row(const std::vector<CrystalRow>& rows);

/// The directions outwards from the axis z: across the rows of at least three crystals, else away from the axis.
/// Writes those of the rows' crystals only.
void directions_of_rows(std::span<const recon::Vec3> centre_mm, const std::vector<CrystalRow>& rows,
                        std::span<recon::Vec3> outwards);

/// Away from the axis z, at a right angle to it; along x on it.
recon::Vec3 radial(const recon::Vec3& point_mm);

}  // namespace coincide::io
