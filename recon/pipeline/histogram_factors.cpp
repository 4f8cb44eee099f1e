#include "recon/pipeline/histogram_factors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "projectors/error.h"

namespace coincide::recon {
namespace {

/// Corrections beyond this stand for bins that measure nothing; so do those beyond this times the least, as factors may
/// be in any unit.
constexpr float correction_of_gap = 1e6F;

std::string place(const Vec3& p) { return fmt::format("({:.2f}, {:.2f}, {:.2f}) mm", p[0], p[1], p[2]); }

void check_same_lors(const Histogram& histogram, const Histogram& other, std::string_view key) {
  constexpr float rounding_mm = 0.01F;
  const auto same = [](const Vec3& a, const Vec3& b) {
    return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) <= rounding_mm;
  };
  for (std::size_t lor = 0; lor < histogram.start.size(); ++lor) {
    const Vec3 &start = histogram.point_mm[histogram.start[lor]], &end = histogram.point_mm[histogram.end[lor]];
    const Vec3 &from = other.point_mm[other.start[lor]], &to = other.point_mm[other.end[lor]];
    if (!same(start, from) || !same(end, to)) {
      throw InputError(fmt::format("a LOR of {} runs from {} to {}, and the one in its place in the data from {} to {}",
                                   key, place(from), place(to), place(start), place(end)));
    }
  }
}

/// Of the bins of `histogram`; those without TOF count for all bins of their LOR, times `share`.
std::vector<float> values_of(HistogramSource& source, const HistogramSource& counts, const Communicator& ranks,
                             const Histogram& histogram, std::string_view key, float share) {
  if (source.facts().num_lors != counts.facts().num_lors) {
    throw InputError(
        fmt::format("{} has {} LORs, and the data have {}", key, source.facts().num_lors, counts.facts().num_lors));
  }
  Histogram other = source.read_share(LorShare(ranks));
  check_same_lors(histogram, other, key);
  const auto wrong = std::ranges::find_if_not(other.counts, [](float x) { return x >= 0 && std::isfinite(x); });
  if (wrong != other.counts.end()) {
    const auto lor = static_cast<std::size_t>((wrong - other.counts.begin()) / other.bins_per_lor());
    throw InputError(fmt::format("{} holds {} for the LOR from {} to {}: all must be finite and not negative", key,
                                 *wrong, place(other.point_mm[other.start[lor]]),
                                 place(other.point_mm[other.end[lor]])));
  }
  if (other.bins_per_lor() == histogram.bins_per_lor()) {
    return std::move(other.counts);
  }
  if (other.bins_per_lor() != 1) {
    throw InputError(
        fmt::format("{} has {} TOF bins, and the data have {}", key, other.bins_per_lor(), histogram.bins_per_lor()));
  }
  std::vector<float> values;
  values.reserve(histogram.counts.size());
  for (const float value : other.counts) {
    values.insert(values.end(), static_cast<std::size_t>(histogram.bins_per_lor()), share * value);
  }
  return values;
}

/// None of no values.
std::vector<float> least_and_most(const std::vector<float>& values) {
  if (values.empty()) {
    return {};
  }
  const auto [least, most] = std::ranges::minmax(values);
  return {least, most};
}

}  // namespace

void refuse_corrected_counts(const Histogram& histogram) {
  const auto negative = std::ranges::find_if(histogram.counts, [](float count) { return count < 0; });
  if (negative != histogram.counts.end()) {
    throw InputError(fmt::format(
        "a bin of the histogram holds {}: its counts have been corrected already. Give the prompts as they were "
        "measured, with corrections.multiplicative and corrections.additive beside them",
        *negative));
  }
}

FactorsAre meaning_of_factors(float low, float high, FactorsAre said) {
  constexpr std::string_view key = "corrections.multiplicative";
  if (said == FactorsAre::correction && low == 0) {
    throw InputError(fmt::format(
        "{} holds zeros, so it cannot be a correction, which would be infinite there. Is it an efficiency?", key));
  }
  if (said == FactorsAre::efficiency && high > correction_of_gap) {
    throw InputError(fmt::format("{} holds {:g}, as corrections do in gaps; is it no efficiency?", key, high));
  }
  if (said != FactorsAre::automatic) {
    return said;
  }
  const bool may_be_efficiency = low == 0 || high <= 1;
  const bool may_be_correction = low >= 1 || (low > 0 && high > correction_of_gap);
  if (may_be_efficiency == may_be_correction) {
    throw InputError(
        fmt::format("{} holds values from {:g} to {:g}, which may be efficiencies or corrections. Say which: set "
                    "corrections.multiplicative_is",
                    key, low, high));
  }
  return may_be_efficiency ? FactorsAre::efficiency : FactorsAre::correction;
}

void use_factors_and_background(const HistogramInputs& inputs, const CorrectionOptions& options, Communicator& ranks,
                                Histogram& histogram) {
  if (inputs.multiplicative != nullptr) {
    histogram.factor =
        values_of(*inputs.multiplicative, *inputs.counts, ranks, histogram, "corrections.multiplicative", 1);
    const std::vector<float> of_all = ranks.gather(least_and_most(histogram.factor));
    const auto [low, high] = std::ranges::minmax(of_all);
    if (meaning_of_factors(low, high, options.multiplicative_is) == FactorsAre::correction) {
      std::ranges::transform(histogram.factor, histogram.factor.begin(),
                             [gap = correction_of_gap * low](float value) { return value < gap ? 1 / value : 0; });
    }
  }
  if (inputs.additive != nullptr) {
    const float share = 1 / static_cast<float>(histogram.bins_per_lor());
    histogram.additive = values_of(*inputs.additive, *inputs.counts, ranks, histogram, "corrections.additive", share);
    if (options.additive_is == BackgroundIs::times_correction) {
      std::ranges::transform(histogram.additive, histogram.factor, histogram.additive.begin(), std::multiplies<>());
    }
  }
}

}  // namespace coincide::recon
