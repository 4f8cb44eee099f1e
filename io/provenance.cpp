#include "io/provenance.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "io/bids_frames.h"
#include "io/job_facts.h"

namespace coincide::io {
namespace {

using Json = nlohmann::ordered_json;

struct ValueJson {
  const Setting& setting;
  Json operator()(const std::filesystem::path* path) const { return path->string(); }
  Json operator()(const WordField& word) const { return setting.words[word.get()]; }
  template <class T>
  Json operator()(const T* value) const {
    return *value;
  }
};

Json job_json(const Job& job) {
  Job copy = job;
  Json result;
  for (const Setting& setting : describe(copy)) {
    const std::size_t dot = setting.key.find('.');
    result[setting.key.substr(0, dot)][setting.key.substr(dot + 1)] = std::visit(ValueJson{setting}, setting.field);
  }
  return result;
}

Json counts_json(const recon::RunRecord& run) {
  const recon::EventCounts& counts = run.counts;
  return {{"prompts", counts.prompts},        {"delayeds", counts.delayeds},
          {"singles", counts.singles},        {"triples", counts.triples},
          {"quadruples", counts.quadruples},  {"out_of_range", counts.out_of_range},
          {"prompts_used", run.prompts_used}, {"prompts_impossible", run.prompts_impossible},
          {"truncated", counts.truncated}};
}

Json figures_json(const std::vector<recon::IterationFigures>& figures) {
  Json list = Json::array();
  for (const recon::IterationFigures& one : figures) {
    list.push_back({{"iteration", one.iteration},
                    {"log_likelihood", one.log_likelihood},
                    {"image_sum", one.image_sum},
                    {"expected_counts", one.expected_counts},
                    {"seconds", one.seconds}});
    if (one.has_penalty()) {
      list.back()["penalty"] = one.penalty;
      list.back()["objective"] = one.objective();
    }
    if (one.distance_percent >= 0) {
      list.back()["estimated_distance_percent"] = one.distance_percent;
    }
  }
  return list;
}

/// What was really used, and where it is described.
Json sources_json(const Job& job) {
  const recon::AlgorithmKind& algorithm = job.algorithm_kind();
  const recon::PriorKind& prior = recon::prior_kind(job.prior.name);
  Json json = {{"name", algorithm.name}, {"source", algorithm.source}};
  if (job.prior.name != recon::PriorName::none) {
    json["prior"] = {{"name", prior.name}, {"source", prior.source}};
  }
  return json;
}

Json inputs_json(const std::vector<InputRecord>& inputs) {
  Json list = Json::array();
  for (const InputRecord& input : inputs) {
    list.push_back(
        {{"role", input.role}, {"path", input.path.string()}, {"bytes", input.bytes}, {"sha256", input.sha256}});
  }
  return list;
}

Json checks_json(const std::vector<DataCheck>& checks) {
  Json list = Json::array();
  for (const DataCheck& check : checks) {
    list.push_back({{"name", check.name},
                    {"verdict", verdict_name(check.verdict)},
                    {"sentence", check.sentence},
                    {"remedy", check.remedy}});
  }
  return list;
}

/// What duration and decay factor are made of.
Json recorded_json(const recon::RunRecord& run) {
  constexpr std::size_t most_listed = 100;
  Json list = Json::array();
  for (std::size_t i = 0; i < std::min(run.recorded.size(), most_listed); ++i) {
    list.push_back({1e-3 * run.recorded[i].start_ms, 1e-3 * run.recorded[i].stop_ms});
  }
  return {{"intervals", run.recorded.size()}, {"first_intervals_s", list}};
}

Json texts_json(const std::vector<std::pair<std::string, std::string>>& texts) {
  Json json = Json::object();
  for (const auto& [name, text] : texts) {
    json[name] = text;
  }
  return json;
}

Json tof_json(const std::vector<recon::TofBinCounts>& profile) {
  Json json = {
      {"centre_mm", Json::array()}, {"prompts", Json::array()}, {"randoms", Json::array()}, {"scatter", Json::array()}};
  for (const recon::TofBinCounts& bin : profile) {
    json["centre_mm"].push_back(bin.centre_mm);
    json["prompts"].push_back(bin.prompts);
    json["randoms"].push_back(bin.randoms);
    json["scatter"].push_back(bin.scatter);
  }
  return json;
}

Json parts_json(const std::vector<recon::RunRecord>& parts) {
  Json list = Json::array();
  for (const recon::RunRecord& part : parts) {
    list.push_back({{"name", part.part},
                    {"start_s", part.frame_start_s},
                    {"duration_s", part.frame_duration_s},
                    {"unit", part.unit},
                    {"decay_factor", part.decay_factor},
                    {"subsets", part.subsets},
                    {"iterations_done", part.iterations_done},
                    {"resumed_from_iteration", part.resumed_from},
                    {"counts", counts_json(part)},
                    {"recorded", recorded_json(part)},
                    {"corrections", texts_json(part.corrections)},
                    {"iterations", figures_json(part.figures)}});
  }
  return list;
}

void add_bids(const Provenance& run, Json& json) {
  const Job& job = run.job;
  json["Modality"] = "PT";
  json["ManufacturersModelName"] = run.scanner;
  json["Units"] = run.unit;
  json["AcquisitionMode"] = "list mode";
  if (run.frame_duration_s > 0) {  // 0 would be read as a fault
    json["FrameTimesStart"] = {run.frame_start_s};
    json["FrameDuration"] = {run.frame_duration_s};
  }
  const recon::AlgorithmKind& algorithm = job.algorithm_kind();
  const recon::PriorKind& prior = recon::prior_kind(job.prior.name);
  const bool has_prior = job.prior.name != recon::PriorName::none;
  json["ReconMethodName"] =
      "Listmode " + std::string(algorithm.title) + (has_prior ? ", " + std::string(prior.title) : "");
  const auto [least_fwhm_mm, most_fwhm_mm] = run.psf.range_mm();
  json["ReconMethodParameterLabels"] = {"iterations", "subsets", "time of flight", "resolution model FWHM"};
  json["ReconMethodParameterUnits"] = {"none", "none", "none", "mm"};
  json["ReconMethodParameterValues"] = {run.iterations_done, static_cast<double>(run.subsets), run.tof ? 1.0 : 0.0,
                                        least_fwhm_mm};
  if (most_fwhm_mm != least_fwhm_mm) {
    json["ReconMethodParameterLabels"].back() = "resolution model least FWHM";
    json["ReconMethodParameterLabels"].push_back("resolution model largest FWHM");
    json["ReconMethodParameterUnits"].push_back("mm");
    json["ReconMethodParameterValues"].push_back(most_fwhm_mm);
  }
  if (has_prior) {
    json["ReconMethodParameterLabels"].push_back("strength of the prior");
    json["ReconMethodParameterUnits"].push_back("none");
    json["ReconMethodParameterValues"].push_back(job.prior.strength);
  }
  const std::string filter = recon::filter_text(job.output);
  json["ReconFilterType"] = filter.empty() ? "none" : filter;
  if (job.output.filter_fwhm_mm > 0) {
    json["ReconFilterSize"] = job.output.filter_fwhm_mm;
  }
  json["ImageDecayCorrected"] = run.decay_corrected;
  if (run.decay_corrected) {
    json["ImageDecayCorrectionTime"] = run.decay_reference_s;
  }
  json["DecayCorrectionFactor"] = {run.decay_factor};
}

}  // namespace

std::string program_version() { return COINCIDE_VERSION; }

std::string provenance_json(const Provenance& run, const recon::ImageSeries& series) {
  Json json;
  add_bids(run, json);
  if (series.has_times()) {
    put_frames(series, json);
  } else {
    recon::ImageSeries facts;
    put_job_facts(run.job, facts);
    put_facts(facts, json);
  }
  Json own;
  own["version"] = run.version;
  own["result"] = run.stopped ? "stopped by the user" : "done";
  own["iterations_done"] = run.iterations_done;
  if (run.resumed_from > 0) {
    own["resumed_from_iteration"] = run.resumed_from;
  }
  own["algorithm"] = sources_json(run.job);
  own["job_file"] = run.job.file.string();
  own["job"] = job_json(run.job);
  own["inputs"] = inputs_json(run.inputs);
  own["data_checks"] = checks_json(run.data_checks);
  own["events_format"] = run.events_format;
  own["counts"] = counts_json(run);
  own["recorded"] = recorded_json(run);
  own["corrections"] = texts_json(run.corrections);
  if (!run.tof_profile.empty()) {
    own["counts_by_tof_bin"] = tof_json(run.tof_profile);
  }
  if (!run.kinetics.empty()) {
    own["kinetics"] = texts_json(run.kinetics);
  }
  own["image"] = {
      {"size", run.grid.shape}, {"voxel_size_mm", run.grid.voxel_size_mm}, {"origin_mm", run.grid.origin_mm}};
  own["device"] = run.device;
  own["instruction_set"] = run.instruction_set;
  own["threads"] = run.threads;
  own["seconds"] = Json::object();
  for (const auto& [stage, seconds] : run.stage_seconds) {
    own["seconds"][stage] = seconds;
  }
  own["iterations"] = figures_json(run.figures);
  if (!run.parts.empty()) {
    own["parts"] = parts_json(run.parts);
  }
  own["not_used"] = run.counts.not_used;
  own["warnings"] = run.warnings;
  own["outputs"] = run.outputs;
  json["Coincide"] = own;
  // Names and paths may hold bytes that are not UTF-8; JSON cannot.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace coincide::io
