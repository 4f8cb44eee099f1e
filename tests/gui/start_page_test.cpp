#include <QApplication>
#include <QDropEvent>
#include <QMimeData>
#include <QSignalSpy>
#include <QtTest>

#include "gui/panel_support.h"
#include "gui/panels/start_page.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test

using coincide::tests::button_of;

namespace {

/// A drop reaches only the widget that has let the drag in.
void drag_and_drop(QWidget& widget, const QMimeData& data) {
  QDragEnterEvent enter({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QCoreApplication::sendEvent(&widget, &enter);
  QDropEvent drop({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QCoreApplication::sendEvent(&widget, &drop);
}

}  // namespace

class StartPageTest : public QObject {
  Q_OBJECT

 private slots:
  void tells_what_was_chosen();
  void works_from_the_keyboard();
  void takes_dropped_files();
};

void StartPageTest::tells_what_was_chosen() {
  StartPage page;
  QSignalSpy job(&page, &StartPage::open_job_requested);
  QSignalSpy data(&page, &StartPage::open_data_requested);
  QSignalSpy phantom(&page, &StartPage::phantom_requested);
  QSignalSpy file(&page, &StartPage::file_requested);
  button_of(page, "Open a job...")->click();
  QCOMPARE(job.count(), 1);
  button_of(page, "Open measured data...")->click();
  QCOMPARE(data.count(), 1);
  button_of(page, "Try the built-in phantom")->click();
  QCOMPARE(phantom.count(), 1);

  page.set_recent_files({"/old/gone.toml"});
  page.set_recent_files({"/scans/a.toml", "/scans/b.petsird"});
  QVERIFY(button_of(page, "1  gone.toml") == nullptr || button_of(page, "1  gone.toml")->isHidden());
  button_of(page, "2  b.petsird")->click();
  QCOMPARE(file.count(), 1);
  QCOMPARE(file.at(0).at(0).toString(), QString("/scans/b.petsird"));
}

void StartPageTest::works_from_the_keyboard() {
  StartPage page;
  page.set_recent_files({"/scans/a.toml"});
  page.show();
  page.activateWindow();
  QVERIFY(QTest::qWaitForWindowActive(&page, tests::patience_ms));
  QSignalSpy phantom(&page, &StartPage::phantom_requested);
  QSignalSpy file(&page, &StartPage::file_requested);
  button_of(page, "Try the built-in phantom")->setFocus();
  QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
  QCOMPARE(phantom.count(), 1);
  for (int i = 0; i < 4; ++i) {
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
  }
  QTest::keyClick(QApplication::focusWidget(), Qt::Key_Space);
  QCOMPARE(file.count(), 1);
}

void StartPageTest::takes_dropped_files() {
  StartPage page;
  QSignalSpy file(&page, &StartPage::file_requested);
  QMimeData data;
  data.setUrls({QUrl::fromLocalFile("/scans/a b.petsird")});
  drag_and_drop(page, data);
  QCOMPARE(file.count(), 1);
  QCOMPARE(file.at(0).at(0).toString(), QString("/scans/a b.petsird"));

  QMimeData text;
  text.setText("no file");
  drag_and_drop(page, text);
  QCOMPARE(file.count(), 1);
}

COINCIDE_TEST_CLASS(StartPageTest)
#include "start_page_test.moc"
