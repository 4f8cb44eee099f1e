#include "recon/efficiencies.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "projectors/error.h"

namespace coincide::recon {
namespace {

using PairTable = Efficiencies::PairTable;

/// Where a crystal sits: its type, its module within the type, its place within the module.
struct Place {
  std::uint32_t type;
  std::uint32_t module;
  std::uint32_t element;
};

Place place_of(const Scanner& scanner, std::uint32_t crystal) {
  const std::uint32_t type = scanner.crystal_type[crystal];
  const ModuleType& of = scanner.module_types[type];
  const std::uint32_t in_type = crystal - of.first_crystal;
  const std::uint32_t module = in_type / of.crystals_per_module;
  return {type, module, in_type - module * of.crystals_per_module};
}

bool is_absent(const PairTable& table) { return table.group.empty() && table.values.empty(); }

/// The entry of a table that serves a pair of modules; `swapped`: its rows belong to the second module.
struct Entry {
  const PairTable* table = nullptr;  ///< null: no table speaks of the pair, it counts as 1
  std::int32_t group = 0;            ///< -1: not in coincidence
  bool swapped = false;
};

std::int32_t group_in(const PairTable& table, std::uint32_t module_a, std::uint32_t module_b) {
  return table.group.empty() ? 0 : table.group[std::size_t{module_a} * table.num_modules_b + module_b];
}

/// Files may state a pair in one order only, in the other half of a table or in the table of the exchanged types.
Entry find_entry(const Efficiencies& efficiencies, std::size_t num_types, const Place& a, const Place& b) {
  if (efficiencies.pairs.empty()) {
    return {};
  }
  const PairTable& direct = efficiencies.pairs[a.type * num_types + b.type];
  const PairTable& exchanged = efficiencies.pairs[b.type * num_types + a.type];
  if (is_absent(direct) && is_absent(exchanged)) {
    return {};
  }
  const std::int32_t group = is_absent(direct) ? -1 : group_in(direct, a.module, b.module);
  if (group >= 0 || is_absent(exchanged)) {
    return {&direct, group, false};
  }
  return {&exchanged, group_in(exchanged, b.module, a.module), true};
}

bool can_coincide(const Scanner& scanner, const Place& a, const Place& b) {
  const bool same_module = a.type == b.type && a.module == b.module;
  return !same_module && scanner.find_tof_range(a.type, b.type).count > 0;
}

void check_numbers(const std::vector<float>& values, const char* what) {
  for (const float value : values) {
    if (!(value >= 0) || !std::isfinite(value)) {
      throw InputError(
          fmt::format("the {} hold the value {}: efficiencies must be finite and not negative", what, value));
    }
  }
}

void check_table(const PairTable& table, const ModuleType& a, const ModuleType& b) {
  if (!table.group.empty() &&
      (table.num_modules_b != b.num_modules || table.group.size() != std::size_t{a.num_modules} * b.num_modules)) {
    throw InputError(fmt::format("a table of module pair groups has {} entries in rows of {} instead of {} x {}",
                                 table.group.size(), table.num_modules_b, a.num_modules, b.num_modules));
  }
  const auto highest = static_cast<std::int64_t>(table.values.size()) - 1;
  if (!table.values.empty()) {
    for (const std::int32_t group : table.group) {
      if (group > highest) {
        throw InputError(fmt::format("a pair of modules is in efficiency group {} but there are {} groups", group,
                                     table.values.size()));
      }
    }
  }
  const std::size_t bins_a = std::size_t{a.crystals_per_module} * a.num_energy_windows();
  const std::size_t bins_b = std::size_t{b.crystals_per_module} * b.num_energy_windows();
  for (const std::vector<float>& values : table.values) {
    if (!values.empty() && (table.bins_per_module_b != bins_b || values.size() != bins_a * bins_b)) {
      throw InputError(fmt::format("a table of pair efficiencies has {} values in rows of {} instead of {} x {}",
                                   values.size(), table.bins_per_module_b, bins_a, bins_b));
    }
    check_numbers(values, "pair efficiencies");
  }
}

}  // namespace

bool Efficiencies::Acceptance::holds(const Scanner& scanner, std::uint32_t crystal_a, std::uint32_t crystal_b) const {
  constexpr double rounding = 1e-6;  // of positions in single precision: the limit itself is within
  const Vec3& a = scanner.crystal_centre_mm[crystal_a];
  const Vec3& b = scanner.crystal_centre_mm[crystal_b];
  if (most_axial_mm > 0 && std::abs(a[2] - b[2]) > most_axial_mm * (1 + static_cast<float>(rounding))) {
    return false;
  }
  if (most_cosine >= 1) {
    return true;
  }
  const double dot = static_cast<double>(a[0]) * b[0] + static_cast<double>(a[1]) * b[1];
  const auto square = [](const Vec3& v) { return static_cast<double>(v[0]) * v[0] + static_cast<double>(v[1]) * v[1]; };
  return dot <= (most_cosine + rounding) * std::sqrt(square(a) * square(b));
}

bool Efficiencies::has_values() const {
  const auto filled = [](const std::vector<float>& values) { return !values.empty(); };
  return calibration_stated || lors != nullptr || std::ranges::any_of(bin, filled) || has_pair_values();
}

bool Efficiencies::has_pair_values() const {
  return std::ranges::any_of(pairs, [](const PairTable& table) {
    return std::ranges::any_of(table.values, [](const std::vector<float>& values) { return !values.empty(); });
  });
}

bool Efficiencies::in_coincidence(const Scanner& scanner, std::uint32_t crystal_a, std::uint32_t crystal_b) const {
  return modules_in_coincidence(scanner, crystal_a, crystal_b) && acceptance.holds(scanner, crystal_a, crystal_b) &&
         (lors == nullptr || lors->factor(crystal_a, crystal_b) > 0);
}

bool Efficiencies::modules_in_coincidence(const Scanner& scanner, std::uint32_t crystal_a,
                                          std::uint32_t crystal_b) const {
  const Place a = place_of(scanner, crystal_a);
  const Place b = place_of(scanner, crystal_b);
  return can_coincide(scanner, a, b) && find_entry(*this, scanner.module_types.size(), a, b).group >= 0;
}

float Efficiencies::efficiency(const Scanner& scanner, std::uint32_t crystal_a, std::uint32_t window_a,
                               std::uint32_t crystal_b, std::uint32_t window_b) const {
  const Place a = place_of(scanner, crystal_a);
  const Place b = place_of(scanner, crystal_b);
  if (!can_coincide(scanner, a, b) || !acceptance.holds(scanner, crystal_a, crystal_b)) {
    return 0;
  }
  const Entry entry = find_entry(*this, scanner.module_types.size(), a, b);
  if (entry.group < 0) {
    return 0;
  }
  double result = calibration_factor;
  const auto multiply_bin = [&](const Place& place, std::uint32_t crystal, std::uint32_t window) {
    if (!bin.empty() && !bin[place.type].empty()) {
      const ModuleType& type = scanner.module_types[place.type];
      result *= bin[place.type][std::size_t{crystal - type.first_crystal} * type.num_energy_windows() + window];
    }
  };
  multiply_bin(a, crystal_a, window_a);
  multiply_bin(b, crystal_b, window_b);
  if (entry.table != nullptr && !entry.table->values.empty()) {
    const std::vector<float>& values = entry.table->values[static_cast<std::size_t>(entry.group)];
    const std::size_t bin_a = std::size_t{a.element} * scanner.module_types[a.type].num_energy_windows() + window_a;
    const std::size_t bin_b = std::size_t{b.element} * scanner.module_types[b.type].num_energy_windows() + window_b;
    const std::size_t row = entry.swapped ? bin_b : bin_a;
    const std::size_t column = entry.swapped ? bin_a : bin_b;
    result *= values.empty() ? 1.0F : values[row * entry.table->bins_per_module_b + column];
  }
  if (lors != nullptr) {
    result *= lors->factor(crystal_a, crystal_b);
  }
  return static_cast<float>(result);
}

void Efficiencies::check(const Scanner& scanner) const {
  const std::size_t num_types = scanner.module_types.size();
  if (!(calibration_factor > 0) || !std::isfinite(calibration_factor)) {
    throw InputError(fmt::format("the calibration factor is {}: it must be positive", calibration_factor));
  }
  if (!bin.empty() && bin.size() != num_types) {
    throw InputError(
        fmt::format("there are crystal efficiencies for {} module types instead of {}", bin.size(), num_types));
  }
  for (std::size_t type = 0; type < bin.size(); ++type) {
    const ModuleType& of = scanner.module_types[type];
    const std::size_t expected = std::size_t{of.num_crystals()} * of.num_energy_windows();
    if (!bin[type].empty() && bin[type].size() != expected) {
      throw InputError(
          fmt::format("module type {} has {} crystal efficiencies instead of {}", type, bin[type].size(), expected));
    }
    check_numbers(bin[type], "crystal efficiencies");
  }
  if (!pairs.empty() && pairs.size() != num_types * num_types) {
    throw InputError(fmt::format("there are pair efficiencies for {} pairs of module types instead of {}", pairs.size(),
                                 num_types * num_types));
  }
  if (lors != nullptr && lors->num_crystals() != scanner.num_crystals()) {
    throw InputError(fmt::format("the factors of LORs are for {} crystals instead of {}", lors->num_crystals(),
                                 scanner.num_crystals()));
  }
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    check_table(pairs[i], scanner.module_types[i / num_types], scanner.module_types[i % num_types]);
  }
}

double solid_angle_factor_mm2(const Scanner& scanner, std::uint32_t crystal_a, std::uint32_t crystal_b) {
  const Vec3& a = scanner.crystal_centre_mm[crystal_a];
  const Vec3& b = scanner.crystal_centre_mm[crystal_b];
  double length2 = 0;
  double towards_a = 0;  // normal times (b - a): length times cosine
  double towards_b = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double step = static_cast<double>(b[axis]) - a[axis];
    length2 += step * step;
    towards_a += step * scanner.crystal_normal[crystal_a][axis];
    towards_b -= step * scanner.crystal_normal[crystal_b][axis];
  }
  if (towards_a <= 0 || towards_b <= 0) {
    return 0;
  }
  const double areas = static_cast<double>(scanner.crystal_face_mm2[crystal_a]) * scanner.crystal_face_mm2[crystal_b];
  return areas * towards_a * towards_b / (2 * std::numbers::pi * length2 * length2);
}

}  // namespace coincide::recon
