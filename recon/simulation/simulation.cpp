#include "recon/simulation/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>
#include <vector>

#include "recon/parallel.h"
#include "recon/simulation/acquisition.h"
#include "recon/simulation/checks.h"
#include "recon/simulation/pair_sampler.h"
#include "recon/stop_flag.h"
#include "recon/units.h"

namespace coincide::recon {
namespace {

constexpr std::uint64_t intervals_per_round = 64;  // between two reports

Interactions interactions(const SimulationOptions& options) {
  if (!options.attenuation) {
    return Interactions::none;
  }
  return options.scatter ? Interactions::scatter : Interactions::absorb;
}

std::vector<std::string> warnings_before(const Scanner& scanner, const SimulationOptions& options) {
  const bool stated =
      std::ranges::all_of(scanner.module_types, [](const ModuleType& type) { return type.energy_resolution > 0; });
  if (!options.scatter || stated) {
    return {};
  }
  return {fmt::format("the scanner '{}' states no energy resolution; {:g} % at 511 keV is simulated", scanner.name,
                      100 * usual_energy_resolution)};
}

void add_to(EventCounts& counts, TimeInterval time, const EventBlock& events) {
  const auto delayeds = static_cast<std::uint64_t>(std::ranges::count(events.delayed, 1));
  counts.delayeds += delayeds;
  counts.prompts += events.size() - delayeds;
  ++counts.time_blocks;
  counts.last_ms = time.stop_ms;
  counts.duration_s = time.stop_ms / ms_per_s;
}

}  // namespace

double SimulationOptions::duration_before_decay_s() const {
  const double decay_per_s = half_life_s > 0 ? std::numbers::ln2 / half_life_s : 0;
  return decay_per_s > 0 ? -std::expm1(-decay_per_s * duration_s) / decay_per_s : duration_s;
}

SimulationRate simulation_rate(const Scanner& scanner, const Efficiencies& efficiencies, const Phantom& phantom,
                               const SimulationOptions& options, Reporter& reporter) {
  check_simulation(scanner, efficiencies, phantom, options);
  const PairSampler sampler(scanner, efficiencies, phantom, interactions(options));
  StopFlag stop(reporter);
  constexpr std::int64_t batches = 32;
  constexpr std::uint32_t candidates_per_batch = 1024;
  std::uint64_t recorded = 0;
  const auto start = std::chrono::steady_clock::now();
  parallel_for(batches, options.num_threads, [&](std::int64_t batch) {
    std::uint64_t of_batch = 0;
    for (std::uint32_t i = 0; i < candidates_per_batch && !stop(); ++i) {
      RandomStream random = random_stream(options.seed, Purpose::pilot, static_cast<std::uint32_t>(batch), i);
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
  check_simulation(scanner, efficiencies, phantom, options);
  const int num_threads = thread_count(options.num_threads);
  reporter.progress(stage, 0);
  PairSampler sampler(scanner, efficiencies, phantom, interactions(options));
  StopFlag stop(reporter);
  const Acquisition acquisition(sampler, scanner, efficiencies, options, num_threads, stop);

  EventCounts counts;
  counts.warnings = warnings_before(scanner, options);
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
