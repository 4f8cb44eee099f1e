#pragma once

#include <hdf5.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "io/yardl_memory.h"
#include "io/yardl_schema.h"
#include "io/yardl_value.h"

namespace coincide::io {

/// The rows of one dataset, read one at a time.
class YardlHdf5Rows {
 public:
  /// Throws FileError if the dataset is missing or does not hold `type`.
  YardlHdf5Rows(hid_t parent, const std::string& name, const YardlType& type);
  YardlHdf5Rows(const YardlHdf5Rows&) = delete;
  ~YardlHdf5Rows();

  std::uint64_t size() const { return size_; }
  const YardlMemory& memory() const { return *memory_; }
  /// The bytes of a row, laid out as memory() says; good until the next call. Throws FileError.
  const std::byte* row(std::uint64_t index);

 private:
  void reclaim();

  std::string name_;
  Hdf5Id dataset_;
  Hdf5Id type_;
  Hdf5Id space_;
  Hdf5Id one_row_;
  std::uint64_t size_ = 0;
  bool scalar_ = false;
  bool holds_row_ = false;
  std::unique_ptr<YardlMemory> memory_;
  std::vector<std::byte> buffer_;
};

/// A file that yardl's HDF5 writer made of one protocol.
class YardlHdf5File {
 public:
  /// One item of a stream of unions: case of the union and row in the dataset of that case.
  struct IndexEntry {
    std::size_t tag = 0;
    std::uint64_t row = 0;
  };

  /// Throws FileError if the file has no group of that name or no schema in it.
  YardlHdf5File(const std::filesystem::path& path, const std::string& protocol);

  const YardlSchema& schema() const { return *schema_; }
  hid_t group() const { return group_; }
  YardlValue value(const std::string& step) const;
  /// The index of the step, a stream of unions; tags are positions in the union's cases.
  std::vector<IndexEntry> index(const std::string& step) const;

 private:
  Hdf5Id file_;
  Hdf5Id group_;
  std::unique_ptr<YardlSchema> schema_;
};

/// While it lives, the HDF5 library prints no errors; they are thrown.
class Hdf5Quiet {
 public:
  Hdf5Quiet() {
    H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  Hdf5Quiet(const Hdf5Quiet&) = delete;
  ~Hdf5Quiet() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }

 private:
  H5E_auto2_t print_ = nullptr;
  void* data_ = nullptr;
};

}  // namespace coincide::io
