#include "recon/lor_sample.h"

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "projectors/error.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::CrystalGroups;
using recon::LorSample;
using recon::ModulePairs;
using Pairs = std::set<std::pair<std::uint32_t, std::uint32_t>>;

Pairs pairs_in(const recon::Scanner& scanner, const CrystalGroups& groups, LorSample::Part part,
               LorSample::Spread spread = LorSample::Spread::pairs) {
  const LorSample sample(scanner, groups, part, spread);
  Pairs pairs;
  for (std::uint32_t a = 0; a < scanner.num_crystals(); ++a) {
    for (std::uint32_t group = 0; group < groups.size(); ++group) {
      std::size_t count = 0;
      sample.for_partners(a, group, [&](std::uint32_t b) {
        if (!pairs.insert({a, b}).second || std::ranges::count(groups.crystals(group), b) != 1) {
          throw InputError("a pair comes twice, or from another group");
        }
        ++count;
      });
      if (count > sample.most_partners(group)) {
        throw InputError("more partners than most_partners() says");
      }
    }
  }
  return pairs;
}

}  // namespace

class LorSampleTest : public QObject {
  Q_OBJECT

 private slots:
  void parts_make_up_the_whole_data() {
    QTest::addColumn<bool>("columns");
    QTest::addColumn<int>("rings");
    QTest::addColumn<LorSample::Spread>("spread");
    QTest::newRow("modules") << false << 8 << LorSample::Spread::pairs;
    QTest::newRow("columns") << true << 8 << LorSample::Spread::pairs;
    QTest::newRow("beams") << true << 8 << LorSample::Spread::beams;
    QTest::newRow("beams by fours, odd number of rings") << true << 65 << LorSample::Spread::beams;
  }
  void parts_make_up_the_whole() {
    QFETCH(const bool, columns);
    QFETCH(const int, rings);
    QFETCH(const LorSample::Spread, spread);
    const recon::Scanner scanner = small_scanner({.modules = 10, .transaxial = 3, .axial = rings, .pitch_mm = 4});
    const ModulePairs modules(scanner, {});
    const CrystalGroups groups(scanner, modules, columns ? CrystalGroups::By::column : CrystalGroups::By::module);
    QCOMPARE(groups.are_columns(), columns);
    const Pairs all = pairs_in(scanner, groups, {}, spread);
    QCOMPARE(all.size(), scanner.num_crystals() * scanner.num_crystals());
    Pairs together;
    std::size_t count = 0;
    for (const LorSample::Part part : {LorSample::Part{0, 0.01}, {0.01, 0.3}, {0.3, 0.31}, {0.31, 1}}) {
      const Pairs some = pairs_in(scanner, groups, part, spread);
      QVERIFY(std::abs(static_cast<double>(some.size()) / static_cast<double>(all.size()) - part.size()) < 0.002);
      count += some.size();
      together.insert(some.begin(), some.end());
    }
    QCOMPARE(count, all.size());
    QVERIFY(together == all);
  }

  /// Each crystal takes part alike, and each pair of modules: at random some would differ by 25 and 13 %.
  void pairs_lie_evenly() {
    const recon::Scanner scanner = small_scanner({.modules = 12, .transaxial = 8, .axial = 8, .pitch_mm = 2});
    const ModulePairs modules(scanner, {});
    const CrystalGroups groups(scanner, modules, CrystalGroups::By::column);
    std::vector<double> of_crystal(scanner.num_crystals());
    std::vector<double> of_modules(144);
    for (const auto& [a, b] : pairs_in(scanner, groups, {0, 0.1})) {
      of_crystal[a] += 1 / (0.1 * static_cast<double>(scanner.num_crystals()));
      of_crystal[b] += 1 / (0.1 * static_cast<double>(scanner.num_crystals()));
      of_modules[scanner.crystal_module[a] * 12 + scanner.crystal_module[b]] += 1 / (0.1 * 64 * 64);
    }
    for (const double part : of_crystal) {
      QVERIFY2(std::abs(part / 2 - 1) < 0.1, qPrintable(QString::number(part / 2)));
    }
    for (const double part : of_modules) {
      QVERIFY2(std::abs(part - 1) < 0.05, qPrintable(QString::number(part)));
    }
  }

  void beams_are_whole_data() {
    QTest::addColumn<int>("rings");
    QTest::addColumn<int>("together");
    QTest::newRow("single") << 63 << 1;
    QTest::newRow("by fours") << 64 << 2;
  }
  /// Of the pairs of one direction all are in a part or none, and about as many directions as the part says.
  void beams_are_whole() {
    QFETCH(const int, rings);
    QFETCH(const int, together);
    const recon::Scanner scanner = small_scanner({.modules = 10, .transaxial = 2, .axial = rings, .pitch_mm = 4});
    const ModulePairs modules(scanner, {});
    const CrystalGroups groups(scanner, modules, CrystalGroups::By::column);
    const auto angle = [&](std::uint32_t c) {
      return std::atan2(scanner.crystal_centre_mm[c][1], scanner.crystal_centre_mm[c][0]);
    };
    const auto along = [&](std::uint32_t c) { return scanner.crystal_centre_mm[c][2]; };
    std::set<float> angles, heights;
    for (std::uint32_t c = 0; c < scanner.num_crystals(); ++c) {
      angles.insert(angle(c));
      heights.insert(along(c));
    }
    QCOMPARE(angles.size(), std::size_t{20});
    QCOMPARE(heights.size(), static_cast<std::size_t>(rings));
    const auto direction = [&](std::uint32_t a, std::uint32_t b) {
      const auto sum =
          std::distance(angles.begin(), angles.find(angle(a))) + std::distance(angles.begin(), angles.find(angle(b)));
      const auto difference = std::distance(heights.begin(), heights.find(along(a))) -
                              std::distance(heights.begin(), heights.find(along(b))) + 2 * std::ssize(heights);
      return std::pair(sum / together, difference / together);
    };
    std::map<std::pair<std::ptrdiff_t, std::ptrdiff_t>, int> in_all, in_part;
    for (const auto& [a, b] : pairs_in(scanner, groups, {})) {
      ++in_all[direction(a, b)];
    }
    for (const auto& [a, b] : pairs_in(scanner, groups, {0.2, 0.3}, LorSample::Spread::beams)) {
      ++in_part[direction(a, b)];
    }
    for (const auto& [beam, count] : in_part) {
      QCOMPARE(count, in_all.at(beam));
    }
    QVERIFY(std::abs(static_cast<double>(in_part.size()) / static_cast<double>(in_all.size()) - 0.1) < 0.01);
  }

  void wrong_parts_are_refused() {
    const recon::Scanner scanner = small_scanner();
    const ModulePairs modules(scanner, {});
    const CrystalGroups groups(scanner, modules, CrystalGroups::By::column);
    for (const LorSample::Part part : {LorSample::Part{0.5, 0.5}, {0.6, 0.5}, {-0.1, 0.5}, {0.5, 1.1}, {0, 1e-12}}) {
      QVERIFY_THROWS_EXCEPTION(InputError, LorSample(scanner, groups, part));
    }
  }
};

COINCIDE_TEST_CLASS(LorSampleTest)

}  // namespace coincide::tests

#include "lor_sample_test.moc"
