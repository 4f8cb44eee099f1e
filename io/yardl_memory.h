#pragma once

#include <hdf5.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/yardl_schema.h"
#include "io/yardl_value.h"

namespace coincide::io {

/// Owns an identifier of the HDF5 library.
class Hdf5Id {
 public:
  using Close = herr_t (*)(hid_t);
  Hdf5Id() = default;
  /// Throws FileError with `deed` ("open the group X") if the library returned an invalid identifier.
  Hdf5Id(hid_t id, Close close, const std::string& deed);
  Hdf5Id(Hdf5Id&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Hdf5Id& operator=(Hdf5Id&& other) noexcept;
  ~Hdf5Id();
  operator hid_t() const { return id_; }  // NOLINT(google-explicit-constructor): a handle for the C library

 private:
  hid_t id_ = -1;
  Close close_ = nullptr;
};

/// The type of a member of a compound, and its `offset` there. Throws FileError if there is none of that name.
Hdf5Id hdf5_member_type(hid_t compound, const std::string& name, std::size_t& offset);

/// How values of a yardl type lie in memory after the HDF5 library has read them.
struct YardlMemory {
  struct Part {
    std::size_t offset = 0;
    std::unique_ptr<YardlMemory> memory;  ///< null: the null case of a choice
  };

  const YardlType* type = nullptr;
  std::size_t bytes = 0;
  bool is_signed = false;          ///< of an integer
  std::vector<Part> parts;         ///< fields of a record, cases of a choice
  Part tag;                        ///< of a choice: the integer that chooses
  std::vector<std::int64_t> tags;  ///< of a choice: its value for each case
  Part items;                      ///< of a vector or array: one element; offset: of the first, or of the hvl_t
  bool variable = false;           ///< elements lie behind a hvl_t, else in place
  std::uint64_t count = 0;         ///< number of elements in place

  /// Works out where everything lies. Throws FileError if the two types do not fit.
  YardlMemory(const YardlType& yardl_type, hid_t memory_type);

  YardlValue value(const std::byte* at) const;
  std::int64_t integer(const std::byte* at) const;
  /// The elements of a vector or array.
  std::pair<const std::byte*, std::uint64_t> elements(const std::byte* at) const;
  /// The case of a choice that is set.
  std::size_t chosen_case(const std::byte* at) const;

 private:
  void set_collection(hid_t memory_type);
  void set_in_place(hid_t memory_type, std::uint64_t wanted);
  void set_choice(hid_t memory_type);
  YardlValue collection(const std::byte* at) const;
};

}  // namespace coincide::io
