#include "recon/column_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "projectors/error.h"

namespace coincide::recon {
namespace {

/// Columns grow by multiples of this: a multiple of the page size on all systems.
constexpr std::uint64_t grain_bytes = std::uint64_t{1} << 16;
/// Steps grow with the column up to this, so that terabytes take fewer mappings than Linux allows (65530).
constexpr std::uint64_t largest_step_bytes = std::uint64_t{1} << 26;
/// Of all columns together: seven columns of 3 x 10^10 events. Costs address space only.
constexpr std::uint64_t most_elements = std::uint64_t{1} << 38;

std::uint64_t round_up(std::uint64_t bytes) { return (bytes + grain_bytes - 1) / grain_bytes * grain_bytes; }

/// A file that is nobody else's and gone with the process, however that ends; -1 and errno if there can be none.
int open_nameless(const std::filesystem::path& folder) {
  const int file = open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) {
    return file;
  }
  std::string name = (folder / "coincide-events-XXXXXX").string();  // the file system makes none without a name
  const int named = mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) {
    unlink(name.c_str());
  }
  return named;
}

std::string reason(int error) { return std::error_code(error, std::generic_category()).message(); }

}  // namespace

ColumnStore::ColumnStore(const std::vector<std::size_t>& element_bytes,
                         std::shared_ptr<std::uint64_t> memory_left_bytes, std::filesystem::path scratch_folder)
    : memory_left_bytes_(std::move(memory_left_bytes)), scratch_folder_(std::move(scratch_folder)) {
  for (const std::size_t bytes : element_bytes) {
    columns_.push_back({.element_bytes = bytes, .offset = 0, .usable_bytes = 0});
  }
  reserve();
}

ColumnStore::~ColumnStore() {
  yield_memory();
  munmap(reserved_, reserved_bytes_);
  if (file_ >= 0) {
    close(file_);
  }
}

void ColumnStore::yield_memory() { *memory_left_bytes_ += std::exchange(memory_bytes_, 0); }

void ColumnStore::discard(std::size_t column) { madvise(data(column), columns_[column].usable_bytes, MADV_DONTNEED); }

/// Where the system limits the address space (ulimit -v), less is tried.
void ColumnStore::reserve() {
  constexpr std::uint64_t fewest_elements = std::uint64_t{1} << 20;
  for (max_elements_ = most_elements / columns_.size(); max_elements_ >= fewest_elements; max_elements_ /= 2) {
    reserved_bytes_ = 0;
    for (Column& column : columns_) {
      column.offset = reserved_bytes_;
      reserved_bytes_ += round_up(max_elements_ * column.element_bytes);
    }
    void* place = mmap(nullptr, reserved_bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (place != MAP_FAILED) {
      reserved_ = static_cast<std::byte*>(place);
      return;
    }
  }
  throw DeviceError(
      fmt::format("the system refuses {} MB of address space for the events: {}; raise the limit of the "
                  "process (ulimit -v)",
                  reserved_bytes_ >> 20, reason(errno)));
}

void ColumnStore::grow(std::size_t column, std::uint64_t elements) {
  if (elements > max_elements_) {
    throw InputError(fmt::format(
        "there are more than {} events in one subset: use more subsets or a shorter time window", max_elements_));
  }
  Column& c = columns_[column];
  const std::uint64_t needed = elements * c.element_bytes;
  if (needed <= c.usable_bytes) {
    return;
  }
  const std::uint64_t step = std::min(largest_step_bytes, c.usable_bytes / 4);
  const std::uint64_t full = round_up(max_elements_ * c.element_bytes);
  const std::uint64_t bytes = std::min(round_up(std::max(needed - c.usable_bytes, step)), full - c.usable_bytes);
  std::byte* place = reserved_ + c.offset + c.usable_bytes;
  if (bytes <= *memory_left_bytes_) {
    add_from_memory(place, bytes);
  } else {
    add_from_file(place, bytes);
  }
  c.usable_bytes += bytes;
}

void ColumnStore::add_from_memory(std::byte* place, std::uint64_t bytes) {
  if (mprotect(place, bytes, PROT_READ | PROT_WRITE) != 0) {
    throw DeviceError(
        fmt::format("no memory for {} MB of events: {}; set a lower memory limit so that they go to a "
                    "scratch file",
                    bytes >> 20, reason(errno)));
  }
  *memory_left_bytes_ -= bytes;
  memory_bytes_ += bytes;
}

void ColumnStore::add_from_file(std::byte* place, std::uint64_t bytes) {
  if (file_ < 0) {
    open_file();
  }
  // Blocks are claimed now: writing to a mapped file on a full disk would end the program.
  const int error = posix_fallocate(file_, static_cast<off_t>(file_bytes_), static_cast<off_t>(bytes));
  if (error != 0) {
    throw FileError(
        fmt::format("the scratch file for events in {} cannot grow beyond {} MB: {}; free some space or "
                    "set TMPDIR to another folder",
                    scratch_folder_.string(), file_bytes_ >> 20, reason(error)));
  }
  if (mmap(place, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file_, static_cast<off_t>(file_bytes_)) ==
      MAP_FAILED) {
    throw FileError(
        fmt::format("the scratch file for events in {} cannot be mapped: {}", scratch_folder_.string(), reason(errno)));
  }
  file_bytes_ += bytes;
  in_file_.push_back({place, bytes});
}

/// Without this, all pages ever touched count as resident until the system is short of memory.
void ColumnStore::release() const {
  for (const Piece& piece : in_file_) {
    madvise(piece.place, piece.bytes, MADV_DONTNEED);
  }
}

void ColumnStore::open_file() {
  if (scratch_folder_.empty()) {
    std::error_code error;
    scratch_folder_ = std::filesystem::temp_directory_path(error);
    if (error) {
      throw FileError(
          fmt::format("no scratch file for events can be made: the folder for temporary files is missing ({}); set "
                      "TMPDIR to one that exists",
                      error.message()));
    }
  }
  file_ = open_nameless(scratch_folder_);
  if (file_ < 0) {
    throw FileError(fmt::format("no scratch file for events can be made in {}: {}; set TMPDIR to another folder",
                                scratch_folder_.string(), reason(errno)));
  }
}

}  // namespace coincide::recon
