#include "app/plan_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <random>

#include "app/job_memory.h"
#include "app/job_parts.h"
#include "app/job_setup.h"
#include "app/listmode_options.h"
#include "app/normalization_job.h"
#include "app/outputs.h"
#include "app/plan_scatter.h"
#include "app/resources.h"
#include "app/sensitivity_cache.h"
#include "app/simulate_events.h"
#include "io/data_checks.h"
#include "io/data_file.h"
#include "projectors/device_floats.h"
#include "projectors/error.h"
#include "projectors/projector.h"
#include "recon/engine/engine.h"
#include "recon/model.h"
#include "recon/pipeline/quantify.h"
#include "recon/pipeline/sentences.h"
#include "recon/sensitivity.h"

namespace coincide::app {
namespace {

/// Part of the file that is read to estimate its prompts, and prompts that are enough or needed for it.
constexpr double sample_of_file = 0.02;
constexpr std::uint64_t enough_prompts = 2'000'000;
constexpr std::uint64_t sample_prompts = 20000;
constexpr int calibration_lors = 40000;

/// What the checks of a run find in the part of the file that was read.
void warn_of_sample(const io::Job& job, const io::DataSummary& sample, bool states_randoms, JobPlan& plan) {
  const std::uint64_t events = sample.counts.prompts + sample.counts.delayeds;
  for (const std::string& finding : io::findings_for_image(sample)) {
    plan.warnings.push_back(fmt::format("In the first {} events: {}", events, finding));
  }
  if (job.corrections.randoms != recon::RandomsMethod::none && !states_randoms && sample.counts.delayeds == 0 &&
      sample.counts.singles_blocks == 0) {
    plan.warnings.push_back(fmt::format("There are no delayed coincidences among the first {} events. If none follow{}",
                                        events, recon::without_delayeds));
  }
}

std::uint64_t estimate_prompts(const io::Job& job, JobSetup& setup, const recon::Reporter& reporter, JobPlan& plan) {
  recon::EventBlock block;
  io::CheckedSource events(*setup.events, {.tof = setup.uses_tof(job)});
  const double header = events.fraction_read();
  double read = 0;  // part of the events
  const auto is_enough = [&] {
    const std::uint64_t prompts = events.counts().prompts;
    return prompts >= enough_prompts || (prompts >= sample_prompts && read >= sample_of_file);
  };
  while (!is_enough() && !reporter.stop_requested() && events.read(block)) {
    read = (events.fraction_read() - header) / (1 - header);
  }
  warn_of_sample(job, events.take_summary(false), events.event_terms().randoms, plan);
  return read > 0 ? static_cast<std::uint64_t>(static_cast<double>(events.counts().prompts) / read) : 0;
}

/// Crystal pairs that can be in coincidence, drawn at random.
struct SampleLors {
  std::vector<std::uint32_t> a;
  std::vector<std::uint32_t> b;
  std::vector<std::uint16_t> tof_bin;

  void repeat(int times) {
    const auto repeated = [times](auto& values) {
      const auto once = values;
      for (int i = 1; i < times; ++i) {
        values.insert(values.end(), once.begin(), once.end());
      }
    };
    repeated(a);
    repeated(b);
    repeated(tof_bin);
  }
};

SampleLors draw_lors(const recon::MultiplicativeModel& model) {
  const recon::Scanner& scanner = model.scanner();
  std::mt19937 random(1);
  std::uniform_int_distribution<std::uint32_t> crystal(0, static_cast<std::uint32_t>(scanner.num_crystals() - 1));
  SampleLors lors;
  for (int attempt = 0; attempt < 20 * calibration_lors && lors.a.size() < calibration_lors; ++attempt) {
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

/// The same box in voxels so large that no more than a few megabytes hold them.
recon::ImageGrid coarse(const recon::ImageGrid& grid) {
  constexpr double most_voxels = 1e6;
  const double factor = std::max(1.0, std::ceil(std::cbrt(static_cast<double>(grid.num_voxels()) / most_voxels)));
  recon::ImageGrid result = grid;
  for (std::size_t a = 0; a < 3; ++a) {
    result.shape[a] = static_cast<std::int64_t>(std::ceil(static_cast<double>(grid.shape[a]) / factor));
    result.voxel_size_mm[a] *= static_cast<float>(factor);
    result.origin_mm[a] += 0.5F * static_cast<float>(factor - 1) * grid.voxel_size_mm[a];
  }
  return result;
}

struct Speed {
  double sensitivity_s_per_lor = 0;
  double iteration_s_per_event = 0;
};

/// Times forward and back projection of sample LORs on a coarse grid: a LOR takes time for each plane that it crosses.
/// The quickest of some runs counts, after one that has touched all memory: other programs make them slower.
Speed measure_speed(const recon::MultiplicativeModel& model, const JobSetup& setup, const io::Job& job) {
  const recon::Scanner& scanner = model.scanner();
  SampleLors sample = draw_lors(model);
  if (setup.device.kind == projectors::DeviceKind::cuda) {
    sample.repeat(16);  // enough to outweigh what a call on a GPU costs by itself
  }
  Speed speed;
  if (sample.a.empty()) {
    return speed;
  }
  projectors::ProjectorOptions options;
  options.num_threads = static_cast<int>(job.compute.threads);
  options.device = setup.device;
  const recon::ImageGrid grid = coarse(setup.grid);
  const double planes_left_out =
      static_cast<double>(std::ranges::max(setup.grid.shape)) / static_cast<double>(std::ranges::max(grid.shape));
  const projectors::Projector projector(grid, options);
  const projectors::Lors lors =
      recon::lors_between(scanner.crystal_centre_mm, sample.a.data(), sample.b.data(), std::ssize(sample.a));
  const projectors::TofTable tof{
      .bins = scanner.tof_bins.data(), .bin_index = sample.tof_bin.data(), .num_bins = std::ssize(scanner.tof_bins)};
  std::vector<float> values(sample.a.size(), 1.0F);
  projectors::DeviceFloats image(setup.device, grid.num_voxels());
  const auto time = [&](auto&& work) {
    work();
    double least_s = std::numeric_limits<double>::infinity();
    for (int run = 0; run < 4; ++run) {
      const auto start = std::chrono::steady_clock::now();
      work();
      least_s = std::min(least_s, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return planes_left_out * least_s / static_cast<double>(sample.a.size());
  };
  const auto both = [&](auto bins) {
    return time([&] {
      projector.forward(lors, bins, image.data(), values.data());
      projector.back(lors, bins, values.data(), image.data());
    });
  };
  speed.sensitivity_s_per_lor = time([&] { projector.back(lors, projectors::NoTof{}, values.data(), image.data()); });
  speed.iteration_s_per_event = setup.uses_tof(job) ? both(tof) : both(projectors::NoTof{});
  return speed;
}

}  // namespace

/// Its counts are known only when it has been read; each LOR has some.
void plan_histogram(const recon::HistogramSource& histogram, JobPlan& plan) {
  const recon::HistogramFacts& facts = histogram.facts();
  plan.num_lors = static_cast<std::uint64_t>(facts.num_lors);
  plan.bins = facts.bins;
  plan.notes.insert(plan.notes.end(), facts.notes.begin(), facts.notes.end());
  plan.warnings.insert(plan.warnings.end(), facts.warnings.begin(), facts.warnings.end());
}

JobPlan plan_job(const io::Job& job, recon::Reporter& reporter) {
  JobSetup setup = prepare_job(job);
  const recon::MultiplicativeModel model(setup.scanner(), setup.efficiencies(), job.corrections);
  JobPlan plan;
  plan.scanner = setup.scanner().name;
  plan.events = setup.phantom  ? "simulation of " + setup.phantom->name
                : setup.events ? setup.events->format()
                               : setup.histogram->facts().format;
  plan.device = projectors::device_word(setup.device);
  plan.grid = setup.grid;
  plan.parts = setup.parts.size();
  plan.tof = setup.uses_tof(job);
  plan.notes = setup.notes;
  plan.warnings = setup.warnings;
  if (job.input.start_s > 0 || job.input.stop_s > 0 || job.in_parts()) {
    plan.notes.emplace_back("Prompts, memory and time are those of the whole file; a part of it needs less.");
  }
  plan.normalizes = !job.normalization.source.empty();
  plan.result_file = job.result_path(plan.normalizes ? normalization_ending : "." + job.output.format).string();
  plan.num_lors = recon::num_measurable_lors(model);
  if (setup.phantom) {
    const recon::SimulationOptions options = simulation_options(job);
    const recon::SimulationRate rate =
        recon::simulation_rate(setup.scanner(), setup.efficiencies(), *setup.phantom, options, reporter);
    plan.num_prompts = static_cast<std::uint64_t>(rate.prompts_per_s * options.duration_before_decay_s());
    plan.simulation_s = rate.seconds_per_s * options.duration_before_decay_s();
  } else if (setup.events) {
    plan.num_prompts = estimate_prompts(job, setup, reporter, plan);
  } else {
    plan_histogram(*setup.histogram, plan);
  }
  std::string no_duration;
  if (setup.events) {  // the part of it that was read
    const recon::EventCounts& counts = setup.events->counts();
    const std::vector<std::string> told = counts.all_warnings();
    plan.warnings.insert(plan.warnings.end(), told.begin(), told.end());
    no_duration = counts.no_duration;
    std::vector<std::string> not_used = counts.not_used;
    if (counts.dead_time_blocks > 0) {
      if (job.corrections.live_time == recon::Switch::off) {
        not_used.emplace_back("dead time (corrections.live_time is off)");
      } else {
        plan.notes.emplace_back("The file states dead time; it will be corrected.");
      }
    }
    if (const std::string list = recon::not_used_sentence(not_used); !list.empty()) {
      plan.notes.push_back(list);
    }
  }
  const std::string why = plan.normalizes ? "" : recon::why_arbitrary_unit(model, job.quantification, no_duration);
  if (!setup.histogram && !why.empty()) {
    plan.warnings.push_back(why);
  }
  JobMemory memory = setup.histogram ? memory_with_bins(job, setup.grid, setup.psf, *setup.histogram)
                                     : memory_with_events(job, setup.grid, setup.psf, plan.num_prompts);
  if (plan.normalizes) {
    memory = {.program = memory.program,
              .images = 2 * image_bytes(setup.grid) + normalization_bytes(job, plan.num_lors)};
  }
  plan.memory_bytes = memory.most();
  if (const std::string doubt = doubt_if_too_large(memory); !doubt.empty()) {
    plan.warnings.push_back(doubt);
  }
  const recon::AlgorithmKind& kind = job.algorithm_kind();
  if (setup.device.kind == projectors::DeviceKind::cuda && !plan.normalizes) {
    constexpr int of_em = 2;  // which are counted there
    plan.gpu_memory_bytes = recon::cuda_engine_bytes(setup.grid, setup.psf, plan.num_prompts) +
                            static_cast<std::uint64_t>(kind.images - of_em) * image_bytes(setup.grid) +
                            plan.num_prompts * sizeof(float) * static_cast<std::uint64_t>(kind.floats_per_count);
  }
  if (!setup.histogram && !plan.normalizes) {
    const recon::SubsetChoice choice = subset_choice(job, setup, plan.num_prompts);
    if (!choice.warning.empty()) {
      plan.warnings.push_back(choice.warning);
    }
    if (!choice.note.empty()) {
      plan.notes.push_back(choice.note);
    }
  }

  const recon::Image* attenuation = setup.attenuation ? &*setup.attenuation : nullptr;
  // Live time is a factor of the sensitivity image that only the whole frame tells; so are poses.
  const bool may_need_live_time =
      setup.events && setup.events->counts().dead_time_blocks > 0 && job.corrections.live_time != recon::Switch::off;
  if (job.sensitivity.use_cache && !job.simulates() && !may_need_live_time && setup.poses.empty()) {
    const std::string key = recon::sensitivity_key(
        model, setup.grid, attenuation, {plan.tof, job.sensitivity.fraction, static_cast<int>(job.compute.threads)});
    plan.sensitivity_cached = SensitivityCache(job.sensitivity.cache_folder).has(key);
  }
  if (reporter.stop_requested()) {
    return plan;
  }
  const Speed speed = measure_speed(model, setup, job);
  if (plan.normalizes) {  // the source, and what it absorbs
    plan.total_s = 2 * speed.sensitivity_s_per_lor * static_cast<double>(plan.num_lors);
    return plan;
  }
  const std::uint64_t rows = setup.histogram ? plan.num_lors : plan.num_prompts;
  // An attenuation image adds one forward projection per crystal pair.
  const double projections = attenuation != nullptr || (job.simulates() && job.simulation.attenuation) ? 2 : 1;
  const double part =
      job.sensitivity.fraction > 0 ? job.sensitivity.fraction : recon::expected_fraction(model, setup.grid);
  plan.sensitivity_s = plan.sensitivity_cached
                           ? 0
                           : projections * speed.sensitivity_s_per_lor * part * static_cast<double>(plan.num_lors);
  plan.iteration_s = speed.iteration_s_per_event * static_cast<double>(rows);
  const ScatterPlan scatter = plan_scatter(job, setup, rows, plan.iteration_s);
  plan.scatter_s = scatter.seconds;
  memory.scatter += scatter.bytes;
  plan.memory_bytes = memory.most();
  plan.total_s = plan.simulation_s + plan.sensitivity_s + plan.scatter_s +
                 plan.iteration_s * static_cast<double>(job.passes() + kind.passes_beside);
  return plan;
}

}  // namespace coincide::app
