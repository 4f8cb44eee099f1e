// Layers in the 3-D view: where they lie in the slices, in their colours, as a volume or as a surface.

#include <QAction>
#include <QtTest>
#include <cmath>

#include "gui/model/colour_maps.h"
#include "gui/view_support.h"
#include "gui/viewer/opengl.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;         // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;    // NOLINT(google-build-using-namespace): a test
using namespace coincide::tests;  // NOLINT(google-build-using-namespace): a test

namespace {

/// Or orange.
bool is_red(const QColor& colour) { return colour.red() > 40 && 2 * colour.red() > 3 * colour.green() + 20; }

/// A cube of 8 mm around (18, -20, 30) mm, on a finer grid than the image's.
Layer cube() {
  recon::Image image(recon::centred_grid({40, 40, 40}, {1, 1, 1}, {10, -20, 30}), 0, "1/cm");
  for (std::int64_t i = 24; i < 32; ++i) {
    for (std::int64_t j = 16; j < 24; ++j) {
      for (std::int64_t k = 16; k < 24; ++k) {
        image.at(i, j, k) = 5;
      }
    }
  }
  Layer layer = layer_of("cube", std::make_shared<const recon::Image>(std::move(image)));
  layer.high = 5;
  layer.colour_map = "rainbow";  // the last colour is red
  layer.opacity = 1;
  return layer;
}

}  // namespace

class SceneLayersTest : public QObject, ShownImage {
  Q_OBJECT

  /// Of what is red, from the middle of the view in mm to the right and upwards, seen from -y.
  std::optional<QPointF> red_mm() const {
    const auto found = middle_of(scene_picture(), is_red);
    return found ? std::optional(*found * 0.5 * scene_picture()->width() / state_->pixels_per_mm()) : std::nullopt;
  }
  bool is_red_at(double x_mm, double z_mm) const {
    const auto& centre = state_->camera().centre_mm;
    const auto found = red_mm();
    return found && std::hypot(found->x() - (x_mm - centre[0]), found->y() - (z_mm - centre[2])) < 1.5;
  }
  int num_red() const {
    const QImage picture = scene_picture()->grab().toImage();
    int count = 0;
    for (int i = 0; i < picture.width() * picture.height(); ++i) {
      count += is_red(picture.pixelColor(i % picture.width(), i / picture.width())) ? 1 : 0;
    }
    return count;
  }

 private slots:
  void init() {
    if (!opengl_problem().isEmpty()) {
      QSKIP("there is no OpenGL");
    }
    open();
    QVERIFY(look_from({0, -1, 0}, {0, 0, 1}));
    QTRY_VERIFY_WITH_TIMEOUT(middle_of(scene_picture(), is_white), patience_ms);
    QVERIFY(!red_mm());
  }
  void cleanup() { close(); }

  void a_layer_is_a_volume_where_it_lies() {
    for (const VolumeStyle style : {VolumeStyle::maximum, VolumeStyle::rendering, VolumeStyle::hidden}) {
      SceneOptions options = scene_->options();
      options.volume = style;
      scene_->set_options(options);
      state_->set_layers({cube()});
      QTRY_VERIFY_WITH_TIMEOUT(is_red_at(18, 30), patience_ms);
      Layer moved = state_->layers()[0];
      moved.place.shift_mm = {-12, 0, 9};
      state_->set_layers({moved});
      QTRY_VERIFY_WITH_TIMEOUT(is_red_at(6, 39), patience_ms);
      state_->set_layers({});
      QTRY_VERIFY_WITH_TIMEOUT(!red_mm(), patience_ms);
    }
  }

  /// Of 64 square mm, however the layer is shown; nothing where it is not.
  void opacity_and_switches_count() {
    state_->set_layers({cube()});
    const double pixels = 64 * std::pow(state_->pixels_per_mm(), 2);
    QTRY_VERIFY2_WITH_TIMEOUT(std::abs(num_red() / pixels - 1) < 0.35, qPrintable(QString::number(num_red() / pixels)),
                              patience_ms);
    Layer layer = state_->layers()[0];
    layer.opacity = 0;
    state_->set_layers({layer});
    QTRY_VERIFY_WITH_TIMEOUT(!red_mm(), patience_ms);
    layer.opacity = 0.6;
    state_->set_layers({layer});
    QTRY_VERIFY_WITH_TIMEOUT(red_mm(), patience_ms);
    viewer_->findChild<QAction*>("scene_layers")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(!red_mm(), patience_ms);
    viewer_->findChild<QAction*>("scene_layers")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(red_mm(), patience_ms);
    layer.is_shown = false;
    state_->set_layers({layer});
    QTRY_VERIFY_WITH_TIMEOUT(!red_mm(), patience_ms);
  }

  /// In the colour of the line in the slices; none where no voxel has the value.
  void a_contour_is_a_surface() {
    Layer layer = cube();
    layer.colour_map = "hot metal";  // orange at three quarters
    layer.contour = 2.5;
    state_->set_layers({layer});
    QTRY_VERIFY_WITH_TIMEOUT(is_red_at(18, 30), patience_ms);
    layer = state_->layers()[0];
    layer.place.turn_degrees = {0, 180, 0};  // about the middle of its image, x = 10
    state_->set_layers({layer});
    QTRY_VERIFY_WITH_TIMEOUT(is_red_at(2, 30), patience_ms);
    layer.contour = 7;
    state_->set_layers({layer});
    QTRY_VERIFY_WITH_TIMEOUT(!red_mm(), patience_ms);
    layer.contour.reset();
    layer.colour_map = "rainbow";
    state_->set_layers({layer});
    QTRY_VERIFY_WITH_TIMEOUT(is_red_at(2, 30), patience_ms);
  }

  void pictures_have_them_too() {
    state_->set_layers({cube()});
    QTRY_VERIFY_WITH_TIMEOUT(is_red_at(18, 30), patience_ms);
    const QImage picture = viewer_->scene_picture()({200, 200}, 3, {18, -20, 30}, 1);
    QVERIFY(is_red(picture.pixelColor(100, 100)) && !is_red(picture.pixelColor(100, 120)));
  }
};

COINCIDE_TEST_CLASS(SceneLayersTest)
#include "scene_layers_test.moc"
