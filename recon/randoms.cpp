#include "recon/randoms.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "recon/far_tof.h"
#include "recon/module_pairs.h"
#include "recon/parallel.h"
#include "recon/photon_transport/random_stream.h"
#include "recon/photon_transport/weighted_choice.h"
#include "recon/units.h"

namespace coincide::recon {
namespace {

/// Sum of `values` over the partners of each module.
std::vector<double> partner_sums(const ModulePairs& modules, const std::vector<double>& values, int num_threads) {
  std::vector<double> sums(values.size());
#pragma omp parallel for schedule(static) num_threads(thread_count(num_threads))
  for (std::size_t m = 0; m < values.size(); ++m) {
    for (const std::uint32_t partner : modules.partners(static_cast<std::uint32_t>(m))) {
      sums[m] += values[partner];
    }
  }
  return sums;
}

/// Module totals S with S_m * (sum of S over the partners of m) = counts_m.
std::vector<double> solve_modules(const ModulePairs& modules, const std::vector<double>& counts, int num_threads,
                                  Reporter* reporter) {
  double total = 0;
  for (const double count : counts) {
    total += count;
  }
  std::vector<double> result(counts.size());
  for (std::size_t m = 0; m < counts.size(); ++m) {
    result[m] = total > 0 ? counts[m] / std::sqrt(total) : 0;
  }
  constexpr int most_steps = 10'000;
  constexpr double tolerance = 1e-10;
  constexpr double noticeable = 1e-3;  // few counts may come to rest slowly, which harms nobody
  constexpr double most = 1e100;       // where nothing explains the counts, rates would grow for ever
  double change = 1;
  const auto is_stopped = [reporter] { return reporter != nullptr && reporter->stop_requested(); };
  for (int step = 0; step < most_steps && change > tolerance && !is_stopped(); ++step) {
    const std::vector<double> sums = partner_sums(modules, result, num_threads);
    change = 0;
    for (std::size_t m = 0; m < counts.size(); ++m) {
      // The geometric mean of old and new: the plain substitution swings between two states for ever.
      const double next = sums[m] > 0 ? std::sqrt(result[m] * counts[m] / sums[m]) : 0;
      change = std::max(change, next > 0 ? std::abs(next - result[m]) / next : 0);
      result[m] = std::min(next, most);
    }
  }
  if (change > noticeable && reporter != nullptr && !is_stopped()) {
    reporter->warning(fmt::format(
        "The estimate of the randoms did not come to rest (after {} steps a module's rate still changes by {:.1g} of "
        "itself): no singles rates explain the delayed coincidences of all modules. The randoms may be inexact.",
        most_steps, change));
  }
  return result;
}

/// Share of each TOF bin in the width of all bins of its range.
std::vector<double> bin_shares(const Scanner& scanner) {
  std::vector<double> shares(scanner.tof_bins.size());
  for (const TofRange& range : scanner.tof_ranges) {
    double width_mm = 0;
    for (std::uint32_t i = range.first; i < range.first + range.count; ++i) {
      width_mm += scanner.tof_bins[i].width_mm;
    }
    for (std::uint32_t i = range.first; i < range.first + range.count; ++i) {
      shares[i] = scanner.tof_bins[i].width_mm / width_mm;
    }
  }
  return shares;
}

/// By TOF bin: how much time it holds; without TOF, that of all bins of its range. One that is alone in its range is
/// the coincidence window, which `window_ns` may say instead.
std::vector<double> bin_times_s(const Scanner& scanner, bool tof, double window_ns) {
  constexpr double ps_per_s = 1e12, ns_per_s = 1e9;
  std::vector<double> times(scanner.tof_bins.size());
  for (const TofRange& range : scanner.tof_ranges) {
    const std::span bins = std::span(scanner.tof_bins).subspan(range.first, range.count);
    double sum = 0;
    for (std::size_t i = 0; i < bins.size(); ++i) {
      times[range.first + i] = double{bins[i].width_mm} / mm_per_ps / ps_per_s;
      sum += times[range.first + i];
    }
    if (range.count == 1 && window_ns > 0) {
      times[range.first] = window_ns / ns_per_s;
    } else if (!tof) {
      std::fill_n(times.begin() + range.first, range.count, sum);
    }
  }
  return times;
}

template <class Share>
std::vector<double> shares_of_windows(const RandomsEstimate& randoms, const Share& share) {
  std::vector<double> result;
  for (std::uint32_t crystal = 0; crystal < randoms.crystal.size(); ++crystal) {
    for (std::uint32_t window = 0; window < randoms.num_windows; ++window) {
      result.push_back(share(crystal, window));
    }
  }
  return result;
}

/// w over all TOF bins of a pair, and over those where only randoms are.
struct RangeTime {
  double whole = 0, far = 0;
};

RangeTime time_of_range(const Scanner& scanner, const RandomsEstimate& randoms, std::uint32_t a, std::uint32_t b) {
  const TofRange& range = scanner.find_tof_range(scanner.crystal_type[a], scanner.crystal_type[b]);
  RangeTime time;
  for (std::uint32_t bin = range.first; bin < range.first + (randoms.tof ? range.count : std::min(1U, range.count));
       ++bin) {
    time.whole += randoms.tof_bin[bin];
    time.far += is_far_tof(scanner, a, b, scanner.tof_bins[bin]) ? randoms.tof_bin[bin] : 0;
  }
  return time;
}

}  // namespace

std::vector<double> randoms_from_delayeds(const Scanner& scanner, const Efficiencies& efficiencies,
                                          std::span<const std::uint64_t> delayeds_per_crystal, int num_threads,
                                          Reporter* reporter) {
  const ModulePairs modules(scanner, efficiencies);
  // Crystals of a module have the same partners, so the equations can be solved for modules and shared out.
  std::vector<double> counts(modules.num_modules());
  for (std::uint32_t m = 0; m < modules.num_modules(); ++m) {
    for (std::uint32_t c = modules.first_crystal(m); c < modules.first_crystal(m + 1); ++c) {
      counts[m] += static_cast<double>(delayeds_per_crystal[c]);
    }
  }
  const std::vector<double> sums =
      partner_sums(modules, solve_modules(modules, counts, num_threads, reporter), num_threads);
  std::vector<double> result(scanner.num_crystals());
  for (std::uint32_t m = 0; m < modules.num_modules(); ++m) {
    for (std::uint32_t c = modules.first_crystal(m); c < modules.first_crystal(m + 1); ++c) {
      result[c] = sums[m] > 0 ? static_cast<double>(delayeds_per_crystal[c]) / sums[m] : 0;
    }
  }
  return result;
}

double RandomsEstimate::expected(const Scanner& scanner, std::uint32_t a, std::uint32_t window_a, std::uint32_t b,
                                 std::uint32_t window_b, std::uint32_t bin) const {
  double counts = crystal[a] * crystal[b] * tof_bin[bin];
  if (!share.empty()) {
    counts *= share[a * num_windows + window_a] * share[b * num_windows + window_b];
  }
  return live != nullptr ? counts * double{live->fraction(scanner, a, window_a, b, window_b)} : counts;
}

RandomsEstimate randoms_of_delayeds(const ListmodeData& data, const Scanner& scanner, std::vector<double> s, bool tof) {
  RandomsEstimate result;
  result.crystal = std::move(s);
  result.num_windows = scanner.most_energy_windows();
  result.tof = tof;
  result.tof_bin = tof ? bin_shares(scanner) : std::vector<double>(scanner.tof_bins.size(), 1);
  if (result.num_windows > 1) {
    result.share = shares_of_windows(
        result, [&](std::uint32_t crystal, std::uint32_t window) { return data.delayed_share(crystal, window); });
  }
  return result;
}

RandomsEstimate randoms_from_singles(const Scanner& scanner, const Singles& singles, double duration_s, bool tof,
                                     double window_ns) {
  RandomsEstimate result;
  result.num_windows = scanner.most_energy_windows();
  result.tof = tof;
  const double of_frame = std::sqrt(singles.squares * duration_s);
  const auto rate = [&](std::uint32_t crystal, std::uint32_t window) {
    const ModuleType& type = scanner.module_types[scanner.crystal_type[crystal]];
    const std::size_t windows = type.num_energy_windows();
    return window < windows
               ? singles.per_s[scanner.crystal_type[crystal]][(crystal - type.first_crystal) * windows + window]
               : 0;
  };
  for (std::uint32_t crystal = 0; crystal < scanner.num_crystals(); ++crystal) {
    double sum = 0;
    for (std::uint32_t window = 0; window < result.num_windows; ++window) {
      sum += rate(crystal, window);
    }
    result.crystal.push_back(of_frame * sum);
  }
  if (result.num_windows > 1) {
    result.share = shares_of_windows(result, [&](std::uint32_t crystal, std::uint32_t window) {
      return result.crystal[crystal] > 0 ? of_frame * rate(crystal, window) / result.crystal[crystal] : 0;
    });
  }
  result.tof_bin = bin_times_s(scanner, tof, window_ns);
  return result;
}

double all_randoms(const Scanner& scanner, const Efficiencies& efficiencies, const RandomsEstimate& randoms) {
  const ModulePairs modules(scanner, efficiencies);
  std::vector<double> s(modules.num_modules());
  for (std::uint32_t m = 0; m < modules.num_modules(); ++m) {
    const auto first = randoms.crystal.begin() + modules.first_crystal(m);
    s[m] = std::accumulate(first, first + modules.num_crystals(m), 0.0);
  }
  double sum = 0;
  for (std::uint32_t m = 0; m < modules.num_modules(); ++m) {
    const std::uint32_t a = modules.first_crystal(m);
    for (const std::uint32_t partner : modules.partners(m)) {
      const std::uint32_t b = modules.first_crystal(partner);
      const float alive = randoms.live != nullptr ? randoms.live->fraction(scanner, a, 0, b, 0) : 1;
      sum += s[m] * s[partner] * time_of_range(scanner, randoms, a, b).whole * double{alive} / 2;
    }
  }
  return sum;
}

double far_part(const Scanner& scanner, const Efficiencies& efficiencies, const RandomsEstimate& randoms) {
  if (!randoms.tof || !scanner.has_tof()) {
    return 0;
  }
  constexpr std::uint32_t pairs = 200'000;
  const WeightedChoice crystals(randoms.crystal);
  RandomStream random(1, 0, 0, 0);
  double far = 0, whole = 0;
  for (std::uint32_t i = 0; i < pairs; ++i) {
    const auto a = static_cast<std::uint32_t>(crystals.pick(random.fine_uniform()));
    const auto b = static_cast<std::uint32_t>(crystals.pick(random.fine_uniform()));
    if (a != b && efficiencies.in_coincidence(scanner, a, b)) {
      const RangeTime time = time_of_range(scanner, randoms, a, b);
      far += time.far;
      whole += time.whole;
    }
  }
  return whole > 0 ? far / whole : 0;
}

void add_randoms(ListmodeData& data, const Scanner& scanner, const RandomsEstimate& randoms, int num_threads,
                 const Reporter* reporter) {
  const MovedCrystals* moved = data.moved();
  for (int subset = 0; subset < data.num_subsets(); ++subset) {
    if (reporter != nullptr && reporter->stop_requested()) {
      return;
    }
    const PromptColumns columns = data.subset(subset);
    const bool windows = !columns.window_a.empty();
#pragma omp parallel for schedule(static) num_threads(thread_count(num_threads))
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const double place = moved != nullptr ? double{moved->randoms_at(columns.point_a[i])} : 1;
      columns.additive[i] += static_cast<float>(
          place * randoms.expected(scanner, columns.crystal_a[i], windows ? columns.window_a[i] : 0,
                                   columns.crystal_b[i], windows ? columns.window_b[i] : 0, columns.tof_bin[i]));
    }
  }
}

void add_randoms(Histogram& histogram, std::span<const double> singles) {
  const std::int64_t bins = histogram.bins_per_lor();
  for (std::int64_t i = 0; i < histogram.num_lors(); ++i) {
    const auto lor = static_cast<std::size_t>(i);
    const double randoms = singles[histogram.start[lor]] * singles[histogram.end[lor]];
    const auto row = histogram.additive.begin() + i * bins;
    std::for_each(row, row + bins, [&](float& b) { b += static_cast<float>(randoms / static_cast<double>(bins)); });
  }
}

}  // namespace coincide::recon
