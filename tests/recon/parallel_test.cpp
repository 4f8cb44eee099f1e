#include "recon/parallel.h"

#include <omp.h>

#include <QtTest>
#include <array>

#include "projectors/error.h"
#include "projectors/projector.h"
#include "support/test_main.h"

namespace coincide::tests {

class ParallelTest : public QObject {
  Q_OBJECT

 private slots:
  void every_index_once() {
    std::vector<int> calls(1000);
    recon::parallel_for(1000, 3, [&](std::int64_t i) { ++calls[static_cast<std::size_t>(i)]; });
    QCOMPARE(calls, std::vector<int>(1000, 1));
  }

  void exceptions_leave_the_loop() {
    const auto fail = [](std::int64_t i) {
      if (i % 10 == 7) {
        throw InputError("no good");
      }
    };
    QVERIFY_THROWS_EXCEPTION(InputError, recon::parallel_for(100, 4, fail));
  }

  /// Threads are asked for loop by loop: what another library or the user has set stays.
  void numbers_of_threads_are_nobody_elses() {
    const int before = omp_get_max_threads();
    omp_set_num_threads(3);
    recon::parallel_for(10, 2, [](std::int64_t) {});
    const projectors::Projector projector({.shape = {9, 9, 9}, .origin_mm = {-8, -8, -8}, .voxel_size_mm = {2, 2, 2}},
                                          {.num_threads = 2});
    const std::array<float, 3> start_mm{-20, 1, 1}, end_mm{20, 1, 1};
    std::vector<float> image(729, 1), value(1);
    projector.forward({.start_mm = start_mm.data(), .end_mm = end_mm.data(), .count = 1}, projectors::NoTof{},
                      image.data(), value.data());
    QCOMPARE(value[0], 18.0F);
    QCOMPARE(omp_get_max_threads(), 3);
    omp_set_num_threads(before);
  }
};

COINCIDE_TEST_CLASS(ParallelTest)

}  // namespace coincide::tests

#include "parallel_test.moc"
