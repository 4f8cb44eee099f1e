#include <QLabel>
#include <QSignalSpy>
#include <QTabWidget>
#include <QtTest>

#include "gui/panels/data_panel.h"
#include "gui/panels/detector_map_view.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

using namespace coincide;
using gui::DataPanel;

class DataPanelTest : public QObject {
  Q_OBJECT

 private slots:
  /// A click must not choose a crystal of the file before.
  void the_map_goes_with_its_file() {
    DataPanel panel;
    panel.resize(600, 500);
    panel.findChild<QTabWidget*>()->setCurrentIndex(2);
    panel.show();
    auto* map = panel.findChild<gui::DetectorMapView*>();
    QSignalSpy chosen(&panel, &DataPanel::crystal_chosen);
    gui::LoadedData data;
    data.scanner = tests::small_scanner();
    data.summary.prompts_per_crystal.assign(data.scanner.num_crystals(), 3);
    panel.show_data(data);
    const QPoint crystal(5, map->fontMetrics().height() + 5);  // below the name of its strip
    QTest::mouseClick(map, Qt::LeftButton, {}, crystal);
    QCOMPARE(chosen.count(), 1);
    gui::LoadedData header;
    header.scanner = tests::small_scanner({.modules = 4});
    panel.show_data(header);
    QTest::mouseClick(map, Qt::LeftButton, {}, crystal);
    QCOMPARE(chosen.count(), 1);
  }

  void the_grid_check_goes_with_its_job() {
    DataPanel panel;
    const auto shown = [&] { return panel.findChild<QLabel*>("check_Image grid") != nullptr; };
    panel.show_grid_check(io::DataCheck{.name = "Image grid", .sentence = "fits", .remedy = ""});
    QVERIFY(shown());
    panel.show_grid_check(std::nullopt);
    QVERIFY(!shown());
  }
};

COINCIDE_TEST_CLASS(DataPanelTest)
#include "data_panel_test.moc"
