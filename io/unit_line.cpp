#include "io/unit_line.h"

#include <algorithm>

namespace coincide::io {

std::string unit_line(const recon::ImageSeries& series, std::size_t most_letters) {
  const std::string unit = " [" + series.unit + "]";
  return series.description.substr(0, most_letters - std::min(most_letters, unit.size())) + unit;
}

void read_unit_line(const std::string& line, recon::ImageSeries& series) {
  const std::size_t open = line.rfind(" [");
  if (open == std::string::npos || !line.ends_with(']')) {
    series.description = line;
    return;
  }
  series.description = line.substr(0, open);
  series.unit = line.substr(open + 2, line.size() - open - 3);
}

}  // namespace coincide::io
