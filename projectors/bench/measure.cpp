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

/// One warm-up, then runs until there are enough or the time is up.
Timing time_runs(Projection& projection, int max_runs, double max_seconds) {
  projection.clear();
  projection.run();
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

Reference compare_with_scalar(const Scene& scene, const Measurement& measured, const ProjectorOptions& options,
                              const Effort& effort) {
  constexpr int num_chunks = 64;
  const double planes_per_lor = static_cast<double>(measured.planes) / static_cast<double>(measured.lors);
  const double chunk_size = static_cast<double>(effort.reference_planes) / num_chunks / std::max(1.0, planes_per_lor);
  const Scene part =
      subset(scene, Chunks(scene.count(), num_chunks, std::max<std::int64_t>(1, std::llround(chunk_size))));
  Reference reference;
  reference.lors = part.count();
  reference.planes = count_planes(measured.function, part);

  ProjectorOptions scalar_options = options;
  scalar_options.instruction_set = InstructionSet::x86_64;
  const auto scalar = make_projection(part, measured.function, scalar_options, Contents::varied);
  reference.timing = time_runs(*scalar, 5, effort.max_seconds);
  reference.speed_up =
      1e9 * reference.timing.median_s / static_cast<double>(reference.planes) / measured.ns_per_plane();

  const auto same = make_projection(part, measured.function, options, Contents::varied);
  same->clear();
  same->run();
  reference.max_error = max_error(same->result(), scalar->result());
  return reference;
}

}  // namespace

Measurement measure(const Scene& scene, const Function& function, const ProjectorOptions& options,
                    const Effort& effort) {
  Measurement m{.function = function,
                .order = scene.order,
                .tof = tof_name(function, scene),
                .grid = scene.grid,
                .threads = options.num_threads,
                .instruction_set = options.instruction_set,
                .lors = scene.count(),
                .planes = count_planes(function, scene)};
  m.touched_bytes = touched_bytes(function, scene, m.planes);
  {
    const auto projection = make_projection(scene, function, options, Contents::upstream);
    reset_peak_memory();
    const std::int64_t before = resident_bytes();
    m.timing = time_runs(*projection, effort.max_runs, effort.max_seconds);
    m.peak_bytes = peak_bytes();
    m.scratch_bytes = before > 0 ? std::max<std::int64_t>(0, m.peak_bytes - before) : 0;
  }
  if (options.instruction_set != InstructionSet::x86_64) {
    m.reference = compare_with_scalar(scene, m, options, effort);
  }
  return m;
}

}  // namespace coincide::projectors::bench
