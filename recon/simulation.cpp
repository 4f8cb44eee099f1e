#include "recon/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include "projectors/error.h"
#include "recon/field_of_view.h"
#include "recon/pair_sampler.h"
#include "recon/parallel.h"
#include "recon/stop_flag.h"

namespace coincide::recon {
namespace {

constexpr std::uint32_t interval_ms = 10;
constexpr std::uint64_t intervals_per_round = 64;  // between two reports
constexpr double ms_per_s = 1000;

/// What random numbers are for; keeps the streams of one seed apart.
enum Purpose : std::uint32_t { for_intervals, for_pilot, for_singles };

void check_options(const SimulationOptions& options) {
  constexpr double longest_s = 4e6;  // times are 32-bit ms
  if (!(options.duration_s >= 1 / ms_per_s && options.duration_s <= longest_s)) {
    throw InputError(
        fmt::format("cannot simulate {} s: the duration must be 0.001 to {:.0f} s", options.duration_s, longest_s));
  }
  if (!(options.randoms_fraction >= 0 && options.randoms_fraction <= 0.9)) {
    throw InputError(fmt::format("cannot simulate a randoms fraction of {}: it must be 0 to 0.9 of the prompts",
                                 options.randoms_fraction));
  }
}

void check_efficiencies(const Scanner& scanner, const Efficiencies& efficiencies) {
  scanner.check();
  efficiencies.check(scanner);
  for (const ModuleType& type : scanner.module_types) {
    if (type.num_energy_windows() > 1) {
      throw InputError(
          fmt::format("the scanner '{}' cannot be simulated: it has {} energy windows, but only unscattered "
                      "photons are followed, which belong to one",
                      scanner.name, type.num_energy_windows()));
    }
  }
  if (efficiencies.has_pair_values()) {
    throw InputError(
        fmt::format("the scanner '{}' cannot be simulated: its efficiencies of crystal pairs hold the solid "
                    "angle, which the simulation would count again. Use a scanner of resources/scanners",
                    scanner.name));
  }
}

/// How far the shape reaches from the phantom's origin along a direction.
double reach_mm(const Shape& shape, const std::array<double, 3>& unit_direction) {
  std::array<double, 3> along{};
  double centre_mm = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    along[axis] = std::abs(unit_direction[axis]) * shape.half_size_mm[axis];
    centre_mm += unit_direction[axis] * shape.centre_mm[axis];
  }
  const auto [x, y, z] = along;
  switch (shape.kind) {
    case ShapeKind::ellipsoid:
      return centre_mm + std::hypot(x, y, z);
    case ShapeKind::elliptic_cylinder:
      return centre_mm + std::hypot(x, y) + z;
    case ShapeKind::box:
      return centre_mm + x + y + z;
  }
  return 0;
}

/// The phantom must not touch crystals, nor lie behind them.
void check_place(const Phantom& phantom, const Shape& shape, const Scanner& scanner, const FieldOfView& field) {
  for (const FieldOfView::Front& front : field.fronts()) {
    const double shape_mm = reach_mm(shape, {-front.normal[0], -front.normal[1], -front.normal[2]});
    if (!(shape_mm <= front.distance_mm)) {
      throw InputError(
          fmt::format("the shape '{}' of the phantom '{}' reaches {:.1f} mm from the middle, but in that direction the "
                      "crystals of the scanner '{}' begin at {:.1f} mm. Use a smaller phantom or a wider scanner",
                      shape.name, phantom.name, shape_mm, scanner.name, front.distance_mm));
    }
  }
}

void check_phantom(const Phantom& phantom, const Scanner& scanner) {
  const FieldOfView field(scanner);
  double activity_bq = 0;
  for (const Shape& shape : phantom.shapes) {
    const bool solid =
        std::ranges::all_of(shape.half_size_mm, [](float half) { return half > 0 && std::isfinite(half); });
    if (!solid || !(shape.activity_bq_per_ml >= 0) || !(shape.mu_per_cm >= 0)) {
      throw InputError(
          fmt::format("the shape '{}' of the phantom '{}' has half sizes {}, {}, {} mm, {} Bq/mL and {} /cm: "
                      "sizes must be positive, activity and attenuation not negative",
                      shape.name, phantom.name, shape.half_size_mm[0], shape.half_size_mm[1], shape.half_size_mm[2],
                      shape.activity_bq_per_ml, shape.mu_per_cm));
    }
    check_place(phantom, shape, scanner, field);
    activity_bq += shape.activity_bq_per_ml * shape.volume_ml();
  }
  if (!(activity_bq > 0)) {
    throw InputError(fmt::format("the phantom '{}' has no activity: nothing can be measured", phantom.name));
  }
}

/// Recorded true coincidences per second, to half a percent, from a run beforehand.
double estimate_trues_per_s(const PairSampler& sampler, std::uint64_t seed, int num_threads, StopFlag& stop) {
  constexpr std::int64_t batches = 64;
  constexpr int candidates_per_batch = 4096;
  constexpr std::uint64_t enough = 40000;
  constexpr std::uint64_t most_rounds = 16;
  std::uint64_t recorded = 0;
  std::uint64_t rounds = 0;
  while (recorded < enough && rounds < most_rounds && !stop()) {
#pragma omp parallel for num_threads(num_threads) reduction(+ : recorded) schedule(dynamic)
    for (std::int64_t batch = 0; batch < batches; ++batch) {
      RandomNumbers random(seed, for_pilot, rounds * batches + static_cast<std::uint64_t>(batch));
      for (int i = 0; i < candidates_per_batch && !stop(); ++i) {
        recorded += sampler.follow_candidate(random) ? 1 : 0;
      }
    }
    ++rounds;
  }
  const auto candidates = static_cast<double>(std::max<std::uint64_t>(1, rounds) * batches * candidates_per_batch);
  return sampler.candidates_per_s() * static_cast<double>(recorded) / candidates;
}

void append(EventBlock& events, const Coincidence& pair, std::uint32_t time_ms, bool delayed) {
  events.crystal_a.push_back(pair.crystal_a);
  events.crystal_b.push_back(pair.crystal_b);
  events.tof_bin.push_back(pair.tof_bin);
  events.time_ms.push_back(time_ms);
  events.delayed.push_back(delayed ? 1 : 0);
}

/// The acquisition as a row of time intervals, each of which can be simulated by itself.
class Acquisition {
 public:
  Acquisition(PairSampler& sampler, const SimulationOptions& options, int num_threads, StopFlag& stop)
      : sampler_(sampler),
        stop_(stop),
        seed_(options.seed),
        stop_ms_(static_cast<std::uint32_t>(std::llround(options.duration_s * ms_per_s))) {
    if (options.randoms_fraction > 0) {
      const double trues_per_s = estimate_trues_per_s(sampler, seed_, num_threads, stop);
      randoms_per_s_ = trues_per_s * options.randoms_fraction / (1 - options.randoms_fraction);
    }
    if (randoms_per_s_ > 0) {
      constexpr int points = 128;  // crystals see all of them, so their rates are smooth
      RandomNumbers random(seed_, for_singles, 0);
      sampler.estimate_singles(random, points, num_threads, stop);
    }
  }

  std::uint64_t num_intervals() const { return (stop_ms_ + interval_ms - 1) / interval_ms; }

  TimeInterval interval(std::uint64_t index) const {
    const auto start_ms = static_cast<std::uint32_t>(index * interval_ms);
    return {start_ms, std::min(start_ms + interval_ms, stop_ms_)};
  }

  /// Of no use once the stop flag is up.
  EventBlock simulate_interval(std::uint64_t index) const {
    const TimeInterval time = interval(index);
    const double duration_s = (time.stop_ms - time.start_ms) / ms_per_s;
    RandomNumbers random(seed_, for_intervals, index);
    EventBlock events;
    const std::uint64_t candidates = random.poisson(sampler_.candidates_per_s() * duration_s);
    for (std::uint64_t i = 0; i < candidates && !stop_(); ++i) {
      if (const std::optional<Coincidence> pair = sampler_.follow_candidate(random)) {
        append(events, *pair, time.start_ms, false);
      }
    }
    for (const bool delayed : {false, true}) {
      const std::uint64_t randoms = random.poisson(randoms_per_s_ * duration_s);
      for (std::uint64_t i = 0; i < randoms; ++i) {
        append(events, sampler_.draw_random(random), time.start_ms, delayed);
      }
    }
    return events;
  }

 private:
  const PairSampler& sampler_;
  StopFlag& stop_;
  std::uint64_t seed_;
  std::uint32_t stop_ms_;
  double randoms_per_s_ = 0;
};

void add_to(EventCounts& counts, TimeInterval time, const EventBlock& events) {
  const auto delayeds = static_cast<std::uint64_t>(std::ranges::count(events.delayed, 1));
  counts.delayeds += delayeds;
  counts.prompts += events.size() - delayeds;
  ++counts.time_blocks;
  counts.last_ms = time.stop_ms;
  counts.duration_s = time.stop_ms / ms_per_s;
}

}  // namespace

SimulationRate simulation_rate(const Scanner& scanner, const Efficiencies& efficiencies, const Phantom& phantom,
                               const SimulationOptions& options, Reporter& reporter) {
  check_options(options);
  check_efficiencies(scanner, efficiencies);
  check_phantom(phantom, scanner);
  const PairSampler sampler(scanner, efficiencies, phantom, options.attenuation);
  StopFlag stop(reporter);
  constexpr std::int64_t batches = 32;
  constexpr int candidates_per_batch = 1024;
  std::uint64_t recorded = 0;
  const auto start = std::chrono::steady_clock::now();
  parallel_for(batches, options.num_threads, [&](std::int64_t batch) {
    RandomNumbers random(options.seed, for_pilot, static_cast<std::uint64_t>(batch));
    std::uint64_t of_batch = 0;
    for (int i = 0; i < candidates_per_batch && !stop(); ++i) {
      of_batch += sampler.follow_candidate(random) ? 1 : 0;
    }
#pragma omp atomic
    recorded += of_batch;
  });
  if (stop()) {
    return {};
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  const double acquisition_s = batches * candidates_per_batch / sampler.candidates_per_s();
  return {.prompts_per_s = static_cast<double>(recorded) / acquisition_s / (1 - options.randoms_fraction),
          .seconds_per_s = elapsed.count() / acquisition_s};
}

EventCounts simulate(const Scanner& scanner, const Efficiencies& efficiencies, const Phantom& phantom,
                     const SimulationOptions& options, EventSink& sink, Reporter& reporter) {
  constexpr const char* stage = "simulation";
  check_options(options);
  check_efficiencies(scanner, efficiencies);
  check_phantom(phantom, scanner);
  const int num_threads = thread_count(options.num_threads);
  reporter.progress(stage, 0);
  PairSampler sampler(scanner, efficiencies, phantom, options.attenuation);
  StopFlag stop(reporter);
  const Acquisition acquisition(sampler, options, num_threads, stop);

  EventCounts counts;
  std::vector<EventBlock> round(intervals_per_round);
  for (std::uint64_t first = 0; first < acquisition.num_intervals(); first += intervals_per_round) {
    const std::uint64_t count = std::min(intervals_per_round, acquisition.num_intervals() - first);
    parallel_for(static_cast<std::int64_t>(count), num_threads, [&](std::int64_t i) {
      if (!stop()) {
        round[static_cast<std::size_t>(i)] = acquisition.simulate_interval(first + static_cast<std::uint64_t>(i));
      }
    });
    if (stop()) {  // what is whole of this round is not worth the trouble
      counts.warnings.push_back(
          fmt::format("stopped after {} of {} s; what was simulated is kept", counts.duration_s, options.duration_s));
      break;
    }
    for (std::uint64_t i = 0; i < count; ++i) {
      const TimeInterval time = acquisition.interval(first + i);
      sink.write(time, round[i]);
      add_to(counts, time, round[i]);
    }
    reporter.progress(stage, static_cast<double>(first + count) / static_cast<double>(acquisition.num_intervals()));
  }
  return counts;
}

}  // namespace coincide::recon
