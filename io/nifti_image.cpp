#include "io/nifti_image.h"

#include "io/nifti_file.h"

namespace coincide::io {

void write_nifti(const std::filesystem::path& path, const recon::Image& image) {
  const std::span<const float> values = image.values;
  write_nifti_file(path,
                   {.grid = image.grid,
                    .unit = image.unit,
                    .description = image.description,
                    .start_s = image.frame_start_s,
                    .step_s = image.frame_duration_s},
                   {&values, 1});
}

recon::Image read_nifti(const std::filesystem::path& path) {
  NiftiFrames read = read_nifti_file(path, 1);
  recon::Image image;
  image.grid = read.head.grid;
  image.values = std::move(read.values.front());
  image.unit = read.head.unit;
  image.description = read.head.description;
  image.frame_start_s = read.head.start_s;
  image.frame_duration_s = read.head.step_s;
  return image;
}

}  // namespace coincide::io
