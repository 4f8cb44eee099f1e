/* What a program needs of the library that was linked with parallelproj 2 itself: eleven symbols with C's names. */
#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>

static const char* const names[] = {"joseph3d_fwd",
                                    "joseph3d_back",
                                    "joseph3d_tof_sino_fwd",
                                    "joseph3d_tof_sino_back",
                                    "joseph3d_tof_lm_fwd",
                                    "joseph3d_tof_lm_back",
                                    "parallelproj_cuda_enabled",
                                    "parallelproj_version",
                                    "parallelproj_version_major",
                                    "parallelproj_version_minor",
                                    "parallelproj_version_patch"};

typedef void Forward(const float*, const float*, const float*, const float*, const float*, float*, size_t, const int*,
                     int, int);

int main(void) {
  void* library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    printf("FAILED: %s\n", dlerror());
    return 1;
  }
  int missing = 0;
  for (size_t i = 0; i < sizeof names / sizeof *names; ++i) {
    if (dlsym(library, names[i]) == NULL) {
      printf("FAILED: %s\n", dlerror());
      ++missing;
    }
  }
  if (missing > 0) {
    return missing;
  }
  Forward* forward = (Forward*)dlsym(library, "joseph3d_fwd");
  const float start[3] = {-50, 0, 0}, end[3] = {50, 0, 0}, zeros[3] = {0, 0, 0}, ones[3] = {1, 1, 1};
  const int shape[3] = {1, 1, 1};
  float value = -1;
  forward(start, end, ones, zeros, ones, &value, 1, shape, -1, 64);
  if (value < 0.999F || value > 1.001F) {
    printf("FAILED: the integral through a voxel is %g\n", value);
    return 1;
  }
  return dlclose(library);
}
