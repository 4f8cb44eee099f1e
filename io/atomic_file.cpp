#include "io/atomic_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>

#include "projectors/error.h"

namespace coincide::io {

AtomicFile::AtomicFile(std::filesystem::path path)
    : path_(std::move(path)),
      temporary_(path_.parent_path() / fmt::format(".{}.{}.part", path_.filename().string(), getpid())) {}

AtomicFile::~AtomicFile() {
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
}

void AtomicFile::commit() {
  std::error_code error;
  std::filesystem::rename(temporary_, path_, error);
  if (error) {
    throw FileError(fmt::format("Cannot write {}: {}.", path_.string(), error.message()));
  }
}

void write_text_file(const std::filesystem::path& path, std::string_view text) {
  AtomicFile file(path);
  std::ofstream out(file.temporary_path(), std::ios::binary);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  if (!out) {
    throw FileError(
        fmt::format("Cannot write {}: the folder is missing, closed to you, or the disk is full.", path.string()));
  }
  file.commit();
}

}  // namespace coincide::io
