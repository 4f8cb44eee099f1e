// Slices that are turned out of the axes: values between the voxels.

#include <fmt/format.h>

#include <QtTest>
#include <algorithm>
#include <cmath>

#include "gui/image_support.h"
#include "gui/model/shown_slice.h"
#include "gui/model/values_at.h"
#include "recon/trilinear.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test
using coincide::tests::middle;
using coincide::tests::random_image;

namespace {

constexpr Turn some_turn{.tilt_degrees = 25, .swivel_degrees = -40};

double slope(const std::array<double, 3>& mm) { return 100 + 2 * mm[0] - 3 * mm[1] + 0.5 * mm[2]; }

/// Trilinear interpolation of it is exact.
recon::Image sloping_image() {
  recon::Image image = random_image();
  for (std::int64_t i = 0; i < image.grid.shape[0]; ++i) {
    for (std::int64_t j = 0; j < image.grid.shape[1]; ++j) {
      for (std::int64_t k = 0; k < image.grid.shape[2]; ++k) {
        image.at(i, j, k) =
            static_cast<float>(slope({middle(image.grid, 0, i), middle(image.grid, 1, j), middle(image.grid, 2, k)}));
      }
    }
  }
  return image;
}

/// 9 x 7 points of a turned slice, 1.25 mm apart, around a point.
Raster raster_around(const std::array<double, 3>& mm, const SlicePlane& plane) {
  Raster raster{.columns = 9, .rows = 7};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto a = static_cast<Eigen::Index>(axis);
    raster.column_step_mm[axis] = 1.25 * plane.right[a];
    raster.row_step_mm[axis] = -1.25 * plane.vertical[a];
    raster.first_mm[axis] = mm[axis] - 4 * raster.column_step_mm[axis] - 3 * raster.row_step_mm[axis];
  }
  return raster;
}

std::array<double, 3> point_of(const Raster& raster, int row, int column) {
  std::array<double, 3> mm{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    mm[axis] = raster.first_mm[axis] + column * raster.column_step_mm[axis] + row * raster.row_step_mm[axis];
  }
  return mm;
}

void show_in(ViewState& state, recon::Image image) {
  state.show({.data = "d"}, std::make_shared<const recon::Image>(std::move(image)));
}

}  // namespace

class SlicePlaneTest : public QObject {
  Q_OBJECT

 private slots:
  void directions_stay_perpendicular() {
    for (int axis = 0; axis < 3; ++axis) {
      const SlicePlane straight = slice_plane(axis), turned = slice_plane(axis, some_turn);
      Eigen::Matrix3d before, after;
      before << straight.right, straight.vertical, straight.normal;
      after << turned.right, turned.vertical, turned.normal;
      QVERIFY((after.transpose() * after).isIdentity(1e-12));
      QVERIFY(std::abs(after.determinant() - before.determinant()) < 1e-12);  // not mirrored
      QVERIFY(std::abs(turned.right.dot(straight.right) - std::cos(40 * M_PI / 180)) < 1e-12);
      QVERIFY(std::abs(turned.right.dot(straight.vertical)) < 1e-12);  // the horizon stays level
      const SlicePlane tilted = slice_plane(axis, {.tilt_degrees = 30, .swivel_degrees = 0});
      QVERIFY((tilted.right - straight.right).norm() < 1e-12);
      QVERIFY(std::abs(tilted.normal.dot(straight.normal) - std::cos(30 * M_PI / 180)) < 1e-12);
    }
  }

  /// Against the one interpolation of the program, and against a slope that it has to meet.
  void values_lie_between_the_voxels() {
    ViewState noise, sloping;
    show_in(noise, random_image());
    show_in(sloping, sloping_image());
    const recon::ImageGrid& grid = noise.image()->grid;
    for (int axis = 0; axis < 3; ++axis) {
      noise.set_turn(axis, some_turn);
      sloping.set_turn(axis, some_turn);
      const Raster raster = raster_around({6, -5, 10}, slice_plane(axis, some_turn));
      const recon::Slice of_noise = shown_plane(noise, axis, SliceContent::image, raster);
      const recon::Slice of_slope = shown_plane(sloping, axis, SliceContent::image, raster);
      QCOMPARE(of_noise.values.size(), std::size_t{63});
      for (int i = 0; i < 63; ++i) {
        const std::array<double, 3> mm = point_of(raster, i / 9, i % 9);
        std::array<double, 3> index{};
        for (std::size_t a = 0; a < 3; ++a) {
          index[a] = (mm[a] - grid.origin_mm[a]) / grid.voxel_size_mm[a];
        }
        const float shown = of_noise.values[static_cast<std::size_t>(i)];
        QVERIFY(std::abs(shown - recon::trilinear_value(*noise.image(), index)) < 1e-5);
        QCOMPARE(shown_value(noise, axis, SliceContent::image, mm), shown);
        QVERIFY(std::abs(of_slope.values[static_cast<std::size_t>(i)] - slope(mm)) < 1e-3);
      }
    }
  }

  /// Turned by a right angle about the line from left to right an axial slice is a coronal one.
  void a_right_angle_is_another_slice() {
    ViewState state;
    show_in(state, random_image());
    state.set_turn(2, {.tilt_degrees = 90, .swivel_degrees = 0});
    for (const std::array<std::int64_t, 3> voxel : {std::array<std::int64_t, 3>{3, 5, 7}, {22, 0, 30}, {0, 16, 1}}) {
      const float shown = shown_value(state, 2, SliceContent::image, state.middle_mm(voxel));
      QVERIFY(std::abs(shown - state.image()->at(voxel[0], voxel[1], voxel[2])) < 1e-5);
    }
    QVERIFY(std::isnan(shown_value(state, 2, SliceContent::image, {200, 0, 0})));
  }

  /// Of a slope the mean is that of the middle, the maximum that of the plane furthest up: 7 planes of 1.5 mm.
  void a_slab_is_turned_too() {
    ViewState state;
    show_in(state, sloping_image());
    state.set_turn(2, some_turn);
    const std::array<double, 3> at{6, -5, 10};
    const double along = slice_plane(2, some_turn).normal.dot(Eigen::Vector3d(2, -3, 0.5));
    state.set_slab({.kind = SlabKind::mean, .thickness_mm = 10});
    QVERIFY(std::abs(shown_value(state, 2, SliceContent::image, at) - slope(at)) < 1e-3);
    state.set_slab({.kind = SlabKind::maximum, .thickness_mm = 10});
    QVERIFY(std::abs(shown_value(state, 2, SliceContent::image, at) - (slope(at) + 4.5 * std::abs(along))) < 1e-3);
    QCOMPARE(values_text(state, PointedAt{at, 2}),
             fmt::format("(6.0, -5.0, 10.0) mm · maximum of 7 slices, 10.5 mm: {:.5g} Bq/mL",
                         shown_value(state, 2, SliceContent::image, at)));
  }

  /// The value line of a straight slab, too: against a loop over its voxels.
  void the_value_is_that_of_the_slab() {
    ViewState state;
    show_in(state, random_image());
    const recon::Image& image = *state.image();
    const std::array<double, 3> at = state.middle_mm({4, 9, 12});
    double sum = 0;
    float most = -100;
    for (std::int64_t k = 9; k <= 15; ++k) {
      sum += image.at(4, 9, k);
      most = std::max(most, image.at(4, 9, k));
    }
    QCOMPARE(values_text(state, PointedAt{at, 2}), values_text(state, at));
    state.set_slab({.kind = SlabKind::mean, .thickness_mm = 10});
    const std::string place = fmt::format("voxel 4, 9, 12 · ({:.1f}, {:.1f}, {:.1f}) mm · ", at[0], at[1], at[2]);
    QCOMPARE(values_text(state, PointedAt{at, 2}),
             place + fmt::format("mean of 7 slices, 10.5 mm: {:.5g} Bq/mL", sum / 7));
    state.set_slab({.kind = SlabKind::maximum, .thickness_mm = 10});
    QCOMPARE(values_text(state, PointedAt{at, 2}),
             place + fmt::format("maximum of 7 slices, 10.5 mm: {:.5g} Bq/mL", most));
    QCOMPARE(values_text(state, at), place + fmt::format("{:.5g} Bq/mL", image.at(4, 9, 12)));  // under the crosshair
    state.set_slab({.kind = SlabKind::maximum, .thickness_mm = 2});                             // one slice of voxels
    QCOMPARE(values_text(state, PointedAt{at, 2}), values_text(state, at));
  }

  void a_comparison_shows_both_turned() {
    ViewState state;
    show_in(state, sloping_image());
    recon::Image other = sloping_image();
    std::ranges::for_each(other.values, [](float& value) { value *= 0.25F; });
    state.set_comparison(Comparison{.subject = {.name = "b"},
                                    .other = layer_of("B", std::make_shared<const recon::Image>(other)),
                                    .combination = Combination::difference});
    state.set_turn(1, some_turn);
    const std::array<double, 3> at{6, -5, 10};
    QVERIFY(std::abs(shown_value(state, 1, SliceContent::other, at) - 0.25 * slope(at)) < 1e-3);
    QVERIFY(std::abs(shown_value(state, 1, SliceContent::combined, at) - 0.75 * slope(at)) < 1e-3);
    QCOMPARE(values_text(state, PointedAt{at, 1}),
             fmt::format("(6.0, -5.0, 10.0) mm · A {:.5g} · B {:.5g} · A - B {:.5g} Bq/mL", slope(at), 0.25 * slope(at),
                         0.75 * slope(at)));
  }

  /// Exactly where it was set, to be in the plane; in the image; none in a mosaic.
  void the_crosshair_stays_in_the_plane() {
    ViewState state;
    show_in(state, random_image());
    state.set_turn(2, some_turn);
    state.set_cursor_mm({6.3, -5.2, 10.4});
    QCOMPARE(state.cursor_mm(), (std::array<double, 3>{6.3, -5.2, 10.4}));
    QCOMPARE(state.cursor(), state.voxel_at({6.3, -5.2, 10.4}));
    state.set_cursor_mm({1e6, -5.2, 10.4});
    QCOMPARE(state.cursor_mm()[0], middle(state.image()->grid, 0, 22) + 1);
    state.set_cursor({3, 4, 5});
    QCOMPARE(state.cursor_mm(), state.middle_mm({3, 4, 5}));
    state.set_mosaic(Mosaic{});
    QVERIFY(state.turn(2).is_none());
    state.set_mosaic({});
    QCOMPARE(state.turn(2), some_turn);
    state.show({.data = "other"}, state.image());
    QVERIFY(!state.is_any_turned());  // they belong to the data
    state.show({.data = "d"}, state.image());
    QVERIFY(state.is_any_turned());
    state.straighten();
    QVERIFY(!state.is_any_turned());
  }

  /// A turned slice shows those voxels of a region whose middles belong to it.
  void regions_are_cut() {
    const recon::Image image = random_image();
    const Roi roi{"r", RoiShape::threshold, {6, -5, 10}, {5, 6, 7}, 4};
    const Raster raster = raster_around({6, -5, 10}, slice_plane(2, some_turn));
    const std::vector<float> mask = roi_mask(roi, image, raster);
    ViewState state;
    show_in(state, image);
    int inside = 0;
    for (int i = 0; i < 63; ++i) {
      const std::array<std::int64_t, 3> voxel = state.voxel_at(point_of(raster, i / 9, i % 9));
      const bool belongs = contains(roi, state.middle_mm(voxel), image.at(voxel[0], voxel[1], voxel[2]));
      QCOMPARE(mask[static_cast<std::size_t>(i)], belongs ? 1.F : 0.F);
      inside += belongs ? 1 : 0;
    }
    QVERIFY(inside > 5 && inside < 58);
  }
};

COINCIDE_TEST_CLASS(SlicePlaneTest)

#include "slice_plane_test.moc"
