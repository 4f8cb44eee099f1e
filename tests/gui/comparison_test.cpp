// Values of a comparison against the arrays of both images.

#include <QtTest>
#include <cmath>

#include "gui/image_support.h"
#include "gui/model/comparison.h"
#include "gui/model/profile.h"
#include "gui/model/values_at.h"
#include "gui/model/view_state.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test
using coincide::tests::random_image;

namespace {

/// On the grid of random_image(), other values.
recon::Image other_image() {
  recon::Image image = random_image();
  for (std::size_t i = 0; i < image.values.size(); ++i) {
    image.values[i] = static_cast<float>(3 + 2 * std::sin(0.7 * static_cast<double>(i)));
  }
  return image;
}

Comparison with(const recon::Image& b, Combination combination) {
  return {.subject = {.name = "b"},
          .other = layer_of("B", std::make_shared<const recon::Image>(b)),
          .combination = combination};
}

/// Calls check(values A, B, of the slice) at each voxel of a slice of each direction, as a plain loop finds it.
template <class Check>
void at_all_voxels(const Comparison& comparison, const recon::Image& a, const recon::Image& b, Check&& check) {
  for (int axis = 0; axis < 3; ++axis) {
    const std::int64_t index = 5 + axis;
    const recon::Slice slice =
        combined_slice(comparison, recon::slice_of(a, axis, index), other_slice(comparison, a.grid, axis, index));
    const recon::SliceAxes axes = recon::slice_axes(axis);
    for (std::int64_t row = 0; row < slice.rows; ++row) {
      for (std::int64_t column = 0; column < slice.columns; ++column) {
        std::array<std::int64_t, 3> voxel{};
        voxel[static_cast<std::size_t>(axis)] = index;
        voxel[static_cast<std::size_t>(axes.right)] = column;
        voxel[static_cast<std::size_t>(axes.vertical)] = axes.down ? row : slice.rows - 1 - row;
        const auto [i, j, k] = voxel;
        check(a.at(i, j, k), b.at(i, j, k), slice.values[static_cast<std::size_t>(row * slice.columns + column)]);
      }
    }
  }
}

}  // namespace

class ComparisonTest : public QObject {
  Q_OBJECT

 private slots:
  void difference_is_that_of_the_arrays() {
    const recon::Image a = random_image(), b = other_image();
    at_all_voxels(with(b, Combination::difference), a, b,
                  [](float of_a, float of_b, float value) { QVERIFY(std::abs(value - (of_a - of_b)) < 1e-5F); });
  }

  void ratio_is_that_of_the_arrays() {
    const recon::Image a = random_image();
    recon::Image b = other_image();
    b.at(5, 6, 7) = 0;
    int nothing = 0;
    at_all_voxels(with(b, Combination::ratio), a, b, [&](float of_a, float of_b, float value) {
      nothing += std::isnan(value) ? 1 : 0;
      QVERIFY(of_b == 0 ? std::isnan(value) : std::abs(value - of_a / of_b) < 1e-4F);
    });
    QCOMPARE(nothing, 3);  // the voxel lies in all three slices
  }

  void blend_and_turns_are_of_both() {
    const recon::Image a = random_image(), b = other_image();
    Comparison blend = with(b, Combination::blend);
    blend.part_of_b = 0.25;
    at_all_voxels(blend, a, b, [](float of_a, float of_b, float value) {
      QVERIFY(std::abs(value - (0.75F * of_a + 0.25F * of_b)) < 1e-5F);
    });
    int from_a = 0, from_b = 0;
    at_all_voxels(with(b, Combination::checkerboard), a, b, [&](float of_a, float of_b, float value) {
      QVERIFY(value == of_a || std::abs(value - of_b) < 1e-5F);
      ++(value == of_a ? from_a : from_b);
    });
    QVERIFY(std::abs(static_cast<double>(from_a) / from_b - 1) < 0.2);
  }

  /// B = 2 x + 3 y - z on its own grid is that between its voxels, too, and nothing beside it.
  void another_grid_is_interpolated() {
    recon::Image b(recon::centred_grid({21, 9, 13}, {1.5F, 4, 2}, {5, -7, 11}), 0, "Bq/mL");
    for (std::int64_t i = 0; i < 21; ++i) {
      for (std::int64_t j = 0; j < 9; ++j) {
        for (std::int64_t k = 0; k < 13; ++k) {
          b.at(i, j, k) = static_cast<float>(2 * tests::middle(b.grid, 0, i) + 3 * tests::middle(b.grid, 1, j) -
                                             tests::middle(b.grid, 2, k));
        }
      }
    }
    const recon::Image a = random_image();
    const Comparison comparison = with(b, Combination::difference);
    const recon::Slice slice = other_slice(comparison, a.grid, 2, 15);
    const double z = tests::middle(a.grid, 2, 15);
    int inside = 0;
    for (std::int64_t j = 0; j < slice.rows; ++j) {
      for (std::int64_t i = 0; i < slice.columns; ++i) {
        const double x = tests::middle(a.grid, 0, i), y = tests::middle(a.grid, 1, j);
        const float value = slice.values[static_cast<std::size_t>(j * slice.columns + i)];
        if (std::abs(x - 5) < 15 && std::abs(y + 7) < 16) {  // between the outermost middles
          QVERIFY(std::abs(value - (2 * x + 3 * y - z)) < 1e-3);
          ++inside;
        } else if (std::abs(x - 5) > 15.75) {
          QVERIFY(std::isnan(value));
        }
      }
    }
    QVERIFY(inside > 50);
  }

  /// As far as the differences go, alike on both sides; none of two images that are the same.
  void scale_of_a_difference_is_around_zero() {
    const recon::Image a = random_image();
    const ColourScale of_a{.colour_map = "grey", .window = {.low = 0, .high = 9}, .unit = "Bq/mL"};
    recon::Image b = a;
    std::ranges::transform(b.values, b.values.begin(), [](float value) { return value + 2; });
    const ColourScale scale = combined_scale(with(b, Combination::difference), a, of_a);
    QVERIFY(std::abs(scale.window.high - 2) < 1e-5 && scale.window.low == -scale.window.high);
    QCOMPARE(scale.unit, std::string("Bq/mL"));
    QCOMPARE(combined_scale(with(a, Combination::difference), a, of_a).window.high, 1.0);
    QCOMPARE(combined_scale(with(b, Combination::blend), a, of_a).colour_map, std::string("grey"));
    b.unit = "1/cm";
    QCOMPARE(combined_scale(with(b, Combination::difference), a, of_a).unit, std::string());
  }

  void line_has_both_values_and_their_difference() {
    ViewState state;
    recon::Image a = random_image(), b = a;
    a.at(3, 4, 5) = 7.5F;
    b.at(3, 4, 5) = 5.25F;
    state.set_image(std::make_shared<const recon::Image>(a));
    state.set_comparison(with(b, Combination::difference));
    state.set_cursor({3, 4, 5});
    const std::string text = values_text(state, state.cursor_mm());
    QVERIFY2(text.ends_with(" · A 7.5 · B 5.25 · A - B 2.25 Bq/mL"), text.c_str());
  }

  /// Along an axis and along a slanting line, B at the places of A.
  void profile_of_the_other_is_at_the_same_places() {
    const recon::Image a = random_image(), b = other_image();
    const Layer layer = layer_of("B", std::make_shared<const recon::Image>(b));
    const ProfileLine slanting{.start_mm = {-10, -12, 0}, .end_mm = {15, 2, 20}};
    for (const ProfileLine& line : {default_profile(a.grid, {5, -7, 11}, 1), slanting}) {
      const Chart profile = profile_chart(a, line);
      const Chart expected = profile_chart(b, line);
      const Chart::Series found = profile_of_other(layer, profile, line, "Bq/mL");
      QCOMPARE(found.name, std::string("B"));
      QCOMPARE(found.x, expected.series[0].x);
      for (std::size_t i = 0; i < found.y.size(); ++i) {
        QVERIFY(std::abs(found.y[i] - expected.series[0].y[i]) < 1e-5);
      }
    }
    QCOMPARE(profile_of_other(layer, profile_chart(a, slanting), slanting, "1").name, std::string("B, value (Bq/mL)"));
  }
};

COINCIDE_TEST_CLASS(ComparisonTest)
#include "comparison_test.moc"
