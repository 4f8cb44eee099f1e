// For tests on a real GPU, in place of cuda_on_host.cpp.

#include <cstdlib>

#include "cuda_on_host.h"

namespace cuda_on_host {

bool is_emulated() { return false; }
Machine& machine() {
  static Machine none;
  return none;
}
void repair() {}
const Counts& counts() {
  static const Counts none;
  return none;
}
void* allocate_host_only(std::size_t bytes) { return std::malloc(bytes); }
void free_host_only(void* pointer) { std::free(pointer); }

}  // namespace cuda_on_host
