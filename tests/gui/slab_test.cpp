// Slabs and mosaics: what is shown equals what plain loops over the voxels find.

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "gui/image_support.h"
#include "gui/model/mosaic.h"
#include "gui/model/shown_slice.h"
#include "gui/model/window_presets.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test
using coincide::tests::random_image;

namespace {

/// Along `axis` at a place of the slice, the voxels `from` to `to`.
std::vector<double> column_of(const recon::Image& image, int axis, std::int64_t from, std::int64_t to,
                              const recon::Slice& slice, std::int64_t row, std::int64_t column) {
  const recon::SliceAxes axes = recon::slice_axes(axis);
  std::array<std::int64_t, 3> voxel{};
  voxel[static_cast<std::size_t>(axes.right)] = column;
  voxel[static_cast<std::size_t>(axes.vertical)] = axes.down ? row : slice.rows - 1 - row;
  std::vector<double> values;
  for (voxel[static_cast<std::size_t>(axis)] = from; voxel[static_cast<std::size_t>(axis)] <= to;
       ++voxel[static_cast<std::size_t>(axis)]) {
    values.push_back(image.at(voxel[0], voxel[1], voxel[2]));
  }
  return values;
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

class SlabTest : public QObject {
  Q_OBJECT

 private slots:
  /// 2 x 3 x 1.5 mm voxels: 12 mm reach 3, 2 and 4 slices to each side.
  void a_slab_is_what_a_loop_finds() {
    const recon::Image image = random_image();
    ViewState state;
    state.set_image(std::make_shared<const recon::Image>(image));
    const std::array<std::int64_t, 3> reach{3, 2, 4};
    for (const SlabKind kind : {SlabKind::mean, SlabKind::maximum}) {
      state.set_slab({.kind = kind, .thickness_mm = 12});
      for (int axis = 0; axis < 3; ++axis) {
        const std::int64_t last = image.grid.shape[static_cast<std::size_t>(axis)] - 1;
        for (const std::int64_t index : {std::int64_t{0}, std::int64_t{8}, last - 1}) {
          const std::int64_t from = std::max<std::int64_t>(0, index - reach[static_cast<std::size_t>(axis)]);
          const std::int64_t to = std::min(last, index + reach[static_cast<std::size_t>(axis)]);
          const recon::Slice slice = shown_slice(state, axis, SliceContent::image, index);
          for (std::int64_t i = 0; i < slice.rows * slice.columns; ++i) {
            const auto values = column_of(image, axis, from, to, slice, i / slice.columns, i % slice.columns);
            const double wanted = kind == SlabKind::mean ? mean_of(values) : *std::ranges::max_element(values);
            QVERIFY(std::abs(slice.values[static_cast<std::size_t>(i)] - wanted) < 1e-5);
          }
        }
      }
    }
  }

  /// Up to a thickness of three voxels, less a little, it is one slice; from there on three.
  void a_thin_slab_is_one_slice() {
    const recon::ImageGrid grid = random_image().grid;
    for (const auto& [thickness, count] : {std::pair{0.1, 1}, {2.9, 1}, {3.0, 3}, {5.9, 3}, {6.0, 5}, {1e6, 31}}) {
      QCOMPARE(slab_span(grid, 2, 15, {SlabKind::mean, thickness}).count(), std::int64_t{count});
      QCOMPARE(slab_span(grid, 2, 15, {SlabKind::none, thickness}).count(), std::int64_t{1});
    }
    QCOMPARE(slab_text(grid, 2, 15, {SlabKind::maximum, 6}), std::string("maximum of 5 slices, 7.5 mm"));
    QCOMPARE(slab_text(grid, 2, 30, {SlabKind::mean, 6}), std::string("mean of 3 slices, 4.5 mm"));
    QCOMPARE(slab_text(grid, 2, 15, {SlabKind::mean, 1}), std::string());
  }

  void what_is_no_number_does_not_count() {
    const float none = std::numeric_limits<float>::quiet_NaN();
    const std::vector<std::vector<float>> slices{{none, 1, none}, {-4, 3, none}, {-2, none, none}};
    const auto at = [&](std::int64_t i) {
      return recon::Slice{.columns = 3, .rows = 1, .values = slices[static_cast<std::size_t>(i)]};
    };
    const recon::Slice mean = slab_of({0, 2}, SlabKind::mean, at);
    QCOMPARE(mean.values[0], -3.F);
    QCOMPARE(mean.values[1], 2.F);
    QVERIFY(std::isnan(mean.values[2]));
    const recon::Slice most = slab_of({0, 2}, SlabKind::maximum, at);
    QCOMPARE(most.values[0], -2.F);
    QCOMPARE(most.values[1], 3.F);
    QVERIFY(std::isnan(most.values[2]));
  }

  /// Of two slabs, not the slab of a difference: that is what one sees beside them.
  void a_difference_is_of_slabs() {
    const recon::Image a = random_image();
    recon::Image b = a;
    std::ranges::reverse(b.values);
    ViewState state;
    state.set_image(std::make_shared<const recon::Image>(a));
    state.set_comparison(Comparison{.subject = {.name = "b"},
                                    .other = layer_of("B", std::make_shared<const recon::Image>(b)),
                                    .combination = Combination::difference});
    state.set_slab({.kind = SlabKind::maximum, .thickness_mm = 6});
    const recon::Slice of_a = shown_slice(state, 2, SliceContent::image, 15);
    const recon::Slice of_b = shown_slice(state, 2, SliceContent::other, 15);
    const recon::Slice both = shown_slice(state, 2, SliceContent::combined, 15);
    for (std::size_t i = 0; i < both.values.size(); ++i) {
      const auto at = static_cast<std::int64_t>(i);
      const auto values_b = column_of(b, 2, 13, 17, both, at / both.columns, at % both.columns);
      QVERIFY(std::abs(of_b.values[i] - *std::ranges::max_element(values_b)) < 1e-4);
      QVERIFY(std::abs(both.values[i] - (of_a.values[i] - of_b.values[i])) < 1e-6);
    }
  }

  void a_mosaic_spans_the_image() {
    const recon::ImageGrid grid = random_image().grid;  // 31 axial slices of 1.5 mm
    const Mosaic whole{.axis = 2, .columns = 4, .rows = 2};
    QCOMPARE(mosaic_step(grid, whole), std::int64_t{4});
    const std::vector<std::int64_t> slices = mosaic_slices(grid, whole, 15);
    QCOMPARE(slices, (std::vector<std::int64_t>{1, 5, 9, 13, 17, 21, 25, 29}));
    QCOMPARE(mosaic_slices(grid, whole, 30), slices);
    QCOMPARE(mosaic_place(slices, 20), std::size_t{5});
    QCOMPARE(mosaic_slices(grid, {.axis = 0, .columns = 12, .rows = 12}, 3).size(), std::size_t{23});  // each once
  }

  void a_mosaic_with_a_spacing_has_pages() {
    const recon::ImageGrid grid = random_image().grid;
    const Mosaic mosaic{.axis = 2, .columns = 2, .rows = 2, .spacing_mm = 4.4};  // 3 slices
    QCOMPARE(mosaic_slices(grid, mosaic, 0), (std::vector<std::int64_t>{0, 3, 6, 9}));
    QCOMPARE(mosaic_slices(grid, mosaic, 10), (std::vector<std::int64_t>{0, 3, 6, 9}));
    QCOMPARE(mosaic_slices(grid, mosaic, 11), (std::vector<std::int64_t>{12, 15, 18, 21}));
    QCOMPARE(mosaic_slices(grid, mosaic, 30), (std::vector<std::int64_t>{24, 27, 30}));
    QCOMPARE(mosaic_step(grid, {.axis = 2, .columns = 1, .rows = 1, .spacing_mm = 0.01}), std::int64_t{1});
    QCOMPARE(mosaic_step(grid, {.axis = 2, .columns = 1, .rows = 1, .spacing_mm = 1e9}), std::int64_t{31});
  }

  void presets_suit_the_unit() {
    recon::Image image = random_image();
    const auto names = [&image](const std::string& unit) {
      image.unit = unit;
      std::vector<std::string> all;
      for (const WindowPreset& preset : window_presets(image)) {
        all.push_back(preset.name);
      }
      return all;
    };
    QCOMPARE(names("Bq/mL"), (std::vector<std::string>{"0 to the maximum", "0 to half the maximum",
                                                       "0 to a fifth of the maximum", "minimum to maximum"}));
    QCOMPARE(names("g/mL").size(), std::size_t{8});
    QCOMPARE(names("g/mL")[4], std::string("SUV: 0 to 5 g/mL"));
    QCOMPARE(names("HU").back(), std::string("brain: 0 to 80 HU"));
    const WindowPreset half = window_presets(image)[1];
    QCOMPARE(half.window.low, 0.0);
    QCOMPARE(half.window.high, 0.5 * *std::ranges::max_element(image.values));
    std::ranges::fill(image.values, 3.F);
    QVERIFY(window_presets(image).empty());
  }
};

COINCIDE_TEST_CLASS(SlabTest)
#include "slab_test.moc"
