#include <parallelproj.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <exception>
#include <limits>
#include <string>
#include <vector>

namespace {

int failures = 0;

void check(bool condition, const char* what) {
  if (!condition) {
    std::printf("FAILED: %s\n", what);
    ++failures;
  }
}

bool near(float value, float wanted) { return std::fabs(value - wanted) < 1e-4F * std::fabs(wanted) + 1e-6F; }

// An image of 4 x 5 x 6 voxels of 2 x 3 x 4 mm, all of value 1, with voxel [0, 0, 0] at 0; two LORs through voxel
// centres along axes 0 and 2, one that misses.
const int shape[] = {4, 5, 6};
const float origin[] = {0, 0, 0};
const float voxel_size[] = {2, 3, 4};
const std::vector<float> start = {-100, 6, 8, 2, 6, -100, -100, 60, 8};
const std::vector<float> end = {100, 6, 8, 2, 6, 100, 100, 60, 8};
const std::vector<float> chords = {8, 24, 0};
const std::vector<float> image(120, 1);
const float sigma[] = {10};
const float offset[] = {0};

void test_version() {
  check(std::string(parallelproj_version()) == PACKAGE_VERSION, "version of library and package");
  check(std::string(parallelproj_version()) == PARALLELPROJ_VERSION, "version of library and header");
  check(parallelproj_version_major() == PARALLELPROJ_VERSION_MAJOR, "major version");
  check(parallelproj_version_minor() == PARALLELPROJ_VERSION_MINOR, "minor version");
  check(parallelproj_version_patch() == PARALLELPROJ_VERSION_PATCH, "patch version");
  check(std::string(parallelproj_version()) == PARALLELPROJ_VERSION_STRING,
        "version of library and header as a string");
  check(parallelproj_cuda_enabled() == PACKAGE_CUDA, "CUDA of library and package");
  check(parallelproj_cuda_enabled() == PARALLELPROJ_CUDA, "CUDA of library and target");
}

void test_chords() {
  std::vector<float> values(3, -1);
  joseph3d_fwd(start.data(), end.data(), image.data(), origin, voxel_size, values.data(), 3, shape);
  for (int lor = 0; lor < 3; ++lor) {
    check(near(values[lor], chords[lor]), "chord");
  }
  std::vector<float> back(120, 1);  // back adds
  joseph3d_back(start.data(), end.data(), back.data(), origin, voxel_size, values.data(), 3, shape, -1, 32);
  float product = 0;
  for (const float value : back) {
    product += value - 1;
  }
  check(near(product, 8 * 8 + 24 * 24), "inner products of forward and back");
}

void test_tof() {
  constexpr short num_bins = 41;
  std::vector<float> values(3 * num_bins, -1);
  joseph3d_tof_sino_fwd(start.data(), end.data(), image.data(), origin, voxel_size, values.data(), 3, shape, 5, sigma,
                        offset, 3, num_bins, 0, 0);
  for (int lor = 0; lor < 3; ++lor) {
    float sum = 0;
    for (int bin = 0; bin < num_bins; ++bin) {
      sum += values[lor * num_bins + bin];
    }
    check(near(sum, chords[lor]), "sum over TOF bins");
  }
  std::vector<float> back(120, 0);
  joseph3d_tof_sino_back(start.data(), end.data(), back.data(), origin, voxel_size, values.data(), 3, shape, 5, sigma,
                         offset, 3, num_bins, 0, 0);
  check(back[(1 * 5 + 2) * 6 + 2] > 0, "TOF sinogram back projection");

  const std::vector<float> sigmas = {10, 10, 10};
  const std::vector<float> offsets = {0, 0, 0};
  const std::vector<short> bin_index = {20, 21, 20};
  std::vector<float> event_values(3, -1);
  joseph3d_tof_lm_fwd(start.data(), end.data(), image.data(), origin, voxel_size, event_values.data(), 3, shape, 5,
                      sigmas.data(), offsets.data(), 4, bin_index.data(), num_bins, 1, 1);
  check(std::fabs(event_values[0] - values[20]) < 0.02F, "listmode against sinogram");
  check(event_values[2] == 0, "listmode event that misses");
  std::vector<float> event_back(120, 0);
  joseph3d_tof_lm_back(start.data(), end.data(), event_back.data(), origin, voxel_size, event_values.data(), 3, shape,
                       5, sigmas.data(), offsets.data(), 4, bin_index.data(), num_bins, 1, 1);
  check(event_back[(1 * 5 + 2) * 6 + 2] > 0, "TOF listmode back projection");
}

void test_bad_parameters_give_0() {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float flat_voxel[] = {2, 0, 4};
  const float bad_sigmas[] = {10, -1, nan};
  std::vector<float> values(3, -1);
  joseph3d_fwd(start.data(), end.data(), image.data(), origin, flat_voxel, values.data(), 3, shape);
  check(values == std::vector<float>(3, 0), "voxel size 0");

  const std::vector<short> bin_index = {20, 20, 20};
  values.assign(3, -1);
  joseph3d_tof_lm_fwd(start.data(), end.data(), image.data(), origin, voxel_size, values.data(), 3, shape, 5,
                      bad_sigmas, offset, 3, bin_index.data(), 41, 1, 0);
  check(values[0] > 0 && values[1] == 0 && values[2] == 0, "sigma that is not positive, of one LOR");
  values.assign(3, -1);
  joseph3d_tof_lm_fwd(start.data(), end.data(), image.data(), origin, voxel_size, values.data(), 3, shape, 5, sigma,
                      offset, 3, bin_index.data(), 0, 0, 0);
  check(values == std::vector<float>(3, 0), "no TOF bins");
  for (const float bad : {0.0F, -1.0F, nan}) {
    std::vector<float> sinogram(3 * 41, -1);
    joseph3d_tof_sino_fwd(start.data(), end.data(), image.data(), origin, voxel_size, sinogram.data(), 3, shape, bad,
                          sigma, offset, 3, 41, 0, 0);
    check(sinogram == std::vector<float>(3 * 41, 0), "TOF bin width that is not positive");
  }
}

void test_failures_throw() {
  const int negative[] = {4, -5, 6};
  std::vector<float> values(3);
  try {
    joseph3d_fwd(start.data(), end.data(), image.data(), origin, voxel_size, values.data(), 3, negative);
    check(false, "an impossible image throws");
  } catch (const std::exception& error) {
    check(std::string(error.what()).find("image_dim: ") == 0, "the message names the argument");
    check(std::string(error.what()).find("-5") != std::string::npos, "the message names the size");
  }
}

/// The child has none of the threads that computed in its parent.
void test_fork() {
  std::vector<float> values(3, -1);
  const pid_t child = fork();
  if (child == 0) {
    alarm(240);  // ends a child that waits for ever
    joseph3d_fwd(start.data(), end.data(), image.data(), origin, voxel_size, values.data(), 3, shape);
    _exit(near(values[0], chords[0]) && near(values[1], chords[1]) ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  check(status == 0, "projection in a child of fork()");
}

}  // namespace

int main() {
  test_version();
  test_chords();
  test_tof();
  test_bad_parameters_give_0();
  test_failures_throw();
  test_fork();
  return failures;
}
