#include "recon/simulation/acquisition.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "recon/randoms.h"
#include "recon/units.h"

namespace coincide::recon {
namespace {

constexpr std::uint32_t interval_ms = 10;

/// Recorded true coincidences per second, to half a percent, from a run beforehand.
double estimate_trues_per_s(const PairSampler& sampler, std::uint64_t seed, int num_threads, StopFlag& stop) {
  constexpr std::uint32_t batches = 64;
  constexpr std::uint32_t candidates_per_batch = 4096;
  constexpr std::uint64_t enough = 40000;
  constexpr std::uint32_t most_rounds = 16;
  std::uint64_t recorded = 0;
  std::uint32_t rounds = 0;
  while (recorded < enough && rounds < most_rounds && !stop()) {
#pragma omp parallel for num_threads(num_threads) reduction(+ : recorded) schedule(dynamic)
    for (std::uint32_t batch = 0; batch < batches; ++batch) {
      for (std::uint32_t i = 0; i < candidates_per_batch && !stop(); ++i) {
        RandomStream random = random_stream(seed, Purpose::pilot, rounds * batches + batch, i);
        recorded += sampler.follow_candidate(random) ? 1 : 0;
      }
    }
    ++rounds;
  }
  const auto candidates = static_cast<double>(std::uint64_t{std::max(1U, rounds)} * batches * candidates_per_batch);
  return sampler.candidates_per_s() * static_cast<double>(recorded) / candidates;
}

void append(EventBlock& events, const Coincidence& pair, std::uint32_t time_ms, bool delayed) {
  events.crystal_a.push_back(pair.crystal_a);
  events.crystal_b.push_back(pair.crystal_b);
  events.tof_bin.push_back(pair.tof_bin);
  events.time_ms.push_back(time_ms);
  events.delayed.push_back(delayed ? 1 : 0);
  events.origin.push_back(pair.origin);
}

/// From the shape that was estimated: as many as give the randoms that were asked for.
std::vector<double> singles_of_randoms(const PairSampler& sampler, const Scanner& scanner,
                                       const Efficiencies& efficiencies, double randoms_per_s) {
  Singles shape;
  shape.covered_s = 1;
  std::vector<double> result;
  for (const ModuleType& type : scanner.module_types) {
    std::vector<double>& rates = shape.per_s.emplace_back();
    for (std::uint32_t i = 0; i < type.num_crystals(); ++i) {
      rates.push_back(sampler.singles_per_s(type.first_crystal + i));
    }
    result.insert(result.end(), rates.begin(), rates.end());
  }
  const double of_shape = all_randoms(scanner, efficiencies, randoms_from_singles(scanner, shape, 1, false, 0));
  const double more = of_shape > 0 ? std::sqrt(randoms_per_s / of_shape) : 0;
  std::ranges::for_each(result, [more](double& rate) { rate *= more; });
  return result;
}

/// Of that mean.
double poisson(double mean, RandomStream& random) {
  constexpr double large = 1000;
  if (mean > large) {
    return std::max(0.0, std::round(mean + std::sqrt(mean) * random.normal()));
  }
  double counts = 0;
  for (double moment = random.exponential(); moment < mean; moment += random.exponential()) {
    ++counts;
  }
  return counts;
}

}  // namespace

Acquisition::Acquisition(PairSampler& sampler, const Scanner& scanner, const Efficiencies& efficiencies,
                         const SimulationOptions& options, int num_threads, StopFlag& stop)
    : sampler_(sampler),
      scanner_(scanner),
      stop_(stop),
      seed_(options.seed),
      decay_per_s_(options.half_life_s > 0 ? std::numbers::ln2 / options.half_life_s : 0),
      stop_ms_(static_cast<std::uint32_t>(std::llround(options.duration_s * ms_per_s))) {
  if (options.randoms_fraction > 0) {
    const double trues_per_s = estimate_trues_per_s(sampler, seed_, num_threads, stop);
    randoms_per_s_ = trues_per_s * options.randoms_fraction / (1 - options.randoms_fraction);
  }
  if (randoms_per_s_ > 0 || options.dead_time_us > 0) {
    constexpr int decays = 128;  // crystals see all of them, so their rates are smooth
    RandomStream random = random_stream(seed_, Purpose::singles, 0);
    sampler.estimate_singles(random, decays, num_threads, stop);
  }
  if (options.singles && randoms_per_s_ > 0) {
    singles_per_s_ = singles_of_randoms(sampler, scanner, efficiencies, randoms_per_s_);
  }
  if (options.dead_time_us > 0) {
    constexpr double us_per_s = 1e6;
    dead_at_start_.assign(scanner.num_modules(), 0);
    for (std::uint32_t crystal = 0; crystal < scanner.num_crystals(); ++crystal) {
      dead_at_start_[scanner.crystal_module[crystal]] +=
          sampler.singles_per_s(crystal) * options.dead_time_us / us_per_s;
    }
  }
}

std::uint64_t Acquisition::num_intervals() const { return (stop_ms_ + interval_ms - 1) / interval_ms; }

TimeInterval Acquisition::interval(std::uint64_t index) const {
  const auto start_ms = static_cast<std::uint32_t>(index * interval_ms);
  return {start_ms, std::min(start_ms + interval_ms, stop_ms_)};
}

/// Calls work(0), work(1), ... a number of times with that mean: for each of the independent moments that fall into
/// an interval.
template <class Work>
void Acquisition::for_each_moment(double mean, RandomStream& moments, const Work& work) const {
  std::uint32_t number = 0;
  for (double moment = moments.exponential(); moment < mean && !stop_(); moment += moments.exponential()) {
    work(number++);
  }
}

/// In an interval over that at the start; intervals are short, so that its square has the mean square.
double Acquisition::mean_activity(TimeInterval time) const {
  const double middle_s = (time.start_ms + (time.stop_ms - time.start_ms) / 2.0) / ms_per_s;
  return std::exp(-decay_per_s_ * middle_s);
}

bool Acquisition::is_alive(const Coincidence& pair, double activity, RandomStream& random) const {
  return dead_at_start_.empty() || random.uniform() < part_alive(scanner_.crystal_module[pair.crystal_a], activity) *
                                                          part_alive(scanner_.crystal_module[pair.crystal_b], activity);
}

/// Until the next statement.
AliveFractions Acquisition::alive_from(std::uint32_t start_ms, double activity) const {
  AliveFractions alive{.time = {start_ms, start_ms}, .bin = {}, .module_pair = {}};
  for (const ModuleType& type : scanner_.module_types) {
    std::vector<float>& bins = alive.bin.emplace_back(type.num_crystals());
    for (std::uint32_t i = 0; i < bins.size(); ++i) {
      bins[i] = static_cast<float>(part_alive(scanner_.crystal_module[type.first_crystal + i], activity));
    }
  }
  return alive;
}

SinglesCounts Acquisition::singles_of_second(std::uint32_t start_ms) const {
  const std::uint32_t stop_ms = std::min(start_ms + 1000, stop_ms_);
  const double mean_s =
      decay_per_s_ > 0
          ? (std::exp(-decay_per_s_ * start_ms / ms_per_s) - std::exp(-decay_per_s_ * stop_ms / ms_per_s)) /
                decay_per_s_
          : (stop_ms - start_ms) / ms_per_s;
  SinglesCounts singles{.time = {start_ms, stop_ms}, .bin = {}};
  RandomStream random = random_stream(seed_, Purpose::singles, 1 + start_ms);
  for (const ModuleType& type : scanner_.module_types) {
    std::vector<float>& bins = singles.bin.emplace_back();
    for (std::uint32_t i = 0; i < type.num_crystals(); ++i) {
      bins.push_back(static_cast<float>(poisson(mean_s * singles_per_s_[type.first_crystal + i], random)));
    }
  }
  return singles;
}

EventBlock Acquisition::simulate_interval(std::uint64_t index) const {
  const TimeInterval time = interval(index);
  const double duration_s = (time.stop_ms - time.start_ms) / ms_per_s;
  const double activity = mean_activity(time);
  const auto batch = static_cast<std::uint32_t>(index);
  RandomStream moments = random_stream(seed_, Purpose::moments, batch);
  EventBlock events;
  for_each_moment(sampler_.candidates_per_s() * activity * duration_s, moments, [&](std::uint32_t number) {
    RandomStream random = random_stream(seed_, Purpose::decays, batch, number);
    const std::optional<Coincidence> pair = sampler_.follow_candidate(random);
    if (pair && is_alive(*pair, activity, random)) {
      append(events, *pair, time.start_ms, false);
    }
  });
  for (const bool delayed : {false, true}) {
    RandomStream random = random_stream(seed_, Purpose::randoms, batch, delayed ? 1 : 0);
    for_each_moment(randoms_per_s_ * activity * activity * duration_s, moments, [&](std::uint32_t /*number*/) {
      const Coincidence pair = sampler_.draw_random(random);
      if (is_alive(pair, activity, random)) {
        append(events, pair, time.start_ms, delayed);
      }
    });
  }
  constexpr std::uint64_t intervals_per_statement = 100;
  if (!singles_per_s_.empty() && index % intervals_per_statement == 0) {
    events.singles.push_back(singles_of_second(time.start_ms));
  }
  if (!dead_at_start_.empty() && index % (decay_per_s_ > 0 ? intervals_per_statement : num_intervals()) == 0) {
    events.alive.push_back(alive_from(time.start_ms, activity));
  }
  return events;
}

}  // namespace coincide::recon
