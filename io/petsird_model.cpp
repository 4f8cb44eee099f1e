#include "io/petsird_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "io/energy_window.h"
#include "io/petsird_geometry.h"
#include "io/petsird_not_used.h"
#include "projectors/error.h"
#include "recon/units.h"

namespace coincide::io {
namespace {

using recon::Efficiencies;
using recon::Scanner;

// The value that upstream's generators write, with a comment that it means nothing.
constexpr double meaningless_calibration_factor = 42;

/// Calls `use(type a, type b, entry)` for the entries of a table by module types: `value` is a list of lists of entries
/// or, in models before v0.5, the only entry. Entries for types that the scanner does not have are left out.
template <class Use>
void for_each_type_pair(const YardlValue& value, std::size_t num_types, bool entries_are_lists, Use use) {
  const auto* rows = std::get_if<YardlValue::List>(&value.data());
  const bool nested = rows != nullptr && (!entries_are_lists || rows->empty() ||
                                          std::holds_alternative<YardlValue::List>(rows->front().data()));
  if (!nested) {
    use(std::size_t{0}, std::size_t{0}, value);
    return;
  }
  for (std::size_t a = 0; a < std::min(rows->size(), num_types); ++a) {
    const auto& row = (*rows)[a].list("a table by module types");
    for (std::size_t b = 0; b < std::min(row.size(), num_types); ++b) {
      use(a, b, row[b]);
    }
  }
}

std::vector<float> read_edges(const YardlValue& value, std::string_view what) {
  const YardlValue* inner = value.find("edges");
  std::vector<float> edges = (inner != nullptr ? *inner : value).floats(what);
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (!std::isfinite(edges[i]) || (i > 0 && edges[i] <= edges[i - 1])) {
      throw FileError(fmt::format("'{}' in the file's header do not ascend: {} follows {}.", what, edges[i],
                                  i > 0 ? edges[i - 1] : 0));
    }
  }
  return edges;
}

void read_energy_windows(const YardlValue& info, Scanner& scanner) {
  const YardlValue* value = info.find_any({"eventEnergyBinEdges", "energyBinEdges"});
  if (value == nullptr) {
    return;
  }
  const auto* by_type = std::get_if<YardlValue::List>(&value->data());
  for (std::size_t type = 0; type < scanner.module_types.size(); ++type) {
    if (by_type == nullptr || type < by_type->size()) {
      auto edges = read_edges(by_type == nullptr ? *value : (*by_type)[type], "eventEnergyBinEdges");
      if (edges.size() == 2) {
        edges = stated_energy_window(edges.front(), edges.back());
      }
      scanner.module_types[type].energy_edges_kev = edges.size() < 2 ? std::vector<float>() : std::move(edges);
    }
  }
}

/// One number, or one per type; what cannot be a ratio counts as not stated.
void read_energy_resolution(const YardlValue& info, Scanner& scanner) {
  const YardlValue* value = info.find("energyResolutionAt511");
  if (value == nullptr) {
    return;
  }
  const auto* number = std::get_if<double>(&value->data());
  const std::vector<float> by_type = number == nullptr ? value->floats("energyResolutionAt511") : std::vector<float>{};
  for (std::size_t type = 0; type < scanner.module_types.size(); ++type) {
    const float stated = number != nullptr ? static_cast<float>(*number) : type < by_type.size() ? by_type[type] : 0;
    scanner.module_types[type].energy_resolution = stated > 0 && stated < 1 ? stated : 0;
  }
}

/// FWHM in mm by pair of types, row-major; 0 where the file says nothing.
std::vector<double> read_tof_fwhm(const YardlValue& info, std::size_t num_types) {
  std::vector<double> fwhm(num_types * num_types, 0);
  const YardlValue* value = info.find("tofResolution");
  if (value == nullptr) {
    return fwhm;
  }
  if (const auto* rows = std::get_if<YardlValue::List>(&value->data())) {
    for (std::size_t a = 0; a < std::min(rows->size(), num_types); ++a) {
      const std::vector<float> row = (*rows)[a].floats("tofResolution");
      std::copy_n(row.begin(), std::min(row.size(), num_types),
                  fwhm.begin() + static_cast<std::ptrdiff_t>(a * num_types));
    }
  } else {
    fwhm[0] = value->number("tofResolution");
  }
  return fwhm;
}

void add_tof_bins(const std::vector<float>& edges, double fwhm, recon::TofRange& range, PetsirdHeader& header) {
  range.first = static_cast<std::uint32_t>(header.scanner.tof_bins.size());
  range.count = edges.size() < 2 ? 0 : static_cast<std::uint32_t>(edges.size() - 1);
  const bool stated = fwhm > 0 && fwhm <= header.scanner.longest_lor_mm();
  if (!stated && range.count > 1) {
    header.warnings.emplace_back(fmt::format(
        "The file gives {} mm as TOF resolution; each bin is taken for a resolution of its own width.", fwhm));
  }
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    const float width = edges[i + 1] - edges[i];
    header.scanner.tof_bins.push_back(
        {.centre_mm = 0.5F * (edges[i] + edges[i + 1]),
         .width_mm = width,
         .sigma_mm = static_cast<float>((stated ? fwhm : width) / recon::fwhm_per_sigma)});
  }
}

void read_tof(const YardlValue& info, PetsirdHeader& header) {
  Scanner& scanner = header.scanner;
  const std::size_t num_types = scanner.module_types.size();
  scanner.tof_ranges.assign(num_types * num_types, {});
  const std::vector<double> fwhm = read_tof_fwhm(info, num_types);
  for_each_type_pair(info.at("tofBinEdges"), num_types, false,
                     [&](std::size_t a, std::size_t b, const YardlValue& value) {
                       const std::size_t pair = a * num_types + b;
                       add_tof_bins(read_edges(value, "tofBinEdges"), fwhm[pair], scanner.tof_ranges[pair], header);
                     });
  if (scanner.tof_bins.empty()) {
    throw FileError("The file has no TOF bins ('tofBinEdges'); even a scanner without TOF has one, the time window.");
  }
}

/// Rows of numbers, or an array that has them one after the other.
template <class Number, class Read>
std::vector<Number> flatten_rows(const YardlValue& value, Read read) {
  const auto* rows = std::get_if<YardlValue::List>(&value.data());
  if (rows == nullptr) {
    return read(value);
  }
  std::vector<Number> all;
  for (const YardlValue& row : *rows) {
    const std::vector<Number> numbers = read(row);
    all.insert(all.end(), numbers.begin(), numbers.end());
  }
  return all;
}

/// A full or lower-triangular matrix of groups; what a triangle leaves out is -1.
std::vector<std::int32_t> read_groups(const YardlValue& value, std::size_t modules_a, std::size_t modules_b) {
  if (value.size() == 0) {
    return {};
  }
  const auto* rows = std::get_if<YardlValue::List>(&value.data());
  if (rows == nullptr) {
    return value.integers("modulePairSGIDLUT");
  }
  if (rows->size() > modules_a) {
    throw FileError(
        fmt::format("'modulePairSGIDLUT' in the file's header has {} rows for {} modules.", rows->size(), modules_a));
  }
  std::vector<std::int32_t> groups(modules_a * modules_b, -1);
  for (std::size_t a = 0; a < rows->size(); ++a) {
    const std::vector<std::int32_t> row = (*rows)[a].integers("modulePairSGIDLUT");
    if (row.size() > modules_b) {
      throw FileError(fmt::format("'modulePairSGIDLUT' in the file's header has rows of {} for {} modules.", row.size(),
                                  modules_b));
    }
    std::copy(row.begin(), row.end(), groups.begin() + static_cast<std::ptrdiff_t>(a * modules_b));
  }
  return groups;
}

void read_pair_tables(const YardlValue& info, const Scanner& scanner, Efficiencies& efficiencies) {
  const std::size_t num_types = scanner.module_types.size();
  std::vector<Efficiencies::PairTable> tables(num_types * num_types);
  bool any = false;
  if (const YardlValue* lut = info.find("modulePairSGIDLUT")) {
    for_each_type_pair(*lut, num_types, true, [&](std::size_t a, std::size_t b, const YardlValue& value) {
      const recon::ModuleType& type_b = scanner.module_types[b];
      Efficiencies::PairTable& table = tables[a * num_types + b];
      table.group = read_groups(value, scanner.module_types[a].num_modules, type_b.num_modules);
      table.num_modules_b = type_b.num_modules;
      any = any || !table.group.empty();
    });
  }
  if (const YardlValue* vectors = info.find_any({"modulePairEfficienciesVectors", "modulePairEfficienciesVector"})) {
    for_each_type_pair(*vectors, num_types, true, [&](std::size_t a, std::size_t b, const YardlValue& value) {
      const recon::ModuleType& type_b = scanner.module_types[b];
      Efficiencies::PairTable& table = tables[a * num_types + b];
      table.bins_per_module_b = type_b.crystals_per_module * type_b.num_energy_windows();
      for (const YardlValue& group : value.list("modulePairEfficienciesVectors")) {
        table.values.push_back(
            flatten_rows<float>(group.at("values"), [](const YardlValue& row) { return row.floats("values"); }));
      }
      any = any || !table.values.empty();
    });
  }
  if (any) {
    efficiencies.pairs = std::move(tables);
  }
}

void read_calibration(const YardlValue& info, PetsirdHeader& header) {
  const YardlValue* value = info.find("calibrationFactor");
  if (value == nullptr) {
    return;
  }
  const double factor = value->number("calibrationFactor");
  Efficiencies& efficiencies = header.efficiencies;
  if (std::isnan(factor)) {
    efficiencies.calibration_problem = "the calibration factor in the file is no number: it is not calibrated";
  } else if (!(factor > 0) || !std::isfinite(factor)) {
    efficiencies.calibration_problem = fmt::format("the calibration factor in the file is {}, which cannot be", factor);
  } else if (factor == meaningless_calibration_factor) {
    efficiencies.calibration_problem =
        "the calibration factor in the file is 42, the placeholder of the upstream generators";
  } else {
    efficiencies.calibration_stated = true;
  }
  if (factor > 0 && std::isfinite(factor)) {
    efficiencies.calibration_factor = factor;
  }
}

void read_efficiencies(const YardlValue& info, PetsirdHeader& header) {
  Efficiencies& efficiencies = header.efficiencies;
  if (const YardlValue* method = info.find("methodDescription")) {
    efficiencies.method = method->text("methodDescription");
  }
  read_calibration(info, header);
  if (const YardlValue* bins = info.find_any({"detectionBinEfficiencies", "detElEfficiencies"})) {
    if (const auto* by_type = std::get_if<YardlValue::List>(&bins->data())) {
      for (const YardlValue& values : *by_type) {
        efficiencies.bin.push_back(values.floats("detectionBinEfficiencies"));
      }
    } else {
      efficiencies.bin.push_back(bins->floats("detElEfficiencies"));
    }
  }
  read_pair_tables(info, header.scanner, efficiencies);
}

void warn_of_policy(const YardlValue& info, PetsirdHeader& header) {
  const YardlValue* policy = info.find_any({"promptEventPolicy", "coincidencePolicy"});
  if (policy != nullptr && policy->symbol("promptEventPolicy").starts_with("multiplesAs")) {
    header.warnings.emplace_back(
        fmt::format("Multiple coincidences are stored as several prompts each ('{}'); they blur the image a little.",
                    policy->symbol("promptEventPolicy")));
  }
}

const YardlType* field_of(const YardlType* type, std::string_view name) {
  return type == nullptr ? nullptr : type->without_optional().field(name);
}

}  // namespace

std::string petsird_version(const YardlSchema& schema) {
  const YardlType& header = schema.step("header");
  const YardlType* scanner = field_of(&header, "scanner");
  const auto has = [&](std::string_view name) { return field_of(scanner, name) != nullptr; };
  if (has("moduleSinglesUnitIdxLUTs")) {
    return "v0.12";
  }
  if (has("collimatorType")) {
    return field_of(field_of(&header, "exam"), "subject") != nullptr ? "v0.10" : "v0.11";
  }
  if (has("promptEventPolicy")) {
    return has("promptEventsAreStored") ? "v0.9" : "v0.10";
  }
  if (has("eventTimeBlockDuration")) {
    return "v0.2";
  }
  const YardlType* prompts = field_of(schema.step("timeBlocks").items->field("EventTimeBlock"), "promptEvents");
  int levels = 0;
  for (; prompts != nullptr && prompts->kind == YardlKind::vector; prompts = prompts->items) {
    ++levels;
  }
  if (field_of(prompts, "detectorIds") != nullptr) {
    return "v0.3";
  }
  const YardlType* bins = field_of(prompts, "detectionBins");
  const bool windows_apart = bins != nullptr && bins->items != nullptr && bins->items->kind == YardlKind::record;
  return levels == 1 ? "v0.4" : windows_apart ? "v0.5" : "v0.7";
}

void read_alignment(const YardlValue& info, PetsirdHeader& header) {
  const YardlValue* alignment = info.find("gantryAlignment");
  try {
    if (alignment != nullptr) {
      header.alignment = recon::pose_of_matrix(alignment->at("matrix").floats("gantryAlignment"));
    }
  } catch (const InputError&) {
    header.warnings.emplace_back(
        "The file's gantryAlignment is no turn and shift, so it is left out: images are in the axes of the gantry.");
  }
}

PetsirdHeader understand_petsird_header(const YardlValue& header, const YardlSchema& schema) {
  PetsirdHeader result;
  result.version = petsird_version(schema);
  const YardlValue& info = header.at("scanner");
  Scanner& scanner = result.scanner;
  if (const YardlValue* name = info.find("modelName")) {
    scanner.name = name->text("modelName");
  }
  read_alignment(info, result);
  add_modules(info.at("scannerGeometry").at("replicatedModules").list("replicatedModules"), result.alignment, scanner);
  if (scanner.num_crystals() == 0) {
    throw FileError("The scanner in the file's header has no crystals.");
  }
  read_energy_windows(info, scanner);
  read_energy_resolution(info, scanner);
  read_tof(info, result);
  if (const YardlValue* efficiencies = info.find("detectionEfficiencies")) {
    read_efficiencies(*efficiencies, result);
  }
  if (const YardlValue* duration = info.find("eventTimeBlockDuration")) {
    result.block_duration_ms = static_cast<std::uint32_t>(duration->natural("eventTimeBlockDuration"));
  }
  result.singles = understand_petsird_singles(info, scanner);
  warn_of_policy(info, result);
  result.not_used = not_used_of_header(header);
  try {
    scanner.check();
    result.efficiencies.check(scanner);
  } catch (const InputError& error) {
    throw FileError(fmt::format("The scanner in the file's header is impossible: {}.", error.what()));
  }
  return result;
}

}  // namespace coincide::io
