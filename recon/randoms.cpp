#include "recon/randoms.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "recon/module_pairs.h"
#include "recon/parallel.h"

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

void add_randoms(ListmodeData& data, const Scanner& scanner, std::span<const double> singles, bool tof, int num_threads,
                 const Reporter* reporter) {
  const std::vector<double> shares = bin_shares(scanner);
  const MovedCrystals* moved = data.moved();
  for (int subset = 0; subset < data.num_subsets(); ++subset) {
    if (reporter != nullptr && reporter->stop_requested()) {
      return;
    }
    const PromptColumns columns = data.subset(subset);
#pragma omp parallel for schedule(static) num_threads(thread_count(num_threads))
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::uint32_t a = columns.crystal_a[i];
      const std::uint32_t b = columns.crystal_b[i];
      double share = tof ? shares[columns.tof_bin[i]] : 1;
      if (!columns.window_a.empty()) {
        share *= data.delayed_share(a, columns.window_a[i]) * data.delayed_share(b, columns.window_b[i]);
      }
      if (moved != nullptr) {
        share *= moved->randoms_at(columns.point_a[i]);
      }
      columns.additive[i] += static_cast<float>(singles[a] * singles[b] * share);
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
