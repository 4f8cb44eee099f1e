#include "recon/movement_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>

#include "projectors/error.h"

namespace coincide::recon {
namespace {

constexpr std::uint32_t latest = std::numeric_limits<std::uint32_t>::max();

}  // namespace

bool MovementLog::Place::same_as(const Place& other) const {
  return bed.pose == other.bed.pose && gantry.pose == other.gantry.pose && problem() == other.problem();
}

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
    (movements_[index].of_gantry ? place.gantry : place.bed) = movements_[index];
    place.changes += place.same_as(result.back()) ? 0 : 1;
    result.push_back(place);
  }
  return result;
}

/// Of movements at the very time of a block count those before it in the file or, if none is, all.
std::size_t MovementLog::movements_until(std::uint32_t start_ms, std::uint32_t movements_before,
                                         const std::vector<std::uint32_t>& order) const {
  const auto start_of = [this](std::uint32_t index) { return movements_[index].start_ms; };
  const auto first = std::ranges::lower_bound(order, start_ms, {}, start_of);
  const auto last = std::ranges::upper_bound(order, start_ms, {}, start_of);
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

/// Of all movements until then, unless blocks that begin at that very moment stand between some in the file.
const MovementLog::Place& MovementLog::place_of_blocks_at(std::uint32_t time_ms, const std::vector<Place>& all,
                                                          const std::vector<std::uint32_t>& order) const {
  const Place* found = nullptr;
  for (const Run& run : runs_) {
    if (run.first_ms == time_ms || run.last_ms == time_ms) {
      const Place& place = all[movements_until(time_ms, run.movements_before, order)];
      if (found != nullptr && !found->same_as(place)) {
        throw InputError(fmt::format(
            "the bed or gantry moves at {} s between time blocks that all begin then: which events were recorded "
            "before it cannot be told. Set corrections.motion = \"off\", or correct the times in the file",
            1e-3 * time_ms));
      }
      found = &place;
    }
  }
  return found != nullptr ? *found : all[movements_until(time_ms, latest, order)];
}

/// From the beginning and from the time of each movement on, and from 1 ms later, where that is another place.
std::vector<std::pair<std::uint32_t, MovementLog::Place>> MovementLog::places_by_time() const {
  const std::vector<std::uint32_t> order = order_of_time();
  const std::vector<Place> all = places(order);
  std::vector<std::pair<std::uint32_t, Place>> result{{0, place_of_blocks_at(0, all, order)}};
  const auto stand = [&](std::uint32_t time_ms, const Place& place) {
    if (result.back().first == time_ms) {
      result.back().second = place;
    } else if (!result.back().second.same_as(place)) {
      result.emplace_back(time_ms, place);
    }
  };
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::uint32_t time_ms = movements_[order[i]].start_ms;
    if (i + 1 < order.size() && movements_[order[i + 1]].start_ms == time_ms) {
      continue;  // with the last of that time
    }
    stand(time_ms, place_of_blocks_at(time_ms, all, order));
    if (time_ms < latest) {
      stand(time_ms + 1, all[i + 1]);
    }
  }
  return result;
}

bool MovementLog::recorded_in(std::uint32_t start_ms, std::uint64_t stop_ms) const {
  return std::ranges::any_of(runs_, [&](const Run& run) { return run.first_ms < stop_ms && run.last_ms >= start_ms; });
}

std::vector<PoseRow> MovementLog::poses() const {
  const std::vector<std::pair<std::uint32_t, Place>> stands = places_by_time();
  std::vector<PoseRow> rows;
  for (std::size_t i = 0; i < stands.size(); ++i) {
    const auto& [start_ms, place] = stands[i];
    const std::uint64_t stop_ms = i + 1 < stands.size() ? stands[i + 1].first : std::uint64_t{latest} + 1;
    if (!place.problem().empty() && recorded_in(start_ms, stop_ms)) {
      throw InputError(fmt::format(
          "where bed or gantry stand from {} s on cannot be used: {}. Set corrections.motion = \"off\" to leave the "
          "movements that the file states out",
          1e-3 * start_ms, place.problem()));
    }
    rows.push_back({1e-3 * start_ms, place.pose()});
  }
  return rows;
}

}  // namespace coincide::recon
