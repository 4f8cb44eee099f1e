#include "recon/pipeline/run_parts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "recon/measurement/subset_size.h"
#include "recon/pipeline/part_reporter.h"
#include "recon/pipeline/stage_work.h"
#include "recon/pipeline/stages.h"

namespace coincide::recon {
namespace {

/// Remembers the last sensitivity image beside what another store keeps: parts without a live time of their own share
/// it.
class LastSensitivity final : public SensitivityStore {
 public:
  explicit LastSensitivity(std::shared_ptr<const SensitivityStore> outer) : outer_(std::move(outer)) {}

  std::optional<Image> find(const std::string& key, const ImageGrid& grid) const override {
    if (key == key_) {
      return last_;
    }
    std::optional<Image> found = outer_ ? outer_->find(key, grid) : std::nullopt;
    if (found) {
      remember(key, *found);
    }
    return found;
  }
  bool keep(const std::string& key, const Image& image) const override {
    remember(key, image);
    return !outer_ || outer_->keep(key, image);
  }
  std::string place() const override { return outer_ ? outer_->place() : "memory"; }

 private:
  void remember(const std::string& key, const Image& image) const {
    key_ = key;
    last_ = image;
  }

  std::shared_ptr<const SensitivityStore> outer_;
  mutable std::string key_;
  mutable Image last_;
};

/// Before hours are spent on them.
void warn_of_few_prompts(const std::vector<ListmodeData>& data, const TimeParts& parts, double needed,
                         Reporter& reporter) {
  std::vector<std::string> none;
  std::vector<std::string> few;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const std::uint64_t prompts = data[i].num_prompts();
    if (prompts == 0) {
      none.push_back(parts[i].name);
    } else if (static_cast<double>(prompts) < needed) {
      few.push_back(fmt::format("{} ({})", parts[i].name, prompts));
    }
  }
  if (!none.empty()) {
    reporter.warning(fmt::format("No prompts are in {}: the image is 0 there.", fmt::join(none, ", ")));
  }
  if (!few.empty()) {
    reporter.warning(fmt::format(
        "Fewer prompts than one update needs for this image, about {:.0f}, are in {}: the image is mostly noise there. "
        "Take longer frames, or larger voxels.",
        needed, fmt::join(few, ", ")));
  }
}

std::vector<TimeInterval> recorded_in_all(const std::vector<ListmodeData>& data) {
  std::vector<TimeInterval> all;
  for (const ListmodeData& part : data) {
    std::ranges::copy(part.recorded().list(), std::back_inserter(all));
  }
  return all;
}

/// The text that all parts have for the effect; else that they differ.
std::string common_text(const std::vector<PartResult>& parts, const std::string& effect, const std::string& text) {
  const bool alike = std::ranges::all_of(parts, [&](const PartResult& part) {
    const auto& done = part.record.corrections;
    const auto found = std::ranges::find(done, effect, &std::pair<std::string, std::string>::first);
    return found == done.end() || found->second == text;
  });
  return alike ? text : "differs from part to part";
}

void add_counts(const RunRecord& part, RunRecord& all) {
  all.counts.prompts += part.counts.prompts;
  all.counts.delayeds += part.counts.delayeds;
  all.prompts_used += part.prompts_used;
  all.prompts_impossible += part.prompts_impossible;
  all.frame_duration_s += part.frame_duration_s;
  all.recorded.insert(all.recorded.end(), part.recorded.begin(), part.recorded.end());
}

/// Of the parts that have any.
std::optional<std::uint64_t> fewest_prompts(const std::vector<ListmodeData>& data,
                                            const std::vector<std::size_t>& parts) {
  std::optional<std::uint64_t> fewest;
  for (const std::size_t part : parts) {
    if (const std::uint64_t prompts = data[part].num_prompts(); prompts > 0) {
      fewest = std::min(fewest.value_or(prompts), prompts);
    }
  }
  return fewest;
}

/// What its image was reconstructed from; none for a part without prompts, and for one that was stopped before.
std::optional<RunProblem> run_part(RunState& run) {
  if (run.data->num_prompts() == 0) {
    leave_empty(run);
    return std::nullopt;
  }
  return run_stages(run);
}

}  // namespace

std::vector<PartResult> run_parts(const RunInputs& inputs, const RunSettings& settings, const TimeParts& parts,
                                  const JointWork& joint, ComputeDevice& device, Reporter& reporter) {
  reporter.begin_stage("events");
  std::vector<ListmodeData> data = load_parts(inputs, settings, parts, device.ranks(), reporter);
  if (inputs.parts_cover_data && !reporter.stop_requested()) {
    parts.check_covers(inputs.events->counts().first_ms, inputs.events->counts().last_ms);
  }
  check_decay(settings.quantification, settings.decay_to_s, recorded_in_all(data));
  RunInputs of_part = inputs;
  of_part.store = std::make_shared<LastSensitivity>(inputs.store);
  const AlgorithmKind& osem = algorithm_kind(AlgorithmName::osem, PriorName::none);  // which can do with the fewest
  warn_of_few_prompts(data, parts,
                      prompts_per_subset(inputs.scanner(), inputs.grid, inputs.uses_tof(settings.algorithm),
                                         inputs.psf(settings.algorithm), osem.prompts_per_voxel),
                      reporter);
  reporter.begin_stage("reconstruction");
  const std::optional<std::uint64_t> fewest = fewest_prompts(data, joint.parts);
  PartReporter of_parts(reporter, parts.count() + joint.parts.size(), settings.passes());
  std::vector<PartResult> results;
  std::vector<PartProblem> problems;
  for (std::size_t i = 0; i < parts.count() && !reporter.stop_requested(); ++i) {
    of_parts.begin_part(i, parts[i].name);
    const bool is_joint = std::ranges::binary_search(joint.parts, i);
    of_part.prompts_for_subsets = is_joint ? fewest : std::nullopt;
    auto run = std::make_unique<RunState>(of_part, settings, device, of_parts);
    run->record.part = parts[i].name;
    run->data.emplace(std::move(data[i]));
    std::optional<RunProblem> made = run_part(*run);
    if (made) {
      of_part.findings = {};  // of the whole file
    }
    if (run->record.stopped) {
      break;
    }
    results.push_back({std::move(run->image), run->record});
    if (is_joint && made) {
      run->sensitivity = {};  // which the problem has
      made->start = {};
      problems.push_back({i, std::move(run), std::move(*made)});
    }
  }
  if (!joint.parts.empty() && results.size() == parts.count()) {
    of_parts.begin_part(parts.count(), joint.name, joint.parts.size());
    joint.work(results, problems, of_parts);
  }
  of_parts.tell_repeated();
  return results;
}

RunRecord record_of_all(const std::vector<PartResult>& parts, bool stopped) {
  RunRecord all;
  if (!parts.empty()) {
    const auto most = std::ranges::max_element(
        parts, {}, [](const PartResult& part) { return part.record.corrections.size(); });  // an empty one has few
    all = most->record;
    all.counts.prompts = all.counts.delayeds = all.prompts_used = all.prompts_impossible = 0;
    all.frame_start_s = parts.front().record.frame_start_s;
    all.frame_duration_s = 0;
    all.recorded.clear();
    all.figures.clear();
    all.part.clear();
    all.resumed_from = 0;
    for (auto& [effect, text] : all.corrections) {
      text = common_text(parts, effect, text);
    }
  }
  for (const auto& [image, record] : parts) {
    add_counts(record, all);
    all.subsets = std::max(all.subsets, record.subsets);
    all.decay_corrected = all.decay_corrected && record.decay_corrected;
  }
  std::ranges::sort(all.recorded, {}, &TimeInterval::start_ms);
  all.stopped = stopped;
  return all;
}

}  // namespace coincide::recon
