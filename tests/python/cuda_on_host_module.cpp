// A GPU's memory for tests/python/test_cuda_arrays.py: that of the GPU in tests/support/cuda_on_host.

#include <cuda_runtime.h>
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <stdexcept>
#include <vector>

#include "support/cuda_on_host/cuda_on_host.h"

namespace {

namespace nb = nanobind;
using namespace nb::literals;

using HostArray = nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu>;
using AnyArray = nb::ndarray<nb::c_contig>;

void copy(const void* from, std::size_t bytes, void* to) {
  if (bytes > 0 && cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, nullptr) != cudaSuccess) {
    throw std::runtime_error("copying failed");
  }
}

/// An array in memory of the GPU, for every consumer of DLPack.
class GpuArray {
 public:
  GpuArray(const HostArray& values, int device, bool managed) {
    void* memory = nullptr;
    const std::size_t bytes = values.nbytes() > 0 ? values.nbytes() : 1;
    cudaSetDevice(device);
    const cudaError_t status = managed ? cudaMallocManaged(&memory, bytes) : cudaMalloc(&memory, bytes);
    cudaSetDevice(0);
    if (status != cudaSuccess) {
      throw std::runtime_error("reserving memory failed");
    }
    const nb::capsule owner(memory, [](void* pointer) noexcept { cudaFree(pointer); });
    copy(values.data(), values.nbytes(), memory);
    const std::vector<std::size_t> shape(values.shape_ptr(), values.shape_ptr() + values.ndim());
    array_ = nb::ndarray<>(memory, values.ndim(), shape.data(), owner, nullptr, values.dtype(),
                           managed ? nb::device::cuda_managed::value : nb::device::cuda::value, device);
  }
  nb::ndarray<> dlpack(const nb::kwargs&) const { return array_; }
  nb::tuple dlpack_device() const { return nb::make_tuple(array_.device_type(), array_.device_id()); }

 private:
  nb::ndarray<> array_;
};

/// Writes what an array of the GPU holds to one of numpy of that size.
void to_host(const AnyArray& array, const nb::ndarray<nb::c_contig, nb::device::cpu>& result) {
  copy(array.data(), array.nbytes(), result.data());
}

void set_machine(int num_devices, bool has_driver) {
  cuda_on_host::machine().num_devices = num_devices;
  cuda_on_host::machine().has_driver = has_driver;
}

}  // namespace

NB_MODULE(cuda_on_host, module) {
  nb::class_<GpuArray>(module, "GpuArray")
      .def(nb::init<const HostArray&, int, bool>(), "array"_a.noconvert(), "device"_a = 0, "managed"_a = false)
      .def("__dlpack__", &GpuArray::dlpack)
      .def("__dlpack_device__", &GpuArray::dlpack_device);
  module.def("to_host", to_host, "array"_a.noconvert(), "result"_a.noconvert());
  module.def("set_machine", set_machine, "num_devices"_a, "has_driver"_a = true);
  module.def("num_launches", [] { return cuda_on_host::counts().launches; });
  module.def("num_copies", [] { return cuda_on_host::counts().copies; });
  module.def("num_waits", [] { return cuda_on_host::counts().stream_waits; });
  module.def("last_stream", [] { return reinterpret_cast<std::uintptr_t>(cuda_on_host::counts().last_stream); });
}
