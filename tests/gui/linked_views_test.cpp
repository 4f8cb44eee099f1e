// Slices and 3-D view have one scale and move together.

#include <QSignalSpy>
#include <QWheelEvent>
#include <QtTest>

#include "gui/view_support.h"
#include "gui/viewer/image_viewer.h"
#include "gui/viewer/opengl.h"
#include "gui/viewer/scene_view.h"
#include "gui/viewer/slice_view.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;
using namespace coincide::gui;
using namespace coincide::tests;

class LinkedViewsTest : public QObject, ShownImage {
  Q_OBJECT

 private slots:
  void init() { open(); }
  void cleanup() { close(); }

  /// Blocks of 24 mm in all three directions are as large in every view.
  void all_views_have_one_scale() {
    recon::Image image(recon::centred_grid({60, 40, 30}, {2, 3, 4}, {0, 0, 0}), 0, "Bq/mL");
    for (std::int64_t i = 0; i < 12 * 8 * 6; ++i) {
      image.at(24 + i / 48, 16 + i / 6 % 8, 12 + i % 6) = 100;
    }
    state_->set_image(std::make_shared<const recon::Image>(image));
    const auto size_of = [this](const char* name) {
      const QImage picture = slice(name)->grab().toImage();
      const QPoint inside(picture.width() / 2 + 5, picture.height() / 2 + 5);  // beside the crosshair
      const auto run = [&](const QPoint& step) {
        int length = 0;
        for (QPoint at = inside; picture.rect().contains(at) && picture.pixelColor(at).lightness() > 100; at += step) {
          ++length;
        }
        return length;
      };
      return QSize(run({1, 0}) + run({-1, 0}) - 1, run({0, 1}) + run({0, -1}) - 1);
    };
    QTRY_VERIFY_WITH_TIMEOUT(size_of("axial").width() > 10, tests::patience_ms);
    const double expected = 24 * state_->pixels_per_mm();
    QVERIFY(expected > 24);  // the image of 120 mm fills its views
    for (const char* name : {"axial", "coronal", "sagittal"}) {
      const QSize size = size_of(name);
      QVERIFY2(std::abs(size.width() - expected) < 3 && std::abs(size.height() - expected) < 3,
               qPrintable(QString("%1: %2 x %3, not %4").arg(name).arg(size.width()).arg(size.height()).arg(expected)));
    }
  }

  /// What is under the pointer stays there, and the other slices follow.
  void control_wheel_zooms_about_the_pointer() {
    QWidget* view = slice("axial");
    const QPoint at = axial_place(bright[0], bright[1]);
    const double before = state_->pixels_per_mm();
    QWheelEvent up(at, view->mapToGlobal(at), {}, {0, 240}, Qt::NoButton, Qt::ControlModifier, Qt::NoScrollPhase,
                   false);
    QCoreApplication::sendEvent(view, &up);
    QVERIFY(std::abs(state_->pixels_per_mm() / before - 1.44) < 1e-9);
    QTRY_VERIFY_WITH_TIMEOUT(is_bright(view, at), tests::patience_ms);
    // The camera has come nearer to the voxel along x, and the coronal slice has it where this says.
    const double x_mm = state_->cursor_mm()[0] + 0.25 * 2;
    const double z_mm = state_->cursor_mm()[2] + 0.25 * 4;
    const auto& centre = state_->camera().centre_mm;
    const QWidget* coronal = slice("coronal");
    const QPoint there(static_cast<int>(0.5 * coronal->width() + (x_mm - centre[0]) * state_->pixels_per_mm()),
                       static_cast<int>(0.5 * coronal->height() - (z_mm - centre[2]) * state_->pixels_per_mm()));
    QVERIFY(is_bright(slice("coronal"), there));
    QTest::keyClick(view, Qt::Key_Minus);
    QVERIFY(std::abs(state_->pixels_per_mm() / before - 1.2) < 1e-9);
    const auto moved_from = state_->camera().centre_mm;
    drag(view, Qt::MiddleButton, {}, {50, 50}, {70, 60});
    QVERIFY(std::abs(moved_from[0] - 20 / state_->pixels_per_mm() - state_->camera().centre_mm[0]) < 1e-6);
    QVERIFY(std::abs(moved_from[1] - 10 / state_->pixels_per_mm() - state_->camera().centre_mm[1]) < 1e-6);
    viewer_->reset_views();
    QCOMPARE(state_->pixels_per_mm(), before);
  }

  /// Its wheel zooms the slices, and it takes their scale.
  void three_dimensional_view_has_the_scale_of_the_slices() {
    if (!opengl_problem().isEmpty()) {
      QSKIP("there is no OpenGL here");
    }
    QVERIFY(look_from({0, -1, 0}, {0, 0, 1}));
    const auto hot = [this] { return middle_of(scene_picture(), is_white); };
    const auto is_at_scale = [&] {  // 15 mm to the right of the middle
      const auto found = hot();
      return found && std::abs(found->x() * 0.5 * scene_picture()->width() - 15 * state_->pixels_per_mm()) < 3;
    };
    QTRY_VERIFY_WITH_TIMEOUT(is_at_scale(), tests::patience_ms);
    const double before = state_->pixels_per_mm();
    const QPointF middle = scene_picture()->rect().center();
    QWheelEvent down(middle, scene_picture()->mapToGlobal(middle), {}, {0, -240}, Qt::NoButton, Qt::NoModifier,
                     Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(scene_picture(), &down);
    QVERIFY(state_->pixels_per_mm() < 0.95 * before);
    QTRY_VERIFY_WITH_TIMEOUT(is_at_scale(), tests::patience_ms);
  }
};

COINCIDE_TEST_CLASS(LinkedViewsTest)
#include "linked_views_test.moc"
