#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "io/yardl_schema.h"

namespace coincide::io {

/// A decoded value of any yardl type; both containers give the same. Meant for headers and other small things, but
/// numbers in vectors and arrays are packed, so that 10^7 of them are cheap.
class YardlValue {
 public:
  struct Record {
    const YardlType* type = nullptr;  ///< for the field names
    std::vector<YardlValue> values;   ///< by field
  };
  struct Choice {
    std::string tag;
    std::unique_ptr<YardlValue> value;
  };
  struct Symbol {
    std::string name;  ///< empty if the schema does not know the value
    std::int64_t value = 0;
  };
  using List = std::vector<YardlValue>;  ///< also of a map: pairs of key and value
  using Floats = std::vector<float>;
  using Doubles = std::vector<double>;
  using Integers = std::vector<std::int64_t>;
  using Naturals = std::vector<std::uint64_t>;
  /// monostate: null. Dates and times are int64 (days or ns); complex numbers are Doubles of two.
  using Data = std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, Symbol, Record,
                            Choice, List, Floats, Doubles, Integers, Naturals>;

  YardlValue() = default;
  explicit YardlValue(Data data) : data_(std::move(data)) {}

  const Data& data() const { return data_; }
  Data& data() { return data_; }

  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  /// Number of elements of a vector or array of anything; 0 for other values.
  std::size_t size() const;

  /// The field of a record by name, or null if this is no record, has no such field, or the field is null.
  const YardlValue* find(std::string_view field) const;
  /// The first of the fields that is there; null if none is.
  const YardlValue* find_any(std::initializer_list<std::string_view> fields) const;

  // The following throw FileError if the value is of another kind; `what` names it in the message.
  const YardlValue& at(std::string_view field) const;
  const List& list(std::string_view what) const;
  double number(std::string_view what) const;
  std::uint64_t natural(std::string_view what) const;
  const std::string& text(std::string_view what) const;
  const std::string& symbol(std::string_view what) const;
  std::vector<float> floats(std::string_view what) const;  ///< of packed numbers of any type
  std::vector<std::int32_t> integers(std::string_view what) const;

 private:
  Data data_;
};

/// The symbol of `type`, an enumeration, that has the value.
YardlValue::Symbol find_symbol(const YardlType& type, std::int64_t value);

}  // namespace coincide::io
