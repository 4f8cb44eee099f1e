#include "recon/motion/poses.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "projectors/error.h"

namespace coincide::recon {
namespace {

constexpr std::int64_t last_ms = std::numeric_limits<std::uint32_t>::max();

/// Throws InputError for what is no pose.
Pose checked(const PoseRow& row, double zero_s) {
  constexpr double farthest_s = 1e9;
  constexpr double farthest_mm = 1e6;
  const auto& [w, x, y, z] = row.pose.q;
  const double length = std::sqrt(w * w + x * x + y * y + z * z);
  const bool far = std::ranges::any_of(row.pose.t_mm, [](double t) { return !(std::abs(t) <= farthest_mm); });
  if (!(std::abs(length - 1) <= 0.01) || far || !(std::abs(zero_s + row.time_s) <= farthest_s)) {
    throw InputError(
        fmt::format("the pose at {} s has the quaternion {}, {}, {}, {} and the shift {}, {}, {} mm: a quaternion of "
                    "length 1 and a shift of at most {} mm are needed",
                    row.time_s, w, x, y, z, row.pose.t_mm[0], row.pose.t_mm[1], row.pose.t_mm[2], farthest_mm));
  }
  return {{w / length, x / length, y / length, z / length}, row.pose.t_mm};
}

}  // namespace

PoseTable::PoseTable(std::span<const PoseRow> rows, double zero_s) {
  std::vector<std::pair<std::int64_t, Pose>> sorted;
  for (const PoseRow& row : rows) {
    const Pose pose = checked(row, zero_s);
    sorted.emplace_back(std::llround(1e3 * (zero_s + row.time_s)), pose);
  }
  std::ranges::sort(sorted, {}, [](const auto& row) { return row.first; });
  for (const auto& [start_ms, pose] : sorted) {
    if (!start_ms_.empty() && start_ms_.back() == start_ms) {
      throw InputError(
          fmt::format("the table of poses has two at {} s of the data", 1e-3 * static_cast<double>(start_ms)));
    }
    start_ms_.push_back(start_ms);
    poses_.push_back(pose);
  }
  if (poses_.empty()) {
    throw InputError("the table of poses is empty");
  }
}

std::size_t PoseTable::row_at(std::uint32_t time_ms) const {
  const auto behind = std::ranges::upper_bound(start_ms_, std::int64_t{time_ms});
  return behind == start_ms_.begin() ? 0 : static_cast<std::size_t>(behind - start_ms_.begin()) - 1;
}

/// To when the table tells where the body is.
std::int64_t PoseTable::reach_ms() const {
  std::int64_t longest_ms = size() > 1 ? 0 : last_ms;
  for (std::size_t row = 1; row < start_ms_.size(); ++row) {
    longest_ms = std::max(longest_ms, start_ms_[row] - start_ms_[row - 1]);
  }
  return start_ms_.back() + longest_ms;
}

void PoseTable::check_covers(const TimeInterval& recorded) const {
  const bool late = recorded.start_ms < start_ms_.front();
  if (late || recorded.stop_ms > reach_ms()) {
    throw InputError(fmt::format(
        "the poses begin at {:.9g} s of the data and the last of them at {:.9g} s, but the frame was recorded from "
        "{:.9g} s to {:.9g} s: add a row for its {}, or check the zero of the table (input.motion_zero, "
        "input.motion_zero_s)",
        1e-3 * static_cast<double>(start_ms_.front()), 1e-3 * static_cast<double>(start_ms_.back()),
        1e-3 * recorded.start_ms, 1e-3 * recorded.stop_ms, late ? "start" : "end"));
  }
}

}  // namespace coincide::recon
