/* The interface in C: every function once, and what the header defines. */
#include <math.h>
#include <parallelproj.h>
#include <stdio.h>
#include <string.h>

static int failures = 0;

static void check(int condition, const char* what) {
  if (!condition) {
    printf("FAILED: %s\n", what);
    ++failures;
  }
}

/* Two voxels of 2 mm and value 3 in a row, and a LOR along them: the integral is 12. */
enum { num_bins = 81 };
static const int shape[3] = {2, 1, 1};
static const float origin[3] = {-1, 0, 0}, voxel_size[3] = {2, 2, 2};
static const float start[3] = {-50, 0, 0}, end[3] = {50, 0, 0};
static const float image[2] = {3, 3};
static const float sigma = 5, offset = 0;

static void test_without_tof(void) {
  float value = -1, back[2] = {1, 1};
  joseph3d_fwd(start, end, image, origin, voxel_size, &value, 1, shape, 0, 64);
  check(fabsf(value - 12) < 1e-4F, "joseph3d_fwd");
  joseph3d_back(start, end, back, origin, voxel_size, &value, 1, shape, 0, 64);
  check(fabsf(back[0] - 25) < 1e-3F && fabsf(back[1] - 25) < 1e-3F, "joseph3d_back");
}

static void test_tof(void) {
  const short centre = num_bins / 2;
  float bins[num_bins], sum = 0, value = -1, back[2] = {0, 0}, event_back[2] = {0, 0};
  joseph3d_tof_sino_fwd(start, end, image, origin, voxel_size, bins, 1, shape, 2, &sigma, &offset, 4, num_bins, 0, 0, 0,
                        64);
  for (int bin = 0; bin < num_bins; ++bin) {
    sum += bins[bin];
  }
  check(fabsf(sum - 12) < 1e-3F, "joseph3d_tof_sino_fwd");
  joseph3d_tof_sino_back(start, end, back, origin, voxel_size, bins, 1, shape, 2, &sigma, &offset, 4, num_bins, 0, 0, 0,
                         64);
  check(back[0] > 0 && fabsf(back[0] - back[1]) < 1e-4F, "joseph3d_tof_sino_back");
  joseph3d_tof_lm_fwd(start, end, image, origin, voxel_size, &value, 1, shape, 2, &sigma, &offset, 4, &centre, num_bins,
                      0, 0, 0, 64);
  check(fabsf(value - bins[centre]) < 1e-3F, "joseph3d_tof_lm_fwd");
  joseph3d_tof_lm_back(start, end, event_back, origin, voxel_size, &value, 1, shape, 2, &sigma, &offset, 4, &centre,
                       num_bins, 0, 0, 0, 64);
  check(event_back[0] > 0 && fabsf(event_back[0] - event_back[1]) < 1e-4F, "joseph3d_tof_lm_back");
}

int main(void) {
  check(strcmp(parallelproj_version(), PARALLELPROJ_VERSION_STRING) == 0, "version of library and header");
  check(parallelproj_version_major() == PARALLELPROJ_VERSION_MAJOR, "major version");
  check(parallelproj_version_minor() == PARALLELPROJ_VERSION_MINOR, "minor version");
  check(parallelproj_version_patch() == PARALLELPROJ_VERSION_PATCH, "patch version");
  check(parallelproj_cuda_enabled() == 0 || parallelproj_cuda_enabled() == 1, "CUDA");
  test_without_tof();
  test_tof();
  return failures;
}
