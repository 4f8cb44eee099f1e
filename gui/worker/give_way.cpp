#include "gui/worker/give_way.h"

#ifdef __linux__
#include <sys/resource.h>
#include <unistd.h>
#endif

namespace coincide::gui {

void give_way_to_window() {
#ifdef __linux__
  constexpr int niceness = 10;  // a tenth of the share of a thread of the window, where both want a core
  // On Linux it is that of a thread. That it is not granted does no harm.
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), niceness);
#endif
}

}  // namespace coincide::gui
