// The views on the screen: every check compares places, so that a flipped or transposed picture fails.

#include <QLabel>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QWheelEvent>
#include <QtTest>
#include <functional>

#include "gui/panels/value_line.h"
#include "gui/view_support.h"
#include "gui/viewer/image_viewer.h"
#include "gui/viewer/opengl.h"
#include "gui/viewer/scene_view.h"
#include "gui/viewer/slice_view.h"
#include "io/summary_picture.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;
using namespace coincide::gui;
using namespace coincide::tests;

class ViewerTest : public QObject, ShownImage {
  Q_OBJECT

  QPoint coronal_place(std::int64_t x, std::int64_t z) const {
    return place(*slice("coronal"), state_->pixels_per_mm(), {x, 24, 2}, {z, 12, 4});
  }
  QPoint sagittal_place(std::int64_t y, std::int64_t z) const {
    return place(*slice("sagittal"), state_->pixels_per_mm(), {y, 18, 3}, {z, 12, 4});
  }

 private slots:
  void init() { open(); }
  void cleanup() { close(); }

  void slices_show_the_voxel_in_its_place() {
    const auto [x, y, z] = bright;
    QTRY_VERIFY_WITH_TIMEOUT(is_bright(slice("axial"), axial_place(x, y)), tests::patience_ms);
    QVERIFY(!is_bright(slice("axial"), axial_place(23 - x, y)));
    QVERIFY(!is_bright(slice("axial"), axial_place(x, 17 - y)));
    QVERIFY(is_bright(slice("coronal"), coronal_place(x, z)));
    QVERIFY(!is_bright(slice("coronal"), coronal_place(x, 11 - z)));
    QVERIFY(is_bright(slice("sagittal"), sagittal_place(y, z)));
    QVERIFY(!is_bright(slice("sagittal"), sagittal_place(17 - y, z)));
  }

  /// Two blocks in one axial slice, the first at lower x and lower y.
  void summary_picture_lies_as_the_window() {
    // So wide that the axial slice takes most of the page's left half, above the coronal one.
    recon::Image image(recon::centred_grid({60, 18, 3}, {2, 3, 4}, {0, 0, 0}), 0, "Bq/mL");
    for (std::int64_t i = 0; i < 27; ++i) {
      image.at(4 + i / 9, 3 + i / 3 % 3, i % 3) = 100;
      image.at(39 + i / 9, 12 + i / 3 % 3, i % 3) = 100;
    }
    QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath("summary.png").toStdString();
    io::write_summary_picture(path, image, {"two blocks", ""});
    state_->set_image(std::make_shared<const recon::Image>(image));
    state_->set_cursor({20, 16, 1});
    // From the middle of the first block to that of the second, in steps of the screen.
    const auto way = [](const QImage& picture, auto&& belongs) {
      std::vector<QPoint> points;
      QPointF middle;
      for (int y = 0; y < picture.height(); ++y) {
        for (int x = 0; x < picture.width(); ++x) {
          if (belongs(picture.pixelColor(x, y))) {
            points.emplace_back(x, y);
            middle += QPointF(x, y);
          }
        }
      }
      middle /= std::max<qsizetype>(1, std::ssize(points));
      QPointF sums[2];
      int counts[2] = {};
      for (const QPoint& point : points) {
        const int side = point.x() > middle.x() ? 1 : 0;
        sums[side] += point;
        ++counts[side];
      }
      return sums[1] / std::max(1, counts[1]) - sums[0] / std::max(1, counts[0]);
    };
    const QImage page(QString::fromStdString(path.string()));
    const QImage axial = page.copy(0, 0, page.width() / 2, page.height() * 7 / 10);
    const QPointF printed = way(axial, [](const QColor& colour) { return colour.lightness() < 20; });
    QPointF shown;
    QTRY_VERIFY_WITH_TIMEOUT(
        (shown = way(slice("axial")->grab().toImage(), [](const QColor& c) { return c.lightness() > 200; })).x() > 30,
        tests::patience_ms);
    // 35 voxels of 2 mm and 9 of 3 mm.
    QVERIFY2(printed.x() > 30 && std::abs(printed.y() / printed.x() - 27.0 / 70) < 0.05,
             qPrintable(QString("%1, %2").arg(printed.x()).arg(printed.y())));
    QVERIFY2(std::abs(shown.y() / shown.x() - 27.0 / 70) < 0.05,
             qPrintable(QString("%1, %2").arg(shown.x()).arg(shown.y())));
  }

  void arrow_keys_follow_the_screen() {
    QTest::keyClick(slice("axial"), Qt::Key_Up);
    QCOMPARE(state_->cursor()[1], bright[1] - 1);
    QTest::keyClick(slice("axial"), Qt::Key_Down);
    QCOMPARE(state_->cursor()[1], bright[1]);
    QTest::keyClick(slice("coronal"), Qt::Key_Up);
    QCOMPARE(state_->cursor()[2], bright[2] + 1);
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
    QTRY_VERIFY_WITH_TIMEOUT(!is_bright(slice("axial"), axial_place(bright[0], bright[1])), tests::patience_ms);
  }

  /// Half the view to the right multiplies the width by e, a quarter of the view upwards lowers the level by a quarter
  /// of the width.
  /// The lower end is mostly 0 and means something: it moves only where Shift asks for it.
  void right_drag_changes_the_window() {
    QWidget* view = slice("axial");
    state_->set_window(0, 100);
    const QPoint from(view->width() / 4, view->height() / 2);
    const int way = view->width() / 2;
    drag(view, Qt::RightButton, {}, from, from + QPoint(way, 0));
    QCOMPARE(state_->window_low(), 0.0);
    QVERIFY(std::abs(state_->window_high() / (100 * std::exp(2.0 * way / view->width())) - 1) < 1e-9);
    const double before = state_->window_high();
    drag(view, Qt::RightButton, {}, from, from - QPoint(0, view->height() / 4));
    QCOMPARE(state_->window_low(), 0.0);
    QVERIFY(state_->window_high() < before);

    state_->set_window(0, 100);
    drag(view, Qt::RightButton, Qt::ShiftModifier, from, from + QPoint(view->width() / 2, 0));
    QVERIFY(state_->window_low() < 0 && state_->window_high() > 100);
    QCOMPARE(state_->window_low() + state_->window_high(), 100.0);
    state_->set_window(0, 100);
    drag(view, Qt::RightButton, Qt::ShiftModifier, from, from - QPoint(0, view->height() / 4));
    QVERIFY(state_->window_low() < 0 && state_->window_high() < 100);
  }

  void shift_drag_draws_the_profile_line() {
    SliceView* view = slice("coronal");
    drag(view, Qt::LeftButton, Qt::ShiftModifier, coronal_place(2, 1), coronal_place(20, 9));
    QVERIFY(state_->profile_line().has_value());
    const auto& [start, end] = *state_->profile_line();
    QCOMPARE(state_->voxel_at(start), (std::array<std::int64_t, 3>{2, bright[1], 1}));
    QCOMPARE(state_->voxel_at(end), (std::array<std::int64_t, 3>{20, bright[1], 9}));
    QCOMPARE(state_->cursor(), bright);  // the crosshair stays
  }

  void regions_are_drawn_and_moved() {
    Roi roi{.name = "box", .shape = RoiShape::box, .centre_mm = state_->cursor_mm(), .half_size_mm = {6, 9, 8}};
    state_->set_rois({roi});
    const std::int64_t x = bright[0], y = bright[1];
    // The box takes three voxels beside the middle one along x: its border is that of the fourth.
    const auto is_orange = [](const QColor& c) { return c.red() > 200 && c.green() < 140 && c.blue() < 80; };
    const auto left_border = [&] {
      const QImage picture = slice("axial")->grab().toImage();
      const QPoint inside = axial_place(x - 2, y);
      for (int at = inside.x(); at > axial_place(x - 5, y).x(); --at) {
        if (is_orange(picture.pixelColor(at, inside.y()))) {
          return at;
        }
      }
      return -1;
    };
    const int voxel = axial_place(x, y).x() - axial_place(x - 1, y).x();
    QTRY_VERIFY_WITH_TIMEOUT(left_border() > 0, tests::patience_ms);
    QVERIFY(std::abs(left_border() - (axial_place(x - 3, y).x() - 3 * voxel / 4)) <= 2);

    drag(slice("axial"), Qt::LeftButton, Qt::ControlModifier, axial_place(x, y), axial_place(x - 7, y + 4));
    const auto& moved = state_->rois().front().centre_mm;
    QVERIFY(std::abs(moved[0] - (roi.centre_mm[0] - 14)) < 1 && std::abs(moved[1] - (roi.centre_mm[1] + 12)) < 1);
    QCOMPARE(moved[2], roi.centre_mm[2]);
    QCOMPARE(state_->cursor(), bright);
  }

  /// The line has the crosshair's values until the pointer is in a slice.
  void line_tells_place_and_value_under_the_pointer() {
    ValueLine line(*state_);
    QObject::connect(viewer_.get(), &ImageViewer::hovered, &line, &ValueLine::set_pointer);
    QCOMPARE(line.text(), QString("voxel 19, 5, 8 · (25.0, -30.5, 40.0) mm · 100 Bq/mL"));
    const QPoint at = axial_place(bright[0] - 4, bright[1]);
    QMouseEvent move(QEvent::MouseMove, at, slice("axial")->mapToGlobal(at), Qt::NoButton, Qt::NoButton, {});
    QCoreApplication::sendEvent(slice("axial"), &move);
    QVERIFY2(line.text().startsWith("voxel 15, 5, 8") && line.text().endsWith("· 0 Bq/mL"), qPrintable(line.text()));
    QEvent leave(QEvent::Leave);
    QCoreApplication::sendEvent(slice("axial"), &leave);
    QVERIFY(line.text().startsWith("voxel 19, 5, 8"));
  }

  void one_view_alone_and_back() {
    QTest::mouseDClick(slice("coronal"), Qt::LeftButton);
    QVERIFY(slice("coronal")->isVisible() && !slice("axial")->isVisible() && !scene_view()->isVisible());
    QTRY_VERIFY_WITH_TIMEOUT(slice("coronal")->width() > viewer_->width() / 2, tests::patience_ms);
    QTest::mouseDClick(slice("coronal"), Qt::LeftButton);
    QVERIFY(slice("axial")->isVisible() && scene_view()->isVisible());
  }

  /// The hot voxel, off the middle by (15, -10.5, 10) mm, is seen where the direction of view puts it.
  void projection_shows_the_voxel_in_its_place() {
    if (!opengl_problem().isEmpty()) {
      QSKIP("there is no OpenGL here");
    }
    const auto hot = [this] { return middle_of(scene_picture(), is_white); };
    QTRY_VERIFY_WITH_TIMEOUT(hot(), tests::patience_ms);
    double scale = 0;  // of the picture per mm, the same for all directions
    const auto is_at = [&](double right_mm, double up_mm) {
      const auto found = hot();
      return found && std::hypot(found->x() - right_mm * scale, found->y() - up_mm * scale) < 2.5 * scale;
    };
    QVERIFY(look_from({0, -1, 0}, {0, 0, 1}));
    QVERIFY(hot() && hot()->x() > 0.02);
    scale = hot()->x() / 15;
    QVERIFY(is_at(15, 10));
    QVERIFY(look_from({0, 0, 1}, {0, 1, 0}));
    QVERIFY(is_at(15, -10.5));
    QVERIFY(look_from({1, 0, 0}, {0, 0, 1}));
    QVERIFY(is_at(-10.5, 10));
  }

  /// However large the box is drawn, and whichever way it is turned: red, green and blue, and nothing of them cut.
  void axes_stay_in_sight() {
    if (!opengl_problem().isEmpty()) {
      QSKIP("there is no OpenGL here");
    }
    SceneOptions options = scene_->options();
    options.image_box = true;
    scene_->set_options(options);
    const auto is = [](int one, int another, int third) { return one > 90 && one > another + 60 && one > third + 60; };
    const std::array<std::function<bool(const QColor&)>, 3> axes{
        [&](const QColor& c) { return is(c.red(), c.green(), c.blue()); },
        [&](const QColor& c) { return is(c.green(), c.blue(), c.red()); },
        [&](const QColor& c) { return is(c.blue(), c.red(), c.green()); }};
    const auto all_are_whole = [&] {
      const QImage picture = scene_picture()->grab().toImage();
      constexpr int border = 3;
      const QRect inside = picture.rect().adjusted(border, border, -border, -border);
      return std::ranges::all_of(axes, [&](const auto& belongs) {
        int within = 0, cut = 0;
        for (int y = 0; y < picture.height(); ++y) {
          for (int x = 0; x < picture.width(); ++x) {
            (inside.contains(x, y) ? within : cut) += belongs(picture.pixelColor(x, y)) ? 1 : 0;
          }
        }
        return within > 20 && cut == 0;
      });
    };
    QTRY_VERIFY_WITH_TIMEOUT(all_are_whole(), tests::patience_ms);
    for (const Qt::Key key : {Qt::Key_Plus, Qt::Key_Minus}) {
      for (int i = 0; i < 12; ++i) {
        QTest::keyClick(scene_picture(), key);
      }
      scene_view()->turn(100);
      QTRY_VERIFY_WITH_TIMEOUT(all_are_whole(), tests::patience_ms);
    }
  }

  void scene_turns() {
    if (!opengl_problem().isEmpty()) {
      QSKIP("there is no OpenGL here");
    }
    const auto hot = [this] { return middle_of(scene_picture(), is_white); };
    QTRY_VERIFY_WITH_TIMEOUT(hot(), tests::patience_ms);
    QVERIFY(look_from({0, -1, 0}, {0, 0, 1}));
    QVERIFY(hot()->x() > 0.02);
    scene_view()->set_turning(true);
    QTRY_VERIFY_WITH_TIMEOUT(hot() && hot()->x() < -0.02, tests::patience_ms);
    scene_view()->set_turning(false);
  }

  /// Of a ring of crystals only those are drawn that look towards the eye: the far half.
  void one_looks_into_the_bore() {
    if (!opengl_problem().isEmpty()) {
      QSKIP("there is no OpenGL here");
    }
    auto geometry = std::make_shared<JobGeometry>();
    geometry->grid = bright_image()->grid;
    recon::Scanner& scanner = geometry->scanner;
    for (int i = 0; i < 8; ++i) {
      const auto angle = static_cast<float>(i * M_PI / 4);
      scanner.crystal_centre_mm.push_back({10 + 60 * std::cos(angle), -20 + 60 * std::sin(angle), 30});
      scanner.crystal_normal.push_back({-std::cos(angle), -std::sin(angle), 0});
      scanner.crystal_face_mm2.push_back(400);
      scanner.crystal_module.push_back(i == 0 ? 4 : 0);  // green at +x, the others blue
    }
    SceneOptions options = scene_->options();
    options.volume = VolumeStyle::hidden;
    scene_->set_options(options);
    scene_->set_geometry(geometry);
    const auto is_green = [](const QColor& c) { return c.green() > c.blue() + 50 && c.green() > c.red() + 40; };
    const auto is_blue = [](const QColor& c) { return c.blue() > c.red() + 80 && c.blue() > c.green() + 30; };
    scene_view()->look_from({1, 0, 0}, {0, 0, 1});
    QTRY_VERIFY_WITH_TIMEOUT(middle_of(scene_picture(), is_blue).has_value(), tests::patience_ms);
    QVERIFY(!middle_of(scene_picture(), is_green).has_value());
    scene_view()->look_from({-1, 0, 0}, {0, 0, 1});
    QTRY_VERIFY_WITH_TIMEOUT(middle_of(scene_picture(), is_green).has_value(), tests::patience_ms);
    options.crystals = CrystalColours::hidden;
    scene_->set_options(options);
    QTRY_VERIFY_WITH_TIMEOUT(!middle_of(scene_picture(), is_green).has_value(), tests::patience_ms);
  }

  void without_opengl_it_is_said() {
    const bool says_so = std::ranges::any_of(scene_view()->findChildren<QLabel*>(),
                                             [](const QLabel* label) { return label->text().contains("OpenGL"); });
    QCOMPARE(says_so, !opengl_problem().isEmpty());
    QCOMPARE(qEnvironmentVariableIsSet("COINCIDE_NO_OPENGL") && opengl_problem().isEmpty(), false);
    QCOMPARE(scene_picture() == nullptr, says_so);
  }
};

COINCIDE_TEST_CLASS(ViewerTest)
#include "viewer_test.moc"
