#pragma once

#include <string>
#include <vector>

namespace coincide::io {

/// A transform as ITK keeps any: its kind and two lists of numbers.
struct ItkParameters {
  std::string type;  ///< "AffineTransform_double_3_3"
  std::vector<double> moving, fixed;
};

}  // namespace coincide::io
