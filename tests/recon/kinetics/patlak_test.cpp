// Patlak's model with Cp = 1e5 exp(-t/600) + 2e4, K = 0.02/min, V = 0.4 and 12 frames of 300 s from 1800 s on, whose
// means are worked out here from the formula, not from the curve's samples.

#include "recon/kinetics/patlak.h"

#include <QtTest>
#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>
#include <random>
#include <vector>

#include "projectors/error.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::BloodCurve;
using recon::BloodSample;
using recon::CurveDecay;
using recon::ImageSeries;
using recon::PatlakTerms;

constexpr double k_per_s = 0.02 / 60, v = 0.4;
constexpr double half_life_s = 6584.04;

double cp(double t) { return 1e5 * std::exp(-t / 600) + 2e4; }
double integral_of_cp(double t) { return 6e7 * -std::expm1(-t / 600) + 2e4 * t; }
double double_integral_of_cp(double t) { return 6e7 * (t + 600 * std::expm1(-t / 600)) + 1e4 * t * t; }

PatlakTerms exact_terms(double start_s, double stop_s) {
  const double duration_s = stop_s - start_s;
  return {(double_integral_of_cp(stop_s) - double_integral_of_cp(start_s)) / duration_s,
          (integral_of_cp(stop_s) - integral_of_cp(start_s)) / duration_s};
}

double tissue(const PatlakTerms& terms) { return k_per_s * terms.integral + v * terms.activity; }

double decay(double from_s, double to_s) { return std::exp(-std::numbers::ln2 / half_life_s * (to_s - from_s)); }

/// The curve, corrected to `reference_s` of the injection's clock, every second until 6000 s.
std::vector<BloodSample> samples(double first_s = 0) {
  std::vector<BloodSample> all;
  for (int step = 0; first_s + step <= 6000; ++step) {
    all.push_back({first_s + step, cp(first_s + step)});
  }
  return all;
}

BloodCurve curve() { return {samples(), {.decay = CurveDecay::corrected, .half_life_s = half_life_s}}; }

/// Two voxels, the second with half of the activity. Injection at 100 s of the data's clock.
ImageSeries study(int first_frame = 0) {
  ImageSeries series{.grid = recon::centred_grid({2, 1, 1}, {4, 4, 4}, {0, 0, 0}),
                     .unit = "Bq/mL",
                     .decay_corrected = true,
                     .reference_s = 100,
                     .half_life_s = half_life_s,
                     .injection_s = 100};
  for (int frame = first_frame; frame < 12; ++frame) {
    const double start_s = 1800 + 300 * frame;
    const auto value = static_cast<float>(tissue(exact_terms(start_s, start_s + 300)));
    series.frames.push_back({.values = {value, value / 2},
                             .start_s = 100 + start_s,
                             .duration_s = 300,
                             .decay_factor = 1 / decay(0, start_s + 150)});
  }
  return series;
}

/// Frames from 60 to 600 s, one voxel for each repeat of a noisy measurement that counts `counts_per_bq_s` of what
/// decays.
ImageSeries noisy_study(int repeats, double counts_per_bq_s, unsigned seed) {
  ImageSeries series = study();
  series.grid = recon::centred_grid({repeats, 1, 1}, {4, 4, 4}, {0, 0, 0});
  series.frames.clear();
  std::mt19937 random(seed);
  double start_s = 1800;
  for (const double duration_s : {60.0, 60.0, 120.0, 120.0, 300.0, 300.0, 600.0, 600.0, 600.0}) {
    const double truth = tissue(exact_terms(start_s, start_s + duration_s));
    const double counts_per_bq = counts_per_bq_s * duration_s * decay(0, start_s + duration_s / 2);
    recon::SeriesFrame& frame = series.frames.emplace_back();
    frame = {.values = {}, .start_s = 100 + start_s, .duration_s = duration_s};
    frame.decay_factor = 1 / decay(0, start_s + duration_s / 2);
    std::poisson_distribution<int> counts(truth * counts_per_bq);
    for (int i = 0; i < repeats; ++i) {
      frame.values.push_back(static_cast<float>(counts(random) / counts_per_bq));
    }
    start_s += duration_s;
  }
  return series;
}

PatlakTerms terms_of(const recon::SeriesFrame& frame) {
  const double start_s = frame.start_s - 100;
  return exact_terms(start_s, start_s + frame.duration_s);
}

/// For a frame with such an activity.
double weight_of(const recon::SeriesFrame& frame, double activity) {
  return frame.duration_s * decay(0, frame.start_s - 100 + frame.duration_s / 2) / activity;
}

/// A least-squares line by its definition: K where both derivatives of the sum are 0, by Cramer's rule on weighted
/// means.
double slope_of(const ImageSeries& series, std::size_t voxel, const std::function<double(std::size_t)>& weight) {
  double sum_bb = 0, sum_ab = 0, sum_bc = 0;
  std::vector<PatlakTerms> terms;
  for (std::size_t f = 0; f < series.frames.size(); ++f) {
    const auto& [a, b] = terms.emplace_back(terms_of(series.frames[f]));
    sum_bb += weight(f) * b * b;
    sum_ab += weight(f) * a * b;
    sum_bc += weight(f) * b * series.frames[f].values[voxel];
  }
  double sum_aa = 0, sum_ac = 0;  // of what is left of a when b has explained what it can
  for (std::size_t f = 0; f < series.frames.size(); ++f) {
    const double rest = terms[f].integral - sum_ab / sum_bb * terms[f].activity;
    sum_aa += weight(f) * rest * rest;
    sum_ac += weight(f) * rest * (series.frames[f].values[voxel] - sum_bc / sum_bb * terms[f].activity);
  }
  return 60 * sum_ac / sum_aa;
}

struct Spread {
  double mean = 0;
  double deviation = 0;
};

template <class Values>
Spread spread_of(const Values& values) {
  const auto count = static_cast<double>(values.size());
  Spread spread;
  spread.mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  for (const double value : values) {
    spread.deviation += std::pow(value - spread.mean, 2) / (count - 1);
  }
  spread.deviation = std::sqrt(spread.deviation);
  return spread;
}

bool close(double value, double expected, double relative) {
  return std::abs(value - expected) <= relative * std::abs(expected);
}

}  // namespace

class PatlakTest : public QObject {
  Q_OBJECT

 private slots:
  void integrals_of_straight_lines_are_exact() {
    const std::vector<BloodSample> triangle{{-10, 0}, {10, 4}, {30, 0}};
    const BloodCurve blood(triangle, {.decay = CurveDecay::corrected});
    QCOMPARE(blood.activity(0), 2.0);  // what lies before the injection is cut off
    QCOMPARE(blood.activity(20), 2.0);
    QCOMPARE(blood.integral(10), 30.0);
    QCOMPARE(blood.integral(30), 70.0);
    QVERIFY(close(blood.double_integral(10), 2 * 50 + 0.2 * 1000 / 6, 1e-14));
    // from there on 30 u + 2 u^2 - 0.1 u^3 / 3 over u = 0 ... 20
    QVERIFY(close(blood.double_integral(30), blood.double_integral(10) + 30 * 20 + 2 * 400 - 0.2 * 8000 / 6, 1e-14));
    QVERIFY_THROWS_EXCEPTION(InputError, blood.integral(30.01));
    QVERIFY_THROWS_EXCEPTION(InputError, blood.integral(-0.01));
  }

  void terms_are_means_over_the_frame() {
    const BloodCurve blood = curve();
    for (int frame = 0; frame < 12; ++frame) {
      const double start_s = 1800 + 300 * frame;
      const PatlakTerms expected = exact_terms(start_s, start_s + 300);
      const PatlakTerms terms = recon::patlak_terms(blood, start_s, start_s + 300);
      QVERIFY(close(terms.integral, expected.integral, 1e-6));
      QVERIFY(close(terms.activity, expected.activity, 1e-6));
    }
  }

  void parameters_come_back() {
    const recon::PatlakImages images = recon::indirect_patlak(study(), curve(), 1800);
    QVERIFY(close(images.slope.values[0], 0.02, 1e-5));
    QVERIFY(close(images.intercept.values[0], 0.4, 1e-5));
    QVERIFY(close(images.slope.values[1], 0.01, 1e-5));
    QCOMPARE(images.slope.unit, std::string("1/min"));
    QCOMPARE(images.slope.frame_start_s, 1900.0);
    QCOMPARE(images.slope.frame_duration_s, 3600.0);
  }

  /// Frames' means fit to the last digit; values in the middle of frames, as Patlak's plot of C / Cp takes them, do
  /// not.
  void middles_of_frames_are_not_their_means() {
    std::vector<PatlakTerms> means, middles;
    std::vector<double> activity, ones, of_plot;
    for (int frame = 0; frame < 12; ++frame) {
      const double middle_s = 1950 + 300 * frame;
      means.push_back(exact_terms(middle_s - 150, middle_s + 150));
      middles.push_back({integral_of_cp(middle_s), cp(middle_s)});
      activity.push_back(tissue(means.back()));
      ones.push_back(1);
      of_plot.push_back(1 / (cp(middle_s) * cp(middle_s)));
    }
    const auto [k, volume] = recon::fit_patlak(means, activity, ones);
    QVERIFY(close(k, k_per_s, 1e-10) && close(volume, v, 1e-10));
    const auto [k_of_middles, volume_of_middles] = recon::fit_patlak(middles, activity, of_plot);
    QVERIFY(std::abs(60 * k_of_middles - 0.019996) < 5e-7);
    QVERIFY(std::abs(volume_of_middles - 0.40053) < 5e-6);
  }

  /// Weights T_f exp(-lambda t) / C_f, t in the middle of the frame and C_f the line's own.
  void weights_are_those_of_the_expected_counts() {
    const ImageSeries series = noisy_study(20, 1e-4, 3);
    const recon::PatlakImages images = recon::indirect_patlak(series, curve(), 1800);
    double worst = 0, from_equal = 0;
    for (std::size_t voxel = 0; voxel < 20; ++voxel) {
      const double expected = slope_of(series, voxel, [&](std::size_t f) {
        const auto& [a, b] = terms_of(series.frames[f]);
        const double line = images.slope.values[voxel] / 60 * a + images.intercept.values[voxel] * b;
        return weight_of(series.frames[f], line);
      });
      worst = std::max(worst, std::abs(images.slope.values[voxel] / expected - 1));
      from_equal =
          std::max(from_equal, std::abs(slope_of(series, voxel, [](std::size_t) { return 1; }) / expected - 1));
    }
    QVERIFY2(worst < 1e-4, qPrintable(QString::number(worst)));
    QVERIFY(from_equal > 100 * worst);
  }

  /// Weights from the noisy values would make K too small.
  void few_counts_leave_no_bias() {
    constexpr int repeats = 4000;
    const ImageSeries series = noisy_study(repeats, 2e-5, 7);  // some 30 to 240 counts per frame
    const Spread found = spread_of(recon::indirect_patlak(series, curve(), 1800).slope.values);
    std::vector<double> by_values;
    for (std::size_t voxel = 0; voxel < repeats; ++voxel) {
      by_values.push_back(slope_of(
          series, voxel, [&](std::size_t f) { return weight_of(series.frames[f], series.frames[f].values[voxel]); }));
    }
    const double error = std::abs(found.mean / 0.02 - 1), of_values = std::abs(spread_of(by_values).mean / 0.02 - 1);
    qInfo("K is %.4f, by values %.4f from the truth", error, of_values);
    QVERIFY(error < 0.005);
    QVERIFY(of_values > 5 * error);
  }

  /// Over many repeats K has no bias, the noise that its covariance says, and less than with equal weights.
  void noisy_repeats_scatter_as_the_weights_say() {
    constexpr int repeats = 4000;
    constexpr double counts_per_bq_s = 1e-3;  // some 1500 to 12000 counts per frame
    const ImageSeries series = noisy_study(repeats, counts_per_bq_s, 5);
    const Spread found = spread_of(recon::indirect_patlak(series, curve(), 1800).slope.values);
    double aa = 0, ab = 0, bb = 0;
    for (const recon::SeriesFrame& frame : series.frames) {
      const double start_s = frame.start_s - 100, stop_s = start_s + frame.duration_s;
      const PatlakTerms terms = exact_terms(start_s, stop_s);
      const double per_variance = counts_per_bq_s * frame.duration_s * decay(0, (start_s + stop_s) / 2) / tissue(terms);
      aa += per_variance * terms.integral * terms.integral;
      ab += per_variance * terms.integral * terms.activity;
      bb += per_variance * terms.activity * terms.activity;
    }
    const double expected = 60 * std::sqrt(bb / (aa * bb - ab * ab));
    std::vector<double> alike;
    for (std::size_t voxel = 0; voxel < repeats; ++voxel) {
      alike.push_back(slope_of(series, voxel, [](std::size_t) { return 1; }));
    }
    const Spread equal = spread_of(alike);
    qInfo("K %.6f +- %.6f, expected 0.02 +- %.6f; with equal weights +- %.6f", found.mean, found.deviation, expected,
          equal.deviation);
    QVERIFY(std::abs(found.mean - 0.02) < 0.002 * 0.02 + 4 * expected / std::sqrt(repeats));
    QVERIFY(std::abs(found.deviation / expected - 1) < 4 / std::sqrt(2.0 * repeats));
    QVERIFY(equal.deviation > found.deviation);
  }

  /// The integral counts from the injection, whichever frames are fitted.
  void late_frames_give_the_same() {
    const recon::PatlakImages all = recon::indirect_patlak(study(), curve(), 1800);
    const recon::PatlakImages late = recon::indirect_patlak(study(), curve(), 3600);
    const recon::PatlakImages alone = recon::indirect_patlak(study(6), curve(), 1800);
    QVERIFY(close(late.slope.values[0], all.slope.values[0], 1e-5));
    QVERIFY(close(late.intercept.values[0], all.intercept.values[0], 1e-5));
    QCOMPARE(late.slope.values, alone.slope.values);
    QCOMPARE(late.slope.frame_start_s, 3700.0);
  }

  /// As measured, corrected to the injection or to the start of the scan, counted from three zeros: one K.
  void curves_of_any_form_give_the_same() {
    const recon::PatlakImages expected = recon::indirect_patlak(study(), curve(), 1800);
    std::vector<BloodSample> measured = samples(), to_scan = samples();
    for (BloodSample& sample : measured) {
      sample.activity *= decay(0, sample.time_s);
    }
    for (BloodSample& sample : to_scan) {
      sample.activity *= decay(0, 100);
    }
    const BloodCurve curves[] = {
        {measured, {.zero_s = 100, .injection_s = 100, .reference_s = 100, .half_life_s = half_life_s}},
        {samples(),
         {.zero_s = 100,
          .injection_s = 100,
          .decay = CurveDecay::corrected,
          .corrected_to_s = 100,
          .reference_s = 100,
          .half_life_s = half_life_s}},
        {to_scan,
         {.zero_s = 100,
          .injection_s = 100,
          .decay = CurveDecay::corrected,
          .corrected_to_s = 200,
          .reference_s = 100,
          .half_life_s = half_life_s}}};
    for (const BloodCurve& blood : curves) {
      QVERIFY(close(blood.activity(2000), cp(2000), 1e-12));
      const recon::PatlakImages images = recon::indirect_patlak(study(), blood, 1800);
      QVERIFY(close(images.slope.values[0], expected.slope.values[0], 1e-6));
    }
  }

  void the_zero_of_the_table_does_not_matter() {
    for (const double zero_s : {0.0, 100.0, -3599.9}) {
      std::vector<BloodSample> shifted = samples();
      for (BloodSample& sample : shifted) {
        sample.time_s += 100 - zero_s;
      }
      const BloodCurve blood(shifted, {.zero_s = zero_s, .injection_s = 100, .decay = CurveDecay::corrected});
      QCOMPARE(blood.integral(4321), BloodCurve(samples(), {.decay = CurveDecay::corrected}).integral(4321));
    }
  }

  void what_is_not_known_is_refused() {
    const recon::BloodCurveClock corrected{.decay = CurveDecay::corrected};
    QVERIFY_THROWS_EXCEPTION(InputError, BloodCurve(samples(5), corrected));  // begins after the injection
    QVERIFY_THROWS_EXCEPTION(InputError, BloodCurve(samples(), {}));          // as measured, without half-life
    const std::vector<BloodSample> twice{{0, 1}, {10, 2}, {10.0001, 3}}, one{{0, 1}}, before{{-20, 1}, {-10, 1}};
    QVERIFY_THROWS_EXCEPTION(InputError, BloodCurve(twice, corrected));
    QVERIFY_THROWS_EXCEPTION(InputError, BloodCurve(one, corrected));
    QVERIFY_THROWS_EXCEPTION(InputError, BloodCurve(before, corrected));
    std::vector<BloodSample> broken = samples();
    broken[7].activity = std::nan("");
    QVERIFY_THROWS_EXCEPTION(InputError, BloodCurve(broken, corrected));

    const std::vector<BloodSample> short_samples{{0, 1}, {5000, 1}};
    QVERIFY_THROWS_EXCEPTION(InputError, recon::indirect_patlak(study(), BloodCurve(short_samples, corrected), 1800));
    QVERIFY_THROWS_EXCEPTION(InputError, recon::indirect_patlak(study(), curve(), 5000));  // one frame
    ImageSeries series = study();
    series.injection_s.reset();
    QVERIFY_THROWS_EXCEPTION(InputError, recon::indirect_patlak(series, curve(), 1800));
  }
};

COINCIDE_TEST_CLASS(PatlakTest)

}  // namespace coincide::tests

#include "patlak_test.moc"
