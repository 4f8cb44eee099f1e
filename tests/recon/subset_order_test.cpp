#include "recon/algorithms/subset_order.h"

#include <QtTest>
#include <algorithm>
#include <vector>

#include "support/test_main.h"

namespace coincide::tests {
namespace {

std::vector<int> order(int pass, int n) {
  std::vector<int> subsets;
  for (int place = 0; place < n; ++place) {
    subsets.push_back(recon::subset_at(place, pass, n));
  }
  return subsets;
}

}  // namespace

class SubsetOrderTest : public QObject {
  Q_OBJECT

 private slots:
  void known_orders() {
    QCOMPARE(order(0, 1), (std::vector{0}));
    QCOMPARE(order(1, 1), (std::vector{0}));
    QCOMPARE(order(0, 2), (std::vector{0, 1}));
    QCOMPARE(order(0, 5), (std::vector{0, 2, 4, 1, 3}));
    QCOMPARE(order(1, 5), (std::vector{0, 3, 1, 4, 2}));
    QCOMPARE(order(0, 10), (std::vector{0, 3, 6, 9, 2, 5, 8, 1, 4, 7}));
    QCOMPARE(order(1, 10), (std::vector{0, 7, 4, 1, 8, 5, 2, 9, 6, 3}));
    QCOMPARE(order(0, 25)[1], 8);
    QCOMPARE(order(1, 34)[1], 23);
  }

  /// Every subset comes once in every pass.
  void all_subsets_come() {
    for (int n = 1; n < 200; ++n) {
      for (int pass = 0; pass < 3; ++pass) {
        std::vector<int> subsets = order(pass, n);
        std::ranges::sort(subsets);
        for (int i = 0; i < n; ++i) {
          QCOMPARE(subsets[static_cast<std::size_t>(i)], i);
        }
      }
    }
  }
};

COINCIDE_TEST_CLASS(SubsetOrderTest)

}  // namespace coincide::tests

#include "subset_order_test.moc"
