// Linked in place of ceilings.cu, device_arrays.cpp and listmode.cu where there was no CUDA compiler. find_device() has
// refused a CUDA device before any of these is called.

#include "projectors/bench/ceilings.h"
#include "projectors/bench/device_arrays.h"
#include "projectors/bench/listmode.h"
#include "projectors/error.h"

namespace coincide::projectors::bench {
namespace {
[[noreturn]] void refuse() { throw DeviceError("This build holds no CUDA kernels."); }
}  // namespace

std::shared_ptr<const void> copy_to_gpu(const void*, std::size_t, int) { refuse(); }
void wait_for_gpu(int) { refuse(); }
std::unique_ptr<Projection> make_gpu_listmode_step(const PlacedScene&, const ProjectorOptions&, Contents) { refuse(); }
std::unique_ptr<Projection> make_gpu_osem_iteration(const Scene&, const ProjectorOptions&) { refuse(); }
Ceilings measure_ceilings(int, std::int64_t, const CeilingEffort&) { refuse(); }

}  // namespace coincide::projectors::bench
