#include "parallelproj.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "projectors/drop_in.h"

namespace {

using namespace coincide::projectors;

/// On this interface bad parameters give 0 and no exception.
bool can_project(const ImageGrid& grid) {
  return std::ranges::all_of(grid.voxel_size_mm, [](float size) { return size > 0 && std::isfinite(size); }) &&
         std::ranges::all_of(grid.origin_mm, [](float origin) { return std::isfinite(origin); });
}
bool can_project(NoTof) { return true; }
bool can_project(const TofBins& tof) { return tof.num_bins > 0; }
bool can_project(const TofEvents& tof) { return can_project(tof.bins); }

std::int64_t values_per_lor(const TofBins& tof) { return std::max(tof.num_bins, 0); }
template <class Tof>
std::int64_t values_per_lor(const Tof&) {
  return 1;
}

template <class Tof>
void forward(const ImageGrid& grid, const Lors& lors, const Tof& tof, const float* image, float* values) {
  if (can_project(grid) && can_project(tof)) {
    drop_in::make_projector(grid, Device{}).forward(lors, tof, image, values);
  } else {
    std::fill_n(values, lors.count * values_per_lor(tof), 0.0F);
  }
}

template <class Tof>
void back(const ImageGrid& grid, const Lors& lors, const Tof& tof, const float* values, float* image) {
  if (can_project(grid) && can_project(tof)) {
    drop_in::make_projector(grid, Device{}).back(lors, tof, values, image);
  }
}

Lors make_lors(const float* start, const float* end, std::size_t count) {
  return {.start_mm = start, .end_mm = end, .count = static_cast<std::int64_t>(count)};
}

}  // namespace

int parallelproj_cuda_enabled(void) { return built_with_cuda() ? 1 : 0; }
const char* parallelproj_version(void) { return PARALLELPROJ_VERSION; }
int parallelproj_version_major(void) { return PARALLELPROJ_VERSION_MAJOR; }
int parallelproj_version_minor(void) { return PARALLELPROJ_VERSION_MINOR; }
int parallelproj_version_patch(void) { return PARALLELPROJ_VERSION_PATCH; }

void joseph3d_fwd(const float* lor_start, const float* lor_end, const float* image, const float* image_origin,
                  const float* voxel_size, float* projection_values, std::size_t num_lors, const int* image_dim,
                  int /*device_id*/, int /*threads_per_block*/) {
  forward(drop_in::make_grid(image_dim, image_origin, voxel_size), make_lors(lor_start, lor_end, num_lors), NoTof{},
          image, projection_values);
}

void joseph3d_back(const float* lor_start, const float* lor_end, float* image, const float* image_origin,
                   const float* voxel_size, const float* projection_values, std::size_t num_lors, const int* image_dim,
                   int /*device_id*/, int /*threads_per_block*/) {
  back(drop_in::make_grid(image_dim, image_origin, voxel_size), make_lors(lor_start, lor_end, num_lors), NoTof{},
       projection_values, image);
}

void joseph3d_tof_sino_fwd(const float* lor_start, const float* lor_end, const float* image, const float* image_origin,
                           const float* voxel_size, float* projection_values, std::size_t num_lors,
                           const int* image_dim, float tof_bin_width, const float* tof_sigma,
                           const float* tof_center_offset, float num_sigmas, short num_tof_bins,
                           unsigned char is_lor_dependent_tof_sigma, unsigned char is_lor_dependent_tof_center_offset,
                           int /*device_id*/, int /*threads_per_block*/) {
  const TofBins bins = drop_in::make_tof_bins(num_tof_bins, tof_bin_width, tof_sigma, is_lor_dependent_tof_sigma != 0,
                                              tof_center_offset, is_lor_dependent_tof_center_offset != 0, num_sigmas);
  forward(drop_in::make_grid(image_dim, image_origin, voxel_size), make_lors(lor_start, lor_end, num_lors), bins, image,
          projection_values);
}

void joseph3d_tof_sino_back(const float* lor_start, const float* lor_end, float* image, const float* image_origin,
                            const float* voxel_size, const float* projection_values, std::size_t num_lors,
                            const int* image_dim, float tof_bin_width, const float* tof_sigma,
                            const float* tof_center_offset, float num_sigmas, short num_tof_bins,
                            unsigned char is_lor_dependent_tof_sigma, unsigned char is_lor_dependent_tof_center_offset,
                            int /*device_id*/, int /*threads_per_block*/) {
  const TofBins bins = drop_in::make_tof_bins(num_tof_bins, tof_bin_width, tof_sigma, is_lor_dependent_tof_sigma != 0,
                                              tof_center_offset, is_lor_dependent_tof_center_offset != 0, num_sigmas);
  back(drop_in::make_grid(image_dim, image_origin, voxel_size), make_lors(lor_start, lor_end, num_lors), bins,
       projection_values, image);
}

void joseph3d_tof_lm_fwd(const float* lor_start, const float* lor_end, const float* image, const float* image_origin,
                         const float* voxel_size, float* projection_values, std::size_t num_lors, const int* image_dim,
                         float tof_bin_width, const float* tof_sigma, const float* tof_center_offset, float num_sigmas,
                         const short* tof_bin_index, short num_tof_bins, unsigned char is_lor_dependent_tof_sigma,
                         unsigned char is_lor_dependent_tof_center_offset, int /*device_id*/,
                         int /*threads_per_block*/) {
  const TofBins bins = drop_in::make_tof_bins(num_tof_bins, tof_bin_width, tof_sigma, is_lor_dependent_tof_sigma != 0,
                                              tof_center_offset, is_lor_dependent_tof_center_offset != 0, num_sigmas);
  forward(drop_in::make_grid(image_dim, image_origin, voxel_size), make_lors(lor_start, lor_end, num_lors),
          TofEvents{.bins = bins, .bin_index = tof_bin_index}, image, projection_values);
}

void joseph3d_tof_lm_back(const float* lor_start, const float* lor_end, float* image, const float* image_origin,
                          const float* voxel_size, const float* projection_values, std::size_t num_lors,
                          const int* image_dim, float tof_bin_width, const float* tof_sigma,
                          const float* tof_center_offset, float num_sigmas, const short* tof_bin_index,
                          short num_tof_bins, unsigned char is_lor_dependent_tof_sigma,
                          unsigned char is_lor_dependent_tof_center_offset, int /*device_id*/,
                          int /*threads_per_block*/) {
  const TofBins bins = drop_in::make_tof_bins(num_tof_bins, tof_bin_width, tof_sigma, is_lor_dependent_tof_sigma != 0,
                                              tof_center_offset, is_lor_dependent_tof_center_offset != 0, num_sigmas);
  back(drop_in::make_grid(image_dim, image_origin, voxel_size), make_lors(lor_start, lor_end, num_lors),
       TofEvents{.bins = bins, .bin_index = tof_bin_index}, projection_values, image);
}
