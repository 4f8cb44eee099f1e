#include "recon/engine/engine.h"

namespace coincide::recon {

std::uint64_t cuda_engine_bytes(const ImageGrid& grid, double psf_fwhm_mm, std::uint64_t num_events) {
  constexpr std::uint64_t bytes_per_event =
      2 * sizeof(std::uint32_t) + sizeof(std::uint16_t) + 2 * sizeof(float);  // crystals, TOF bin, m and b
  // Image, sensitivity, back projection and its shadow; the resolution model works in two more.
  const std::uint64_t images = psf_fwhm_mm != 0 ? 6 : 4;
  return images * static_cast<std::uint64_t>(grid.num_voxels()) * sizeof(float) + num_events * bytes_per_event;
}

}  // namespace coincide::recon
