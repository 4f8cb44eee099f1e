#include "io/raw_voxels.h"

#include <fmt/format.h>

#include <bit>
#include <fstream>
#include <vector>

#include "io/atomic_file.h"
#include "io/voxel_order.h"
#include "projectors/error.h"

namespace coincide::io {

void write_raw_frames(const std::filesystem::path& path, std::string_view header, const recon::ImageSeries& series,
                      FirstPlane first) {
  static_assert(std::endian::native == std::endian::little, "voxels are written as they lie in memory");
  const auto& shape = series.grid.shape;
  AtomicFile target(path);
  std::ofstream file(target.temporary_path(), std::ios::binary);
  file << header;
  for (const recon::SeriesFrame& frame : series.frames) {
    for (std::int64_t k = 0; k < shape[2]; ++k) {
      const std::vector<float> plane =
          plane_for_file(frame.values, shape, first == FirstPlane::lowest_z ? k : shape[2] - 1 - k);
      file.write(reinterpret_cast<const char*>(plane.data()),
                 static_cast<std::streamsize>(plane.size() * sizeof(float)));
    }
  }
  file.close();
  if (!file) {
    throw cannot_write(path);
  }
  target.commit();
}

}  // namespace coincide::io
