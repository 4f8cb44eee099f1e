#include "io/petsird_blocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "projectors/error.h"

namespace coincide::io {
namespace {

// Far more than any model has; only a damaged schema asks for more.
constexpr std::size_t max_parts = 32;

bool is_natural(const YardlType& type) {
  return type.kind == YardlKind::uint16 || type.kind == YardlKind::uint32 || type.kind == YardlKind::uint64;
}

void flatten(const YardlType& type, CoincidenceLayout& layout) {
  const auto count = type.fixed_count();
  if (layout.parts.size() >= max_parts) {
    throw FileError("The record of a coincidence in the file's schema has too many parts.");
  }
  if (type.kind == YardlKind::record) {
    for (const YardlField& field : type.fields) {
      flatten(*field.type, layout);
    }
  } else if (count && *count <= 4) {
    for (std::uint64_t i = 0; i < *count; ++i) {
      flatten(*type.items, layout);
    }
  } else if (is_natural(type)) {
    layout.parts.push_back(nullptr);
    ++layout.numbers;
  } else {
    layout.parts.push_back(&type);
    layout.only_numbers = false;
  }
}

/// Two detection bins, each a number or a record {detElIdx, energyIdx} of model v0.4 and v0.5.
void place_bins(const YardlType& bins, int first, CoincidenceLayout& layout) {
  if (bins.fixed_count() != 2) {
    throw FileError("A coincidence in the file's schema does not have two detection bins.");
  }
  const YardlType& bin = *bins.items;
  if (is_natural(bin)) {
    layout.bin_a = first;
    layout.bin_b = first + 1;
    return;
  }
  const auto& fields = bin.fields;
  const bool known = bin.kind == YardlKind::record && fields.size() == 2 && is_natural(*fields[0].type) &&
                     is_natural(*fields[1].type) && bin.field("detElIdx") && bin.field("energyIdx");
  if (!known) {
    throw FileError("A detection bin in the file's schema is neither a number nor {detElIdx, energyIdx}.");
  }
  const int element = fields[0].name == "detElIdx" ? 0 : 1;
  layout.bin_a = first + element;
  layout.window_a = first + 1 - element;
  layout.bin_b = layout.bin_a + 2;
  layout.window_b = layout.window_a + 2;
}

const std::map<std::string, TimeBlockPlan::Kind, std::less<>> kinds = {
    {"EventTimeBlock", TimeBlockPlan::Kind::events},
    {"BedMovementTimeBlock", TimeBlockPlan::Kind::bed},
    {"GantryMovementTimeBlock", TimeBlockPlan::Kind::gantry},
    {"DeadTimeTimeBlock", TimeBlockPlan::Kind::dead_time},
    {"SinglesHistogramTimeBlock", TimeBlockPlan::Kind::singles}};

const std::map<std::string, EventField, std::less<>> event_fields = {
    {"timeInterval", EventField::time},         {"start", EventField::time},
    {"promptEvents", EventField::prompts},      {"delayedEvents", EventField::delayeds},
    {"singleEvents", EventField::singles},      {"tripleEvents", EventField::triples},
    {"quadrupleEvents", EventField::quadruples}};

TimeBlockPlan::Field plan_field(const YardlField& field) {
  TimeBlockPlan::Field plan{.type = field.type};
  const auto use = event_fields.find(field.name);
  plan.use = use == event_fields.end() ? EventField::skipped : use->second;
  if (plan.use != EventField::prompts && plan.use != EventField::delayeds) {
    return plan;
  }
  const YardlType* type = &field.type->without_optional();
  while (type->kind == YardlKind::vector) {
    ++plan.levels;
    type = type->items;
  }
  if (type->kind != YardlKind::record || (plan.levels != 1 && plan.levels != 3)) {
    throw FileError(
        fmt::format("'{}' in the file's schema is neither one list of coincidences nor one per pair of "
                    "module types.",
                    field.name));
  }
  plan.layout = coincidence_layout(*type);
  return plan;
}

}  // namespace

CoincidenceLayout coincidence_layout(const YardlType& record) {
  CoincidenceLayout layout;
  for (const YardlField& field : record.fields) {
    const int first = layout.numbers;
    flatten(*field.type, layout);
    if (field.name == "detectionBins" || field.name == "detectorIds") {
      place_bins(*field.type, first, layout);
    } else if (field.name == "energyIndices" && layout.numbers == first + 2) {
      layout.window_a = first;
      layout.window_b = first + 1;
    } else if (field.name == "tofIdx" && layout.numbers == first + 1) {
      layout.tof = first;
    }
  }
  if (layout.bin_a < 0 || layout.tof < 0) {
    throw FileError(fmt::format("The record {} in the file's schema lacks {}.", record.name,
                                layout.bin_a < 0 ? "'detectionBins' (or 'detectorIds')" : "'tofIdx'"));
  }
  return layout;
}

std::vector<TimeBlockPlan> plan_time_blocks(const YardlType& time_block) {
  if (time_block.kind != YardlKind::choice) {
    throw FileError("The time blocks in the file's schema are not a union of kinds.");
  }
  std::vector<TimeBlockPlan> plans;
  for (const YardlField& field : time_block.fields) {
    TimeBlockPlan plan{.tag = field.name, .type = field.type};
    const auto kind = kinds.find(field.name);
    plan.kind = kind == kinds.end() || field.type == nullptr ? TimeBlockPlan::Kind::unused : kind->second;
    const bool used = plan.kind == TimeBlockPlan::Kind::events || has_values(plan);
    if (used && plan.type->kind != YardlKind::record) {
      throw FileError(fmt::format("{} in the file's schema is not a record.", plan.tag));
    }
    if (plan.kind == TimeBlockPlan::Kind::events) {
      std::transform(plan.type->fields.begin(), plan.type->fields.end(), std::back_inserter(plan.fields), plan_field);
    }
    plans.push_back(std::move(plan));
  }
  if (std::none_of(plans.begin(), plans.end(), [](auto& p) { return p.kind == TimeBlockPlan::Kind::events; })) {
    throw FileError("The file's schema has no time blocks with events.");
  }
  return plans;
}

bool has_values(const TimeBlockPlan& plan) {
  return plan.kind != TimeBlockPlan::Kind::events && plan.kind != TimeBlockPlan::Kind::unused;
}

}  // namespace coincide::io
