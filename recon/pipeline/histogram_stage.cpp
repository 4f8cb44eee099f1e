#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "projectors/error.h"
#include "recon/measurement/histogram_sensitivity.h"
#include "recon/measurement/subset_size.h"
#include "recon/pipeline/corrections.h"
#include "recon/pipeline/histogram_factors.h"
#include "recon/pipeline/stage_work.h"
#include "recon/pipeline/subset_choice.h"

namespace coincide::recon {
namespace {

double sum(const std::vector<float>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

void record_facts(RunState& run) {
  const HistogramFacts& facts = run.inputs.histogram.counts->facts();
  RunRecord& record = run.record;
  record.frame_start_s = facts.start_s;
  record.frame_duration_s = facts.duration_s;
  if (facts.duration_s > 0) {
    run.recorded.add({static_cast<std::uint32_t>(std::llround(1e3 * facts.start_s)),
                      static_cast<std::uint32_t>(std::llround(1e3 * (facts.start_s + facts.duration_s)))});
    record.recorded = run.recorded.list();
    check_decay(run.settings.quantification, run.settings.decay_to_s, record.recorded);
  }
  record.prompts_used = record.counts.prompts =
      static_cast<std::uint64_t>(std::llround(run.device.ranks().sum(sum(run.histogram->counts))));
  run.num_background = run.device.ranks().sum(sum(run.histogram->additive));
  run.reporter.note(fmt::format("{}: {}; {} prompts.", facts.format, facts.bins, record.prompts_used));
  for (const std::string& note : facts.notes) {
    run.reporter.note(note);
  }
  for (const std::string& warning : facts.warnings) {
    run.reporter.warning(warning);
  }
  if (!facts.is_absolute && !(run.settings.quantification.calibration > 0)) {
    run.reporter.warning(
        "The image has an arbitrary unit instead of Bq/mL: the histogram does not state how its factors are "
        "calibrated.");
  }
}

std::int64_t num_views(const Histogram& histogram, Communicator& ranks) {
  std::vector<std::uint32_t> last;
  if (!histogram.view.empty()) {
    last.push_back(*std::ranges::max_element(histogram.view));
  }
  last = ranks.gather(last);
  return last.empty() ? histogram.num_lors() : std::int64_t{1} + std::ranges::max(last);
}

void choose_number_of_subsets(RunState& run) {
  const AlgorithmKind& kind = run.settings.algorithm_kind();
  const double needed =
      prompts_per_subset(run.scanner(), run.inputs.grid, run.tof(), run.record.psf, kind.prompts_per_voxel);
  const SubsetChoice choice = choose_subsets(kind, run.settings.algorithm.subsets, run.record.prompts_used, needed);
  const std::int64_t views = num_views(*run.histogram, run.device.ranks());
  run.record.subsets = std::min(choice.subsets, views);
  run.too_many_subsets = !choice.warning.empty();
  if (run.too_many_subsets) {
    run.reporter.warning(choice.warning);
  }
  if (!choice.note.empty()) {
    run.reporter.note(choice.note);
  }
  if (choice.subsets > views) {
    run.reporter.note(fmt::format("{} subsets are taken, one for each view, instead of {}.", views, choice.subsets));
  }
}

}  // namespace

void load_histogram(RunState& run) {
  const HistogramInputs& inputs = run.inputs.histogram;
  run.histogram = inputs.counts->read_share(LorShare(run.device.ranks()));
  refuse_corrected_counts(*run.histogram);
  use_factors_and_background(inputs, run.settings.corrections, run.device.ranks(), *run.histogram);
  record_facts(run);
  choose_number_of_subsets(run);
}

void make_histogram_sensitivity(RunState& run) {
  HistogramSensitivityOptions options{.num_threads = run.settings.num_threads, .device = &run.device};
  if (run.settings.memory_limit_bytes > 0) {
    options.memory_limit_bytes = std::min(options.memory_limit_bytes, run.settings.memory_limit_bytes);
  }
  HistogramSensitivity made = histogram_sensitivity(*run.histogram, run.inputs.grid,
                                                    static_cast<int>(run.record.subsets), options, run.reporter);
  run.sensitivity = std::move(made.whole);
  run.subset_sensitivity = std::move(made.by_subset);
}

}  // namespace coincide::recon
