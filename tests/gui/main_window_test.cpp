// The window as a whole: what it shows belongs together, is named, and is found again.

#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QSemaphore>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableWidget>
#include <QtTest>
#include <fstream>

#include "gui/driven_window.h"
#include "gui/panels/roi_table.h"
#include "gui/panels/view_tools.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test

class MainWindowTest : public tests::DrivenWindow {
  Q_OBJECT

 private slots:
  void init() { open_new_window(); }
  void cleanup() { close_window(); }

  /// Whatever has the focus, and however it takes over what was typed into it.
  void window_goes_while_something_is_edited() {
    write_job("going.toml", 1, 1);
    const QList<const char*> settings{"stop.passes", "image.voxel_size_mm", "output.folder",
                                      "input.data",  "algorithm.name",      "algorithm.tof"};
    for (const char* setting : settings) {
      open("going.toml");
      window_->activateWindow();  // nobody else does where there is no window manager
      QVERIFY(QTest::qWaitForWindowActive(window_.get(), tests::patience_ms));
      auto* editor = window_->findChild<JobForm*>()->editor(setting);
      editor->setFocus();
      QTRY_VERIFY_WITH_TIMEOUT(editor->hasFocus(), tests::patience_ms);
      QTest::keyClicks(QApplication::focusWidget(), "7");
      window_ = std::make_unique<MainWindow>(app::make_window_services());
      window_->show();
    }
  }

  /// What was folded stays folded the next time.
  void layout_is_remembered() {
    write_job("layout.toml", 1, 1);
    open("layout.toml");
    trigger("mode_result");
    QVERIFY(runs()->isVisible());
    trigger("shows_runs");
    QVERIFY(!runs()->isVisible());
    window_->close();
    window_ = std::make_unique<MainWindow>(app::make_window_services());
    window_->show();
    open("layout.toml");
    trigger("mode_result");
    QVERIFY(!runs()->isVisible());
    QVERIFY(window_->findChild<QTabWidget*>("side")->isVisible());
  }

  /// A driver takes its time; the window does not wait for it.
  void devices_come_when_they_are_found() {
    const auto answer = std::make_shared<QSemaphore>();
    Services services = app::make_window_services();
    services.devices = [answer] {
      answer->tryAcquire(1, tests::patience_ms);
      return std::vector<DeviceChoice>{{"cpu", "CPU", true, ""}, {"cuda:0", "a GPU", true, ""}};
    };
    window_ = std::make_unique<MainWindow>(services);
    const auto* box = qobject_cast<QComboBox*>(window_->findChild<JobForm*>()->editor("compute.device"));
    QCOMPARE(box->count(), 2);
    answer->release();
    QTRY_COMPARE_WITH_TIMEOUT(box->count(), 3, tests::patience_ms);
    QCOMPARE(box->currentText(), QString("auto"));
    QVERIFY(!window_->isWindowModified());
  }

  /// A run that has no image yet, and data that are opened, never stand beside the image of another run.
  void views_name_what_they_show() {
    const auto image_wanted = std::make_shared<QSemaphore>();
    make_window(services_that_wait(image_wanted));
    const auto has_image = [&] { return window_->findChild<QAction*>("save_image")->isEnabled(); };
    auto* shown = window_->findChild<QComboBox*>("shown");
    auto* hint = window_->findChild<QLabel*>("shown_hint");
    write_job("first.toml", 2, 1);
    open("first.toml");
    QCOMPARE(title(), QString("Simulation · orientation in small · no image yet"));
    QVERIFY(hint->isVisible());
    trigger("run");
    QCOMPARE(title(), QString("Run 1 · first · no image · OSEM, 4 subsets"));
    image_wanted->release();
    QTRY_VERIFY_WITH_TIMEOUT(has_image(), tests::patience_ms);
    QCOMPARE(title(), QString("Run 1 · first · iteration 1 of 2 · OSEM, 4 subsets · Bq/mL"));
    QVERIFY(!hint->isVisible());
    trigger("stop");
    QTRY_VERIFY_WITH_TIMEOUT(is_over(), tests::patience_ms);

    trigger("run");  // another run on the same data has no image yet
    QVERIFY(!has_image());
    QCOMPARE(title(), QString("Run 2 · first · no image · OSEM, 4 subsets"));
    QTRY_VERIFY_WITH_TIMEOUT(hint->text().contains("Run 2 has no image yet"), tests::patience_ms);
    shown->setCurrentIndex(2);
    emit shown->activated(2);  // as the user does
    QVERIFY(has_image());
    QVERIFY(title().startsWith("Run 1 · first · iteration 1"));
    image_wanted->release();  // an image of run 2 does not take the place of the one that is looked at
    QTRY_VERIFY_WITH_TIMEOUT(runs()->runs().front()->image != nullptr, tests::patience_ms);
    QVERIFY(title().startsWith("Run 1 · first"));

    std::ofstream(path("other.toml")) << "[input]\nevents = \"other.petsird\"\n";
    open("other.toml");
    QVERIFY(!has_image());
    QCOMPARE(title(), QString("Data · other.petsird · no image yet"));
    QVERIFY(!runs()->chosen_run());
    trigger("stop");
    QTRY_VERIFY_WITH_TIMEOUT(runs()->runs().front()->is_over(), tests::patience_ms);
    QCOMPARE(title(), QString("Data · other.petsird · no image yet"));
    runs()->choose(runs()->runs().front());
    QVERIFY(title().startsWith("Run 2 · first · iteration 1"));
  }

  /// What the user draws and sets belongs to the data that it was drawn on. (Qt Test would not run a name in _data.)
  void regions_and_window_go_with_their_data_set() {
    const auto image_wanted = std::make_shared<QSemaphore>();
    make_window(services_that_wait(image_wanted));
    const auto run_until_image = [&](const char* job) {
      open(job);
      trigger("run");
      image_wanted->release();
      QTRY_VERIFY_WITH_TIMEOUT(runs()->chosen_image().image != nullptr, tests::patience_ms);
      trigger("stop");
      QTRY_VERIFY_WITH_TIMEOUT(is_over(), tests::patience_ms);
    };
    const auto num_regions = [&] { return window_->findChild<RoiTable*>()->findChild<QTableWidget*>()->rowCount(); };
    auto* high = window_->findChild<ViewTools*>()->findChild<QDoubleSpinBox*>("image_high");
    write_job("one.toml", 1, 1);
    run_until_image("one.toml");
    window_->findChild<RoiTable*>()->add(RoiShape::sphere);
    high->setValue(7);
    QCOMPARE(num_regions(), 1);

    std::ofstream(path("two.toml")) << "[input]\nevents = \"two.petsird\"\n[output]\nfolder = \"two\"\n";
    run_until_image("two.toml");
    QCOMPARE(num_regions(), 0);
    QCOMPARE(high->value(), 1.0);
    run_until_image("one.toml");  // another run of the first data
    QCOMPARE(num_regions(), 1);
    QCOMPARE(high->value(), 7.0);
    runs()->choose(runs()->runs()[1]);
    QCOMPARE(num_regions(), 0);
    runs()->choose(runs()->runs()[2]);
    QCOMPARE(num_regions(), 1);
    QCOMPARE(high->value(), 7.0);
  }

  /// The slider goes back to the image after an earlier iteration; the data that were simulated are shown.
  void iterations_are_kept() {
    write_job("kept.toml", 3, 5);
    open("kept.toml");
    trigger("run");
    QTRY_VERIFY_WITH_TIMEOUT(is_over(), tests::patience_ms);
    const std::shared_ptr<const Run> run = runs()->chosen_run();
    QCOMPARE(run->kept.size(), std::size_t{3});
    QCOMPARE(run->kept[0].iteration, 1.0);
    QVERIFY(run->kept[2].image->values == run->image->values);
    auto* slider = window_->findChild<QSlider*>("step");
    QSignalSpy chosen(runs(), &RunPanel::iteration_chosen);
    slider->setValue(slider->minimum());
    QCOMPARE(chosen.size(), 1);
    QVERIFY(runs()->chosen_image().image == run->kept[0].image);
    QCOMPARE(title(), QString("Run 1 · kept · iteration 1 of 3 · OSEM, 4 subsets · Bq/mL"));
    QTRY_VERIFY_WITH_TIMEOUT(window_->findChild<QLabel*>("check_Ids") != nullptr, tests::patience_ms);
  }
};

COINCIDE_TEST_CLASS(MainWindowTest)
#include "main_window_test.moc"
