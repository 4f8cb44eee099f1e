#include "gui/model/look_json.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>

#include "gui/model/colour_maps.h"
#include "gui/model/roi_json.h"
#include "io/json_number.h"

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

ValueWindow window_of_json(const Json& json) {
  const auto [low, high] = io::numbers<2>(json, [](const Json& end) { return io::real_number(end); });
  if (!(low < high)) {
    throw FileError(fmt::format("a window from {} to {} shows nothing", low, high));
  }
  return {.low = low, .high = high};
}

Layer layer_of_json(const Json& json) {
  Layer layer;
  json.at("name").get_to(layer.name);
  layer.source.file = json.at("file").get<std::string>();
  layer.source.frame = io::whole_number<std::size_t>(json.at("frame"));
  layer.source.setting = json.value("setting", json.value("is_attenuation", false) ? "corrections.attenuation" : "");
  if (json.contains("shift_mm")) {
    layer.place = {.shift_mm = place_of_json(json["shift_mm"]), .turn_degrees = place_of_json(json.at("turn_degrees"))};
  }
  const ValueWindow window = window_of_json(json.at("window"));
  layer.low = window.low;
  layer.high = window.high;
  layer.colour_map = find_colour_map(json.at("colour_map").get<std::string>()).name;
  layer.opacity = std::clamp(io::real_number(json.at("opacity")), 0.0, 1.0);
  json.at("is_shown").get_to(layer.is_shown);
  if (json.contains("contour")) {
    layer.contour = io::real_number(json["contour"]);
  }
  return layer;
}

/// Two directions that are not the same.
Sight sight_of_json(const Json& json) {
  const auto direction = [](const Json& part) { return io::real_number(part, -1e6, 1e6); };
  const Sight sight{.from = io::numbers<3>(json.at("seen_from"), direction),
                    .up = io::numbers<3>(json.at("seen_up"), direction)};
  const Eigen::Map<const Eigen::Vector3d> from(sight.from.data()), up(sight.up.data());
  if (!(from.cross(up).norm() > 1e-6 * from.norm() * up.norm())) {
    throw FileError("a 3-D view cannot look along its own upward direction");
  }
  return sight;
}

float float_of_json(const Json& json) { return io::real_number<float>(json); }

/// The crosshair in the image, and its exact place in its voxel; what stands there of no image is not kept.
void keep_inside(ViewState::Look& look) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double half = 0.5 * std::abs(look.grid.voxel_size_mm[axis]);
    look.cursor[axis] =
        std::clamp<std::int64_t>(look.cursor[axis], 0, std::max<std::int64_t>(1, look.grid.shape[axis]) - 1);
    if (look.cursor_mm) {
      const double middle = look.grid.origin_mm[axis] + static_cast<double>(look.cursor[axis]) * 2 * half;
      (*look.cursor_mm)[axis] = std::clamp((*look.cursor_mm)[axis], middle - half, middle + half);
    }
  }
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
            {"seen_from", look.sight.from},
            {"seen_up", look.sight.up},
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
  look.grid.shape = io::numbers<3>(json.at("size"), io::whole_number<std::int64_t, Json>);
  look.grid.voxel_size_mm = io::numbers<3>(json.at("voxel_size_mm"), float_of_json);
  look.grid.origin_mm = io::numbers<3>(json.at("origin_mm"), float_of_json);
  json.at("unit").get_to(look.unit);
  look.factor = json.contains("factor") ? io::real_number(json["factor"], 1e-30, 1e30) : 1.0;
  look.cursor = io::numbers<3>(json.at("cursor"), io::whole_number<std::int64_t, Json>);
  look.camera = {.zoom = kept_zoom(io::real_number(json.at("zoom"))), .centre_mm = place_of_json(json.at("centre_mm"))};
  if (json.contains("seen_from")) {
    look.sight = sight_of_json(json);
  }
  const ValueWindow window = window_of_json(json.at("window"));
  look.low = window.low;
  look.high = window.high;
  json.at("window_is_automatic").get_to(look.window_is_automatic);
  look.rois = rois_of_json(json.at("regions"));
  if (json.contains("cursor_mm")) {
    look.cursor_mm = place_of_json(json["cursor_mm"]);
  }
  for (std::size_t axis = 0; axis < 3 && json.contains("turns"); ++axis) {
    const auto [tilt, swivel] =
        io::numbers<2>(json["turns"].at(axis), [](const Json& degrees) { return io::real_number(degrees, -90, 90); });
    look.turns[axis] = {.tilt_degrees = tilt, .swivel_degrees = swivel};
  }
  for (const Json& layer : json.value("layers", Json::array())) {
    look.layers.push_back(layer_of_json(layer));
  }
  if (json.contains("profile_line")) {
    const auto [start, end] = io::numbers<2>(json["profile_line"], place_of_json);
    look.profile_line = {.start_mm = start, .end_mm = end};
  }
  keep_inside(look);
  return look;
}

Slab slab_of_json(const Json& json) {
  return {.kind = json.at("kind").get<SlabKind>(), .thickness_mm = length_of_json(json.at("thickness_mm"))};
}

Json mosaic_json(const Mosaic& mosaic) {
  return {{"axis", mosaic.axis}, {"columns", mosaic.columns}, {"rows", mosaic.rows}, {"spacing_mm", mosaic.spacing_mm}};
}

Mosaic mosaic_of_json(const Json& json) {
  constexpr int most = 12;
  const auto within = [&json](const char* key, int least, int greatest) {
    return std::clamp(io::whole_number<int>(json.at(key)), least, greatest);
  };
  return {.axis = within("axis", 0, 2),
          .columns = within("columns", 1, most),
          .rows = within("rows", 1, most),
          .spacing_mm = length_of_json(json.at("spacing_mm"))};
}

Json scene_json(const SceneOptions& options) {
  Json json{{"volume", options.volume},       {"crystals", options.crystals},   {"events", options.events},
            {"image_box", options.image_box}, {"crosshair", options.crosshair}, {"layers", options.layers}};
  if (options.fan) {
    json["fan"] = *options.fan;
  }
  return json;
}

SceneOptions scene_of_json(const Json& json) {
  SceneOptions options{.volume = json.at("volume").get<VolumeStyle>(),
                       .crystals = json.at("crystals").get<CrystalColours>(),
                       .events = json.at("events").get<bool>(),
                       .image_box = json.at("image_box").get<bool>(),
                       .crosshair = json.at("crosshair").get<bool>(),
                       .layers = json.at("layers").get<bool>(),
                       .fan = {}};
  if (json.contains("fan")) {
    options.fan = io::whole_number<std::uint32_t>(json["fan"]);
  }
  return options;
}

}  // namespace coincide::gui
