#include "gui/model/session_file.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "gui/model/roi_json.h"
#include "io/image_file.h"
#include "io/provenance.h"
#include "projectors/error.h"

namespace coincide::gui {
namespace {

using Json = nlohmann::ordered_json;

constexpr int version = 1;

Json look_json(const ViewState::Look& look) {
  Json json{{"size", look.grid.shape},
            {"voxel_size_mm", look.grid.voxel_size_mm},
            {"origin_mm", look.grid.origin_mm},
            {"unit", look.unit},
            {"factor", look.factor},
            {"cursor", look.cursor},
            {"zoom", look.camera.zoom},
            {"centre_mm", look.camera.centre_mm},
            {"window", {look.low, look.high}},
            {"window_is_automatic", look.window_is_automatic},
            {"regions", rois_json(look.rois)}};
  if (look.profile_line) {
    json["profile_line"] = {look.profile_line->start_mm, look.profile_line->end_mm};
  }
  return json;
}

ViewState::Look look_of(const Json& json) {
  ViewState::Look look;
  json.at("size").get_to(look.grid.shape);
  json.at("voxel_size_mm").get_to(look.grid.voxel_size_mm);
  json.at("origin_mm").get_to(look.grid.origin_mm);
  json.at("unit").get_to(look.unit);
  look.factor = json.value("factor", 1.0);
  json.at("cursor").get_to(look.cursor);
  json.at("zoom").get_to(look.camera.zoom);
  json.at("centre_mm").get_to(look.camera.centre_mm);
  json.at("window").at(0).get_to(look.low);
  json.at("window").at(1).get_to(look.high);
  json.at("window_is_automatic").get_to(look.window_is_automatic);
  look.rois = rois_of_json(json.at("regions"));
  if (json.contains("profile_line")) {
    ProfileLine& line = look.profile_line.emplace();
    json["profile_line"].at(0).get_to(line.start_mm);
    json["profile_line"].at(1).get_to(line.end_mm);
  }
  return look;
}

/// Which one of so many was chosen, if any.
std::optional<std::size_t> choice_of(const Json& json, const char* key, std::size_t count) {
  const std::size_t choice = json.value(key, count);
  return choice < count ? std::optional(choice) : std::nullopt;
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
  json.at("colour_map").get_to(session.colour_map);
  for (const auto& [data, look] : json.at("looks").items()) {
    session.looks[data] = look_of(look);
  }
  return session;
}

/// With the image that the run has left.
std::shared_ptr<Run> restored_run(const SavedRun& saved) {
  auto run =
      std::make_shared<Run>(recorded_run(std::make_shared<const io::Provenance>(io::read_provenance(saved.record))));
  run->name = saved.name;
  run->note = saved.note;
  run->folder = saved.record.parent_path();
  std::filesystem::path image = saved.record;
  image.replace_extension();
  image += "." + run->job.output.format;
  const recon::ImageSeries series = io::read_image_series(image).series;
  run->image = std::make_shared<const recon::Image>(recon::mean_of(series));
  run->suv = recon::common_suv_factor(series);
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
  for (const auto& [data, look] : session.looks) {
    json["looks"][data] = look_json(look);
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Session read_session(const std::filesystem::path& path) {
  std::ifstream in(path);
  try {
    const Json json = Json::parse(in);
    if (json.at("coincide_session") != version) {
      throw FileError(fmt::format("{} is a session of a newer program; update this one", path.string()));
    }
    return session_of(json);
  } catch (const Json::exception& error) {
    throw FileError(fmt::format("{} is no session that this program has saved: {}", path.string(), error.what()));
  }
}

RestoredSession restore(Session session) {
  RestoredSession restored{.session = std::move(session), .runs = {}, .images = {}, .problems = {}};
  const auto take = [&restored](auto& list, const std::filesystem::path& path, const auto& make) {
    list.emplace_back();
    try {
      list.back() = make();
    } catch (const std::exception& error) {
      restored.problems.push_back(fmt::format("{} is left out: {}.", path.filename().string(), error.what()));
    }
  };
  for (const SavedRun& run : restored.session.runs) {
    take(restored.runs, run.record, [&run] { return restored_run(run); });
  }
  for (const std::filesystem::path& image : restored.session.images) {
    take(restored.images, image, [&image] { return std::make_shared<const OpenedImage>(open_image(image)); });
  }
  return restored;
}

}  // namespace coincide::gui
