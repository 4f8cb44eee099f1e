// Linked in place of the CUDA backend where there was no CUDA compiler.

#include "projectors/cuda/backend.h"
#include "projectors/error.h"

namespace coincide::projectors::cuda {

bool is_built() { return false; }

std::vector<DeviceInfo> devices() {
  return {{{DeviceKind::cuda, 0},
           "NVIDIA GPU",
           false,
           "This build holds no CUDA kernels: build it where the CUDA toolkit's nvcc is found."}};
}

namespace {
[[noreturn]] void refuse() { throw DeviceError(devices().front().why_unavailable); }
}  // namespace

const Launcher& launcher() { refuse(); }
std::shared_ptr<float> allocate_floats(int, std::int64_t) { refuse(); }
void clear_floats(int, std::int64_t, float*) { refuse(); }
void copy_floats(int, const float*, std::int64_t, float*) { refuse(); }
void wait_for_device(int) { refuse(); }

Device device_of(const void*) { return {}; }

}  // namespace coincide::projectors::cuda
