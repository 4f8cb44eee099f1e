#include "recon/engine/engine.h"

#include "recon/radial_blur.h"

namespace coincide::recon {

const EngineImage& Engine::sensitivity(int subset) {
  const std::vector<std::vector<float>>& own = problem().subset_sensitivity;
  if (own.empty()) {
    return sensitivity();
  }
  if (!of_subset_) {
    of_subset_.emplace(make_image());
  }
  of_subset_->upload(own[static_cast<std::size_t>(subset)].data());
  return *of_subset_;
}

std::size_t cuda_bytes_per_lor(std::int64_t cells_per_lor, bool counts) {
  constexpr std::size_t of_lor = 2 * sizeof(std::uint32_t) + sizeof(std::uint16_t);  // end points, TOF bin
  const std::size_t columns = counts ? 3 : 2;                                        // m, b and y
  return of_lor + static_cast<std::size_t>(cells_per_lor) * columns * sizeof(float);
}

std::uint64_t cuda_engine_bytes(const ImageGrid& grid, const Psf& psf, std::uint64_t num_events) {
  // Image, sensitivity, back projection and its shadow; the resolution model works in two more.
  const std::uint64_t images = psf.is_none() ? 4 : 6;
  return images * static_cast<std::uint64_t>(grid.num_voxels()) * sizeof(float) + psf_weight_bytes(grid, psf) +
         num_events * cuda_bytes_per_lor(1, false);
}

}  // namespace coincide::recon
