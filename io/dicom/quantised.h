#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace coincide::io::dicom {

/// A plane in whole numbers of 16 bits: value = number * slope, to half a slope.
struct QuantisedPlane {
  std::string slope;  ///< as it is written, which the numbers are made from
  std::vector<std::int16_t> numbers;
};

/// Throws InputError for values that are not finite.
QuantisedPlane quantised(std::span<const float> values);

}  // namespace coincide::io::dicom
