#include "app/plan_job.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "app/job_memory.h"
#include "app/job_parts.h"
#include "app/job_setup.h"
#include "app/listmode_options.h"
#include "app/normalization_job.h"
#include "app/outputs.h"
#include "app/plan_scatter.h"
#include "app/projection_speed.h"
#include "app/resources.h"
#include "app/sensitivity_cache.h"
#include "app/simulate_events.h"
#include "io/data_checks.h"
#include "io/data_file.h"
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

/// Prompts in the file, and how long all of it takes to read.
void estimate_events(const io::Job& job, JobSetup& setup, const recon::Reporter& reporter, JobPlan& plan,
                     EventSample& sample) {
  recon::EventBlock block;
  io::CheckedSource events(*setup.events, {.tof = setup.uses_tof(job)});
  const double header = events.fraction_read();
  double read = 0;  // part of the events
  const auto is_enough = [&] {
    const std::uint64_t prompts = events.counts().prompts;
    return prompts >= enough_prompts || (prompts >= sample_prompts && read >= sample_of_file);
  };
  const auto start = std::chrono::steady_clock::now();
  while (!is_enough() && !reporter.stop_requested() && events.read(block)) {
    read = (events.fraction_read() - header) / (1 - header);
    sample.add(block);
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  warn_of_sample(job, events.take_summary(false), events.event_terms().randoms, plan);
  if (read > 0) {
    plan.num_prompts = static_cast<std::uint64_t>(static_cast<double>(events.counts().prompts) / read);
    plan.reading_s = taken.count() / read;
  }
}

/// Makes the plan of a job, one part after the other.
class Planner {
 public:
  Planner(const io::Job& job, recon::Reporter& reporter)
      : job_(job),
        reporter_(reporter),
        setup_(prepare_job(job)),
        model_(setup_.scanner(), setup_.efficiencies(), job.corrections) {}

  JobPlan plan() {
    describe();
    count();
    tell_what_is_not_used();
    find_memory();
    if (!plan_.normalizes) {
      choose_subsets();
    }
    find_kept_sensitivity();
    if (!reporter_.stop_requested()) {
      find_time();
    }
    return std::move(plan_);
  }

 private:
  void describe() {
    plan_.scanner = setup_.scanner().name;
    plan_.events = setup_.phantom  ? fmt::format("simulation of {}", setup_.phantom->name)
                   : setup_.events ? setup_.events->format()
                                   : setup_.histogram->facts().format;
    plan_.device = projectors::device_word(setup_.device);
    plan_.grid = setup_.grid;
    plan_.parts = setup_.parts.size();
    plan_.tof = setup_.uses_tof(job_);
    plan_.notes = setup_.notes;
    plan_.warnings = setup_.warnings;
    if (job_.input.start_s > 0 || job_.input.stop_s > 0 || job_.in_parts()) {
      plan_.notes.emplace_back("Prompts, memory and time are those of the whole file; a part of it needs less.");
    }
    plan_.normalizes = !job_.normalization.source.empty();
    plan_.result_file = job_.result_path(plan_.normalizes ? normalization_ending : "." + job_.output.format).string();
  }

  void count() {
    plan_.num_lors = recon::num_measurable_lors(model_);
    if (setup_.phantom) {
      const recon::SimulationOptions options = simulation_options(job_);
      const recon::SimulationRate rate =
          recon::simulation_rate(setup_.scanner(), setup_.efficiencies(), *setup_.phantom, options, reporter_);
      plan_.num_prompts = static_cast<std::uint64_t>(rate.prompts_per_s * options.duration_before_decay_s());
      plan_.simulation_s = rate.seconds_per_s * options.duration_before_decay_s();
    } else if (setup_.events) {
      estimate_events(job_, setup_, reporter_, plan_, sample_);
    } else {
      count_bins();
    }
  }

  /// By some of its LORs, as counts are known only when they are read.
  void count_bins() {
    constexpr std::int64_t enough_lors = 1'000'000, enough_bins = 4'000'000;
    constexpr double s_per_bin = 2e-8;  // to read it
    const recon::HistogramFacts& facts = setup_.histogram->facts();
    plan_.num_lors = static_cast<std::uint64_t>(facts.num_lors);
    plan_.bins = facts.bins;
    const std::int64_t enough = std::min(enough_lors, enough_bins / (facts.tof ? facts.tof->num_bins : 1));
    const recon::Histogram sample = setup_.histogram->read_sample(enough);
    of_bins_ = histogram_speed(sample, facts.num_lors, setup_, static_cast<int>(job_.compute.threads), reporter_);
    plan_.num_prompts = of_bins_.num_prompts;
    for (const recon::HistogramSource* read :
         {setup_.histogram.get(), setup_.multiplicative.get(), setup_.additive.get()}) {
      plan_.reading_s += read != nullptr ? s_per_bin * static_cast<double>(read->facts().num_bins()) : 0;
    }
    plan_.notes.insert(plan_.notes.end(), facts.notes.begin(), facts.notes.end());
    plan_.warnings.insert(plan_.warnings.end(), facts.warnings.begin(), facts.warnings.end());
  }

  bool corrects_live_time() const {
    return setup_.events && setup_.events->counts().dead_time_blocks > 0 &&
           job_.corrections.live_time != recon::Switch::off;
  }

  /// By the part of the events that was read.
  void tell_what_is_not_used() {
    std::string no_duration;
    if (setup_.events) {
      const recon::EventCounts& counts = setup_.events->counts();
      const std::vector<std::string> told = counts.all_warnings();
      plan_.warnings.insert(plan_.warnings.end(), told.begin(), told.end());
      no_duration = counts.no_duration;
      std::vector<std::string> not_used = counts.not_used;
      if (corrects_live_time()) {
        plan_.notes.emplace_back("The file states dead time; it will be corrected.");
      } else if (counts.dead_time_blocks > 0) {
        not_used.emplace_back("dead time (corrections.live_time is off)");
      }
      if (const std::string list = recon::not_used_sentence(not_used); !list.empty()) {
        plan_.notes.push_back(list);
      }
    }
    const std::string why = plan_.normalizes ? ""
                                             : recon::why_arbitrary_unit(
                                                   model_, job_.quantification, no_duration,
                                                   setup_.events ? setup_.events->event_terms() : recon::EventTerms());
    if (!setup_.histogram && !why.empty()) {
      plan_.warnings.push_back(why);
    }
  }

  void find_memory() {
    memory_ = setup_.histogram ? memory_with_bins(job_, setup_.grid, setup_.psf, setup_.histogram_inputs(),
                                                  of_bins_.part_with_counts)
                               : memory_with_events(job_, setup_.grid, setup_.psf, plan_.num_prompts);
    if (plan_.normalizes) {
      memory_ = {.program = memory_.program,
                 .images = 2 * image_bytes(setup_.grid) + normalization_bytes(job_, plan_.num_lors)};
    }
    plan_.memory_bytes = memory_.most();
    if (const std::string doubt = doubt_if_too_large(memory_); !doubt.empty()) {
      plan_.warnings.push_back(doubt);
    }
    if (setup_.device.kind == projectors::DeviceKind::cuda && !plan_.normalizes) {
      constexpr int of_em = 2;  // which are counted there
      const recon::AlgorithmKind& kind = job_.algorithm_kind();
      plan_.gpu_memory_bytes = recon::cuda_engine_bytes(setup_.grid, setup_.psf, plan_.num_prompts) +
                               static_cast<std::uint64_t>(kind.images - of_em) * image_bytes(setup_.grid) +
                               plan_.num_prompts * sizeof(float) * static_cast<std::uint64_t>(kind.floats_per_count);
    }
  }

  void choose_subsets() {
    const recon::SubsetChoice choice = subset_choice(job_, setup_, plan_.num_prompts);
    if (!choice.warning.empty()) {
      plan_.warnings.push_back(choice.warning);
    }
    if (!choice.note.empty()) {
      plan_.notes.push_back(choice.note);
    }
  }

  const recon::Image* attenuation() const { return setup_.attenuation ? &*setup_.attenuation : nullptr; }

  /// Live time is a factor of the sensitivity image that only the whole frame tells; so are poses.
  void find_kept_sensitivity() {
    if (job_.sensitivity.use_cache && !job_.simulates() && !corrects_live_time() && setup_.poses.empty()) {
      const std::string key = recon::sensitivity_key(model_, setup_.grid, attenuation(), sensitivity_options());
      plan_.sensitivity_cached = SensitivityCache(job_.sensitivity.cache_folder).has(key);
    }
  }

  recon::SensitivityOptions sensitivity_options() const {
    return {.tof = plan_.tof,
            .fraction = job_.sensitivity.fraction,
            .num_prompts = plan_.num_prompts,
            .num_threads = static_cast<int>(job_.compute.threads)};
  }

  /// `to_come`: of the attenuation that the phantom will have.
  double part_of_pairs(bool to_come, const recon::SensitivityOptions& options) const {
    if (options.fraction > 0) {
      return options.fraction;
    }
    if (!to_come) {
      return recon::expected_fraction(model_, setup_.grid, attenuation(), options);
    }
    constexpr int samples = 1;
    const recon::Image mu =
        recon::attenuation_image(*setup_.phantom, setup_.grid, setup_.scanner().centre_mm(), samples);
    return recon::expected_fraction(model_, setup_.grid, &mu, options);
  }

  void time_events() {
    const EventSample& timed = plan_.normalizes ? EventSample() : sample_;  // which projects all pairs
    const auto threads = static_cast<int>(job_.compute.threads);
    const ProjectionSpeed speed = projection_speed(model_, setup_, timed, plan_.tof, threads);
    const auto lors = static_cast<double>(plan_.num_lors), prompts = static_cast<double>(plan_.num_prompts);
    if (plan_.normalizes) {  // the source, and what it absorbs
      plan_.total_s = 2 * speed.forward_s * lors;
      return;
    }
    const bool attenuates = attenuation() != nullptr || (job_.simulates() && job_.simulation.attenuation);
    plan_.attenuation_s = attenuates ? speed.forward_s * prompts : 0;
    plan_.iteration_s = speed.forward_back_s * prompts;
    if (!plan_.sensitivity_cached) {
      const bool to_come = attenuates && attenuation() == nullptr;  // of a phantom that is simulated
      recon::SensitivityOptions options = sensitivity_options();
      options.fraction = part_of_pairs(to_come, options);
      plan_.sensitivity_s = (to_come ? speed.forward_s * options.fraction * lors : 0) +
                            sensitivity_seconds(model_, setup_, attenuation(), options, reporter_);
    }
  }

  void time_bins() {
    const auto lors = static_cast<double>(plan_.num_lors);
    plan_.reading_s += of_bins_.arranging_s * lors;
    plan_.sensitivity_s = of_bins_.sensitivity_s * lors;
    plan_.attenuation_s = of_bins_.attenuation_s * lors;
    plan_.iteration_s = of_bins_.pass_s * lors;
  }

  void find_time() {
    if (setup_.histogram) {
      time_bins();
    } else {
      time_events();
    }
    if (plan_.normalizes) {
      return;
    }
    const std::uint64_t rows = setup_.histogram ? plan_.num_lors : plan_.num_prompts;
    const ScatterPlan scatter = plan_scatter(job_, setup_, rows, plan_.iteration_s, plan_.attenuation_s);
    plan_.scatter_s = scatter.seconds;
    memory_.scatter += scatter.bytes;
    plan_.gpu_memory_bytes = std::max(plan_.gpu_memory_bytes, scatter.gpu_bytes);  // one after the other
    plan_.memory_bytes = memory_.most();
    plan_.total_s = plan_.simulation_s + plan_.reading_s + plan_.sensitivity_s + plan_.attenuation_s + plan_.scatter_s +
                    plan_.iteration_s * static_cast<double>(passes_in_all());
  }

  /// Those of kinetic images from all events follow on the frames'.
  std::int64_t passes_in_all() const {
    return job_.passes() * (job_.kinetics.is_direct() ? 2 : 1) + job_.algorithm_kind().passes_beside;
  }

  const io::Job& job_;
  recon::Reporter& reporter_;
  JobSetup setup_;
  recon::MultiplicativeModel model_;
  EventSample sample_;      ///< none of a simulation or histogram
  HistogramSpeed of_bins_;  ///< of a histogram only
  JobMemory memory_;
  JobPlan plan_;
};

}  // namespace

JobPlan plan_job(const io::Job& job, recon::Reporter& reporter) { return Planner(job, reporter).plan(); }

}  // namespace coincide::app
