// Regions in colours of their own: in slices, curves, table and files.

#include <QColorDialog>
#include <QTableWidget>
#include <QTimer>
#include <QToolButton>
#include <QtTest>
#include <set>

#include "gui/model/activity_chart.h"
#include "gui/model/contrast.h"
#include "gui/model/roi_colours.h"
#include "gui/panels/roi_table.h"
#include "gui/view_support.h"
#include "gui/viewer/slice_drawing.h"
#include "projectors/error.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;         // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;    // NOLINT(google-build-using-namespace): a test
using namespace coincide::tests;  // NOLINT(google-build-using-namespace): a test

class RegionColoursTest : public QObject, ShownImage {
  Q_OBJECT

  /// Pixels of the axial slice that have exactly that colour.
  int pixels_of(const std::string& colour) const {
    const QImage picture = slice("axial")->grab().toImage();
    const QRgb wanted = QColor(QString::fromStdString(colour)).rgb();
    int count = 0;
    for (int y = 0; y < picture.height(); ++y) {
      for (int x = 0; x < picture.width(); ++x) {
        count += picture.pixel(x, y) == wanted ? 1 : 0;
      }
    }
    return count;
  }

 private slots:
  void init() { open(); }
  void cleanup() { close(); }

  void palette_is_seen_on_black_and_white() {
    for (const std::string_view name : roi_colours) {
      const QColor colour(QString::fromLatin1(name.data(), static_cast<qsizetype>(name.size())));
      const std::array<double, 3> rgb{colour.redF(), colour.greenF(), colour.blueF()};
      QVERIFY2(is_colour(name) && contrast(rgb, {0, 0, 0}) >= 3 && contrast(rgb, {1, 1, 1}) >= 3, name.data());
    }
  }

  /// New ones differ; what was chosen stays; a colour that has come free is taken again.
  void each_has_its_own() {
    std::vector<Roi> rois(roi_colours.size());
    rois[2].colour = "#123456";
    state_->set_rois(rois);
    std::set<std::string> colours;
    for (const Roi& roi : state_->rois()) {
      colours.insert(roi.colour);
    }
    QCOMPARE(colours.size(), rois.size());
    QCOMPARE(state_->rois()[2].colour, std::string("#123456"));
    rois = state_->rois();
    const std::string freed = rois[0].colour;
    rois.erase(rois.begin());
    rois.push_back({});
    rois.push_back({});
    state_->set_rois(rois);
    const std::set<std::string> last{state_->rois()[rois.size() - 2].colour, state_->rois().back().colour};
    QVERIFY(last.contains(freed) && last.size() == 2);
  }

  /// Chosen in Qt's dialog for the row that is selected; seen in slice, table and curve; taken back by undo.
  void chosen_colour_is_seen() {
    RoiTable panel(*state_);
    panel.add(RoiShape::sphere);
    auto* table = panel.findChild<QTableWidget*>();
    const std::string before = state_->rois()[0].colour;
    QTRY_VERIFY_WITH_TIMEOUT(pixels_of(before) > 20, patience_ms);
    QTimer::singleShot(0, this, [] {
      auto* dialog = qobject_cast<QColorDialog*>(QApplication::activeModalWidget());
      QVERIFY(dialog != nullptr);
      dialog->setCurrentColor(QColor("#31c4f5"));
      dialog->accept();
    });
    panel.findChild<QToolButton*>("region_colour")->click();
    QCOMPARE(state_->rois()[0].colour, std::string("#31c4f5"));
    QTRY_VERIFY_WITH_TIMEOUT(pixels_of("#31c4f5") > 20, patience_ms);
    QCOMPARE(pixels_of(before), 0);
    QCOMPARE(table->item(0, 0)->data(Qt::DecorationRole).value<QColor>(), QColor("#31c4f5"));
    QCOMPARE(activity_chart({state_->image()}, state_->rois(), {}).series[0].colour, std::string("#31c4f5"));
    state_->undo();
    QCOMPARE(state_->rois()[0].colour, before);
  }

  void files_keep_it() {
    std::vector<Roi> rois(2);
    rois[0].colour = "#31c4f5";
    QVERIFY(rois_of_text(rois_text(rois), "a.json") == rois);
    const std::string text = rois_text(rois);
    const std::string wrong = std::string(text).replace(text.find("#31c4f5"), 7, "bluish!");
    QVERIFY_THROWS_EXCEPTION(FileError, rois_of_text(wrong, "a.json"));
  }
};

COINCIDE_TEST_CLASS(RegionColoursTest)
#include "region_colours_test.moc"
