#include "recon/normalization/fit.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "projectors/error.h"
#include "recon/parallel.h"

namespace coincide::recon {
namespace {

/// Sums by crystal of what each pair gives to its two: term(pair, a, b) is (to a, to b). In parts of fixed size that
/// are added in order.
template <class Term>
std::vector<double> crystal_sums(const PairCounts& pairs, int num_threads, const Term& term) {
  constexpr std::size_t parts = 16;
  const std::size_t crystals = pairs.num_crystals();
  std::vector<std::vector<double>> sums(parts, std::vector<double>(crystals));
  parallel_for(parts, num_threads, [&](std::int64_t part) {
    std::vector<double>& sum = sums[static_cast<std::size_t>(part)];
    // Every so many crystals: the first ones have more pairs than the last.
    for (std::size_t a = static_cast<std::size_t>(part); a < crystals; a += parts) {
      for (std::size_t pair = pairs.rows[a]; pair < pairs.rows[a + 1]; ++pair) {
        const std::uint32_t b = pairs.partner[pair];
        const auto [to_a, to_b] = term(pair, a, b);
        sum[a] += to_a;
        sum[b] += to_b;
      }
    }
  });
  for (std::size_t part = 1; part < parts; ++part) {
    std::ranges::transform(sums.front(), sums[part], sums.front().begin(), std::plus());
  }
  return std::move(sums.front());
}

class Fit {
 public:
  Fit(const PairCounts& pairs, const NormalizationOptions& options);

  void run(Reporter& reporter);
  NormalizationFit result() &&;

 private:
  bool is_used(std::size_t pair) const { return pairs_.expected[pair] > least_; }
  double class_factor(std::size_t pair) const { return pairs_.symmetry.empty() ? 1 : g_[pairs_.symmetry[pair]]; }
  void round();
  double trues(std::size_t pair, std::size_t a, std::size_t b, const std::vector<double>& e) const;
  void step_crystals(const std::vector<double>& trues);
  void update_classes(const std::vector<double>& before);
  void scale_to_mean_one();

  const PairCounts& pairs_;
  const NormalizationOptions& options_;
  double least_;
  std::vector<double> e_;
  std::vector<double> g_;
  NormalizationFit fit_;
};

Fit::Fit(const PairCounts& pairs, const NormalizationOptions& options) : pairs_(pairs), options_(options) {
  const float most = pairs.expected.empty() ? 0 : *std::ranges::max_element(pairs.expected);
  least_ = options.least_expected * most;
  double counts = 0, expected = 0;
  for (std::size_t pair = 0; pair < pairs.num_pairs(); ++pair) {
    counts += is_used(pair) ? double{pairs.counts[pair]} : 0;
    expected += is_used(pair) ? pairs.expected[pair] : 0;
    fit_.pairs_left_out += is_used(pair) ? 0 : 1;
  }
  if (!(counts > 0) || !(expected > 0)) {
    throw InputError("the source of a normalization scan and its counts have no line in common");
  }
  e_.assign(pairs.num_crystals(), std::sqrt(counts / expected));
  if (!pairs.symmetry.empty()) {
    g_.assign(*std::ranges::max_element(pairs.symmetry) + std::size_t{1}, 1);
  }
}

/// z = y trues / (trues + background) by the efficiencies `e`; 0 where the pair is left out.
double Fit::trues(std::size_t pair, std::size_t a, std::size_t b, const std::vector<double>& e) const {
  const double expected = e[a] * e[b] * class_factor(pair) * pairs_.expected[pair];
  const double all = expected + pairs_.background(a, b);
  return is_used(pair) && all > 0 ? pairs_.counts[pair] * expected / all : 0;
}

void Fit::step_crystals(const std::vector<double>& trues) {
  const std::vector<double> explained =
      crystal_sums(pairs_, options_.num_threads, [&](std::size_t pair, std::size_t a, std::size_t b) {
        const double weight = is_used(pair) ? class_factor(pair) * pairs_.expected[pair] : 0;
        return std::pair{weight * e_[b], weight * e_[a]};
      });
  for (std::size_t a = 0; a < e_.size(); ++a) {
    e_[a] = explained[a] > 0 ? std::sqrt(e_[a] * trues[a] / explained[a]) : 0;
  }
}

/// With what the efficiencies `before` make of the counts.
void Fit::update_classes(const std::vector<double>& before) {
  std::vector<double> counted(g_.size()), explained(g_.size());
  for (std::size_t a = 0; a < e_.size(); ++a) {
    for (std::size_t pair = pairs_.rows[a]; pair < pairs_.rows[a + 1]; ++pair) {
      if (is_used(pair)) {
        counted[pairs_.symmetry[pair]] += trues(pair, a, pairs_.partner[pair], before);
        explained[pairs_.symmetry[pair]] += e_[a] * e_[pairs_.partner[pair]] * pairs_.expected[pair];
      }
    }
  }
  for (std::size_t k = 0; k < g_.size(); ++k) {
    g_[k] = explained[k] > 0 ? counted[k] / explained[k] : 1;
  }
}

void Fit::round() {
  constexpr int steps = 10;
  const std::vector<double> before = e_;
  const std::vector<double> counted =
      crystal_sums(pairs_, options_.num_threads, [&](std::size_t pair, std::size_t a, std::size_t b) {
        const double z = trues(pair, a, b, before);
        return std::pair{z, z};
      });
  for (int step = 0; step < steps; ++step) {
    step_crystals(counted);
  }
  if (!g_.empty()) {
    update_classes(before);
  }
}

void Fit::run(Reporter& reporter) {
  const auto change_from = [](const std::vector<double>& before, const std::vector<double>& after) {
    double change = 0;
    for (std::size_t i = 0; i < after.size(); ++i) {
      change = std::max(change, after[i] > 0 ? std::abs(after[i] - before[i]) / after[i] : 0);
    }
    return change;
  };
  fit_.change = 1;
  while (fit_.change > options_.tolerance && fit_.rounds < options_.most_rounds && !reporter.stop_requested()) {
    const std::vector<double> e = e_, g = g_;
    round();
    fit_.change = std::max(change_from(e, e_), change_from(g, g_));
    reporter.progress("fit", static_cast<double>(++fit_.rounds) / options_.most_rounds);
  }
}

/// What all have in common goes to the calibration.
void Fit::scale_to_mean_one() {
  double sum = 0, weighted = 0, weights = 0;
  std::size_t alive = 0;
  for (const double e : e_) {
    sum += e;
    alive += e > 0 ? 1 : 0;
  }
  const double mean = sum / static_cast<double>(alive);
  for (std::size_t pair = 0; pair < pairs_.num_pairs(); ++pair) {
    const double weight = is_used(pair) ? pairs_.expected[pair] : 0;
    weighted += weight * class_factor(pair);
    weights += weight;
  }
  const double mean_class = weighted / weights;
  std::ranges::for_each(e_, [mean](double& e) { e /= mean; });
  std::ranges::for_each(g_, [mean_class](double& g) { g /= mean_class; });
  fit_.calibration = mean * mean * mean_class;
}

NormalizationFit Fit::result() && {
  scale_to_mean_one();
  const std::vector<double> seen =
      crystal_sums(pairs_, options_.num_threads, [&](std::size_t pair, std::size_t, std::size_t) {
        const double one = is_used(pair) ? 1 : 0;
        return std::pair{one, one};
      });
  for (std::uint32_t a = 0; a < e_.size(); ++a) {
    if (seen[a] == 0) {
      fit_.unseen.push_back(a);
      e_[a] = 1;
    } else if (e_[a] == 0) {
      fit_.dead.push_back(a);
    }
  }
  std::vector<bool> seen_class(g_.size());
  for (std::size_t pair = 0; pair < pairs_.symmetry.size(); ++pair) {
    seen_class[pairs_.symmetry[pair]] = seen_class[pairs_.symmetry[pair]] || is_used(pair);
  }
  for (std::size_t k = 0; k < g_.size(); ++k) {
    g_[k] = seen_class[k] ? g_[k] : 1;
    fit_.unseen_symmetries += seen_class[k] ? 0 : 1;
  }
  fit_.crystal = std::move(e_);
  fit_.symmetry = std::move(g_);
  return std::move(fit_);
}

}  // namespace

NormalizationFit fit_normalization(const PairCounts& pairs, const NormalizationOptions& options, Reporter& reporter) {
  Fit fit(pairs, options);
  fit.run(reporter);
  return std::move(fit).result();
}

double fan_sums_chi2(const PairCounts& pairs, std::span<const double> crystal, int num_threads) {
  const auto both = [](double value) { return std::pair{value, value}; };
  const std::vector<double> counts =
      crystal_sums(pairs, num_threads, [&](std::size_t pair, std::size_t a, std::size_t b) {
        return both(pairs.counts[pair] - pairs.background(a, b));
      });
  const std::vector<double> expected =
      crystal_sums(pairs, num_threads, [&](std::size_t pair, std::size_t a, std::size_t b) {
        return both(crystal[a] * crystal[b] * pairs.expected[pair]);
      });
  const std::vector<double> background = crystal_sums(
      pairs, num_threads, [&](std::size_t, std::size_t a, std::size_t b) { return both(pairs.background(a, b)); });
  const double scale =
      std::accumulate(counts.begin(), counts.end(), 0.0) / std::accumulate(expected.begin(), expected.end(), 0.0);
  double chi2 = 0, crystals = 0;
  for (std::size_t a = 0; a < counts.size(); ++a) {
    if (const double variance = scale * expected[a] + background[a]; variance > 0) {
      chi2 += (counts[a] - scale * expected[a]) * (counts[a] - scale * expected[a]) / variance;
      ++crystals;
    }
  }
  return chi2 / std::max(1.0, crystals - 1);
}

}  // namespace coincide::recon
