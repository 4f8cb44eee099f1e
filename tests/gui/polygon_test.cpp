// A polygon drawn in a slice: with the mouse, through a slab, taken back; its figures are those of the array.

#include <QTableWidget>
#include <QTemporaryDir>
#include <QToolButton>
#include <QToolTip>
#include <QtTest>
#include <cmath>
#include <fstream>

#include "gui/panels/roi_table.h"
#include "gui/view_support.h"
#include "gui/viewer/mosaic_view.h"
#include "projectors/error.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test
using namespace coincide::tests;

class PolygonTest : public QObject, ShownImage {
  Q_OBJECT

  std::unique_ptr<RoiTable> regions_;

  QToolButton& button() const { return *regions_->findChild<QToolButton*>("draw_polygon"); }
  QTableWidget& table() const { return *regions_->findChild<QTableWidget*>(); }
  void click(std::int64_t x, std::int64_t y) const {
    QTest::mouseClick(slice("axial"), Qt::LeftButton, {}, axial_place(x, y));
  }
  /// An L of the voxels 14 to 21, 2 to 8, without a corner of it: a click is a quarter of a voxel beside a middle.
  void draw_l() const {
    button().click();
    for (const auto& [x, y] : {std::pair{13, 2}, {21, 2}, {21, 5}, {17, 5}, {17, 9}, {13, 9}}) {
      click(x, y);
    }
  }
  static bool is_in_l(std::int64_t x, std::int64_t y) {
    return x > 13 && y >= 2 && ((x <= 21 && y < 5) || (x <= 17 && y < 9));
  }

 private slots:
  void init() {
    open();
    state_->set_image([] {
      recon::Image image = *bright_image();
      for (std::size_t i = 0; i < image.values.size(); ++i) {
        image.values[i] = static_cast<float>(50 + 40 * std::sin(0.37 * static_cast<double>(i)));
      }
      return std::make_shared<const recon::Image>(std::move(image));
    }());
    state_->set_cursor(bright);
    regions_ = std::make_unique<RoiTable>(*state_);
    regions_->show();
  }
  void cleanup() {
    regions_.reset();
    close();
  }

  void its_figures_are_those_of_the_array() {
    draw_l();
    QVERIFY(state_->rois().empty());
    QCOMPARE(state_->cursor(), bright);  // clicks set corners now
    QTest::keyClick(slice("axial"), Qt::Key_Return);
    QCOMPARE(state_->rois().size(), std::size_t{1});
    QVERIFY(!button().isChecked() && !state_->polygon_draft());
    const Roi& roi = state_->rois().front();
    QCOMPARE(roi.name, std::string("polygon 1"));
    const recon::Image& image = *state_->image();
    double sum = 0, most = 0;
    int voxels = 0;
    for (std::int64_t x = 0; x < 24; ++x) {
      for (std::int64_t y = 0; y < 18; ++y) {
        if (is_in_l(x, y)) {
          sum += image.at(x, y, bright[2]);
          most = std::max<double>(most, image.at(x, y, bright[2]));
          ++voxels;
        }
      }
    }
    const RoiFigures figures = measure(roi, image);
    QCOMPARE(figures.voxels, std::int64_t{voxels});
    QCOMPARE(voxels, 8 * 3 + 4 * 4);
    QVERIFY(std::abs(figures.mean - sum / voxels) < 1e-9);
    QCOMPARE(figures.most, most);
    QTRY_COMPARE_WITH_TIMEOUT(table().item(0, 1)->text(), QString::number(sum / voxels, 'g', 5), patience_ms);
    QVERIFY(!table().item(0, 6)->text().isEmpty());
  }

  /// As thick as the slab; the table makes it thinner; steps are taken back.
  void it_goes_through_a_slab() {
    state_->set_slab({.kind = SlabKind::mean, .thickness_mm = 16});  // 5 slices of 4 mm
    draw_l();
    QTest::mouseDClick(slice("axial"), Qt::LeftButton, {}, axial_place(13, 9));
    QVERIFY(slice("coronal")->isVisible());  // it ends the polygon and nothing else
    QCOMPARE(state_->rois().size(), std::size_t{1});
    QCOMPARE(measure(state_->rois().front(), *state_->image()).voxels, std::int64_t{5 * 40});
    QStringList size = table().item(0, 8)->text().split(", ");
    QCOMPARE(size.size(), 3);
    QCOMPARE(size[2], QString("20"));
    size[2] = "12";
    table().item(0, 8)->setText(size.join(", "));
    QCOMPARE(measure(state_->rois().front(), *state_->image()).voxels, std::int64_t{3 * 40});
    state_->undo();
    QCOMPARE(measure(state_->rois().front(), *state_->image()).voxels, std::int64_t{5 * 40});
    state_->undo();
    QVERIFY(state_->rois().empty());
    state_->redo();
    QCOMPARE(state_->rois().size(), std::size_t{1});
    drag(slice("axial"), Qt::LeftButton, Qt::ControlModifier, axial_place(15, 4), axial_place(12, 7));
    QVERIFY(std::abs(measure(state_->rois().front(), *state_->image()).volume_ml - 5 * 40 * 0.024) < 0.7);
    QVERIFY(contains(state_->rois().front(), state_->middle_mm({11, 7, bright[2]}), 0));  // moved along
  }

  void keys_take_corners_back_and_give_up() {
    button().click();
    click(13, 2);
    QTest::mouseClick(slice("coronal"), Qt::LeftButton, {}, {60, 60});  // another slice: no corner
    click(21, 2);
    click(21, 5);
    QCOMPARE(state_->polygon_draft()->corners_mm.size(), std::size_t{3});
    QTest::keyClick(slice("axial"), Qt::Key_Backspace);
    QCOMPARE(state_->polygon_draft()->corners_mm.size(), std::size_t{2});
    QTest::keyClick(slice("axial"), Qt::Key_Return);
    QVERIFY(state_->polygon_draft() && state_->rois().empty());  // two enclose nothing
    click(17, 2);
    QTest::keyClick(slice("axial"), Qt::Key_Return);
    QVERIFY(state_->polygon_draft() && state_->rois().empty());  // nor do three in a line
    QTest::keyClick(slice("axial"), Qt::Key_Escape);
    QVERIFY(!state_->polygon_draft() && !button().isChecked());
    button().click();
    state_->show({.data = "other"}, state_->image());
    QVERIFY(!button().isChecked());
    state_->set_turn(2, {.tilt_degrees = 20, .swivel_degrees = 0});
    button().click();
    click(13, 2);
    QVERIFY(state_->polygon_draft()->corners_mm.empty());  // not in a turned slice
    QVERIFY2(QToolTip::text().contains("Straighten it first"), qPrintable(QToolTip::text()));
  }

  /// In the tile of the first corner; the others are other slices.
  void it_is_drawn_in_a_mosaic() {
    state_->set_mosaic(Mosaic{.axis = 2, .columns = 4, .rows = 3});
    auto* mosaic = viewer_->findChild<MosaicView*>();
    QTRY_VERIFY_WITH_TIMEOUT(mosaic->width() > 500, patience_ms);
    QTRY_VERIFY_WITH_TIMEOUT(48 * state_->pixels_per_mm() < mosaic->tile_size().width() + 1, patience_ms);
    const auto tile_place = [&](int column, int row, double x_mm, double y_mm) {
      const QSize tile = mosaic->tile_size();
      return QPointF(column * (tile.width() + 2) + 0.5 * tile.width() + x_mm * state_->pixels_per_mm(),
                     row * (tile.height() + 2) + 0.5 * tile.height() + y_mm * state_->pixels_per_mm())
          .toPoint();
    };
    button().click();
    const QImage before = mosaic->grab().toImage();
    QTest::mouseClick(mosaic, Qt::LeftButton, {}, tile_place(1, 2, -10, -10));
    QTest::mouseClick(mosaic, Qt::LeftButton, {}, tile_place(0, 0, 10, -10));  // another slice
    QTest::mouseClick(mosaic, Qt::LeftButton, {}, tile_place(1, 2, 10, -10));
    QCOMPARE(state_->cursor(), bright);
    QTest::mouseClick(mosaic, Qt::LeftButton, {}, tile_place(1, 2, 10, 10));
    QCOMPARE(state_->polygon_draft()->corners_mm.size(), std::size_t{3});
    QTRY_VERIFY_WITH_TIMEOUT(mosaic->grab().toImage() != before, patience_ms);
    QTest::keyClick(mosaic, Qt::Key_Return);
    QCOMPARE(state_->rois().size(), std::size_t{1});
    const Roi& roi = state_->rois().front();
    QCOMPARE(state_->voxel_at(roi.centre_mm)[2], std::int64_t{9});  // the tenth tile
    const std::array<double, 3> size = roi_size_mm(roi);
    QVERIFY(std::abs(size[0] - 20) < 1 && std::abs(size[1] - 20) < 1 && size[2] == 4);
  }

  void it_is_saved_and_opened() {
    draw_l();
    QTest::keyClick(slice("axial"), Qt::Key_Return);
    const std::vector<Roi> drawn = state_->rois();
    const QTemporaryDir folder;
    regions_->save(folder.filePath("r.json"));
    regions_->save(folder.filePath("r.csv"));
    state_->set_rois({});
    regions_->open(folder.filePath("r.json"));
    QCOMPARE(state_->rois(), drawn);
    std::ifstream csv(folder.filePath("r.csv").toStdString());
    const std::string text(std::istreambuf_iterator<char>(csv), {});
    QVERIFY(text.find("polygon 1,polygon,") != std::string::npos);
    std::string bad = rois_text(drawn);
    bad.replace(bad.find("\"shape\": \"polygon\""), 18, "\"shape\": \"polygons\"");
    QVERIFY_THROWS_EXCEPTION(FileError, rois_of_text(bad, "test"));
  }
};

COINCIDE_TEST_CLASS(PolygonTest)

#include "polygon_test.moc"
