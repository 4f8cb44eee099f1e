// Linked in place of the GPU's engine where there was no CUDA compiler.

#include "projectors/error.h"
#include "recon/engine/engine.h"
#include "recon/engine/penalty.h"

namespace coincide::recon {

std::unique_ptr<Engine> make_cuda_engine(const Problem&, int, int, const std::function<void(const std::string&)>&) {
  throw DeviceError("This build holds no CUDA kernels.");
}

std::unique_ptr<Penalty> make_cuda_penalty(const PairPenalty&, int) {
  throw DeviceError("This build holds no CUDA kernels.");
}

std::unique_ptr<Penalty> make_cuda_penalty(const EdgePenalty&, int) {
  throw DeviceError("This build holds no CUDA kernels.");
}

}  // namespace coincide::recon
