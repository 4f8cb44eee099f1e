// Voxels that hold no finite number: seen in the slices, told of, and left out of everything that is computed.

#include <QLabel>
#include <QTableWidget>
#include <QtTest>
#include <cmath>
#include <limits>

#include "gui/model/colour_maps.h"
#include "gui/model/histogram.h"
#include "gui/model/no_numbers.h"
#include "gui/model/shown_slice.h"
#include "gui/model/volume.h"
#include "gui/panels/roi_table.h"
#include "gui/view_support.h"
#include "gui/viewer/qt_colours.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;         // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;    // NOLINT(google-build-using-namespace): a test
using namespace coincide::tests;  // NOLINT(google-build-using-namespace): a test

namespace {

constexpr float not_finite = std::numeric_limits<float>::quiet_NaN();
constexpr float infinite = std::numeric_limits<float>::infinity();

/// The bright image on a ground of 10, with one voxel of each kind in its axial slice, and one of 1e6.
std::shared_ptr<const recon::Image> spoilt_image() {
  recon::Image image = *bright_image();
  for (float& value : image.values) {
    value = std::max(value, 10.F);
  }
  image.at(5, 5, 8) = not_finite;
  image.at(8, 5, 8) = infinite;
  image.at(11, 5, 8) = -infinite;
  image.at(14, 12, 8) = 1e6F;
  return std::make_shared<const recon::Image>(std::move(image));
}

bool is_magenta(const QColor& colour) { return colour.red() > 180 && colour.green() < 60 && colour.blue() > 180; }

}  // namespace

class NoNumbersTest : public QObject, ShownImage {
  Q_OBJECT

  QColor colour_at(std::int64_t x, std::int64_t y) const {
    return slice("axial")->grab().toImage().pixelColor(axial_place(x, y));
  }

 private slots:
  void init() {
    open();
    state_->set_image(spoilt_image());
    QTRY_VERIFY_WITH_TIMEOUT(is_magenta(colour_at(5, 5)), patience_ms);
  }
  void cleanup() { close(); }

  void no_map_has_their_colour() {
    for (const ColourMap& map : colour_maps()) {
      double least = 3;
      for (int i = 0; i <= 1000; ++i) {
        const auto rgb = map.colour(i / 1000.0);
        least = std::min(least,
                         std::hypot(rgb[0] - no_number_rgb[0], rgb[1] - no_number_rgb[1], rgb[2] - no_number_rgb[2]));
      }
      QVERIFY2(least > 0.4, qPrintable(QString("%1: %2").arg(map.name.c_str()).arg(least)));
    }
  }

  void slices_show_them_and_all_else_as_it_is() {
    QVERIFY(is_magenta(colour_at(8, 5)) && is_magenta(colour_at(11, 5)));
    QCOMPARE(colour_at(14, 12), QColor(Qt::white));  // above the window: the last colour
    QVERIFY(colour_at(bright[0], bright[1]).lightness() > 250);
    QVERIFY(colour_at(3, 12).lightness() > 10 && colour_at(3, 12).lightness() < 60);
    state_->auto_window();
    QVERIFY(state_->window_low() == 0 && state_->window_high() >= 10 && std::isfinite(state_->window_high()));
    // Turned, too; beside the image there is nothing, which is no such voxel.
    state_->set_window(0, 100);
    state_->set_cursor({5, 5, 8});
    state_->set_turn(2, {.tilt_degrees = 30, .swivel_degrees = 0});
    QTRY_VERIFY_WITH_TIMEOUT(middle_of(slice("axial"), is_magenta).has_value(), patience_ms);
    const QImage picture = slice("axial")->grab().toImage();
    QVERIFY(!is_magenta(picture.pixelColor(3, picture.height() - 3)));
  }

  /// A slab has those only where it has nothing else, and a projection none.
  void slabs_and_projections_leave_them_out() {
    state_->set_slab({.kind = SlabKind::maximum, .thickness_mm = 12});
    QTRY_VERIFY_WITH_TIMEOUT(!is_magenta(colour_at(5, 5)), patience_ms);
    for (const SlabKind kind : {SlabKind::maximum, SlabKind::mean}) {
      state_->set_slab({.kind = kind, .thickness_mm = 12});
      const recon::Slice slab = shown_slice(*state_, 2, SliceContent::image, 8);
      for (const int x : {5, 8, 11}) {
        QCOMPARE(slab.values[static_cast<std::size_t>(5 * slab.columns + x)], 10.F);
      }
    }
    for (const int axis : {0, 1, 2}) {
      const recon::Slice most = recon::maximum_along(*state_->image(), axis);
      QVERIFY(std::ranges::all_of(most.values, [](float value) { return std::isfinite(value) && value >= 10; }));
    }
    const Volume volume = make_volume(*state_->image(), 1'000'000);
    QCOMPARE(*std::ranges::max_element(volume.values), 1e6F);
    recon::Image empty(state_->image()->grid, not_finite);
    QVERIFY(std::isnan(recon::maximum_along(empty, 2).values[0]));
    QCOMPARE(make_volume(empty, 1'000'000).values[0], std::numeric_limits<float>::lowest());
  }

  void comparisons_know_them_from_nothing() {
    recon::Image b(recon::centred_grid({12, 18, 12}, {2, 3, 4}, {-2, -20, 30}), 4, "Bq/mL");  // half as wide: x to 11
    state_->set_comparison(Comparison{.subject = {}, .other = layer_of("B", std::make_shared<const recon::Image>(b))});
    const recon::Slice difference = shown_slice(*state_, 2, SliceContent::combined, 8);
    const auto at = [&](int x, int y) {
      return difference.values[static_cast<std::size_t>(y * difference.columns + x)];
    };
    QCOMPARE(at(3, 5), 6.F);
    QCOMPARE(at(5, 5), no_number);
    QVERIFY(std::isnan(at(20, 5)));
    Comparison ratio = *state_->comparison();
    ratio.combination = Combination::ratio;
    state_->set_comparison(ratio);
    QCOMPARE(shown_slice(*state_, 2, SliceContent::combined, 8).values[static_cast<std::size_t>(5 * 24 + 8)],
             no_number);
    QVERIFY(values_text(*state_, {.mm = state_->middle_mm({5, 5, 8}), .axis = 2}).ends_with("A no number · B 4"));
    QVERIFY(values_text(*state_, {.mm = state_->middle_mm({20, 2, 8}), .axis = 2}).ends_with("A 10 · B nothing"));
    state_->set_comparison({});
    QVERIFY(values_text(*state_, state_->middle_mm({11, 5, 8})).ends_with(" · no number"));
  }

  /// Figures are those of the other voxels, and say how many were left out.
  void figures_leave_them_out_and_say_so() {
    const Roi row{
        .name = "row", .shape = RoiShape::box, .centre_mm = state_->middle_mm({8, 5, 8}), .half_size_mm = {7, 1, 1}};
    RoiFigures found = measure(row, *state_->image());  // x = 5 ... 11
    QVERIFY(found.voxels == 4 && found.no_numbers == 3);
    QVERIFY(found.mean == 10 && found.standard_deviation == 0 && found.least == 10 && found.most == 10);
    QVERIFY(std::abs(found.volume_ml - 4 * 0.024) < 1e-6);
    Roi hot = row;
    hot.shape = RoiShape::threshold;
    hot.threshold_percent = 50;
    found = measure(hot, *state_->image());
    QVERIFY(found.voxels == 4 && found.no_numbers == 3 && found.most == 10);
    Roi peak = row;
    peak.shape = RoiShape::peak;
    peak.half_size_mm = {12, 6, 6};
    QVERIFY(std::isfinite(measure(peak, *state_->image()).mean));
    const recon::Image none(state_->image()->grid, not_finite);
    found = measure(row, none);
    QVERIFY(found.voxels == 0 && found.no_numbers == 7);
    QVERIFY(roi_csv({row}, *state_->image(), "image").ends_with(",Bq/mL,3\n"));

    RoiTable table(*state_);
    state_->set_rois({row});
    auto* cells = table.findChild<QTableWidget*>();
    const auto says = [&] {
      return std::ranges::any_of(table.findChildren<QLabel*>(), [](const QLabel* label) {
        return label->text().startsWith("Left out: 3 voxels that are no numbers in row. ");
      });
    };
    QTRY_VERIFY_WITH_TIMEOUT(says() && cells->rowCount() == 1, patience_ms);
    const Chart histogram = histogram_chart(*state_->image(), &row);
    QCOMPARE(histogram.title, std::string("Histogram of row, without 3 voxels that are no numbers"));
  }

  void a_sentence_tells_of_them() {
    const auto* hint = viewer_->findChild<QLabel*>("shown_hint");
    QTRY_VERIFY_WITH_TIMEOUT(hint->isVisible() && hint->text().startsWith("3 of 5184 voxels hold no finite number"),
                             patience_ms);
    state_->set_image(bright_image());
    QTRY_VERIFY_WITH_TIMEOUT(!hint->isVisible(), patience_ms);
    QCOMPARE(no_numbers_text(1), std::string("1 voxel that is no number"));
  }
};

COINCIDE_TEST_CLASS(NoNumbersTest)
#include "no_numbers_test.moc"
