// Several threads of the program that project back into the same floats at once lose nothing.

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <thread>
#include <vector>

#include "projectors/projector.h"
#include "projectors/turns.h"
#include "support/random_lors.h"
#include "support/test_main.h"

using namespace coincide::projectors;
using namespace coincide::tests;

namespace {

const ImageGrid grid{{12, 13, 11}, {-11, -12, -10}, {2, 2, 2}};
constexpr int num_callers = 8;
constexpr int calls_each = 8;
constexpr int num_lors = 1500;
const float sigma = 6;

/// Every other caller's image begins a plane later in memory.
constexpr std::size_t shift = 13 * 11;

class Unchanged final : public ValueStep {
 public:
  void operator()(std::int64_t, std::int64_t, float*) const override {}
};

class TurnsTestProblem {
 public:
  /// Adds to an image, by one call.
  template <class Tof>
  void back(const Tof& tof, float* image) const {
    Projector(grid, {.num_threads = 2}).back(lors_.lors(), tof, values_.data(), image);
  }
  template <class Tof>
  void forward_back(const Tof& tof, float* image) const {
    Projector(grid, {.num_threads = 2}).forward_back(lors_.lors(), tof, image_.data(), Unchanged(), image);
  }
  TofBins bins() const { return {.num_bins = 9, .bin_width_mm = 5, .sigma_mm = &sigma}; }
  TofEvents events() const { return {bins(), bin_.data()}; }

 private:
  LorArrays lors_ = lors_of_kind(grid, LorKind::any, num_lors, 71);
  std::vector<float> values_ = random_values(9 * num_lors, 72);
  std::vector<float> image_ = random_values(static_cast<std::size_t>(grid.num_voxels()), 73);
  std::vector<std::int16_t> bin_ = std::vector<std::int16_t>(num_lors, 4);
};

/// Calls add(image) often, from all callers one after the other and all at once; returns the largest difference of a
/// voxel's two sums, relative to the largest sum.
template <class Add>
double lost(const Add& add) {
  std::vector<float> expected(static_cast<std::size_t>(grid.num_voxels()) + shift), together(expected);
  const auto call = [&](std::vector<float>& all, int caller) {
    for (int i = 0; i < calls_each; ++i) {
      add(all.data() + (caller % 2 == 0 ? 0 : shift));
    }
  };
  for (int caller = 0; caller < num_callers; ++caller) {
    call(expected, caller);
  }
  std::vector<std::thread> callers;
  for (int caller = 0; caller < num_callers; ++caller) {
    callers.emplace_back(call, std::ref(together), caller);
  }
  std::ranges::for_each(callers, &std::thread::join);
  double difference = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    difference = std::max(difference, std::abs(double{expected[i]} - double{together[i]}));
  }
  return difference / *std::ranges::max_element(expected);
}

}  // namespace

class TurnsTest : public QObject {
  Q_OBJECT

  const TurnsTestProblem problem_;

 private slots:
  void nothing_is_lost() {
    QVERIFY(lost([&](float* image) { problem_.back(NoTof{}, image); }) < 1e-5);
    QVERIFY(lost([&](float* image) { problem_.back(problem_.bins(), image); }) < 1e-5);
    QVERIFY(lost([&](float* image) { problem_.back(problem_.events(), image); }) < 1e-5);
    QVERIFY(lost([&](float* image) { problem_.forward_back(problem_.events(), image); }) < 1e-5);
  }

  /// Nobody waits for another's floats, nor for an image without voxels.
  void only_for_the_same_floats() {
    const float floats[10]{};
    const Turn first(floats, 4), none(floats, 0), next(floats + 4, 6);
    bool waited = true;
    std::thread([&] {
      const Turn empty(floats + 2, 0);
      waited = false;
    }).join();
    QVERIFY(!waited);
  }
};

COINCIDE_TEST_CLASS(TurnsTest)
#include "turns_test.moc"
