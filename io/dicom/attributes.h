#pragma once

#include <gdcmDataSet.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/dicom/tags.h"

namespace coincide::io::dicom {

/// Attributes to be written, in GDCM's form. Their kinds of values (VR) are those of its dictionary.
class Attributes {
 public:
  /// Backslashes and what a short text has no room for are left out.
  void put_text(const Tag& tag, std::string_view text);
  /// Several, with backslashes between.
  void put_texts(const Tag& tag, const std::vector<std::string>& texts);
  /// Decimal strings.
  void put_numbers(const Tag& tag, std::span<const double> numbers);
  void put_number(const Tag& tag, double number) { put_numbers(tag, {&number, 1}); }
  void put_whole(const Tag& tag, std::int64_t number);
  /// A sequence with these items; it may have none.
  void put_items(const Tag& tag, const std::vector<Attributes>& items);
  void put_pixels(std::span<const std::int16_t> numbers);

  const gdcm::DataSet& data() const { return data_; }

 private:
  void put_bytes(const Tag& tag, std::string bytes);

  gdcm::DataSet data_;
};

}  // namespace coincide::io::dicom
