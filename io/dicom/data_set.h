#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/dicom/tags.h"

namespace coincide::io::dicom {

/// Attributes by tag, as a file or an item of a sequence holds them. Those that are missing or empty read as nothing.
class DataSet {
 public:
  struct Element {
    std::string bytes;           ///< in the file's byte order; empty for values too long for any that are asked for
    std::vector<DataSet> items;  ///< of a sequence
  };

  explicit DataSet(bool big_endian = false) : big_endian_(big_endian) {}

  Element& element(std::uint32_t number) { return elements_[number]; }
  const std::map<std::uint32_t, Element>& elements() const { return elements_; }
  bool has(const Tag& tag) const;

  /// Without the blanks around it.
  std::string text(const Tag& tag) const;
  /// Those between backslashes.
  std::vector<std::string> texts(const Tag& tag) const;
  /// The items of a sequence.
  const std::vector<DataSet>& items(const Tag& tag) const;
  /// Throws FileError, with the attribute and its value, where there is text but no number.
  std::vector<double> numbers(const Tag& tag) const;
  /// The first of them.
  std::optional<double> number(const Tag& tag) const;

 private:
  const Element* find(const Tag& tag) const;
  std::vector<double> binary_numbers(const Tag& tag, const std::string& bytes) const;

  std::map<std::uint32_t, Element> elements_;
  bool big_endian_;
};

/// "Rows (0028,0010)"
std::string title(const Tag& tag);

}  // namespace coincide::io::dicom
