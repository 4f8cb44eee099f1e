// The slices on the screen: every check compares places, so that a flipped or transposed slice fails.

#include <QWheelEvent>
#include <QtTest>

#include "gui/viewer/image_viewer.h"
#include "gui/viewer/plain_slice_view.h"
#include "support/test_main.h"

using namespace coincide;
using namespace coincide::gui;

namespace {

/// 24 x 18 x 12 voxels of 2 x 3 x 4 mm, so that no two axes are alike, with one bright voxel off the middle.
const std::array<std::int64_t, 3> bright{19, 5, 8};

std::shared_ptr<const recon::Image> test_image() {
  recon::Image image(recon::centred_grid({24, 18, 12}, {2, 3, 4}, {10, -20, 30}), 0, "Bq/mL");
  image.at(bright[0], bright[1], bright[2]) = 100;
  return std::make_shared<const recon::Image>(std::move(image));
}

/// One of the two directions of a slice, in voxels and mm.
struct Side {
  std::int64_t voxel, voxels;
  double size_mm;
};

/// Where on the view a quarter of a voxel above the middle of a voxel lies, clear of the crosshair through it.
QPoint place(const QWidget& view, const Side& across, const Side& up) {
  const auto extent = [](const Side& side) { return static_cast<double>(side.voxels) * side.size_mm; };
  const auto offset = [](const Side& side, double part) {
    return (static_cast<double>(side.voxel) + part - 0.5 * static_cast<double>(side.voxels)) * side.size_mm;
  };
  const double scale = 0.95 * std::min(view.width() / extent(across), view.height() / extent(up));
  return QPointF(0.5 * view.width() + offset(across, 0.75) * scale, 0.5 * view.height() - offset(up, 0.75) * scale)
      .toPoint();
}

bool is_bright(QWidget* view, const QPoint& at) { return view->grab().toImage().pixelColor(at).lightness() > 200; }

}  // namespace

class ViewerTest : public QObject {
  Q_OBJECT

  std::unique_ptr<ViewState> state_;
  std::unique_ptr<ImageViewer> viewer_;

  PlainSliceView* slice(const char* name) const { return viewer_->findChild<PlainSliceView*>(name); }
  QPoint axial_place(std::int64_t x, std::int64_t y) const { return place(*slice("axial"), {x, 24, 2}, {y, 18, 3}); }
  QPoint coronal_place(std::int64_t x, std::int64_t z) const {
    return place(*slice("coronal"), {x, 24, 2}, {z, 12, 4});
  }
  QPoint sagittal_place(std::int64_t y, std::int64_t z) const {
    return place(*slice("sagittal"), {y, 18, 3}, {z, 12, 4});
  }

 private slots:
  void init() {
    state_ = std::make_unique<ViewState>();
    state_->set_colour_map("grey");
    state_->set_image(test_image());
    state_->set_window(0, 100);
    state_->set_cursor(bright);
    viewer_ = std::make_unique<ImageViewer>(*state_);
    viewer_->resize(700, 500);
    viewer_->show();
    QVERIFY(QTest::qWaitForWindowExposed(viewer_.get()));
    state_->set_cursor({0, 0, 0});
    state_->set_cursor(bright);  // what the viewer is told of
  }
  void cleanup() {
    viewer_.reset();
    state_.reset();
  }

  void slices_show_the_voxel_in_its_place() {
    const auto [x, y, z] = bright;
    QTRY_VERIFY(is_bright(slice("axial"), axial_place(x, y)));
    QVERIFY(!is_bright(slice("axial"), axial_place(23 - x, y)));
    QVERIFY(!is_bright(slice("axial"), axial_place(x, 17 - y)));
    QVERIFY(is_bright(slice("coronal"), coronal_place(x, z)));
    QVERIFY(!is_bright(slice("coronal"), coronal_place(x, 11 - z)));
    QVERIFY(is_bright(slice("sagittal"), sagittal_place(y, z)));
    QVERIFY(!is_bright(slice("sagittal"), sagittal_place(17 - y, z)));
  }

  void click_sets_the_crosshair() {
    QTest::mouseClick(slice("axial"), Qt::LeftButton, {}, axial_place(3, 14));
    QCOMPARE(state_->cursor(), (std::array<std::int64_t, 3>{3, 14, bright[2]}));
  }

  void wheel_steps_through_slices() {
    const QPointF middle = slice("axial")->rect().center();
    QWheelEvent up(middle, slice("axial")->mapToGlobal(middle), {}, {0, 240}, Qt::NoButton, Qt::NoModifier,
                   Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(slice("axial"), &up);
    QCOMPARE(state_->cursor()[2], bright[2] + 2);
    QTRY_VERIFY(!is_bright(slice("axial"), axial_place(bright[0], bright[1])));
  }
};

COINCIDE_TEST_CLASS(ViewerTest)
#include "viewer_test.moc"
