#pragma once

#include <string>
#include <vector>

#include "recon/data/image_series.h"

namespace coincide::io {

/// What was found in the files of a series.
struct ReadSeries {
  recon::ImageSeries series;
  std::vector<std::string> warnings;  ///< sentences: what the files do not say
};

}  // namespace coincide::io
