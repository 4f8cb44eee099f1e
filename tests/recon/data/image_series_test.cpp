#include "recon/data/image_series.h"

#include <QtTest>
#include <cmath>
#include <limits>

#include "projectors/error.h"
#include "recon/data/time_activity.h"
#include "recon/time_intervals.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::Image;
using recon::ImageSeries;

constexpr double half_life_s = 122.46;  // O-15

recon::ImageGrid small_grid() { return recon::centred_grid({4, 5, 6}, {4, 4, 4}, {0, 0, 0}); }

/// What 1000 Bq/mL at the reference, with 1 more from voxel to voxel, make in frames of 60, 60 and 300 s.
ImageSeries decaying() {
  ImageSeries series{.grid = small_grid(), .unit = "Bq/mL", .half_life_s = half_life_s};
  for (const auto& [start_s, duration_s] : {std::pair(0.0, 60.0), std::pair(60.0, 60.0), std::pair(180.0, 300.0)}) {
    recon::TimeIntervals recorded;
    recorded.add({static_cast<std::uint32_t>(1e3 * start_s), static_cast<std::uint32_t>(1e3 * (start_s + duration_s))});
    const double factor = recon::decay_factor(recorded, half_life_s, 0);
    recon::SeriesFrame frame{.values = {}, .start_s = start_s, .duration_s = duration_s, .decay_factor = factor};
    for (int voxel = 0; voxel < 120; ++voxel) {
      frame.values.push_back(static_cast<float>((1000 + voxel) / factor));
    }
    series.frames.push_back(frame);
  }
  return series;
}

recon::Region everything() {
  return recon::region_of({"all", recon::RoiShape::box, {}, {50, 50, 50}, 0}, Image(small_grid(), 1));
}

}  // namespace

class ImageSeriesTest : public QObject {
  Q_OBJECT

 private slots:
  void activity_is_decay_corrected_unless_asked_otherwise() {
    const ImageSeries series = decaying();
    const std::vector<recon::Region> regions{everything()};
    const auto corrected = recon::time_activity(series, regions);
    const auto measured = recon::time_activity(series, regions, false);
    QCOMPARE(corrected.size(), std::size_t{3});
    for (std::size_t frame = 0; frame < 3; ++frame) {
      QVERIFY(std::abs(corrected[frame].mean - 1059.5) < 1e-3);
      QVERIFY(std::abs(corrected[frame].standard_deviation - std::sqrt(120 * 121 / 12.0)) < 1e-3);  // of 0 ... 119
      QVERIFY(std::abs(measured[frame].mean * series.frames[frame].decay_factor - 1059.5) < 1e-3);
      QCOMPARE(corrected[frame].voxels, 120);
    }
    QVERIFY(measured[2].mean < 0.3 * corrected[2].mean);
    QCOMPARE(corrected[2].start_s, 180.0);
    QCOMPARE(corrected[2].duration_s, 300.0);
    QCOMPARE(corrected[2].middle_s, 330.0);
  }

  void correction_is_undone_but_not_invented() {
    ImageSeries series = decaying();
    series.decay_corrected = true;
    QCOMPARE(recon::decay_scale(series, 1, true), 1.0);
    QCOMPARE(recon::decay_scale(series, 1, false), 1 / series.frames[1].decay_factor);
    series.decay_corrected = false;
    series.half_life_s = 0;
    QCOMPARE(recon::decay_scale(series, 1, false), 1.0);
    QVERIFY_THROWS_EXCEPTION(InputError, recon::decay_scale(series, 1, true));
  }

  void regions_hold_the_voxels_of_shape_threshold_or_label() {
    Image image(small_grid(), 0);
    image.at(1, 2, 3) = 5;
    image.at(1, 2, 4) = 6;
    image.at(2, 0, 0) = 5;
    const auto voxels = [&](const recon::Region& region) {
      return recon::measure(region.runs, image.grid, image.values).voxels;
    };
    const recon::Roi box{"box", recon::RoiShape::box, {-2, 0, 2}, {0.5, 0.5, 100}, 0};
    QCOMPARE(voxels(recon::region_of(box, image)), 6);
    QCOMPARE(voxels(recon::region_of({"hot", recon::RoiShape::threshold, {}, {50, 50, 50}, 5}, image)), 3);
    const recon::Roi outside{"outside", recon::RoiShape::sphere, {90, 0, 0}, {2, 0, 0}, 0};
    QVERIFY_THROWS_EXCEPTION(InputError, recon::region_of(outside, image));

    Image mask(small_grid(), 0);
    mask.at(1, 2, 3) = mask.at(1, 2, 4) = mask.at(1, 2, 5) = 2.99995F;  // as a scaled file brings it back
    mask.at(2, 0, 0) = 1.00001F;
    const auto labels = recon::regions_of(mask, image.grid);
    QCOMPARE(labels.size(), std::size_t{2});
    QCOMPARE(labels[1].name, std::string("label 3"));
    QCOMPARE(labels[1].runs.size(), std::size_t{1});
    QCOMPARE(recon::measure(labels[1].runs, image.grid, image.values).mean, 11.0 / 3);
    for (const float wrong : {0.5F, -1.0F, std::numeric_limits<float>::quiet_NaN()}) {
      mask.at(0, 0, 0) = wrong;
      QVERIFY_THROWS_EXCEPTION(InputError, recon::regions_of(mask, image.grid));
    }
    QVERIFY_THROWS_EXCEPTION(InputError, recon::regions_of(Image(small_grid(), 0), image.grid));
    auto moved = small_grid();
    moved.origin_mm[0] += 1;
    QVERIFY_THROWS_EXCEPTION(InputError, recon::regions_of(Image(moved, 1), image.grid));
  }

  void inconsistent_series_are_refused() {
    ImageSeries series = decaying();
    recon::check_series(series);
    series.frames[2].start_s = 60;
    QVERIFY_THROWS_EXCEPTION(InputError, recon::check_series(series));
    series = decaying();
    series.frames[1].values.pop_back();
    QVERIFY_THROWS_EXCEPTION(InputError, recon::check_series(series));
    series = decaying();
    series.frames[1].duration_s = 0;
    const std::vector<recon::Region> regions{everything()};
    QVERIFY_THROWS_EXCEPTION(InputError, recon::time_activity(series, regions));
  }
};

COINCIDE_TEST_CLASS(ImageSeriesTest)

}  // namespace coincide::tests

#include "image_series_test.moc"
