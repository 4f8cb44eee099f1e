#include "recon/live_time.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <span>
#include <utility>

namespace coincide::recon {
namespace {

constexpr std::uint32_t latest_ms = std::numeric_limits<std::uint32_t>::max();

/// to <- mean of both; what is missing is 1.
void average(std::vector<float>& to, double weight_to, const std::vector<float>& from, double weight_from) {
  if (to.empty() && from.empty()) {
    return;
  }
  to.resize(std::max(to.size(), from.size()), 1);
  for (std::size_t i = 0; i < to.size(); ++i) {
    const double other = from.empty() ? 1 : from[i];
    to[i] = static_cast<float>((weight_to * to[i] + weight_from * other) / (weight_to + weight_from));
  }
}

/// Appends `count` rows with the numbers of all of `parts`; what is empty is 1.
template <class Numbers>
void append_turned(const std::vector<const AliveFractions*>& parts, const Numbers& numbers_of, std::size_t count,
                   std::vector<float>& rows) {
  rows.reserve(rows.size() + count * parts.size());
  for (std::size_t i = 0; i < count; ++i) {
    for (const AliveFractions* part : parts) {
      const auto numbers = numbers_of(*part);
      rows.push_back(numbers.empty() ? 1 : numbers[i]);
    }
  }
}

}  // namespace

template <class Use>
void LiveTime::for_times(const Scanner& scanner, std::uint32_t crystal_a, std::uint32_t window_a,
                         std::uint32_t crystal_b, std::uint32_t window_b, const Use& use) const {
  const std::size_t times = weight_.size();
  const auto bin = [&](std::uint32_t crystal, std::uint32_t window) {
    const std::uint32_t type = scanner.crystal_type[crystal];
    const ModuleType& of = scanner.module_types[type];
    const std::size_t index =
        first_bin_[type] + std::size_t{crystal - of.first_crystal} * of.num_energy_windows() + window;
    return bin_.data() + index * times;
  };
  const float* a = bin(crystal_a, window_a);
  const float* b = bin(crystal_b, window_b);
  const float* pair = nullptr;
  if (!module_pair_.empty()) {
    const std::size_t module_a = scanner.crystal_module[crystal_a];
    const std::size_t module_b = scanner.crystal_module[crystal_b];
    const std::size_t high = std::max(module_a, module_b);
    pair = module_pair_.data() + (high * (high + 1) / 2 + std::min(module_a, module_b)) * times;
  }
  for (std::size_t k = 0; k < times; ++k) {
    use(k, a[k] * b[k] * (pair != nullptr ? pair[k] : 1));
  }
}

float LiveTime::fraction(const Scanner& scanner, std::uint32_t crystal_a, std::uint32_t window_a,
                         std::uint32_t crystal_b, std::uint32_t window_b) const {
  float sum = 0;
  for_times(scanner, crystal_a, window_a, crystal_b, window_b,
            [&](std::size_t k, float alive) { sum += weight_[k] * alive; });
  return sum;
}

void LiveTime::add_fractions(const Scanner& scanner, std::uint32_t crystal_a, std::uint32_t window_a,
                             std::uint32_t crystal_b, std::uint32_t window_b, std::span<double> sums) const {
  for_times(scanner, crystal_a, window_a, crystal_b, window_b,
            [&](std::size_t k, float alive) { sums[k] += static_cast<double>(alive); });
}

void LiveTimeLog::add(AliveFractions fractions) {
  if (fractions.time.start_ms == latest_ms) {
    return;  // nothing is recorded later
  }
  const auto behind = std::ranges::upper_bound(parts_, fractions.time.start_ms, {}, &Part::start_ms);
  Part part{.start_ms = fractions.time.start_ms, .fractions = std::move(fractions), .times = {}};
  part.times.add(part.fractions.time);
  part.stop_ms = part.fractions.time.stop_ms;
  parts_.insert(behind, std::move(part));
  if (parts_.size() > most_times) {
    join_shortest();
  }
}

/// Of a part; one without a stop holds until the next.
TimeIntervals LiveTimeLog::times_of(const Part& part) const {
  if (part.times.count() > 0) {
    return part.times;
  }
  const auto next = std::ranges::upper_bound(parts_, part.start_ms, {}, &Part::start_ms);
  TimeIntervals times;
  times.add({part.start_ms, next == parts_.end() ? latest_ms : next->start_ms});
  return times;
}

void LiveTimeLog::join_shortest() {
  const auto span_ms = [this](std::size_t i) {
    return std::max(parts_[i].stop_ms, std::max(parts_[i + 1].start_ms, parts_[i + 1].stop_ms)) - parts_[i].start_ms;
  };
  const std::size_t pairs = parts_.size() - (parts_.back().times.count() == 0 ? 2 : 1);  // the last may go on for ever
  std::size_t shortest = 0;
  for (std::size_t i = 1; i < pairs; ++i) {
    shortest = span_ms(i) < span_ms(shortest) ? i : shortest;
  }
  Part& first = parts_[shortest];
  Part& second = parts_[shortest + 1];
  for (Part* part : {&first, &second}) {
    if (part->times.count() == 0) {
      part->times = times_of(*part);
      part->stop_ms = part->times.list().back().stop_ms;
    }
  }
  const double length = first.times.total_s();
  const double length_of_second = second.times.total_s();
  for (std::size_t type = 0; type < first.fractions.bin.size(); ++type) {
    average(first.fractions.bin[type], length, second.fractions.bin[type], length_of_second);
  }
  average(first.fractions.module_pair, length, second.fractions.module_pair, length_of_second);
  if (first.times.count() < second.times.count()) {
    std::swap(first.times, second.times);
  }
  for (const TimeInterval& interval : second.times.list()) {
    first.times.add(interval);
  }
  first.stop_ms = std::max(first.stop_ms, second.stop_ms);
  parts_.erase(parts_.begin() + static_cast<std::ptrdiff_t>(shortest) + 1);
}

LiveTime LiveTimeLog::mean(const Scanner& scanner, const TimeIntervals& recorded, double half_life_s) const {
  LiveTime result;
  std::vector<const AliveFractions*> used;
  std::vector<double> weights;
  TimeIntervals stated;
  for (const Part& part : parts_) {
    const TimeIntervals common = recorded.overlap(times_of(part));
    if (common.count() > 0) {
      used.push_back(&part.fractions);
      weights.push_back(decayed_s(common, half_life_s, recorded.list().front().start_ms));
      result.times_.push_back(common);
    }
    for (const TimeInterval& interval : common.list()) {
      stated.add(interval);
    }
  }
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (!(sum > 0)) {
    return {};
  }
  result.covered_ = stated.total_s() / recorded.total_s();
  for (const double weight : weights) {
    result.weight_.push_back(static_cast<float>(weight / sum));
  }
  std::uint32_t bins = 0;
  for (std::size_t type = 0; type < scanner.module_types.size(); ++type) {
    const ModuleType& of = scanner.module_types[type];
    const std::uint32_t bins_of_type = of.num_crystals() * of.num_energy_windows();
    result.first_bin_.push_back(bins);
    append_turned(
        used, [type](const AliveFractions& one) { return std::span(one.bin[type]); }, bins_of_type, result.bin_);
    bins += bins_of_type;
  }
  if (std::ranges::any_of(used, [](const AliveFractions* one) { return !one->module_pair.empty(); })) {
    const std::size_t modules = scanner.num_modules();
    append_turned(
        used, [](const AliveFractions& one) { return std::span(one.module_pair); }, modules * (modules + 1) / 2,
        result.module_pair_);
  }
  return result;
}

}  // namespace coincide::recon
