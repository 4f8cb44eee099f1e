#pragma once

#include <vector>

#include "recon/listmode_data.h"
#include "recon/model.h"

namespace coincide::recon {

/// A time block, and in which part of it detectors were alive, relative to the frame's mean.
struct LiveBlock {
  TimeInterval time;
  double live = 1;
};

/// Those of data loaded to move, ascending. A block that states no length lasts until the next. `live` is the mean,
/// over the prompts' LORs, of the model's live time then over that of the frame; 1 where none is stated.
std::vector<LiveBlock> live_blocks(ListmodeData& data, const MultiplicativeModel& model);

}  // namespace coincide::recon
