#pragma once

#include <stddef.h>

#include "parallelproj_export.h"
#include "parallelproj_version.h"

#ifdef __cplusplus
#define PARALLELPROJ_DEFAULT(value) = value
extern "C" {
#else
#define PARALLELPROJ_DEFAULT(value)
#endif

/// Joseph's forward and back projectors in 3D, with or without time of flight: the interface of parallelproj 2. For C,
/// which has no default arguments, and C++.
///
/// Shared by all functions:
/// - Coordinates and sizes are in one unit, mm by convention.
/// - lor_start, lor_end: (num_lors, 3), the end points of each line of response.
/// - image: (image_dim[0], image_dim[1], image_dim[2]) in C order. image_origin is the centre of voxel [0, 0, 0],
///   voxel_size the spacing along the three axes.
/// - The _fwd functions overwrite projection_values; the _back functions add to image, which they do not clear.
/// - Several threads may call them at once, also to add to one image: on the CPU they then take turns.
/// - A LOR that misses the image gives 0, and so does one whose coordinates are not finite or whose parameters are not
///   positive where they must be.
/// - Each array may lie in host memory or in device or managed memory of CUDA, except image_dim, which the host reads.
///   If any array lies on a GPU, that GPU computes; all arrays of GPUs must lie on the same one. If all lie on the
///   host, GPU number device_id computes where the library holds CUDA kernels and the machine has a GPU that can be
///   used; else, and if device_id is negative, the CPU does.
/// - threads_per_block: of a CUDA kernel, rounded up to a multiple of 32; 0: the library's choice. TOF sinograms take
///   at least 128. The CPU ignores it, OpenMP chooses.
/// - If all arrays lie in memory of the GPU the work is queued on the legacy default stream and the call may return
///   before it is done; else, and with a result in managed memory, it is done when the call returns.
/// - A failure (no such device, arrays on different GPUs, out of memory, device lost) throws an exception derived from
///   std::exception; a program in C ends with it.

/// 1 if the library holds CUDA kernels, else 0.
PARALLELPROJ_EXPORT int parallelproj_cuda_enabled(void);

/// "major.minor.patch" of the library at run time; the PARALLELPROJ_VERSION macros are those of the headers.
PARALLELPROJ_EXPORT const char* parallelproj_version(void);
PARALLELPROJ_EXPORT int parallelproj_version_major(void);
PARALLELPROJ_EXPORT int parallelproj_version_minor(void);
PARALLELPROJ_EXPORT int parallelproj_version_patch(void);

/// projection_values (num_lors) = line integrals of the image.
PARALLELPROJ_EXPORT void joseph3d_fwd(const float* lor_start, const float* lor_end, const float* image,
                                      const float* image_origin, const float* voxel_size, float* projection_values,
                                      size_t num_lors, const int* image_dim, int device_id PARALLELPROJ_DEFAULT(0),
                                      int threads_per_block PARALLELPROJ_DEFAULT(64));

/// image += adjoint of joseph3d_fwd of projection_values (num_lors).
PARALLELPROJ_EXPORT void joseph3d_back(const float* lor_start, const float* lor_end, float* image,
                                       const float* image_origin, const float* voxel_size,
                                       const float* projection_values, size_t num_lors, const int* image_dim,
                                       int device_id PARALLELPROJ_DEFAULT(0),
                                       int threads_per_block PARALLELPROJ_DEFAULT(64));

/// The TOF functions share:
/// - Bin it is centred on the LOR at (it - (num_tof_bins - 1) / 2) * tof_bin_width from its midpoint, counted from
///   start to end, shifted by tof_center_offset: a positive offset shifts towards the positive direction of the LOR's
///   principal axis (the image axis along which it is longest), as in parallelproj 2.0.
/// - tof_sigma, tof_center_offset: (num_lors) where is_lor_dependent_... is not 0, else one value.
/// - The Gaussian of width tof_sigma is cut at num_sigmas. However many bins that reaches, all are used;
/// parallelproj 2.0
///   keeps 64 of a sinogram's and scales their weights up to the same sum.

/// projection_values (num_lors, num_tof_bins) = TOF sinogram of the image.
PARALLELPROJ_EXPORT void joseph3d_tof_sino_fwd(
    const float* lor_start, const float* lor_end, const float* image, const float* image_origin,
    const float* voxel_size, float* projection_values, size_t num_lors, const int* image_dim, float tof_bin_width,
    const float* tof_sigma, const float* tof_center_offset, float num_sigmas, short num_tof_bins,
    unsigned char is_lor_dependent_tof_sigma, unsigned char is_lor_dependent_tof_center_offset,
    int device_id PARALLELPROJ_DEFAULT(0), int threads_per_block PARALLELPROJ_DEFAULT(64));

/// image += adjoint of joseph3d_tof_sino_fwd of projection_values (num_lors, num_tof_bins).
PARALLELPROJ_EXPORT void joseph3d_tof_sino_back(
    const float* lor_start, const float* lor_end, float* image, const float* image_origin, const float* voxel_size,
    const float* projection_values, size_t num_lors, const int* image_dim, float tof_bin_width, const float* tof_sigma,
    const float* tof_center_offset, float num_sigmas, short num_tof_bins, unsigned char is_lor_dependent_tof_sigma,
    unsigned char is_lor_dependent_tof_center_offset, int device_id PARALLELPROJ_DEFAULT(0),
    int threads_per_block PARALLELPROJ_DEFAULT(64));

/// projection_values (num_lors) = for each event its LOR's integral, weighted for TOF bin tof_bin_index (num_lors).
PARALLELPROJ_EXPORT void joseph3d_tof_lm_fwd(
    const float* lor_start, const float* lor_end, const float* image, const float* image_origin,
    const float* voxel_size, float* projection_values, size_t num_lors, const int* image_dim, float tof_bin_width,
    const float* tof_sigma, const float* tof_center_offset, float num_sigmas, const short* tof_bin_index,
    short num_tof_bins, unsigned char is_lor_dependent_tof_sigma, unsigned char is_lor_dependent_tof_center_offset,
    int device_id PARALLELPROJ_DEFAULT(0), int threads_per_block PARALLELPROJ_DEFAULT(64));

/// image += adjoint of joseph3d_tof_lm_fwd of projection_values (num_lors).
PARALLELPROJ_EXPORT void joseph3d_tof_lm_back(
    const float* lor_start, const float* lor_end, float* image, const float* image_origin, const float* voxel_size,
    const float* projection_values, size_t num_lors, const int* image_dim, float tof_bin_width, const float* tof_sigma,
    const float* tof_center_offset, float num_sigmas, const short* tof_bin_index, short num_tof_bins,
    unsigned char is_lor_dependent_tof_sigma, unsigned char is_lor_dependent_tof_center_offset,
    int device_id PARALLELPROJ_DEFAULT(0), int threads_per_block PARALLELPROJ_DEFAULT(64));

#ifdef __cplusplus
}
#endif
