#include "recon/slice.h"

#include <QtTest>
#include <numeric>

#include "projectors/error.h"
#include "support/test_main.h"

namespace coincide::tests {

using recon::Image;
using recon::Slice;

/// What window, summary picture and reports draw with.
class SliceTest : public QObject {
  Q_OBJECT

  static Image numbered_image() {
    Image image(recon::centred_grid({23, 17, 31}, {1, 2, 3}, {0, 0, 0}), 0);
    std::iota(image.values.begin(), image.values.end(), 1.0F);
    return image;
  }

 private slots:
  /// Axial: x to the right, y down. Coronal: x to the right, z up. Sagittal: y to the right, z up.
  void slices_lie_as_patients_are_read() {
    const Image image = numbered_image();
    const auto value = [](const Slice& slice, std::int64_t row, std::int64_t column) {
      return slice.values[static_cast<std::size_t>(row * slice.columns + column)];
    };
    const Slice axial = slice_of(image, 2, 7);
    QVERIFY(axial.columns == 23 && axial.rows == 17 && axial.values.size() == 23 * 17);
    const Slice coronal = slice_of(image, 1, 5);
    QVERIFY(coronal.columns == 23 && coronal.rows == 31);
    const Slice sagittal = slice_of(image, 0, 3);
    QVERIFY(sagittal.columns == 17 && sagittal.rows == 31);
    for (std::int64_t x = 0; x < 23; ++x) {
      for (std::int64_t y = 0; y < 17; ++y) {
        QCOMPARE(value(axial, y, x), image.at(x, y, 7));
      }
      for (std::int64_t z = 0; z < 31; ++z) {
        QCOMPARE(value(coronal, 30 - z, x), image.at(x, 5, z));
      }
    }
    for (std::int64_t y = 0; y < 17; ++y) {
      for (std::int64_t z = 0; z < 31; ++z) {
        QCOMPARE(value(sagittal, 30 - z, y), image.at(3, y, z));
      }
    }
  }

  void projections_lie_as_slices() {
    Image image = numbered_image();
    image.at(4, 2, 29) = 1e6F;
    QCOMPARE(maximum_along(image, 1).values[(30 - 29) * 23 + 4], 1e6F);
    QCOMPARE(maximum_along(image, 2).values[2 * 23 + 4], 1e6F);
    QCOMPARE(maximum_along(image, 0).values[(30 - 29) * 17 + 2], 1e6F);
    QCOMPARE(maximum_along(image, 0).values.back(), image.at(22, 16, 0));
  }

  void slices_outside_are_refused() {
    const Image image = numbered_image();
    QVERIFY_THROWS_EXCEPTION(InputError, slice_of(image, 0, 23));
    QVERIFY_THROWS_EXCEPTION(InputError, slice_of(image, 1, -1));
    QVERIFY_THROWS_EXCEPTION(InputError, slice_of(image, 3, 0));
    QVERIFY_THROWS_EXCEPTION(InputError, slice_of(Image(), 2, 0));
    QVERIFY_THROWS_EXCEPTION(InputError, maximum_along(Image(), 2));
  }
};

COINCIDE_TEST_CLASS(SliceTest)

}  // namespace coincide::tests

#include "slice_test.moc"
