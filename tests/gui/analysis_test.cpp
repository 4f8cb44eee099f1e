// Charts, slices, outlines and histograms against plain loops and formulas.

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <numeric>
#include <random>

#include "gui/image_support.h"
#include "gui/model/chart.h"
#include "gui/model/histogram.h"
#include "gui/model/roi.h"
#include "projectors/error.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test
using coincide::tests::middle;
using coincide::tests::random_image;

namespace {

/// The voxel of a slice at a column and a row, written out for each of the three directions.
std::array<std::int64_t, 3> voxel_at(int axis, std::int64_t index, std::int64_t column, std::int64_t row) {
  switch (axis) {
    case 0:
      return {index, column, row};
    case 1:
      return {column, index, row};
    default:
      return {column, row, index};
  }
}

bool belongs(const Roi& roi, const recon::Image& image, const std::array<std::int64_t, 3>& voxel) {
  const auto& [i, j, k] = voxel;
  const auto& grid = image.grid;
  return contains(roi, {middle(grid, 0, i), middle(grid, 1, j), middle(grid, 2, k)}, image.at(i, j, k));
}

/// The edges of the pixels, each as (true: horizontal, line, pixel along the line), that the segments cover, and how
/// often. Fails where a segment is no row of edges.
using Edges = std::map<std::tuple<bool, std::int64_t, std::int64_t>, int>;

Edges edges_of(const std::vector<OutlineSegment>& segments, const recon::ImageGrid& grid, std::size_t across,
               std::size_t up) {
  const auto line = [&](std::size_t axis, double mm) {
    const double at = (mm - grid.origin_mm[axis]) / grid.voxel_size_mm[axis] + 0.5;
    return std::abs(at - std::round(at)) < 1e-4 ? std::llround(at) : std::numeric_limits<std::int64_t>::min();
  };
  Edges edges;
  for (const auto& [from, to] : segments) {
    const bool is_horizontal = from[1] == to[1];
    const std::size_t along = is_horizontal ? across : up;
    const std::size_t other = is_horizontal ? up : across;
    const std::size_t part = is_horizontal ? 0 : 1;
    for (auto pixel = line(along, from[part]); pixel < line(along, to[part]); ++pixel) {
      ++edges[{is_horizontal, line(other, from[1 - part]), pixel}];
    }
  }
  return edges;
}

}  // namespace

class AnalysisTest : public QObject {
  Q_OBJECT

 private slots:
  void csv_of_one_line();
  void csv_of_lines_with_one_x();
  void csv_of_lines_with_their_own_x();
  void csv_of_steps();
  void outlines_surround_the_region_data();
  void outlines_surround_the_region();
  void outline_of_a_box_is_four_lines();
  void measuring_keeps_its_digits();
  void measuring_stops();
  void runs_are_the_region();
  void histogram_counts_each_voxel_once();
  void histogram_of_a_region();
  void histogram_of_a_uniform_image();
  void histogram_leaves_out_what_is_no_number();
  void histogram_of_many_voxels_is_sampled();
};

void AnalysisTest::csv_of_one_line() {
  Chart chart{
      .title = "T", .x_label = "time (s)", .y_label = "rate, \"true\"", .series = {{"a", {0, 1.5}, {2, 1.0 / 3}}}};
  QCOMPARE(chart_csv(chart), std::string("time (s),\"rate, \"\"true\"\"\"\n0,2\n1.5,0.3333333333\n"));
  QVERIFY(!chart.is_empty());
  chart.series[0] = {};
  QVERIFY(chart.is_empty());
  QVERIFY(Chart{}.is_empty());
}

void AnalysisTest::csv_of_lines_with_one_x() {
  const Chart chart{.title = "T",
                    .x_label = "time (s)",
                    .y_label = "counts/s",
                    .series = {{"prompts", {0, 1}, {1234567890, 6}}, {"delayed,\nall", {0, 1}, {7, 8}}}};
  QCOMPARE(chart_csv(chart),
           std::string("time (s),prompts: counts/s,\"delayed,\nall: counts/s\"\n0,1234567890,7\n1,6,8\n"));
}

void AnalysisTest::csv_of_lines_with_their_own_x() {
  const Chart chart{
      .title = "T", .x_label = "x", .y_label = "y", .series = {{"a", {0, 1}, {5, 6}}, {"b", {0, 2, 4}, {7, 8, 9}}}};
  QCOMPARE(chart_csv(chart), std::string("series,x,y\na,0,5\na,1,6\nb,0,7\nb,2,8\nb,4,9\n"));
}

void AnalysisTest::csv_of_steps() {
  const Chart chart{.title = "T",
                    .x_label = "value",
                    .y_label = "voxels",
                    .style = Chart::Style::steps,
                    .series = {{"a", {0, 0.5, 1}, {3, 4, 0}}}};
  QCOMPARE(chart_csv(chart), std::string("bin begin: value,bin end: value,voxels\n0,0.5,3\n0.5,1,4\n"));
}

void AnalysisTest::outlines_surround_the_region_data() {
  QTest::addColumn<Roi>("roi");
  QTest::newRow("sphere") << Roi{"", RoiShape::sphere, {6, -5, 10}, {8.3, 0, 0}, 0};
  QTest::newRow("sphere over the border") << Roi{"", RoiShape::sphere, {-15, -5, 30}, {12, 0, 0}, 0};
  QTest::newRow("box") << Roi{"", RoiShape::box, {6, -5, 10}, {4.1, 9.2, 2.9}, 0};
  QTest::newRow("larger than the image") << Roi{"", RoiShape::box, {0, 0, 0}, {1e30, 1e30, 1e30}, 0};
  QTest::newRow("threshold") << Roi{"", RoiShape::threshold, {6, -5, 10}, {9, 12, 7}, 6.5};
  QTest::newRow("threshold, all") << Roi{"", RoiShape::threshold, {6, -5, 10}, {9, 12, 7}, -5};
  QTest::newRow("threshold, none") << Roi{"", RoiShape::threshold, {6, -5, 10}, {9, 12, 7}, 50};
  QTest::newRow("outside") << Roi{"", RoiShape::sphere, {500, 0, 0}, {9, 0, 0}, 0};
}

/// Each edge between a pixel that belongs and one that does not is covered once, and nothing else is.
void AnalysisTest::outlines_surround_the_region() {
  QFETCH(Roi, roi);
  const recon::Image image = random_image();
  for (int axis = 0; axis < 3; ++axis) {
    const auto across = static_cast<std::size_t>(axis == 0 ? 1 : 0);
    const auto up = static_cast<std::size_t>(axis == 2 ? 1 : 2);
    const std::int64_t columns = image.grid.shape[across];
    const std::int64_t rows = image.grid.shape[up];
    for (std::int64_t index = 0; index < image.grid.shape[static_cast<std::size_t>(axis)]; ++index) {
      const auto inside = [&](std::int64_t column, std::int64_t row) {
        return column >= 0 && row >= 0 && column < columns && row < rows &&
               belongs(roi, image, voxel_at(axis, index, column, row));
      };
      Edges expected;
      for (std::int64_t column = 0; column <= columns; ++column) {
        for (std::int64_t row = 0; row <= rows; ++row) {
          if (inside(column, row) != inside(column, row - 1)) {
            expected[{true, row, column}] = 1;
          }
          if (inside(column, row) != inside(column - 1, row)) {
            expected[{false, column, row}] = 1;
          }
        }
      }
      QVERIFY(edges_of(roi_outline(roi, image, axis, index), image.grid, across, up) == expected);
    }
  }
}

void AnalysisTest::outline_of_a_box_is_four_lines() {
  const recon::Image image(recon::centred_grid({11, 11, 11}, {2, 3, 4}, {0, 0, 0}), 1);
  const Roi box{"", RoiShape::box, {2, 3, 4}, {4.5, 7, 9}, 0};
  const auto segments = roi_outline(box, image, 2, 6);  // z = 4; voxels at x = -2 ... 6, y = -3 ... 9
  QCOMPARE(segments.size(), std::size_t{4});
  const auto has = [&](const OutlineSegment& segment) {
    return std::ranges::find(segments, segment) != segments.end();
  };
  QVERIFY(has({{{-3, -4.5}, {7, -4.5}}}));
  QVERIFY(has({{{-3, 10.5}, {7, 10.5}}}));
  QVERIFY(has({{{-3, -4.5}, {-3, 10.5}}}));
  QVERIFY(has({{{7, -4.5}, {7, 10.5}}}));
  QVERIFY(roi_outline(box, image, 2, 2).empty());
  QVERIFY(roi_outline(box, recon::Image(), 2, 2).empty());
}

/// 2^20 + 0, 1, 0, 1 ... has a deviation of 0.5: squares of the values themselves would need 40 bits more.
void AnalysisTest::measuring_keeps_its_digits() {
  recon::Image image(recon::centred_grid({40, 40, 40}, {1, 1, 1}, {0, 0, 0}), 0);
  for (std::size_t i = 0; i < image.values.size(); ++i) {
    image.values[i] = 1048576.F + static_cast<float>(i % 2);
  }
  image.values.front() = 0;  // and one that is far from all the others
  const RoiFigures figures = measure({"", RoiShape::box, {0, 0, 0}, {50, 50, 50}, 0}, image);
  QCOMPARE(figures.voxels, std::int64_t{64000});
  const double count = 64000;
  const double mean = (63999 * 1048576.0 + 32000) / count;
  double squares = mean * mean;
  for (const int odd : {0, 1}) {
    squares += (odd == 0 ? 31999 : 32000) * std::pow(1048576.0 + odd - mean, 2);
  }
  QVERIFY(std::abs(figures.mean / mean - 1) < 1e-14);
  QVERIFY(std::abs(figures.standard_deviation / std::sqrt(squares / (count - 1)) - 1) < 1e-12);

  image.values.front() = 1048576.F;
  const RoiFigures even = measure({"", RoiShape::box, {0, 0, 0}, {50, 50, 50}, 0}, image);
  QVERIFY(std::abs(even.standard_deviation / (0.5 * std::sqrt(count / (count - 1))) - 1) < 1e-9);
}

void AnalysisTest::measuring_stops() {
  const recon::Image image = random_image();
  const Roi all{"", RoiShape::box, {0, 0, 0}, {500, 500, 500}, 0};
  int asked = 0;
  const RoiFigures figures = measure(all, image, [&] { return ++asked == 3; });
  QCOMPARE(figures.voxels, std::int64_t{0});
  QCOMPARE(asked, 3);
  QCOMPARE(measure(all, image, [] { return false; }).voxels, image.grid.num_voxels());
}

void AnalysisTest::runs_are_the_region() {
  const recon::Image image = random_image();
  for (const Roi& roi : {Roi{"", RoiShape::sphere, {6, -5, 10}, {15, 0, 0}, 0},
                         Roi{"", RoiShape::sphere, {5, -7, 11}, {6, 0, 0}, 0},  // touches middles of voxels
                         Roi{"", RoiShape::box, {6, -5, 10}, {4.1, 9.2, 2.9}, 0},
                         Roi{"", RoiShape::sphere, {-30, -40, 40}, {25, 0, 0}, 0}}) {
    std::vector<int> found(image.values.size());
    std::vector<int> expected(image.values.size());
    for (std::int64_t i = 0; i < image.grid.shape[0]; ++i) {
      for (const VoxelRun& run : runs_in_plane(roi, image.grid, i)) {
        for (std::int64_t k = 0; k < run.count; ++k) {
          ++found.at(static_cast<std::size_t>(run.first + k));
        }
      }
      for (std::int64_t j = 0; j < image.grid.shape[1]; ++j) {
        for (std::int64_t k = 0; k < image.grid.shape[2]; ++k) {
          expected[static_cast<std::size_t>((i * image.grid.shape[1] + j) * image.grid.shape[2] + k)] =
              belongs(roi, image, {i, j, k});
        }
      }
    }
    QVERIFY(found == expected);
    QVERIFY(std::accumulate(found.begin(), found.end(), 0) > 0);
  }
}

void AnalysisTest::histogram_counts_each_voxel_once() {
  const recon::Image image = random_image();
  const Chart chart = histogram_chart(image, nullptr, 40);
  QVERIFY(chart.style == Chart::Style::steps);
  const auto& [name, x, y, colour] = chart.series.at(0);
  QCOMPARE(x.size(), std::size_t{41});
  QCOMPARE(y.size(), x.size());
  const auto [least, most] = std::ranges::minmax(image.values);
  QCOMPARE(x.front(), double{least});
  QCOMPARE(x.back(), double{most});
  for (std::size_t bin = 0; bin < 40; ++bin) {
    const bool is_last = bin == 39;
    const auto in_bin = std::ranges::count_if(image.values, [low = x[bin], high = x[bin + 1], is_last](float value) {
      return value >= low && (value < high || is_last);
    });
    QVERIFY(std::abs(y[bin] - static_cast<double>(in_bin)) <= 1);  // one on a border may be rounded to either side
  }
  QCOMPARE(std::accumulate(y.begin(), y.end(), 0.0), static_cast<double>(image.values.size()));
  QCOMPARE(chart.title, std::string("Histogram of the whole image"));
  QCOMPARE(chart.x_label, std::string("value (Bq/mL)"));
  QVERIFY_EXCEPTION_THROWN(histogram_chart(image, nullptr, 0), InputError);
}

void AnalysisTest::histogram_of_a_region() {
  const recon::Image image = random_image();
  for (const Roi& roi : {Roi{"Ball", RoiShape::sphere, {6, -5, 10}, {8.3, 0, 0}, 0},
                         Roi{"Hot", RoiShape::threshold, {6, -5, 10}, {9, 12, 7}, 6.5}}) {
    const Chart chart = histogram_chart(image, &roi);
    const RoiFigures figures = measure(roi, image);
    const auto& [name, x, y, colour] = chart.series.at(0);
    QCOMPARE(std::accumulate(y.begin(), y.end(), 0.0), static_cast<double>(figures.voxels));
    QCOMPARE(x.front(), figures.least);
    QCOMPARE(x.back(), figures.most);
    QCOMPARE(chart.title, "Histogram of " + roi.name);
  }
  const Roi outside{"", RoiShape::box, {500, 0, 0}, {9, 9, 9}, 0};
  QVERIFY(histogram_chart(image, &outside).is_empty());
  QVERIFY(histogram_chart(recon::Image(), nullptr).is_empty());
}

void AnalysisTest::histogram_of_a_uniform_image() {
  for (const float value : {0.F, 3.F, -3.F}) {
    const recon::Image image(recon::centred_grid({4, 5, 6}, {1, 1, 1}, {0, 0, 0}), value);
    const Chart::Series series = histogram_chart(image, nullptr, 9).series.at(0);
    QCOMPARE(series.y[4], 120.0);
    QVERIFY(series.x[4] < value && series.x[5] > value);
  }
}

void AnalysisTest::histogram_leaves_out_what_is_no_number() {
  recon::Image image(recon::centred_grid({4, 5, 6}, {1, 1, 1}, {0, 0, 0}), 1);
  image.values[7] = std::numeric_limits<float>::quiet_NaN();
  image.values[8] = std::numeric_limits<float>::infinity();
  image.values[9] = 2;
  const Chart::Series series = histogram_chart(image, nullptr, 10).series.at(0);
  QCOMPARE(series.y.front(), 117.0);
  QCOMPARE(series.y[9], 1.0);
  QCOMPARE(series.x.back(), 2.0);

  // Beside another image: bins over the values of both.
  const recon::Image other(image.grid, 5);
  const Chart both = histogram_chart(image, nullptr, 10, true, &other);
  QCOMPARE(both.series.size(), std::size_t{2});
  QCOMPARE(both.series[0].x, both.series[1].x);
  QCOMPARE(both.series[0].x.back(), 5.0);
  QCOMPARE(both.series[0].y.front(), 117.0);
  QCOMPARE(both.series[0].y[2], 1.0);
  QCOMPARE(both.series[1].y[9], 120.0);
}

/// Values that grow along x, y and z alike have a flat histogram; a sample that kept to some of the slices would not.
void AnalysisTest::histogram_of_many_voxels_is_sampled() {
  recon::Image image(recon::centred_grid({256, 128, 256}, {1, 1, 1}, {0, 0, 0}), 0);
  for (std::size_t i = 0; i < image.values.size(); ++i) {
    image.values[i] = static_cast<float>(i % 256);
  }
  const Chart chart = histogram_chart(image, nullptr, 256);
  const auto& [name, x, y, colour] = chart.series.at(0);
  const double count = std::accumulate(y.begin(), y.end(), 0.0);
  QVERIFY(count > 1e6 && count <= 2e6);
  for (std::size_t bin = 0; bin < 256; ++bin) {
    QVERIFY(std::abs(y[bin] / (count / 256) - 1) < 0.01);
  }
  QCOMPARE(chart.title, std::string("Histogram of the whole image, one of 5 voxels"));
}

COINCIDE_TEST_CLASS(AnalysisTest)

#include "analysis_test.moc"
