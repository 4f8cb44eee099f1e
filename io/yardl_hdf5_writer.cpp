#include "io/yardl_hdf5_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "io/atomic_file.h"
#include "io/yardl_layout.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

constexpr hsize_t rows_per_chunk = 1024;

using Members = std::vector<std::pair<std::string, Hdf5Id>>;

Hdf5Id copy_of(hid_t type) { return {H5Tcopy(type), H5Tclose, "copy a type"}; }

Hdf5Id list_of(hid_t element) { return {H5Tvlen_create(element), H5Tclose, "make a type of lists"}; }

Hdf5Id array_of(hid_t element, const std::vector<std::uint64_t>& lengths) {
  const std::vector<hsize_t> sizes(lengths.begin(), lengths.end());
  return {H5Tarray_create2(element, static_cast<unsigned>(sizes.size()), sizes.data()), H5Tclose,
          "make a type of arrays"};
}

/// One member behind the other.
Hdf5Id compound_of(const Members& members) {
  std::size_t bytes = 0;
  for (const auto& [name, type] : members) {
    bytes += H5Tget_size(type);
  }
  Hdf5Id compound(H5Tcreate(H5T_COMPOUND, bytes), H5Tclose, "make a type of records");
  std::size_t offset = 0;
  for (const auto& [name, type] : members) {
    H5Tinsert(compound, name.c_str(), offset, type);
    offset += H5Tget_size(type);
  }
  return compound;
}

Hdf5Id hdf5_text() {
  Hdf5Id type = copy_of(H5T_C_S1);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

template <class Number>
Hdf5Id enumeration_of(hid_t base, const std::vector<YardlSymbol>& symbols) {
  Hdf5Id type(H5Tenum_create(base), H5Tclose, "make a type of names");
  for (const YardlSymbol& symbol : symbols) {
    const auto value = static_cast<Number>(symbol.value);
    H5Tenum_insert(type, symbol.name.c_str(), &value);
  }
  return type;
}

Hdf5Id choice_type(const YardlType& type) {
  Members members;
  if (type.is_optional()) {
    members.emplace_back("value", hdf5_type_of(*type.fields[1].type));
    members.emplace_back("has_value", copy_of(H5T_NATIVE_UINT8));
    return compound_of(members);
  }
  members.emplace_back("$type", hdf5_case_type(type));
  for (const YardlField& field : type.fields) {
    if (field.type != nullptr) {
      members.emplace_back(field.name, hdf5_type_of(*field.type));
    }
  }
  return compound_of(members);
}

/// Arrays of several dimensions have their lengths before the elements (YardlLayout::place_lengths).
Hdf5Id collection_type(const YardlType& type) {
  const Hdf5Id element = hdf5_type_of(*type.items);
  if (type.fixed_count()) {
    return array_of(element, type.kind == YardlKind::vector ? std::vector{*type.length} : type.lengths);
  }
  if (type.kind == YardlKind::vector || type.dimensions == 1) {
    return list_of(element);
  }
  Members members;
  members.emplace_back("dimensions", type.dimensions < 0
                                         ? list_of(H5T_NATIVE_UINT64)
                                         : array_of(H5T_NATIVE_UINT64, {static_cast<std::uint64_t>(type.dimensions)}));
  members.emplace_back("data", list_of(element));
  return compound_of(members);
}

Hdf5Id record_type(const YardlType& type) {
  Members members;
  for (const YardlField& field : type.fields) {
    members.emplace_back(field.name, hdf5_type_of(*field.type));
  }
  return compound_of(members);
}

hid_t number_type(const YardlType& type) {
  switch (type.kind) {
    case YardlKind::boolean:
    case YardlKind::uint8:
      return H5T_NATIVE_UINT8;
    case YardlKind::int8:
      return H5T_NATIVE_INT8;
    case YardlKind::int16:
      return H5T_NATIVE_INT16;
    case YardlKind::uint16:
      return H5T_NATIVE_UINT16;
    case YardlKind::int32:
    case YardlKind::date:
      return H5T_NATIVE_INT32;
    case YardlKind::uint32:
      return H5T_NATIVE_UINT32;
    case YardlKind::uint64:
      return H5T_NATIVE_UINT64;
    case YardlKind::int64:
    case YardlKind::time:
    case YardlKind::datetime:
      return H5T_NATIVE_INT64;
    case YardlKind::float32:
      return H5T_NATIVE_FLOAT;
    case YardlKind::float64:
      return H5T_NATIVE_DOUBLE;
    default:
      throw FileError("The type of a value has no counterpart in HDF5 here.");
  }
}

}  // namespace

Hdf5Id hdf5_case_type(const YardlType& choice) {
  std::vector<YardlSymbol> cases;
  for (const YardlField& field : choice.fields) {
    if (field.type != nullptr) {
      cases.push_back({field.name, static_cast<std::int64_t>(cases.size())});
    }
  }
  return enumeration_of<std::int8_t>(H5T_NATIVE_INT8, cases);
}

Hdf5Id hdf5_type_of(const YardlType& type) {
  switch (type.kind) {
    case YardlKind::text:
      return hdf5_text();
    case YardlKind::enumeration:
      return enumeration_of<std::int32_t>(H5T_NATIVE_INT32, type.symbols);
    case YardlKind::record:
      return record_type(type);
    case YardlKind::choice:
      return choice_type(type);
    case YardlKind::vector:
    case YardlKind::array:
      return collection_type(type);
    default:
      return copy_of(number_type(type));
  }
}

YardlHdf5Dataset::YardlHdf5Dataset(hid_t parent, std::string name, const YardlType& type, Shape shape)
    : name_(std::move(name)), shape_(shape), type_(hdf5_type_of(type)) {
  const std::array<hsize_t, 1> none{0}, endless{H5S_UNLIMITED}, chunk{rows_per_chunk};
  const Hdf5Id properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "make a property list");
  if (shape_ == Shape::list) {
    H5Pset_chunk(properties, 1, chunk.data());
  }
  const Hdf5Id space(shape_ == Shape::list ? H5Screate_simple(1, none.data(), endless.data()) : H5Screate(H5S_SCALAR),
                     H5Sclose, "make a data space");
  dataset_ = Hdf5Id(H5Dcreate2(parent, name_.c_str(), type_, space, H5P_DEFAULT, properties, H5P_DEFAULT), H5Dclose,
                    "make the data set " + name_);
  memory_ = std::make_unique<YardlMemory>(type, type_);
}

void YardlHdf5Dataset::write(const YardlBytes& value) {
  YardlLayout layout(value);
  std::vector<std::byte> row(memory_->bytes);
  layout.place(*memory_, row.data());
  const std::array<hsize_t, 1> at{size_}, one{1}, size{++size_};
  herr_t result = shape_ == Shape::list ? H5Dset_extent(dataset_, size.data()) : 0;
  const Hdf5Id space(H5Dget_space(dataset_), H5Sclose, "read the size of " + name_);
  if (shape_ == Shape::list) {
    H5Sselect_hyperslab(space, H5S_SELECT_SET, at.data(), nullptr, one.data(), nullptr);
  }
  const Hdf5Id memory_space(H5Screate(H5S_SCALAR), H5Sclose, "make a data space");
  result = std::min(result, H5Dwrite(dataset_, type_, memory_space, space, H5P_DEFAULT, row.data()));
  if (result < 0) {
    throw FileError(fmt::format("The data set {} cannot be written: {}.", name_, why_not_written()));
  }
}

}  // namespace coincide::io
