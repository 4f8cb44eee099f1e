#include "parallelproj.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "projectors/cuda/backend.h"
#include "projectors/drop_in.h"
#include "projectors/error.h"

namespace {

using namespace coincide::projectors;
using coincide::InputError;

/// The arguments that say how to compute.
struct Arguments {
  const float* image_origin;
  const float* voxel_size;
  const int* image_dim;
  int device_id;
  int threads_per_block;
};

/// The one GPU on which arrays lie, if any.
class ArraysDevice {
 public:
  /// True if this array lies on a GPU. Throws InputError if another one lies on another.
  bool see(const char* name, const void* array) {
    const Device device = cuda::device_of(array);
    if (device.kind == DeviceKind::cpu) {
      return false;
    }
    if (name_ != nullptr && device != device_) {
      throw InputError(std::string(name) + " lies on " + device_word(device) + ", " + name_ + " on " +
                       device_word(device_) + ": arrays of GPUs must all lie on the same one.");
    }
    name_ = name;
    device_ = device;
    return true;
  }
  void see_all_of(NoTof) {}
  void see_all_of(const TofBins& tof) {
    see("tof_sigma", tof.sigma_mm);
    see("tof_center_offset", tof.center_offset_mm);
  }
  void see_all_of(const TofEvents& tof) {
    see_all_of(tof.bins);
    see("tof_bin_index", tof.bin_index);
  }
  Device device() const { return device_; }

 private:
  Device device_{};
  const char* name_ = nullptr;  ///< of an array that lies there
};

bool is_usable(const ImageGrid& grid) {
  return std::ranges::all_of(grid.voxel_size_mm, [](float size) { return size > 0 && std::isfinite(size); }) &&
         std::ranges::all_of(grid.origin_mm, [](float origin) { return std::isfinite(origin); });
}

template <class Tof>
Projector make_projector(const Arguments& arguments, const Lors& lors, const Tof& tof, const float* image,
                         const float* values) {
  ArraysDevice arrays;
  arrays.see("lor_start", lors.start_mm);
  arrays.see("lor_end", lors.end_mm);
  arrays.see("image", image);
  arrays.see("projection_values", values);
  arrays.see_all_of(tof);
  drop_in::Setting setting;
  std::copy_n(arguments.image_dim, 3, setting.grid.shape.begin());
  drop_in::take(arguments.image_origin, arrays.see("image_origin", arguments.image_origin), setting.grid.origin_mm,
                setting.cuda.origin_mm);
  drop_in::take(arguments.voxel_size, arrays.see("voxel_size", arguments.voxel_size), setting.grid.voxel_size_mm,
                setting.cuda.voxel_size_mm);
  if (!is_usable(setting.grid)) {
    setting = {};  // on this interface bad parameters give 0 and no exception: all LORs miss an image without voxels
  }
  setting.device = drop_in::computing_device(arrays.device(), arguments.device_id);
  setting.cuda.threads_per_block = arguments.threads_per_block;
  return drop_in::make_projector(setting, "image_dim");
}

template <class Tof>
void forward(const Arguments& arguments, const Lors& lors, const Tof& tof, const float* image, float* values) {
  make_projector(arguments, lors, tof, image, values).forward(lors, tof, image, values);
}

template <class Tof>
void back(const Arguments& arguments, const Lors& lors, const Tof& tof, const float* values, float* image) {
  make_projector(arguments, lors, tof, image, values).back(lors, tof, values, image);
}

Lors make_lors(const float* start, const float* end, std::size_t count) {
  return {.start_mm = start, .end_mm = end, .count = static_cast<std::int64_t>(count)};
}

/// Without bins an event has none that it could lie in: one without width gives 0.
TofEvents make_events(const TofBins& bins, const short* bin_index) {
  TofEvents events{.bins = bins, .bin_index = bin_index};
  if (bins.num_bins < 1) {
    events.bins.num_bins = 1;
    events.bins.bin_width_mm = 0;
  }
  return events;
}

}  // namespace

int parallelproj_cuda_enabled(void) { return built_with_cuda() ? 1 : 0; }
const char* parallelproj_version(void) { return PARALLELPROJ_VERSION; }
int parallelproj_version_major(void) { return PARALLELPROJ_VERSION_MAJOR; }
int parallelproj_version_minor(void) { return PARALLELPROJ_VERSION_MINOR; }
int parallelproj_version_patch(void) { return PARALLELPROJ_VERSION_PATCH; }

void joseph3d_fwd(const float* lor_start, const float* lor_end, const float* image, const float* image_origin,
                  const float* voxel_size, float* projection_values, std::size_t num_lors, const int* image_dim,
                  int device_id, int threads_per_block) {
  forward({image_origin, voxel_size, image_dim, device_id, threads_per_block}, make_lors(lor_start, lor_end, num_lors),
          NoTof{}, image, projection_values);
}

void joseph3d_back(const float* lor_start, const float* lor_end, float* image, const float* image_origin,
                   const float* voxel_size, const float* projection_values, std::size_t num_lors, const int* image_dim,
                   int device_id, int threads_per_block) {
  back({image_origin, voxel_size, image_dim, device_id, threads_per_block}, make_lors(lor_start, lor_end, num_lors),
       NoTof{}, projection_values, image);
}

void joseph3d_tof_sino_fwd(const float* lor_start, const float* lor_end, const float* image, const float* image_origin,
                           const float* voxel_size, float* projection_values, std::size_t num_lors,
                           const int* image_dim, float tof_bin_width, const float* tof_sigma,
                           const float* tof_center_offset, float num_sigmas, short num_tof_bins,
                           unsigned char is_lor_dependent_tof_sigma, unsigned char is_lor_dependent_tof_center_offset,
                           int device_id, int threads_per_block) {
  if (num_tof_bins < 1) {
    return;  // projection_values holds nothing
  }
  const TofBins bins = drop_in::make_tof_bins(num_tof_bins, tof_bin_width, tof_sigma, is_lor_dependent_tof_sigma != 0,
                                              tof_center_offset, is_lor_dependent_tof_center_offset != 0, num_sigmas);
  forward({image_origin, voxel_size, image_dim, device_id, threads_per_block}, make_lors(lor_start, lor_end, num_lors),
          bins, image, projection_values);
}

void joseph3d_tof_sino_back(const float* lor_start, const float* lor_end, float* image, const float* image_origin,
                            const float* voxel_size, const float* projection_values, std::size_t num_lors,
                            const int* image_dim, float tof_bin_width, const float* tof_sigma,
                            const float* tof_center_offset, float num_sigmas, short num_tof_bins,
                            unsigned char is_lor_dependent_tof_sigma, unsigned char is_lor_dependent_tof_center_offset,
                            int device_id, int threads_per_block) {
  if (num_tof_bins < 1) {
    return;  // projection_values holds nothing
  }
  const TofBins bins = drop_in::make_tof_bins(num_tof_bins, tof_bin_width, tof_sigma, is_lor_dependent_tof_sigma != 0,
                                              tof_center_offset, is_lor_dependent_tof_center_offset != 0, num_sigmas);
  back({image_origin, voxel_size, image_dim, device_id, threads_per_block}, make_lors(lor_start, lor_end, num_lors),
       bins, projection_values, image);
}

void joseph3d_tof_lm_fwd(const float* lor_start, const float* lor_end, const float* image, const float* image_origin,
                         const float* voxel_size, float* projection_values, std::size_t num_lors, const int* image_dim,
                         float tof_bin_width, const float* tof_sigma, const float* tof_center_offset, float num_sigmas,
                         const short* tof_bin_index, short num_tof_bins, unsigned char is_lor_dependent_tof_sigma,
                         unsigned char is_lor_dependent_tof_center_offset, int device_id, int threads_per_block) {
  const TofBins bins = drop_in::make_tof_bins(num_tof_bins, tof_bin_width, tof_sigma, is_lor_dependent_tof_sigma != 0,
                                              tof_center_offset, is_lor_dependent_tof_center_offset != 0, num_sigmas);
  forward({image_origin, voxel_size, image_dim, device_id, threads_per_block}, make_lors(lor_start, lor_end, num_lors),
          make_events(bins, tof_bin_index), image, projection_values);
}

void joseph3d_tof_lm_back(const float* lor_start, const float* lor_end, float* image, const float* image_origin,
                          const float* voxel_size, const float* projection_values, std::size_t num_lors,
                          const int* image_dim, float tof_bin_width, const float* tof_sigma,
                          const float* tof_center_offset, float num_sigmas, const short* tof_bin_index,
                          short num_tof_bins, unsigned char is_lor_dependent_tof_sigma,
                          unsigned char is_lor_dependent_tof_center_offset, int device_id, int threads_per_block) {
  const TofBins bins = drop_in::make_tof_bins(num_tof_bins, tof_bin_width, tof_sigma, is_lor_dependent_tof_sigma != 0,
                                              tof_center_offset, is_lor_dependent_tof_center_offset != 0, num_sigmas);
  back({image_origin, voxel_size, image_dim, device_id, threads_per_block}, make_lors(lor_start, lor_end, num_lors),
       make_events(bins, tof_bin_index), projection_values, image);
}
