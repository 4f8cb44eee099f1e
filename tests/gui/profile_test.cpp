// Profiles and their widths against formulas.

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "gui/image_support.h"
#include "gui/model/profile.h"
#include "gui/model/view_state.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test
using coincide::tests::middle;
using coincide::tests::random_image;

namespace {

/// An image of f(x, y, z) at the middles of the voxels.
template <class Function>
recon::Image image_of(const recon::ImageGrid& grid, Function&& f) {
  recon::Image image(grid, 0, "Bq/mL");
  for (std::int64_t i = 0; i < grid.shape[0]; ++i) {
    for (std::int64_t j = 0; j < grid.shape[1]; ++j) {
      for (std::int64_t k = 0; k < grid.shape[2]; ++k) {
        image.at(i, j, k) = static_cast<float>(f(middle(grid, 0, i), middle(grid, 1, j), middle(grid, 2, k)));
      }
    }
  }
  return image;
}

/// A Gaussian of height 1 sampled every `step`.
Chart gaussian(double fwhm, double at, double step, double length) {
  Chart chart{.title = {}, .x_label = {}, .y_label = {}, .style = Chart::Style::line, .series = {{}}};
  constexpr double rounding = 1e-9;
  const auto steps = static_cast<int>(length / step + rounding);
  for (int i = 0; i <= steps; ++i) {
    const double x = i * step;
    chart.series[0].x.push_back(x);
    chart.series[0].y.push_back(std::exp(-4 * std::numbers::ln2 * (x - at) * (x - at) / (fwhm * fwhm)));
  }
  return chart;
}

}  // namespace

class ProfileTest : public QObject {
  Q_OBJECT

 private slots:
  void profile_of_a_linear_image_is_a_line();
  void profile_along_an_axis_meets_the_voxels();
  void profile_leaves_out_what_is_outside();
  void profile_beside_the_image_is_empty();
  void width_of_a_gaussian();
  void width_needs_both_sides();
  void width_counts_from_the_baseline();
  void there_is_no_width_without_a_peak();
  void profile_along_an_axis_has_its_places();
  void width_of_a_point_in_an_image();
  void width_is_that_of_the_highest_peak();
  void profile_line_is_told_to_the_listeners();
};

/// Trilinear interpolation has no error there.
void ProfileTest::profile_of_a_linear_image_is_a_line() {
  const recon::ImageGrid grid = recon::centred_grid({20, 24, 16}, {2, 3, 1.5F}, {5, -7, 11});
  const auto value = [](double x, double y, double z) { return 3 + 0.5 * x - 2 * y + 4 * z; };
  const recon::Image image = image_of(grid, value);
  const ProfileLine line{{-8, -30, 3}, {20, 15, 19}};
  const Chart chart = profile_chart(image, line);
  const auto& [name, x, y, colour] = chart.series.at(0);
  const double length = std::hypot(28, 45, 16);
  QCOMPARE(x.size(), y.size());
  QVERIFY(x.size() > 70);
  QCOMPARE(x.front(), 0.0);
  QVERIFY(x.back() <= length && x.back() > length - 0.75);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double part = x[i] / length;
    QVERIFY(std::abs(y[i] - value(-8 + 28 * part, -30 + 45 * part, 3 + 16 * part)) < 1e-4);
    QVERIFY(i == 0 || (x[i] - x[i - 1] <= 0.75 + 1e-9 && x[i] - x[i - 1] > 0.3));
  }
  QCOMPARE(chart.title, std::string("Profile from -8.0, -30.0, 3.0 to 20.0, 15.0, 19.0 mm"));
  QCOMPARE(profile_chart(image, default_profile(grid, {1, 2, -0.01}, 1)).title,
           std::string("Profile along y at x = 1.0, z = 0.0 mm"));
  QCOMPARE(chart.x_label, std::string("distance (mm)"));
  QCOMPARE(chart.y_label, std::string("value (Bq/mL)"));
  QVERIFY(profile_chart(image, {{1, 2, 3}, {1, 2, 3}}).is_empty());
  QVERIFY(profile_chart(recon::Image(), line).is_empty());
}

void ProfileTest::profile_along_an_axis_meets_the_voxels() {
  const recon::Image image = random_image();  // voxels of 2 x 3 x 1.5 mm
  const std::array<std::int64_t, 3> voxel{4, 9, 22};
  const std::array<double, 3> through{middle(image.grid, 0, 4), middle(image.grid, 1, 9), middle(image.grid, 2, 22)};
  for (int axis = 0; axis < 3; ++axis) {
    const auto along = static_cast<std::size_t>(axis);
    const ProfileLine line = default_profile(image.grid, through, axis);
    const double size = image.grid.voxel_size_mm[along];
    QCOMPARE(voxel_mm_along(image.grid, line), size);
    QVERIFY(std::abs(line.end_mm[along] - line.start_mm[along] - size * static_cast<double>(image.grid.shape[along])) <
            1e-9);
    const Chart::Series series = profile_chart(image, line).series.at(0);
    for (std::int64_t i = 0; i < image.grid.shape[along]; ++i) {
      const double at = middle(image.grid, along, i);
      const auto sample = std::ranges::find_if(series.x, [&](double x) { return std::abs(x - at) < 1e-4; });
      QVERIFY(sample != series.x.end());
      std::array<std::int64_t, 3> here = voxel;
      here[along] = i;
      const double y = series.y[static_cast<std::size_t>(sample - series.x.begin())];
      QVERIFY(std::abs(y - image.at(here[0], here[1], here[2])) < 1e-3);
    }
    QVERIFY(std::abs(series.x.front() - line.start_mm[along]) < 1e-4);
    QVERIFY(std::abs(series.x.back() - line.end_mm[along]) < 1e-4);
  }
}

void ProfileTest::profile_leaves_out_what_is_outside() {
  const recon::Image image(recon::centred_grid({10, 10, 10}, {2, 2, 2}, {0, 0, 0}), 4);
  const Chart::Series series = profile_chart(image, {{-30, 1, 1}, {500, 1, 1}}).series.at(0);
  QCOMPARE(series.x.front(), -10.0);
  QCOMPARE(series.x.back(), 10.0);
  QVERIFY(std::ranges::all_of(series.y, [](double y) { return y == 4; }));
}

void ProfileTest::profile_beside_the_image_is_empty() {
  const recon::Image image(recon::centred_grid({10, 10, 10}, {2, 2, 2}, {0, 0, 0}), 4);
  QVERIFY(profile_chart(image, {{-30, 11, 0}, {30, 11, 0}}).is_empty());
  QVERIFY(profile_chart(image, {{-30, 0, 0}, {-11, 0, 0}}).is_empty());
  QVERIFY(profile_chart(image, {{-30, 0, 0}, {0, 100, 0}}).is_empty());
}

void ProfileTest::width_of_a_gaussian() {
  for (const double at : {20.0, 20.3, 20.5, 20.9}) {
    const auto width = peak_width(gaussian(6, at, 1, 40), 1);
    QVERIFY(width.has_value());
    QVERIFY2(std::abs(width->fwhm_mm / 6 - 1) < 0.01, qPrintable(QString::number(width->fwhm_mm)));
  }
  QVERIFY(std::abs(peak_width(gaussian(6, 20.2, 0.05, 40), 1).value().fwhm_mm / 6 - 1) < 0.005);
}

void ProfileTest::width_needs_both_sides() {
  QVERIFY(!peak_width(gaussian(6, 1, 0.5, 40), 1));
  QVERIFY(!peak_width(gaussian(6, 39, 0.5, 40), 1));
  QVERIFY(!peak_width(gaussian(6, 0, 0.5, 40), 1));
  QVERIFY(!peak_width(Chart{}, 1));
}

/// A constant under the peak changes its baseline, but not its width.
void ProfileTest::width_counts_from_the_baseline() {
  for (const double shift : {3.0, -2.0}) {
    Chart shifted = gaussian(6, 20.3, 0.5, 40);
    std::ranges::transform(shifted.series[0].y, shifted.series[0].y.begin(), [&](double y) { return y + shift; });
    const auto width = peak_width(shifted, 1);
    QVERIFY(width && std::abs(width->fwhm_mm / 6 - 1) < 0.01);
    QVERIFY(std::abs(width->baseline - shift) < 0.01);
  }
}

/// Noise has many that are nearly as high; so do two peaks of one height.
void ProfileTest::there_is_no_width_without_a_peak() {
  std::mt19937 random(1);
  std::exponential_distribution<double> value(1);
  Chart noise = gaussian(6, 20, 0.5, 200);
  std::ranges::generate(noise.series[0].y, [&] { return std::min(3.0, value(random)); });
  QVERIFY(!peak_width(noise, 1));
  Chart two = gaussian(4, 10, 0.25, 60);
  const Chart other = gaussian(4, 40, 0.25, 60);
  std::ranges::transform(two.series[0].y, other.series[0].y, two.series[0].y.begin(), std::plus<>{});
  QVERIFY(!peak_width(two, 0.25));
  Chart flat = gaussian(6, 20, 0.5, 40);
  std::ranges::fill(flat.series[0].y, 7.0);
  QVERIFY(!peak_width(flat, 1));
}

/// The axis is the scanner's, whichever way the line is drawn.
void ProfileTest::profile_along_an_axis_has_its_places() {
  const recon::ImageGrid grid = recon::centred_grid({20, 24, 16}, {2, 3, 1.5F}, {5, -7, 11});
  const recon::Image image = image_of(grid, [](double x, double y, double z) { return x + 100 * y + 1e4 * z; });
  const Chart up = profile_chart(image, {{5, -7, 6}, {5, -7, 16}});
  const Chart down = profile_chart(image, {{5, -7, 16}, {5, -7, 6}});
  QCOMPARE(up.x_label, std::string("z (mm)"));
  for (const Chart* chart : {&up, &down}) {
    const auto& [name, x, y, colour] = chart->series[0];
    QVERIFY(std::ranges::is_sorted(x) && x.front() < 6.8 && x.back() > 15.2);
    for (std::size_t i = 0; i < x.size(); ++i) {
      QVERIFY(std::abs(y[i] - (5 - 700 + 1e4 * x[i])) < 1);
    }
  }
}

/// Along each axis, with the source between the voxels: the samples between the voxels must not change the width.
void ProfileTest::width_of_a_point_in_an_image() {
  const double fwhm = 12;
  const recon::ImageGrid grid = recon::centred_grid({40, 31, 50}, {2, 3, 1.5F}, {0, 0, 0});
  const recon::Image image = image_of(grid, [&](double x, double y, double z) {
    return 1e4 * std::exp(-4 * std::numbers::ln2 * (x * x + (y - 1) * (y - 1) + (z - 0.4) * (z - 0.4)) / (fwhm * fwhm));
  });
  for (int axis = 0; axis < 3; ++axis) {
    const ProfileLine line = default_profile(grid, {1, 0, 0.75}, axis);  // through the middles of voxels
    const double voxel = voxel_mm_along(grid, line);
    Chart voxels{.title = {}, .x_label = {}, .y_label = {}, .style = Chart::Style::line, .series = {{}}};
    for (std::int64_t i = 0; i < grid.shape[static_cast<std::size_t>(axis)]; ++i) {
      std::array<std::int64_t, 3> here{20, 15, 25};
      here[static_cast<std::size_t>(axis)] = i;
      voxels.series[0].x.push_back(static_cast<double>(i) * voxel);
      voxels.series[0].y.push_back(image.at(here[0], here[1], here[2]));
    }
    const auto width = peak_width(profile_chart(image, line), voxel);
    QVERIFY(width.has_value());
    QVERIFY(std::abs(width->fwhm_mm - peak_width(voxels, voxel).value().fwhm_mm) < 1e-4);
    QVERIFY2(std::abs(width->fwhm_mm / fwhm - 1) < 0.02, qPrintable(QString("%1: %2").arg(axis).arg(width->fwhm_mm)));
  }
}

void ProfileTest::width_is_that_of_the_highest_peak() {
  Chart chart = gaussian(4, 10, 0.25, 60);
  const Chart other = gaussian(9, 40, 0.25, 60);
  for (std::size_t i = 0; i < chart.series[0].y.size(); ++i) {
    chart.series[0].y[i] += 1.5 * other.series[0].y[i];
  }
  QVERIFY(std::abs(peak_width(chart, 0.25).value().fwhm_mm / 9 - 1) < 0.005);
}

void ProfileTest::profile_line_is_told_to_the_listeners() {
  ViewState state;
  int calls = 0;
  const Subscription follows = state.listen([&] { ++calls; });
  QVERIFY(!state.profile_line());
  const ProfileLine line{{1, 2, 3}, {4, 5, 6}};
  state.set_profile_line(line);
  QCOMPARE(calls, 1);
  QVERIFY(state.profile_line() == line);
  state.set_profile_line({});
  QVERIFY(!state.profile_line());
}

COINCIDE_TEST_CLASS(ProfileTest)

#include "profile_test.moc"
