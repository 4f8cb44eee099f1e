#include "recon/parallel.h"

#include <QtTest>

#include "projectors/error.h"
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
};

COINCIDE_TEST_CLASS(ParallelTest)

}  // namespace coincide::tests

#include "parallel_test.moc"
