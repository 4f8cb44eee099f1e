#include "recon/kinetics/blood_curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "projectors/error.h"

namespace coincide::recon {
namespace {

/// What a sample at `time_s` on the data's clock is multiplied by to be corrected to t_ref.
double decay_scale(double time_s, const BloodCurveClock& clock) {
  const double from_s = clock.decay == CurveDecay::corrected ? clock.corrected_to_s : time_s;
  if (clock.half_life_s > 0) {
    return std::exp(std::numbers::ln2 / clock.half_life_s * (from_s - clock.reference_s));
  }
  if (clock.decay == CurveDecay::as_measured || from_s != clock.reference_s) {
    throw InputError("the blood curve cannot be corrected for decay to the images' time: the half-life is not known");
  }
  return 1;
}

}  // namespace

BloodCurve::BloodCurve(std::span<const BloodSample> samples, const BloodCurveClock& clock) {
  for (const auto& [time_s, activity] : samples) {
    const double data_s = clock.zero_s + time_s;
    if (!std::isfinite(data_s) || !std::isfinite(activity)) {
      throw InputError(fmt::format("the blood curve has {} at {} s: both must be finite numbers", activity, time_s));
    }
    samples_.push_back({1e-3 * std::round(1e3 * (data_s - clock.injection_s)), activity * decay_scale(data_s, clock)});
  }
  std::ranges::sort(samples_, {}, &BloodSample::time_s);
  if (const auto twice = std::ranges::adjacent_find(samples_, {}, &BloodSample::time_s); twice != samples_.end()) {
    throw InputError(fmt::format("the blood curve has two values at {} s after the injection", twice->time_s));
  }
  if (samples_.size() < 2 || samples_.back().time_s <= 0) {
    throw InputError(fmt::format(
        "the blood curve has {} samples, the last of them {} s after the injection: two are needed and one after it",
        samples_.size(), samples_.empty() ? 0 : samples_.back().time_s));
  }
  cut_at_injection();
  integrate();
}

void BloodCurve::cut_at_injection() {
  const auto after = std::ranges::upper_bound(samples_, 0.0, {}, &BloodSample::time_s);
  if (after == samples_.begin()) {
    throw InputError(fmt::format(
        "the blood curve begins {} s after the injection, but its integral counts from the injection on: add a row for "
        "that time (with 0, if nothing had arrived), or state the curve's zero",
        after->time_s));
  }
  const BloodSample &left = *std::prev(after), &right = *after;
  const double part = -left.time_s / (right.time_s - left.time_s);
  const BloodSample first{0, left.activity + part * (right.activity - left.activity)};
  samples_.erase(samples_.begin(), after);
  samples_.insert(samples_.begin(), first);
}

void BloodCurve::integrate() {
  integral_.assign(1, 0);
  double_integral_.assign(1, 0);
  for (std::size_t i = 1; i < samples_.size(); ++i) {
    const auto [from_s, left] = samples_[i - 1];
    const auto [to_s, right] = samples_[i];
    const double width = to_s - from_s;
    double_integral_.push_back(double_integral_.back() + width * integral_.back() +
                               width * width * (2 * left + right) / 6);
    integral_.push_back(integral_.back() + width * (left + right) / 2);
  }
}

/// The index of the sample that it begins with.
std::size_t BloodCurve::segment_of(double time_s) const {
  if (!(time_s >= 0 && time_s <= last_s())) {
    throw InputError(fmt::format(
        "the blood curve goes from 0 s to {} s after the injection; its value at {} s is needed", last_s(), time_s));
  }
  const auto behind = std::ranges::upper_bound(samples_, time_s, {}, &BloodSample::time_s);
  return std::min(static_cast<std::size_t>(behind - samples_.begin()), samples_.size() - 1) - 1;
}

double BloodCurve::activity(double time_s) const {
  const BloodSample* at = &samples_[segment_of(time_s)];
  return at->activity + (at[1].activity - at->activity) * (time_s - at->time_s) / (at[1].time_s - at->time_s);
}

double BloodCurve::integral(double time_s) const {
  const std::size_t i = segment_of(time_s);
  return integral_[i] + (time_s - samples_[i].time_s) * (samples_[i].activity + activity(time_s)) / 2;
}

double BloodCurve::double_integral(double time_s) const {
  const std::size_t i = segment_of(time_s);
  const double width = time_s - samples_[i].time_s;
  return double_integral_[i] + width * integral_[i] + width * width * (2 * samples_[i].activity + activity(time_s)) / 6;
}

}  // namespace coincide::recon
