// Linked in place of the GPU's sums where there was no CUDA compiler.

#include "projectors/error.h"
#include "recon/scatter/pair_sums.h"

namespace coincide::recon {

std::unique_ptr<PairSums> make_cuda_pair_sums(const PairSumsInput&, int) {
  throw DeviceError("This build holds no CUDA kernels.");
}

std::string why_no_room_on_gpu(std::uint64_t, int) { return ""; }

}  // namespace coincide::recon
