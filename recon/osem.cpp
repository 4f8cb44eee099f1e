#include "recon/osem.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <string>
#include <string_view>

#include "projectors/error.h"
#include "recon/compute_device.h"
#include "recon/field_of_view.h"
#include "recon/osem_engine.h"
#include "recon/psf.h"

namespace coincide::recon {
namespace {

constexpr std::string_view stage = "reconstruction";

void check(ListmodeData& data, const Image& sensitivity, const Image& start, const OsemOptions& options) {
  if (options.iterations < 0) {
    throw InputError(fmt::format("the number of iterations is {}: it must be 0 or more", options.iterations));
  }
  if (options.subsets != data.num_subsets()) {
    throw InputError(fmt::format("{} subsets are asked for but the events were loaded in {}: load them again",
                                 options.subsets, data.num_subsets()));
  }
  if (!(sensitivity.grid == start.grid)) {
    throw InputError("the sensitivity image and the start image have different grids: make them on the same one");
  }
  const auto voxels = static_cast<std::size_t>(start.grid.num_voxels());
  if (sensitivity.values.size() != voxels || start.values.size() != voxels) {
    throw InputError(fmt::format("the grid has {} voxels but the sensitivity image {} values and the start image {}",
                                 voxels, sensitivity.values.size(), start.values.size()));
  }
  const auto possible = [](float value) { return value >= 0 && std::isfinite(value); };
  for (const Image* image : {&sensitivity, &start}) {
    const auto wrong = std::ranges::find_if_not(image->values, possible);
    if (wrong != image->values.end()) {
      throw InputError(fmt::format("the {} image holds the value {}: all must be finite and not negative",
                                   image == &start ? "start" : "sensitivity", *wrong));
    }
  }
}

/// Sets the sensitivity to 0 behind the nearest crystals where LORs hardly pass. Nothing can decay there, but a single
/// count that is divided by next to nothing would become the hottest voxel of the image.
void leave_out_behind_crystals(const Scanner& scanner, const ImageGrid& grid, std::vector<float>& sensitivity) {
  constexpr float hardly = 0.01F;  // of the best voxel; planes at the ends of the axial field have more than that
  const float least = hardly * *std::ranges::max_element(sensitivity);
  const FieldOfView field(scanner);
  const auto place_mm = [&](std::size_t axis, std::int64_t i) {
    return grid.origin_mm[axis] + static_cast<float>(i) * grid.voxel_size_mm[axis];
  };
  float* voxel = sensitivity.data();
  for (std::int64_t x = 0; x < grid.shape[0]; ++x) {
    for (std::int64_t y = 0; y < grid.shape[1]; ++y) {
      for (std::int64_t z = 0; z < grid.shape[2]; ++z, ++voxel) {
        if (*voxel > 0 && *voxel < least &&
            field.is_behind_crystals({place_mm(0, x), place_mm(1, y), place_mm(2, z)})) {
          *voxel = 0;
        }
      }
    }
  }
}

/// The control of a reconstruction; an engine does the updates.
class Osem {
 public:
  Osem(ListmodeData& data, const Scanner& scanner, const Image& sensitivity, const Image& start, bool tof,
       const OsemOptions& options, Reporter& reporter)
      : reporter_(reporter),
        input_{data, scanner, tof ? scanner.tof_bins_of_model() : std::vector<TofBin>{}, sensitivity.values, options} {
    result_.image = start;
    if (options.psf_fwhm_mm != 0) {
      GaussianFilter(start.grid, options.psf_fwhm_mm, options.num_threads).apply(input_.sensitivity);
    }
    leave_out_behind_crystals(scanner, start.grid, input_.sensitivity);
    // Voxels that nothing sees would keep their start value for ever.
    for (std::size_t i = 0; i < input_.sensitivity.size(); ++i) {
      result_.image.values[i] = input_.sensitivity[i] > 0 ? result_.image.values[i] : 0;
    }
  }

  OsemResult run();

 private:
  enum class Outcome { done, stopped, device_failed };
  void make_engine();
  Outcome run_iteration_on_device(int iteration);
  bool run_iteration(int iteration);
  bool run_subset(int iteration, int subset);
  void show_image();

  ComputeDevice& device() { return input_.options.device != nullptr ? *input_.options.device : cpu_; }

  Reporter& reporter_;
  OsemInput input_;
  ComputeDevice cpu_;
  std::unique_ptr<OsemEngine> engine_;
  std::vector<float> safe_image_;  ///< after the last whole iteration, where a device may be given up
  OsemResult result_;
};

void Osem::make_engine() {
  if (device().get().kind == projectors::DeviceKind::cuda) {
    try {
      engine_ = make_cuda_engine(input_, result_.image, device().get().index,
                                 [this](const std::string& sentence) { reporter_.note(sentence); });
      return;
    } catch (const DeviceError& error) {
      device().give_up(error, stage, reporter_);
    }
  }
  engine_ = make_cpu_engine(input_, result_.image);
}

OsemResult Osem::run() {
  const OsemOptions& options = input_.options;
  if (options.iterations > 0) {
    input_.data.sort_for(result_.image.grid, input_.scanner, options.num_threads, reporter_);
    make_engine();
  }
  for (int iteration = 0; iteration < options.iterations && !result_.stopped; ++iteration) {
    Outcome outcome = run_iteration_on_device(iteration);
    if (outcome == Outcome::device_failed) {
      outcome = run_iteration_on_device(iteration);
    }
    result_.stopped = outcome == Outcome::stopped;
  }
  return std::move(result_);
}

/// If the device fails and may be given up, the image is that before the iteration, and the engine the CPU's.
Osem::Outcome Osem::run_iteration_on_device(int iteration) {
  const bool may_fail = device().may_be_given_up();
  if (may_fail) {
    safe_image_ = result_.image.values;
  }
  try {
    return run_iteration(iteration) ? Outcome::done : Outcome::stopped;
  } catch (const DeviceError& error) {
    device().give_up(error, fmt::format("{}, from iteration {} on", stage, iteration + 1), reporter_);
    result_.image.values = std::move(safe_image_);
    result_.iterations_done = iteration;
    engine_ = make_cpu_engine(input_, result_.image);
    return Outcome::device_failed;
  }
}

/// False if the reporter asked to stop.
bool Osem::run_iteration(int iteration) {
  const OsemOptions& options = input_.options;
  const auto start = std::chrono::steady_clock::now();
  const double counts_before = engine_->expected_counts();
  reporter_.progress(stage, static_cast<double>(iteration) / options.iterations);
  reporter_.step(fmt::format("iteration {} of {}", iteration + 1, options.iterations));
  for (int subset = 0; subset < options.subsets; ++subset) {
    if (!run_subset(iteration, subset)) {
      engine_->fetch(result_.image.values);
      return false;
    }
    result_.iterations_done = iteration + (subset + 1.0) / options.subsets;
    const bool is_last = subset + 1 == options.subsets;
    if (options.report_every_subset && !is_last) {
      engine_->fetch(result_.image.values);
      show_image();
    }
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  engine_->fetch(result_.image.values);
  const IterationFigures figures{.iteration = result_.iterations_done,
                                 .log_likelihood = engine_->take_log_sum() - counts_before,
                                 .image_sum = engine_->image_sum(),
                                 .expected_counts = engine_->expected_counts(),
                                 .seconds = elapsed.count()};
  // Nothing can fail any more: an iteration that a device did not finish leaves no figures.
  result_.figures.push_back(figures);
  reporter_.figures(figures);
  show_image();
  return true;
}

void Osem::show_image() { reporter_.intermediate_image(result_.image, result_.iterations_done); }

/// One update of the image; false, with the image as it was, if the reporter asked to stop.
bool Osem::run_subset(int iteration, int subset) {
  const OsemOptions& options = input_.options;
  const auto report = [&](double of_subset) {
    const double of_iteration = (subset + of_subset) / options.subsets;
    reporter_.progress(stage, (iteration + of_iteration) / options.iterations);
  };
  const bool done = engine_->run_subset(subset, [&](double of_subset) {
    if (of_subset > 0) {
      report(of_subset);
    }
    return !reporter_.stop_requested();
  });
  if (done) {
    report(1);
  }
  return done;
}

}  // namespace

std::uint64_t cuda_engine_bytes(const ImageGrid& grid, double psf_fwhm_mm, std::uint64_t num_events) {
  constexpr std::uint64_t bytes_per_event =
      2 * sizeof(std::uint32_t) + sizeof(std::uint16_t) + 2 * sizeof(float);  // crystals, TOF bin, m and b
  // Image, sensitivity, back projection and its shadow; the resolution model works in two more.
  const std::uint64_t images = psf_fwhm_mm != 0 ? 6 : 4;
  return images * static_cast<std::uint64_t>(grid.num_voxels()) * sizeof(float) + num_events * bytes_per_event;
}

OsemResult osem(ListmodeData& data, const Scanner& scanner, const Image& sensitivity, const Image& start, bool tof,
                const OsemOptions& options, Reporter& reporter) {
  check(data, sensitivity, start, options);
  return Osem(data, scanner, sensitivity, start, tof, options, reporter).run();
}

}  // namespace coincide::recon
