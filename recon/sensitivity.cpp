#include "recon/sensitivity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "projectors/error.h"
#include "recon/attenuation.h"
#include "recon/back_projection_sum.h"
#include "recon/lor_enumerator.h"
#include "recon/trilinear.h"

namespace coincide::recon {
namespace {

constexpr std::string_view stage = "sensitivity image";

void check(const SensitivityOptions& options) {
  if (!(options.fraction >= 0) || options.fraction > 1) {
    throw InputError(fmt::format(
        "the part of the crystal pairs for the sensitivity image is {}: it must be from 0, which chooses it, to 1",
        options.fraction));
  }
}

/// How many of all pairs cross a voxel, on average.
double pairs_per_voxel(const MultiplicativeModel& model, const ImageGrid& grid) {
  const auto voxels_on_lor = static_cast<double>(std::ranges::max(grid.shape));
  return static_cast<double>(num_measurable_lors(model)) * voxels_on_lor / static_cast<double>(grid.num_voxels());
}

/// In how many poses each pair counts: as many as keep the noise of drawing them near 1 % in a voxel.
int draws_of_poses(const MultiplicativeModel& model, const ImageGrid& grid, const MovedCrystals* moved, double part) {
  if (moved == nullptr || moved->num_poses() == 1) {
    return 1;
  }
  constexpr double enough_per_voxel = 1e4;
  constexpr double most = 64;  // twice as many as there are poses
  return static_cast<int>(std::ceil(std::clamp(enough_per_voxel / (part * pairs_per_voxel(model, grid)), 1.0, most)));
}

/// Which pairs a sum is made of.
struct Sampling {
  double part = 1;  ///< of all, or about as many as will be needed
  LorSample::Spread spread = LorSample::Spread::beams;
};

/// Directions in which LORs of a crystal run.
double num_beams(const MultiplicativeModel& model) {
  return 2 * static_cast<double>(num_measurable_lors(model)) / static_cast<double>(model.scanner().num_crystals());
}

/// `fraction` as that of SensitivityOptions.
Sampling choose_sampling(const MultiplicativeModel& model, double fraction) {
  constexpr std::uint64_t few_pairs = 20'000'000;  // seconds
  constexpr double enough_beams = 2000;            // for 1 % of noise, measured; large voxels need fewer
  constexpr double few_beams = 700;                // as many single pairs leave less noise
  constexpr double nearly_all = 0.35;              // all pairs go quicker each, and more may turn out to be needed
  const double beams = num_beams(model);
  const double part = fraction > 0 ? fraction : enough_beams / beams;
  if (fraction == 1 || (fraction == 0 && (part > nearly_all || num_measurable_lors(model) <= few_pairs))) {
    return {};
  }
  return {part, part * beams < few_beams ? LorSample::Spread::pairs : LorSample::Spread::beams};
}

/// A^T m over more and more of the pairs.
class GrowingSum {
 public:
  GrowingSum(ComputeDevice& device, const MultiplicativeModel& model, const ImageGrid& grid, const Image* attenuation,
             const SensitivityOptions& options, const Sampling& sampling, Reporter& reporter)
      : model_(model),
        grid_(grid),
        options_(options),
        spread_(sampling.spread),
        draws_(draws_of_poses(model, grid, options.moved, sampling.part)),
        reporter_(reporter),
        ranks_(device.ranks()),
        projector_(grid, {.device = device.get(), .num_threads = options.num_threads}),
        sum_(projector_) {
    if (attenuation != nullptr) {
      attenuation_.emplace(*attenuation, device, options.num_threads, reporter);
    }
  }

  double part() const { return part_; }
  /// Of all processes.
  const std::vector<double>& total() {
    if (ranks_.is_alone()) {
      return sum_.total();
    }
    of_all_ = sum_.total();
    ranks_.sum(of_all_);
    return of_all_;
  }
  /// The image, of all pairs.
  std::vector<float> finish() {
    const std::vector<double>& all = total();
    std::vector<float> values(all.begin(), all.end());
    for (float& value : values) {
      value /= static_cast<float>(part_ * draws_);
    }
    return values;
  }

  /// Up to a part of all pairs. `expected`: the part that will be enough, for the progress. False if the reporter asks
  /// to stop.
  bool grow(double part, double expected) { return !ranks_.any(!grow_own(part, expected)); }

 private:
  /// The pairs of this process.
  bool grow_own(double part, double expected) {
    const double step = (part - part_) / ranks_.size();
    const LorSample::Part own{part_ + ranks_.rank() * step,
                              ranks_.rank() + 1 < ranks_.size() ? part_ + (ranks_.rank() + 1) * step : part};
    for (int draw = 0; draw < draws_; ++draw) {
      LorEnumerator enumerator(model_, grid_,
                               {.tof = options_.tof,
                                .part = own,
                                .spread = spread_,
                                .num_threads = options_.num_threads,
                                .moved = options_.moved,
                                .turn = static_cast<double>(draw) / draws_});
      LorColumns block;
      while (enumerator.next(block)) {
        if (reporter_.stop_requested() || ranks_.asked_to_stop()) {
          return false;
        }
        const double grown = (draw + enumerator.fraction_done()) / draws_;
        shown_ = std::max(shown_, (part_ + grown * (part - part_)) / expected);  // also if more than expected is needed
        reporter_.progress(stage, shown_);
        add(enumerator, block);
      }
    }
    part_ = part;
    return true;
  }

  void add(const LorEnumerator& enumerator, LorColumns& block) {
    const auto covered = static_cast<std::int64_t>(block.covered);
    const auto lors = [&](std::int64_t first, std::int64_t count) {
      return lors_between(enumerator.points_mm(), block.point_a.data() + first, block.point_b.data() + first, count);
    };
    if (attenuation_) {
      attenuation_->multiply(lors(0, std::ssize(block.factor)), block.factor.data());
    }
    sum_.add(lors(0, covered), projectors::NoTof{}, block.factor.data());
    if (const std::int64_t beyond = std::ssize(block.factor) - covered; beyond > 0) {
      const projectors::TofTable tof{.bins = enumerator.tof_ranges().data(),
                                     .bin_index = block.tof_range.data() + covered,
                                     .num_bins = std::ssize(enumerator.tof_ranges())};
      sum_.add(lors(covered, beyond), tof, block.factor.data() + covered);
    }
  }

  const MultiplicativeModel& model_;
  const ImageGrid& grid_;
  const SensitivityOptions& options_;
  LorSample::Spread spread_;
  int draws_;
  Reporter& reporter_;
  Communicator& ranks_;
  projectors::Projector projector_;
  BackProjectionSum sum_;
  std::vector<double> of_all_;
  std::optional<AttenuationFactors> attenuation_;
  double part_ = 0;
  double shown_ = 0;
};

/// Noise of a sum over pairs, from what two parts of it differ by in some of the voxels that matter: those of what
/// attenuates, or of the image if nothing does.
class Noise {
 public:
  Noise(const ImageGrid& grid, const Image* attenuation) {
    constexpr std::int64_t about = 1 << 17;
    const std::int64_t step = std::max<std::int64_t>(1, grid.num_voxels() / about);
    std::vector<std::size_t> all;
    for (std::int64_t voxel = 0; voxel < grid.num_voxels(); voxel += step) {
      all.push_back(static_cast<std::size_t>(voxel));
      if (attenuation != nullptr && attenuates(*attenuation, grid, voxel)) {
        voxels_.push_back(all.back());
      }
    }
    if (voxels_.empty()) {
      voxels_ = std::move(all);
    }
  }

  std::vector<double> values_in(const std::vector<double>& image) const {
    std::vector<double> values;
    values.reserve(voxels_.size());
    for (const std::size_t voxel : voxels_) {
      values.push_back(image[voxel]);
    }
    return values;
  }

  /// Of the whole, relative, root mean square; `first` and `whole`: sums over `first_part` of its pairs, and over all
  /// of them. Where little can be measured noise does no harm: voxels below a tenth of the highest do not count.
  static double of(const std::vector<double>& whole, const std::vector<double>& first, double first_part) {
    const double least = 0.1 * (whole.empty() ? 0 : std::ranges::max(whole));
    double squares = 0;
    std::size_t count = 0;
    // Parts of beams lie between each other: the whole was measured to have 0.33 to 0.67 of the noise of independent
    // ones.
    constexpr double complement = 0.75;
    for (std::size_t i = 0; i < whole.size(); ++i) {
      if (whole[i] > least) {
        // With independent parts p and 1 - p the variance of first / (p whole) is that of the whole times (1 - p) / p.
        const double difference = first[i] / (first_part * whole[i]) - 1;
        squares += difference * difference * first_part / (1 - first_part);
        ++count;
      }
    }
    return count == 0 ? 0 : complement * std::sqrt(squares / static_cast<double>(count));
  }

 private:
  static bool attenuates(const Image& attenuation, const ImageGrid& grid, std::int64_t voxel) {
    constexpr double least_per_cm = 0.01;  // a tenth of water
    const std::array<std::int64_t, 3> index{voxel / (grid.shape[1] * grid.shape[2]),
                                            voxel / grid.shape[2] % grid.shape[1], voxel % grid.shape[2]};
    std::array<double, 3> place{};
    for (std::size_t i = 0; i < 3; ++i) {
      const double at_mm = grid.origin_mm[i] + static_cast<double>(index[i]) * grid.voxel_size_mm[i];
      place[i] = (at_mm - attenuation.grid.origin_mm[i]) / attenuation.grid.voxel_size_mm[i];
    }
    return trilinear_value(attenuation, place) > least_per_cm;
  }

  std::vector<std::size_t> voxels_;
};

constexpr double wanted_noise = 0.01;

/// Adds pairs until there is as little noise as wanted. False if the reporter asks to stop.
bool grow_enough(GrowingSum& sum, const Noise& noise, double expected, Reporter& reporter) {
  constexpr double fall = 0.7;  // noise falls with this power of the pairs, measured; at random it would be 0.5
  const double pilot = expected / 4;
  if (!sum.grow(pilot / 2, expected)) {
    return false;
  }
  std::vector<double> first = noise.values_in(sum.total());
  double first_part = sum.part();
  double part = pilot;
  double found = 0;
  do {
    if (!sum.grow(part, std::max(part, expected))) {
      return false;
    }
    std::vector<double> whole = noise.values_in(sum.total());
    found = Noise::of(whole, first, first_part / part);
    first = std::move(whole);
    first_part = part;
    // Three quarters at most are new: the estimate of their noise needs the rest.
    part = std::min(1.0, part * std::clamp(std::pow(found / wanted_noise, 1 / fall), 1.1, 4.0));
  } while (found > wanted_noise && first_part < 1);
  reporter.note(fmt::format("The sensitivity image is made of {:.2g} % of the crystal pairs, with {:.1f} % of noise.",
                            100 * sum.part(), 100 * found));
  return true;
}

Image sensitivity_on(ComputeDevice& device, const MultiplicativeModel& model, const ImageGrid& grid,
                     const Image* attenuation, const SensitivityOptions& options, Reporter& reporter) {
  Image result(grid, 0, "mm");
  result.values = {};
  const Sampling sampling = choose_sampling(model, options.fraction);
  const double expected = sampling.part;
  const bool is_fixed = options.fraction > 0 || expected == 1;
  GrowingSum sum(device, model, grid, attenuation, options, sampling, reporter);
  if (is_fixed ? sum.grow(expected, expected) : grow_enough(sum, Noise(grid, attenuation), expected, reporter)) {
    result.values = sum.finish();
  }
  return result;
}

}  // namespace

Image sensitivity_image(const MultiplicativeModel& model, const ImageGrid& grid, const Image* attenuation,
                        const SensitivityOptions& options, Reporter& reporter) {
  check(options);
  ComputeDevice cpu;
  ComputeDevice& device = options.device != nullptr ? *options.device : cpu;
  try {
    return sensitivity_on(device, model, grid, attenuation, options, reporter);
  } catch (const DeviceError& error) {
    device.give_up(error, stage, reporter);
    return sensitivity_on(device, model, grid, attenuation, options, reporter);
  }
}

double expected_fraction(const MultiplicativeModel& model) { return choose_sampling(model, 0).part; }

std::uint64_t num_measurable_lors(const MultiplicativeModel& model) {
  return ModulePairs(model.scanner(), model.efficiencies()).num_crystal_pairs();
}

}  // namespace coincide::recon
