#pragma once

namespace coincide::gui {

/// Lets the window have the processor first: lowers the priority of this thread and of those that it starts. A
/// reconstruction on all cores would otherwise make the window wait for its turn.
void give_way_to_window();

}  // namespace coincide::gui
