// Images brought to their place by hand: shift and turn.

#include <Eigen/Geometry>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "projectors/error.h"
#include "recon/motion/registration.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::Image;
using recon::Point;
using recon::Registration;

/// No axis of it lies like another, and its middle is not that of the scanner.
const recon::ImageGrid grid = recon::centred_grid({50, 60, 40}, {2, 2, 3}, {11, -7, 5});
const Eigen::Vector3d middle(11, -7, 5);

/// Two unlike blobs, seen from the middle of the map.
double body(const Eigen::Vector3d& p) {
  const auto blob = [&](double x, double y, double z) {
    return std::exp(-(p - Eigen::Vector3d(x, y, z)).squaredNorm() / 200);
  };
  return blob(14, 6, -8) + 0.4 * blob(-12, 15, 12);
}

template <class Value>
Image made_of(const recon::ImageGrid& on, const Value& value) {
  Image image(on, 0, "1/cm");
  for (std::int64_t i = 0; i < on.shape[0]; ++i) {
    for (std::int64_t j = 0; j < on.shape[1]; ++j) {
      for (std::int64_t k = 0; k < on.shape[2]; ++k) {
        const Eigen::Vector3d mm(on.origin_mm[0] + static_cast<double>(i) * on.voxel_size_mm[0],
                                 on.origin_mm[1] + static_cast<double>(j) * on.voxel_size_mm[1],
                                 on.origin_mm[2] + static_cast<double>(k) * on.voxel_size_mm[2]);
        image.at(i, j, k) = static_cast<float>(value(mm));
      }
    }
  }
  return image;
}

Image map() {
  return made_of(grid, [](const Eigen::Vector3d& mm) { return body(mm - middle); });
}

/// The largest difference of the moved map from the one that is made where `to_body` says, as part of the maximum.
template <class ToBody>
double error_of(const Registration& registration, const ToBody& to_body) {
  const Image moved = recon::registered(map(), registration, 0);
  const Image expected = made_of(moved.grid, [&](const Eigen::Vector3d& mm) { return body(to_body(mm)); });
  double most = 0;
  for (std::size_t i = 0; i < moved.values.size(); ++i) {
    most = std::max(most, std::abs(double{moved.values[i]} - expected.values[i]));
  }
  return most;
}

Eigen::Matrix3d about(const Eigen::Vector3d& axis, double degrees) {
  return Eigen::AngleAxisd(degrees * std::numbers::pi / 180, axis).toRotationMatrix();
}

}  // namespace

class RegistrationTest : public QObject {
  Q_OBJECT

 private slots:
  /// A shift alone changes no value.
  void shift_moves_the_grid() {
    const Image moved = recon::registered(map(), {.shift_mm = {10, -4, 2.5}}, 0);
    QCOMPARE(moved.values, map().values);
    QCOMPARE(moved.grid.origin_mm[0], grid.origin_mm[0] + 10);
    QCOMPARE(moved.grid.origin_mm[1], grid.origin_mm[1] - 4);
    QCOMPARE(moved.grid.origin_mm[2], grid.origin_mm[2] + 2.5F);
    QCOMPARE(recon::registered(map(), {}, 0).grid, grid);
  }

  /// Of right angles, that can be told without any matrix: about x (a, b, c) goes to (a, -c, b), then about z to
  /// (c, a, b); in the other order it would be (-b, -c, a).
  void turns_go_about_x_then_y_then_z() {
    const recon::Pose pose = recon::pose_of({.shift_mm = {100, 0, 0}, .turn_degrees = {90, 0, 90}}, {11, -7, 5});
    const Point to = recon::PoseMap(pose).to_scanner({11 + 1, -7 + 2, 5 + 3});
    const Point expected{11 + 3 + 100, -7 + 1, 5 + 2};
    const Point about_y = recon::PoseMap(recon::pose_of({.turn_degrees = {0, 90, 0}}, {})).to_scanner({1, 2, 3});
    const Point z_to_x{3, 2, -1};
    for (std::size_t a = 0; a < 3; ++a) {
      QVERIFY(std::abs(to[a] - expected[a]) < 1e-9);
      QVERIFY(std::abs(about_y[a] - z_to_x[a]) < 1e-9);
    }
  }

  void moved_map_is_the_one_made_there() {
    const Eigen::Matrix3d all = about({0, 0, 1}, 30) * about({0, 1, 0}, -20) * about({1, 0, 0}, 10);
    const Eigen::Vector3d shift(7, -5, 3);
    const double both = error_of({{7, -5, 3}, {10, -20, 30}}, [&](const Eigen::Vector3d& mm) {
      return Eigen::Vector3d(all.transpose() * (mm - middle - shift));
    });
    const double turn_alone = error_of({.turn_degrees = {0, 0, 5}}, [](const Eigen::Vector3d& mm) {
      return Eigen::Vector3d(about({0, 0, 1}, -5) * (mm - middle));
    });
    const double other_way = error_of({.turn_degrees = {0, 0, 5}}, [](const Eigen::Vector3d& mm) {
      return Eigen::Vector3d(about({0, 0, 1}, 5) * (mm - middle));
    });
    QVERIFY2(both < 0.02 && turn_alone < 0.02, qPrintable(QString("%1 %2").arg(both).arg(turn_alone)));
    QVERIFY2(other_way > 0.1, qPrintable(QString::number(other_way)));
  }

  /// Corners of the turned box are not the body.
  void beyond_the_image_lies_what_is_said() {
    const Image moved = recon::registered(map(), {.turn_degrees = {0, 0, 45}}, -1000);
    QCOMPARE(moved.at(0, 0, 0), -1000.0F);
    QVERIFY(moved.at(moved.grid.shape[0] / 2, moved.grid.shape[1] / 2, moved.grid.shape[2] / 2) >= 0);
    QCOMPARE(moved.unit, std::string("1/cm"));
  }

  /// A plane that stands on its edge needs a straight grid of a thousand times its voxels.
  void grids_without_end_are_refused() {
    const Image plane(recon::centred_grid({400, 400, 2}, {1, 1, 1}, {0, 0, 0}), 1);
    QVERIFY_THROWS_EXCEPTION(InputError, recon::registered(plane, {.turn_degrees = {45, 0, 0}}, 0));
    QCOMPARE(recon::registered(plane, {.turn_degrees = {1, 0, 0}}, 0).values.size() > plane.values.size(), true);
  }

  void sentences() {
    QCOMPARE(recon::sentence_of({}), std::string());
    QCOMPARE(recon::sentence_of({.shift_mm = {10, 0, -2.5}}), std::string("moved by (10, 0, -2.5) mm"));
    QCOMPARE(recon::sentence_of({{1, 0, 0}, {0, 0, 5}}),
             std::string("turned by (0, 0, 5) degrees about x, y and z, then moved by (1, 0, 0) mm"));
  }
};

COINCIDE_TEST_CLASS(RegistrationTest)

}  // namespace coincide::tests

#include "registration_test.moc"
