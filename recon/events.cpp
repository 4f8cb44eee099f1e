#include "recon/events.h"

namespace coincide::recon {

void EventBlock::clear() {
  crystal_a.clear();
  crystal_b.clear();
  tof_bin.clear();
  time_ms.clear();
  delayed.clear();
  window_a.clear();
  window_b.clear();
  time_blocks.clear();
  movements.clear();
}

}  // namespace coincide::recon
