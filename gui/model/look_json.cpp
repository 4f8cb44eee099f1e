#include "gui/model/look_json.h"

#include <algorithm>

#include "gui/model/colour_maps.h"
#include "gui/model/roi_json.h"

namespace coincide::gui {
namespace {

using Json = nlohmann::ordered_json;

Json layer_json(const Layer& layer) {
  Json json{{"name", layer.name},
            {"file", layer.source.file.string()},
            {"frame", layer.source.frame},
            {"setting", layer.source.setting},
            {"shift_mm", layer.place.shift_mm},
            {"turn_degrees", layer.place.turn_degrees},
            {"window", {layer.low, layer.high}},
            {"colour_map", layer.colour_map},
            {"opacity", layer.opacity},
            {"is_shown", layer.is_shown}};
  if (layer.contour) {
    json["contour"] = *layer.contour;
  }
  return json;
}

Layer layer_of_json(const Json& json) {
  Layer layer;
  json.at("name").get_to(layer.name);
  layer.source.file = json.at("file").get<std::string>();
  json.at("frame").get_to(layer.source.frame);
  layer.source.setting = json.value("setting", json.value("is_attenuation", false) ? "corrections.attenuation" : "");
  layer.place.shift_mm = json.value("shift_mm", recon::Point{});
  layer.place.turn_degrees = json.value("turn_degrees", recon::Point{});
  json.at("window").at(0).get_to(layer.low);
  json.at("window").at(1).get_to(layer.high);
  layer.colour_map = find_colour_map(json.at("colour_map").get<std::string>()).name;
  layer.opacity = std::clamp(json.at("opacity").get<double>(), 0.0, 1.0);
  json.at("is_shown").get_to(layer.is_shown);
  if (json.contains("contour")) {
    layer.contour = json["contour"].get<double>();
  }
  return layer;
}

}  // namespace

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
            {"regions", rois_json(look.rois)},
            {"turns", Json::array()},
            {"layers", Json::array()}};
  if (look.cursor_mm) {
    json["cursor_mm"] = *look.cursor_mm;
  }
  for (const Turn& turn : look.turns) {
    json["turns"].push_back({turn.tilt_degrees, turn.swivel_degrees});
  }
  for (const Layer& layer : look.layers) {
    if (!layer.source.file.empty()) {
      json["layers"].push_back(layer_json(layer));
    }
  }
  if (look.profile_line) {
    json["profile_line"] = {look.profile_line->start_mm, look.profile_line->end_mm};
  }
  return json;
}

ViewState::Look look_of_json(const Json& json) {
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
  if (json.contains("cursor_mm")) {
    json["cursor_mm"].get_to(look.cursor_mm.emplace());
  }
  for (std::size_t axis = 0; axis < 3 && json.contains("turns"); ++axis) {
    const Json& turn = json["turns"].at(axis);
    look.turns[axis] = {.tilt_degrees = turn.at(0).get<double>(), .swivel_degrees = turn.at(1).get<double>()};
  }
  for (const Json& layer : json.value("layers", Json::array())) {
    look.layers.push_back(layer_of_json(layer));
  }
  if (json.contains("profile_line")) {
    ProfileLine& line = look.profile_line.emplace();
    json["profile_line"].at(0).get_to(line.start_mm);
    json["profile_line"].at(1).get_to(line.end_mm);
  }
  return look;
}

Json mosaic_json(const Mosaic& mosaic) {
  return {{"axis", mosaic.axis}, {"columns", mosaic.columns}, {"rows", mosaic.rows}, {"spacing_mm", mosaic.spacing_mm}};
}

Mosaic mosaic_of_json(const Json& json) {
  constexpr int most = 12;
  return {.axis = std::clamp(json.at("axis").get<int>(), 0, 2),
          .columns = std::clamp(json.at("columns").get<int>(), 1, most),
          .rows = std::clamp(json.at("rows").get<int>(), 1, most),
          .spacing_mm = json.at("spacing_mm").get<double>()};
}

}  // namespace coincide::gui
