#include "io/settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <sstream>
#include <type_traits>

#include "projectors/error.h"

namespace coincide::io {
namespace {

std::string quoted(const std::string& text) {
  std::ostringstream out;
  const toml::value<std::string> value(text);
  out << toml::toml_formatter(value, toml::toml_formatter::default_flags & ~toml::format_flags::allow_literal_strings);
  return out.str();
}

std::string number_text(double value) { return fmt::format("{}", value); }

/// Edits (insert, remove, replace a letter) from one word to another. V. I. Levenshtein, 1966.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string_view last_part(std::string_view key) { return key.substr(key.rfind('.') + 1); }

/// A key typed without its section ("iterations") is as near as one with a typo.
std::size_t key_distance(std::string_view typed, std::string_view key) {
  return std::min(edit_distance(typed, key), edit_distance(last_part(typed), last_part(key)) + 1);
}

/// Without the last part; empty without a dot.
std::string_view section_of(std::string_view key) { return key.substr(0, key.size() - last_part(key).size()); }

/// A name that shares less than half of its letters is no help; what there is in the same section is.
[[noreturn]] void refuse_unknown(std::span<const Setting> settings, std::string_view key, std::string_view nearest) {
  if (2 * key_distance(key, nearest) <= std::max(last_part(key).size(), last_part(nearest).size())) {
    throw InputError(fmt::format("there is no setting \"{}\". Did you mean \"{}\"?", key, nearest));
  }
  std::vector<std::string_view> beside;
  std::vector<std::string_view> first;  // settings before the first section
  std::set<std::string_view> sections;
  for (const Setting& setting : settings) {
    const std::string_view section = section_of(setting.key);
    if (section.empty()) {
      first.push_back(setting.key);
    } else {
      sections.insert(section.substr(0, section.size() - 1));
    }
    if (section == section_of(key)) {
      beside.push_back(last_part(setting.key));
    }
  }
  if (beside.empty() && !sections.empty()) {
    throw InputError(fmt::format("there is no setting \"{}\". Sections are: {}.", key, fmt::join(sections, ", ")));
  }
  throw InputError(fmt::format("there is no setting \"{}\". Beside it there are: {}.", key,
                               fmt::join(beside.empty() ? first : beside, ", ")));
}

std::string range_text(const Setting& setting, std::string_view kind) {
  const std::string unit = setting.unit.empty() ? "" : " " + setting.unit;
  if (std::isinf(setting.least) && std::isinf(setting.most)) {
    return std::string(kind);
  }
  if (std::isinf(setting.most)) {
    return fmt::format("{}, at least {}{}", kind, setting.least, unit);
  }
  return fmt::format("{} from {} to {}{}", kind, setting.least, setting.most, unit);
}

/// `key`: the name that was typed.
[[noreturn]] void refuse(const std::string& where, const std::string& key, const Setting& setting,
                         const std::string& value) {
  throw InputError(where + ": " +
                   fmt::format("{} = {} is not possible. Allowed: {}.", key, value, allowed_text(setting)));
}

std::string node_text(const toml::node& node) {
  std::ostringstream out;
  out << toml::toml_formatter(node, toml::toml_formatter::default_flags & ~toml::format_flags::allow_literal_strings);
  return out.str();
}

/// Numbers of the file as T: a whole number may stand for a real one, but not the other way round.
template <class T>
bool read_number(const Setting& setting, const toml::node& node, T& value) {
  if (std::is_integral_v<T> && !node.is_integer()) {
    return false;
  }
  const auto read = node.is_number() ? node.value<T>() : std::nullopt;
  const double number = read ? static_cast<double>(*read) : std::numeric_limits<double>::quiet_NaN();
  if (!std::isfinite(number) || number < setting.least || number > setting.most) {
    return false;
  }
  value = *read;
  return true;
}

bool read_field(const Setting&, const toml::node& node, bool* field) {
  if (const auto* value = node.as_boolean()) {
    *field = value->get();
    return true;
  }
  return false;
}

template <class T>
requires std::is_arithmetic_v<T>
bool read_field(const Setting& setting, const toml::node& node, T* field) { return read_number(setting, node, *field); }

template <class T>
bool read_field(const Setting& setting, const toml::node& node, std::array<T, 3>* field) {
  const toml::array* list = node.as_array();
  if (list == nullptr || list->size() != 3) {
    return false;
  }
  std::array<T, 3> values{};
  for (std::size_t i = 0; i < 3; ++i) {
    if (!read_number(setting, *list->get(i), values[i])) {
      return false;
    }
  }
  *field = values;
  return true;
}

template <class T>
requires std::is_same_v<T, std::string> || std::is_same_v<T, std::filesystem::path>
bool read_field(const Setting&, const toml::node& node, T* field) {
  if (const auto* value = node.as_string()) {
    *field = value->get();
    return true;
  }
  return false;
}

bool read_field(const Setting& setting, const toml::node& node, const WordField& field) {
  const auto* value = node.as_string();
  const auto word = value == nullptr ? setting.words.end() : std::ranges::find(setting.words, value->get());
  if (word == setting.words.end()) {
    return false;
  }
  field.set(static_cast<std::size_t>(word - setting.words.begin()));
  return true;
}

void read_node(const std::string& key, const Setting& setting, const toml::node& node, const std::string& where) {
  if (!std::visit([&](const auto& field) { return read_field(setting, node, field); }, setting.field)) {
    refuse(where, key, setting, node_text(node));
  }
}

/// `keys`: by setting, the name that it was found under so far.
void read_table(std::span<Setting> settings, const toml::table& table, const std::string& prefix,
                const std::string& source, std::map<std::size_t, std::string>& keys) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    const std::string where = fmt::format("{}, line {}", source, node.source().begin.line);
    if (const toml::table* inner = node.as_table()) {
      const bool known = std::ranges::any_of(settings, [&](const Setting& s) { return s.key.starts_with(key + "."); });
      if (!known && inner->empty()) {
        throw InputError(fmt::format("{}: there is no section [{}].", where, key));
      }
      read_table(settings, *inner, key + ".", source, keys);
      continue;
    }
    try {
      const std::size_t index = find_setting(settings, key);
      if (const auto [first, is_new] = keys.emplace(index, key); !is_new) {
        throw InputError(
            fmt::format("{}: {} is another name of {}, which is set, too. Leave one out.", where, key, first->second));
      }
      read_node(key, settings[index], node, where);
    } catch (InputError& error) {
      if (!std::string_view(error.what()).starts_with(where)) {
        error.prepend(where);
      }
      throw;
    }
  }
}

toml::table parse(const std::string& text, const std::string& source) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    throw InputError(
        fmt::format("{}, line {}: this is not TOML: {}", source, error.source().begin.line, error.description()));
  }
}

/// The value of an assignment as a TOML text.
std::string as_toml(const Setting& setting, const std::string& value) {
  const bool is_text = std::holds_alternative<std::string*>(setting.field) ||
                       std::holds_alternative<std::filesystem::path*>(setting.field) ||
                       std::holds_alternative<WordField>(setting.field);
  const bool is_list = std::holds_alternative<std::array<double, 3>*>(setting.field) ||
                       std::holds_alternative<std::array<std::int64_t, 3>*>(setting.field);
  if (is_text && !value.starts_with('"')) {
    return quoted(value);
  }
  return is_list && !value.starts_with('[') ? fmt::format("[{}]", value) : value;
}

}  // namespace

std::string value_text(const Setting& setting) {
  struct Text {
    const Setting& setting;
    std::string operator()(const bool* v) const { return *v ? "true" : "false"; }
    std::string operator()(const std::int64_t* v) const { return fmt::format("{}", *v); }
    std::string operator()(const double* v) const { return number_text(*v); }
    std::string operator()(const std::string* v) const { return quoted(*v); }
    std::string operator()(const std::filesystem::path* v) const { return quoted(v->string()); }
    std::string operator()(const std::array<std::int64_t, 3>* v) const {
      return fmt::format("[{}]", fmt::join(*v, ", "));
    }
    std::string operator()(const std::array<double, 3>* v) const { return fmt::format("[{}]", fmt::join(*v, ", ")); }
    std::string operator()(const WordField& v) const { return quoted(setting.words[v.get()]); }
  };
  return std::visit(Text{setting}, setting.field);
}

std::string allowed_text(const Setting& setting) {
  struct Text {
    const Setting& setting;
    std::string operator()(const bool*) const { return "true or false"; }
    std::string operator()(const std::int64_t*) const { return range_text(setting, "a whole number"); }
    std::string operator()(const double*) const { return range_text(setting, "a number"); }
    std::string operator()(const std::string*) const { return "a text in quotes"; }
    std::string operator()(const std::filesystem::path*) const { return "a path in quotes"; }
    std::string operator()(const std::array<std::int64_t, 3>*) const {
      return range_text(setting, "three whole numbers [x, y, z], each");
    }
    std::string operator()(const std::array<double, 3>*) const {
      return range_text(setting, "three numbers [x, y, z], each");
    }
    std::string operator()(const WordField&) const {
      return fmt::format("one of \"{}\"", fmt::join(setting.words, "\", \""));
    }
  };
  return std::visit(Text{setting}, setting.field);
}

std::size_t find_setting(std::span<const Setting> settings, std::string_view key) {
  const auto found = std::ranges::find_if(settings, [key](const Setting& setting) {
    return setting.key == key || (!key.empty() && setting.other_name == key);
  });
  if (found != settings.end()) {
    return static_cast<std::size_t>(found - settings.begin());
  }
  std::string_view nearest;
  const auto consider = [&](std::string_view name) {
    if (!name.empty() && (nearest.empty() || key_distance(key, name) < key_distance(key, nearest))) {
      nearest = name;
    }
  };
  for (const Setting& setting : settings) {
    consider(setting.key);
    consider(setting.other_name);
  }
  refuse_unknown(settings, key, nearest);
}

void read_settings(std::span<Setting> settings, const std::string& toml, const std::string& source) {
  std::map<std::size_t, std::string> keys;
  read_table(settings, parse(toml, source), "", source, keys);
}

std::size_t assign_setting(std::span<Setting> settings, std::string_view assignment) {
  const std::string where = fmt::format("--set {}", assignment);
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos) {
    throw InputError(where + ": write it as key=value, for example --set stop.passes=4.");
  }
  return assign_setting(settings, std::string(assignment.substr(0, equals)), std::string(assignment.substr(equals + 1)),
                        where);
}

std::size_t assign_setting(std::span<Setting> settings, const std::string& key, const std::string& value,
                           const std::string& where) {
  try {
    const std::size_t index = find_setting(settings, key);
    const Setting& setting = settings[index];
    // What is not TOML at all is as wrong as a value of another type.
    toml::table table;
    try {
      table = toml::parse("value = " + as_toml(setting, value));
    } catch (const toml::parse_error&) {
      refuse(where, key, setting, value);
    }
    read_node(key, setting, *table.get("value"), where);
    return index;
  } catch (InputError& error) {
    if (!std::string_view(error.what()).starts_with(where)) {
      error.prepend(where);
    }
    throw;
  }
}

}  // namespace coincide::io
