#include "recon/data/histogram.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>

#include "projectors/error.h"

namespace coincide::recon {
namespace {

void check_length(std::string_view what, std::size_t length, std::int64_t wanted, std::string_view of) {
  if (length != static_cast<std::size_t>(wanted)) {
    throw InputError(fmt::format("the histogram has {} {} for {} {}: there must be as many", length, what, wanted, of));
  }
}

void check_points(const Histogram& histogram) {
  const std::size_t points = histogram.point_mm.size();
  for (const std::vector<std::uint32_t>* column : {&histogram.start, &histogram.end}) {
    const auto wrong = std::ranges::find_if(*column, [points](std::uint32_t index) { return index >= points; });
    if (wrong != column->end()) {
      throw InputError(
          fmt::format("LOR {} of the histogram ends at point {} of {}", wrong - column->begin(), *wrong, points));
    }
  }
  for (std::size_t i = 0; i < points; ++i) {
    const auto possible = [](float x) { return std::abs(x) <= farthest_crystal_mm; };
    if (!std::ranges::all_of(histogram.point_mm[i], possible)) {
      throw InputError(fmt::format("point {} of the histogram has a coordinate that is not within {:.0f} mm", i,
                                   farthest_crystal_mm));
    }
  }
}

void check_values(std::string_view what, const std::vector<float>& values) {
  const auto wrong = std::ranges::find_if_not(values, [](float value) { return value >= 0 && std::isfinite(value); });
  if (wrong != values.end()) {
    throw InputError(fmt::format("bin {} of the histogram has {} {}: all must be finite and not negative",
                                 wrong - values.begin(), what, *wrong));
  }
}

void check_axis(const TofAxis& tof) {
  const auto positive = [](float value) { return value > 0 && std::isfinite(value); };
  if (tof.num_bins < 1 || !positive(tof.bin_width_mm) || !positive(tof.sigma_mm) || !positive(tof.num_sigmas)) {
    throw InputError(fmt::format(
        "the histogram has {} TOF bins of width {} mm and sigma {} mm, cut at {} sigma: all must be positive",
        tof.num_bins, tof.bin_width_mm, tof.sigma_mm, tof.num_sigmas));
  }
}

}  // namespace

namespace {

/// Rows of `per_lor` values.
template <class T>
void keep_rows(std::vector<T>& values, std::int64_t per_lor, const std::vector<std::int64_t>& lors) {
  std::vector<T> kept;
  kept.reserve(lors.size() * static_cast<std::size_t>(per_lor));
  for (const std::int64_t lor : lors) {
    const auto row = values.begin() + lor * per_lor;
    kept.insert(kept.end(), row, row + per_lor);
  }
  values = std::move(kept);
}

}  // namespace

void Histogram::keep(const LorShare& share) {
  if (share.is_all()) {
    return;
  }
  if (view.empty()) {
    view.resize(start.size());
    std::iota(view.begin(), view.end(), 0U);
  }
  std::vector<std::uint32_t> met(view.empty() ? 0 : *std::ranges::max_element(view) + std::size_t{1});
  std::vector<std::int64_t> own;
  for (std::size_t lor = 0; lor < view.size(); ++lor) {
    if (share.takes(view[lor], met[view[lor]]++)) {
      own.push_back(static_cast<std::int64_t>(lor));
    }
  }
  for (std::vector<float>* column : {&counts, &factor, &additive}) {
    keep_rows(*column, bins_per_lor(), own);
  }
  for (std::vector<std::uint32_t>* column : {&start, &end, &view}) {
    keep_rows(*column, 1, own);
  }
}

projectors::Lors Histogram::lors(std::int64_t first, std::int64_t count) const {
  const float* points = point_mm.front().data();
  return {.start_mm = points,
          .end_mm = points,
          .count = count,
          .start_index = start.data() + first,
          .end_index = end.data() + first,
          .num_points = std::ssize(point_mm)};
}

void Histogram::check() const {
  if (num_lors() == 0) {
    throw InputError("the histogram has no LORs");
  }
  if (tof) {
    check_axis(*tof);
  }
  check_length("end points", end.size(), num_lors(), "LORs");
  check_length("counts", counts.size(), num_bins(), "bins");
  check_length("factors", factor.size(), num_bins(), "bins");
  check_length("additive terms", additive.size(), num_bins(), "bins");
  if (!view.empty()) {
    check_length("views", view.size(), num_lors(), "LORs");
  }
  check_points(*this);
  check_values("counts of", counts);
  check_values("a factor of", factor);
  check_values("an additive term of", additive);
}

std::uint64_t histogram_bytes(std::uint64_t num_lors, std::int64_t bins_per_lor) {
  constexpr std::uint64_t of_lor = 2 * sizeof(std::uint32_t);
  constexpr std::uint64_t of_bin = 3 * sizeof(float);
  return num_lors * (of_lor + of_bin * static_cast<std::uint64_t>(bins_per_lor));
}

}  // namespace coincide::recon
