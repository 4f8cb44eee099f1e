#include "recon/lor_enumerator.h"

#include <QtTest>
#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "support/small_scanner.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::CrystalGroups;
using recon::LorColumns;
using recon::LorEnumerator;
using recon::MultiplicativeModel;

using Pair = std::pair<std::uint32_t, std::uint32_t>;
struct Lor {
  float factor;
  float tof_centre_mm;  ///< seen from the lower crystal
  bool covered;
  bool operator==(const Lor&) const = default;
};

/// 8 x 3 columns of 10 crystals, each of two modules: the lower and the upper half.
recon::Scanner scanner_of_short_modules() {
  recon::Scanner scanner =
      small_scanner({.transaxial = 3, .axial = 10, .tof_bins = 3, .tof_width_mm = 30, .tof_sigma_mm = 6});
  constexpr std::uint32_t crystals = 5;
  scanner.module_types[0].crystals_per_module = crystals;
  scanner.module_types[0].num_modules = static_cast<std::uint32_t>(scanner.num_crystals()) / crystals;
  for (std::uint32_t crystal = 0; crystal < scanner.num_crystals(); ++crystal) {
    scanner.crystal_module[crystal] = crystal / crystals;
  }
  return scanner;
}

/// Of modules in different halves only those opposite to each other are in coincidence, of 48.
recon::Efficiencies near_rings_only() {
  recon::Efficiencies table;
  table.pairs.resize(1);
  table.pairs[0].num_modules_b = 48;
  for (int a = 0; a < 48; ++a) {
    for (int b = 0; b < 48; ++b) {
      table.pairs[0].group.push_back(a % 2 == b % 2 || (b - a + 48) % 48 / 6 == 4 ? 0 : -1);
    }
  }
  return table;
}

const recon::ImageGrid grid = recon::centred_grid({12, 12, 10}, {6, 6, 6}, {3, 0, 0});

std::map<Pair, Lor> all_lors(const MultiplicativeModel& model, const recon::LorOptions& options) {
  std::map<Pair, Lor> lors;
  LorEnumerator enumerator(model, grid, options);
  LorColumns block;
  double done = 0;
  while (enumerator.next(block)) {
    if (enumerator.fraction_done() < done || enumerator.fraction_done() > 1) {
      qFatal("progress does not grow, or beyond 1");
    }
    done = enumerator.fraction_done();
    for (std::size_t i = 0; i < block.size(); ++i) {
      const auto [low, high] = std::minmax(block.point_a[i], block.point_b[i]);
      const float centre_mm = enumerator.tof_ranges()[block.tof_range[i]].centre_mm;
      const Lor lor{block.factor[i], block.point_a[i] == low ? centre_mm : -centre_mm, i < block.covered};
      if (!lors.emplace(Pair{low, high}, lor).second) {
        qFatal("a pair comes twice");
      }
    }
  }
  if (done != 1) {
    qFatal("progress ends at %g", done);
  }
  return lors;
}

}  // namespace

class LorEnumeratorTest : public QObject {
  Q_OBJECT

 private slots:
  /// Modules that end within a column, some of them in no coincidence, TOF bins that lie to one side.
  void columns_hold_the_same_lors_as_modules() {
    recon::Scanner scanner = scanner_of_short_modules();
    for (recon::TofBin& bin : scanner.tof_bins) {
      bin.centre_mm += 12;
    }
    const recon::Efficiencies table = near_rings_only();
    const recon::Efficiencies no_limits;
    const MultiplicativeModel model(scanner, table, {});
    const MultiplicativeModel unlimited(scanner, no_limits, {});
    const recon::ModulePairs modules(scanner, table);
    QVERIFY(CrystalGroups(scanner, modules, CrystalGroups::By::column).are_columns());
    const auto by_module = all_lors(model, {.by = CrystalGroups::By::module});
    const auto by_column = all_lors(model, {.by = CrystalGroups::By::column});
    QVERIFY(by_module.size() > 1000);
    QVERIFY(by_module.size() < all_lors(unlimited, {}).size());
    QVERIFY(by_module == by_column);
    const auto covered = std::ranges::count_if(by_column, [](const auto& lor) { return lor.second.covered; });
    QVERIFY(covered > 100 && covered + 100 < std::ssize(by_column));
    // Parts, whatever they are drawn by, make up the whole.
    using recon::LorSample;
    for (const auto& [by, spread] : {std::pair(CrystalGroups::By::module, LorSample::Spread::pairs),
                                     std::pair(CrystalGroups::By::column, LorSample::Spread::pairs),
                                     std::pair(CrystalGroups::By::column, LorSample::Spread::beams)}) {
      std::map<Pair, Lor> together;
      for (const LorSample::Part part : {LorSample::Part{0, 0.02}, {0.02, 0.5}, {0.5, 1}}) {
        together.merge(all_lors(model, {.part = part, .spread = spread, .by = by}));
      }
      QVERIFY(together == by_column);
    }
  }

  /// What the kernels need to take LORs together, and histograms to find them.
  void lors_come_in_the_order_asked_for() {
    const recon::Scanner scanner = scanner_of_short_modules();
    const recon::Efficiencies table;
    const MultiplicativeModel model(scanner, table, {});
    LorColumns block;
    LorEnumerator by_column(model, grid, {.tof = false});
    QVERIFY(by_column.next(block));
    std::size_t same = 0;
    for (std::size_t i = 1; i < block.size(); ++i) {
      const auto as_before = [&](const std::vector<std::uint32_t>& points) {
        const recon::Vec3& at = scanner.crystal_centre_mm[points[i]];
        const recon::Vec3& before = scanner.crystal_centre_mm[points[i - 1]];
        return at[0] == before[0] && at[1] == before[1];
      };
      same += as_before(block.point_a) && as_before(block.point_b) ? 1 : 0;
    }
    QVERIFY(static_cast<double>(same) > 0.9 * static_cast<double>(block.size()));
    LorEnumerator by_module(model, grid, {.tof = false, .by = CrystalGroups::By::module});
    Pair last{0, 0};
    while (by_module.next(block)) {
      for (std::size_t i = 0; i < block.size(); ++i) {
        const Pair pair{block.point_a[i], block.point_b[i]};
        QVERIFY(last < pair && pair.first < pair.second);
        last = pair;
      }
    }
  }

  /// Ring by ring, so that the first crystals all stand at places of their own.
  void order_of_crystals_hides_no_columns() {
    recon::Scanner scanner = small_scanner({.modules = 1500, .transaxial = 1, .axial = 9, .radius_mm = 2000});
    const recon::Scanner by_columns = scanner;
    const std::size_t rings = 9, around = scanner.num_crystals() / rings;
    for (std::size_t crystal = 0; crystal < scanner.num_crystals(); ++crystal) {
      scanner.crystal_centre_mm[crystal] = by_columns.crystal_centre_mm[crystal % around * rings + crystal / around];
    }
    const recon::ModulePairs modules(scanner, {});
    const CrystalGroups groups(scanner, modules, CrystalGroups::By::column);
    QVERIFY(groups.are_columns());
    QCOMPARE(groups.size(), around);
    for (std::uint32_t group = 0; group < groups.size(); ++group) {
      QCOMPARE(groups.crystals(group).size(), rings);
    }
  }

  void crystals_that_do_not_stand_in_columns_go_by_modules() {
    recon::Scanner scanner = scanner_of_short_modules();
    for (std::size_t crystal = 0; crystal < scanner.num_crystals(); ++crystal) {
      scanner.crystal_centre_mm[crystal][0] += 1e-3F * static_cast<float>(crystal % 7);
    }
    const recon::Efficiencies table;
    const recon::ModulePairs modules(scanner, table);
    const CrystalGroups groups(scanner, modules, CrystalGroups::By::column);
    QVERIFY(!groups.are_columns());
    QCOMPARE(groups.size(), modules.num_modules());
    const MultiplicativeModel model(scanner, table, {});
    QVERIFY(all_lors(model, {}) == all_lors(model, {.by = CrystalGroups::By::module}));
  }
};

COINCIDE_TEST_CLASS(LorEnumeratorTest)

}  // namespace coincide::tests

#include "lor_enumerator_test.moc"
