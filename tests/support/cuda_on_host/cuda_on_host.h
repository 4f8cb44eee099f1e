#pragma once

#include <cstddef>
#include <cstdint>

/// What tests can set and ask of the machine that cuda_runtime.h (beside this file) plays.
namespace cuda_on_host {

/// False where the same tests run on a real GPU (cuda_on_device.cpp): then the rest here has no effect, and tests that
/// need it are left out.
bool is_emulated();

struct Machine {
  int num_devices = 1;
  bool has_driver = true;
  bool has_pools = true;
  bool is_taken = false;        ///< by another process, which shares it with nobody
  int compute_capability = 90;  ///< 10 * major + minor
  std::size_t memory_bytes = std::size_t{8} << 30;
  int launches_until_failure = -1;  ///< negative: none fails
};
Machine& machine();

/// After a launch that failed, on which all calls fail as on a real device.
void repair();

/// Since the program began.
struct Counts {
  std::int64_t launches = 0;
  std::int64_t allocations = 0;  ///< on a device, by cudaMalloc; those from a pool are not counted
  std::int64_t pool_allocations = 0;
  std::int64_t copies = 0;
  std::int64_t stream_waits = 0;  ///< of the host for a stream or event
  std::size_t bytes_in_use = 0;   ///< on the devices
  void* last_stream = nullptr;    ///< on which a kernel was launched
};
const Counts& counts();

/// Memory that kernels cannot reach, as most host memory on a real machine: touching it in a kernel ends the program.
void* allocate_host_only(std::size_t bytes);
void free_host_only(void* pointer);

}  // namespace cuda_on_host
