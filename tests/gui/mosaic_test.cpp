// Slabs, mosaics and orientation as they are on the screen.

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QMenu>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>
#include <QWheelEvent>
#include <QtTest>

#include "gui/panels/view_tools.h"
#include "gui/view_support.h"
#include "gui/viewer/mosaic_bar.h"
#include "gui/viewer/mosaic_view.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test
using coincide::tests::is_bright;
using coincide::tests::patience_ms;

namespace {

bool is_bright_pixel(const QColor& colour) { return colour.lightness() > 200; }

}  // namespace

class MosaicTest : public QObject, coincide::tests::ShownImage {
  Q_OBJECT

  MosaicView* mosaic() const { return viewer_->findChild<MosaicView*>(); }
  /// The middle of the bright voxel in the tile at that column and row.
  QPoint place_in_tile(int column, int row) const {
    const QSize tile = mosaic()->tile_size();
    const QPoint corner(column * (tile.width() + 2), row * (tile.height() + 2));
    const double scale = state_->pixels_per_mm();
    const double x = (static_cast<double>(tests::bright[0]) + 0.5 - 12) * 2 * scale;
    const double y = (static_cast<double>(tests::bright[1]) + 0.5 - 9) * 3 * scale;
    return corner + QPointF(0.5 * tile.width() + x, 0.5 * tile.height() + y).toPoint();
  }
  void show_mosaic() {
    state_->set_mosaic(Mosaic{.axis = 2, .columns = 4, .rows = 3});
    QTRY_VERIFY_WITH_TIMEOUT(mosaic()->width() > 500, patience_ms);
    QTRY_VERIFY_WITH_TIMEOUT(48 * state_->pixels_per_mm() < mosaic()->tile_size().width() + 1, patience_ms);
    QTRY_VERIFY_WITH_TIMEOUT(is_bright(mosaic(), place_in_tile(0, 2)), patience_ms);
  }

 private slots:
  void init() { open(); }
  void cleanup() { close(); }

  /// Twelve axial slices in twelve tiles: slice 8 is the first of the third row.
  void a_tile_per_slice() {
    show_mosaic();
    QVERIFY(!slice("axial")->isVisible());
    for (int tile = 0; tile < 12; ++tile) {
      QCOMPARE(is_bright(mosaic(), place_in_tile(tile % 4, tile / 4)), tile == 8);
    }
    state_->set_mosaic({});
    QTRY_VERIFY_WITH_TIMEOUT(slice("axial")->isVisible() && !mosaic()->isVisible(), patience_ms);
  }

  void a_click_sets_the_crosshair() {
    show_mosaic();
    QTest::mouseClick(mosaic(), Qt::LeftButton, {}, place_in_tile(1, 2));
    QCOMPARE(state_->cursor(), (std::array<std::int64_t, 3>{tests::bright[0], tests::bright[1], 9}));
    QTest::mouseClick(mosaic(), Qt::LeftButton, {}, place_in_tile(3, 0));
    QCOMPARE(state_->cursor()[2], std::int64_t{3});
    QTest::keyClick(mosaic(), Qt::Key_Right);
    QCOMPARE(state_->cursor()[2], std::int64_t{4});
    QTest::keyClick(mosaic(), Qt::Key_Down);
    QCOMPARE(state_->cursor()[2], std::int64_t{8});
  }

  void the_line_over_it_says_which_slices() {
    show_mosaic();
    auto* bar = viewer_->findChild<MosaicBar*>();
    QVERIFY(bar->isVisible());
    bar->findChild<QSpinBox*>("mosaic_rows")->setValue(2);
    QCOMPARE(state_->mosaic()->rows, 2);
    bar->findChild<QDoubleSpinBox*>("mosaic_spacing")->setValue(4);                   // each slice, eight on a page
    QTRY_VERIFY_WITH_TIMEOUT(is_bright(mosaic(), place_in_tile(0, 0)), patience_ms);  // the second page begins with it
    auto* plane = bar->findChild<QComboBox*>("mosaic_plane");
    plane->setCurrentIndex(1);
    emit plane->activated(1);
    QCOMPARE(state_->mosaic()->axis, 1);
    bar->findChild<QToolButton*>("end_mosaic")->click();
    QVERIFY(!state_->mosaic());
    QTRY_VERIFY_WITH_TIMEOUT(!bar->isVisible(), patience_ms);
  }

  void wheel_and_drag_do_what_they_do_in_a_slice() {
    show_mosaic();
    const QPoint place = place_in_tile(1, 1);
    QWheelEvent turned(place, mosaic()->mapToGlobal(place), {}, {0, 120}, {}, Qt::ControlModifier, {}, false);
    const double before = state_->pixels_per_mm();
    QCoreApplication::sendEvent(mosaic(), &turned);
    QVERIFY(std::abs(state_->pixels_per_mm() / before - 1.2) < 1e-6);
    tests::drag(mosaic(), Qt::RightButton, {}, place, place - QPoint(0, 60));
    QVERIFY(state_->window_high() < 100);
    QCOMPARE(state_->window_low(), 0.0);
  }

  /// All tiles are on the picture for paper: the bright voxel is in its third row.
  void a_mosaic_goes_to_paper() {
    show_mosaic();
    const QImage picture = viewer_->picture({}, 170, false).image(150, viewer_->scene_picture());
    const auto bright_part = [](const QImage& image) {
      constexpr int beside = 25;  // wider than the voxel, where a gap between tiles goes on
      QRect found;
      for (int y = beside; y < image.height() - beside; ++y) {
        for (int x = beside; x < image.width() - beside; ++x) {
          const auto is_dark = [&](int dx, int dy) { return image.pixelColor(x + dx, y + dy).lightness() < 60; };
          if (is_bright_pixel(image.pixelColor(x, y)) && is_dark(beside, 0) && is_dark(-beside, 0) &&
              is_dark(0, beside) && is_dark(0, -beside)) {
            found |= QRect(x, y, 1, 1);
          }
        }
      }
      return found;
    };
    const QRect part = bright_part(picture);
    QVERIFY(part.width() > 4 && part.width() < 20);
    QVERIFY(part.top() > 2 * picture.height() / 3 && part.right() < picture.width() / 4);
  }

  /// The bright voxel is seen two slices away in a slab of five, with a fifth of its value if that is the mean.
  void a_slab_is_chosen_in_the_tools() {
    ViewTools tools(*state_);
    auto* kind = tools.findChild<QComboBox*>("slab_kind");
    auto* thickness = tools.findChild<QDoubleSpinBox*>("slab_thickness");
    QVERIFY(!thickness->isEnabled());
    state_->set_cursor({3, 14, tests::bright[2] - 2});
    QTRY_VERIFY_WITH_TIMEOUT(!is_bright(slice("axial"), axial_place(tests::bright[0], tests::bright[1])), patience_ms);
    kind->setCurrentIndex(2);
    emit kind->activated(2);
    thickness->setValue(16);
    QCOMPARE(state_->slab(), (Slab{.kind = SlabKind::maximum, .thickness_mm = 16}));
    QTRY_VERIFY_WITH_TIMEOUT(is_bright(slice("axial"), axial_place(tests::bright[0], tests::bright[1])), patience_ms);
    kind->setCurrentIndex(1);
    emit kind->activated(1);
    const auto lightness = [&] {
      return slice("axial")->grab().toImage().pixelColor(axial_place(tests::bright[0], tests::bright[1])).lightness();
    };
    QTRY_VERIFY_WITH_TIMEOUT(std::abs(lightness() - 51) < 3, patience_ms);
    thickness->setValue(15);  // three slices: it is not among them
    QTRY_VERIFY_WITH_TIMEOUT(lightness() < 5, patience_ms);
  }

  void a_preset_sets_the_window() {
    ViewTools tools(*state_);
    auto* menu = tools.findChild<QPushButton*>("window_presets")->menu();
    emit menu->aboutToShow();
    QCOMPARE(menu->actions().first()->text(), QString("0 to the maximum"));
    menu->actions()[1]->trigger();
    QCOMPARE(state_->window_high(), 50.0);
    QVERIFY(!state_->window_is_automatic());
  }

  /// Neurologists have x run to the left; coronal slices as well, sagittal ones not.
  void orientation_turns_left_and_right() {
    const auto across = [this](const char* name) { return *tests::middle_of(slice(name), is_bright_pixel); };
    state_->set_cursor({2, 2, 2});
    state_->set_slab({.kind = SlabKind::maximum, .thickness_mm = 1000});
    QTRY_VERIFY_WITH_TIMEOUT(tests::middle_of(slice("axial"), is_bright_pixel), patience_ms);
    const QPointF axial = across("axial"), coronal = across("coronal"), sagittal = across("sagittal");
    QVERIFY(axial.x() > 0.05);
    state_->set_orientation(ViewState::Orientation::neurological);
    QTRY_VERIFY_WITH_TIMEOUT(across("axial").x() < -0.05, patience_ms);
    QVERIFY(std::abs(across("axial").y() - axial.y()) < 0.02);
    QVERIFY(std::abs(across("coronal").x() + coronal.x()) < 0.03);
    QVERIFY(std::abs(across("sagittal").x() - sagittal.x()) < 0.02);
    const QPoint place = QPoint(slice("axial")->width() / 4, slice("axial")->height() / 2);
    QTest::mouseClick(slice("axial"), Qt::LeftButton, {}, place);
    const std::int64_t before = state_->cursor()[0];
    QVERIFY(before > 12);  // the left of the view is high x
    QTest::keyClick(slice("axial"), Qt::Key_Right);
    QCOMPARE(state_->cursor()[0], before - 1);
  }
};

COINCIDE_TEST_CLASS(MosaicTest)
#include "mosaic_test.moc"
