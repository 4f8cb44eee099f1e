#include "projectors/bench/measure.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "projectors/bench/machine.h"

namespace coincide::projectors::bench {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// At least one run, and on a GPU, which after idling needs a while to reach its full clock rate, for a while.
void warm_up(Projection& projection, Device device, double max_seconds) {
  const double seconds = device.kind == DeviceKind::cpu ? 0 : std::min(0.3, max_seconds);
  const auto start = std::chrono::steady_clock::now();
  do {
    projection.clear();
    projection.run();
  } while (seconds_since(start) < seconds);
}

/// A warm-up, then runs until there are enough or the time is up.
Timing time_runs(Projection& projection, Device device, int max_runs, double max_seconds) {
  warm_up(projection, device, max_seconds);
  std::vector<double> seconds;
  const auto start = std::chrono::steady_clock::now();
  do {
    projection.clear();
    const auto run_start = std::chrono::steady_clock::now();
    projection.run();
    seconds.push_back(seconds_since(run_start));
  } while (std::ssize(seconds) < max_runs && seconds_since(start) < max_seconds);

  std::sort(seconds.begin(), seconds.end());
  const std::size_t n = seconds.size();
  return {static_cast<int>(n), 0.5 * (seconds[(n - 1) / 2] + seconds[n / 2]), seconds.front(), seconds.back()};
}

/// Infinite if a value is not finite in one of them.
double max_error(const std::vector<float>& values, const std::vector<float>& reference) {
  double error = 0, largest = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double difference = std::abs(static_cast<double>(values[i]) - reference[i]);
    if (!std::isfinite(difference)) {
      return std::numeric_limits<double>::infinity();
    }
    error = std::max(error, difference);
    largest = std::max(largest, std::abs(static_cast<double>(reference[i])));
  }
  return largest > 0 ? error / largest : std::numeric_limits<double>::infinity();
}

Reference compare_with_scalar(const PlacedScene& placed, const Measurement& measured, const ProjectorOptions& options,
                              const Effort& effort) {
  constexpr int num_chunks = 64;
  const Scene& scene = placed.scene();
  const double planes_per_lor = static_cast<double>(measured.planes) / static_cast<double>(measured.lors);
  const double chunk_size = static_cast<double>(effort.reference_planes) / num_chunks / std::max(1.0, planes_per_lor);
  const Scene part =
      subset(scene, Chunks(scene.count(), num_chunks, std::max<std::int64_t>(1, std::llround(chunk_size))));
  Reference reference;
  reference.lors = part.count();
  reference.planes = count_planes(measured.function, part);

  ProjectorOptions scalar_options = options;
  scalar_options.device = Device{};
  scalar_options.instruction_set = InstructionSet::scalar;
  const PlacedScene on_host(part, Device{});
  const auto scalar = make_projection(on_host, measured.function, scalar_options, Contents::varied);
  reference.timing = time_runs(*scalar, Device{}, 5, effort.max_seconds);
  reference.speed_up =
      1e9 * reference.timing.median_s / static_cast<double>(reference.planes) / measured.ns_per_plane();

  const PlacedScene same_place(part, placed.device());
  const auto same = make_projection(same_place, measured.function, options, Contents::varied);
  same->clear();
  same->run();
  reference.max_error = max_error(same->result(), scalar->result());
  return reference;
}

}  // namespace

Measurement measure(const PlacedScene& placed, const Function& function, const ProjectorOptions& options,
                    const Effort& effort) {
  const Scene& scene = placed.scene();
  Measurement m{.function = function,
                .order = scene.order,
                .tof = tof_name(function, scene),
                .grid = scene.grid,
                .device = options.device,
                .threads = options.num_threads,
                .instruction_set = options.instruction_set,
                .lors = scene.count(),
                .planes = count_planes(function, scene)};
  m.touched_bytes = touched_bytes(function, scene, m.planes);
  {
    const auto projection = make_projection(placed, function, options, Contents::upstream);
    reset_peak_memory();
    const std::int64_t before = resident_bytes();
    m.timing = time_runs(*projection, options.device, effort.max_runs, effort.max_seconds);
    m.peak_bytes = peak_bytes();
    m.scratch_bytes = before > 0 ? std::max<std::int64_t>(0, m.peak_bytes - before) : 0;
  }
  if (options.device.kind != DeviceKind::cpu || options.instruction_set != InstructionSet::scalar) {
    m.reference = compare_with_scalar(placed, m, options, effort);
  }
  return m;
}

void compare_with_ceilings(const Ceilings& ceilings, Measurement& m) {
  if (m.function.operation == Operation::forward) {
    m.share_of_reads = m.gigabytes_per_s() / ceilings.read_gigabytes_per_s;
  } else if (m.function.operation == Operation::back) {
    const AdditionRates& rates = ceilings.has_pairs() ? ceilings.pair_additions : ceilings.additions;
    const double additions_per_plane = ceilings.has_pairs() ? 2 : 4;
    const double additions = additions_per_plane * static_cast<double>(m.planes);
    m.share_of_additions = 1e-9 * additions / m.timing.median_s / std::max(rates.consecutive, rates.random);
  }
}

}  // namespace coincide::projectors::bench
