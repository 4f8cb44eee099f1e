// SUV and kBq/mL in place of Bq/mL: everything that is shown follows, and what is saved stays what was measured.

#include <QAction>
#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <fstream>

#include "app/window_services.h"
#include "gui/model/activity_chart.h"
#include "gui/model/value_window.h"
#include "gui/model/values_at.h"
#include "gui/panel_support.h"
#include "gui/panels/main_window.h"
#include "gui/panels/run_panel.h"
#include "gui/panels/view_tools.h"
#include "io/image_file.h"
#include "recon/data/image_series.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test
using coincide::tests::patience_ms;
using coincide::tests::test_image;

namespace {

bool near(double a, double b) { return std::abs(a - b) <= 1e-5 * std::abs(b); }

const recon::SuvFactor known{.factor = 2e-3, .unit = "g/mL", .missing = {}};

}  // namespace

class UnitsTest : public QObject {
  Q_OBJECT

 private slots:
  void values_window_and_thresholds_follow() {
    ViewState state;
    const auto image = test_image();
    state.set_suv(known);
    state.set_image(image);
    state.set_window(100, 1500);
    state.set_rois({{.name = "above", .shape = RoiShape::threshold, .half_size_mm = {90, 90, 90}, .threshold = 500},
                    {.name = "part", .shape = RoiShape::threshold, .threshold_percent = 41}});
    state.set_rois({state.rois()[0]});
    const RoiFigures before = measure(state.found_rois()[0], *state.image());
    state.set_units({.in_suv = true});
    QCOMPARE(state.image()->unit, std::string("g/mL"));
    QVERIFY(near(state.image()->values[7], 2e-3 * image->values[7]));
    QVERIFY(near(state.window_low(), 0.2) && near(state.window_high(), 3));
    QVERIFY(near(state.rois()[0].threshold, 1));
    const RoiFigures after = measure(state.found_rois()[0], *state.image());
    QCOMPARE(after.voxels, before.voxels);
    QVERIFY(before.voxels > 100 && near(after.mean, 2e-3 * before.mean));
    state.undo();
    QVERIFY(near(state.rois()[0].threshold, 1));
    QCOMPARE(state.rois()[1].threshold_percent, 41.0);
    QVERIFY(QString::fromStdString(values_text(state, state.cursor_mm())).endsWith(" g/mL"));
    QCOMPARE(state.measured_image(), std::shared_ptr<const recon::Image>(image));
    state.set_units({});
    QCOMPARE(state.image(), std::shared_ptr<const recon::Image>(image));
    QVERIFY(near(state.window_high(), 1500) && near(state.rois()[0].threshold, 500));
  }

  /// The next image comes in the same units; one whose SUV is not known, or of another unit, as it is.
  void units_stay_from_image_to_image() {
    ViewState state;
    state.set_suv(known);
    state.set_units({.in_suv = true, .in_kilo_bq = true});
    state.show({.data = "a"}, test_image());
    state.set_window(0, 4);
    state.show({.data = "a"}, test_image(2));
    QCOMPARE(state.image()->unit, std::string("g/mL"));
    QVERIFY(near(state.window_high(), 4));
    state.set_suv({});
    state.show({.data = "b"}, test_image());
    QCOMPARE(state.image()->unit, std::string("kBq/mL"));
    QVERIFY(near(state.image()->values[3], 1e-3 * test_image()->values[3]));
    QVERIFY(state.window_high() < 2);
    auto attenuation = test_image();
    attenuation->unit = "1/cm";
    state.show({.data = "b"}, attenuation);
    QCOMPARE(state.image()->unit, std::string("1/cm"));
    QCOMPARE(state.scale().factor, 1.0);
    state.set_suv(known);
    state.show({.data = "a"}, test_image());
    QVERIFY(near(state.window_high(), 4));
  }

  /// B by its own factor; without one it keeps its unit.
  void both_images_of_a_comparison_follow() {
    ViewState state;
    state.set_suv(known);
    state.set_image(test_image());
    const auto b = test_image(3);
    Comparison comparison{.subject = {.name = "b"}, .other = layer_of("B", b), .measured = b};
    comparison.suv = {.factor = 5e-3, .unit = "g/mL", .missing = {}};
    state.set_comparison(comparison);
    QVERIFY(has_one_unit(*state.comparison(), *state.image()));
    state.set_units({.in_suv = true});
    QVERIFY(has_one_unit(*state.comparison(), *state.image()));
    QVERIFY(near(state.comparison()->other.image->values[9], 5e-3 * b->values[9]));
    comparison = *state.comparison();  // as the line over the views changes it
    comparison.combination = Combination::ratio;
    state.set_comparison(comparison);
    QVERIFY(near(state.comparison()->other.image->values[9], 5e-3 * b->values[9]));
    comparison.suv = {};
    state.set_comparison(comparison);
    QCOMPARE(state.comparison()->other.image->unit, std::string("Bq/mL"));
    QVERIFY(!has_one_unit(*state.comparison(), *state.image()));
  }

  void curves_over_frames_follow() {
    const Frames frames{test_image(1), test_image(2)};
    const std::vector<Roi> rois{
        {.name = "above", .shape = RoiShape::threshold, .half_size_mm = {90, 90, 90}, .threshold = 500}};
    const Chart measured = activity_chart(frames, rois, {.factor = 1, .unit = "Bq/mL"});
    const Chart suv = activity_chart(frames, in_scale(rois, 2e-3), {.factor = 2e-3, .unit = "g/mL"});
    QCOMPARE(suv.y_label, std::string("value (g/mL)"));
    for (std::size_t i = 0; i < 2; ++i) {
      QVERIFY(near(suv.series[0].y[i], 2e-3 * measured.series[0].y[i]));
    }
  }

  void the_switch_says_why_not() {
    ViewState state;
    ViewTools tools(state);
    auto* suv = tools.findChild<QCheckBox*>("suv");
    QVERIFY(!suv->isEnabled());
    state.set_suv({.factor = 0, .unit = "g/mL", .missing = "the patient's weight"});
    state.set_image(test_image());
    QVERIFY(!suv->isEnabled());
    QCOMPARE(suv->toolTip(), QString("SUV is not possible: it needs the patient's weight"));
    state.set_suv(known);
    state.set_image(test_image());
    QVERIFY(suv->isEnabled() && !suv->isChecked());
    suv->click();
    QCOMPARE(state.image()->unit, std::string("g/mL"));
    auto in_suv = test_image();
    in_suv->unit = "g/mL";
    state.set_suv({});
    state.set_image(in_suv);
    QVERIFY(!suv->isEnabled() && suv->isChecked());
  }

  /// Corrected and uncorrected together: unit, window and presets are each image's own, and none stops the other.
  void an_image_without_suv_stops_no_other() {
    ViewState state;
    ViewTools tools(state);
    auto* suv = tools.findChild<QCheckBox*>("suv");
    auto* presets = tools.findChild<QPushButton*>("window_presets")->menu();
    const auto has_suv_presets = [&] {
      emit presets->aboutToShow();
      return std::ranges::any_of(presets->actions(), [](const QAction* one) { return one->text().startsWith("SUV"); });
    };
    auto counts = test_image(0.01);
    counts->unit = std::string("1");
    state.set_suv(known);
    state.show({.data = "corrected"}, test_image());
    suv->click();
    state.set_window(0, 5);
    QVERIFY(has_suv_presets());
    state.set_layers({layer_of("uncorrected", counts)});
    QCOMPARE(state.layers()[0].image->unit, std::string("1"));
    QVERIFY(near(state.layers()[0].high, automatic_window(counts->values).high));

    state.set_suv({.factor = 0, .unit = "g/mL", .missing = "values in Bq/mL"});
    state.show({.data = "uncorrected"}, counts);
    QCOMPARE(state.image()->unit, std::string("1"));
    QVERIFY(near(state.window_high(), automatic_window(counts->values).high));
    QVERIFY(!suv->isEnabled() && !suv->isChecked() && !has_suv_presets());
    QCOMPARE(suv->toolTip(), QString("SUV is not possible: it needs values in Bq/mL"));

    state.set_suv(known);
    state.show({.data = "corrected"}, test_image());
    QCOMPARE(state.image()->unit, std::string("g/mL"));
    QVERIFY(near(state.window_high(), 5) && suv->isChecked() && has_suv_presets());
  }

  /// 100 MBq of F-18 injected an hour before the scan into 70 kg; the file and what is beside it say so.
  void a_file_says_its_suv() {
    QTemporaryDir folder;
    const std::string path = folder.filePath("scan.nii.gz").toStdString();
    recon::ImageSeries series{.grid = test_image()->grid, .unit = "Bq/mL", .decay_corrected = true};
    series.frames.push_back({.values = test_image()->values, .start_s = 0, .duration_s = 60});
    series.half_life_s = 6586;
    series.injection_s = -3600;
    series.tracer.dose_bq = 1e8;
    series.patient.weight_kg = 70;
    const double factor = 70e3 / (1e8 * std::exp2(-3600 / 6586.0));
    QVERIFY(near(recon::common_suv_factor(series).factor, factor));
    series.decay_corrected = false;
    series.frames.push_back(series.frames[0]);
    QVERIFY(!recon::common_suv_factor(series).missing.empty());
    series.frames.pop_back();
    series.decay_corrected = true;
    io::write_image(path, *test_image());
    std::ofstream(folder.filePath("scan.json").toStdString()) << R"({
      "Units": "Bq/mL", "TimeZero": "10:00:00", "ScanStart": 0, "InjectionStart": -3600, "FrameTimesStart": [0],
      "FrameDuration": [60], "TracerRadionuclide": "F18", "RadionuclideHalfLife": 6586, "InjectedRadioactivity": 100,
      "InjectedRadioactivityUnits": "MBq", "PatientWeight": 70, "ImageDecayCorrected": true,
      "ImageDecayCorrectionTime": 0})";

    MainWindow window(app::make_window_services());
    window.show();
    window.open_file(QString::fromStdString(path));
    auto* suv = window.findChild<QCheckBox*>("suv");
    QTRY_VERIFY_WITH_TIMEOUT(window.findChild<QAction*>("save_image")->isEnabled(), patience_ms);
    QVERIFY2(suv->isEnabled(), qPrintable(suv->toolTip()));
    const auto value = [&] {
      const QString text = window.findChild<QLabel*>("value_line")->text();
      return text.section(QChar(0x00b7), -1).trimmed().section(' ', 0, 0).toDouble();
    };
    const double measured = value();
    suv->click();
    QTRY_VERIFY_WITH_TIMEOUT(window.findChild<QLabel*>("value_line")->text().endsWith(" g/mL"), patience_ms);
    QVERIFY2(std::abs(value() / (factor * measured) - 1) < 1e-3, qPrintable(QString::number(value())));
  }

  /// The same of a run, whose job says so: when it is over, and not of a run whose job does not.
  void a_run_says_its_suv() {
    const QTemporaryDir folder;
    MainWindow window(app::make_window_services());
    window.show();
    auto* suv = window.findChild<QCheckBox*>("suv");
    const auto* line = window.findChild<QLabel*>("value_line");
    const auto run = [&](const char* name, const char* facts) {
      const QString path = folder.filePath(name);
      std::ofstream(path.toStdString())
          << "[simulation]\nphantom = \"orientation\"\nscanner = \"small\"\nduration_s = 1\n[image]\nvoxel_size_mm = "
             "[4, 4, 4]\n[stop]\npasses = 1\n[sensitivity]\nuse_cache = false\n"
          << facts;
      window.open_file(path);
      window.findChild<QAction*>("run")->trigger();
      const auto* runs = window.findChild<RunPanel*>();
      QTRY_VERIFY_WITH_TIMEOUT(runs->chosen_run() && runs->chosen_run()->is_over() && line->text().contains("Bq/mL"),
                               patience_ms);
      QCOMPARE(runs->chosen_run()->error, std::string());
    };
    run("unknown.toml", "");
    QVERIFY(!suv->isEnabled());
    QVERIFY2(suv->toolTip().contains("the patient's weight, the injected activity"), qPrintable(suv->toolTip()));
    run("known.toml",
        "[input]\ninjection = \"-3600\"\n[quantification]\nhalf_life_s = 6586\n[tracer]\ndose_mbq = 100\n[patient]\n"
        "weight_kg = 70\n");
    QVERIFY2(suv->isEnabled(), qPrintable(suv->toolTip()));
    const auto high = [&] { return window.findChild<QDoubleSpinBox*>("image_high")->value(); };
    const double measured = high();
    suv->click();
    QTRY_VERIFY_WITH_TIMEOUT(line->text().endsWith(" g/mL"), patience_ms);
    const double factor = 70e3 / 1e8;  // its values are corrected for decay to the injection
    QVERIFY2(std::abs(high() / (factor * measured) - 1) < 1e-3, qPrintable(QString::number(high() / measured)));
  }
};

COINCIDE_TEST_CLASS(UnitsTest)
#include "units_test.moc"
