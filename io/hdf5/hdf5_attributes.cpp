#include "io/hdf5/hdf5_attributes.h"

#include <fmt/format.h>

#include "io/atomic_file.h"
#include "io/yardl_memory.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

constexpr hssize_t most_values = 1 << 16;

void check_written(herr_t result, const char* name) {
  if (result < 0) {
    throw FileError(fmt::format("cannot write the attribute {}: {}.", name, why_not_written()));
  }
}

[[noreturn]] void refuse(const char* name, const char* kind) {
  throw FileError(fmt::format("its attribute {} is not {}", name, kind));
}

Hdf5Id open_attribute(hid_t object, const char* name) {
  return {H5Aopen(object, name, H5P_DEFAULT), H5Aclose, fmt::format("open the attribute {}", name)};
}

Hdf5Id text_type(std::size_t size) {
  Hdf5Id type(H5Tcopy(H5T_C_S1), H5Tclose, "make a type of text");
  H5Tset_size(type, size);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

}  // namespace

void write_attribute(hid_t object, const char* name, std::span<const double> values) {
  const hsize_t size = values.size();
  const Hdf5Id space(H5Screate_simple(1, &size, nullptr), H5Sclose, "make a dataspace");
  const Hdf5Id attribute(H5Acreate2(object, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
                         fmt::format("make the attribute {}", name));
  check_written(H5Awrite(attribute, H5T_NATIVE_DOUBLE, values.data()), name);
}

void write_attribute(hid_t object, const char* name, const std::string& text) {
  const Hdf5Id space(H5Screate(H5S_SCALAR), H5Sclose, "make a dataspace");
  const Hdf5Id type = text_type(H5T_VARIABLE);
  const Hdf5Id attribute(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
                         fmt::format("make the attribute {}", name));
  const char* letters = text.c_str();
  check_written(H5Awrite(attribute, type, &letters), name);
}

std::optional<std::vector<double>> number_attribute(hid_t object, const char* name) {
  if (H5Aexists(object, name) <= 0) {
    return std::nullopt;
  }
  const Hdf5Id attribute = open_attribute(object, name);
  const Hdf5Id type(H5Aget_type(attribute), H5Tclose, fmt::format("read the type of {}", name));
  const Hdf5Id space(H5Aget_space(attribute), H5Sclose, fmt::format("measure the attribute {}", name));
  const H5T_class_t kind = H5Tget_class(type);
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  if ((kind != H5T_FLOAT && kind != H5T_INTEGER) || count < 1 || count > most_values) {
    refuse(name, "a number or a list of them");
  }
  std::vector<double> values(static_cast<std::size_t>(count));
  if (H5Aread(attribute, H5T_NATIVE_DOUBLE, values.data()) < 0) {
    refuse(name, "whole");
  }
  return values;
}

std::optional<std::string> text_attribute(hid_t object, const char* name) {
  if (H5Aexists(object, name) <= 0) {
    return std::nullopt;
  }
  const Hdf5Id attribute = open_attribute(object, name);
  const Hdf5Id type(H5Aget_type(attribute), H5Tclose, fmt::format("read the type of {}", name));
  const Hdf5Id space(H5Aget_space(attribute), H5Sclose, fmt::format("measure the attribute {}", name));
  if (H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_npoints(space) != 1) {
    refuse(name, "text");
  }
  if (H5Tis_variable_str(type) > 0) {
    char* letters = nullptr;
    const Hdf5Id memory(H5Tget_native_type(type, H5T_DIR_ASCEND), H5Tclose, "make a type of text");
    if (H5Aread(attribute, memory, static_cast<void*>(&letters)) < 0) {
      refuse(name, "whole");
    }
    const std::string text = letters == nullptr ? "" : letters;
    H5free_memory(letters);
    return text;
  }
  std::string text(H5Tget_size(type), '\0');
  if (H5Aread(attribute, type, text.data()) < 0) {
    refuse(name, "whole");
  }
  return text.substr(0, text.find('\0'));
}

}  // namespace coincide::io
