// What the viewer shows, without a viewer: regions against direct sums, window, crosshair, colours.

#include <QtTest>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>

#include "gui/model/colour_maps.h"
#include "gui/model/roi.h"
#include "gui/model/run_list.h"
#include "gui/model/subject.h"
#include "gui/model/value_window.h"
#include "gui/model/view_state.h"
#include "gui/model/volume.h"
#include "projectors/error.h"
#include "support/test_main.h"

using namespace coincide;
using gui::Roi;
using gui::RoiShape;
using gui::ViewState;

namespace {

/// Other counts, sizes and middles along each axis, so that no two of them can be confused.
recon::Image asymmetric_image() {
  recon::Image image(recon::centred_grid({23, 17, 31}, {2, 3, 1.5F}, {5, -7, 11}), 0, "Bq/mL");
  std::mt19937 random(7);
  std::uniform_real_distribution<float> value(-1, 10);
  for (float& voxel : image.values) {
    voxel = value(random);
  }
  return image;
}

std::array<double, 3> middle_of(const recon::ImageGrid& grid, const std::array<std::int64_t, 3>& voxel) {
  std::array<double, 3> point{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    point[axis] = grid.origin_mm[axis] + static_cast<double>(voxel[axis]) * grid.voxel_size_mm[axis];
  }
  return point;
}

/// The region's definition, written out for all voxels of the image.
bool belongs(const Roi& roi, const std::array<double, 3>& p, float value) {
  const double x = p[0] - roi.centre_mm[0];
  const double y = p[1] - roi.centre_mm[1];
  const double z = p[2] - roi.centre_mm[2];
  if (roi.shape == RoiShape::sphere) {
    return std::hypot(x, y, z) <= roi.half_size_mm[0];
  }
  const bool in_box =
      std::abs(x) <= roi.half_size_mm[0] && std::abs(y) <= roi.half_size_mm[1] && std::abs(z) <= roi.half_size_mm[2];
  return in_box && (roi.shape == RoiShape::box || value >= roi.threshold);
}

std::vector<double> values_in(const Roi& roi, const recon::Image& image) {
  std::vector<double> values;
  const auto& shape = image.grid.shape;
  for (std::int64_t i = 0; i < shape[0]; ++i) {
    for (std::int64_t j = 0; j < shape[1]; ++j) {
      for (std::int64_t k = 0; k < shape[2]; ++k) {
        if (belongs(roi, middle_of(image.grid, {i, j, k}), image.at(i, j, k))) {
          values.push_back(image.at(i, j, k));
        }
      }
    }
  }
  return values;
}

bool near(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(1.0, std::abs(b)); }

std::shared_ptr<const recon::Image> shared(recon::Image image) {
  return std::make_shared<const recon::Image>(std::move(image));
}

std::shared_ptr<const recon::Image> uniform(float value, std::string unit = "Bq/mL") {
  return shared(recon::Image(recon::centred_grid({4, 5, 6}, {1, 1, 1}, {0, 0, 0}), value, std::move(unit)));
}

}  // namespace

class ModelTest : public QObject {
  Q_OBJECT

 private slots:
  void region_figures_are_those_of_a_direct_sum_data() {
    QTest::addColumn<Roi>("roi");
    QTest::newRow("sphere") << Roi{"", RoiShape::sphere, {6, -5, 10}, {8.3, 0, 0}, 0};
    QTest::newRow("sphere over the border") << Roi{"", RoiShape::sphere, {-15, -5, 30}, {12, 0, 0}, 0};
    QTest::newRow("box") << Roi{"", RoiShape::box, {6, -5, 10}, {4.1, 9.2, 2.9}, 0};
    QTest::newRow("box of one voxel") << Roi{"", RoiShape::box, {5, -7, 11}, {0.5, 0.5, 0.5}, 0};
    QTest::newRow("larger than the image") << Roi{"", RoiShape::box, {0, 0, 0}, {1e30, 1e30, 1e30}, 0};
    QTest::newRow("threshold") << Roi{"", RoiShape::threshold, {6, -5, 10}, {9, 12, 7}, 6.5};
    QTest::newRow("negative threshold") << Roi{"", RoiShape::threshold, {6, -5, 10}, {9, 12, 7}, -0.5};
  }
  void region_figures_are_those_of_a_direct_sum() {
    QFETCH(Roi, roi);
    const recon::Image image = asymmetric_image();
    const std::vector<double> values = values_in(roi, image);
    QVERIFY(!values.empty());
    double sum = 0;
    for (const double value : values) {
      sum += value;
    }
    const auto count = static_cast<double>(values.size());
    double squares = 0;
    for (const double value : values) {
      squares += (value - sum / count) * (value - sum / count);
    }
    const gui::RoiFigures figures = gui::measure(roi, image);
    QCOMPARE(figures.voxels, static_cast<std::int64_t>(values.size()));
    QVERIFY(near(figures.volume_ml, count * 9e-3));
    QVERIFY(near(figures.mean, sum / count));
    QVERIFY(near(figures.standard_deviation, count > 1 ? std::sqrt(squares / (count - 1)) : 0));
    QCOMPARE(figures.least, *std::ranges::min_element(values));
    QCOMPARE(figures.most, *std::ranges::max_element(values));
  }

  void regions_hold_their_border() {
    const Roi box{"", RoiShape::box, {0, 0, 0}, {1, 2, 3}, 0};
    QVERIFY(gui::contains(box, {1, 2, -3}, 0));
    QVERIFY(!gui::contains(box, {2, 1, 0}, 0));
    const Roi sphere{"", RoiShape::sphere, {0, 0, 0}, {3, 0, 0}, 0};
    QVERIFY(gui::contains(sphere, {1, 2, 2}, 0));
    QVERIFY(!gui::contains(sphere, {2.9, 2.9, 0}, 0));
    const Roi threshold{"", RoiShape::threshold, {0, 0, 0}, {1, 1, 1}, 5};
    QVERIFY(gui::contains(threshold, {0, 0, 0}, 5));
    QVERIFY(!gui::contains(threshold, {0, 0, 0}, 4.99F));
    QVERIFY(!gui::contains(threshold, {0, 0, 2}, 5));
  }

  void sphere_has_its_volume() {
    const recon::Image image(recon::centred_grid({60, 60, 60}, {1, 1, 1}, {0, 0, 0}), 3);
    const gui::RoiFigures figures = gui::measure({"", RoiShape::sphere, {0.3, -0.2, 0.1}, {20, 0, 0}, 0}, image);
    const double expected_ml = 4.0 / 3.0 * std::numbers::pi * 20 * 20 * 20 / 1000;
    QVERIFY2(std::abs(figures.volume_ml / expected_ml - 1) < 0.01, qPrintable(QString::number(figures.volume_ml)));
    QCOMPARE(figures.mean, 3.0);
    QCOMPARE(figures.standard_deviation, 0.0);
  }

  /// Two sums, of values and of squares, would lose this spread.
  void small_spread_on_a_large_mean_is_measured() {
    recon::Image image(recon::centred_grid({10, 10, 10}, {1, 1, 1}, {0, 0, 0}), 1e7F);
    for (std::size_t i = 0; i < image.values.size(); i += 2) {
      image.values[i] += 1;
    }
    const gui::RoiFigures figures = gui::measure({"", RoiShape::box, {0, 0, 0}, {9, 9, 9}, 0}, image);
    QVERIFY(near(figures.standard_deviation, std::sqrt(1000 * 0.25 / 999)));
  }

  void region_outside_is_empty() {
    const recon::Image image = asymmetric_image();
    for (const Roi& roi :
         {Roi{"", RoiShape::box, {500, 0, 0}, {10, 10, 10}, 0}, Roi{"", RoiShape::sphere, {5, -7, 11}, {-1, 0, 0}, 0},
          Roi{"", RoiShape::threshold, {5, -7, 11}, {10, 10, 10}, 1e6}}) {
      const gui::RoiFigures figures = gui::measure(roi, image);
      QCOMPARE(figures.voxels, std::int64_t{0});
      QCOMPARE(figures.volume_ml, 0.0);
      QCOMPARE(figures.most, 0.0);
    }
    QCOMPARE(gui::measure({}, recon::Image{}).voxels, std::int64_t{0});
  }

  void voxels_and_millimetres_fit() {
    ViewState state;
    const recon::Image image = asymmetric_image();
    state.set_image(shared(image));
    QCOMPARE(state.cursor(), (std::array<std::int64_t, 3>{11, 8, 15}));
    QCOMPARE(state.cursor_mm(), (std::array<double, 3>{5, -7, 11}));
    for (const std::array<std::int64_t, 3>& voxel : {std::array<std::int64_t, 3>{0, 0, 0}, {22, 16, 30}, {3, 14, 9}}) {
      state.set_cursor(voxel);
      QCOMPARE(state.cursor_mm(), middle_of(image.grid, voxel));
      QCOMPARE(state.voxel_at(state.cursor_mm()), voxel);
      QCOMPARE(state.cursor_value(), image.at(voxel[0], voxel[1], voxel[2]));
    }
    // 0.45 and 0.55 of a voxel beside the middle of [11, 8, 15].
    QCOMPARE(state.voxel_at({5.9, -8.35, 11.675}), (std::array<std::int64_t, 3>{11, 8, 15}));
    QCOMPARE(state.voxel_at({6.1, -8.65, 11.825}), (std::array<std::int64_t, 3>{12, 7, 16}));
    QCOMPARE(state.voxel_at({1e9, -1e9, 1e300}), (std::array<std::int64_t, 3>{22, 0, 30}));
  }

  void crosshair_stays_inside() {
    ViewState state;
    state.set_cursor({3, 3, 3});
    QCOMPARE(state.cursor(), (std::array<std::int64_t, 3>{0, 0, 0}));
    QCOMPARE(state.cursor_value(), 0.0F);
    QCOMPARE(state.voxel_at({1, 2, 3}), (std::array<std::int64_t, 3>{0, 0, 0}));
    state.set_image(shared(asymmetric_image()));
    state.set_cursor({-1, 100, 30});
    QCOMPARE(state.cursor(), (std::array<std::int64_t, 3>{0, 16, 30}));
    state.move_cursor(2, 5);
    state.move_cursor(1, -3);
    state.move_cursor(0, 2);
    QCOMPARE(state.cursor(), (std::array<std::int64_t, 3>{2, 13, 30}));
  }

  void only_another_grid_moves_the_crosshair() {
    ViewState state;
    state.set_image(shared(asymmetric_image()));
    state.set_cursor({1, 2, 3});
    state.set_image(shared(asymmetric_image()));
    QCOMPARE(state.cursor(), (std::array<std::int64_t, 3>{1, 2, 3}));
    state.set_image(uniform(1));
    QCOMPARE(state.cursor(), (std::array<std::int64_t, 3>{2, 2, 3}));
  }

  void window_ends_at_the_percentile() {
    // 10000 positive values 1 ... 10000 in mixed order between as many others: the 9990th is the 99.9th percentile.
    recon::Image image(recon::centred_grid({20, 20, 50}, {1, 1, 1}, {0, 0, 0}), -5);
    for (std::size_t i = 0; i < 10000; ++i) {
      image.values[2 * i] = static_cast<float>(1 + i * 7919 % 10000);
    }
    image.values[1] = std::numeric_limits<float>::infinity();
    image.values[3] = std::numeric_limits<float>::quiet_NaN();
    ViewState state;
    state.set_image(shared(std::move(image)));
    QCOMPARE(state.window_low(), 0.0);
    QCOMPARE(state.window_high(), 9990.0);
  }

  /// In the maximum projection what is no number counts for nothing, and one voxel of a million is only itself.
  void strange_voxels_leave_the_volume() {
    recon::Image image(recon::centred_grid({4, 4, 4}, {2, 2, 2}, {0, 0, 0}), 5);
    image.at(0, 0, 0) = image.at(2, 2, 2) = std::numeric_limits<float>::quiet_NaN();
    image.at(3, 3, 3) = 1e6F;
    const gui::Volume volume = gui::make_volume(image, 8);
    QCOMPARE(volume.values, (std::vector<float>{5, 5, 5, 5, 5, 5, 5, 1e6F}));
    QCOMPARE(gui::automatic_window(image.values).low, 0.0);
  }

  void window_of_a_large_image() {
    // Every second slice is brighter: a sample of every second value would miss all of them.
    recon::Image image(recon::centred_grid({250, 250, 100}, {1, 1, 1}, {0, 0, 0}), 1);
    for (std::size_t i = 1; i < image.values.size(); i += 2) {
      image.values[i] = 2;
    }
    ViewState state;
    state.set_image(shared(std::move(image)));
    QCOMPARE(state.window_high(), 2.0);

    recon::Image point(recon::centred_grid({250, 250, 100}, {1, 1, 1}, {0, 0, 0}), 0, "other");
    point.values[1000001] = 42;
    state.set_image(shared(std::move(point)));
    QCOMPARE(state.window_high(), 42.0);
  }

  void window_is_never_empty() {
    ViewState state;
    state.auto_window();
    QVERIFY(state.window_low() < state.window_high());
    for (const float value :
         {0.0F, -3.0F, 7.0F, 1e-42F, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
      state.set_image(uniform(value, std::to_string(value)));
      QVERIFY2(state.window_low() < state.window_high(), qPrintable(QString::number(value)));
      QVERIFY(std::isfinite(state.window_high()));
      if (value == 7.0F) {
        QCOMPARE(state.window_high(), 7.0);
      }
    }
    state.set_image(shared({}));
    QVERIFY(!state.has_image());
    state.auto_window();
    QVERIFY(state.window_low() < state.window_high());

    state.set_window(-2, 3);
    state.set_window(5, 5);
    state.set_window(6, 4);
    state.set_window(0, std::numeric_limits<double>::quiet_NaN());
    state.set_window(0, std::numeric_limits<double>::infinity());
    QCOMPARE(state.window_low(), -2.0);
    QCOMPARE(state.window_high(), 3.0);
  }

  void live_images_keep_the_window() {
    ViewState state;
    state.set_image(uniform(2));
    QCOMPARE(state.window_high(), 2.0);
    state.set_image(uniform(9));
    QCOMPARE(state.window_high(), 2.0);
    state.set_image(uniform(9, "1/cm"));
    QCOMPARE(state.window_high(), 9.0);
    state.set_image(nullptr);
    QVERIFY(!state.has_image());
    state.set_image(uniform(4, "1/cm"));
    QCOMPARE(state.window_high(), 4.0);
  }

  void listeners_hear_each_change() {
    ViewState state;
    int first = 0;
    int second = 0;
    const gui::Subscription follows = state.listen([&] { ++first; });
    gui::Subscription follows_too = state.listen([&] { ++second; });
    state.set_image(uniform(2));
    state.set_cursor({0, 0, 0});
    state.move_cursor(0, 1);
    state.set_window(1, 2);
    state.set_window(2, 1);
    state.set_colour_map("viridis");
    state.set_smooth(true);
    QCOMPARE(first, 6);
    QCOMPARE(second, 6);
    QCOMPARE(state.colour_map(), std::string("viridis"));
    QVERIFY(state.smooth());
    QVERIFY_EXCEPTION_THROWN(state.set_colour_map("no such map"), InputError);
    QCOMPARE(state.colour_map(), std::string("viridis"));
    follows_too.reset();
    state.set_smooth(false);
    QCOMPARE(first, 7);
    QCOMPARE(second, 6);
  }

  void colour_maps_are_whole() {
    QCOMPARE(gui::colour_maps().front().name, ViewState().colour_map());
    for (const char* name : {"grey, inverted", "grey", "hot metal", "rainbow", "viridis"}) {
      QCOMPARE(gui::find_colour_map(name).name, std::string(name));
    }
    for (const gui::ColourMap& map : gui::colour_maps()) {
      QCOMPARE(map.points.front().at, 0.0);
      QCOMPARE(map.points.back().at, 1.0);
      for (std::size_t i = 0; i < map.points.size(); ++i) {
        QVERIFY(i == 0 || map.points[i - 1].at < map.points[i].at);
        QCOMPARE(map.colour(map.points[i].at), map.points[i].rgb);
        for (const double part : map.points[i].rgb) {
          QVERIFY(part >= 0 && part <= 1);
        }
      }
      QCOMPARE(map.colour(-1), map.points.front().rgb);
      QCOMPARE(map.colour(2), map.points.back().rgb);
    }
    QVERIFY_EXCEPTION_THROWN(gui::find_colour_map("gray"), InputError);
  }

  void colours_lie_between_the_points() {
    const auto is = [](const std::array<double, 3>& colour, const std::array<double, 3>& expected) {
      return near(colour[0], expected[0]) && near(colour[1], expected[1]) && near(colour[2], expected[2]);
    };
    QVERIFY(is(gui::find_colour_map("grey").colour(0.25), {0.25, 0.25, 0.25}));
    QVERIFY(is(gui::find_colour_map("grey, inverted").colour(0.25), {0.75, 0.75, 0.75}));
    QVERIFY(is(gui::find_colour_map("rainbow").colour(0.7), {0.5, 1, 0}));
  }

  /// Iterations of frames count on; what is shown tells those of the frame, which the image says.
  void an_image_of_several_frames_says_which() {
    gui::Run run;
    run.number = 1;
    run.job.output.name = "study";
    run.job.stop.passes = 4;
    run.iteration = 7;
    run.job.frames.durations = "2x30";
    QCOMPARE(gui::iterations_text(run), std::string("7"));
    auto image = std::make_shared<recon::Image>();
    image->description = "frame 2 of 2, listmode OSEM";
    QVERIFY(gui::subject_of(run, {7, image}).detail.starts_with("frame 2 of 2 · iteration 3 of 4 · "));
    QVERIFY(gui::subject_of(run, {8, image}).detail.starts_with("frame 2 of 2 · iteration 4 of 4 · "));
    image->description = "mean of 2 frames, listmode OSEM";
    QCOMPARE(gui::subject_of(run, {7, image}).detail, image->description);
    QVERIFY(gui::subject_of(run, {}).detail.starts_with("no image"));
    run.state = gui::RunState::stopped;
    QCOMPARE(gui::progress_text(run), std::string("stopped after 7 iterations"));
  }

  /// Each frame has a line of its own: while it runs by the passes, in the end by what each has taken.
  void figures_of_frames_are_not_joined() {
    gui::Run run;
    run.job.stop.passes = 2;
    for (int iteration = 1; iteration <= 5; ++iteration) {
      run.figures.push_back({.iteration = static_cast<double>(iteration), .log_likelihood = -iteration / 2.0});
    }
    const auto iterations = [&run] {
      std::vector<std::vector<double>> lines;
      for (const gui::Chart::Series& series : gui::figure_chart(run, gui::figure_curves()[0]).series) {
        lines.push_back(series.x);
      }
      return lines;
    };
    using Lines = std::vector<std::vector<double>>;
    QCOMPARE(iterations(), (Lines{{1, 2, 3, 4, 5}}));
    run.job.frames.durations = "3x30";
    QCOMPARE(iterations(), (Lines{{1, 2}, {3, 4}, {5}}));
    QCOMPARE(gui::figure_chart(run, gui::figure_curves()[0]).series[1].name, std::string("frame 2"));
    auto record = std::make_shared<io::Provenance>();
    record->parts.resize(3);
    record->parts[0].figures.resize(1);
    record->parts[1].figures.resize(3);
    record->parts[2].figures.resize(1);
    run.record = record;
    QCOMPARE(iterations(), (Lines{{1}, {2, 3, 4}, {5}}));
  }

  void run_states_have_names() {
    QCOMPARE(gui::run_state_name(gui::RunState::stopping), std::string("stopping"));
    gui::Run run;
    QVERIFY(!run.is_over());
    for (const gui::RunState state : {gui::RunState::done, gui::RunState::stopped, gui::RunState::failed}) {
      run.state = state;
      QVERIFY(run.is_over());
    }
  }
};

COINCIDE_TEST_CLASS(ModelTest)
#include "model_test.moc"
