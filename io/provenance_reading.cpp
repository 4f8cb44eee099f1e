#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "io/input_file.h"
#include "io/json_number.h"
#include "io/provenance.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

using Json = nlohmann::ordered_json;

/// As get<T>(), but what T cannot hold is refused, too.
template <class T>
struct Value {
  static T of(const Json& json) {
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      return whole_number<T>(json);
    } else if constexpr (std::is_floating_point_v<T>) {
      return real_number<T>(json);
    } else {
      return json.get<T>();
    }
  }
};
template <class T, std::size_t count>
struct Value<std::array<T, count>> {
  static std::array<T, count> of(const Json& json) { return numbers<count>(json, Value<T>::of); }
};

/// The value of a key, or what `fallback` says where it is missing or of another kind.
template <class T>
T value_or(const Json& json, const char* key, T fallback) {
  try {
    return json.is_object() && json.contains(key) ? Value<T>::of(json[key]) : fallback;
  } catch (const Json::exception&) {
    return fallback;
  } catch (const FileError&) {
    return fallback;
  }
}

std::string text_of(const Json& json, const char* key) { return value_or<std::string>(json, key, {}); }

const Json& part_of(const Json& json, const char* key) {
  static const Json nothing;
  return json.is_object() && json.contains(key) ? json[key] : nothing;
}

/// Writes a value of the record into the field of a setting that has these words.
struct TakeValue {
  const Json& value;
  const std::vector<std::string>& words;

  void operator()(std::filesystem::path* path) const { *path = value.get<std::string>(); }
  void operator()(const WordField& word) const {
    const auto found = std::ranges::find(words, value.get<std::string>());
    if (found != words.end()) {
      word.set(static_cast<std::size_t>(found - words.begin()));
    }
  }
  template <class T>
  void operator()(T* field) const {
    *field = Value<T>::of(value);
  }
};

/// What a newer or older program wrote differently keeps its default.
Job job_of(const Json& json) {
  Job job;
  for (const Setting& setting : describe(job)) {
    const std::size_t dot = setting.key.find('.');
    const Json& section = part_of(json, setting.key.substr(0, dot).c_str());
    const std::string key = setting.key.substr(dot + 1);
    try {
      if (section.is_object() && section.contains(key)) {
        std::visit(TakeValue{section[key], setting.words}, setting.field);
      }
    } catch (const Json::exception&) {
      continue;
    } catch (const FileError&) {
      continue;
    }
  }
  return job;
}

std::vector<InputRecord> inputs_of(const Json& json) {
  std::vector<InputRecord> inputs;
  for (const Json& one : json) {
    inputs.push_back({.role = text_of(one, "role"),
                      .path = text_of(one, "path"),
                      .bytes = value_or<std::uint64_t>(one, "bytes", 0),
                      .sha256 = text_of(one, "sha256")});
  }
  return inputs;
}

std::vector<DataCheck> checks_of(const Json& json) {
  std::vector<DataCheck> checks;
  for (const Json& one : json) {
    checks.push_back({.name = text_of(one, "name"),
                      .verdict = verdict_of(text_of(one, "verdict")),
                      .sentence = text_of(one, "sentence"),
                      .remedy = text_of(one, "remedy")});
  }
  return checks;
}

std::vector<std::pair<std::string, std::string>> texts_of(const Json& json) {
  std::vector<std::pair<std::string, std::string>> texts;
  for (const auto& [name, text] : json.items()) {
    texts.emplace_back(name, text.is_string() ? text.get<std::string>() : std::string());
  }
  return texts;
}

std::vector<std::string> list_of(const Json& json) {
  std::vector<std::string> list;
  for (const Json& one : json) {
    list.push_back(one.is_string() ? one.get<std::string>() : std::string());
  }
  return list;
}

std::vector<recon::IterationFigures> figures_of(const Json& json) {
  std::vector<recon::IterationFigures> figures;
  for (const Json& one : json) {
    figures.push_back({.iteration = value_or(one, "iteration", 0.0),
                       .log_likelihood = value_or(one, "log_likelihood", 0.0),
                       .image_sum = value_or(one, "image_sum", 0.0),
                       .expected_counts = value_or(one, "expected_counts", 0.0),
                       .seconds = value_or(one, "seconds", 0.0),
                       .penalty = value_or(one, "penalty", -1.0),
                       .distance_percent = value_or(one, "estimated_distance_percent", -1.0)});
  }
  return figures;
}

std::vector<recon::TofBinCounts> tof_of(const Json& json) {
  const auto column = [&json](const char* key) { return value_or<std::vector<double>>(json, key, {}); };
  const std::vector<double> centre = column("centre_mm"), prompts = column("prompts"), randoms = column("randoms"),
                            scatter = column("scatter");
  std::vector<recon::TofBinCounts> profile;
  for (std::size_t bin = 0; bin < std::min({centre.size(), prompts.size(), randoms.size(), scatter.size()}); ++bin) {
    profile.push_back({centre[bin], prompts[bin], randoms[bin], scatter[bin]});
  }
  return profile;
}

void take_counts(const Json& json, recon::RunRecord& run) {
  run.counts.prompts = value_or<std::uint64_t>(json, "prompts", 0);
  run.counts.delayeds = value_or<std::uint64_t>(json, "delayeds", 0);
  run.counts.singles = value_or<std::uint64_t>(json, "singles", 0);
  run.counts.triples = value_or<std::uint64_t>(json, "triples", 0);
  run.counts.quadruples = value_or<std::uint64_t>(json, "quadruples", 0);
  run.counts.out_of_range = value_or<std::uint64_t>(json, "out_of_range", 0);
  run.counts.truncated = text_of(json, "truncated");
  run.prompts_used = value_or<std::uint64_t>(json, "prompts_used", 0);
  run.prompts_impossible = value_or<std::uint64_t>(json, "prompts_impossible", 0);
}

/// Of the whole acquisition or, with other names, of a frame or gate.
void take_result(const Json& json, recon::RunRecord& run) {
  take_counts(part_of(json, "counts"), run);
  run.iterations_done = value_or(json, "iterations_done", 0.0);
  run.resumed_from = value_or(json, "resumed_from_iteration", 0.0);
  run.corrections = texts_of(part_of(json, "corrections"));
  run.figures = figures_of(part_of(json, "iterations"));
}

std::vector<recon::RunRecord> parts_of(const Json& json) {
  std::vector<recon::RunRecord> parts;
  for (const Json& one : json) {
    recon::RunRecord part;
    take_result(one, part);
    part.part = text_of(one, "name");
    part.unit = text_of(one, "unit");
    part.frame_start_s = value_or(one, "start_s", 0.0);
    part.frame_duration_s = value_or(one, "duration_s", 0.0);
    part.decay_factor = value_or(one, "decay_factor", 1.0);
    part.subsets = value_or<std::int64_t>(one, "subsets", 1);
    parts.push_back(std::move(part));
  }
  return parts;
}

/// The keys that are named as in BIDS.
void take_bids(const Json& json, Provenance& run) {
  const auto first = [&json](const char* key, double fallback) {
    const auto values = value_or<std::vector<double>>(json, key, {});
    return values.empty() ? fallback : values.front();
  };
  run.scanner = text_of(json, "ManufacturersModelName");
  run.unit = text_of(json, "Units");
  run.frame_start_s = first("FrameTimesStart", 0);
  run.frame_duration_s = first("FrameDuration", 0);
  run.decay_factor = first("DecayCorrectionFactor", 1);
  run.decay_corrected = value_or(json, "ImageDecayCorrected", false);
  run.decay_reference_s = value_or(json, "ImageDecayCorrectionTime", 0.0);
  const auto parameters = value_or<std::vector<double>>(json, "ReconMethodParameterValues", {});
  if (parameters.size() > 2) {  // as they are written: iterations, subsets, time of flight
    constexpr double most = 1e9;
    run.subsets = parameters[1] >= 1 && parameters[1] < most ? static_cast<std::int64_t>(parameters[1]) : 1;
    run.tof = parameters[2] != 0;
  }
}

void take_grid(const Json& json, recon::ImageGrid& grid) {
  grid.shape = value_or(json, "size", grid.shape);
  grid.voxel_size_mm = value_or(json, "voxel_size_mm", grid.voxel_size_mm);
  grid.origin_mm = value_or(json, "origin_mm", grid.origin_mm);
}

/// What a file holds as JSON; nothing that any record has if it is none.
Json record_in(const std::filesystem::path& path) {
  std::ifstream in;
  if (why_no_input_file(path).empty()) {
    in.open(path);
  }
  return Json::parse(in, nullptr, false);
}

}  // namespace

Provenance read_provenance(const std::filesystem::path& path) {
  const Json json = record_in(path);
  const Json& own = part_of(json, "Coincide");
  if (!own.is_object()) {
    throw FileError(fmt::format("{} is no record of a run of this program", path.string()));
  }
  Provenance run;
  take_bids(json, run);
  take_result(own, run);
  take_grid(part_of(own, "image"), run.grid);
  run.job = job_of(part_of(own, "job"));
  run.job.file = text_of(own, "job_file");
  run.version = text_of(own, "version");
  run.stopped = text_of(own, "result") != "done";
  run.inputs = inputs_of(part_of(own, "inputs"));
  run.data_checks = checks_of(part_of(own, "data_checks"));
  run.events_format = text_of(own, "events_format");
  run.tof_profile = tof_of(part_of(own, "counts_by_tof_bin"));
  run.kinetics = texts_of(part_of(own, "kinetics"));
  run.device = text_of(own, "device");
  run.instruction_set = text_of(own, "instruction_set");
  run.threads = value_or(own, "threads", 0);
  for (const auto& [stage, seconds] : part_of(own, "seconds").items()) {
    run.stage_seconds.emplace_back(stage, seconds.is_number() ? seconds.get<double>() : 0);
  }
  run.parts = parts_of(part_of(own, "parts"));
  run.counts.not_used = list_of(part_of(own, "not_used"));
  run.warnings = list_of(part_of(own, "warnings"));
  run.outputs = list_of(part_of(own, "outputs"));
  return run;
}

bool records_simulation(const std::filesystem::path& json) {
  const Json record = record_in(json);
  const Json::json_pointer phantom("/Coincide/job/simulation/phantom");
  return record.contains(phantom) && record[phantom] != "";
}

std::vector<std::string> recorded_outputs(const std::filesystem::path& json) {
  const Json record = record_in(json);
  const Json::json_pointer outputs("/Coincide/outputs");
  std::vector<std::string> names;
  if (record.contains(outputs) && record[outputs].is_array()) {
    for (const Json& name : record[outputs]) {
      if (name.is_string()) {
        names.push_back(name.get<std::string>());
      }
    }
  }
  return names;
}

}  // namespace coincide::io
