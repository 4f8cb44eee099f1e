#include "projectors/cuda/backend.h"
#include "projectors/cuda/runtime.h"

namespace coincide::projectors::cuda {
namespace {

DeviceInfo unavailable(int index, std::string name, std::string why) {
  return {{DeviceKind::cuda, index}, std::move(name), false, std::move(why)};
}

std::string version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

std::string why_none(cudaError_t status) {
  switch (status) {
    case cudaErrorInsufficientDriver:
      return "No NVIDIA driver is installed, or one that is older than CUDA " + version_text(CUDART_VERSION) +
             ", with which this program was built: install or update the driver.";
    case cudaErrorNoDevice:
      return "The NVIDIA driver finds no GPU (is it hidden by the variable CUDA_VISIBLE_DEVICES?).";
    case cudaErrorInitializationError:
      return std::string(forked_sentence);
    default:
      return std::string("The NVIDIA driver fails: ") + cudaGetErrorString(status) + ".";
  }
}

DeviceInfo info_of(int index) {
  cudaDeviceProp properties{};
  const cudaError_t status = cudaGetDeviceProperties(&properties, index);
  if (status != cudaSuccess) {
    return unavailable(index, "NVIDIA GPU", why_none(status));
  }
  const std::string capability = std::to_string(properties.major) + "." + std::to_string(properties.minor);
  const std::string name =
      std::string(properties.name) + ", " + gigabytes(properties.totalGlobalMem) + ", compute capability " + capability;
  // No trial of a kernel: that would load the driver's part for the card, which takes a good part of a second.
  constexpr int oldest = COINCIDE_OLDEST_GPU;
  if (10 * properties.major + properties.minor < oldest) {
    return unavailable(index, name,
                       "This build's kernels are for GPUs of compute capability " + std::to_string(oldest / 10) + "." +
                           std::to_string(oldest % 10) + " and later; this one has " + capability + ".");
  }
  return {{DeviceKind::cuda, index}, name, true, ""};
}

}  // namespace

bool is_built() { return true; }

std::vector<DeviceInfo> devices() {
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status != cudaSuccess || count == 0) {
    cudaGetLastError();
    return {unavailable(0, "NVIDIA GPU", why_none(status == cudaSuccess ? cudaErrorNoDevice : status))};
  }
  std::vector<DeviceInfo> found;
  for (int index = 0; index < count; ++index) {
    try {
      found.push_back(info_of(index));
    } catch (const std::exception& error) {
      found.push_back(unavailable(index, "NVIDIA GPU", error.what()));
    }
    cudaGetLastError();
  }
  return found;
}

Device device_of(const void* pointer) {
  const Place place = place_of(pointer);
  return place.memory == Memory::host ? Device{} : Device{DeviceKind::cuda, place.device};
}

}  // namespace coincide::projectors::cuda
