#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "projectors/error.h"

namespace coincide::io {

/// A result file (or folder) under construction: write to temporary_path(), then commit() gives it its name in one
/// step, so that no reader ever sees half of it. Without commit() the temporary file is removed and an older file of
/// that name stays.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  const std::filesystem::path& temporary_path() const { return temporary_; }
  /// A folder takes the place of another one with all that is in it. Throws FileError if the file cannot get its name.
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
};

/// Writes a whole text file that way. Throws FileError.
void write_text_file(const std::filesystem::path& path, std::string_view text);

/// Removes temporary files that a process of this machine has left in the folder when it was killed, of those results
/// whose names are wanted.
void remove_abandoned(const std::filesystem::path& folder, const std::function<bool(const std::string&)>& is_wanted);

/// Why the system has just refused to write, from errno, and what to do about it, as the end of a sentence; the usual
/// reasons if it did not say.
std::string why_not_written();
/// "Cannot write PATH: the disk is full; ..."
FileError cannot_write(const std::filesystem::path& path);

}  // namespace coincide::io
