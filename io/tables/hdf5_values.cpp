#include "io/tables/hdf5_values.h"

#include <fmt/format.h>

#include <array>

#include "projectors/error.h"

namespace coincide::io {
namespace {

void check_place(hid_t dataset, const std::string& name) {
  const Hdf5Id properties(H5Dget_create_plist(dataset), H5Pclose, "read the properties of " + name);
  if (H5Pget_external_count(properties) > 0 || H5Pget_layout(properties) == H5D_VIRTUAL) {
    throw FileError(fmt::format("The data set {} keeps its values in another file, which is not followed.", name));
  }
}

void check(herr_t result, const std::string& deed) {
  if (result < 0) {
    throw FileError(fmt::format("Cannot {}: the file is damaged, or the disk is full.", deed));
  }
}

}  // namespace

template <>
hid_t hdf5_native<double>() {
  return H5T_NATIVE_DOUBLE;
}
template <>
hid_t hdf5_native<float>() {
  return H5T_NATIVE_FLOAT;
}
template <>
hid_t hdf5_native<std::uint8_t>() {
  return H5T_NATIVE_UINT8;
}
template <>
hid_t hdf5_native<std::uint16_t>() {
  return H5T_NATIVE_UINT16;
}
template <>
hid_t hdf5_native<std::uint32_t>() {
  return H5T_NATIVE_UINT32;
}
template <>
hid_t hdf5_native<std::int32_t>() {
  return H5T_NATIVE_INT32;
}
template <>
hid_t hdf5_native<std::uint64_t>() {
  return H5T_NATIVE_UINT64;
}

Hdf5Id open_hdf5_values(hid_t parent, const std::string& name) {
  Hdf5Id dataset(H5Dopen2(parent, name.c_str(), H5P_DEFAULT), H5Dclose, "open the data set " + name);
  check_place(dataset, name);
  hdf5_size(dataset, name);
  return dataset;
}

bool hdf5_has(hid_t parent, const std::string& name) { return H5Lexists(parent, name.c_str(), H5P_DEFAULT) > 0; }

template <class T>
std::vector<T> read_hdf5_values(hid_t parent, const std::string& name, std::uint64_t most) {
  const Hdf5Id dataset = open_hdf5_values(parent, name);
  const std::uint64_t size = hdf5_size(dataset, name);
  if (size > most) {
    throw FileError(
        fmt::format("The data set {} has {} values, and {} are the most that are possible.", name, size, most));
  }
  std::vector<T> values(size);
  if (size > 0) {
    check(H5Dread(dataset, hdf5_native<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
          "read the data set " + name);
  }
  return values;
}

template <class T>
void write_hdf5_values(hid_t parent, const std::string& name, const std::vector<T>& values, std::size_t width) {
  const std::array<hsize_t, 2> size{values.size() / width, width};
  const Hdf5Id space(H5Screate_simple(width == 1 ? 1 : 2, size.data(), nullptr), H5Sclose, "make a data space");
  const Hdf5Id dataset(H5Dcreate2(parent, name.c_str(), hdf5_native<T>(), space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                       H5Dclose, "make the data set " + name);
  if (!values.empty()) {
    check(H5Dwrite(dataset, hdf5_native<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
          "write the data set " + name);
  }
}

template std::vector<double> read_hdf5_values(hid_t, const std::string&, std::uint64_t);
template std::vector<float> read_hdf5_values(hid_t, const std::string&, std::uint64_t);
template std::vector<std::uint8_t> read_hdf5_values(hid_t, const std::string&, std::uint64_t);
template std::vector<std::uint32_t> read_hdf5_values(hid_t, const std::string&, std::uint64_t);
template std::vector<std::int32_t> read_hdf5_values(hid_t, const std::string&, std::uint64_t);
template std::vector<std::uint64_t> read_hdf5_values(hid_t, const std::string&, std::uint64_t);
template void write_hdf5_values(hid_t, const std::string&, const std::vector<double>&, std::size_t);
template void write_hdf5_values(hid_t, const std::string&, const std::vector<float>&, std::size_t);
template void write_hdf5_values(hid_t, const std::string&, const std::vector<std::uint8_t>&, std::size_t);
template void write_hdf5_values(hid_t, const std::string&, const std::vector<std::uint32_t>&, std::size_t);
template void write_hdf5_values(hid_t, const std::string&, const std::vector<std::int32_t>&, std::size_t);
template void write_hdf5_values(hid_t, const std::string&, const std::vector<std::uint64_t>&, std::size_t);

std::optional<double> hdf5_number_attribute(hid_t object, const std::string& name) {
  if (H5Aexists(object, name.c_str()) <= 0) {
    return std::nullopt;
  }
  const Hdf5Id attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose, "open the attribute " + name);
  const Hdf5Id type(H5Aget_type(attribute), H5Tclose, "read the type of " + name);
  const Hdf5Id space(H5Aget_space(attribute), H5Sclose, "read the size of " + name);
  const H5T_class_t kind = H5Tget_class(type);
  if (H5Sget_simple_extent_npoints(space) != 1 || (kind != H5T_INTEGER && kind != H5T_FLOAT)) {
    throw FileError(fmt::format("The attribute {} is not one number.", name));
  }
  double value = 0;
  check(H5Aread(attribute, H5T_NATIVE_DOUBLE, &value), "read the attribute " + name);
  return value;
}

std::string hdf5_text_attribute(hid_t object, const std::string& name) {
  if (H5Aexists(object, name.c_str()) <= 0) {
    return "";
  }
  const Hdf5Id attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose, "open the attribute " + name);
  const Hdf5Id type(H5Aget_type(attribute), H5Tclose, "read the type of " + name);
  if (H5Tget_class(type) != H5T_STRING) {
    return "";
  }
  if (H5Tis_variable_str(type) > 0) {
    char* text = nullptr;
    const Hdf5Id memory(H5Tcopy(type), H5Tclose, "copy a type");
    check(H5Aread(attribute, memory, static_cast<void*>(&text)), "read the attribute " + name);
    std::string copy = text == nullptr ? "" : text;
    H5free_memory(text);
    return copy;
  }
  constexpr std::size_t most = 4096;
  const std::size_t size = H5Tget_size(type);
  const Hdf5Id space(H5Aget_space(attribute), H5Sclose, "read the size of " + name);
  if (size > most || H5Sget_simple_extent_npoints(space) != 1) {
    return "";
  }
  std::string text(size, '\0');
  check(H5Aread(attribute, type, text.data()), "read the attribute " + name);
  return text.substr(0, text.find('\0'));
}

void write_hdf5_attribute(hid_t object, const std::string& name, double value) {
  const Hdf5Id space(H5Screate(H5S_SCALAR), H5Sclose, "make a data space");
  const Hdf5Id attribute(H5Acreate2(object, name.c_str(), H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
                         "make the attribute " + name);
  check(H5Awrite(attribute, H5T_NATIVE_DOUBLE, &value), "write the attribute " + name);
}

void write_hdf5_attribute(hid_t object, const std::string& name, const std::string& text) {
  const Hdf5Id space(H5Screate(H5S_SCALAR), H5Sclose, "make a data space");
  const Hdf5Id type(H5Tcopy(H5T_C_S1), H5Tclose, "make a type of text");
  H5Tset_size(type, text.size() + 1);
  H5Tset_cset(type, H5T_CSET_UTF8);
  const Hdf5Id attribute(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
                         "make the attribute " + name);
  check(H5Awrite(attribute, type, text.c_str()), "write the attribute " + name);
}

Hdf5Id make_hdf5_group(hid_t parent, const std::string& name) {
  return {H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose, "make the group " + name};
}

}  // namespace coincide::io
