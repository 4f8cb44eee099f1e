#include "io/metaimage/inflated_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "projectors/error.h"

namespace coincide::io {
namespace {

[[noreturn]] void refuse_damaged(const std::filesystem::path& path) {
  throw FileError(fmt::format("{}: its packed voxels are damaged or cut off. Copy the file again.", path.string()));
}

}  // namespace

InflatedFile::InflatedFile(const std::filesystem::path& path, std::uint64_t offset, std::uint64_t bytes)
    : path_(path), file_(path, std::ios::binary), packed_(std::size_t{1} << 16) {
  constexpr std::uint64_t most_from_one_byte = 1032;  // of deflate
  const std::uint64_t size = std::filesystem::file_size(path);
  if (offset > size || bytes / most_from_one_byte > size - offset) {
    refuse_damaged(path_);
  }
  file_.seekg(static_cast<std::streamoff>(offset));
  constexpr int zlib_or_gzip = MAX_WBITS + 32;
  if (inflateInit2(&stream_, zlib_or_gzip) != Z_OK) {
    throw DeviceError("there is no memory to unpack a file");
  }
}

void InflatedFile::fill() {
  file_.read(reinterpret_cast<char*>(packed_.data()), static_cast<std::streamsize>(packed_.size()));
  stream_.next_in = packed_.data();
  stream_.avail_in = static_cast<unsigned>(file_.gcount());
}

std::vector<char> InflatedFile::read(std::size_t bytes) {
  std::vector<char> unpacked(bytes);
  std::size_t done = 0;
  while (done < bytes) {
    if (stream_.avail_in == 0) {
      fill();
    }
    const auto piece = static_cast<unsigned>(std::min<std::size_t>(bytes - done, std::numeric_limits<unsigned>::max()));
    stream_.next_out = reinterpret_cast<unsigned char*>(unpacked.data()) + done;
    stream_.avail_out = piece;
    const int result = inflate(&stream_, Z_NO_FLUSH);
    const std::size_t made = piece - stream_.avail_out;
    done += made;
    if ((result != Z_OK && result != Z_STREAM_END) || (made == 0 && stream_.avail_in == 0 && file_.eof())) {
      refuse_damaged(path_);
    }
    if (result == Z_STREAM_END && done < bytes) {
      refuse_damaged(path_);
    }
  }
  return unpacked;
}

}  // namespace coincide::io
