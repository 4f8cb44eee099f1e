#include "recon/post_filter.h"

#include <QtTest>
#include <cmath>
#include <numeric>

#include "projectors/error.h"
#include "support/test_main.h"

using namespace coincide;
using recon::Image;

class PostFilterTest : public QObject {
  Q_OBJECT

  static Image uneven_image() {
    Image image(recon::centred_grid({21, 19, 17}, {2, 3, 4}, {}), 0);
    std::iota(image.values.begin(), image.values.end(), 1.0F);
    return image;
  }

 private slots:
  void nothing_is_the_default() {
    const Image image = uneven_image();
    QCOMPARE(recon::filtered(image, {}).values, image.values);
    QCOMPARE(recon::filter_text({}), std::string());
  }

  void a_uniform_image_stays_at_its_faces_too() {
    const Image flat(uneven_image().grid, 7);
    for (const float value : recon::filtered(flat, {.filter_fwhm_mm = 9, .median_voxels = 5}).values) {
      QVERIFY(std::abs(value - 7) < 1e-5F);
    }
  }

  /// The variance along each axis is that of the Gaussian, whatever the voxels' shape.
  void a_point_becomes_as_wide_as_asked() {
    Image point(recon::centred_grid({41, 41, 41}, {2, 1.5F, 2.5F}, {}), 0);
    point.at(20, 20, 20) = 100;
    const double fwhm_mm = 8, variance_mm2 = fwhm_mm * fwhm_mm / (8 * std::log(2.0));
    const Image wide = recon::filtered(point, {.filter_fwhm_mm = fwhm_mm});
    double sum = 0, moment[3] = {};
    for (std::int64_t i = 0; i < 41; ++i) {
      for (std::int64_t j = 0; j < 41; ++j) {
        for (std::int64_t k = 0; k < 41; ++k) {
          const double value = wide.at(i, j, k), place[] = {2.0 * (i - 20), 1.5 * (j - 20), 2.5 * (k - 20)};
          sum += value;
          for (int a = 0; a < 3; ++a) {
            moment[a] += value * place[a] * place[a];
          }
        }
      }
    }
    QVERIFY(std::abs(sum / 100 - 1) < 1e-4);
    for (const double one : moment) {
      QVERIFY(std::abs(one / sum / variance_mm2 - 1) < 0.01);
    }
  }

  void a_median_removes_a_spike_and_keeps_an_edge() {
    Image step(recon::centred_grid({9, 9, 9}, {1, 1, 1}, {}), 0);
    for (std::size_t v = 0; v < step.values.size(); ++v) {
      step.values[v] = v < 9 * 9 * 5 ? 1.0F : 3.0F;
    }
    Image spiky = step;
    spiky.at(1, 4, 4) = 1e6F;
    spiky.at(8, 8, 8) = 0;  // a corner, of which the cube sees an eighth
    QCOMPARE(recon::filtered(spiky, {.median_voxels = 3}).values, step.values);
    QVERIFY_EXCEPTION_THROWN(recon::filtered(spiky, {.median_voxels = 4}), InputError);
    QCOMPARE(recon::filter_text({.filter_fwhm_mm = 5, .median_voxels = 3}), std::string("median 3x3x3, Gaussian 5 mm"));
  }
};

COINCIDE_TEST_CLASS(PostFilterTest)
#include "post_filter_test.moc"
