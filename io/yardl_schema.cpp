#include "io/yardl_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "io/json_number.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

using Json = nlohmann::json;

// Real schemas have some 100 types, nested 15 deep; a damaged or hostile one must not exhaust memory or the stack.
constexpr std::size_t max_types = 20000;
constexpr int max_depth = 100;

const std::map<std::string, YardlKind, std::less<>> primitives = {{"bool", YardlKind::boolean},
                                                                  {"int8", YardlKind::int8},
                                                                  {"uint8", YardlKind::uint8},
                                                                  {"int16", YardlKind::int16},
                                                                  {"uint16", YardlKind::uint16},
                                                                  {"int32", YardlKind::int32},
                                                                  {"uint32", YardlKind::uint32},
                                                                  {"int64", YardlKind::int64},
                                                                  {"uint64", YardlKind::uint64},
                                                                  {"size", YardlKind::uint64},
                                                                  {"float32", YardlKind::float32},
                                                                  {"float64", YardlKind::float64},
                                                                  {"complexfloat32", YardlKind::complex32},
                                                                  {"complexfloat64", YardlKind::complex64},
                                                                  {"string", YardlKind::text},
                                                                  {"date", YardlKind::date},
                                                                  {"time", YardlKind::time},
                                                                  {"datetime", YardlKind::datetime}};

std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b) {
  return a > std::numeric_limits<std::uint64_t>::max() - b ? std::numeric_limits<std::uint64_t>::max() : a + b;
}

std::uint64_t saturating_multiply(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<std::uint64_t>::max() : product;
}

std::uint64_t primitive_bytes(YardlKind kind) {
  switch (kind) {
    case YardlKind::float32:
      return 4;
    case YardlKind::float64:
    case YardlKind::complex32:
      return 8;
    case YardlKind::complex64:
      return 16;
    default:
      return 1;
  }
}

/// Never 0, so that a count of elements can always be held against the bytes that are left.
std::uint64_t least_bytes(const YardlType& type) {
  std::uint64_t bytes = 0;
  switch (type.kind) {
    case YardlKind::record:
      for (const YardlField& field : type.fields) {
        bytes = saturating_add(bytes, field.type->min_bytes);
      }
      break;
    case YardlKind::vector:
    case YardlKind::array:
      if (const auto count = type.fixed_count()) {
        bytes = saturating_multiply(*count, type.items->min_bytes);
      }
      break;
    default:
      bytes = primitive_bytes(type.kind);
  }
  return std::max<std::uint64_t>(bytes, 1);
}

}  // namespace

const YardlType* YardlType::field(std::string_view field_name) const {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const YardlField& field) { return field.name == field_name; });
  return found == fields.end() ? nullptr : found->type;
}

bool YardlType::is_optional() const {
  return kind == YardlKind::choice && fields.size() == 2 && fields[0].type == nullptr;
}

const YardlType& YardlType::without_optional() const { return is_optional() ? *fields[1].type : *this; }

std::optional<std::uint64_t> YardlType::fixed_count() const {
  if (kind == YardlKind::vector) {
    return length;
  }
  if (kind != YardlKind::array || lengths.empty()) {
    return std::nullopt;
  }
  std::uint64_t count = 1;
  for (const std::uint64_t n : lengths) {
    count = saturating_multiply(count, n);
  }
  return count;
}

/// Replaces names by what they stand for. One type of the schema with one list of arguments is compiled once.
class YardlSchemaCompiler {
 public:
  YardlSchemaCompiler(const Json& json, YardlSchema& schema) : schema_(schema) {
    for (const Json& type : json.at("types")) {
      named_.emplace(type.at("name").get<std::string>(), &type);
    }
    const Json& protocol = json.at("protocol");
    schema_.protocol_ = protocol.at("name").get<std::string>();
    for (const Json& step : protocol.at("sequence")) {
      schema_.steps_.push_back({step.at("name").get<std::string>(), reference(step.at("type"), {})});
    }
  }

 private:
  using Scope = std::map<std::string, const YardlType*, std::less<>>;

  const YardlType* add(YardlType type) {
    if (schema_.types_.size() >= max_types) {
      throw FileError("The schema in the file has too many types.");
    }
    type.min_bytes = least_bytes(type);
    for (const YardlField& field : type.fields) {
      type.depth = std::max(type.depth, field.type ? field.type->depth + 1 : 1);
    }
    for (const YardlType* part : {type.items, type.keys}) {
      type.depth = std::max(type.depth, part ? part->depth + 1 : 1);
    }
    check_depth(type.depth);
    return &schema_.types_.emplace_back(std::move(type));
  }

  static void check_depth(int depth) {
    if (depth > max_depth) {
      throw FileError("The types in the file's schema are nested too deeply.");
    }
  }

  const YardlType* reference(const Json& json, const Scope& scope) {
    check_depth(++depth_);
    const YardlType* type = nullptr;
    if (json.is_string()) {
      type = by_name(json.get<std::string>(), {}, scope);
    } else if (json.is_array()) {
      type = choice(json, scope);
    } else if (json.contains("typeArguments")) {
      std::vector<const YardlType*> arguments;
      for (const Json& argument : json.at("typeArguments")) {
        arguments.push_back(reference(argument, scope));
      }
      type = by_name(json.at("name").get<std::string>(), arguments, scope);
    } else {
      type = collection(json, scope);
    }
    --depth_;
    return type;
  }

  const YardlType* by_name(const std::string& name, const std::vector<const YardlType*>& arguments,
                           const Scope& scope) {
    const std::size_t dot = name.rfind('.');
    if (dot != std::string::npos) {
      return named(name.substr(dot + 1), arguments);
    }
    if (const auto parameter = scope.find(name); parameter != scope.end()) {
      return parameter->second;
    }
    if (const auto primitive = primitives.find(name); primitive != primitives.end()) {
      YardlType type;
      type.kind = primitive->second;
      return add(type);
    }
    return named(name, arguments);
  }

  const YardlType* named(const std::string& name, const std::vector<const YardlType*>& arguments) {
    const auto found = named_.find(name);
    if (found == named_.end()) {
      throw FileError(fmt::format("The schema in the file uses the type '{}' but does not define it.", name));
    }
    const Key key{name, arguments};
    if (const auto done = compiled_.find(key); done != compiled_.end()) {
      return done->second;
    }
    if (!in_progress_.insert(key).second) {
      throw FileError(fmt::format("The type '{}' in the file's schema contains itself.", name));
    }
    const YardlType* type = define(name, *found->second, arguments);
    in_progress_.erase(key);
    compiled_.emplace(key, type);
    return type;
  }

  const YardlType* define(const std::string& name, const Json& json, const std::vector<const YardlType*>& arguments) {
    Scope scope;
    if (json.contains("typeParameters")) {
      const Json& parameters = json.at("typeParameters");
      if (parameters.size() != arguments.size()) {
        throw FileError(fmt::format("The type '{}' in the file's schema takes {} type arguments, not {}.", name,
                                    parameters.size(), arguments.size()));
      }
      for (std::size_t i = 0; i < arguments.size(); ++i) {
        scope.emplace(parameters[i].get<std::string>(), arguments[i]);
      }
    }
    if (json.contains("fields")) {
      YardlType type{.kind = YardlKind::record, .name = name};
      for (const Json& field : json.at("fields")) {
        type.fields.push_back({field.at("name").get<std::string>(), reference(field.at("type"), scope)});
      }
      return add(std::move(type));
    }
    if (json.contains("values")) {
      YardlType type{.kind = YardlKind::enumeration, .name = name};
      type.items = reference(json.contains("base") ? json.at("base") : Json("int32"), {});
      for (const Json& value : json.at("values")) {
        type.symbols.push_back({value.at("symbol").get<std::string>(), whole_number<std::int64_t>(value.at("value"))});
      }
      return add(std::move(type));
    }
    return reference(json.at("type"), scope);
  }

  const YardlType* choice(const Json& json, const Scope& scope) {
    YardlType type{.kind = YardlKind::choice};
    for (const Json& item : json) {
      if (item.is_null()) {
        type.fields.push_back({"", nullptr});
      } else if (item.is_object() && (item.contains("tag") || item.contains("label"))) {
        const char* tag = item.contains("tag") ? "tag" : "label";
        type.fields.push_back({item.at(tag).get<std::string>(), reference(item.at("type"), scope)});
      } else {
        type.fields.push_back({item.is_string() ? item.get<std::string>() : "value", reference(item, scope)});
      }
    }
    const bool only_null = std::all_of(type.fields.begin(), type.fields.end(), [](auto& f) { return !f.type; });
    if (only_null) {
      throw FileError("The schema in the file has a union without cases.");
    }
    return add(std::move(type));
  }

  const YardlType* collection(const Json& json, const Scope& scope) {
    YardlType type;
    if (json.contains("vector")) {
      const Json& vector = json.at("vector");
      type.kind = YardlKind::vector;
      type.items = reference(vector.at("items"), scope);
      if (vector.contains("length")) {
        type.length = whole_number<std::uint64_t>(vector.at("length"));
      }
    } else if (json.contains("array")) {
      const Json& array = json.at("array");
      type.kind = YardlKind::array;
      type.items = reference(array.at("items"), scope);
      if (array.contains("dimensions") && !array.at("dimensions").is_null()) {
        set_dimensions(array.at("dimensions"), type);
      }
    } else if (json.contains("map")) {
      type.kind = YardlKind::map;
      type.keys = reference(json.at("map").at("keys"), scope);
      type.items = reference(json.at("map").at("values"), scope);
    } else {
      type.kind = YardlKind::stream;
      type.items = reference(json.at("stream").at("items"), scope);
    }
    return add(std::move(type));
  }

  static void set_dimensions(const Json& json, YardlType& type) {
    if (json.is_number()) {
      type.dimensions = whole_number<int>(json);
    } else {
      type.dimensions = static_cast<int>(json.size());
      for (const Json& dimension : json) {
        if (dimension.is_object() && dimension.contains("length")) {
          type.lengths.push_back(whole_number<std::uint64_t>(dimension.at("length")));
        }
      }
      if (type.lengths.size() != json.size()) {
        type.lengths.clear();
      }
    }
    if (type.dimensions < 1 || type.dimensions > 32) {
      throw FileError(fmt::format("The schema in the file has an array of {} dimensions.", type.dimensions));
    }
  }

  using Key = std::pair<std::string, std::vector<const YardlType*>>;
  YardlSchema& schema_;
  std::map<std::string, const Json*, std::less<>> named_;
  std::map<Key, const YardlType*> compiled_;
  std::set<Key> in_progress_;
  int depth_ = 0;
};

YardlSchema::YardlSchema(std::string_view json) {
  try {
    YardlSchemaCompiler(Json::parse(json), *this);
  } catch (const Json::exception& error) {
    const auto* syntax = dynamic_cast<const Json::parse_error*>(&error);
    throw FileError(fmt::format("The schema in the file cannot be understood: {}; the file is damaged.",
                                syntax != nullptr ? fmt::format("at its byte {} it is no JSON", syntax->byte)
                                                  : "a part of it is missing or of another kind"));
  }
}

const YardlType& YardlSchema::step(std::string_view name) const {
  const auto found =
      std::find_if(steps_.begin(), steps_.end(), [&](const YardlField& step) { return step.name == name; });
  if (found == steps_.end()) {
    throw FileError(fmt::format("The protocol {} of the file has no step '{}'.", protocol_, name));
  }
  return *found->type;
}

}  // namespace coincide::io
