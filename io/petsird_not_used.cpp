#include "io/petsird_not_used.h"

#include <fmt/format.h>

#include <algorithm>

namespace coincide::io {
namespace {

bool has_passive_volumes(const YardlValue& geometry) {
  const YardlValue* volumes = geometry.find("nonDetectingVolumes");
  const auto of_module = [](const YardlValue& module) {
    const YardlValue* object = module.find("object");
    const YardlValue* elements = object != nullptr ? object->find("nonDetectingElements") : nullptr;
    return elements != nullptr && elements->size() > 0;
  };
  return (volumes != nullptr && volumes->size() > 0) ||
         std::ranges::any_of(geometry.at("replicatedModules").list("replicatedModules"), of_module);
}

bool has_collimator(const YardlValue& info) {
  const YardlValue* type = info.find("collimatorType");
  const std::string text = type != nullptr ? type->text("collimatorType") : "";
  return !text.empty() && text != "NONE";
}

/// Fields that a newer model may have added.
std::string unknown_fields(const YardlValue& info) {
  constexpr std::string_view known[] = {"modelName",
                                        "scannerGeometry",
                                        "bulkMaterials",
                                        "gantryAlignment",
                                        "collimatorType",
                                        "tofBinEdges",
                                        "tofResolution",
                                        "eventEnergyBinEdges",
                                        "energyBinEdges",
                                        "energyResolutionAt511",
                                        "singlesHistogramLevel",
                                        "singlesHistogramEnergyBinEdges",
                                        "singleEventPolicy",
                                        "promptEventPolicy",
                                        "delayedEventPolicy",
                                        "tripleEventPolicy",
                                        "quadrupleEventPolicy",
                                        "coincidencePolicy",
                                        "detectionEfficiencies",
                                        "eventTimeBlockDuration",
                                        "singleEventsAreStored",
                                        "promptEventsAreStored",
                                        "delayedEventsAreStored",
                                        "tripleEventsAreStored",
                                        "quadrupleEventsAreStored",
                                        "delayedCoincidencesAreStored",
                                        "moduleSinglesUnitIdxLUTs"};
  const auto* record = std::get_if<YardlValue::Record>(&info.data());
  std::string unknown;
  for (const YardlField& field : record->type->fields) {
    if (std::ranges::find(known, field.name) == std::end(known)) {
      unknown += (unknown.empty() ? "" : ", ") + field.name;
    }
  }
  return unknown;
}

}  // namespace

std::vector<std::string> not_used_of_header(const YardlValue& header) {
  const YardlValue& info = header.at("scanner");
  const YardlValue* materials = info.find("bulkMaterials");
  std::vector<std::string> list;
  if (has_passive_volumes(info.at("scannerGeometry"))) {
    list.emplace_back("volumes that do not detect");
  }
  if (materials != nullptr && materials->size() > 0) {
    list.emplace_back("materials");
  }
  if (has_collimator(info)) {
    list.push_back(fmt::format("collimator '{}'", info.at("collimatorType").text("collimatorType")));
  }
  if (header.find("exam") != nullptr) {
    list.emplace_back("data of the exam");
  }
  if (const std::string unknown = unknown_fields(info); !unknown.empty()) {
    list.push_back("fields that are not known here: " + unknown);
  }
  return list;
}

}  // namespace coincide::io
