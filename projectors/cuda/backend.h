#pragma once

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

}  // namespace coincide::projectors::cuda
