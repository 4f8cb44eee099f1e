#include "io/tof_places.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace coincide::io {
namespace {

constexpr float smallest_cell_mm = 16;  // finer than an object, coarse enough for many prompts per cell
constexpr int most_cells_along = 160;   // 2.5 m; what a file calls larger gets larger cells, not more of them

}  // namespace

TofPlaces::TofPlaces(const recon::Scanner& scanner) : scanner_(scanner), field_(scanner) {
  const recon::Vec3 half = scanner.half_extent_mm();
  for (int a = 0; a < 3; ++a) {
    low_[a] = field_.middle_mm()[a] - half[a];
    cell_mm_[a] = std::max(smallest_cell_mm, 2 * half[a] / most_cells_along);
    size_[a] = std::clamp(static_cast<int>(std::ceil(2 * half[a] / cell_mm_[a])), 1, most_cells_along);
  }
  for (auto& cells : cells_) {
    cells.assign(static_cast<std::size_t>(size_[0]) * size_[1] * size_[2], 0);
  }
}

void TofPlaces::add(std::uint32_t crystal_a, std::uint32_t crystal_b, float tof_mm) {
  const recon::Vec3& a = scanner_.crystal_centre_mm[crystal_a];
  const recon::Vec3& b = scanner_.crystal_centre_mm[crystal_b];
  const float length = std::hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]);
  if (!(length > 0)) {
    return;
  }
  ++events_;
  for (int sign = 0; sign < 2; ++sign) {
    const float part = 0.5F + (sign == 0 ? tof_mm : -tof_mm) / length;
    recon::Vec3 place{};
    for (int axis = 0; axis < 3; ++axis) {
      place[axis] = a[axis] + part * (b[axis] - a[axis]);
    }
    count(place, sign);
  }
}

DataCheck TofPlaces::range() const {
  const double percent =
      100.0 * static_cast<double>(outside_) / static_cast<double>(std::max<std::uint64_t>(1, events_));
  DataCheck check{"TOF range", Verdict::good, fmt::format("{:.1f} % of the prompts point outside the bore", percent),
                  ""};
  if (percent > 20) {
    check.verdict = Verdict::notice;
    check.sentence += ": more than TOF resolution explains";
    check.remedy = "Check the width and the unit of the TOF bins in the file; algorithm.tof = false does without them.";
    check.spoils_image = true;
  }
  return check;
}

DataCheck TofPlaces::sign() const {
  const double right = gathered(0);
  const double reversed = gathered(1);
  if (events_ > 10000 && right > 1.02 * reversed) {
    return {"TOF sign", Verdict::good, "as documented, the prompts gather in an object; reversed they spread", ""};
  }
  if (events_ > 10000 && reversed > 1.02 * right) {
    return {"TOF sign", Verdict::bad,
            "reversed, the prompts gather better: TOF, or the order of the two crystals, is turned round",
            "Turn the TOF bins round when converting the data, or set algorithm.tof = false."};
  }
  return {"TOF sign", Verdict::unknown, "too few prompts, or an object symmetric about the axis: the data cannot tell",
          "Check with a longer measurement of a source away from the axis."};
}

void TofPlaces::count(const recon::Vec3& place, int sign) {
  outside_ += sign == 0 && field_.is_behind_crystals(place) ? 1 : 0;
  std::size_t cell = 0;
  for (int axis = 0; axis < 3; ++axis) {
    const float index = std::floor((place[axis] - low_[axis]) / cell_mm_[axis]);
    if (!(index >= 0 && index < static_cast<float>(size_[axis]))) {
      return;
    }
    cell = cell * size_[axis] + static_cast<std::size_t>(index);
  }
  ++cells_[sign][cell];
}

double TofPlaces::gathered(int sign) const {
  return std::accumulate(cells_[sign].begin(), cells_[sign].end(), 0.0, [](double sum, std::uint32_t n) {
    return sum + static_cast<double>(n) * (static_cast<double>(n) - 1);
  });
}

}  // namespace coincide::io
