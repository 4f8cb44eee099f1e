#include "io/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <vector>

#include "io/text_pattern.h"

namespace coincide::io {
namespace {

namespace fs = std::filesystem;

/// Puts the folder in the place of an earlier one, if there is any, and that one in its own; false if it has to be
/// moved as a file is.
bool exchange(const fs::path& folder, const fs::path& earlier) {
  if (renameat2(AT_FDCWD, folder.c_str(), AT_FDCWD, earlier.c_str(), RENAME_EXCHANGE) == 0) {
    return true;
  }
  if (errno == EINVAL || errno == ENOSYS) {  // the file system exchanges nothing
    std::error_code error;
    fs::remove_all(earlier, error);
  }
  return false;
}

/// Of a process that is not there any more. This one's are left from another one that had its number.
bool is_gone(int process) { return process == getpid() || (kill(process, 0) != 0 && errno == ESRCH); }

}  // namespace

AtomicFile::AtomicFile(fs::path path)
    : path_(path.has_filename() ? std::move(path) : path.parent_path()),
      temporary_(path_.parent_path() / fmt::format(".{}.{}.part", path_.filename().string(), getpid())) {
  errno = 0;  // what it says when writing has failed is to be of this file
}

AtomicFile::~AtomicFile() {
  const int before = errno;
  std::error_code ignored;
  fs::remove_all(temporary_, ignored);
  errno = before;
}

void AtomicFile::commit() {
  std::error_code error;
  if (fs::is_directory(temporary_, error) && exchange(temporary_, path_)) {
    return;  // the earlier one goes with this object
  }
  fs::rename(temporary_, path_, error);
  if (error) {
    errno = error.value();
    throw cannot_write(path_);
  }
}

void write_text_file(const fs::path& path, std::string_view text) {
  AtomicFile file(path);
  std::ofstream out(file.temporary_path(), std::ios::binary);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  if (!out) {
    throw cannot_write(path);
  }
  file.commit();
}

void remove_abandoned(const fs::path& folder, const std::function<bool(const std::string&)>& is_wanted) {
  static const TextPattern temporary(R"(\.(.+)\.(\d{1,9})\.part)");
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const auto parts = temporary.groups(entry->path().filename().string());
    if (parts && is_wanted((*parts)[1]) && is_gone(std::stoi((*parts)[2]))) {
      found.push_back(entry->path());
    }
  }
  for (const fs::path& path : found) {
    fs::remove_all(path, error);
  }
}

std::string why_not_written() {
  switch (errno) {
    case ENOSPC:
    case EDQUOT:
      return "the disk is full, or what you may have of it; free some space or choose another folder";
    case EFBIG:
      return "a file must not be so large here; raise the limit (ulimit -f) or choose another folder";
    case EROFS:
      return "the folder is read-only; choose another one";
    case EACCES:
    case EPERM:
      return "the folder is closed to you; choose another one";
    case ENOENT:
    case ENOTDIR:
      return "the folder is missing; make it or choose another one";
    case ENXIO:
      return "a pipe or a socket has that name; remove it or choose another name";
    case EISDIR:
      return "a folder has that name; remove it or choose another name";
    case EMFILE:
    case ENFILE:
      return "too many files are open; raise the limit (ulimit -n)";
    default:
      return "the folder is missing, closed to you, or the disk is full; choose another one";
  }
}

FileError cannot_write(const fs::path& path) {
  return FileError(fmt::format("Cannot write {}: {}.", path.string(), why_not_written()));
}

}  // namespace coincide::io
