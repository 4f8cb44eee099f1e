#include "recon/psf_widths.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "projectors/error.h"
#include "recon/field_of_view.h"

namespace coincide::recon {
namespace {

constexpr double most_mm = 50;

void check_row(const PsfWidths& row) {
  if (!(row.radius_mm >= 0) || !std::isfinite(row.radius_mm)) {
    throw InputError(fmt::format("a radius is {} mm: it must be 0 or more", row.radius_mm));
  }
  for (const double width : {row.radial_mm, row.tangential_mm, row.axial_mm}) {
    if (!(width > 0 && width <= most_mm)) {
      throw InputError(fmt::format("a width at radius {} mm is {} mm: it must be above 0 and at most {} mm",
                                   row.radius_mm, width, most_mm));
    }
  }
}

void check_table(const std::vector<PsfWidths>& table) {
  if (table.empty()) {
    throw InputError("the table of the resolution model has no rows");
  }
  std::ranges::for_each(table, check_row);
  const auto falls = [](const PsfWidths& row, const PsfWidths& next) { return !(row.radius_mm < next.radius_mm); };
  if (const auto row = std::ranges::adjacent_find(table, falls); row != table.end()) {
    throw InputError(
        fmt::format("radius {} mm stands before {} mm: radii must ascend", row->radius_mm, std::next(row)->radius_mm));
  }
}

}  // namespace

Psf::Psf(double fwhm_mm) {
  if (!(fwhm_mm >= 0) || !std::isfinite(fwhm_mm)) {
    throw InputError(fmt::format("the width of the resolution model is {} mm: it must be 0 or more", fwhm_mm));
  }
  if (fwhm_mm != 0) {
    rows = {{.radius_mm = 0, .radial_mm = fwhm_mm, .tangential_mm = fwhm_mm, .axial_mm = fwhm_mm}};
  }
}

Psf::Psf(std::vector<PsfWidths> table, const Scanner& scanner) : rows(std::move(table)) {
  constexpr float along = 0.999F;
  check_table(rows);
  const FieldOfView field(scanner);
  if (const Vec3 axis = field.axis(); !one_width_mm() && std::abs(axis[2]) < along) {
    throw InputError(fmt::format(
        "its radii count from the scanner's axis, which must be z; this scanner's is ({:.2f}, {:.2f}, {:.2f})", axis[0],
        axis[1], axis[2]));
  }
  axis_mm = {field.middle_mm()[0], field.middle_mm()[1]};
}

std::optional<double> Psf::one_width_mm() const {
  const auto [least, most] = range_mm();
  return !is_none() && least == most ? std::optional(least) : std::nullopt;
}

PsfWidths Psf::at(double radius_mm) const {
  const auto after = std::ranges::lower_bound(rows, radius_mm, {}, &PsfWidths::radius_mm);
  if (after == rows.begin() || after == rows.end()) {
    PsfWidths nearest = after == rows.end() ? rows.back() : *after;
    nearest.radius_mm = radius_mm;
    return nearest;
  }
  const PsfWidths &low = *std::prev(after), &high = *after;
  const double part = (radius_mm - low.radius_mm) / (high.radius_mm - low.radius_mm);
  return {.radius_mm = radius_mm,
          .radial_mm = std::lerp(low.radial_mm, high.radial_mm, part),
          .tangential_mm = std::lerp(low.tangential_mm, high.tangential_mm, part),
          .axial_mm = std::lerp(low.axial_mm, high.axial_mm, part)};
}

std::array<double, 2> Psf::range_mm() const {
  std::vector<double> all;
  for (const PsfWidths& row : rows) {
    all.insert(all.end(), {row.radial_mm, row.tangential_mm, row.axial_mm});
  }
  if (all.empty()) {
    return {0, 0};
  }
  const auto [least, most] = std::ranges::minmax(all);
  return {least, most};
}

double Psf::least_across_mm() const {
  const auto across = [](const PsfWidths& row) { return std::min(row.radial_mm, row.tangential_mm); };
  return is_none() ? 0 : across(*std::ranges::min_element(rows, {}, across));
}

std::string psf_text(const Psf& psf) {
  const auto [least, most] = psf.range_mm();
  return least == most ? fmt::format("{:g} mm", least) : fmt::format("{:.3g} to {:.3g} mm", least, most);
}

}  // namespace coincide::recon
