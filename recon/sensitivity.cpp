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
#include "recon/sensitivity_noise.h"

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

/// In how many poses each pair counts: as many as keep the noise of drawing them below what is allowed. The first is
/// drawn as if by chance; more are spread evenly over the poses, and the noise falls with their number.
int draws_of_poses(const MultiplicativeModel& model, const ImageGrid& grid, const MovedCrystals* moved, double part,
                   double allowed_noise) {
  if (moved == nullptr || moved->num_poses() == 1) {
    return 1;
  }
  constexpr double most = 64;  // twice as many as there are poses
  const double of_one = 1.5 / std::sqrt(part * pairs_per_voxel(model, grid));
  return static_cast<int>(std::ceil(std::clamp(of_one / allowed_noise, 1.0, most)));
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

/// All pairs go quicker each, and more may turn out to be needed.
constexpr double nearly_all = 0.35;

/// How many times the pairs leave a part of the noise: it falls with their 0.7th power, measured (0.5 at random).
double more_pairs(double noise, double wanted_noise) {
  constexpr double fall = 0.7;
  return std::pow(noise / wanted_noise, 1 / fall);
}

/// The part that will leave as little noise as is allowed. `usual` is what leaves the usual noise in small voxels; in
/// voxels as wide as a crystal a fifth of that does, measured.
double part_for(double usual, double allowed_noise, const Scanner& scanner, const ImageGrid& grid) {
  constexpr double of_crystal = 0.2;
  const std::vector<float>& faces = scanner.crystal_face_mm2;
  const double crystal_mm2 = faces.empty() ? 0 : faces.front();
  const double voxel_mm = std::cbrt(double{grid.voxel_size_mm[0]} * grid.voxel_size_mm[1] * grid.voxel_size_mm[2]);
  const double part = usual * std::min(1.0, of_crystal * crystal_mm2 / (voxel_mm * voxel_mm)) *
                      more_pairs(SensitivityNoise::most, allowed_noise);
  return part > nearly_all ? 1 : part;
}

SensitivityNoise noise_of(const MultiplicativeModel& model, const ImageGrid& grid, const Image* attenuation,
                          const SensitivityOptions& options) {
  const Scanner& scanner = model.scanner();
  return {grid, attenuation, options.tof && scanner.has_tof() ? scanner.tof_bins.front().sigma_mm : 0};
}

/// `fraction` as that of SensitivityOptions.
Sampling choose_sampling(const MultiplicativeModel& model, double fraction) {
  constexpr std::uint64_t few_pairs = 20'000'000;  // seconds
  constexpr double enough_beams = 2000;            // for 1 % of noise, measured; large voxels need fewer
  constexpr double few_beams = 700;                // as many single pairs leave less noise
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
             const SensitivityOptions& options, const Sampling& sampling, double allowed_noise, double shown,
             Reporter& reporter)
      : model_(model),
        grid_(grid),
        options_(options),
        spread_(sampling.spread),
        draws_(draws_of_poses(model, grid, options.moved, sampling.part, allowed_noise)),
        reporter_(reporter),
        ranks_(device.ranks()),
        projector_(grid, {.device = device.get(), .num_threads = options.num_threads}),
        sum_(projector_),
        shown_(shown) {
    if (attenuation != nullptr) {
      attenuation_.emplace(*attenuation, device, options.num_threads, reporter);
    }
  }

  double part() const { return part_; }
  double shown() const { return shown_; }  ///< of the progress
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
  double shown_;
};

/// How a sum of a part of the pairs has ended.
struct Growth {
  enum class End { enough, all_needed, stopped };
  End end;
  double noise = 0;  ///< that is left
};

/// Adds pairs until there is as little noise as wanted, or it turns out that nearly all are needed. `first_guess`: a
/// part that leaves the usual noise; `expected`: one that will be enough, for the progress.
Growth grow_enough(GrowingSum& sum, const SensitivityNoise& noise, double wanted_noise, double first_guess,
                   double expected) {
  using enum Growth::End;
  const double pilot = first_guess / 4;
  if (!sum.grow(pilot / 2, expected)) {
    return {stopped};
  }
  std::vector<double> first = noise.values_in(sum.total());
  double first_part = sum.part();
  double part = pilot;
  for (;;) {
    if (!sum.grow(part, std::max(part, expected))) {
      return {stopped};
    }
    std::vector<double> whole = noise.values_in(sum.total());
    const double found = SensitivityNoise::of(whole, first, first_part / part);
    if (found <= wanted_noise) {
      return {enough, found};
    }
    first = std::move(whole);
    first_part = part;
    const double needed = part * more_pairs(found, wanted_noise);
    if (needed > nearly_all) {
      return {all_needed};
    }
    // Three quarters at most are new: the estimate of their noise needs the rest.
    part = std::clamp(needed, 1.1 * part, 4 * part);
  }
}

void tell_of_part(const GrowingSum& sum, double found, const SensitivityNoise& noise, std::uint64_t num_prompts,
                  Reporter& reporter) {
  const std::string beside =
      num_prompts == 0 ? "" : fmt::format(" beside {:.2g} % of the prompts", 100 * noise.of_prompts(num_prompts));
  reporter.note(fmt::format("The sensitivity image is made of {:.2g} % of the crystal pairs, with {:.2g} % of noise{}.",
                            100 * sum.part(), 100 * found, beside));
}

Image sensitivity_on(ComputeDevice& device, const MultiplicativeModel& model, const ImageGrid& grid,
                     const Image* attenuation, const SensitivityOptions& options, Reporter& reporter) {
  const SensitivityNoise noise = noise_of(model, grid, attenuation, options);
  const double allowed = noise.allowed(options.num_prompts);
  const Sampling sampling = choose_sampling(model, options.fraction);
  std::optional<GrowingSum> sum;
  const auto begin = [&](const Sampling& of, double shown) {
    sum.reset();  // frees its memory first
    sum.emplace(device, model, grid, attenuation, options, of, allowed, shown, reporter);
  };
  begin(sampling, 0);
  bool is_whole = false;
  if (options.fraction > 0 || sampling.part == 1) {
    is_whole = sum->grow(sampling.part, sampling.part);
  } else {
    const double expected = part_for(sampling.part, allowed, model.scanner(), grid);
    const Growth growth = grow_enough(*sum, noise, allowed, sampling.part, expected);
    if (growth.end == Growth::End::all_needed) {
      begin({}, sum->shown());
      is_whole = sum->grow(1, 1);
    } else if (growth.end == Growth::End::enough) {
      tell_of_part(*sum, growth.noise, noise, options.num_prompts, reporter);
      is_whole = true;
    }
  }
  Image result(grid, 0, "mm");
  result.values = is_whole ? sum->finish() : std::vector<float>();
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

double allowed_noise(const MultiplicativeModel& model, const ImageGrid& grid, const Image* attenuation,
                     const SensitivityOptions& options) {
  const bool is_chosen = options.fraction == 0 && choose_sampling(model, 0).part < 1;
  return is_chosen || options.moved != nullptr
             ? noise_of(model, grid, attenuation, options).allowed(options.num_prompts)
             : 0;
}

double expected_fraction(const MultiplicativeModel& model, const ImageGrid& grid, const Image* attenuation,
                         const SensitivityOptions& options) {
  const double usual = choose_sampling(model, 0).part;
  const double allowed = noise_of(model, grid, attenuation, options).allowed(options.num_prompts);
  return usual == 1 ? 1 : part_for(usual, allowed, model.scanner(), grid);
}

std::uint64_t num_measurable_lors(const MultiplicativeModel& model) {
  return ModulePairs(model.scanner(), model.efficiencies()).num_crystal_pairs();
}

}  // namespace coincide::recon
