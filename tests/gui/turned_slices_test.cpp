// Slices that are turned, on the screen: by the mouse, by numbers, and back.

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QPushButton>
#include <QWheelEvent>
#include <QtTest>
#include <cmath>

#include "gui/model/shown_slice.h"
#include "gui/panels/turn_tools.h"
#include "gui/panels/value_line.h"
#include "gui/view_support.h"
#include "recon/trilinear.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test
using namespace coincide::tests;

class TurnedSlicesTest : public QObject, ShownImage {
  Q_OBJECT

  static constexpr std::array<double, 3> bright_mm{25, -30.5, 40};

  /// The bright voxel; the image's border is grey.
  std::optional<QPointF> white_in(const char* name) const {
    return middle_of(slice(name), [](const QColor& colour) { return colour.lightness() > 180; });
  }
  static double length(const ProfileLine& line) {
    return std::hypot(line.end_mm[0] - line.start_mm[0], line.end_mm[1] - line.start_mm[1],
                      line.end_mm[2] - line.start_mm[2]);
  }
  static void hover(QWidget* view, const QPoint& at) {
    QMouseEvent move(QEvent::MouseMove, at, view->mapToGlobal(at), Qt::NoButton, Qt::NoButton, {});
    QCoreApplication::sendEvent(view, &move);
  }

 private slots:
  void init() { open(); }
  void cleanup() { close(); }

  /// 40 pixels to the right and 20 down: 20 degrees about the vertical line, 10 about the other one.
  void a_drag_turns_the_slice() {
    TurnTools tools(*state_);
    auto* tilt = tools.findChild<QDoubleSpinBox*>("turn_tilt");
    auto* swivel = tools.findChild<QDoubleSpinBox*>("turn_swivel");
    drag(slice("coronal"), Qt::LeftButton, Qt::ControlModifier | Qt::ShiftModifier, {60, 60}, {100, 80});
    QCOMPARE(state_->turn(1), (Turn{.tilt_degrees = 10, .swivel_degrees = 20}));
    QVERIFY(state_->turn(0).is_none() && state_->turn(2).is_none());
    QCOMPARE(state_->cursor(), bright);
    QVERIFY(!state_->profile_line());
    QCOMPARE(tilt->value(), 0.0);  // of the axial slice
    tools.findChild<QComboBox*>("turn_slice")->setCurrentIndex(1);
    emit tools.findChild<QComboBox*>("turn_slice")->activated(1);
    QCOMPARE(tilt->value(), 10.0);
    QCOMPARE(swivel->value(), 20.0);
    drag(slice("coronal"), Qt::LeftButton, Qt::ControlModifier | Qt::ShiftModifier, {60, 60}, {60, 1060});
    QCOMPARE(tilt->value(), 90.0);  // no further
  }

  void numbers_turn_the_slice_and_a_button_straightens_it() {
    TurnTools tools(*state_);
    auto* swivel = tools.findChild<QDoubleSpinBox*>("turn_swivel");
    auto* straighten = tools.findChild<QPushButton*>("straighten");
    QVERIFY(!straighten->isEnabled());
    QVERIFY(tools.minimumSizeHint().width() <= 234);  // as narrow as the panel may be
    swivel->selectAll();
    QTest::keyClicks(swivel, "30");
    QTest::keyClick(swivel, Qt::Key_Return);
    QCOMPARE(state_->turn(2), (Turn{.tilt_degrees = 0, .swivel_degrees = 30}));
    straighten->click();
    QVERIFY(!state_->is_any_turned());
    state_->set_turn(0, {.tilt_degrees = 5, .swivel_degrees = 0});
    viewer_->reset_views();
    QVERIFY(!state_->is_any_turned());
    state_->set_mosaic(Mosaic{});
    QVERIFY(!swivel->isEnabled());
  }

  /// The bright voxel is 8 voxels of 2 mm beside the crosshair: seen from 60 degrees aside, half as far, and where the
  /// plane goes by it, not at all. The crosshair stays where it is.
  void the_picture_is_that_of_the_plane() {
    state_->set_cursor({bright[0] - 8, bright[1], bright[2]});
    const auto white = [this] { return white_in("axial"); };
    QTRY_VERIFY_WITH_TIMEOUT(white(), patience_ms);
    state_->set_turn(2, {.tilt_degrees = 0, .swivel_degrees = 60});
    QTRY_VERIFY_WITH_TIMEOUT(!white(), patience_ms);  // 16 mm beside it the plane is 28 mm above or below
    state_->set_cursor(bright);
    QTRY_VERIFY_WITH_TIMEOUT(white(), patience_ms);
    const QPointF at = *white();
    const double half = 0.5 * slice("axial")->width();
    const double scale = state_->pixels_per_mm();
    // Off the middle of the image by 15 and 10.5 mm, as before it was turned.
    QVERIFY2(std::abs(at.x() * half - 15 * scale) < 2 && std::abs(at.y() * half - 10.5 * scale) < 2,
             qPrintable(QString("%1, %2 at %3").arg(at.x() * half).arg(at.y() * half).arg(scale)));
  }

  /// What stands in the line is the interpolated value at the place under the pointer.
  void the_line_has_the_value_between_the_voxels() {
    ValueLine line(*state_);
    QObject::connect(viewer_.get(), &ImageViewer::hovered, &line, &ValueLine::set_pointer);
    state_->set_turn(2, {.tilt_degrees = 20, .swivel_degrees = -35});
    QTest::qWait(0);
    std::optional<PointedAt> point;
    QObject::connect(slice("axial"), &SliceView::hovered, this, [&](const auto& there) { point = there; });
    const QPointF crosshair = axial_place(bright[0], bright[1]);
    int between = 0;
    for (int pixel = -6; pixel <= 6; ++pixel) {
      const QPoint away(pixel, pixel / 2);
      hover(slice("axial"), (crosshair + away).toPoint());
      QVERIFY(point && point->axis == 2);
      const recon::ImageGrid& grid = state_->image()->grid;
      std::array<double, 3> index{};
      for (std::size_t a = 0; a < 3; ++a) {
        index[a] = (point->mm[a] - grid.origin_mm[a]) / grid.voxel_size_mm[a];
      }
      const auto value = static_cast<float>(recon::trilinear_value(*state_->image(), index));
      between += value > 1 && value < 99 ? 1 : 0;
      const QString wanted = QString::asprintf("(%.1f, %.1f, %.1f) mm · %.5g Bq/mL", point->mm[0], point->mm[1],
                                               point->mm[2], static_cast<double>(value));
      QCOMPARE(line.text(), wanted);
      const Eigen::Vector3d off(point->mm[0] - bright_mm[0], point->mm[1] - bright_mm[1], point->mm[2] - bright_mm[2]);
      QVERIFY(std::abs(off.dot(slice_plane(2, state_->turn(2)).normal)) < 1e-9);  // in the plane
    }
    QVERIFY(between > 3);
    hover(slice("axial"), {1, 1});
    QVERIFY(!point);  // beside the image
  }

  /// 30 pixels are as many mm in the turned plane as in any other; a click there leaves the plane where it is.
  void distances_are_those_of_the_plane() {
    state_->set_turn(2, {.tilt_degrees = 30, .swivel_degrees = 40});
    QWidget* view = slice("axial");
    const QPoint from = axial_place(bright[0], bright[1]), to = from + QPoint(-18, 24);
    drag(view, Qt::LeftButton, Qt::ShiftModifier, from, to);
    QVERIFY(state_->profile_line());
    QVERIFY(std::abs(length(*state_->profile_line()) - 30 / state_->pixels_per_mm()) < 1e-9);
    const Eigen::Vector3d normal = slice_plane(2, state_->turn(2)).normal;
    const auto height = [&](const std::array<double, 3>& mm) { return normal.dot(Eigen::Vector3d(mm.data())); };
    QVERIFY(std::abs(height(state_->profile_line()->start_mm) - height(bright_mm)) < 1e-9);
    QVERIFY(std::abs(state_->profile_line()->start_mm[2] - state_->profile_line()->end_mm[2]) > 0.5);
    QTest::mouseClick(view, Qt::LeftButton, {}, to);
    QVERIFY(std::abs(height(state_->cursor_mm()) - height(bright_mm)) < 1e-9);
    QVERIFY(state_->cursor() != bright);
    const std::array<double, 3> before = state_->cursor_mm();
    QTest::mouseClick(view, Qt::LeftButton, {}, {1, 1});  // beside the image
    QCOMPARE(state_->cursor_mm(), before);
  }

  /// A step of the wheel goes a voxel along the normal, an arrow one along the picture; other slices step by voxels.
  void steps_follow_the_plane() {
    const Turn turn{.tilt_degrees = 30, .swivel_degrees = 0};
    state_->set_turn(2, turn);
    const SlicePlane plane = slice_plane(2, turn);
    QWidget* view = slice("axial");
    const auto moved = [this] {
      const auto [x, y, z] = state_->cursor_mm();
      return Eigen::Vector3d(x - bright_mm[0], y - bright_mm[1], z - bright_mm[2]);
    };
    QTest::keyClick(view, Qt::Key_PageDown);
    QVERIFY((moved() + 4 * plane.normal).norm() < 1e-9);
    QTest::keyClick(view, Qt::Key_PageUp);
    QTest::keyClick(view, Qt::Key_Down);
    QVERIFY((moved() - 3 * plane.vertical).norm() < 1e-9);
    QTest::keyClick(slice("coronal"), Qt::Key_PageUp);
    QCOMPARE(state_->cursor_mm(), state_->middle_mm(state_->cursor()));
  }

  /// Moving and zooming keep the crosshairs of all views together.
  void the_views_stay_linked() {
    state_->set_turn(2, {.tilt_degrees = 25, .swivel_degrees = 35});
    QTRY_VERIFY_WITH_TIMEOUT(white_in("axial") && white_in("coronal"), patience_ms);
    drag(slice("axial"), Qt::MiddleButton, {}, {100, 100}, {80, 110});
    QTest::keyClick(slice("axial"), Qt::Key_Plus);
    const auto pixels = [this](const char* name) {
      return white_in(name).value_or(QPointF()) * (0.5 * slice(name)->width());
    };
    const double x =
        (15 + state_->image()->grid.origin_mm[0] + 23 - state_->camera().centre_mm[0]) * state_->pixels_per_mm();
    QVERIFY(state_->camera().zoom > 1);
    QTRY_VERIFY_WITH_TIMEOUT(std::abs(pixels("axial").x() - x) < 3 && std::abs(pixels("coronal").x() - x) < 3,
                             patience_ms);
  }
};

COINCIDE_TEST_CLASS(TurnedSlicesTest)

#include "turned_slices_test.moc"
