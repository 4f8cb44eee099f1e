#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace coincide::recon {

/// Arrays that grow in place: room in the address space is reserved once, pages are put in as they are needed, first
/// from memory and, beyond a limit, from a scratch file without a name that vanishes with this object. New elements are
/// 0.
class ColumnStore {
 public:
  /// One column per entry of `element_bytes`; grow() says how far they may. Stores that share `memory_left_bytes` take
  /// from it in turn; what one took comes back when it goes.
  /// Throws DeviceError if the system refuses the address space.
  ColumnStore(const std::vector<std::size_t>& element_bytes, std::shared_ptr<std::uint64_t> memory_left_bytes,
              std::filesystem::path scratch_folder);
  ColumnStore(const ColumnStore&) = delete;
  ColumnStore& operator=(const ColumnStore&) = delete;
  ~ColumnStore();

  /// Makes at least the first `elements` elements of a column usable. Throws InputError if there are too many,
  /// FileError if the scratch file cannot grow, DeviceError if the memory cannot.
  void grow(std::size_t column, std::uint64_t elements);
  /// Start of a column: it never changes.
  std::byte* data(std::size_t column) const { return reserved_ + columns_[column].offset; }
  bool uses_file() const { return file_ >= 0; }
  /// Takes what lies in the scratch file out of this process's memory, until it is used again: for what will not be
  /// used soon.
  void release() const;
  /// Gives a column's memory back to the system: it is not read any more.
  void discard(std::size_t column);
  /// Gives back its share of the memory before it goes, to the store that is to take its place.
  void yield_memory();

 private:
  struct Column {
    std::size_t element_bytes;
    std::uint64_t offset;  ///< in the reserved range
    std::uint64_t usable_bytes;
  };

  void reserve();
  void add_from_memory(std::byte* place, std::uint64_t bytes);
  void add_from_file(std::byte* place, std::uint64_t bytes);
  void open_file();

  std::vector<Column> columns_;
  std::shared_ptr<std::uint64_t> memory_left_bytes_;
  std::uint64_t memory_bytes_ = 0;  ///< taken from there
  std::filesystem::path scratch_folder_;
  std::uint64_t max_elements_ = 0;
  std::byte* reserved_ = nullptr;
  std::uint64_t reserved_bytes_ = 0;
  int file_ = -1;
  std::uint64_t file_bytes_ = 0;
  struct Piece {
    std::byte* place;
    std::uint64_t bytes;
  };
  std::vector<Piece> in_file_;
};

}  // namespace coincide::recon
