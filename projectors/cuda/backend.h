#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "projectors/launcher.h"

/// What the CUDA backend offers to the rest of projectors/. In a build without CUDA compiler the same functions say so
/// (unavailable.cpp).
namespace coincide::projectors::cuda {

/// True if this build holds the CUDA kernels.
bool is_built();

/// The CUDA devices of this machine in CUDA's order. If none can be used, one entry with the reason. Never throws.
std::vector<DeviceInfo> devices();

const Launcher& launcher();

/// Where the array lies: the CUDA device of device or managed memory, the CPU for any other pointer.
Device device_of(const void* pointer);

// What class DeviceFloats is made of; they wait until they are done.
std::shared_ptr<float> allocate_floats(int device, std::int64_t count);
void clear_floats(int device, std::int64_t count, float* data);
/// Between any two kinds of memory.
void copy_floats(int device, const float* from, std::int64_t count, float* to);
/// For all that the device has been asked to do, on any stream.
void wait_for_device(int device);

}  // namespace coincide::projectors::cuda
