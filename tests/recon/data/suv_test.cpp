// Standardised uptake values of one man against values computed by hand, and who may have none.

#include "recon/data/suv.h"

#include <QtTest>
#include <cmath>

#include "projectors/error.h"
#include "recon/data/frame_decay.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::SuvKind;

constexpr double half_life_s = 6584.04;

/// A man of 75 kg and 175 cm, an hour after 300 MBq of F-18; one voxel, 5000 Bq/mL at the start of the scan.
recon::ImageSeries man() {
  recon::ImageSeries series{.grid = recon::centred_grid({1, 1, 1}, {2, 2, 2}, {0, 0, 0}),
                            .frames = {{.values = {5000}, .start_s = 0, .duration_s = 600}},
                            .unit = "Bq/mL",
                            .decay_corrected = true,
                            .half_life_s = half_life_s,
                            .injection_s = -3600};
  series.tracer = {.name = "FDG", .nuclide = "F-18", .dose_bq = 300e6};
  series.patient = {.weight_kg = 75, .height_m = 1.75, .sex = recon::Sex::male};
  return series;
}

double suv(const recon::ImageSeries& series, SuvKind kind) {
  return recon::suv_factor(series, 0, kind).factor * series.frames[0].values[0];
}

bool near(double value, double expected) { return std::abs(value / expected - 1) < 5e-5; }

}  // namespace

class SuvTest : public QObject {
  Q_OBJECT

 private slots:
  void a_man_has_the_values_computed_by_hand() {
    const recon::ImageSeries series = man();
    QVERIFY(near(suv(series, SuvKind::body_weight), 1.8260));
    QVERIFY(near(suv(series, SuvKind::lean_body_mass_james), 1.4362));
    QVERIFY(near(suv(series, SuvKind::lean_body_mass), 1.4142));
    QVERIFY(near(suv(series, SuvKind::body_surface), 0.46336));
    QVERIFY(near(recon::lean_body_mass_kg(SuvKind::lean_body_mass_james, series.patient), 58.990));
    QVERIFY(near(recon::lean_body_mass_kg(SuvKind::lean_body_mass, series.patient), 58.084));
    QVERIFY(near(recon::body_surface_m2(series.patient), 1.9031));
  }

  void the_moment_of_the_correction_does_not_matter() {
    recon::ImageSeries at_injection = man();
    at_injection.reference_s = -3600;
    at_injection.frames[0].values[0] = 7304.1F;
    QVERIFY(near(suv(at_injection, SuvKind::body_weight), 1.8260));
    recon::ImageSeries as_measured = man();
    as_measured.decay_corrected = false;
    as_measured.frames[0].values[0] = static_cast<float>(5000 / 1.031916);
    QVERIFY(near(suv(as_measured, SuvKind::body_weight), 1.8260));
  }

  void what_is_missing_is_named() {
    recon::ImageSeries series = man();
    series.patient.weight_kg.reset();
    series.injection_s.reset();
    const recon::SuvFactor suv = recon::suv_factor(series, 0);
    QCOMPARE(suv.factor, 0.0);
    QCOMPARE(suv.missing, std::string("the patient's weight, the time of the injection"));
    QVERIFY(recon::suv_sentence(series).find("the time of the injection") != std::string::npos);
    series = man();
    series.patient.sex = recon::Sex::unknown;
    QVERIFY(near(recon::suv_factor(series, 0).factor * 5000, 1.8260));
    QVERIFY(recon::suv_sentence(series).find("SUVlbm needs the patient's sex") != std::string::npos);
  }

  void formula_of_james_ends_where_it_turns() {
    recon::ImageSeries series = man();
    series.patient.weight_kg = 43.5 * 1.75 * 1.75;
    QVERIFY(recon::suv_factor(series, 0, SuvKind::lean_body_mass_james).missing.find("Janmahasatian") !=
            std::string::npos);
    QVERIFY(recon::suv_factor(series, 0, SuvKind::lean_body_mass).missing.empty());
  }

  void decay_in_a_frame() {
    QVERIFY(std::abs(recon::frame_decay_factor(half_life_s, 0, 600) - 1.031916) < 1e-6);
    QVERIFY(std::abs(recon::frame_decay_factor(half_life_s, 3600, 600) - 1.507441) < 1e-6);
    QVERIFY(std::abs(recon::frame_decay_factor(half_life_s, 3000, 1200) - 1.4598) < 5e-5);
    QVERIFY(std::abs(recon::mean_activity_s(half_life_s, 600) - 298.42) < 5e-3);
    QCOMPARE(recon::frame_decay_factor(0, 10, 600), 1.0);
  }
};

COINCIDE_TEST_CLASS(SuvTest)

}  // namespace coincide::tests

#include "suv_test.moc"
