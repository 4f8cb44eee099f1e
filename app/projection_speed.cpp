#include "app/projection_speed.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <random>
#include <string_view>
#include <vector>

#include "projectors/device_floats.h"
#include "projectors/lor_order.h"
#include "projectors/projector.h"
#include "recon/attenuation.h"
#include "recon/compute_device.h"
#include "recon/measurement/histogram_measurements.h"
#include "recon/measurement/histogram_sensitivity.h"
#include "recon/pipeline/histogram_factors.h"

namespace coincide::app {
namespace {

/// As many as the projectors put in order at once, so that neighbours share voxels as they do in a run.
constexpr std::size_t sample_lors = 400'000;

/// Crystal pairs that can be in coincidence, drawn at random.
EventSample draw_lors(const recon::MultiplicativeModel& model) {
  const recon::Scanner& scanner = model.scanner();
  std::mt19937 random(1);
  std::uniform_int_distribution<std::uint32_t> crystal(0, static_cast<std::uint32_t>(scanner.num_crystals() - 1));
  EventSample lors;
  for (std::size_t attempt = 0; attempt < 20 * sample_lors && lors.a.size() < sample_lors; ++attempt) {
    std::uint32_t a = crystal(random);
    std::uint32_t b = crystal(random);
    if (a == b || !model.in_coincidence(a, b)) {
      continue;
    }
    if (scanner.tof_range(scanner.crystal_type[a], scanner.crystal_type[b]).count == 0) {
      std::swap(a, b);  // the pair of types is stated in the other order
    }
    const recon::TofRange& range = scanner.tof_range(scanner.crystal_type[a], scanner.crystal_type[b]);
    lors.a.push_back(a);
    lors.b.push_back(b);
    lors.tof_bin.push_back(static_cast<std::uint16_t>(range.first + range.count / 2));
  }
  return lors;
}

constexpr double enough_voxels = 8e6;  ///< 30 MB

/// The same box in voxels so large that there are at most about that many.
recon::ImageGrid coarse(const recon::ImageGrid& grid, double most_voxels = enough_voxels) {
  const double factor = std::max(1.0, std::ceil(std::cbrt(static_cast<double>(grid.num_voxels()) / most_voxels)));
  recon::ImageGrid result = grid;
  for (std::size_t a = 0; a < 3; ++a) {
    result.shape[a] = static_cast<std::int64_t>(std::ceil(static_cast<double>(grid.shape[a]) / factor));
    result.voxel_size_mm[a] *= static_cast<float>(factor);
    result.origin_mm[a] += 0.5F * static_cast<float>(factor - 1) * grid.voxel_size_mm[a];
  }
  return result;
}

/// In the order in which a run has its events.
EventSample sorted(const EventSample& events, const recon::Scanner& scanner, const recon::ImageGrid& grid,
                   int num_threads) {
  if (events.a.empty()) {
    return {};
  }
  const projectors::Lors lors =
      recon::lors_between(scanner.crystal_centre_mm, events.a.data(), events.b.data(), std::ssize(events.a));
  const projectors::LorOrder order(grid, lors, 0, lors.count, projectors::thread_count(num_threads));
  EventSample result;
  for (std::int64_t place = 0; place < lors.count; ++place) {
    const auto event = static_cast<std::size_t>(order[place]);
    result.a.push_back(events.a[event]);
    result.b.push_back(events.b[event]);
    result.tof_bin.push_back(events.tof_bin[event]);
  }
  return result;
}

/// As much work as the ratios of a run are.
class Ratios final : public projectors::ValueStep {
  void operator()(std::int64_t, std::int64_t count, float* values) const override {
    std::for_each(values, values + count, [](float& value) { value = 1 / (1 + value); });
  }
};

/// Of one run: it is for steps that are done once.
template <class Work>
double seconds_of(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The quicker of two runs, after one that has touched all memory: other programs make them slower.
template <class Work>
double least_seconds(const Work& work) {
  work();
  const double first_s = seconds_of(work);
  return std::min(first_s, seconds_of(work));
}

/// Stops after the blocks that a second takes, or when the user does. The first block, which touches all memory, does
/// not count.
class FirstBlocks : public recon::Reporter {
 public:
  explicit FirstBlocks(const recon::Reporter& user) : user_(user) {}
  explicit FirstBlocks(const recon::Reporter&&) = delete;
  void progress(std::string_view, double fraction) override {
    const auto now = std::chrono::steady_clock::now();
    ++calls_;
    if (calls_ == 2) {
      first_ = now;
      first_fraction_ = fraction;
    }
    last_ = now;
    last_fraction_ = fraction;
  }
  bool stop_requested() const override { return are_enough() || user_.stop_requested(); }

  /// Of the whole. Where that was so little that it is done, what it took.
  double seconds() const {
    const auto now = std::chrono::steady_clock::now();
    return are_enough() ? std::chrono::duration<double>(last_ - first_).count() / (last_fraction_ - first_fraction_)
                        : std::chrono::duration<double>(now - begin_).count();
  }

 private:
  bool are_enough() const { return calls_ > 2 && last_ - first_ > std::chrono::seconds(1); }

  const recon::Reporter& user_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now(), first_, last_;
  int calls_ = 0;
  double first_fraction_ = 0, last_fraction_ = 0;
};

double most_planes(const recon::ImageGrid& grid) { return static_cast<double>(std::ranges::max(grid.shape)); }

/// What an iteration does with its data.
class Iteration {
 public:
  Iteration(const recon::ImageGrid& grid, projectors::Device device, int num_threads)
      : device_(device),
        projector_(grid, {.device = device, .num_threads = num_threads}),
        image_(device, grid.num_voxels()),
        back_image_(device, grid.num_voxels()) {}

  /// Of all of the LORs, in their order.
  template <class Tof>
  double seconds(const projectors::Lors& lors, const Tof& tof) {
    if (device_.kind == projectors::DeviceKind::cpu) {
      return least_seconds([&] { projector_.forward_back(lors, tof, image_.data(), Ratios(), back_image_.data()); });
    }
    return forward_seconds(lors, tof) + back_seconds(lors, tof);
  }
  template <class Tof>
  double forward_seconds(const projectors::Lors& lors, const Tof& tof) {
    values_.resize(static_cast<std::size_t>(lors.count * values_per_lor(tof)), 1.0F);
    return least_seconds([&] { projector_.forward(lors, tof, image_.data(), values_.data()); });
  }
  template <class Tof>
  double back_seconds(const projectors::Lors& lors, const Tof& tof) {
    values_.resize(static_cast<std::size_t>(lors.count * values_per_lor(tof)), 1.0F);
    return least_seconds([&] { projector_.back(lors, tof, values_.data(), back_image_.data()); });
  }

 private:
  static std::int64_t values_per_lor(const projectors::TofBins& tof) { return tof.num_bins; }
  static std::int64_t values_per_lor(const projectors::TofTable&) { return 1; }
  static std::int64_t values_per_lor(projectors::NoTof) { return 1; }

  projectors::Device device_;
  projectors::Projector projector_;
  projectors::DeviceFloats image_, back_image_;
  std::vector<float> values_;
};

}  // namespace

double sensitivity_seconds(const recon::MultiplicativeModel& model, const JobSetup& setup,
                           const recon::Image* attenuation, recon::SensitivityOptions options,
                           const recon::Reporter& reporter) {
  recon::ComputeDevice device(setup.device);
  options.device = &device;
  const auto seconds_on = [&](const recon::ImageGrid& grid) {
    FirstBlocks blocks(reporter);
    recon::sensitivity_image(model, grid, attenuation, options, blocks);
    return blocks.seconds();
  };
  const recon::ImageGrid grid = coarse(setup.grid);
  const double seconds = seconds_on(grid);
  if (grid.shape == setup.grid.shape) {
    return seconds;
  }
  // A part of the time goes with the planes that a LOR crosses; two grids tell how large that is.
  const recon::ImageGrid coarser = coarse(setup.grid, enough_voxels / 8);
  const double per_plane = (seconds - seconds_on(coarser)) / (most_planes(grid) - most_planes(coarser));
  return seconds + std::max(0.0, per_plane) * (most_planes(setup.grid) - most_planes(grid));
}

void EventSample::add(const recon::EventBlock& block) {
  for (std::size_t i = 0; i < block.size() && a.size() < sample_lors; ++i) {
    if (block.delayed[i] == 0) {
      a.push_back(block.crystal_a[i]);
      b.push_back(block.crystal_b[i]);
      tof_bin.push_back(block.tof_bin[i]);
    }
  }
}

ProjectionSpeed projection_speed(const recon::MultiplicativeModel& model, const JobSetup& setup,
                                 const EventSample& events, bool tof, int num_threads) {
  const recon::Scanner& scanner = model.scanner();
  const recon::ImageGrid grid = coarse(setup.grid);
  const EventSample sample = sorted(events.a.empty() ? draw_lors(model) : events, scanner, grid, num_threads);
  if (sample.a.empty()) {
    return {};
  }
  const projectors::Lors lors =
      recon::lors_between(scanner.crystal_centre_mm, sample.a.data(), sample.b.data(), std::ssize(sample.a));
  const projectors::TofTable bins{
      .bins = scanner.tof_bins.data(), .bin_index = sample.tof_bin.data(), .num_bins = std::ssize(scanner.tof_bins)};
  Iteration iteration(grid, setup.device, num_threads);
  // A LOR takes time for each plane that it crosses.
  const double per_lor = most_planes(setup.grid) / most_planes(grid) / static_cast<double>(sample.a.size());
  return {
      .forward_s = per_lor * iteration.forward_seconds(lors, projectors::NoTof{}),
      .forward_back_s = per_lor * (tof ? iteration.seconds(lors, bins) : iteration.seconds(lors, projectors::NoTof{}))};
}

HistogramSpeed histogram_speed(const recon::Histogram& sample, std::int64_t num_lors, const JobSetup& setup,
                               int num_threads, const recon::Reporter& reporter) {
  recon::refuse_corrected_counts(sample);
  const double counts = std::accumulate(sample.counts.begin(), sample.counts.end(), 0.0);
  const double per_lor = 1 / std::max(1.0, static_cast<double>(sample.num_lors()));
  HistogramSpeed speed{.num_prompts = static_cast<std::uint64_t>(counts * per_lor * static_cast<double>(num_lors))};
  const recon::ImageGrid grid = coarse(setup.grid);
  const double per_lor_of_grid = per_lor * most_planes(setup.grid) / most_planes(grid);
  recon::ComputeDevice device(setup.device);
  recon::Reporter silent;
  speed.sensitivity_s =
      per_lor_of_grid * least_seconds([&] {
        recon::histogram_sensitivity(sample, grid, 1, {.num_threads = num_threads, .device = &device}, silent);
      });
  if (setup.attenuation && !reporter.stop_requested()) {
    recon::Histogram absorbed = sample;
    speed.attenuation_s = per_lor * least_seconds([&] {
                            recon::multiply_attenuation(absorbed, *setup.attenuation, device, num_threads, silent);
                          });
  }
  constexpr double enough_counts = 1000;
  if (counts < enough_counts) {  // few cross the image, or none; so they are soon projected
    speed.part_with_counts = std::min(1.0, counts * per_lor);
    return speed;
  }
  if (reporter.stop_requested()) {
    return speed;
  }
  std::optional<recon::HistogramMeasurements> data;
  speed.arranging_s = per_lor_of_grid * seconds_of([&] { data.emplace(sample, grid, 1, num_threads); });
  const recon::DataBlock block = data->subset(0);
  speed.part_with_counts = per_lor * static_cast<double>(block.lors.count);
  if (reporter.stop_requested()) {
    return speed;
  }
  Iteration iteration(grid, setup.device, num_threads);
  speed.pass_s = per_lor_of_grid * (sample.tof ? iteration.seconds(block.lors, sample.tof->bins())
                                               : iteration.seconds(block.lors, projectors::NoTof{}));
  return speed;
}

}  // namespace coincide::app
