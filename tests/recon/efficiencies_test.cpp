#include "recon/efficiencies.h"

#include <QtTest>
#include <cmath>
#include <numbers>

#include "projectors/error.h"
#include "recon/model.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::Efficiencies;
using recon::Scanner;

/// Type 0: crystals 0 ... 3 in two modules of two, two energy windows. Type 1: crystals 4 ... 6 in modules of their
/// own.
Scanner two_types() {
  Scanner scanner;
  for (int c = 0; c < 7; ++c) {
    scanner.crystal_centre_mm.push_back({static_cast<float>(10 * c), static_cast<float>(c * c), 0});
    scanner.crystal_normal.push_back({0, 0, 1});
    scanner.crystal_face_mm2.push_back(1);
    scanner.crystal_module.push_back(static_cast<std::uint32_t>(c < 4 ? c / 2 : c - 2));
    scanner.crystal_type.push_back(c < 4 ? 0 : 1);
  }
  scanner.module_types = {
      {.first_crystal = 0, .num_modules = 2, .crystals_per_module = 2, .energy_edges_kev = {1, 2, 3}},
      {.first_crystal = 4, .num_modules = 3, .crystals_per_module = 1, .energy_edges_kev = {}}};
  scanner.tof_bins = {{.centre_mm = 0, .width_mm = 1000, .sigma_mm = 100}};
  scanner.tof_ranges = {{0, 1}, {0, 1}, {0, 1}, {0, 1}};
  return scanner;
}

/// Only (type 0, type 1) is stated: group 0 and 1 have values, group 2 counts as 1, the last pair is excluded.
Efficiencies two_type_table() {
  Efficiencies table;
  table.calibration_factor = 2;
  table.bin = {{1, 2, 3, 4, 5, 6, 7, 8}, {}};
  table.pairs.resize(4);
  table.pairs[1].group = {0, 1, 2, 1, 0, -1};
  table.pairs[1].num_modules_b = 3;
  table.pairs[1].values = {{0.1F, 0.2F, 0.3F, 0.4F}, {10, 20, 30, 40}, {}};
  table.pairs[1].bins_per_module_b = 1;
  return table;
}

}  // namespace

class EfficienciesTest : public QObject {
  Q_OBJECT

 private slots:
  void table_of_two_types() {
    const Scanner scanner = two_types();
    const Efficiencies table = two_type_table();
    scanner.check();
    table.check(scanner);
    QVERIFY(table.has_pair_values());
    // Crystal 1 is element 1 of module 0, with window 1 detection bin 3 of its type and of its module.
    QCOMPARE(table.efficiency(scanner, 1, 1, 4, 0), 2 * 4 * 0.4F);
    QCOMPARE(table.efficiency(scanner, 1, 1, 5, 0), 2 * 4 * 40.0F);
    QCOMPARE(table.efficiency(scanner, 1, 1, 6, 0), 2 * 4 * 1.0F);
    // Crystal 2 is element 0 of module 1.
    QCOMPARE(table.efficiency(scanner, 2, 1, 4, 0), 2 * 6 * 20.0F);
    QCOMPARE(table.efficiency(scanner, 2, 1, 6, 0), 0.0F);
    QVERIFY(!table.in_coincidence(scanner, 2, 6));
    QVERIFY(table.in_coincidence(scanner, 1, 6));
  }

  void exchanged_crystals_use_the_transposed_table() {
    const Scanner scanner = two_types();
    const Efficiencies table = two_type_table();
    for (std::uint32_t a = 0; a < 4; ++a) {
      for (std::uint32_t b = 4; b < 7; ++b) {
        for (std::uint32_t window = 0; window < 2; ++window) {
          QCOMPARE(table.efficiency(scanner, b, 0, a, window), table.efficiency(scanner, a, window, b, 0));
        }
        QCOMPARE(table.in_coincidence(scanner, b, a), table.in_coincidence(scanner, a, b));
      }
    }
  }

  /// Files may fill one triangle of the table of a type with itself.
  void half_a_table_serves_both_orders() {
    const Scanner scanner = small_scanner({.modules = 3, .transaxial = 2, .axial = 1});
    Efficiencies table;
    table.pairs.resize(1);
    table.pairs[0].group = {-1, 0, -1, -1, -1, -1, -1, -1, -1};
    table.pairs[0].num_modules_b = 3;
    table.pairs[0].values = {{1, 2, 3, 4}};
    table.pairs[0].bins_per_module_b = 2;
    table.check(scanner);
    QCOMPARE(table.efficiency(scanner, 0, 0, 3, 0), 2.0F);
    QCOMPARE(table.efficiency(scanner, 3, 0, 0, 0), 2.0F);
    QCOMPARE(table.efficiency(scanner, 1, 0, 2, 0), 3.0F);
    QCOMPARE(table.efficiency(scanner, 2, 0, 1, 0), 3.0F);
    QCOMPARE(table.efficiency(scanner, 0, 0, 4, 0), 0.0F);
    QVERIFY(table.in_coincidence(scanner, 3, 1));
    QVERIFY(!table.in_coincidence(scanner, 5, 1));
  }

  void nothing_stated_counts_as_one() {
    const Scanner scanner = small_scanner();
    const Efficiencies table;
    table.check(scanner);
    QVERIFY(!table.has_pair_values());
    QCOMPARE(table.efficiency(scanner, 0, 0, 47, 0), 1.0F);
    // Crystals 0 and 5 are in one module, 6 in the next.
    QCOMPARE(table.efficiency(scanner, 0, 0, 5, 0), 0.0F);
    QVERIFY(!table.in_coincidence(scanner, 0, 5));
    QVERIFY(table.in_coincidence(scanner, 0, 6));
  }

  void types_without_tof_bins_do_not_coincide() {
    Scanner scanner = two_types();
    scanner.tof_ranges = {{0, 0}, {0, 1}, {0, 0}, {0, 1}};
    const Efficiencies table;
    QVERIFY(!table.in_coincidence(scanner, 0, 2));
    QVERIFY(table.in_coincidence(scanner, 0, 4));
    QVERIFY(table.in_coincidence(scanner, 4, 0));
  }

  void misfits_are_refused() {
    const Scanner scanner = two_types();
    const auto refused = [&](auto spoil) {
      Efficiencies table = two_type_table();
      spoil(table);
      try {
        table.check(scanner);
      } catch (const InputError&) {
        return true;
      }
      return false;
    };
    QVERIFY(refused([](Efficiencies& t) { t.calibration_factor = 0; }));
    QVERIFY(refused([](Efficiencies& t) { t.bin.pop_back(); }));
    QVERIFY(refused([](Efficiencies& t) { t.bin[0].pop_back(); }));
    QVERIFY(refused([](Efficiencies& t) { t.bin[0][2] = -1; }));
    QVERIFY(refused([](Efficiencies& t) { t.pairs.pop_back(); }));
    QVERIFY(refused([](Efficiencies& t) { t.pairs[1].group[0] = 3; }));
    QVERIFY(refused([](Efficiencies& t) { t.pairs[1].group.pop_back(); }));
    QVERIFY(refused([](Efficiencies& t) { t.pairs[1].values[0].pop_back(); }));
    QVERIFY(refused([](Efficiencies& t) { t.pairs[1].values[0][0] = std::nanf(""); }));
    QVERIFY(refused([](Efficiencies& t) { t.pairs[1].bins_per_module_b = 2; }));
  }

  /// Pairs from a small uniform ball between two crystals, isotropic: the share that hits both faces, by quadrature
  /// over points p of the ball's plane and of face a, must be density * line integral * the factor.
  void solid_angle_agrees_with_quadrature() {
    Scanner scanner = small_scanner({.modules = 2, .transaxial = 1, .axial = 1, .radius_mm = 100, .width_mm = 4});
    const float tilt = 0.4F;  // the second face is turned away from the line by this angle
    scanner.crystal_normal[1] = {std::cos(tilt), 0, std::sin(tilt)};
    // A thin layer of unit density and thickness 1 mm at x = 30: a pair from point p of it that hits a at q goes on to
    // the plane of b. Share of directions towards a patch dA of a: 2 dA cos / (4 pi r^2).
    const double to_a_mm = 70;
    const double half_mm = 2;
    constexpr int steps = 40;
    double expected = 0;
    const double cell_mm = 2 * half_mm / steps;
    const double reach_mm = 2 * half_mm;
    const double layer_cell_mm = 2 * reach_mm / (2 * steps);
    for (int py = 0; py < 2 * steps; ++py) {
      for (int pz = 0; pz < 2 * steps; ++pz) {
        const double y = -reach_mm + (py + 0.5) * layer_cell_mm;
        const double z = -reach_mm + (pz + 0.5) * layer_cell_mm;
        for (int qy = 0; qy < steps; ++qy) {
          for (int qz = 0; qz < steps; ++qz) {
            const double ay = -half_mm + (qy + 0.5) * cell_mm;
            const double az = -half_mm + (qz + 0.5) * cell_mm;
            const double r2 = to_a_mm * to_a_mm + (ay - y) * (ay - y) + (az - z) * (az - z);
            // Where the other photon meets the tilted face: x = -100 - z_b tan(tilt), to first order on the line.
            const double slope_y = (y - ay) / to_a_mm;
            const double slope_z = (z - az) / to_a_mm;
            const double way = (200 + std::tan(tilt) * az) / (1 - std::tan(tilt) * slope_z);
            const double by = ay + slope_y * way;
            const double bz = az + slope_z * way;
            const bool hit = std::abs(by) < half_mm && std::abs(bz) < half_mm * std::cos(tilt);
            expected += hit ? 2 * cell_mm * cell_mm * (to_a_mm / std::sqrt(r2)) / (4 * std::numbers::pi * r2) : 0;
          }
        }
      }
    }
    expected *= layer_cell_mm * layer_cell_mm;
    const double factor = recon::solid_angle_factor_mm2(scanner, 0, 1);
    QVERIFY2(std::abs(factor / expected - 1) < 0.02, qPrintable(QString::number(factor / expected)));
    QCOMPARE(recon::solid_angle_factor_mm2(scanner, 1, 0), factor);
  }

  void faces_that_look_away_see_nothing() {
    Scanner scanner = small_scanner({.modules = 2, .transaxial = 1, .axial = 1});
    scanner.crystal_normal[1] = {-1, 0, 0};
    QCOMPARE(recon::solid_angle_factor_mm2(scanner, 0, 1), 0.0);
  }

  void model_follows_the_options() {
    const Scanner scanner = small_scanner();
    Efficiencies table;
    table.calibration_factor = 3;
    const double angle = recon::solid_angle_factor_mm2(scanner, 0, 24);
    const auto factor = [&](const recon::CorrectionOptions& options) {
      return recon::MultiplicativeModel(scanner, table, options).factor(0, 0, 24, 0);
    };
    QCOMPARE(factor({}), static_cast<float>(3 * angle));
    QCOMPARE(factor({.efficiencies = false}), static_cast<float>(angle));
    QCOMPARE(factor({.geometric = recon::Switch::off}), 3.0F);
    // Values of pairs hold the solid angle already.
    table.pairs.resize(1);
    table.pairs[0].values = {std::vector<float>(36, 0.5F)};
    table.pairs[0].bins_per_module_b = 6;
    QCOMPARE(factor({}), 1.5F);
    QCOMPARE(factor({.geometric = recon::Switch::on}), static_cast<float>(1.5 * angle));
    QCOMPARE(factor({.efficiencies = false}), static_cast<float>(angle));
    table.calibration_stated = true;
    QVERIFY(recon::MultiplicativeModel(scanner, table, {}).is_absolute());
    QVERIFY(!recon::MultiplicativeModel(scanner, table, {.geometric = recon::Switch::on}).is_absolute());
    QVERIFY(!recon::MultiplicativeModel(scanner, table, {.efficiencies = false}).is_absolute());
    QVERIFY(recon::MultiplicativeModel(scanner, table, {.geometric = recon::Switch::off}).is_absolute());
    table.pairs.clear();
    QVERIFY(recon::MultiplicativeModel(scanner, table, {}).is_absolute());
    QVERIFY(recon::MultiplicativeModel(scanner, table, {.geometric = recon::Switch::on}).is_absolute());
    QVERIFY2(!recon::MultiplicativeModel(scanner, table, {.geometric = recon::Switch::off}).is_absolute(),
             "nothing holds the solid angle");
    table.calibration_stated = false;
    QVERIFY(!recon::MultiplicativeModel(scanner, table, {}).is_absolute());
  }

  void windows_add_up() {
    const Scanner scanner = two_types();
    const Efficiencies table = two_type_table();
    const recon::MultiplicativeModel model(scanner, table, {.geometric = recon::Switch::off});
    QCOMPARE(model.factor_over_windows(1, 4), 2 * (3 * 0.3F + 4 * 0.4F));
    QCOMPARE(model.factor_over_windows(4, 1), 2 * (3 * 0.3F + 4 * 0.4F));
  }
};

COINCIDE_TEST_CLASS(EfficienciesTest)

}  // namespace coincide::tests

#include "efficiencies_test.moc"
