#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "gui/model/roi.h"

namespace coincide::gui {

inline nlohmann::ordered_json rois_json(const std::vector<Roi>& rois) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Roi& roi : rois) {
    list.push_back({{"name", roi.name},
                    {"shape", roi_shape_name(roi.shape)},
                    {"centre_mm", roi.centre_mm},
                    {"half_size_mm", roi.half_size_mm},
                    {"threshold", roi.threshold},
                    {"threshold_percent", roi.threshold_percent}});
  }
  return list;
}

/// Throws nlohmann's exceptions for what is no such list.
inline std::vector<Roi> rois_of_json(const nlohmann::ordered_json& json) {
  std::vector<Roi> rois;
  for (const auto& one : json) {
    Roi& roi = rois.emplace_back();
    one.at("name").get_to(roi.name);
    one.at("centre_mm").get_to(roi.centre_mm);
    one.at("half_size_mm").get_to(roi.half_size_mm);
    one.at("threshold").get_to(roi.threshold);
    one.at("threshold_percent").get_to(roi.threshold_percent);
    for (const RoiShape shape :
         {RoiShape::sphere, RoiShape::ellipsoid, RoiShape::box, RoiShape::threshold, RoiShape::peak}) {
      roi.shape = one.at("shape") == roi_shape_name(shape) ? shape : roi.shape;
    }
  }
  return rois;
}

}  // namespace coincide::gui
