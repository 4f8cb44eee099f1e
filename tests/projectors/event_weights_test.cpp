#include <QtTest>
#include <algorithm>
#include <cmath>
#include <limits>

#include "projectors/event_weights.h"
#include "support/test_main.h"

using namespace coincide::projectors;

namespace {

/// Largest error of the polynomial, summed up in float32 as the kernels do; infinite if it falls below 0.
double largest_error(const EventWeights& weights, const TofBin& bin, double farthest_mm) {
  double largest = 0;
  constexpr int steps = 20'000;
  for (int i = 0; i <= steps; ++i) {
    const float d = static_cast<float>(farthest_mm * i / steps);
    const float t = d * d * weights.scale - 1;
    float sum = 0;
    for (int k = EventWeights::terms - 1; k >= 0; --k) {
      sum = sum * t + weights.coefficient[k];
    }
    const double per_mm = 1 / (std::sqrt(2.0) * bin.sigma_mm);
    const double exact =
        0.5 * (std::erf((d + 0.5 * bin.width_mm) * per_mm) - std::erf((d - 0.5 * bin.width_mm) * per_mm));
    largest = std::max(largest, sum >= 0 ? std::abs(sum - exact) : std::numeric_limits<double>::infinity());
  }
  return largest;
}

}  // namespace

class EventWeightsTest : public QObject {
  Q_OBJECT

 private slots:
  /// float32 itself has errors of 6e-8 near 1.
  void error_bound() {
    for (const float sigma : {3.0F, 24.5F, 100.0F}) {
      for (const float width : {0.02F, 0.3F, 1.035F, 2.0F, 4.0F, 8.0F}) {
        for (const double reach : {1.0, 2.5, 3.2, 3.7, 4.0}) {
          const TofBin bin{.centre_mm = 7, .width_mm = width * sigma, .sigma_mm = sigma};
          const double farthest = reach * sigma;
          const EventWeights weights = fit_event_weights(bin, farthest);
          QVERIFY2(weights.scale > 0, qPrintable(QString("width %1 sigma, reach %2 sigma").arg(width).arg(reach)));
          const double error = largest_error(weights, bin, farthest);
          QVERIFY2(error < 2e-7,
                   qPrintable(QString("width %1 sigma, reach %2 sigma: %3").arg(width).arg(reach).arg(error)));
        }
      }
    }
  }

  void far_reaches_and_bad_numbers_have_no_polynomial() {
    QCOMPARE(fit_event_weights({0, 25, 24.5F}, 8 * 24.5).scale, 0.0F);
    QCOMPARE(fit_event_weights({0, 0.5F, 24.5F}, 4.5 * 24.5).scale, 0.0F);  // it would fall below 0
    QCOMPARE(fit_event_weights({0, 25, 0}, 70).scale, 0.0F);
    QCOMPARE(fit_event_weights({0, 25, std::nanf("")}, 70).scale, 0.0F);
  }
};

COINCIDE_TEST_CLASS(EventWeightsTest)
#include "event_weights_test.moc"
