#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coincide::io {

enum class YardlKind {
  boolean,
  int8,
  uint8,
  int16,
  uint16,
  int32,
  uint32,
  int64,
  uint64,
  float32,
  float64,
  complex32,
  complex64,
  text,
  date,
  time,
  datetime,
  enumeration,  ///< and flags
  record,
  choice,  ///< yardl's union; an optional T? is the choice of null and T
  vector,
  array,
  map,
  stream,
};

struct YardlType;

/// A field of a record, or a case of a choice (`type` null: the null case).
struct YardlField {
  std::string name;
  const YardlType* type = nullptr;
};

struct YardlSymbol {
  std::string name;
  std::int64_t value = 0;
};

/// A type of the schema with aliases followed and type parameters replaced. Lives as long as its YardlSchema.
struct YardlType {
  YardlKind kind = YardlKind::boolean;
  std::string name{};                     ///< of a record or enumeration, without the namespace
  std::vector<YardlField> fields{};       ///< of a record or choice, in file order
  std::vector<YardlSymbol> symbols{};     ///< of an enumeration
  const YardlType* items = nullptr;       ///< of a vector, array, stream; values of a map; base of an enumeration
  const YardlType* keys = nullptr;        ///< of a map
  std::optional<std::uint64_t> length{};  ///< of a vector that has a fixed one
  int dimensions = -1;                    ///< of an array; -1: stated in the data
  std::vector<std::uint64_t> lengths{};   ///< of an array with all of them fixed, else empty
  std::uint64_t min_bytes = 1;            ///< least size in the binary container, >= 1; saturates
  int depth = 1;                          ///< levels of types inside each other, this one included

  /// The field, or null.
  const YardlType* field(std::string_view field_name) const;
  bool is_optional() const;
  /// The T of an optional T?, any other type itself.
  const YardlType& without_optional() const;
  /// Number of elements of a vector or array whose size the schema fixes.
  std::optional<std::uint64_t> fixed_count() const;
};

/// The JSON schema that a yardl file carries, compiled once. Section 1.1 of the yardl binary format;
/// https://microsoft.github.io/yardl/reference/binary.html
class YardlSchema {
 public:
  /// Throws FileError: no JSON, no protocol, an unknown or recursive type.
  explicit YardlSchema(std::string_view json);
  YardlSchema(YardlSchema&&) = default;
  YardlSchema(const YardlSchema&) = delete;

  const std::string& protocol() const { return protocol_; }
  /// Of the protocol. Throws FileError if there is no such step.
  const YardlType& step(std::string_view name) const;

 private:
  friend class YardlSchemaCompiler;
  std::string protocol_;
  std::vector<YardlField> steps_;
  std::deque<YardlType> types_;
};

}  // namespace coincide::io
