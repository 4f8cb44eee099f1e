// Regions that are found in an image, steps that are taken back, regions in files.

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "gui/image_support.h"
#include "gui/model/roi.h"
#include "gui/model/view_state.h"
#include "projectors/error.h"
#include "support/test_main.h"

namespace coincide::tests {

class FoundRegionsTest : public QObject {
  Q_OBJECT

  /// Calls use(place, value) for all voxels.
  template <class Use>
  static void for_each_voxel(const recon::Image& image, Use&& use) {
    for (std::int64_t i = 0; i < image.grid.shape[0]; ++i) {
      for (std::int64_t j = 0; j < image.grid.shape[1]; ++j) {
        for (std::int64_t k = 0; k < image.grid.shape[2]; ++k) {
          use(std::array{middle(image.grid, 0, i), middle(image.grid, 1, j), middle(image.grid, 2, k)},
              image.at(i, j, k));
        }
      }
    }
  }
  static double distance(const std::array<double, 3>& a, const std::array<double, 3>& b) {
    return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
  }

 private slots:
  /// By the middles of voxels: 448 or 512 mm^3 of a sphere of 268, as it lies; and never none inside the image.
  void small_spheres_have_whole_voxels() {
    const recon::Image image(recon::centred_grid({9, 9, 9}, {4, 4, 4}, {0, 0, 0}), 2);
    const auto voxels = [&](const std::array<double, 3>& centre_mm, double radius_mm) {
      const gui::RoiFigures figures = gui::measure({"", gui::RoiShape::sphere, centre_mm, {radius_mm, 0, 0}, 0}, image);
      return std::pair{figures.voxels, std::lround(1000 * figures.volume_ml)};
    };
    QCOMPARE(voxels({0, 0, 0}, 4), (std::pair{std::int64_t{7}, 448L}));
    QCOMPARE(voxels({2, 2, 2}, 4), (std::pair{std::int64_t{8}, 512L}));
    QCOMPARE(voxels({1.5, 1.4, 1.3}, 0.5), (std::pair{std::int64_t{1}, 64L}));
    QCOMPARE(voxels({17.9, 0, 0}, 0.5), (std::pair{std::int64_t{1}, 64L}));
    QCOMPARE(voxels({18.1, 0, 0}, 0.05), (std::pair{std::int64_t{0}, 0L}));
    const gui::Roi small =
        gui::found_in({"", gui::RoiShape::box, {1.5, 1.4, -1.3}, {0.5, 0.5, 0.5}, 0}, image.grid, image.values);
    QCOMPARE(small.centre_mm, (std::array<double, 3>{0, 0, 0}));
  }

  /// The highest mean of all spheres of 1 mL around voxels of the box, each summed here voxel by voxel.
  void a_peak_is_the_highest_mean() {
    const recon::Image image = random_image();
    const double radius_mm = 10 * std::cbrt(3 / (4 * std::numbers::pi));
    const gui::Roi box{"", gui::RoiShape::peak, {6, -6, 10}, {6, 5, 7}};
    double highest = -1e9;
    std::array<double, 3> where{};
    for_each_voxel(image, [&](const std::array<double, 3>& centre, float) {
      for (std::size_t axis = 0; axis < 3; ++axis) {
        if (std::abs(centre[axis] - box.centre_mm[axis]) > box.half_size_mm[axis]) {
          return;
        }
      }
      double sum = 0;
      int count = 0;
      for_each_voxel(image, [&](const std::array<double, 3>& place, float value) {
        if (distance(place, centre) <= radius_mm) {
          sum += value;
          ++count;
        }
      });
      if (sum / count > highest) {
        highest = sum / count;
        where = centre;
      }
    });
    const gui::Roi found = gui::found_in(box, image.grid, image.values);
    QCOMPARE(found.centre_mm, where);
    const gui::RoiFigures figures = gui::measure(box, image);
    QVERIFY(std::abs(figures.mean - highest) < 1e-9);
    QVERIFY(std::abs(figures.volume_ml - 1) < 0.1);
  }

  /// It follows the image: 40 % of twice the values is twice as much.
  void a_threshold_in_per_cent_is_of_the_maximum_in_the_box() {
    recon::Image image = random_image();
    gui::Roi roi{"", gui::RoiShape::threshold, {6, -5, 10}, {9, 12, 7}};
    roi.threshold_percent = 40;
    double most = -1e9, sum = 0;
    int count = 0;
    const auto in_box = [&](const std::array<double, 3>& place) {
      return std::abs(place[0] - 6) <= 9 && std::abs(place[1] + 5) <= 12 && std::abs(place[2] - 10) <= 7;
    };
    for_each_voxel(
        image, [&](const auto& place, float value) { most = in_box(place) ? std::max<double>(most, value) : most; });
    for_each_voxel(image, [&](const auto& place, float value) {
      if (in_box(place) && value >= 0.4 * most) {
        sum += value;
        ++count;
      }
    });
    QCOMPARE(gui::measure(roi, image).voxels, std::int64_t{count});
    QVERIFY(std::abs(gui::measure(roi, image).mean - sum / count) < 1e-9);
    std::ranges::for_each(image.values, [](float& value) { value *= 2; });
    QCOMPARE(gui::measure(roi, image).voxels, std::int64_t{count});
    QVERIFY(std::abs(gui::found_in(roi, image.grid, image.values).threshold - 0.8 * most) < 1e-5);
  }

  void an_ellipsoid_has_three_diameters() {
    const recon::Image image = random_image();
    const gui::Roi roi{"", gui::RoiShape::ellipsoid, {6, -5, 10}, {9, 12, 7}};
    int count = 0;
    double sum = 0;
    for_each_voxel(image, [&](const std::array<double, 3>& p, float value) {
      if (std::pow((p[0] - 6) / 9, 2) + std::pow((p[1] + 5) / 12, 2) + std::pow((p[2] - 10) / 7, 2) <= 1) {
        ++count;
        sum += value;
      }
    });
    QCOMPARE(gui::measure(roi, image).voxels, std::int64_t{count});
    QVERIFY(std::abs(gui::measure(roi, image).mean - sum / count) < 1e-9);
    QCOMPARE(gui::roi_size_mm(roi), (std::array<double, 3>{18, 24, 14}));
  }

  /// Of a star with dents, in all three directions: by the angles that its sides are seen under, which make a whole
  /// turn from inside.
  void a_polygon_is_what_its_corners_enclose() {
    const recon::Image image = random_image();
    for (int axis = 0; axis < 3; ++axis) {
      const auto [across, up] = recon::polygon_axes(axis);
      std::vector<std::array<double, 3>> corners;
      for (int i = 0; i < 10; ++i) {
        std::array<double, 3> corner{6, -5, 10};
        const double radius = i % 2 == 0 ? 13.1 : 5.2;
        corner[across] += radius * std::cos(0.3 + i * std::numbers::pi / 5);
        corner[up] += radius * std::sin(0.3 + i * std::numbers::pi / 5);
        corners.push_back(corner);
      }
      const gui::Roi roi = recon::polygon_roi("star", axis, 7.3, corners);
      int count = 0;
      double sum = 0;
      const std::size_t x = across, y = up;
      for_each_voxel(image, [&](const std::array<double, 3>& p, float value) {
        double turned = 0;
        for (std::size_t i = 0; i < corners.size(); ++i) {
          const auto angle = [&](const std::array<double, 3>& corner) {
            return std::atan2(corner[y] - p[y], corner[x] - p[x]);
          };
          turned += std::remainder(angle(corners[(i + 1) % corners.size()]) - angle(corners[i]), 2 * std::numbers::pi);
        }
        const auto along = static_cast<std::size_t>(axis);
        if (std::abs(turned) > 3 && std::abs(p[along] - corners[0][along]) <= 3.65) {
          ++count;
          sum += value;
        }
      });
      QVERIFY(count > 50);
      QCOMPARE(gui::measure(roi, image).voxels, std::int64_t{count});
      QVERIFY(std::abs(gui::measure(roi, image).mean - sum / count) < 1e-9);
      QCOMPARE(gui::rois_of_text(gui::rois_text({roi}), "test"), std::vector<gui::Roi>{roi});
    }
    QVERIFY_THROWS_EXCEPTION(InputError, recon::polygon_roi("none", 2, 3, {}));
  }

  /// A drag is one step; other data have steps of their own.
  void steps_are_taken_back() {
    gui::ViewState state;
    const auto image = std::make_shared<const recon::Image>(random_image());
    state.show({.data = "one"}, image);
    const auto at = [](double x) {
      return std::vector<gui::Roi>{{.name = "r",
                                    .shape = gui::RoiShape::box,
                                    .centre_mm = {x, 0, 0},
                                    .half_size_mm = {5, 5, 5},
                                    .colour = "#123456"}};
    };
    state.set_rois(at(1));
    state.set_rois(at(2));
    state.set_rois(at(3), gui::ViewState::Step::same_one);
    state.undo();
    QCOMPARE(state.rois(), at(1));
    state.redo();
    QCOMPARE(state.rois(), at(3));
    QVERIFY(!state.can_redo());
    state.show({.data = "two"}, image);
    QVERIFY(!state.can_undo());
    state.show({.data = "one"}, image);
    state.undo();
    state.undo();
    QVERIFY(state.rois().empty() && !state.can_undo());
    state.undo();
    state.set_rois(at(4));
    QVERIFY(!state.can_redo());
  }

  void regions_are_the_same_from_a_file() {
    gui::Roi percent{"hot \"spot\"", gui::RoiShape::threshold, {1.5, 0.1, -3}, {4, 5, 6}, 7};
    percent.threshold_percent = 41;
    const std::vector<gui::Roi> rois{percent, {"p", gui::RoiShape::peak, {1, 2, 3}, {4, 5, 6}}};
    QCOMPARE(gui::rois_of_text(gui::rois_text(rois), "test"), rois);
    QVERIFY_THROWS_EXCEPTION(FileError, gui::rois_of_text("[{\"name\": 3}]", "test"));
    QVERIFY_THROWS_EXCEPTION(FileError, gui::rois_of_text("", "test"));
  }
};

COINCIDE_TEST_CLASS(FoundRegionsTest)

}  // namespace coincide::tests

#include "found_regions_test.moc"
