#include "recon/scatter/scatter_rounds.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <span>

#include "recon/algorithms/algorithms.h"
#include "recon/algorithms/run.h"
#include "recon/attenuation.h"
#include "recon/measurement/problem.h"
#include "recon/measurement/thinned_measurements.h"
#include "recon/parallel.h"
#include "recon/resample.h"
#include "recon/scatter/multiple_scatter.h"
#include "recon/scatter/pair_sums.h"
#include "recon/scatter/scatter_sampling.h"
#include "recon/scatter/scatter_tails.h"
#include "recon/scatter/single_scatter.h"

namespace coincide::recon {
namespace {

constexpr auto enough_lors = static_cast<std::uint64_t>(scatter_sample_lors);
constexpr int sample_subsets = 8;
constexpr int first_passes = 2;
constexpr int more_passes = 1;
constexpr int most_rounds = most_scatter_rounds;
static_assert(scatter_sample_passes == first_passes + (most_rounds - 1) * more_passes);
constexpr double small_change = 0.01;

/// Progress of the parts of the work, one after the other, counts over all of them; of iterations nothing else is said.
class Parts final : public Reporter {
 public:
  explicit Parts(Reporter& outer) : outer_(outer) {}
  void begin(int part) { part_ = part; }
  void progress(std::string_view, double fraction) override { outer_.progress("scatter", (part_ + fraction) / count); }
  void warning(std::string_view sentence) override { outer_.warning(sentence); }
  bool stop_requested() const override { return outer_.stop_requested(); }

  static constexpr int count = 2 * most_rounds + 1;  // an image and a simulation for each round, and adding

 private:
  Reporter& outer_;
  int part_ = 0;
};

/// The single TOF bins of cells, or all bins of an axis.
class CellBins {
 public:
  explicit CellBins(const Measurements& data) : data_(data) {}

  double of(const ScatterEstimate& estimate, const DataBlock& block, std::int64_t lor, std::int64_t bin) const {
    const float* start = block.lors.start_mm + 3 * std::size_t{block.lors.start_index[lor]};
    const float* end = block.lors.end_mm + 3 * std::size_t{block.lors.end_index[lor]};
    if (const auto& axis = data_.tof_axis()) {
      return estimate.of_bin(start, end, axis->bin(bin));
    }
    if (data_.tof_bins().empty()) {
      return estimate.of_lor(start, end);
    }
    return estimate.of_bin(start, end, data_.tof_bins()[block.tof_bin[lor]]);
  }

 private:
  const Measurements& data_;
};

double axial_middle_mm(const VirtualCylinder& cylinder, const projectors::Lors& lors, std::int64_t lor) {
  return cylinder.axial_middle_mm(lors.start_mm + 3 * std::size_t{lors.start_index[lor]},
                                  lors.end_mm + 3 * std::size_t{lors.end_index[lor]});
}

Vec3 point_mm(const float* points_mm, std::uint32_t index) {
  const float* point = points_mm + 3 * std::size_t{index};
  return {point[0], point[1], point[2]};
}

/// One of a sample of the LORs that can be measured.
struct MeasurableLor {
  Vec3 start_mm, end_mm;
  std::optional<projectors::TofBin> tof;  ///< as wide as all bins
  float factor;                           ///< m without attenuation, for the LORs that it stands for
  float axial_mm;                         ///< of its middle
  bool in_tails;
};

class Rounds {
 public:
  Rounds(ScatteredData& data, const Scanner& scanner, const ImageGrid& grid, const Image& attenuation,
         const ScatterOptions& options, ComputeDevice& device, Reporter& reporter)
      : data_(data),
        scanner_(scanner),
        options_(options),
        device_(device),
        reporter_(reporter),
        parts_(reporter),
        cylinder_(VirtualCylinder::in_bore(scanner)),
        sampling_(ScatterSampling::in_bore(cylinder_.size().radius_mm)),
        attenuation_(resampled(attenuation, grid_of_matter(grid, attenuation.grid), options.num_threads)),
        points_(scatter_points(attenuation_, sampling_.cell_mm)),
        tails_(attenuation_, options.num_threads),
        sample_(data.measurements(), enough_lors, sample_subsets, device.ranks()),
        others_(sample_.additive().begin(), sample_.additive().end()),
        single_(others_.size()) {
    const DataBlock block = sample_.whole();
    const std::vector<char> in_tails = tails_.contain(block.lors);
    in_tails_.assign(in_tails.begin(), in_tails.end());
    sensitivity_ = data_.sensitivity(coarse_grid(grid, sampling_.voxel_mm));
    find_factors(attenuation);
    sample_measurable();
  }

  ScatterResult run() {
    ScatterResult result(cylinder_);
    if (points_.empty()) {
      result.finds_none = true;
      return result;
    }
    Image first = reconstruct(Image(sensitivity_.grid, 0));
    Image image = first;
    double before = 0;
    for (int round = 1; round <= most_rounds && !reporter_.stop_requested(); ++round) {
      if (round == 2) {
        std::ranges::transform(first.values, image.values, image.values.begin(),
                               [](float a, float b) { return 0.5F * (a + b); });
      }
      parts_.begin(2 * round - 1);
      simulate(image, result);
      result.rounds = round;
      reporter_.note(fmt::format("Scatter, round {}: {:.4g} counts, scale {:.3f} to {:.3f}.", round, result.counts,
                                 result.scale.lowest(), result.scale.highest()));
      if (result.finds_none || std::abs(result.counts - before) < small_change * result.counts ||
          round == most_rounds) {
        break;
      }
      before = result.counts;
      use_scatter(result.scale);
      parts_.begin(2 * round);
      image = reconstruct(image);
    }
    if (!result.finds_none) {
      parts_.begin(Parts::count - 1);
      data_.add(result.estimate, result.scale, parts_);
    }
    return result;
  }

 private:
  /// Over the image and the attenuation, in the raster of the coarse image.
  ImageGrid grid_of_matter(const ImageGrid& image, const ImageGrid& attenuation) const {
    const std::array<ImageGrid, 2> boxes = {coarse_grid(image, sampling_.voxel_mm),
                                            coarse_grid(attenuation, sampling_.voxel_mm)};
    return grid_over(boxes, boxes[0]);
  }

  /// m of the sample's cells, with attenuation to reconstruct them and without for their scatter.
  void find_factors(const Image& attenuation) {
    const DataBlock block = sample_.whole();
    std::vector<float> of_lor(static_cast<std::size_t>(block.lors.count), 1);
    AttenuationFactors(attenuation, device_, options_.num_threads, reporter_).multiply(block.lors, of_lor.data());
    const std::span<float> whole = sample_.factor();
    factor_.assign(whole.begin(), whole.end());
    for (std::size_t i = 0; i < factor_.size(); ++i) {
      const float attenuated = of_lor[i / static_cast<std::size_t>(block.cells_per_lor)];
      if (data_.is_attenuated()) {
        factor_[i] /= attenuated;
      } else {
        whole[i] *= attenuated;
      }
    }
  }

  void sample_measurable() {
    constexpr std::uint64_t enough = 2'000'000;
    data_.for_lors(tails_.grid(), enough, [&](const MeasurableLors& some) {
      const std::vector<char> in_tails = tails_.contain(some.lors);
      for (std::int64_t i = 0; i < some.lors.count; ++i) {
        const auto lor = static_cast<std::size_t>(i);
        measurable_.push_back({.start_mm = point_mm(some.lors.start_mm, some.lors.start_index[i]),
                               .end_mm = point_mm(some.lors.end_mm, some.lors.end_index[i]),
                               .tof = some.tof.empty() ? std::nullopt : std::optional(some.tof[lor]),
                               .factor = some.factor[lor],
                               .axial_mm = static_cast<float>(axial_middle_mm(cylinder_, some.lors, i)),
                               .in_tails = in_tails[lor] != 0});
      }
    });
  }

  /// From the sample, on the coarse grid. `start` is used if it is not 0.
  Image reconstruct(const Image& start) {
    const Problem problem = make_problem(sample_, scanner_, sensitivity_, Psf(0), options_.num_threads);
    const auto algorithm = algorithm_kind(AlgorithmName::osem, PriorName::none).make({});
    const double sum = std::accumulate(sensitivity_.values.begin(), sensitivity_.values.end(), 0.0);
    const double counts = device_.ranks().sum(total_counts(sample_)) / sample_.part();
    const bool is_new = std::ranges::all_of(start.values, [](float value) { return value == 0; });
    const Image uniform(sensitivity_.grid, static_cast<float>(counts / sum));
    return recon::run(
               *algorithm, problem, is_new ? uniform : start,
               {.passes = is_new ? first_passes : more_passes, .num_threads = options_.num_threads, .device = &device_},
               parts_)
        .image;
  }

  /// The CPU in place of a GPU that has too little memory, of which the run is told once.
  projectors::Device simulating_device() {
    const projectors::Device device = has_no_room_on_gpu_ ? projectors::Device{} : device_.get();
    if (device.kind == projectors::DeviceKind::cuda) {
      const std::uint64_t bytes =
          single_scatter_gpu_bytes(attenuation_.grid, points_, cylinder_, tof_sigmas_mm(sample_));
      if (const std::string why = why_no_room_on_gpu(bytes, device.index); !why.empty()) {
        reporter_.warning(why + " The CPU simulates it.");
        has_no_room_on_gpu_ = true;
        return {};
      }
    }
    return device;
  }

  ScatterEstimate simulated(const Image& image, projectors::Device device) {
    return single_scatter(resampled(image, attenuation_.grid, options_.num_threads), attenuation_, points_, cylinder_,
                          {.window = options_.window,
                           .sigmas_mm = tof_sigmas_mm(sample_),
                           .num_threads = options_.num_threads,
                           .device = device,
                           .ranks = &device_.ranks()},
                          parts_);
  }

  void simulate(const Image& image, ScatterResult& result) {
    try {
      result.device = simulating_device();
      result.estimate = simulated(image, result.device);
    } catch (const DeviceError& error) {
      device_.give_up(error, "scatter", reporter_);
      result.device = device_.get();
      result.estimate = simulated(image, result.device);
    }
    const DataBlock block = sample_.whole();
    const CellBins bins(sample_);
#pragma omp parallel for schedule(static) num_threads(thread_count(options_.num_threads))
    for (std::int64_t i = 0; i < block.size(); ++i) {
      const std::int64_t lor = i / block.cells_per_lor;
      single_[static_cast<std::size_t>(i)] =
          factor_[static_cast<std::size_t>(i)] *
          static_cast<float>(bins.of(result.estimate, block, lor, i % block.cells_per_lor));
    }
    choose_scale(image, result);
  }

  void use_scatter(const ScatterScale& scale) {
    const DataBlock block = sample_.whole();
    const std::span<float> additive = sample_.additive();
    for (std::size_t i = 0; i < additive.size(); ++i) {
      const double factor =
          scale.at(axial_middle_mm(cylinder_, block.lors, static_cast<std::int64_t>(i) / block.cells_per_lor));
      additive[i] = others_[i] + static_cast<float>(factor) * single_[i];
    }
  }

  std::vector<TailCell> measured_in_tails() const {
    const DataBlock block = sample_.whole();
    std::vector<TailCell> cells;
    for (std::int64_t i = 0; i < block.size(); ++i) {
      const std::int64_t lor = i / block.cells_per_lor;
      if (in_tails_[static_cast<std::size_t>(lor)] != 0) {
        cells.push_back({.axial_mm = axial_middle_mm(cylinder_, block.lors, lor),
                         .scatter = single_[static_cast<std::size_t>(i)],
                         .counts = block.counts == nullptr ? 1 : block.counts[i],
                         .others = others_[static_cast<std::size_t>(i)]});
      }
    }
    return device_.ranks().gather(cells);
  }

  /// Single scatter of a sample of all LORs, of which this process has its share.
  std::vector<TailCell> expected(const ScatterEstimate& estimate) const {
    std::vector<TailCell> result(measurable_.size());
    parallel_for(std::ssize(measurable_), options_.num_threads, [&](std::int64_t i) {
      const MeasurableLor& lor = measurable_[static_cast<std::size_t>(i)];
      const double q = lor.tof ? estimate.of_bin(lor.start_mm.data(), lor.end_mm.data(), *lor.tof)
                               : estimate.of_lor(lor.start_mm.data(), lor.end_mm.data());
      result[static_cast<std::size_t>(i)] = {.axial_mm = lor.axial_mm, .scatter = lor.factor * q};
    });
    return result;
  }

  /// Of all measurable LORs those in the tails, weighted for the sample of the counts.
  std::vector<TailCell> in_tails(const std::vector<TailCell>& all) const {
    std::vector<TailCell> result;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (measurable_[i].in_tails) {
        result.push_back(all[i]);
        result.back().scatter *= sample_.part();
      }
    }
    return device_.ranks().gather(result);
  }

  void choose_scale(const Image& image, ScatterResult& result) {
    const std::vector<TailCell> of_all = expected(result.estimate);
    result.absolute = multiple_scatter_factor(image, attenuation_, cylinder_, options_.window, options_.num_threads,
                                              reporter_, device_.ranks());
    result.scale = ScatterScale(result.absolute);
    result.from_tails = false;
    if (options_.scaling != ScatterScaling::absolute) {
      use_tails(in_tails(of_all), result);
    }
    result.counts = 0;
    for (const TailCell& cell : of_all) {
      result.counts += cell.scatter * result.scale.at(cell.axial_mm);
    }
    result.counts = device_.ranks().sum(result.counts);
  }

  void use_tails(const std::vector<TailCell>& expected, ScatterResult& result) {
    const std::optional<ScatterScale> found = scale_from_tails(measured_in_tails(), expected);
    constexpr double none = 0.3;  // far from any scatter, also by chance
    constexpr double least = 0.5;
    constexpr double most = 3;
    result.finds_none = found && found->highest() < none && options_.scaling == ScatterScaling::automatic;
    if (result.finds_none) {
      result.scale = ScatterScale(0);
    } else if (sum_of_scatter(expected) < enough_tail_counts) {
      complain(fmt::format("only {:.0f} scattered counts are expected beside the body, too few to scale by",
                           sum_of_scatter(expected)),
               "That is so where the body fills the field of view, or counts are few.");
    } else if (found->lowest() < least || found->highest() > most) {
      complain(
          fmt::format("counts beside the body would scale the scatter by {:.2f} to {:.2f}, which is beyond {} to {}",
                      found->lowest(), found->highest(), least, most),
          "See whether the attenuation image lies right and randoms are corrected.");
    } else {
      result.scale = *found;
      result.from_tails = true;
    }
  }

  /// Once in all rounds.
  void complain(const std::string& why, const char* advice) {
    if (!has_complained_) {
      reporter_.warning(fmt::format("Scatter: {}; the absolute estimate is used. {}", why, advice));
      has_complained_ = true;
    }
  }

  ScatteredData& data_;
  const Scanner& scanner_;
  ScatterOptions options_;
  ComputeDevice& device_;
  Reporter& reporter_;
  Parts parts_;
  VirtualCylinder cylinder_;
  ScatterSampling sampling_;
  Image attenuation_;
  std::vector<ScatterPoint> points_;
  ScatterTails tails_;
  ThinnedMeasurements sample_;
  std::vector<float> others_;  ///< b of the sample without scatter
  std::vector<float> single_;  ///< expected single scatter by cell
  std::vector<float> factor_;
  std::vector<char> in_tails_;
  std::vector<MeasurableLor> measurable_;
  Image sensitivity_;
  bool has_complained_ = false;
  bool has_no_room_on_gpu_ = false;
};

}  // namespace

std::uint64_t scatter_sample_bytes(std::uint64_t num_lors) {
  constexpr std::uint64_t of_data = 40, of_measurable = 75;
  return of_data * std::min(num_lors, enough_lors) + of_measurable * enough_lors;
}

ScatterResult add_scatter(ScatteredData& data, const Scanner& scanner, const ImageGrid& grid, const Image& attenuation,
                          const ScatterOptions& options, ComputeDevice& device, Reporter& reporter) {
  return Rounds(data, scanner, grid, attenuation, options, device, reporter).run();
}

}  // namespace coincide::recon
