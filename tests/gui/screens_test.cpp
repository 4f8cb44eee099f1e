// The window on small screens, and without a mouse.

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QDockWidget>
#include <QScreen>
#include <QSet>
#include <QTemporaryDir>
#include <QtTest>
#include <fstream>

#include "app/window_services.h"
#include "gui/panel_support.h"
#include "gui/panels/main_window.h"
#include "gui/panels/run_panel.h"
#include "gui/panels/run_status.h"
#include "gui/panels/start_page.h"
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
    services.estimate_job = [](const io::Job&, recon::Reporter&) { return JobEstimate{.warnings = {}, .text = {}}; };
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

  void pictures_get_most_of_the_window() {
    window_->resize(1280, 800);
    open_job();
    const auto* viewer = window_->findChild<ImageViewer*>();
    const auto part = [&] { return 1.0 * viewer->width() * viewer->height() / (1280 * 800); };
    QTRY_VERIFY2_WITH_TIMEOUT(part() > 0.45, qPrintable(QString::number(part())), patience_ms);
  }

  void default_layout_comes_back() {
    open_job();
    const auto dock = [this](const char* name) { return window_->findChild<QDockWidget*>(name); };
    dock("Runs")->hide();
    dock("View")->setFloating(true);
    window_->findChild<QAction*>("default_layout")->trigger();
    QVERIFY(!dock("Runs")->isHidden() && !dock("View")->isFloating());
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
