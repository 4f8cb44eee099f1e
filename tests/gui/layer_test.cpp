// Values of layers against interpolation written out here, in double precision.

#include <Eigen/Geometry>
#include <QtTest>
#include <cmath>
#include <numbers>

#include "gui/image_support.h"
#include "gui/model/layer.h"
#include "gui/model/values_at.h"
#include "gui/model/view_state.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test
using coincide::tests::random_image;

namespace {

/// Every voxel weighed by how near it is along all three axes; beside the outermost middles their value.
double interpolated(const recon::Image& image, Eigen::Vector3d index) {
  double sum = 0;
  for (int axis = 0; axis < 3; ++axis) {
    index[axis] =
        std::clamp(index[axis], 0.0, static_cast<double>(image.grid.shape[static_cast<std::size_t>(axis)] - 1));
  }
  for (std::int64_t i = 0; i < image.grid.shape[0]; ++i) {
    for (std::int64_t j = 0; j < image.grid.shape[1]; ++j) {
      for (std::int64_t k = 0; k < image.grid.shape[2]; ++k) {
        const auto near = [&](std::int64_t voxel, int axis) {
          return std::max(0.0, 1 - std::abs(static_cast<double>(voxel) - index[axis]));
        };
        sum += near(i, 0) * near(j, 1) * near(k, 2) * image.at(i, j, k);
      }
    }
  }
  return sum;
}

/// Turned by 30 degrees about an oblique axis, mirrored, with unlike edges, and moved.
Eigen::Affine3d oblique() {
  Eigen::Affine3d affine = Eigen::Affine3d::Identity();
  affine.translate(Eigen::Vector3d(4, -9, 2));
  affine.rotate(Eigen::AngleAxisd(std::numbers::pi / 6, Eigen::Vector3d(1, 2, 3).normalized()));
  affine.scale(Eigen::Vector3d(2, -3, 1.5));
  affine.translate(Eigen::Vector3d(-11, -8, -15));
  return affine;
}

}  // namespace

class LayerTest : public QObject {
  Q_OBJECT

 private slots:
  void straight_layer_has_the_values_of_its_voxels() {
    const auto image = std::make_shared<const recon::Image>(random_image());
    const Layer layer = layer_of("one", image);
    const recon::ImageGrid& grid = image->grid;
    for (const auto& [i, j, k] : {std::array<std::int64_t, 3>{0, 0, 0}, {22, 16, 30}, {7, 3, 21}}) {
      const double value =
          layer_value(layer, {tests::middle(grid, 0, i), tests::middle(grid, 1, j), tests::middle(grid, 2, k)});
      QVERIFY(std::abs(value - image->at(i, j, k)) < 1e-5);
    }
    QVERIFY(std::isnan(layer_value(layer, {tests::middle(grid, 0, 23), 0, 0})));
  }

  /// Of a raster in an axial slice, points inside and outside the turned box.
  void turned_layer_equals_the_interpolated_array() {
    const auto image = std::make_shared<const recon::Image>(random_image());
    const Layer layer = layer_of("turned", image, oblique());
    const Raster raster{.first_mm = {-30, -40, 3.7},
                        .column_step_mm = {1.7, 0, 0},
                        .row_step_mm = {0, 2.3, 0},
                        .columns = 40,
                        .rows = 36};
    const std::vector<float> values = layer_values(layer, raster);
    QCOMPARE(values.size(), std::size_t{40 * 36});
    int inside = 0, outside = 0;
    for (int row = 0; row < raster.rows; row += 3) {
      for (int column = 0; column < raster.columns; column += 3) {
        const Eigen::Vector3d place(-30 + 1.7 * column, -40 + 2.3 * row, 3.7);
        const Eigen::Vector3d index = oblique().inverse() * place;
        const float value = values[static_cast<std::size_t>(40 * row + column)];
        bool is_inside = true;
        for (int axis = 0; axis < 3; ++axis) {
          const auto length = static_cast<double>(image->grid.shape[static_cast<std::size_t>(axis)]);
          is_inside &= index[axis] >= -0.5 && index[axis] <= length - 0.5;
        }
        QCOMPARE(std::isnan(value), !is_inside);
        QVERIFY(!is_inside || std::abs(value - interpolated(*image, index)) < 1e-5);
        ++(is_inside ? inside : outside);
      }
    }
    QVERIFY(inside > 30 && outside > 30);
  }

  /// A shift to the patient's left takes the layer to the left (LPS: +x).
  void a_shift_moves_the_layer_the_way_it_says() {
    recon::Image image(recon::centred_grid({9, 9, 9}, {2, 2, 2}, {0, 0, 0}), 0.F, "1/cm");
    image.at(4, 4, 4) = 1;
    const auto shared = std::make_shared<const recon::Image>(image);
    const Layer moved = layer_of("moved", shared, Eigen::Translation3d(10, 0, 0) * index_to_mm(image.grid));
    QVERIFY(std::abs(layer_value(moved, {10, 0, 0}) - 1) < 1e-9);
    QVERIFY(std::isnan(layer_value(moved, {-10, 0, 0})));
  }

  /// Neither what is no number nor one voxel of a million spoils the window, wherever they stand; above is the top.
  void strange_voxels_leave_the_window() {
    recon::Image image(recon::centred_grid({40, 40, 40}, {2, 2, 2}, {0, 0, 0}), 5, "HU");
    image.values[0] = std::numeric_limits<float>::quiet_NaN();
    image.values[1] = -1000;
    image.values[2] = 1e6F;
    const Layer layer = layer_of("strange", std::make_shared<const recon::Image>(image));
    QVERIFY2(layer.low == -1000 && layer.high > 4 && layer.high < 10, qPrintable(QString::number(layer.high)));
  }

  /// That of CT numbers begins at the air.
  void window_holds_the_values() {
    auto image = random_image();  // -1 to 10
    const Layer layer = layer_of("ct", std::make_shared<const recon::Image>(image));
    QVERIFY(layer.low < -0.9 && layer.high > 9.9);
    std::ranges::transform(image.values, image.values.begin(), [](float value) { return value + 2; });
    QCOMPARE(layer_of("pet", std::make_shared<const recon::Image>(image)).low, 0.0);
  }

  /// In the line of values, and with the data that they were laid over.
  void layers_belong_to_their_data() {
    ViewState state;
    const auto image = std::make_shared<const recon::Image>(random_image());
    state.show({.data = "one"}, image);
    auto map = *image;
    map.unit = "1/cm";
    map.values.assign(map.values.size(), 0.096F);
    state.set_layers({layer_of("mu", std::make_shared<const recon::Image>(map))});
    const std::string text = values_text(state, state.cursor_mm());
    QVERIFY2(text.ends_with(" · mu 0.096 1/cm"), text.c_str());
    std::vector<Layer> hidden = state.layers();
    hidden.front().is_shown = false;
    state.set_layers(hidden);
    QVERIFY(values_text(state, state.cursor_mm()).find("mu") == std::string::npos);
    state.show({.data = "two"}, image);
    QVERIFY(state.layers().empty());
    state.show({.data = "one"}, image);
    QCOMPARE(state.layers().size(), std::size_t{1});
  }
};

COINCIDE_TEST_CLASS(LayerTest)
#include "layer_test.moc"
