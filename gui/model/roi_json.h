#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "gui/model/roi_colours.h"
#include "io/json_number.h"
#include "projectors/error.h"

namespace coincide::gui {

inline nlohmann::ordered_json rois_json(const std::vector<Roi>& rois) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Roi& roi : rois) {
    nlohmann::ordered_json& one =
        list.emplace_back(nlohmann::ordered_json{{"name", roi.name},
                                                 {"shape", roi_shape_name(roi.shape)},
                                                 {"centre_mm", roi.centre_mm},
                                                 {"half_size_mm", roi.half_size_mm},
                                                 {"threshold", roi.threshold},
                                                 {"threshold_percent", roi.threshold_percent}});
    if (!roi.colour.empty()) {
      one["colour"] = roi.colour;
    }
    if (roi.shape == RoiShape::polygon) {
      one["axis"] = roi.axis;
      one["corners"] = roi.corners;
    }
  }
  return list;
}

/// In mm, or in units of a region's half size: no further away than a kilometre.
inline double coordinate_of_json(const nlohmann::ordered_json& json) {
  constexpr double most = 1e6;
  return io::real_number(json, -most, most);
}
inline double length_of_json(const nlohmann::ordered_json& json) { return io::real_number(json, 0, 1e6); }
inline std::array<double, 3> place_of_json(const nlohmann::ordered_json& json) {
  return io::numbers<3>(json, coordinate_of_json);
}

/// Throws nlohmann's exceptions and FileError for what is no such list, InputError for a shape that there is not.
inline std::vector<Roi> rois_of_json(const nlohmann::ordered_json& json) {
  std::vector<Roi> rois;
  for (const auto& one : json) {
    Roi& roi = rois.emplace_back();
    one.at("name").get_to(roi.name);
    roi.centre_mm = place_of_json(one.at("centre_mm"));
    roi.half_size_mm = io::numbers<3>(one.at("half_size_mm"), length_of_json);
    roi.threshold = io::real_number(one.at("threshold"));
    roi.threshold_percent = io::real_number(one.at("threshold_percent"), 0, 100);
    roi.colour = one.value("colour", std::string());
    if (!roi.colour.empty() && !is_colour(roi.colour)) {
      throw InputError(fmt::format("\"{}\" is no colour of the region \"{}\": write #rrggbb", roi.colour, roi.name));
    }
    roi.shape = recon::roi_shape_of(one.at("shape").template get<std::string>());
    if (roi.shape == RoiShape::polygon) {
      roi.axis = io::whole_number<int>(one.at("axis"));
      for (const auto& corner : one.at("corners")) {
        roi.corners.push_back(io::numbers<2>(corner, coordinate_of_json));
      }
      if (roi.axis < 0 || roi.axis > 2 || roi.corners.size() < 3) {
        throw InputError(fmt::format("the polygon \"{}\" needs an axis of 0, 1 or 2 and three corners", roi.name));
      }
    }
  }
  return rois;
}

}  // namespace coincide::gui
