#include "io/input_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include "projectors/error.h"

namespace coincide::io {

namespace fs = std::filesystem;

namespace {

std::string why_not_opened(int error) {
  switch (error) {
    case EACCES:
      return "it is closed to you";
    case EMFILE:
    case ENFILE:
      return "too many files are open; raise the limit (ulimit -n)";
    default:
      return std::error_code(error, std::generic_category()).message();
  }
}

}  // namespace

std::string why_no_input_file(const fs::path& path) {
  std::error_code error;
  switch (fs::status(path, error).type()) {
    case fs::file_type::regular:
      break;
    case fs::file_type::not_found:
      return "there is no such file";
    case fs::file_type::directory:
      return "it is a folder";
    case fs::file_type::character:
    case fs::file_type::block:
      return "it is a device, not a file";
    case fs::file_type::fifo:
    case fs::file_type::socket:
      return "it is a pipe, not a file, and would have to be read twice";
    default:
      return error ? error.message() : "it is not a file";
  }
  if (fs::file_size(path, error) == 0) {
    return "it is empty";
  }
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return why_not_opened(errno);
  }
  close(file);
  return "";
}

std::string read_first_bytes(const fs::path& path, std::size_t most) {
  if (const std::string why = why_no_input_file(path); !why.empty()) {
    throw FileError(fmt::format("{} cannot be read: {}.", path.string(), why));
  }
  std::ifstream file(path, std::ios::binary);
  std::string bytes(most, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

std::string read_text_file(const fs::path& path) {
  constexpr std::uintmax_t most_bytes = 16 << 20;
  const std::string why = why_no_input_file(path);
  if (!why.empty()) {
    throw FileError(fmt::format("cannot read {}: {}", path.string(), why));
  }
  std::error_code error;
  if (const std::uintmax_t bytes = fs::file_size(path, error); !error && bytes > most_bytes) {
    throw FileError(fmt::format("cannot read {}: it has {} bytes, and {} are the most that a text file may have here",
                                path.string(), bytes, most_bytes));
  }
  std::ifstream file(path, std::ios::binary);
  try {
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (file) {
      return text;
    }
  } catch (const std::ios_base::failure&) {  // the system refuses: a damaged disk, or no file of a disk at all
  }
  throw FileError(fmt::format("cannot read {} to its end", path.string()));
}

}  // namespace coincide::io
