#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "io/data_checks.h"
#include "recon/field_of_view.h"

namespace coincide::io {
namespace {

/// An interval of one axis, from the middle of the scanner.
struct Interval {
  double low_mm = 0;
  double high_mm = 0;

  double length_mm() const { return high_mm - low_mm; }
  double farthest_mm() const { return std::max(-low_mm, high_mm); }
};

using Box = std::array<Interval, 3>;

Box box_of(const recon::ImageGrid& grid, const recon::Vec3& middle_mm) {
  Box box;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double low = grid.origin_mm[axis] - 0.5 * grid.voxel_size_mm[axis] - middle_mm[axis];
    box[axis] = {low, low + static_cast<double>(grid.shape[axis]) * grid.voxel_size_mm[axis]};
  }
  return box;
}

/// Around the crystals' centres, or around their boxes where they are known.
Box box_of_crystals(const recon::Scanner& scanner, const recon::Vec3& middle_mm) {
  const recon::Vec3 half = scanner.half_extent_mm();
  Box box;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    box[axis] = {-half[axis], half[axis]};
    for (const auto& corners : scanner.crystal_corners_mm) {
      for (const recon::Vec3& corner : corners) {
        box[axis].low_mm = std::min(box[axis].low_mm, double{corner[axis]} - middle_mm[axis]);
        box[axis].high_mm = std::max(box[axis].high_mm, double{corner[axis]} - middle_mm[axis]);
      }
    }
  }
  return box;
}

/// A grid of points of the box, and its point nearest to the middle: whether LORs pass at one of them.
bool meets(const Box& box, const recon::FieldOfView& field) {
  constexpr int steps = 16;
  const auto passes = [&](const std::array<double, 3>& from_middle_mm) {
    recon::Vec3 place = field.middle_mm();
    for (std::size_t axis = 0; axis < 3; ++axis) {
      place[axis] += static_cast<float>(from_middle_mm[axis]);
    }
    return field.contains(place);
  };
  std::array<double, 3> point{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    point[axis] = std::clamp(0.0, box[axis].low_mm, box[axis].high_mm);
  }
  bool found = passes(point);
  for (int i = 0; i < steps * steps * steps && !found; ++i) {
    const std::array<int, 3> index{i / (steps * steps), i / steps % steps, i % steps};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      point[axis] = box[axis].low_mm + (index[axis] + 0.5) / steps * box[axis].length_mm();
    }
    found = passes(point);
  }
  return found;
}

/// Adds a finding to a check that was good, or to the findings that it has.
void notice(DataCheck& check, const std::string& sentence, const std::string& remedy) {
  const bool first = check.verdict == Verdict::good;
  check.sentence = first ? sentence : check.sentence + "; " + sentence;
  check.remedy = first ? remedy : check.remedy + " " + remedy;
  check.verdict = Verdict::notice;
}

void check_across(const Interval& image, double reach_mm, const char* axis, double voxel_mm, DataCheck& check) {
  const double out_mm = image.farthest_mm() - reach_mm;
  if (out_mm <= voxel_mm) {
    return;
  }
  const bool too_large = image.length_mm() > 2 * (reach_mm + voxel_mm);
  notice(check,
         fmt::format("along {} it reaches {:.0f} mm from the middle, {:.0f} mm beyond the crystals", axis,
                     image.farthest_mm(), out_mm),
         too_large ? fmt::format("Choose image.size times image.voxel_size_mm along {} below {:.0f} mm, or image.size "
                                 "0 for all of the room between the crystals.",
                                 axis, 2 * reach_mm)
                   : fmt::format("Bring image.centre_offset_mm along {} nearer to 0.", axis));
}

void check_along(const Interval& image, const Interval& field, const char* axis, double voxel_mm, DataCheck& check) {
  constexpr double enough_covered = 0.9;
  const double out_mm = std::max(field.low_mm - image.low_mm, image.high_mm - field.high_mm);
  if (out_mm > voxel_mm) {
    notice(
        check,
        fmt::format("along {} it reaches {:.0f} mm beyond the crystals, where nothing is measured", axis, out_mm),
        fmt::format("Choose image.size 0 along {}, and no image.centre_offset_mm, for just the field of view.", axis));
  }
  const double covered_mm = std::min(image.high_mm, field.high_mm) - std::max(image.low_mm, field.low_mm);
  // An image of the crystals' centres leaves half a crystal uncovered at each end, which is much of a single ring.
  const bool much = covered_mm < enough_covered * field.length_mm();
  if (much && field.length_mm() - covered_mm > 2 * voxel_mm) {
    notice(check,
           fmt::format("it covers {:.0f} of the {:.0f} mm of the field of view along {}", covered_mm, field.length_mm(),
                       axis),
           fmt::format("Choose a larger image.size along {}, or 0 for all of it: activity outside the image ends up "
                       "in it.",
                       axis));
  }
}

}  // namespace

DataCheck check_grid(const recon::Scanner& scanner, const recon::ImageGrid& grid) {
  const recon::FieldOfView field(scanner);
  const Box image = box_of(grid, field.middle_mm());
  const Box crystals = box_of_crystals(scanner, field.middle_mm());
  if (!meets(image, field)) {
    return {
        "Image grid", Verdict::bad,
        fmt::format("it misses the scanner: along x, y and z it reaches from {:.0f} to {:.0f}, {:.0f} to {:.0f} "
                    "and {:.0f} to {:.0f} mm from the middle, but the nearest crystals stand {:.0f} mm from it, and "
                    "LORs pass between crystals only",
                    image[0].low_mm, image[0].high_mm, image[1].low_mm, image[1].high_mm, image[2].low_mm,
                    image[2].high_mm, field.bore_radius_mm()),
        "Set image.centre_offset_mm to 0, or to a place in the bore."};
  }
  DataCheck check{"Image grid", Verdict::good,
                  fmt::format("{:.0f} x {:.0f} x {:.0f} mm, between the crystals", image[0].length_mm(),
                              image[1].length_mm(), image[2].length_mm()),
                  ""};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    constexpr const char* names[] = {"x", "y", "z"};
    constexpr float open = 0.99F;  // no crystals in the way
    recon::Vec3 direction{};
    direction[axis] = 1;
    const recon::FieldOfView::Reach reach = field.reach_mm(direction);
    if (reach.ends > open) {
      check_along(image[axis], crystals[axis], names[axis], grid.voxel_size_mm[axis], check);
    } else {
      check_across(image[axis], reach.to_crystals_mm + reach.to_ends_mm, names[axis], grid.voxel_size_mm[axis], check);
    }
  }
  return check;
}

}  // namespace coincide::io
