// Efficiencies from a scan of a known source: against those that the counts were drawn with, against another program's,
// and against the noise that no estimate gets below.

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
#include <random>
#include <utility>

#include "projectors/error.h"
#include "recon/normalization/fit.h"
#include "recon/normalization/pair_symmetry.h"
#include "recon/randoms.h"
#include "support/interfile.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::NormalizationFit;
using recon::PairCounts;

const std::filesystem::path stir = std::filesystem::path(COINCIDE_SHARED_DATA) / "stir";

PairCounts pairs_of(std::uint32_t crystals, const std::function<bool(std::uint32_t, std::uint32_t)>& meet) {
  PairCounts pairs;
  pairs.rows.push_back(0);
  for (std::uint32_t a = 0; a < crystals; ++a) {
    for (std::uint32_t b = a + 1; b < crystals; ++b) {
      if (meet(a, b)) {
        pairs.partner.push_back(b);
      }
    }
    pairs.rows.push_back(pairs.partner.size());
  }
  pairs.counts.assign(pairs.num_pairs(), 0);
  pairs.expected.assign(pairs.num_pairs(), 1);
  return pairs;
}

/// A ring in which each crystal meets the `fan` opposite ones.
PairCounts ring(std::uint32_t crystals, std::uint32_t fan) {
  return pairs_of(crystals, [=](std::uint32_t a, std::uint32_t b) {
    return std::abs(static_cast<int>(b - a) - static_cast<int>(crystals / 2)) <= static_cast<int>(fan / 2);
  });
}

template <class Work>
void for_each_pair(const PairCounts& pairs, const Work& work) {
  for (std::uint32_t a = 0; a < pairs.num_crystals(); ++a) {
    for (std::size_t pair = pairs.rows[a]; pair < pairs.rows[a + 1]; ++pair) {
      work(pair, a, pairs.partner[pair]);
    }
  }
}

/// Poisson counts, `total` expected, of trues and of `background_part` as many more.
void draw_counts(const std::vector<double>& e, const std::function<double(std::size_t)>& g, double total,
                 double background_part, PairCounts& pairs) {
  std::mt19937_64 random(11);
  double sum = 0;
  for_each_pair(pairs, [&](std::size_t pair, std::uint32_t a, std::uint32_t b) {
    sum += e[a] * e[b] * g(pair) * pairs.expected[pair];
  });
  const double background = background_part * total / static_cast<double>(pairs.num_pairs());
  pairs.randoms.assign(background > 0 ? pairs.num_crystals() : 0, std::sqrt(background));
  for_each_pair(pairs, [&](std::size_t pair, std::uint32_t a, std::uint32_t b) {
    const double mean = total / sum * e[a] * e[b] * g(pair) * pairs.expected[pair] + background;
    pairs.counts[pair] = mean > 0 ? static_cast<float>(std::poisson_distribution<int>(mean)(random)) : 0;
  });
}

/// Spread evenly by 15 %, of mean 1.
std::vector<double> spread_efficiencies(std::size_t crystals) {
  std::mt19937 random(12);
  std::vector<double> e(crystals);
  std::ranges::generate(e, [&] { return std::uniform_real_distribution<double>(0.85, 1.15)(random); });
  const double mean = std::accumulate(e.begin(), e.end(), 0.0) / static_cast<double>(crystals);
  std::ranges::for_each(e, [mean](double& one) { one /= mean; });
  return e;
}

double rms_error(const std::vector<double>& found, const std::vector<double>& truth) {
  double squares = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    squares += std::pow(found[i] / truth[i] - 1, 2);
  }
  return std::sqrt(squares / static_cast<double>(truth.size()));
}

NormalizationFit fitted(const PairCounts& pairs, const recon::NormalizationOptions& options = {}) {
  recon::Reporter silent;
  return recon::fit_normalization(pairs, options, silent);
}

/// STIR's bins of span 1 as pairs of crystals ring * 96 + detector, and which bin each pair is.
struct StirPairs {
  static constexpr std::int64_t rings = 8, detectors = 96, positions = 47, views = 48;
  PairCounts pairs;
  std::vector<std::size_t> bin;

  StirPairs() {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> bins;
    std::size_t number = 0;
    for (std::int64_t delta = 1 - rings; delta < rings; ++delta) {
      for (std::int64_t view = 0; view < views; ++view) {
        for (std::int64_t low = 0; low < rings - std::abs(delta); ++low) {
          for (std::int64_t t = -(positions / 2); t <= positions / 2; ++t) {
            const auto half = [](std::int64_t n) { return n >= 0 ? n / 2 : -((1 - n) / 2); };
            const std::int64_t one = (view + half(t) + detectors) % detectors;
            const std::int64_t other = (view - half(t + 1) + detectors / 2 + detectors) % detectors;
            const std::int64_t ring_1 = low + std::max<std::int64_t>(0, -delta), ring_2 = ring_1 + delta;
            const auto a = static_cast<std::uint32_t>(ring_1 * detectors + one);
            const auto b = static_cast<std::uint32_t>(ring_2 * detectors + other);
            bins[std::minmax({a, b})] = number++;
          }
        }
      }
    }
    pairs = pairs_of(rings * detectors, [&](std::uint32_t a, std::uint32_t b) { return bins.contains({a, b}); });
    for (const auto& [crystals, index] : bins) {  // sorted as the pairs are
      bin.push_back(index);
    }
  }

  std::vector<float> in_pairs(const std::filesystem::path& header) const {
    const std::vector<float> values = Interfile(header).values();
    std::vector<float> result;
    std::ranges::transform(bin, std::back_inserter(result), [&](std::size_t index) { return values.at(index); });
    return result;
  }
};

/// A column of numbers in a CSV file.
std::vector<double> column(const std::filesystem::path& path, int index) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  std::vector<double> values;
  while (std::getline(file, line)) {
    std::istringstream cells(line);
    std::string cell;
    for (int i = 0; i <= index; ++i) {
      std::getline(cells, cell, ',');
    }
    values.push_back(std::stod(cell));
  }
  return values;
}

}  // namespace

class NormalizationTest : public QObject {
  Q_OBJECT

 private slots:
  /// The noise is that of the fan sums, also with as many randoms in the counts as a tenth of the trues.
  void efficiencies_are_as_good_as_their_counts() {
    constexpr double counts = 1e7;
    PairCounts pairs = ring(400, 201);
    const std::vector<double> truth = spread_efficiencies(400);
    const auto alike = [](std::size_t) { return 1.0; };
    const double noise = std::sqrt(400 / (2 * counts));
    draw_counts(truth, alike, counts, 0, pairs);
    const NormalizationFit fit = fitted(pairs);
    const double error = rms_error(fit.crystal, truth);
    QVERIFY2(error < 1.2 * noise && error > 0.8 * noise, qPrintable(QString::number(error)));
    QVERIFY(fit.change <= 1e-4 && fit.dead.empty() && fit.unseen.empty());
    QVERIFY(std::abs(fit.calibration * static_cast<double>(pairs.num_pairs()) / counts - 1) < 0.01);
    draw_counts(truth, alike, counts, 0.1, pairs);
    QVERIFY(rms_error(fitted(pairs).crystal, truth) < 1.2 * std::sqrt(1.1) * noise);
  }

  void any_number_of_threads_gives_the_same_bits() {
    PairCounts pairs = ring(100, 41);
    draw_counts(
        spread_efficiencies(100), [](std::size_t) { return 1.0; }, 1e5, 0.2, pairs);
    QCOMPARE(fitted(pairs, {.num_threads = 1}).crystal, fitted(pairs, {.num_threads = 3}).crystal);
  }

  void old_efficiencies_are_noticed() {
    PairCounts pairs = ring(400, 201);
    std::vector<double> truth = spread_efficiencies(400);
    draw_counts(
        truth, [](std::size_t) { return 1.0; }, 1e6, 0.1, pairs);
    const double right = recon::fan_sums_chi2(pairs, truth);
    QVERIFY2(right > 0.75 && right < 1.25, qPrintable(QString::number(right)));
    truth[17] *= 0.5;
    QVERIFY(recon::fan_sums_chi2(pairs, truth) > 1.5);
    QVERIFY(recon::fan_sums_chi2(pairs, std::vector<double>(400, 1)) > 10);
  }

  /// Crystals that the source does not reach keep 1, dead ones get 0, and both are named.
  void dead_and_unseen_crystals() {
    PairCounts pairs = ring(60, 21);
    std::vector<double> truth(60, 1);
    truth[7] = 0;
    for_each_pair(pairs, [&](std::size_t pair, std::uint32_t a, std::uint32_t b) {
      pairs.expected[pair] = a == 20 || b == 20 ? 0.001F : 1;
    });
    draw_counts(
        truth, [](std::size_t) { return 1.0; }, 1e6, 0, pairs);
    const NormalizationFit fit = fitted(pairs);
    QCOMPARE(fit.dead, std::vector<std::uint32_t>{7});
    QCOMPARE(fit.unseen, std::vector<std::uint32_t>{20});
    QCOMPARE(fit.pairs_left_out, std::size_t{21});
    QVERIFY(fit.crystal[7] == 0 && fit.crystal[20] == 1);
    pairs.counts.assign(pairs.num_pairs(), 0);
    QVERIFY_THROWS_EXCEPTION(InputError, fitted(pairs));
  }

  /// A source of half the field reaches no pair far from the middle: with less than a hundredth of the most, these are
  /// left out of the fit, but have the factors of their crystals, so that activity out there is seen as it is.
  void pairs_beside_a_small_source_keep_factors() {
    constexpr std::uint32_t crystals = 200;
    PairCounts pairs = ring(crystals, 101);
    std::vector<std::uint32_t> from_middle;
    for_each_pair(pairs, [&](std::size_t, std::uint32_t a, std::uint32_t b) {
      from_middle.push_back(static_cast<std::uint32_t>(std::abs(static_cast<int>(b - a) - 100)));
    });
    pairs.symmetry = from_middle;
    const std::vector<double> truth = spread_efficiencies(crystals);
    for (const float beside : {0.0F, 0.009F, 0.011F}) {
      for_each_pair(pairs, [&](std::size_t pair, std::uint32_t, std::uint32_t) {
        pairs.expected[pair] = from_middle[pair] < 25 ? 1 : beside;
      });
      draw_counts(
          truth, [](std::size_t) { return 1.0; }, 1e7, 0, pairs);
      const NormalizationFit fit = fitted(pairs);
      const auto left_out =
          static_cast<std::size_t>(std::ranges::count_if(from_middle, [](auto d) { return d >= 25; }));
      QCOMPARE(fit.pairs_left_out, beside < 0.01F ? left_out : 0);
      QCOMPARE(fit.unseen_symmetries, beside < 0.01F ? std::size_t{26} : std::size_t{0});
      QVERIFY(fit.dead.empty() && fit.unseen.empty());
      std::vector<double> found, wanted;
      for_each_pair(pairs, [&](std::size_t pair, std::uint32_t a, std::uint32_t b) {
        if (from_middle[pair] >= 25) {
          found.push_back(fit.crystal[a] * fit.crystal[b] * fit.symmetry[from_middle[pair]]);
          wanted.push_back(truth[a] * truth[b]);
        }
      });
      const double of_classes = beside < 0.01F ? 0 : 0.05;  // of few counts
      QVERIFY2(rms_error(found, wanted) < 0.01 + of_classes, qPrintable(QString::number(rms_error(found, wanted))));
      QVERIFY(*std::ranges::min_element(found) > 0.5);
    }
  }

  /// Converged, on counts that STIR's program got: its efficiencies, its dead crystal, and all counts explained.
  void efficiencies_of_stir() {
    if (!std::filesystem::exists(stir / "normalisation")) {
      QSKIP("the shared data are not there");
    }
    StirPairs data;
    data.pairs.counts = data.in_pairs(stir / "normalisation/measured_eff.hs");
    data.pairs.expected = data.in_pairs(stir / "normalisation/model.hs");
    QCOMPARE(std::accumulate(data.pairs.counts.begin(), data.pairs.counts.end(), 0.0), 900121.0);
    const NormalizationFit fit = fitted(data.pairs, {.least_expected = 0, .tolerance = 1e-6, .most_rounds = 100});
    const std::vector<double> wanted = column(stir / "normalisation/efficiencies.csv", 3);
    QCOMPARE(fit.dead, (std::vector<std::uint32_t>{3 * 96 + 50}));
    double worst = 0, explained = 0;
    for (std::size_t c = 0; c < wanted.size(); ++c) {
      const double found = fit.crystal[c] * std::sqrt(fit.calibration);
      worst = std::max(worst, wanted[c] > 0 ? std::abs(found / wanted[c] - 1) : found);
    }
    QVERIFY2(worst < 2e-4, qPrintable(QString::number(worst)));
    for_each_pair(data.pairs, [&](std::size_t pair, std::uint32_t a, std::uint32_t b) {
      explained += fit.calibration * fit.crystal[a] * fit.crystal[b] * data.pairs.expected[pair];
    });
    QVERIFY2(std::abs(explained / 900121 - 1) < 1e-6, qPrintable(QString::number(explained)));
  }

  /// The estimate of randoms on STIR's delayeds: its converged singles, and its randoms of every bin.
  void randoms_of_stir() {
    if (!std::filesystem::exists(stir / "randoms")) {
      QSKIP("the shared data are not there");
    }
    const StirPairs data;
    recon::Scanner scanner = small_scanner({.modules = 768, .transaxial = 1, .axial = 1});
    recon::Efficiencies efficiencies;
    efficiencies.pairs.push_back(
        {.group = std::vector<std::int32_t>(768 * 768, -1), .num_modules_b = 768, .values = {}});
    for_each_pair(data.pairs, [&](std::size_t, std::uint32_t a, std::uint32_t b) {
      efficiencies.pairs[0].group[a * 768 + b] = efficiencies.pairs[0].group[b * 768 + a] = 0;
    });
    const std::vector<float> delayeds = data.in_pairs(stir / "randoms/delayeds.hs");
    std::vector<std::uint64_t> fans(768);
    for_each_pair(data.pairs, [&](std::size_t pair, std::uint32_t a, std::uint32_t b) {
      fans[a] += static_cast<std::uint64_t>(delayeds[pair]);
      fans[b] += static_cast<std::uint64_t>(delayeds[pair]);
    });
    const std::vector<double> singles = column(stir / "randoms/singles.csv", 4);
    const std::vector<double> fan_sums = column(stir / "randoms/singles.csv", 5);
    QVERIFY(std::ranges::equal(fans, fan_sums, {}, [](std::uint64_t sum) { return static_cast<double>(sum); }));
    const std::vector<double> found = recon::randoms_from_delayeds(scanner, efficiencies, fans);
    for (std::size_t c = 0; c < found.size(); ++c) {
      QVERIFY2(std::abs(found[c] - singles[c]) <= 1e-4 * singles[c], qPrintable(QString::number(found[c])));
    }
    QVERIFY(found[2 * 96 + 17] == 0 && found[5 * 96 + 60] == 0);
    const std::vector<float> randoms = data.in_pairs(stir / "randoms/randoms.hs");
    double sum = 0;
    for_each_pair(data.pairs, [&](std::size_t pair, std::uint32_t a, std::uint32_t b) {
      QVERIFY(std::abs(found[a] * found[b] - randoms[pair]) <= 2e-4 * randoms[pair]);
      sum += found[a] * found[b];
    });
    QVERIFY(std::abs(sum / 145216 - 1) < 1e-5);
  }

  /// Flat buckets, each of two blocks of three crystals: the symmetries are those of the buckets. Orbits of pairs under
  /// turns, mirrors and shifts of the crystals' numbers are the classes.
  void classes_are_the_orbits_of_the_scanner() {
    constexpr std::uint32_t buckets = 6, wide = 6, rings = 3, crystals = buckets * wide * rings;
    const recon::Scanner scanner =
        small_scanner({.modules = buckets, .transaxial = wide, .axial = rings, .turn_rad = 0.2F});
    const recon::PairSymmetry symmetry(scanner);
    QCOMPARE(symmetry.num_turns(), std::size_t{buckets});
    const PairCounts pairs = pairs_of(crystals, [](auto, auto) { return true; });
    const auto crystal = [](std::uint32_t m, std::uint32_t t, std::uint32_t z) {
      return (m % buckets * wide + t) * rings + z;
    };
    const auto orbit = [&](bool with_rings) {
      std::vector<std::size_t> parent(pairs.num_pairs());
      std::iota(parent.begin(), parent.end(), std::size_t{0});
      const std::function<std::size_t(std::size_t)> root = [&](std::size_t i) {
        return parent[i] == i ? i : parent[i] = root(parent[i]);
      };
      const auto join = [&](std::size_t pair, std::uint32_t a, std::uint32_t b) {
        if (a != b) {
          parent[root(pair)] = root(*pairs.find(a, b));
        }
      };
      for_each_pair(pairs, [&](std::size_t pair, std::uint32_t a, std::uint32_t b) {
        const auto m = [](std::uint32_t c) { return c / (wide * rings); };
        const auto t = [](std::uint32_t c) { return c / rings % wide; };
        const auto z = [](std::uint32_t c) { return c % rings; };
        join(pair, crystal(m(a) + 1, t(a), z(a)), crystal(m(b) + 1, t(b), z(b)));
        join(pair, crystal(buckets - m(a), wide - 1 - t(a), z(a)), crystal(buckets - m(b), wide - 1 - t(b), z(b)));
        join(pair, crystal(m(a), t(a), rings - 1 - z(a)), crystal(m(b), t(b), rings - 1 - z(b)));
        if (with_rings && z(a) + 1 < rings && z(b) + 1 < rings) {
          join(pair, a + 1, b + 1);
        } else if (!with_rings && z(a) + 1 < rings) {
          join(pair, a + 1, b);
        }
      });
      std::ranges::for_each(parent, [&](std::size_t& i) { i = root(i); });
      return parent;
    };
    for (const bool full : {true, false}) {
      const std::vector<std::size_t> wanted = orbit(full);
      const auto found = symmetry.classes(pairs, full ? recon::PairClasses::full : recon::PairClasses::transaxial);
      std::map<std::size_t, std::uint32_t> class_of;
      std::map<std::uint32_t, std::size_t> orbit_of;
      for_each_pair(pairs, [&](std::size_t pair, std::uint32_t a, std::uint32_t b) {
        if (!full && a / rings == b / rings) {
          return;  // one above the other: no pair that is measured
        }
        QCOMPARE(class_of.try_emplace(wanted[pair], found[pair]).first->second, found[pair]);
        QCOMPARE(orbit_of.try_emplace(found[pair], wanted[pair]).first->second, wanted[pair]);
      });
    }
  }

  /// Buckets of two blocks with known factors: as good as the counts. By block, the factors are wrong.
  void factors_of_buckets() {
    constexpr std::uint32_t crystals = 8 * 6 * 2;
    constexpr double counts = 2e7;
    const recon::Scanner scanner = small_scanner({.modules = 8, .transaxial = 6, .axial = 2});
    PairCounts pairs = pairs_of(crystals, [](std::uint32_t a, std::uint32_t b) {
      const std::uint32_t apart = b / 12 - a / 12;
      return apart >= 2 && apart <= 6;
    });
    pairs.symmetry = recon::PairSymmetry(scanner).classes(pairs, recon::PairClasses::full);
    std::mt19937 random(13);
    std::vector<double> g(*std::ranges::max_element(pairs.symmetry) + 1);
    std::ranges::generate(g, [&] { return std::uniform_real_distribution<double>(0.8, 1.2)(random); });
    const std::vector<double> e = spread_efficiencies(crystals);
    draw_counts(
        e, [&](std::size_t pair) { return g[pairs.symmetry[pair]]; }, counts, 0, pairs);
    const auto error_of = [&](const NormalizationFit& fit, const std::vector<std::uint32_t>& true_class) {
      std::vector<double> found, truth;
      for_each_pair(pairs, [&](std::size_t pair, std::uint32_t a, std::uint32_t b) {
        found.push_back(fit.crystal[a] * fit.crystal[b] *
                        (fit.symmetry.empty() ? 1 : fit.symmetry[pairs.symmetry[pair]]));
        truth.push_back(e[a] * e[b] * g[true_class[pair]]);
      });
      const double scale =
          std::accumulate(found.begin(), found.end(), 0.0) / std::accumulate(truth.begin(), truth.end(), 0.0);
      std::ranges::for_each(truth, [scale](double& one) { one *= scale; });
      return rms_error(found, truth);
    };
    const double noise = std::sqrt((crystals + static_cast<double>(g.size())) / counts);
    const double with_classes = error_of(fitted(pairs), pairs.symmetry);
    QVERIFY2(with_classes < 1.2 * noise, qPrintable(QString::number(with_classes / noise)));
    const std::vector<std::uint32_t> right =
        std::exchange(pairs.symmetry, recon::PairSymmetry(small_scanner({.modules = 16, .transaxial = 3, .axial = 2}))
                                          .classes(pairs, recon::PairClasses::full));
    const double by_block = error_of(fitted(pairs), right);
    QVERIFY2(by_block > 5 * noise, qPrintable(QString::number(by_block / noise)));
  }
};

COINCIDE_TEST_CLASS(NormalizationTest)

}  // namespace coincide::tests

#include "normalization_test.moc"
