// Preferences take effect at once and in the next session; help tells what there is.

#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QMenuBar>
#include <QMessageBox>
#include <QSettings>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTreeWidget>
#include <QtTest>
#include <fstream>

#include "app/window_services.h"
#include "gui/panel_support.h"
#include "gui/panels/main_window.h"
#include "gui/panels/preferences_dialog.h"
#include "gui/panels/shortcuts_dialog.h"
#include "gui/viewer/slice_view.h"
#include "io/image_file.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test
using coincide::tests::patience_ms;
using coincide::tests::test_image;

class PreferencesTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  std::unique_ptr<MainWindow> window_;

  void open_window(const Services& services = app::make_window_services()) {
    window_ = std::make_unique<MainWindow>(services);
    window_->show();
    QVERIFY(QTest::qWaitForWindowExposed(window_.get(), patience_ms));
  }
  template <class Dialog>
  Dialog* open_dialog(const char* action) {
    window_->findChild<QAction*>(action)->trigger();
    return window_->findChild<Dialog*>();
  }
  QString value_line() const { return window_->findChild<QLabel*>("value_line")->text(); }
  void show_image() {
    io::write_image(folder_.filePath("scan.nii.gz").toStdString(), *test_image(100));
    window_->open_file(folder_.filePath("scan.nii.gz"));
    QTRY_VERIFY_WITH_TIMEOUT(window_->findChild<QAction*>("save_image")->isEnabled(), patience_ms);
  }

 private slots:
  void init() { QSettings().clear(); }
  void cleanup() {
    window_.reset();
    QSettings().clear();
    Preferences::saved().apply_look();
  }

  void they_are_kept() {
    const Preferences wanted{.theme = "dark",
                             .text_points = 13,
                             .output_folder = "/results",
                             .threads = 3,
                             .in_kilo_bq = true,
                             .orientation = ViewState::Orientation::neurological};
    wanted.save();
    const Preferences found = Preferences::saved();
    QCOMPARE(found.theme, QString("dark"));
    QCOMPARE(found.text_points, 13);
    QVERIFY(found.in_kilo_bq);
    QCOMPARE(found.orientation, ViewState::Orientation::neurological);
    io::Job job;
    found.put_into(job);
    QCOMPARE(job.compute.threads, std::int64_t{3});
    QCOMPARE(job.output.folder.string(), std::string("/results"));
    QSettings().clear();
    QCOMPARE(Preferences::saved().theme, QString("as the system"));
    io::Job other;
    const auto usual = other.output.folder;
    Preferences::saved().put_into(other);
    QCOMPARE(other.output.folder, usual);
  }

  void colours_and_texts_change_at_once() {
    open_window();
    auto* dialog = open_dialog<PreferencesDialog>("preferences");
    dialog->findChild<QComboBox*>("theme")->setCurrentText("light");
    const QColor light = QApplication::palette().color(QPalette::Window);
    dialog->findChild<QComboBox*>("theme")->setCurrentText("dark");
    QVERIFY(QApplication::palette().color(QPalette::Window).lightness() < light.lightness() - 100);
    const int usual = QApplication::font().pointSize();
    auto* points = dialog->findChild<QSpinBox*>("text_points");
    points->setValue(17);
    QTRY_COMPARE_WITH_TIMEOUT(window_->font().pointSize(), 17, patience_ms);
    QCOMPARE(QSettings().value("text_points").toInt(), 17);
    points->setValue(points->minimum());
    QCOMPARE(QApplication::font().pointSize(), usual);
    QCOMPARE(QSettings().value("text_points").toInt(), 0);
  }

  void units_and_orientation_reach_the_views() {
    open_window();
    show_image();
    QVERIFY(value_line().endsWith(" Bq/mL"));
    auto* dialog = open_dialog<PreferencesDialog>("preferences");
    dialog->findChild<QComboBox*>("unit")->setCurrentIndex(1);
    QTRY_VERIFY_WITH_TIMEOUT(value_line().endsWith(" kBq/mL"), patience_ms);
    auto* axial = window_->findChild<SliceView*>("axial");
    const auto x_of_click = [&] {
      QTest::mouseClick(axial, Qt::LeftButton, {}, QPoint(axial->width() / 3, axial->height() / 2));
      return value_line().section('(', 1).section(',', 0, 0).toDouble();
    };
    const double before = x_of_click();
    dialog->findChild<QComboBox*>("orientation")->setCurrentIndex(1);
    QTest::qWait(0);
    const double after = x_of_click();
    QVERIFY2(before < 5 && after > 5, qPrintable(QString("%1, %2").arg(before).arg(after)));  // 5 mm are in the middle
    window_.reset();
    open_window();  // the next session
    show_image();
    QTRY_VERIFY_WITH_TIMEOUT(value_line().endsWith(" kBq/mL"), patience_ms);
  }

  void new_jobs_have_threads_and_folder() {
    open_window();
    auto* dialog = open_dialog<PreferencesDialog>("preferences");
    dialog->findChild<QSpinBox*>("threads")->setValue(2);
    auto* folder = dialog->findChild<QLineEdit*>("output_folder");
    folder->setText(folder_.path());
    emit folder->editingFinished();
    for (QAction* action : window_->findChildren<QAction*>()) {
      if (action->shortcut() == QKeySequence(QKeySequence::New)) {
        action->trigger();
      }
    }
    QVERIFY(QSettings().value("threads").toInt() == 2);
    QTRY_COMPARE_WITH_TIMEOUT(window_->windowTitle(), QString("new job[*] - Coincide"), patience_ms);
    io::Job job;
    Preferences::saved().put_into(job);
    QCOMPARE(job.output.folder.string(), folder_.path().toStdString());
    bool shows_folder = false;
    for (const auto* line : window_->findChildren<QLineEdit*>()) {
      shows_folder = shows_folder || (line->window() == window_.get() && line->text() == folder_.path());
    }
    QVERIFY(shows_folder);
  }

  /// Each action with keys stands there with them.
  void keys_are_listed_from_the_actions() {
    open_window();
    auto* dialog = open_dialog<ShortcutsDialog>("shortcuts");
    QMap<QString, QString> listed;
    for (QTreeWidgetItemIterator item(dialog->findChild<QTreeWidget*>()); *item != nullptr; ++item) {
      if (!(*item)->text(1).isEmpty()) {
        listed[(*item)->text(1)] = (*item)->text(0);
      }
    }
    QCOMPARE(listed["F5"], QString("Run"));
    QCOMPARE(listed["F3"], QString("Mosaic"));
    QCOMPARE(listed["F1"], QString("Manual"));
    for (const auto* action : window_->findChildren<QAction*>()) {
      if (!action->shortcut().isEmpty() && !action->text().isEmpty()) {
        QVERIFY2(listed.contains(action->shortcut().toString(QKeySequence::NativeText)), qPrintable(action->text()));
      }
    }
    QString sentences;
    for (const auto* label : dialog->findChildren<QLabel*>()) {
      sentences += label->text();
    }
    QVERIFY(sentences.contains("In the mosaic: Left: crosshair"));
    QVERIFY(sentences.contains("Ctrl + wheel") && sentences.contains("In the 3-D view") == opengl());
  }
  static bool opengl() { return qEnvironmentVariableIsEmpty("COINCIDE_NO_OPENGL"); }

  void a_manual_that_is_not_there_is_told_how_to_make() {
    Services services = app::make_window_services();
    services.manual.clear();
    open_window(services);
    window_->findChild<QAction*>("manual")->trigger();
    auto* box = window_->findChild<QMessageBox*>("error_dialog");
    QVERIFY(box != nullptr && box->text().contains("--target manual"));
  }

  void about_names_version_licence_and_devices() {
    open_window();
    window_->findChild<QAction*>("about")->trigger();
    const QString text = window_->findChild<QMessageBox*>("about_dialog")->text();
    QVERIFY(text.contains(QString::fromStdString(app::make_window_services().version)));
    QVERIFY(text.contains("Apache-2.0") && text.contains("Devices"));
  }
};

COINCIDE_TEST_CLASS(PreferencesTest)
#include "preferences_test.moc"
