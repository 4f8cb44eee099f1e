#pragma once

#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <vector>

namespace coincide::io {

/// What zlib or gzip packed from a byte of a file on, read piece by piece.
class InflatedFile {
 public:
  /// Throws FileError if the file cannot hold `bytes` unpacked ones.
  InflatedFile(const std::filesystem::path& path, std::uint64_t offset, std::uint64_t bytes);
  InflatedFile(const InflatedFile&) = delete;
  InflatedFile& operator=(const InflatedFile&) = delete;
  ~InflatedFile() { inflateEnd(&stream_); }

  /// Throws FileError if the file is damaged, or ends before.
  std::vector<char> read(std::size_t bytes);

 private:
  void fill();

  std::filesystem::path path_;
  std::ifstream file_;
  std::vector<unsigned char> packed_;
  z_stream stream_{};
};

}  // namespace coincide::io
