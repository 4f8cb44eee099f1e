#include "io/hdf5/hdf5_size.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "io/yardl_memory.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

constexpr std::uint64_t most_by_deflate = 1032;  // it makes at most so many bytes of one

/// What is stored is stated, too, but cannot be more than the file.
std::uint64_t most_bytes(hid_t dataset) {
  const Hdf5Id file(H5Iget_file_id(dataset), H5Fclose, "find the file of a data set");
  hsize_t in_file = 0;
  H5Fget_filesize(file, &in_file);
  const Hdf5Id properties(H5Dget_create_plist(dataset), H5Pclose, "read the properties of a data set");
  return std::min<std::uint64_t>(in_file, H5Dget_storage_size(dataset)) *
         (H5Pget_nfilters(properties) > 0 ? most_by_deflate : 1);
}

std::vector<hsize_t> extent(hid_t dataset, const std::string& name) {
  const Hdf5Id space(H5Dget_space(dataset), H5Sclose, "read the size of " + name);
  if (H5Sget_simple_extent_type(space) == H5S_NULL) {
    return {0};
  }
  std::vector<hsize_t> sizes(static_cast<std::size_t>(std::max(0, H5Sget_simple_extent_ndims(space))));
  H5Sget_simple_extent_dims(space, sizes.data(), nullptr);
  return sizes;
}

}  // namespace

std::uint64_t hdf5_size(hid_t dataset, const std::string& name) {
  const std::vector<hsize_t> sizes = extent(dataset, name);
  if (std::ranges::count(sizes, hsize_t{0}) > 0) {
    return 0;
  }
  const Hdf5Id type(H5Dget_type(dataset), H5Tclose, "read the type of " + name);
  const std::uint64_t bytes = most_bytes(dataset);
  const std::uint64_t most = bytes / std::max<std::size_t>(1, H5Tget_size(type));
  std::uint64_t count = 1;
  for (const hsize_t size : sizes) {
    if (size > most / count) {
      throw FileError(fmt::format(
          "The data set {} states more values than the {} bytes can be that there are of it: the file is damaged or "
          "cut off.",
          name, bytes));
    }
    count *= size;
  }
  return count;
}

}  // namespace coincide::io
