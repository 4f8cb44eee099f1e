// Jobs of several frames and gates as a user runs them in the window.

#include <fmt/format.h>

#include <QAction>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QSlider>
#include <QTabWidget>
#include <QTableWidget>
#include <QToolButton>
#include <QtTest>
#include <array>
#include <fstream>

#include "gui/driven_window.h"
#include "gui/model/value_window.h"
#include "gui/panels/analysis_panel.h"
#include "gui/panels/roi_table.h"
#include "gui/viewer/chart_view.h"
#include "gui/viewer/view_header.h"
#include "io/image_file.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test

class FrameRunsTest : public tests::DrivenWindow {
  Q_OBJECT

  QSlider* step() const { return window_->findChild<ViewHeader*>()->findChild<QSlider*>("step"); }
  QString step_name() const { return window_->findChild<ViewHeader*>()->findChild<QLabel*>("step_name")->text(); }
  /// Short, but half of the activity decays.
  void run(const char* name, const char* frames) {
    std::ofstream(path(name)) << "[simulation]\nphantom = \"orientation\"\nscanner = \"small\"\nduration_s = 0.2\n"
                              << "half_life_s = 0.2\n[frames]\n"
                              << frames << "\n[image]\nvoxel_size_mm = [8, 8, 8]\n"
                              << "[algorithm]\nname = \"osem\"\nsubsets = 4\n[stop]\npasses = 1\n"
                              << "[sensitivity]\nuse_cache = false\nfraction = 0.05\n[output]\nfolder = \"results\"\n";
    open(name);
    trigger("run");
    QTRY_VERIFY_WITH_TIMEOUT(is_over(), tests::patience_ms);
    QCOMPARE(runs()->chosen_run()->error, std::string());
  }
  QString in_list() const { return window_->findChild<QListWidget*>("runs")->item(0)->text(); }
  const recon::Image& shown() const { return *runs()->chosen_image().image; }
  /// Of the first region, in the image that is shown.
  double mean_in_table() const {
    const auto* table = window_->findChild<RoiTable*>()->findChild<QTableWidget*>();
    for (int column = 0; column < table->columnCount(); ++column) {
      if (table->horizontalHeaderItem(column)->text() == "Mean") {
        return table->item(0, column)->text().toDouble();
      }
    }
    return 0;
  }
  const Chart& region_chart() const {
    window_->findChild<QTabWidget*>("side")->setCurrentIndex(2);
    auto* panel = window_->findChild<AnalysisPanel*>();
    panel->findChild<QComboBox*>()->setCurrentText("Regions over the frames");
    return panel->findChild<ChartView*>()->chart();
  }
  void frames_are_played_without_their_mean() {
    auto* play = window_->findChild<ViewHeader*>()->findChild<QToolButton*>("play");
    play->menu()->actions().last()->trigger();
    QStringList names;
    connect(step(), &QSlider::valueChanged, play, [&] { names << step_name(); });
    play->click();
    QTRY_VERIFY_WITH_TIMEOUT(names.size() >= 4, tests::patience_ms);
    play->click();
    step()->disconnect(play);
    QCOMPARE(names.mid(0, 4), (QStringList{"1", "2", "1", "2"}));
  }
  void regions_have_curves_over_the_frames() {
    window_->findChild<RoiTable*>()->add(RoiShape::sphere);
    QTRY_COMPARE_WITH_TIMEOUT(region_chart().x_label, std::string("time (s)"), tests::patience_ms);
    const Chart chart = region_chart();
    QCOMPARE(chart.series.size(), std::size_t{1});
    QVERIFY(std::abs(chart.series[0].x[0] - 0.05) < 1e-4 && std::abs(chart.series[0].x[1] - 0.15) < 1e-4);
    for (int frame = 0; frame < 2; ++frame) {
      step()->setValue(frame);
      const double expected = chart.series[0].y[static_cast<std::size_t>(frame)];
      QTRY_VERIFY_WITH_TIMEOUT(std::abs(mean_in_table() / expected - 1) < 1e-3, tests::patience_ms);
    }
    trigger("sum_frames");
    QVERIFY2(title().contains("sum of 2 frames, 0 to 0.2 s"), qPrintable(title()));
  }

 private slots:
  void init() { open_new_window(); }
  void cleanup() { close_window(); }

  /// The slider has the frames of the result, as its file has them, and then their mean, which the run ends with; all
  /// are drawn in one window, or nobody would see the decay.
  void frames_are_there_when_the_run_is_over() {
    run("two.toml", "durations = \"2x0.1\"");
    QCOMPARE(step()->maximum(), 2);
    QCOMPARE(step_name(), QString("mean"));
    QVERIFY2(title().contains("mean of 2 frames"), qPrintable(title()));
    QVERIFY2(in_list().endsWith("2 frames"), qPrintable(in_list()));
    const auto* upper = window_->findChild<QDoubleSpinBox*>("image_high");
    const double of_mean = upper->value();
    const recon::ImageSeries file = io::read_image_series(path("results/two.nii.gz")).series;
    for (int frame = 0; frame < 2; ++frame) {
      step()->setValue(frame);
      const QString name = QString("frame %1 of 2, %2 s").arg(frame + 1).arg(frame == 0 ? "0 to 0.1" : "0.1 to 0.2");
      QVERIFY2(title().contains(name), qPrintable(title()));
      QVERIFY(shown().values == file.frames[static_cast<std::size_t>(frame)].values);
      QCOMPARE(upper->value(), of_mean);
      QVERIFY(automatic_window(shown().values).high <= of_mean * (1 + 1e-5));  // the box rounds
    }
    QCOMPARE(step_name(), QString("2"));
    frames_are_played_without_their_mean();
    regions_have_curves_over_the_frames();
  }

  /// Gates take turns, so that they have no time: their curves go over their numbers.
  void gates_are_there_when_the_run_is_over() {
    std::ofstream(path("gates.csv")) << "gate,start_s,duration_s\n1,0,0.05\n2,0.05,0.05\n1,0.1,0.05\n2,0.15,0.05\n";
    run("gated.toml", "gates = \"gates.csv\"");
    QCOMPARE(step()->maximum(), 2);
    QVERIFY2(in_list().endsWith("2 gates"), qPrintable(in_list()));
    step()->setValue(1);
    QVERIFY2(title().contains("gate 2") && !title().contains(" s,"), qPrintable(title()));
    QVERIFY(shown().values == io::read_image(path("results/gated_gate2.nii.gz")).values);
    window_->findChild<RoiTable*>()->add(RoiShape::sphere);
    QTRY_COMPARE_WITH_TIMEOUT(region_chart().x_label, std::string("frame or gate"), tests::patience_ms);
    QCOMPARE(region_chart().series.at(0).x, (std::vector<double>{1, 2}));
    QVERIFY(!window_->findChild<QAction*>("sum_frames")->isEnabled());
  }

  /// Iterations count over all frames; the slider and the header say of which frame they are.
  void a_run_under_way_tells_its_frame() {
    const auto image_wanted = std::make_shared<QSemaphore>(0);
    Services services = services_that_wait(image_wanted);
    services.run_job = [image_wanted](const io::Job&, recon::Reporter& reporter) {
      recon::Image image(recon::centred_grid({20, 20, 20}, {4, 4, 4}, {0, 0, 0}), 1.F, "Bq/mL");
      for (int iteration = 1; !reporter.stop_requested();) {
        if (image_wanted->tryAcquire(1, 1)) {
          image.description = fmt::format("frame {} of 2, OSEM, iterations", (iteration + 2) / 3);
          reporter.intermediate_image(image, iteration++);
        }
      }
      return RunOutcome{.image = nullptr, .stopped = true, .folder = {}, .files = {}};
    };
    make_window(services);
    std::ofstream(path("slow.toml")) << "[input]\ndata = \"a.petsird\"\n[frames]\ndurations = \"2x1\"\n"
                                     << "[algorithm]\nname = \"osem\"\n[stop]\npasses = 3\n";
    open("slow.toml");
    trigger("run");
    image_wanted->release(5);
    QTRY_COMPARE_WITH_TIMEOUT(step_name(), QString("frame 2, iteration 2"), tests::patience_ms);
    QTRY_VERIFY_WITH_TIMEOUT(title().contains("frame 2 of 2 · iteration 2 of 3 · OSEM"), tests::patience_ms);
    step()->setValue(2);
    QCOMPARE(step_name(), QString("frame 1, iteration 3"));
    QVERIFY2(title().contains("frame 1 of 2 · iteration 3 of 3"), qPrintable(title()));
    trigger("stop");
    QTRY_VERIFY_WITH_TIMEOUT(is_over(), tests::patience_ms);
  }

  /// Frames and gates of a session that is opened again are those that were there.
  void parts_come_back_with_the_session() {
    std::ofstream(path("gates.csv")) << "gate,start_s,duration_s\n1,0,0.1\n2,0.1,0.1\n";
    run("gates.toml", "gates = \"gates.csv\"");
    run("frames.toml", "durations = \"2x0.1\"");
    step()->setValue(1);
    const QString seen = title();
    std::vector<std::vector<KeptImage>> before;
    for (const std::shared_ptr<const Run>& run : runs()->runs()) {
      before.push_back(run->parts);
    }
    window_->save_session(text_path("parts.coincide"));
    open_new_window();
    open("parts.coincide");
    QTRY_COMPARE_WITH_TIMEOUT(runs()->runs().size(), std::size_t{2}, tests::patience_ms);
    for (std::size_t run = 0; run < 2; ++run) {
      const std::vector<KeptImage>& parts = runs()->runs()[run]->parts;
      QCOMPARE(parts.size(), std::size_t{2});
      for (std::size_t i = 0; i < 2; ++i) {
        QCOMPARE(parts[i].part, before[run][i].part);
        QVERIFY(parts[i].image->values == before[run][i].image->values);
      }
    }
    QCOMPARE(step()->maximum(), 2);
    QCOMPARE(step()->value(), 1);  // as it was looked at
    QCOMPARE(title(), seen);
    frames_are_played_without_their_mean();
    regions_have_curves_over_the_frames();
  }
};

COINCIDE_TEST_CLASS(FrameRunsTest)
#include "frame_runs_test.moc"
