#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "io/data_checks.h"

namespace coincide::io {
namespace {

/// An interval of one axis, from the middle of the scanner.
struct Reach {
  double low_mm = 0;
  double high_mm = 0;

  double length_mm() const { return high_mm - low_mm; }
  double farthest_mm() const { return std::max(-low_mm, high_mm); }
  /// From the middle of the scanner.
  double nearest_mm() const { return std::max({0.0, low_mm, -high_mm}); }
};

Reach reach_of(const recon::ImageGrid& grid, std::size_t axis, double middle_mm) {
  const double low = grid.origin_mm[axis] - 0.5 * grid.voxel_size_mm[axis] - middle_mm;
  return {low, low + static_cast<double>(grid.shape[axis]) * grid.voxel_size_mm[axis]};
}

/// Of the crystals' boxes along the axis, where they are known, else of their centres.
Reach axial_field(const recon::Scanner& scanner, double middle_mm) {
  const double half = scanner.half_extent_mm()[2];
  Reach field{-half, half};
  for (const auto& corners : scanner.crystal_corners_mm) {
    for (const recon::Vec3& corner : corners) {
      field.low_mm = std::min(field.low_mm, corner[2] - middle_mm);
      field.high_mm = std::max(field.high_mm, corner[2] - middle_mm);
    }
  }
  return field;
}

/// Adds a finding to a check that was good, or to the findings that it has.
void notice(DataCheck& check, const std::string& sentence, const std::string& remedy) {
  const bool first = check.verdict == Verdict::good;
  check.sentence = first ? sentence : check.sentence + "; " + sentence;
  check.remedy = first ? remedy : check.remedy + " " + remedy;
  check.verdict = Verdict::notice;
}

void check_across(const Reach& reach, double radius_mm, const char* axis, double voxel_mm, DataCheck& check) {
  const double out_mm = reach.farthest_mm() - radius_mm;
  if (out_mm <= voxel_mm) {
    return;
  }
  const bool too_large = reach.length_mm() > 2 * (radius_mm + voxel_mm);
  notice(check,
         fmt::format("along {} it reaches {:.0f} mm from the axis, {:.0f} mm beyond the crystals", axis,
                     reach.farthest_mm(), out_mm),
         too_large
             ? fmt::format("Choose image.size times image.voxel_size_mm along {} below {:.0f} mm, or image.size 0 "
                           "for all of the bore.",
                           axis, 2 * radius_mm)
             : fmt::format("Bring image.centre_offset_mm along {} nearer to 0.", axis));
}

void check_along(const Reach& reach, const Reach& field, double voxel_mm, DataCheck& check) {
  constexpr double enough_covered = 0.9;
  const double out_mm = std::max(field.low_mm - reach.low_mm, reach.high_mm - field.high_mm);
  if (out_mm > voxel_mm) {
    notice(check, fmt::format("along z it reaches {:.0f} mm beyond the crystals, where nothing is measured", out_mm),
           "Choose image.size 0 along z, and no image.centre_offset_mm, for just the axial field of view.");
  }
  const double covered_mm = std::min(reach.high_mm, field.high_mm) - std::max(reach.low_mm, field.low_mm);
  // An image of the crystals' centres leaves half a crystal uncovered at each end, which is much of a single ring.
  const bool much = covered_mm < enough_covered * field.length_mm();
  if (much && field.length_mm() - covered_mm > 2 * voxel_mm) {
    notice(check,
           fmt::format("it covers {:.0f} of the {:.0f} mm of the axial field of view", covered_mm, field.length_mm()),
           "Choose a larger image.size along z, or 0 for all of it: activity outside the image ends up in it.");
  }
}

}  // namespace

DataCheck check_grid(const recon::Scanner& scanner, const recon::ImageGrid& grid) {
  const recon::Vec3 middle = scanner.centre_mm();
  const Reach x = reach_of(grid, 0, middle[0]);
  const Reach y = reach_of(grid, 1, middle[1]);
  const Reach z = reach_of(grid, 2, middle[2]);
  const Reach field = axial_field(scanner, middle[2]);
  const double radius_mm = scanner.bore_radius_mm();
  const double away_mm = std::hypot(x.nearest_mm(), y.nearest_mm());
  if (away_mm >= radius_mm || z.low_mm > field.high_mm || z.high_mm < field.low_mm) {
    return {
        "Image grid", Verdict::bad,
        fmt::format("it misses the scanner: its nearest point is {:.0f} mm from the axis of a bore of radius {:.0f} "
                    "mm, and {:.0f} mm from the middle along it, where crystals reach {:.0f} mm",
                    away_mm, radius_mm, z.nearest_mm(), field.farthest_mm()),
        "Set image.centre_offset_mm to 0, or to a place in the bore."};
  }
  DataCheck check{"Image grid", Verdict::good,
                  fmt::format("{:.0f} x {:.0f} x {:.0f} mm, inside the bore of radius {:.0f} mm and along {:.0f} mm of "
                              "crystals",
                              x.length_mm(), y.length_mm(), z.length_mm(), radius_mm, field.length_mm()),
                  ""};
  check_across(x, radius_mm, "x", grid.voxel_size_mm[0], check);
  check_across(y, radius_mm, "y", grid.voxel_size_mm[1], check);
  check_along(z, field, grid.voxel_size_mm[2], check);
  return check;
}

}  // namespace coincide::io
