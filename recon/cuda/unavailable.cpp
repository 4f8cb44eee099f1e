// Linked in place of the GPU's engine where there was no CUDA compiler.

#include "projectors/error.h"
#include "recon/osem_engine.h"

namespace coincide::recon {

std::unique_ptr<OsemEngine> make_cuda_engine(const OsemInput&, const Image&, int,
                                             const std::function<void(const std::string&)>&) {
  throw DeviceError("This build holds no CUDA kernels.");
}

}  // namespace coincide::recon
