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

PoseMap::PoseMap(const Pose& pose) : t_mm_(pose.t_mm) {
  const auto& [w, x, y, z] = pose.q;
  rows_ = {{{1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)},
            {2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)},
            {2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)}}};
}

Point PoseMap::to_scanner(const Point& p) const {
  Point moved = t_mm_;
  for (std::size_t row = 0; row < 3; ++row) {
    moved[row] += rows_[row][0] * p[0] + rows_[row][1] * p[1] + rows_[row][2] * p[2];
  }
  return moved;
}

Point PoseMap::to_reference(const Point& p) const {
  Point moved{};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      moved[column] += rows_[row][column] * (p[row] - t_mm_[row]);
    }
  }
  return moved;
}

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

TimeIntervals PoseTable::times_of(std::size_t row) const {
  const std::int64_t stop_ms = row + 1 < start_ms_.size() ? start_ms_[row + 1] : last_ms;
  const auto on_clock = [](std::int64_t ms) {
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(ms, 0, last_ms));
  };
  TimeIntervals times;
  times.add({on_clock(start_ms_[row]), on_clock(stop_ms)});
  return times;
}

double PoseTable::longest_s() const {
  std::int64_t longest_ms = 0;
  for (std::size_t row = 1; row < start_ms_.size(); ++row) {
    longest_ms = std::max(longest_ms, start_ms_[row] - start_ms_[row - 1]);
  }
  return 1e-3 * static_cast<double>(longest_ms);
}

void PoseTable::check_covers(const TimeIntervals& recorded) const {
  const std::vector<TimeInterval> intervals = recorded.list();
  if (!intervals.empty() && intervals.front().start_ms < start_ms_.front()) {
    throw InputError(fmt::format(
        "the poses begin at {} s of the data, but the frame was recorded from {} s to {} s: add a row for its start, "
        "or check the zero of the table",
        1e-3 * static_cast<double>(start_ms_.front()), 1e-3 * intervals.front().start_ms,
        1e-3 * intervals.back().stop_ms));
  }
}

}  // namespace coincide::recon
