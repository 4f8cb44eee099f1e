#include "gui/model/session_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ranges>

#include "gui/model/job_images.h"
#include "gui/model/look_json.h"
#include "io/image_file.h"
#include "io/input_file.h"
#include "io/job.h"
#include "io/json_number.h"
#include "io/json_sentence.h"
#include "io/provenance.h"
#include "projectors/error.h"

namespace coincide::gui {
namespace {

using Json = nlohmann::ordered_json;

constexpr int version = 1;

/// Which one of so many was chosen, if any.
std::optional<std::size_t> choice_of(const Json& json, const char* key, std::size_t count) {
  const std::size_t choice = json.contains(key) ? io::whole_number<std::size_t>(json[key]) : count;
  return choice < count ? std::optional(choice) : std::nullopt;
}

std::optional<double> iteration_of(const Json& json) {
  return json.contains("iteration") ? std::optional(io::real_number(json["iteration"], 0, 1e9)) : std::nullopt;
}

std::optional<std::size_t> part_of(const Json& json) {
  return json.contains("part") ? std::optional(io::whole_number<std::size_t>(json["part"])) : std::nullopt;
}

Session session_of(const Json& json) {
  Session session;
  session.job = json.at("job").get<std::string>();
  for (const Json& run : json.at("runs")) {
    session.runs.push_back(
        {run.at("name").get<std::string>(), run.at("note").get<std::string>(), run.at("record").get<std::string>()});
  }
  for (const Json& image : json.at("images")) {
    session.images.emplace_back(image.get<std::string>());
  }
  session.chosen_run = choice_of(json, "chosen_run", session.runs.size());
  session.chosen_image = choice_of(json, "chosen_image", session.images.size());
  session.iteration = iteration_of(json);
  session.part = part_of(json);
  json.at("colour_map").get_to(session.colour_map);
  session.frame = json.contains("frame") ? io::whole_number<std::size_t>(json["frame"]) : 0;
  session.smooth = json.value("smooth", false);
  session.in_suv = json.value("in_suv", false);
  if (json.contains("scene")) {
    session.scene = scene_of_json(json["scene"]);
  }
  if (json.contains("slab")) {
    session.slab = slab_of_json(json["slab"]);
  }
  if (json.contains("mosaic")) {
    session.mosaic = mosaic_of_json(json["mosaic"]);
  }
  if (json.contains("comparison")) {
    const Json& saved = json["comparison"];
    session.comparison = {.run = choice_of(saved, "run", session.runs.size()),
                          .image = choice_of(saved, "image", session.images.size()),
                          .frame = io::whole_number<std::size_t>(saved.at("frame")),
                          .iteration = iteration_of(saved),
                          .part = part_of(saved),
                          .combination = saved.at("combination").get<Combination>(),
                          .part_of_b = io::real_number(saved.at("part_of_b"), 0, 1)};
  }
  for (const auto& [data, look] : json.at("looks").items()) {
    session.looks[data] = look_of_json(look);
  }
  return session;
}

Json comparison_json(const SavedComparison& comparison) {
  Json json{{"frame", comparison.frame}, {"combination", comparison.combination}, {"part_of_b", comparison.part_of_b}};
  if (comparison.iteration) {
    json["iteration"] = *comparison.iteration;
  }
  if (comparison.part) {
    json["part"] = *comparison.part;
  }
  if (comparison.run) {
    json["run"] = *comparison.run;
  }
  if (comparison.image) {
    json["image"] = *comparison.image;
  }
  return json;
}

/// As it was laid over, its image read again.
Layer restored_layer(Layer layer, const ImageOfJob& image_of_job) {
  LayerSource& source = layer.source;
  if (!source.setting.empty()) {
    const io::Job job =
        source.file.extension() == ".json" ? io::read_provenance(source.file).job : io::load_job(source.file);
    layer.image = image_of_job(job, source.setting);
    source.image = job_image(job, source.setting).file;
    layer.mm_to_index = index_to_mm(layer.image->grid).inverse();
    return layer;
  }
  const OpenedImage image = open_image(source.file);
  if (source.frame >= image.frames.size()) {
    throw FileError(fmt::format("it has only {} frames", image.frames.size()));
  }
  const Layer found = layer_of(image, source.frame);
  layer.image = found.image;
  source.image = found.source.image;
  layer.mm_to_index = found.mm_to_index;
  return layer;
}

/// As many as there is room for, the last ones.
std::vector<KeptImage> saved_iterations(const Run& run) {
  std::vector<KeptImage> kept;
  std::size_t bytes = 0;
  const std::map<int, std::filesystem::path> files = iteration_files_of(run);
  for (auto found = files.rbegin(); found != files.rend(); ++found) {
    const auto& [iteration, file] = *found;
    if (!std::filesystem::exists(file)) {
      continue;  // what was looked at and is missing is told when it is looked for
    }
    auto image = std::make_shared<const recon::Image>(recon::mean_of(io::read_image_series(file).series));
    bytes += image->values.size() * sizeof(float);
    if (bytes > most_bytes_kept) {
      break;
    }
    kept.push_back({.iteration = static_cast<double>(iteration), .image = std::move(image)});
  }
  std::ranges::reverse(kept);
  return kept;
}

/// Of frames, which the result holds, or of gates, which have files of their own.
std::vector<KeptImage> saved_parts(const Run& run, const recon::ImageSeries& result) {
  if (run.job.frames.gates.empty()) {
    return parts_of(result, *run.record);
  }
  std::vector<KeptImage> gates;
  for (const recon::RunRecord& gate : run.record->parts) {
    const std::filesystem::path file =
        run.folder / (run.job.result_name() + io::part_ending(gate.part) + "." + run.job.output.format);
    if (std::filesystem::exists(file)) {
      gates.push_back({.iteration = run.iteration,
                       .image = std::make_shared<const recon::Image>(io::read_image(file)),
                       .part = gate.part});
    }
  }
  return gates;
}

/// With the images that the run has left.
std::shared_ptr<Run> restored_run(const SavedRun& saved) {
  auto run =
      std::make_shared<Run>(recorded_run(std::make_shared<const io::Provenance>(io::read_provenance(saved.record))));
  run->name = saved.name;
  run->note = saved.note;
  run->folder = saved.record.parent_path();
  const std::filesystem::path image = image_file_of(*run);
  const recon::ImageSeries series = io::read_image_series(image).series;
  run->image = std::make_shared<const recon::Image>(recon::mean_of(series));
  run->suv = recon::common_suv_factor(series);
  run->parts = saved_parts(*run, series);
  run->kept = saved_iterations(*run);
  return run;
}

}  // namespace

std::string session_text(const Session& session) {
  Json json{{"coincide_session", version}, {"job", session.job.string()},      {"runs", Json::array()},
            {"images", Json::array()},     {"colour_map", session.colour_map}, {"looks", Json::object()}};
  for (const SavedRun& run : session.runs) {
    json["runs"].push_back({{"name", run.name}, {"note", run.note}, {"record", run.record.string()}});
  }
  for (const std::filesystem::path& image : session.images) {
    json["images"].push_back(image.string());
  }
  if (session.chosen_run) {
    json["chosen_run"] = *session.chosen_run;
  }
  if (session.chosen_image) {
    json["chosen_image"] = *session.chosen_image;
  }
  if (session.iteration) {
    json["iteration"] = *session.iteration;
  }
  if (session.part) {
    json["part"] = *session.part;
  }
  json["frame"] = session.frame;
  json["smooth"] = session.smooth;
  json["in_suv"] = session.in_suv;
  json["scene"] = scene_json(session.scene);
  json["slab"] = {{"kind", session.slab.kind}, {"thickness_mm", session.slab.thickness_mm}};
  if (session.mosaic) {
    json["mosaic"] = mosaic_json(*session.mosaic);
  }
  if (session.comparison) {
    json["comparison"] = comparison_json(*session.comparison);
  }
  for (const auto& [data, look] : session.looks) {
    json["looks"][data] = look_json(look);
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Session read_session(const std::filesystem::path& path) {
  const std::string text = io::read_text_file(path);
  try {
    const Json json = Json::parse(text);
    if (json.at("coincide_session") != version) {
      throw FileError("it is a session of a newer program; update this one");
    }
    return session_of(json);
  } catch (const Error& error) {
    throw FileError(fmt::format("{} cannot be opened: {}", path.string(), error.what()));
  } catch (const Json::exception& error) {
    throw FileError(fmt::format("{} is no session that this program has saved: {}. Open another one.", path.string(),
                                io::json_sentence(error)));
  }
}

RestoredSession restore(Session session, const ImageOfJob& image_of_job) {
  RestoredSession restored{.session = std::move(session), .runs = {}, .images = {}, .problems = {}};
  const auto take = [&restored](auto& list, const std::filesystem::path& path, const auto& make) {
    list.emplace_back();
    try {
      list.back() = make();
    } catch (const std::exception& error) {
      std::string sentence = fmt::format("{} is left out: {}", path.filename().string(), error.what());
      sentence += sentence.ends_with('.') ? "" : ".";
      if (std::ranges::find(restored.problems, sentence) == restored.problems.end()) {  // as image and as layer
        restored.problems.push_back(std::move(sentence));
      }
    }
  };
  for (const SavedRun& run : restored.session.runs) {
    take(restored.runs, run.record, [&run] { return restored_run(run); });
  }
  for (auto& [data, look] : restored.session.looks) {
    std::vector<Layer> found;
    for (const Layer& layer : look.layers) {
      take(found, layer.source.file, [&] { return restored_layer(layer, image_of_job); });
    }
    std::erase_if(found, [](const Layer& layer) { return layer.image == nullptr; });
    look.layers = std::move(found);
  }
  for (const std::filesystem::path& image : restored.session.images) {
    take(restored.images, image, [&image] { return std::make_shared<const OpenedImage>(open_image(image)); });
  }
  return restored;
}

}  // namespace coincide::gui
