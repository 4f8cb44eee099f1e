// What must hold for the projectors whatever the numbers: adjointness, analytic chords, TOF sums, signs, bad input.

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <limits>

#include "projectors/error.h"
#include "projectors/projector.h"
#include "support/random_lors.h"
#include "support/test_main.h"

using namespace coincide::projectors;
using namespace coincide::tests;

namespace {

const ImageGrid grid{{40, 37, 29}, {-39.0f, -36.0f, -28.0f}, {2.0f, 2.0f, 2.0f}};
const float sigma = 9.0f;
const float offset = 4.0f;

double dot(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += static_cast<double>(a[i]) * b[i];
  }
  return sum;
}

std::size_t voxels() { return static_cast<std::size_t>(grid.num_voxels()); }

/// Length of the segment inside the grid's box.
double chord(const float* a, const float* b) {
  double t_in = 0, t_out = 1, length = 0;
  for (int k = 0; k < 3; ++k) {
    const double d = static_cast<double>(b[k]) - a[k];
    const double low = grid.origin_mm[k] - 0.5 * grid.voxel_size_mm[k];
    const double high = low + static_cast<double>(grid.shape[k]) * grid.voxel_size_mm[k];
    length += d * d;
    if (d == 0) {
      if (a[k] < low || a[k] > high) {
        return 0;
      }
      continue;
    }
    t_in = std::max(t_in, std::min((low - a[k]) / d, (high - a[k]) / d));
    t_out = std::min(t_out, std::max((low - a[k]) / d, (high - a[k]) / d));
  }
  return std::max(0.0, t_out - t_in) * std::sqrt(length);
}

/// Values per LOR, with the TOF description under test.
template <class Tof>
std::size_t values_per_lor(const Tof& tof) {
  if constexpr (std::is_same_v<Tof, TofBins>) {
    return static_cast<std::size_t>(tof.num_bins);
  }
  return 1;
}

template <class Tof>
double adjoint_mismatch(const Tof& tof, const LorArrays& arrays, BoundaryRule rule) {
  const Projector projector(grid, {.boundary = rule});
  const std::size_t num_values = arrays.start.size() / 3 * values_per_lor(tof);
  const std::vector<float> x = random_values(voxels(), 11);
  const std::vector<float> y = random_values(num_values, 12);
  std::vector<float> forward(num_values, std::numeric_limits<float>::quiet_NaN());
  std::vector<float> back(voxels(), 0.0f);
  projector.forward(arrays.lors(), tof, x.data(), forward.data());
  projector.back(arrays.lors(), tof, y.data(), back.data());
  const double one = dot(forward, y);
  return std::abs(one - dot(x, back)) / one;
}

template <class Tof>
void check_thread_independence(const Tof& tof, const LorArrays& arrays) {
  const std::vector<float> y = random_values(arrays.start.size() / 3 * values_per_lor(tof), 13);
  std::vector<std::vector<float>> images;
  for (const int threads : {1, 2, 3, 7}) {
    images.emplace_back(voxels(), 1.0f);
    Projector(grid, {.num_threads = threads}).back(arrays.lors(), tof, y.data(), images.back().data());
  }
  for (const auto& image : images) {
    QVERIFY(image == images.front());
  }
}

template <class Tof>
void check_not_negative(const Projector& projector, const LorArrays& arrays, const Tof& tof,
                        const std::vector<float>& image) {
  const auto not_negative = [](float value) { return value >= 0; };
  const std::size_t per_lor = values_per_lor(tof), count = arrays.start.size() / 3 * per_lor;
  std::vector<float> values(count), back(voxels(), 0.0F);
  projector.forward(arrays.lors(), tof, image.data(), values.data());
  QVERIFY(std::ranges::all_of(values, not_negative));
  for (std::size_t i = 0; i < count; ++i) {  // of a LOR's bins one
    values[i] = i % per_lor == 5 % per_lor ? 1.0F : 0.0F;
  }
  projector.back(arrays.lors(), tof, values.data(), back.data());
  QVERIFY(std::ranges::all_of(back, not_negative));
}

}  // namespace

class PropertiesTest : public QObject {
  Q_OBJECT

  const LorArrays lors_ = mixed_lors(grid, 21'000, 21);
  const std::vector<std::int16_t> bin_ = [] {
    std::mt19937_64 random(22);
    std::vector<std::int16_t> bins(21'000);
    std::generate(bins.begin(), bins.end(), [&] { return static_cast<std::int16_t>(random() % 17); });
    return bins;
  }();
  const TofBins bins_{17, 12.0f, &sigma, false, &offset, false, 3.0f};

 private slots:
  void adjoint() {
    for (const BoundaryRule rule : {BoundaryRule::upstream, BoundaryRule::clamped}) {
      QVERIFY(adjoint_mismatch(NoTof{}, lors_, rule) < 1e-6);
      QVERIFY(adjoint_mismatch(bins_, lors_, rule) < 1e-6);
      QVERIFY(adjoint_mismatch(TofEvents{bins_, bin_.data()}, lors_, rule) < 1e-6);
      QVERIFY(adjoint_mismatch(table(), lors_, rule) < 1e-6);
    }
  }

  void back_is_the_same_for_any_number_of_threads() {
    check_thread_independence(NoTof{}, lors_);
    check_thread_independence(bins_, lors_);
    check_thread_independence(TofEvents{bins_, bin_.data()}, lors_);
    check_thread_independence(table(), lors_);
  }

  void back_adds() {
    std::vector<float> twice(voxels(), 0.0f), once(voxels(), 0.0f);
    const std::vector<float> y = random_values(lors_.start.size() / 3, 5);
    const Projector projector(grid);
    projector.back(lors_.lors(), NoTof{}, y.data(), once.data());
    projector.back(lors_.lors(), NoTof{}, y.data(), twice.data());
    projector.back(lors_.lors(), NoTof{}, y.data(), twice.data());
    for (std::size_t i = 0; i < voxels(); ++i) {
      QVERIFY(std::abs(twice[i] - 2 * once[i]) <= 1e-5f * std::abs(once[i]) + 1e-6f);
    }
  }

  /// A uniform image gives the chord. Clamped: exactly. Upstream: low where a ray runs through the outer half voxel,
  /// and off by up to a step at each end.
  void chords() {
    const int count = 200'000;
    const LorArrays arrays = lors_of_kind(grid, LorKind::any, count, 31);
    const std::vector<float> ones(voxels(), 1.0f);
    std::vector<float> clamped(count), upstream(count);
    Projector(grid, {.boundary = BoundaryRule::clamped}).forward(arrays.lors(), NoTof{}, ones.data(), clamped.data());
    Projector(grid, {.boundary = BoundaryRule::upstream}).forward(arrays.lors(), NoTof{}, ones.data(), upstream.data());
    double mean_error = 0;
    int off = 0;
    for (int i = 0; i < count; ++i) {
      const double expected = chord(&arrays.start[3 * i], &arrays.end[3 * i]);
      QVERIFY2(std::abs(clamped[i] - expected) < 1e-3,
               qPrintable(QString("LOR %1: %2 mm instead of %3").arg(i).arg(clamped[i]).arg(expected)));
      mean_error += (upstream[i] - expected) / count;
      off += std::abs(upstream[i] - expected) > 1;
    }
    qInfo("upstream rule: mean error of the chord %.3f mm, %.1f %% of rays off by more than 1 mm", mean_error,
          100.0 * off / count);
    QVERIFY(mean_error < -0.1 && mean_error > -2);
  }

  void axis_parallel_rays_are_exact() {
    const LorArrays arrays = lors_of_kind(grid, LorKind::axis_parallel, 3000, 32);
    const std::vector<float> image(voxels(), 1.0f);
    std::vector<float> values(3000);
    Projector(grid, {.boundary = BoundaryRule::clamped}).forward(arrays.lors(), NoTof{}, image.data(), values.data());
    for (int i = 0; i < 3000; ++i) {
      QVERIFY(std::abs(values[i] - chord(&arrays.start[3 * i], &arrays.end[3 * i])) < 1e-4);
    }
  }

  void tof_bins_add_up_to_non_tof() {
    const std::vector<float> image = random_values(voxels(), 41);
    const std::size_t count = lors_.start.size() / 3;
    const TofBins covering{101, 7.0f, &sigma, false, nullptr, false, 3.0f};
    std::vector<float> sinogram(count * 101), non_tof(count);
    const Projector projector(grid);
    projector.forward(lors_.lors(), covering, image.data(), sinogram.data());
    projector.forward(lors_.lors(), NoTof{}, image.data(), non_tof.data());
    const float largest = *std::max_element(non_tof.begin(), non_tof.end());
    for (std::size_t i = 0; i < count; ++i) {
      double sum = 0;
      for (std::size_t b = 0; b < 101; ++b) {
        sum += sinogram[i * 101 + b];
      }
      // LORs that end inside may be longer than the bins reach.
      const float* a = &lors_.start[3 * i];
      const float* b = &lors_.end[3 * i];
      const double half = 0.5 * std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
      if (half < 50 * 7.0 - 3 * sigma) {
        QVERIFY(std::abs(sum - non_tof[i]) < 2e-6 * largest);
      }
    }
  }

  void events_equal_the_sinogram() {
    const std::vector<float> image(voxels(), 1.0f);
    const LorArrays arrays = lors_of_kind(grid, LorKind::any, 17 * 300, 42);
    TofBins bins = bins_;
    bins.num_sigmas = 5;
    bins.bin_width_mm = 5;
    std::vector<std::int16_t> bin(17 * 300);
    std::vector<float> sinogram(bin.size() * 17), events(bin.size());
    for (std::size_t i = 0; i < bin.size(); ++i) {
      bin[i] = static_cast<std::int16_t>(i % 17);
    }
    // Away from the border: there one divides by the planes of the LOR, the other by those inside.
    const Projector projector(grid);
    projector.forward(arrays.lors(), bins, image.data(), sinogram.data());
    projector.forward(arrays.lors(), TofEvents{bins, bin.data()}, image.data(), events.data());
    const float largest = *std::max_element(sinogram.begin(), sinogram.end());
    for (std::size_t i = 0; i < bin.size(); ++i) {
      const float expected = sinogram[i * 17 + static_cast<std::size_t>(bin[i])];
      QVERIFY2(std::abs(events[i] - expected) < 1e-4f * largest,
               qPrintable(QString("LOR %1: %2, in the sinogram %3").arg(i).arg(events[i]).arg(expected)));
    }
  }

  void turning_lors_and_bins_changes_nothing() {
    const std::vector<float> image = random_values(voxels(), 43);
    const LorArrays turned{lors_.end, lors_.start};
    TofBins bins = bins_;
    bins.center_offset_mm = nullptr;
    const std::size_t count = lors_.start.size() / 3;
    std::vector<float> one(count * 17), other(count * 17);
    const Projector projector(grid);
    projector.forward(lors_.lors(), bins, image.data(), one.data());
    projector.forward(turned.lors(), bins, image.data(), other.data());
    const float largest = *std::max_element(one.begin(), one.end());
    std::size_t flips = 0;
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t b = 0; b < 17; ++b) {
        flips += std::abs(one[i * 17 + b] - other[i * 17 + 16 - b]) > 5e-6f * largest;
      }
    }
    QVERIFY(flips <= count * 17 / 1000);
  }

  /// A hot voxel at x = +20 on a LOR along +x and on the same LOR along -x.
  void tof_sign() {
    std::vector<float> image(voxels(), 0.0f);
    const std::int64_t i = 29, j = 18, k = 14;  // centre at (19, 0, 0)
    image[static_cast<std::size_t>((i * grid.shape[1] + j) * grid.shape[2] + k)] = 1;
    const LorArrays arrays{{-300, 0, 0, 300, 0, 0}, {300, 0, 0, -300, 0, 0}};
    const float narrow = 5;
    const auto hottest = [&](float shift, OffsetSign sign, int lor) {
      std::vector<float> values(2 * 17);
      const TofBins bins{17, 19.0f, &narrow, false, &shift, false, 3.0f, sign};
      Projector(grid).forward(arrays.lors(), bins, image.data(), values.data());
      const auto row = values.begin() + lor * 17;
      return static_cast<int>(std::max_element(row, row + 17) - row);
    };
    const auto end = OffsetSign::towards_end;
    const auto axis = OffsetSign::towards_positive_principal_axis;
    QCOMPARE(hottest(0, end, 0), 9);  // one bin from the middle towards the end at +x
    QCOMPARE(hottest(0, end, 1), 7);
    // Bins shifted by +2 widths: the voxel falls two bins lower, counted from start to end.
    QCOMPARE(hottest(38, end, 0), 7);
    QCOMPARE(hottest(38, end, 1), 5);
    QCOMPARE(hottest(38, axis, 0), 7);
    QCOMPARE(hottest(38, axis, 1), 9);
  }

  void table_of_bins_equals_equal_bins() {
    const std::vector<float> image = random_values(voxels(), 44);
    const std::size_t count = lors_.start.size() / 3;
    std::vector<float> events(count), from_table(count);
    const Projector projector(grid);
    projector.forward(lors_.lors(), TofEvents{bins_, bin_.data()}, image.data(), events.data());
    projector.forward(lors_.lors(), table(), image.data(), from_table.data());
    const float largest = *std::max_element(events.begin(), events.end());
    for (std::size_t i = 0; i < count; ++i) {
      QVERIFY(std::abs(events[i] - from_table[i]) < 1e-3f * largest);
    }
  }

  void one_wide_bin_is_non_tof() {
    const std::vector<float> image = random_values(voxels(), 45);
    const LorArrays arrays = lors_of_kind(grid, LorKind::axis_parallel, 3000, 46);
    const TofBin wide{0, 5000, 20};
    const std::vector<std::uint16_t> zero(3000, 0);
    std::vector<float> non_tof(3000), tof(3000);
    const Projector projector(grid);
    projector.forward(arrays.lors(), NoTof{}, image.data(), non_tof.data());
    projector.forward(arrays.lors(), TofTable{&wide, zero.data(), 4}, image.data(), tof.data());
    for (int i = 0; i < 3000; ++i) {
      QVERIFY(std::abs(tof[i] - non_tof[i]) < 2e-5f * non_tof[i]);
    }
  }

  /// Of an image without negative voxels, and of values without negative ones, however far the Gaussian reaches.
  void no_weight_is_negative_data() {
    QTest::addColumn<double>("num_sigmas");
    QTest::addColumn<double>("width");
    QTest::addColumn<bool>("per_lor");
    for (const double num_sigmas : {3.0, 4.0, 5.0, 7.0, 10.0}) {
      for (const double width : {0.1, 5.0, 12.0, 70.0}) {
        for (const bool per_lor : {false, true}) {
          const QString name = per_lor ? "%1 sigma, bins of %2 mm, per LOR" : "%1 sigma, bins of %2 mm";
          QTest::newRow(qPrintable(name.arg(num_sigmas).arg(width))) << num_sigmas << width << per_lor;
        }
      }
    }
  }

  void no_weight_is_negative() {
    QFETCH(const double, num_sigmas);
    QFETCH(const double, width);
    QFETCH(const bool, per_lor);
    const std::size_t count = 210;
    const LorArrays arrays = mixed_lors(grid, static_cast<int>(count), 50);
    std::vector<float> image(voxels(), 0.0F);  // hot voxels far from each other, whose tails nothing hides
    for (std::size_t i = 0; i < voxels(); i += 997) {
      image[i] = 1;
    }
    const std::vector<float> sigmas(count, sigma);
    const TofBins bins{.num_bins = 17,
                       .bin_width_mm = static_cast<float>(width),
                       .sigma_mm = sigmas.data(),
                       .sigma_per_lor = per_lor,
                       .num_sigmas = static_cast<float>(num_sigmas)};
    const TofEvents events{bins, bin_.data()};
    for (const InstructionSet set : instruction_sets()) {
      const Projector projector(grid, {.instruction_set = set});
      check_not_negative(projector, arrays, NoTof{}, image);
      check_not_negative(projector, arrays, bins, image);
      check_not_negative(projector, arrays, events, image);
    }
  }

  void sigma_and_offset_per_lor() {
    const std::vector<float> image = random_values(voxels(), 47);
    const std::size_t count = lors_.start.size() / 3;
    const std::vector<float> sigmas(count, sigma), offsets(count, offset);
    TofBins per_lor = bins_;
    per_lor.sigma_mm = sigmas.data();
    per_lor.sigma_per_lor = true;
    per_lor.center_offset_mm = offsets.data();
    per_lor.center_offset_per_lor = true;
    std::vector<float> one(count * 17), other(count * 17);
    Projector(grid).forward(lors_.lors(), bins_, image.data(), one.data());
    Projector(grid).forward(lors_.lors(), per_lor, image.data(), other.data());
    QVERIFY(one == other);
  }

  void crystal_table_equals_end_points() {
    const std::vector<float> image = random_values(voxels(), 48);
    const LorArrays arrays = lors_of_kind(grid, LorKind::any, 500, 49);
    std::vector<float> table = arrays.start;
    table.insert(table.end(), arrays.end.begin(), arrays.end.end());
    std::vector<std::uint32_t> first(500), second(500);
    for (std::uint32_t i = 0; i < 500; ++i) {
      first[i] = i;
      second[i] = 500 + i;
    }
    std::vector<float> direct(500), looked_up(500);
    const Projector projector(grid);
    projector.forward(arrays.lors(), NoTof{}, image.data(), direct.data());
    projector.forward({table.data(), table.data(), 500, first.data(), second.data()}, NoTof{}, image.data(),
                      looked_up.data());
    QVERIFY(direct == looked_up);
  }

  void impossible_numbers_give_zero() {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const float inf = std::numeric_limits<float>::infinity();
    const float huge = std::numeric_limits<float>::max();
    LorArrays arrays{{nan, 0, 0, -100, 0, 0, -100, 0, inf, -huge, -huge, -huge, -1e30f, 0, 0, 1e-30f, 0, 0},
                     {100, 0, 0, 100, nan, 0, 100, 0, 0, huge, huge, huge, 1e30f, 1e30f, 1e29f, 2e-30f, 0, 0}};
    const std::vector<float> ones(voxels(), 1.0f);
    std::vector<float> values(6, -1.0f);
    std::vector<float> image(voxels(), 0.0f);
    const Projector projector(grid);
    projector.forward(arrays.lors(), NoTof{}, ones.data(), values.data());
    for (int i = 0; i < 3; ++i) {
      QCOMPARE(values[i], 0.0f);
    }
    projector.back(arrays.lors(), NoTof{}, ones.data(), image.data());
    QVERIFY(std::all_of(image.begin(), image.end(), [](float v) { return std::isfinite(v); }));

    // So far away that rounding puts the ends of the clipped LOR 10^17 voxels beyond the image.
    const LorArrays far{{3.1e33f, 1, 1, -2.8e33f, 1, 1}, {-2.8e33f, 1, 1, 3.1e33f, 1, 1}};
    for (const BoundaryRule rule : {BoundaryRule::clamped, BoundaryRule::upstream}) {
      Projector(grid, {.boundary = rule}).forward(far.lors(), NoTof{}, ones.data(), values.data());
      QVERIFY(std::isfinite(values[0]) && std::isfinite(values[1]));
    }

    const LorArrays good{{-100, 0, 0, -100, 0, 0, -100, 0, 0, -100, 0, 0},
                         {100, 0, 0, 100, 0, 0, 100, 0, 0, 100, 0, 0}};
    const float sigmas[4] = {0, -1, nan, 5};
    const float offsets[4] = {0, 0, 0, inf};
    const TofBins bins{5, 10, sigmas, true, offsets, true, 3};
    std::vector<float> sinogram(20, -1.0f);
    projector.forward(good.lors(), bins, ones.data(), sinogram.data());
    QVERIFY(std::all_of(sinogram.begin(), sinogram.end(), [](float v) { return v == 0; }));
  }

  void empty_input_and_bad_grids() {
    const Projector projector(grid);
    projector.forward({}, NoTof{}, nullptr, nullptr);
    projector.back({}, NoTof{}, nullptr, nullptr);
    QVERIFY_EXCEPTION_THROWN(Projector(ImageGrid{{1, 1, 1}, {}, {1, 0, 1}}), coincide::InputError);
    QVERIFY_EXCEPTION_THROWN(Projector(ImageGrid{{1, -1, 1}, {}, {1, 1, 1}}), coincide::InputError);
    QVERIFY_EXCEPTION_THROWN(Projector(ImageGrid{{1, 1, 1}, {0, NAN, 0}, {1, 1, 1}}), coincide::InputError);
    const TofBins none{0, 1, &sigma};
    QVERIFY_EXCEPTION_THROWN(projector.forward({}, none, nullptr, nullptr), coincide::InputError);
    QVERIFY_EXCEPTION_THROWN(find_device("gpu"), coincide::InputError);
    QCOMPARE(available_devices().front().device, Device{});
  }

  /// LORs through the plane that an image without voxels has shrunk to.
  void images_without_voxels() {
    const LorArrays arrays{{0, -50, 0, -50, -1.5f, 0}, {0, 50, 0, 50, 0.5f, 0}};
    for (const BoundaryRule rule : {BoundaryRule::clamped, BoundaryRule::upstream}) {
      const Projector none(ImageGrid{{11, 0, 11}, {-5, 0, -5}, {1, 1, 1}}, {.boundary = rule});
      std::vector<float> values(2, -1.0f);
      none.forward(arrays.lors(), NoTof{}, nullptr, values.data());
      QCOMPARE(values, std::vector<float>(2, 0.0f));
      none.back(arrays.lors(), NoTof{}, values.data(), nullptr);
    }
  }

  void single_voxel_images() {
    const ImageGrid one{{1, 1, 1}, {0, 0, 0}, {2, 2, 2}};
    const LorArrays arrays{{-5, 0, 0, 0, -5, 0.5f}, {5, 0, 0, 0, 5, 0.5f}};
    const float value = 3;
    std::vector<float> result(2);
    Projector(one).forward(arrays.lors(), NoTof{}, &value, result.data());
    QCOMPARE(result[0], 6.0f);
    QCOMPARE(result[1], 6.0f);
  }

 private:
  /// bins_ as a table; the reach is measured from the bin's edges there, so its num_sigmas is smaller.
  TofTable table() {
    table_.clear();
    for (int b = 0; b < 17; ++b) {
      table_.push_back({static_cast<float>(b - 8) * bins_.bin_width_mm + offset, bins_.bin_width_mm, sigma});
    }
    index_.assign(bin_.begin(), bin_.end());
    return {table_.data(), index_.data(), 3.0f - bins_.bin_width_mm / (2 * sigma)};
  }
  std::vector<TofBin> table_;
  std::vector<std::uint16_t> index_;
};

COINCIDE_TEST_CLASS(PropertiesTest)
#include "properties_test.moc"
