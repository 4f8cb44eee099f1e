#pragma once

#include <filesystem>
#include <string_view>

namespace coincide::io {

/// A result file under construction: write to temporary_path(), then commit() gives it its name in one step, so that no
/// reader ever sees half of it. Without commit() the temporary file is removed and an older file of that name stays.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  const std::filesystem::path& temporary_path() const { return temporary_; }
  /// Throws FileError if the file cannot get its name.
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
};

/// Writes a whole text file that way. Throws FileError.
void write_text_file(const std::filesystem::path& path, std::string_view text);

}  // namespace coincide::io
