#include "recon/movement_log.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace coincide::recon {

void MovementLog::add(const TimeBlock& block) {
  const std::uint32_t start_ms = block.time.start_ms;
  if (!runs_.empty() && runs_.back().movements_before == block.movements_before && runs_.back().last_ms <= start_ms) {
    runs_.back().last_ms = start_ms;
  } else {
    runs_.push_back({start_ms, start_ms, block.movements_before});
  }
}

std::vector<std::uint32_t> MovementLog::order_of_time() const {
  std::vector<std::uint32_t> order(movements_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {}, [this](std::uint32_t index) { return movements_[index].start_ms; });
  return order;
}

/// By number of movements that have happened.
std::vector<MovementLog::Place> MovementLog::places(const std::vector<std::uint32_t>& order) const {
  std::vector<Place> result(1);
  for (const std::uint32_t index : order) {
    Place place = result.back();
    (movements_[index].of_gantry ? place.gantry : place.bed) = movements_[index].place;
    place.changes += place.same_as(result.back()) ? 0 : 1;
    result.push_back(place);
  }
  return result;
}

/// Of movements at the very time of a block count those before it in the file or, if none is, all.
std::size_t MovementLog::movements_until(std::uint32_t start_ms, std::uint32_t movements_before,
                                         const std::vector<std::uint32_t>& order) const {
  const auto [first, last] =
      std::ranges::equal_range(order, start_ms, {}, [this](std::uint32_t index) { return movements_[index].start_ms; });
  const auto read = std::ranges::lower_bound(first, last, movements_before);
  return static_cast<std::size_t>((read == first ? last : read) - order.begin());
}

const MovementLog::Run& MovementLog::earliest() const {
  return *std::ranges::min_element(runs_, {},
                                   [](const Run& run) { return std::tuple(run.first_ms, run.movements_before); });
}

bool MovementLog::starts_elsewhere() const {
  if (runs_.empty()) {
    return false;
  }
  const std::vector<std::uint32_t> order = order_of_time();
  const Run& run = earliest();
  return !places(order)[movements_until(run.first_ms, run.movements_before, order)].same_as({});
}

std::optional<std::uint32_t> MovementLog::first_change_ms() const {
  if (runs_.empty() || movements_.empty()) {
    return std::nullopt;
  }
  const std::vector<std::uint32_t> order = order_of_time();
  const std::vector<Place> all = places(order);
  const Place start = all[movements_until(earliest().first_ms, earliest().movements_before, order)];
  std::optional<std::uint32_t> change_ms;
  const auto changes_at = [&](std::uint32_t time_ms) { change_ms = std::min(change_ms.value_or(time_ms), time_ms); };
  for (const Run& run : runs_) {
    const std::size_t first = movements_until(run.first_ms, run.movements_before, order);
    const std::size_t last = movements_until(run.last_ms, run.movements_before, order);
    if (!all[first].same_as(start)) {
      changes_at(run.first_ms);
    } else if (all[first].changes != all[last].changes) {
      const auto next = std::ranges::upper_bound(all, all[first].changes, {}, &Place::changes);
      changes_at(movements_[order[static_cast<std::size_t>(next - all.begin()) - 1]].start_ms);
    }
  }
  return change_ms;
}

}  // namespace coincide::recon
