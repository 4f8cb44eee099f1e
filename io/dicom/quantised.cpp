#include "io/dicom/quantised.h"

#include <algorithm>
#include <cmath>

#include "io/dicom/decimal_string.h"
#include "projectors/error.h"

namespace coincide::io::dicom {

QuantisedPlane quantised(std::span<const float> values) {
  constexpr double largest = 32767;
  constexpr double as_good_as_0 = 1e-30;
  double most = 0;
  for (const float value : values) {
    if (!std::isfinite(value)) {
      throw InputError("the image holds values that are not finite, which DICOM cannot say");
    }
    most = std::max(most, std::abs(double{value}));
  }
  QuantisedPlane plane{.slope = most > as_good_as_0 ? decimal_string_above(most / largest) : "1", .numbers = {}};
  const double slope = *parse_decimal(plane.slope);
  plane.numbers.reserve(values.size());
  for (const float value : values) {
    plane.numbers.push_back(static_cast<std::int16_t>(std::lround(value / slope)));
  }
  return plane;
}

}  // namespace coincide::io::dicom
