// forward_back() is forward(), a step and back() in one.

#include <QtTest>
#include <algorithm>
#include <atomic>
#include <cmath>

#include "projectors/projector.h"
#include "support/random_lors.h"
#include "support/test_main.h"

using namespace coincide::projectors;
using namespace coincide::tests;

namespace {

const ImageGrid grid{{40, 37, 29}, {-39.0f, -36.0f, -28.0f}, {2.0f, 2.0f, 2.0f}};
const float sigma = 9.0f;
const float offset = 4.0f;

/// A step that differs from LOR to LOR, and books for which LORs it was called.
class BookingStep final : public ValueStep {
 public:
  BookingStep(std::int64_t num_lors, std::int64_t values_per_lor)
      : calls_(static_cast<std::size_t>(num_lors)), values_per_lor_(values_per_lor) {}

  static float apply(std::int64_t lor, float value) { return static_cast<float>(1 + lor % 3) / (value + 10); }

  void operator()(std::int64_t first, std::int64_t count, float* values) const override {
    const std::int64_t left = std::ssize(calls_) - first;
    if (first < 0 || first % 256 != 0 || count != std::min<std::int64_t>(256, left)) {
      well_cut_ = false;
      return;
    }
    for (std::int64_t i = 0; i < count; ++i) {
      ++calls_[static_cast<std::size_t>(first + i)];
      std::for_each_n(values + i * values_per_lor_, values_per_lor_,
                      [&](float& value) { value = apply(first + i, value); });
    }
  }

  /// Called for all LORs once, in runs of 256.
  bool saw_all_once() const {
    return well_cut_ && std::all_of(calls_.begin(), calls_.end(), [](const auto& calls) { return calls == 1; });
  }

 private:
  mutable std::vector<std::atomic<int>> calls_;
  mutable std::atomic<bool> well_cut_ = true;
  std::int64_t values_per_lor_;
};

template <class Tof>
std::int64_t values_per_lor(const Tof&) {
  return 1;
}
std::int64_t values_per_lor(const TofBins& tof) { return tof.num_bins; }

/// forward_back() against forward(), the step and back(), all of them adding to the same image. In half the voxel size:
/// back() takes the LORs in another order, and the fewer of them meet in a voxel the less that rounds differently.
template <class Tof>
void check_forward_back(const Tof& tof, const LorArrays& arrays, ProjectorOptions options) {
  const ImageGrid fine{{80, 74, 58}, {-39.5f, -36.5f, -28.5f}, {1.0f, 1.0f, 1.0f}};
  const Lors lors = arrays.lors();
  const std::vector<float> image = random_values(static_cast<std::size_t>(fine.num_voxels()), 52);
  std::vector<float> before = random_values(image.size(), 53);
  std::for_each(before.begin(), before.end(), [](float& value) { value *= 0.1f; });  // about what is added with TOF

  const std::int64_t per_lor = values_per_lor(tof);
  std::vector<float> values(static_cast<std::size_t>(lors.count * per_lor)), expected = before;
  const Projector projector(fine, options);
  projector.forward(lors, tof, image.data(), values.data());
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = BookingStep::apply(static_cast<std::int64_t>(i) / per_lor, values[i]);
  }
  projector.back(lors, tof, values.data(), expected.data());
  const float largest = *std::max_element(expected.begin(), expected.end());

  std::vector<float> first;
  for (const int threads : {1, 2, 3}) {
    options.num_threads = threads;
    const BookingStep step(lors.count, per_lor);
    std::vector<float> result = before;
    Projector(fine, options).forward_back(lors, tof, image.data(), step, result.data());
    QVERIFY(step.saw_all_once());
    if (threads == 1) {
      first = result;
    }
    QVERIFY(result == first);
  }
  double error = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    error = std::max(error, std::abs(static_cast<double>(first[i]) - expected[i]));
  }
  QVERIFY2(error <= 1e-6 * largest, qPrintable(QString("off by %1 of the largest voxel").arg(error / largest)));
}

}  // namespace

class ForwardBackTest : public QObject {
  Q_OBJECT

 private slots:
  void forward_back_data() {
    QTest::addColumn<bool>("clamped");
    QTest::addColumn<int>("set");
    for (const InstructionSet set : instruction_sets()) {
      const QByteArray name(instruction_set_name(set).data());
      QTest::newRow(("upstream, " + name).constData()) << false << static_cast<int>(set);
      QTest::newRow(("clamped, " + name).constData()) << true << static_cast<int>(set);
    }
  }

  /// Of more LORs than the projector takes at a time, and not a whole number of runs.
  void forward_back() {
    QFETCH(const bool, clamped);
    QFETCH(const int, set);
    const int count = 70'001;
    LorArrays arrays = lors_of_kind(grid, LorKind::any, count - 1'000, 51);
    const LorArrays mixed = mixed_lors(grid, 1'000, 54);
    arrays.start.insert(arrays.start.end(), mixed.start.begin(), mixed.start.end());
    arrays.end.insert(arrays.end.end(), mixed.end.begin(), mixed.end.end());
    std::vector<std::int16_t> bin(count);
    for (std::size_t i = 0; i < bin.size(); ++i) {
      bin[i] = static_cast<std::int16_t>(i * 5 % 17);
    }
    const TofBins bins{17, 12.0f, &sigma, false, &offset, false, 3.0f};
    std::vector<TofBin> table;
    table.reserve(static_cast<std::size_t>(bins.num_bins));
    for (int b = 0; b < bins.num_bins; ++b) {
      table.push_back({static_cast<float>(b - 8) * bins.bin_width_mm + offset, bins.bin_width_mm, sigma});
    }
    const std::vector<std::uint16_t> index(bin.begin(), bin.end());
    const TofTable from_table{.bins = table.data(), .bin_index = index.data(), .num_bins = std::ssize(table)};

    const ProjectorOptions options{.boundary = clamped ? BoundaryRule::clamped : BoundaryRule::upstream,
                                   .num_threads = 2,
                                   .instruction_set = static_cast<InstructionSet>(set)};
    check_forward_back(NoTof{}, arrays, options);
    check_forward_back(TofEvents{bins, bin.data()}, arrays, options);
    check_forward_back(from_table, arrays, options);
    check_forward_back(bins, arrays, options);
  }
};

COINCIDE_TEST_CLASS(ForwardBackTest)
#include "forward_back_test.moc"
