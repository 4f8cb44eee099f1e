#include "io/interfile/interfile_voxels.h"

#include <fmt/format.h>

#include "io/voxel_order.h"

namespace coincide::io {

std::vector<float> read_interfile_voxels(const InterfileHeader& header, const RawFormat& format,
                                         const std::array<std::int64_t, 3>& shape, std::uint64_t offset,
                                         const Rescale& rescale) {
  const auto plane = static_cast<std::uint64_t>(shape[0] * shape[1]);
  const auto planes = static_cast<std::uint64_t>(shape[2]);
  std::vector<float> values = read_raw_values(header.data_file(), format, offset, plane * planes);
  if (rescale.slopes.size() != 1 && rescale.slopes.size() != planes) {
    header.fail(fmt::format("it has {} scaling factors; one is needed, or one for each of its {} planes",
                            rescale.slopes.size(), planes));
  }
  for (std::uint64_t k = 0; k < planes; ++k) {
    const double slope = rescale.slopes[rescale.slopes.size() == 1 ? 0 : k];
    if (slope != 1 || rescale.intercept != 0) {
      for (std::uint64_t i = k * plane; i < (k + 1) * plane; ++i) {
        values[i] = static_cast<float>(slope * values[i] + rescale.intercept);
      }
    }
  }
  return last_axis_fastest(values, shape);
}

std::string interfile_remarks(const recon::ImageSeries& series) {
  std::string text;
  if (!series.unit.empty()) {
    text += fmt::format("image unit := {}\n", series.unit);
  }
  if (!series.description.empty()) {
    text += fmt::format("image description := {}\n", series.description);
  }
  return text;
}

void read_interfile_remarks(const InterfileHeader& header, recon::ImageSeries& series) {
  series.unit = header.text("image unit", "");
  series.description = header.text("image description", "");
}

std::filesystem::path voxel_file(const std::filesystem::path& header, const char* suffix) {
  std::filesystem::path path = header;
  return path.replace_extension(suffix);
}

}  // namespace coincide::io
