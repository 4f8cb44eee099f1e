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

const Launcher& launcher() { throw DeviceError(devices().front().why_unavailable); }

Device device_of(const void*) { return {}; }

}  // namespace coincide::projectors::cuda
