// The window on small screens, and without a mouse.

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QListWidget>
#include <QMenu>
#include <QScopeGuard>
#include <QScreen>
#include <QScrollArea>
#include <QScrollBar>
#include <QSet>
#include <QTabBar>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QtTest>
#include <fstream>

#include "app/window_services.h"
#include "gui/panel_support.h"
#include "gui/panels/data_panel.h"
#include "gui/panels/job_form.h"
#include "gui/panels/language.h"
#include "gui/panels/layer_panel.h"
#include "gui/panels/main_window.h"
#include "gui/panels/run_panel.h"
#include "gui/panels/run_status.h"
#include "gui/panels/start_page.h"
#include "gui/panels/work_area.h"
#include "gui/viewer/image_viewer.h"
#include "gui/viewer/opengl.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test
using coincide::tests::patience_ms;

class ScreensTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  std::unique_ptr<MainWindow> window_;

  /// Runs that give an image at once and wait to be stopped.
  static Services services() {
    Services services = app::make_window_services();
    services.estimate_job = [](const io::Job&, recon::Reporter&) { return JobEstimate{.warnings = {}, .lines = {}}; };
    services.run_job = [](const io::Job& job, recon::Reporter& reporter) {
      const auto image = coincide::tests::test_image();
      reporter.intermediate_image(*image, 1);
      while (!reporter.stop_requested()) {
        QThread::msleep(5);
      }
      return RunOutcome{.image = image, .stopped = true, .folder = job.output.folder, .files = {}};
    };
    return services;
  }
  RunPanel* runs() const { return window_->findChild<RunPanel*>(); }
  void open_job() const {
    const QString path = folder_.filePath("job.toml");
    std::ofstream(path.toStdString()) << "[simulation]\nphantom = \"orientation\"\nscanner = \"small\"\n";
    window_->open_file(path);
  }
  void trigger(const char* action) const { window_->findChild<QAction*>(action)->trigger(); }
  QTabWidget* side() const { return window_->findChild<QTabWidget*>("side"); }
  /// A run of the job, with its first image.
  void show_result() const {
    open_job();
    trigger("run");
    QTRY_VERIFY_WITH_TIMEOUT(runs()->chosen_image().image != nullptr, patience_ms);
  }
  bool has_room(const QSize& size) const {
    window_->resize(size);
    return window_->size() == size && size.width() >= window_->minimumSizeHint().width() &&
           size.height() >= window_->minimumSizeHint().height();
  }

 private slots:
  void init() {
    QSettings().clear();
    window_ = std::make_unique<MainWindow>(services());
    window_->show();
    QVERIFY(QTest::qWaitForWindowExposed(window_.get(), patience_ms));
    window_->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(window_.get(), patience_ms));
  }
  void cleanup() { window_.reset(); }

  /// 960 x 540 is what a screen of 1920 x 1080 has at twice the size.
  void window_fits_small_screens() {
    QVERIFY(has_room({960, 540}));
    open_job();
    QVERIFY2(has_room({960, 540}),
             qPrintable(
                 QString("%1 x %2").arg(window_->minimumSizeHint().width()).arg(window_->minimumSizeHint().height())));
    window_->findChild<QAction*>("run")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(runs()->chosen_image().image != nullptr, patience_ms);
    QVERIFY(has_room({960, 540}));
    const auto* viewer = window_->findChild<ImageViewer*>();
    QTRY_VERIFY_WITH_TIMEOUT(viewer->width() > 500 && viewer->height() > 200, patience_ms);
    const auto* stop = window_->findChild<RunStatus*>()->findChild<QAbstractButton*>();
    const QPoint corner = stop->mapTo(window_.get(), stop->rect().bottomRight());
    QVERIFY(stop->isVisible() && window_->rect().contains(corner));
  }

  /// Even if it was closed on a larger one.
  void window_is_never_larger_than_its_screen() {
    const QSize screen = QGuiApplication::primaryScreen()->availableSize();
    window_->resize(screen + QSize(400, 300));
    window_->close();
    window_ = std::make_unique<MainWindow>(services());
    QVERIFY(window_->width() <= screen.width() && window_->height() <= screen.height());
  }

  /// The four pictures alone, without what stands around them, beside a result.
  void pictures_get_most_of_the_window() {
    window_->resize(1280, 800);
    show_result();
    QVERIFY(runs()->isVisible() && side()->isVisible());
    const auto share = [&] {
      double pixels = 0;
      for (const char* name :
           {"axial", "coronal", "sagittal", opengl_problem().isEmpty() ? "scene_picture" : "scene"}) {
        const auto* picture = window_->findChild<QWidget*>(name);
        pixels += picture->isVisible() ? 1.0 * picture->width() * picture->height() : 0;
      }
      return pixels / (1280 * 800);
    };
    QTRY_VERIFY2_WITH_TIMEOUT(share() >= 0.55, qPrintable(QString::number(share())), patience_ms);
  }

  /// Of 960 x 640 the pictures get nearly all; the runs and the panel come when they are asked for.
  void narrow_windows_are_for_the_pictures() {
    window_->resize(960, 640);
    show_result();
    QVERIFY(!runs()->isVisible() && !side()->isVisible());
    for (const char* name : {"axial", "coronal", "sagittal", "scene"}) {
      const auto* view = window_->findChild<QWidget*>(name);
      QTRY_VERIFY2_WITH_TIMEOUT(view->width() >= 400 && view->height() >= 260, name, patience_ms);
    }
    trigger("shows_side");
    QVERIFY(side()->isVisible() && window_->width() == 960);
    QTRY_VERIFY_WITH_TIMEOUT(window_->findChild<QWidget*>("axial")->width() >= 250, patience_ms);
    window_->resize(1280, 800);  // which has its own choice
    QTRY_VERIFY_WITH_TIMEOUT(runs()->isVisible() && side()->isVisible(), patience_ms);
    window_->resize(960, 640);
    QTRY_VERIFY_WITH_TIMEOUT(!runs()->isVisible() && side()->isVisible(), patience_ms);
  }

  /// At twice the size, too, with runs and panel: no panel has to be moved sideways, and all of its tabs are seen.
  void nothing_scrolls_sideways_data() {
    QTest::addColumn<QString>("language");
    for (const QString& code : language_codes()) {
      QTest::newRow(qPrintable(code)) << code;
    }
  }
  void nothing_scrolls_sideways() {
    QFETCH(QString, language);
    apply_language(language);
    const auto english_again = qScopeGuard([] { apply_language("en"); });
    window_ = std::make_unique<MainWindow>(services());
    window_->show();
    window_->resize(960, 540);
    show_result();
    trigger("shows_runs");
    trigger("shows_side");
    QVERIFY(runs()->isVisible() && side()->isVisible());
    QMenu& layers = window_->findChild<LayerPanel*>()->add_menu();
    emit layers.aboutToShow();
    layers.actions().first()->trigger();  // the attenuation map
    const auto* list = window_->findChild<QListWidget*>("layers");
    QTRY_COMPARE_WITH_TIMEOUT(list->count(), 1, patience_ms);
    QVERIFY(has_room({960, 540}));
    for (int tab = 0; tab < side()->count(); ++tab) {
      side()->setCurrentIndex(tab);
      const auto* page = qobject_cast<QScrollArea*>(side()->currentWidget());
      const auto hidden = [page] {
        return std::max(0, page->widget()->minimumSizeHint().width() - page->viewport()->width());
      };
      QTRY_VERIFY2_WITH_TIMEOUT(hidden() == 0,
                                qPrintable(QString("%1: %2 of %3")
                                               .arg(side()->tabText(tab))
                                               .arg(hidden())
                                               .arg(page->widget()->minimumSizeHint().width())),
                                patience_ms);
      QVERIFY(side()->tabBar()->tabRect(tab).right() <= side()->tabBar()->width());
    }
  }

  /// Data, job and result show what they need, by button, by key and by what the user does.
  void modes_show_what_they_need() {
    window_->resize(1280, 800);
    const auto shown = [this] {
      QStringList parts;
      const std::initializer_list<std::pair<const char*, const QWidget*>> all{
          {"data", window_->findChild<DataPanel*>()},
          {"job", window_->findChild<JobForm*>()},
          {"runs", runs()},
          {"side", side()},
          {"slices", window_->findChild<QWidget*>("axial")},
          {"scene", window_->findChild<QWidget*>("scene")}};
      for (const auto& [name, part] : all) {
        parts << (part->isVisible() ? QStringList{name} : QStringList{});
      }
      return parts.join(' ');
    };
    const auto is_marked = [this](const char* mode) { return window_->findChild<QAction*>(mode)->isChecked(); };
    QCOMPARE(shown(), QString());  // the start page
    open_job();
    QCOMPARE(shown(), QString("job scene"));
    QVERIFY(is_marked("mode_job"));
    show_result();
    QCOMPARE(shown(), QString("runs side slices scene"));
    QVERIFY(is_marked("mode_result") && window_->findChild<QAction*>("shows_runs")->isEnabled());
    auto* buttons = window_->findChild<QWidget*>("modes");
    coincide::tests::button_of(*buttons, "Data")->click();
    QCOMPARE(shown(), QString("data scene"));
    QVERIFY(window_->findChild<QComboBox*>("shown")->currentText().startsWith("Simulation"));
    QVERIFY(!window_->findChild<QAction*>("shows_runs")->isEnabled());
    QTest::keyClick(window_->windowHandle(), Qt::Key_3, Qt::ControlModifier);
    QCOMPARE(shown(), QString("runs side slices scene"));
    QVERIFY(window_->findChild<QComboBox*>("shown")->currentText().startsWith("Run 1"));
    QTest::keyClick(window_->windowHandle(), Qt::Key_F8);
    QCOMPARE(shown(), QString("side slices scene"));
    QTest::keyClick(window_->windowHandle(), Qt::Key_F9);
    QCOMPARE(shown(), QString("slices scene"));
    QTest::keyClick(window_->windowHandle(), Qt::Key_2, Qt::ControlModifier);
    QCOMPARE(shown(), QString("job scene"));
    auto* choice = window_->findChild<QComboBox*>("shown");
    choice->setCurrentIndex(1);
    emit choice->activated(1);  // the run, as the user does
    QCOMPARE(shown(), QString("slices scene"));
  }

  /// Run, pause and stop are there in every mode, and say what can be done.
  void run_buttons_ask_for_what_is_possible() {
    const auto button = [this](const char* text) { return coincide::tests::button_of(*window_->menuWidget(), text); };
    open_job();
    QVERIFY(button("Run")->isEnabled() && !button("Pause")->isEnabled() && !button("Stop")->isEnabled());
    button("Run")->click();
    QTRY_VERIFY_WITH_TIMEOUT(runs()->chosen_image().image != nullptr, patience_ms);
    QVERIFY(button("Run") == nullptr && button("Queue")->isEnabled() && button("Stop")->isEnabled());
    button("Pause")->click();
    QTRY_VERIFY_WITH_TIMEOUT(button("Continue") != nullptr, patience_ms);
    button("Continue")->click();
    QTRY_COMPARE_WITH_TIMEOUT(runs()->chosen_run()->state, RunState::running, patience_ms);
    trigger("mode_data");
    button("Stop")->click();
    QTRY_VERIFY_WITH_TIMEOUT(runs()->chosen_run()->is_over(), patience_ms);
    QVERIFY(button("Run")->isEnabled() && !button("Stop")->isEnabled());
  }

  void default_layout_comes_back() {
    window_->resize(1280, 800);
    show_result();
    const int width = side()->width();
    trigger("shows_runs");
    auto* area = window_->findChild<WorkArea*>();
    QList<int> sizes = area->sizes();
    sizes[3] -= 150;
    sizes[4] += 150;
    area->setSizes(sizes);
    emit area->splitterMoved(0, 0);  // as the user draws it
    QTRY_VERIFY_WITH_TIMEOUT(side()->width() > width + 100, patience_ms);
    trigger("default_layout");
    QVERIFY(runs()->isVisible());
    QTRY_COMPARE_WITH_TIMEOUT(side()->width(), width, patience_ms);
  }

  /// From the start page to a stopped run, without a mouse: Tab reaches all and is held by nothing.
  void first_run_by_keyboard() {
    QAbstractButton* phantom =
        coincide::tests::button_of(*window_->findChild<StartPage*>(), "Try the built-in phantom");
    for (int step = 0; step < 20 && QApplication::focusWidget() != phantom; ++step) {
      QTest::keyClick(window_->windowHandle(), Qt::Key_Tab);
    }
    QCOMPARE(QApplication::focusWidget(), phantom);
    QTest::keyClick(window_->windowHandle(), Qt::Key_Space);
    QTRY_VERIFY_WITH_TIMEOUT(runs()->chosen_image().image != nullptr, patience_ms);

    QSet<QString> visited;
    window_->findChild<QWidget*>("axial")->setFocus();
    const int most = 2000;  // there are some hundred settings
    int steps = 0;
    for (; steps < most; ++steps) {
      QTest::keyClick(window_->windowHandle(), Qt::Key_Tab);
      if (QApplication::focusWidget() == nullptr || QApplication::focusWidget()->objectName() == "axial") {
        break;
      }
      visited << QApplication::focusWidget()->objectName();
    }
    QVERIFY2(steps < most, "Tab does not come back to where it began");
    for (const char* name : {"coronal", "sagittal", "shown", "stop"}) {
      QVERIFY2(visited.contains(name), name);
    }
    QCOMPARE(visited.contains("scene_picture"), opengl_problem().isEmpty());

    QTest::keyClick(window_->windowHandle(), Qt::Key_F5, Qt::ShiftModifier);
    QTRY_VERIFY_WITH_TIMEOUT(runs()->chosen_run()->is_over(), patience_ms);
    QTest::keyClick(window_->windowHandle(), Qt::Key_F5);
    QTRY_COMPARE_WITH_TIMEOUT(runs()->runs().size(), std::size_t{2}, patience_ms);
  }
};

COINCIDE_TEST_CLASS(ScreensTest)
#include "screens_test.moc"
