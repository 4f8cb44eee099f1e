#include "recon/lor_sample.h"

#include <QtTest>
#include <algorithm>
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

Pairs pairs_in(const recon::Scanner& scanner, const CrystalGroups& groups, LorSample::Part part) {
  const LorSample sample(scanner, groups, part);
  Pairs pairs;
  for (std::uint32_t a = 0; a < scanner.num_crystals(); ++a) {
    for (std::uint32_t group = 0; group < groups.size(); ++group) {
      std::size_t count = 0;
      sample.for_partners(a, group, [&](std::uint32_t b, float) {
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
    QTest::newRow("modules") << false;
    QTest::newRow("columns") << true;
  }
  void parts_make_up_the_whole() {
    QFETCH(const bool, columns);
    const recon::Scanner scanner = small_scanner({.modules = 10, .transaxial = 3, .axial = 8, .pitch_mm = 4});
    const ModulePairs modules(scanner, {});
    const CrystalGroups groups(scanner, modules, columns ? CrystalGroups::By::column : CrystalGroups::By::module);
    QCOMPARE(groups.are_columns(), columns);
    const Pairs all = pairs_in(scanner, groups, {});
    QCOMPARE(all.size(), scanner.num_crystals() * scanner.num_crystals());
    Pairs together;
    std::size_t count = 0;
    for (const LorSample::Part part : {LorSample::Part{0, 0.01}, {0.01, 0.3}, {0.3, 0.31}, {0.31, 1}}) {
      const Pairs some = pairs_in(scanner, groups, part);
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
