#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "gui/model/roi_colours.h"
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

/// Throws nlohmann's exceptions for what is no such list, InputError for a shape that there is not.
inline std::vector<Roi> rois_of_json(const nlohmann::ordered_json& json) {
  std::vector<Roi> rois;
  for (const auto& one : json) {
    Roi& roi = rois.emplace_back();
    one.at("name").get_to(roi.name);
    one.at("centre_mm").get_to(roi.centre_mm);
    one.at("half_size_mm").get_to(roi.half_size_mm);
    one.at("threshold").get_to(roi.threshold);
    one.at("threshold_percent").get_to(roi.threshold_percent);
    roi.colour = one.value("colour", std::string());
    if (!roi.colour.empty() && !is_colour(roi.colour)) {
      throw InputError(fmt::format("\"{}\" is no colour of the region \"{}\": write #rrggbb", roi.colour, roi.name));
    }
    roi.shape = recon::roi_shape_of(one.at("shape").template get<std::string>());
    if (roi.shape == RoiShape::polygon) {
      one.at("axis").get_to(roi.axis);
      one.at("corners").get_to(roi.corners);
      if (roi.axis < 0 || roi.axis > 2 || roi.corners.size() < 3) {
        throw InputError(fmt::format("the polygon \"{}\" needs an axis of 0, 1 or 2 and three corners", roi.name));
      }
    }
  }
  return rois;
}

}  // namespace coincide::gui
