#pragma once

#include <cstdint>
#include <string>

namespace coincide::projectors::bench {

struct Machine {
  std::string cpu;     ///< its model name, empty if the system does not tell
  std::string system;  ///< "Linux 6.1.0 x86_64"
  std::string compiler;
  int hardware_threads = 0;
  std::int64_t memory_bytes = 0;
  double load = 0;  ///< runnable processes, mean of the last minute: above 0 at the start the figures are disturbed
};

Machine this_machine();

/// Memory the process has in use now; 0 if the system does not tell.
std::int64_t resident_bytes();

/// Most memory the process had in use since reset_peak_memory(), or since its start where a system cannot reset it.
std::int64_t peak_bytes();
void reset_peak_memory();

}  // namespace coincide::projectors::bench
