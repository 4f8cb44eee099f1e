#include "io/petsird_dead_time.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "projectors/error.h"

namespace coincide::io {
namespace {

constexpr float not_stated = -1;

void check(const std::vector<float>& fractions, std::size_t expected, const char* what) {
  if (fractions.size() != expected) {
    throw FileError(fmt::format("{} {} instead of {}", fractions.size(), what, expected));
  }
  const auto wrong = std::ranges::find_if(fractions, [](float one) { return !(one >= 0 && one <= 1); });
  if (wrong != fractions.end()) {
    throw FileError(fmt::format("one of the {} is {}, not 0 to 1", what, *wrong));
  }
}

/// Some writers fill one triangle of a square table and leave 0 in the other, others leave the other out.
struct PairFractions {
  std::size_t modules;
  std::vector<float> values;  ///< as recon::AliveFractions has them, or not_stated

  explicit PairFractions(std::size_t num_modules)
      : modules(num_modules), values(num_modules * (num_modules + 1) / 2, not_stated) {}

  void state(std::size_t a, std::size_t b, float fraction) {
    const std::size_t high = std::max(a, b);
    float& value = values[high * (high + 1) / 2 + std::min(a, b)];
    value = std::max(value, fraction);
  }
};

/// Modules of a type, as numbered over all types.
struct Modules {
  std::size_t first;
  std::size_t count;
};

std::vector<Modules> modules_of(const recon::Scanner& scanner) {
  std::vector<Modules> modules;
  std::size_t first = 0;
  for (const recon::ModuleType& type : scanner.module_types) {
    modules.push_back({first, type.num_modules});
    first += type.num_modules;
  }
  return modules;
}

constexpr const char* pairs = "alive fractions of module pairs";

void read_row(const std::vector<float>& row, std::size_t a, const Modules& columns, PairFractions& fractions) {
  check(row, std::min(row.size(), columns.count), pairs);
  for (std::size_t b = 0; b < row.size(); ++b) {
    fractions.state(a, columns.first + b, row[b]);
  }
}

/// A full table of numbers (models before v0.10), or an array with one matrix of rows, which may be a triangle.
void read_table(const YardlValue& value, const Modules& rows, const Modules& columns, PairFractions& fractions) {
  if (value.size() == 0) {
    return;
  }
  const auto* list = std::get_if<YardlValue::List>(&value.data());
  if (list == nullptr) {
    const std::vector<float> numbers = value.floats(pairs);
    check(numbers, rows.count * columns.count, pairs);
    for (std::size_t a = 0; a < rows.count; ++a) {
      const auto begin = numbers.begin() + static_cast<std::ptrdiff_t>(a * columns.count);
      read_row({begin, begin + static_cast<std::ptrdiff_t>(columns.count)}, rows.first + a, columns, fractions);
    }
    return;
  }
  const YardlValue::List& matrix = list->front().list(pairs);
  if (list->size() > 1 || matrix.size() > rows.count) {
    throw FileError(fmt::format("{} in {} tables, the first of {} rows for {} modules", pairs, list->size(),
                                matrix.size(), rows.count));
  }
  for (std::size_t a = 0; a < matrix.size(); ++a) {
    read_row(matrix[a].floats(pairs), rows.first + a, columns, fractions);
  }
}

void check_size(std::size_t size, std::size_t expected, const char* what) {
  if (size != 0 && size != expected) {
    throw InputError(fmt::format("dead time states {} {}, and the scanner has {}", size, what, expected));
  }
}

/// A list of one table: rows of a triangle within a type of module, else of a rectangle.
void put_table(const std::vector<float>& fractions, const Modules& rows, const Modules& columns, YardlBytes& bytes) {
  bytes.varint(1);  // dimensions
  bytes.varint(1);
  bytes.varint(rows.count);
  for (std::size_t a = rows.first; a < rows.first + rows.count; ++a) {
    const std::size_t count = rows.first == columns.first ? a - rows.first + 1 : columns.count;
    bytes.varint(count);
    bytes.reals(std::span(fractions).subspan(a * (a + 1) / 2 + columns.first, count));
  }
}

}  // namespace

recon::AliveFractions read_alive_fractions(const YardlValue& value, const recon::Scanner& scanner) {
  const std::size_t num_types = scanner.module_types.size();
  recon::AliveFractions result;
  result.bin.resize(num_types);
  if (const YardlValue* singles = value.find("singlesAliveTimeFractions")) {
    const YardlValue::List& by_type = singles->list("singlesAliveTimeFractions");
    for (std::size_t type = 0; type < std::min(by_type.size(), num_types); ++type) {
      std::vector<float> fractions = by_type[type].floats("singlesAliveTimeFractions");
      const recon::ModuleType& of = scanner.module_types[type];
      if (!fractions.empty()) {
        check(fractions, std::size_t{of.num_crystals()} * of.num_energy_windows(), "alive fractions of detection bins");
        result.bin[type] = std::move(fractions);
      }
    }
  }
  const YardlValue* tables = value.find_any({"modulePairAliveTimeFractions", "moduleCoincidenceAliveTimeFractions"});
  if (tables == nullptr) {
    return result;
  }
  const std::vector<Modules> modules = modules_of(scanner);
  PairFractions fractions(scanner.num_modules());
  const YardlValue::List& rows = tables->list(pairs);
  for (std::size_t a = 0; a < std::min(rows.size(), num_types); ++a) {
    const YardlValue::List& columns = rows[a].list(pairs);
    for (std::size_t b = 0; b < std::min(columns.size(), num_types); ++b) {
      read_table(columns[b], modules[a], modules[b], fractions);
    }
  }
  if (std::ranges::any_of(fractions.values, [](float one) { return one != not_stated; })) {
    std::ranges::replace(fractions.values, not_stated, 1.0F);
    result.module_pair = std::move(fractions.values);
  }
  return result;
}

void put_alive_fractions(const recon::AliveFractions& alive, const recon::Scanner& scanner, YardlBytes& bytes) {
  const std::vector<Modules> modules = modules_of(scanner);
  check_size(alive.module_pair.size(), scanner.num_modules() * (scanner.num_modules() + 1) / 2, pairs);
  check_size(alive.bin.size(), modules.size(), "types of modules");
  bytes.varint(alive.bin.size());
  for (std::size_t type = 0; type < alive.bin.size(); ++type) {
    const recon::ModuleType& of = scanner.module_types[type];
    check_size(alive.bin[type].size(), std::size_t{of.num_crystals()} * of.num_energy_windows(), "detection bins");
    bytes.varint(alive.bin[type].size());
    bytes.reals(alive.bin[type]);
  }
  const std::size_t rows = alive.module_pair.empty() ? 0 : modules.size();
  bytes.varint(rows);
  for (std::size_t a = 0; a < rows; ++a) {
    bytes.varint(a + 1);
    for (std::size_t b = 0; b <= a; ++b) {
      put_table(alive.module_pair, modules[a], modules[b], bytes);
    }
  }
}

}  // namespace coincide::io
