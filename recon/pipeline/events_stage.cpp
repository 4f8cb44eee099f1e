#include <fmt/format.h>

#include <algorithm>

#include "recon/measurement/subset_size.h"
#include "recon/pipeline/corrections.h"
#include "recon/pipeline/sentences.h"
#include "recon/pipeline/stage_work.h"
#include "recon/pipeline/subset_choice.h"

namespace coincide::recon {
namespace {

LoadOptions load_options(const RunInputs& inputs, const RunSettings& settings, Communicator& ranks) {
  LoadOptions options;
  options.ranks = &ranks;
  options.subsets = static_cast<int>(most_subsets(settings.algorithm_kind(), settings.algorithm.subsets));
  options.start_s = settings.frame.start_s;
  options.stop_s = settings.frame.stop_s;
  options.num_threads = settings.num_threads;
  options.memory_limit_bytes = settings.memory_limit_bytes;
  options.may_move = !inputs.poses.empty();
  options.use = {.normalization = settings.corrections.efficiencies,
                 .attenuation = inputs.attenuation == nullptr,
                 .scatter = true,
                 .randoms = settings.corrections.randoms != RandomsMethod::none};
  options.movement_keeps_times = settings.corrections.motion == StatedMotion::automatic;
  return options;
}

void record_counts(RunState& run) {
  RunRecord& record = run.record;
  const EventCounts& counts = run.data->counts();
  record.counts = counts;
  record.frame_start_s = 1e-3 * counts.first_ms;
  if (counts.no_duration.empty()) {
    run.recorded = run.data->recorded();
  }
  record.frame_duration_s = run.recorded.total_s();
  record.recorded = run.recorded.list();
}

void tell_of_counts(RunState& run) {
  Reporter& reporter = run.reporter;
  const EventCounts& counts = run.data->counts();
  reporter.note(
      fmt::format("{} prompts and {} delayeds in {:.6g} s.", counts.prompts, counts.delayeds, run.data->duration_s()));
  for (const std::string& warning : counts.all_warnings()) {
    reporter.warning(warning);
  }
  if (const std::string list = not_used_sentence(run.record.counts.not_used); !list.empty()) {
    reporter.note(list);
  }
  if (const std::string why =
          why_arbitrary_unit(run.model, run.settings.quantification, counts.no_duration, run.data->stated().used);
      !why.empty()) {
    reporter.warning(why);
  }
}

void tell_of_findings(RunState& run) {
  const std::vector<std::string> findings = run.inputs.findings ? run.inputs.findings() : std::vector<std::string>();
  for (const std::string& finding : findings) {
    run.reporter.warning(finding);
  }
  const bool is_said =
      std::ranges::any_of(findings, [](const std::string& finding) { return finding.starts_with("Pairs:"); });
  if (run.data->num_impossible() > 0 && !is_said) {
    run.reporter.warning(
        fmt::format("{} prompts between crystals that cannot be in coincidence, or have efficiency 0, are left out.",
                    run.data->num_impossible()));
  }
}

void deal_to_subsets(RunState& run) {
  const double needed = prompts_per_subset(run.scanner(), run.inputs.grid, run.tof(), run.record.psf,
                                           run.settings.algorithm_kind().prompts_per_voxel);
  const SubsetChoice choice = choose_subsets(run.settings.algorithm_kind(), run.settings.algorithm.subsets,
                                             run.inputs.prompts_for_subsets.value_or(run.data->num_prompts()), needed);
  run.data->limit_subsets(static_cast<int>(choice.subsets));
  run.record.subsets = run.data->num_subsets();
  run.too_many_subsets = !choice.warning.empty();
  if (run.too_many_subsets) {
    run.reporter.warning(choice.warning);
  }
  if (!choice.note.empty()) {
    run.reporter.note(choice.note);
  }
}

}  // namespace

void load_events(RunState& run) {
  if (!run.data) {
    run.data.emplace(ListmodeData::load(*run.inputs.events, run.model,
                                        load_options(run.inputs, run.settings, run.device.ranks()), run.reporter));
    check_decay(run.settings.quantification, run.settings.decay_to_s, run.data->recorded().list());
  }
  record_counts(run);
  correct(run, true);
  run.record.prompts_used = run.data->num_prompts();
  run.record.prompts_impossible = run.data->num_impossible();
  tell_of_counts(run);
  tell_of_findings(run);
  if (!run.reporter.stop_requested()) {
    deal_to_subsets(run);
    run.data->sort_for(run.inputs.grid, run.scanner(), run.settings.num_threads, run.reporter);
  }
}

std::vector<ListmodeData> load_parts(const RunInputs& inputs, const RunSettings& settings, const TimeParts& parts,
                                     Communicator& ranks, Reporter& reporter) {
  const MultiplicativeModel model(inputs.scanner(), inputs.efficiencies(), settings.corrections);
  return ListmodeData::load_parts(*inputs.events, model, parts, load_options(inputs, settings, ranks), reporter);
}

void leave_empty(RunState& run) {
  record_counts(run);
  run.record.prompts_impossible = run.data->num_impossible();
  set_scale(run);
  run.image = run.as_result(Image(run.inputs.grid, 0), 0);
}

}  // namespace coincide::recon
