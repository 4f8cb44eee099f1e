#include "fuzz/hdf5_values.h"

#include <hdf5.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <vector>

#include "io/yardl_memory.h"

namespace coincide::fuzz {
namespace {

using io::Hdf5Id;
/// A number or a text, which may be changed where it lies.
using Leaf = std::function<void(char* at, std::size_t bytes)>;

/// Down to what `type` is made of, of which one lies at `at`.
void visit(hid_t type, char* at, const Leaf& leaf) {
  const auto visit_all = [&](char* first, std::size_t count) {
    const Hdf5Id element(H5Tget_super(type), H5Tclose, "read a type");
    for (std::size_t i = 0; i < count; ++i) {
      visit(element, first + i * H5Tget_size(element), leaf);
    }
  };
  switch (H5Tget_class(type)) {
    case H5T_COMPOUND:
      for (unsigned member = 0; member < static_cast<unsigned>(H5Tget_nmembers(type)); ++member) {
        const Hdf5Id of_member(H5Tget_member_type(type, member), H5Tclose, "read a type");
        visit(of_member, at + H5Tget_member_offset(type, member), leaf);
      }
      break;
    case H5T_ARRAY: {
      const Hdf5Id element(H5Tget_super(type), H5Tclose, "read a type");
      visit_all(at, H5Tget_size(type) / H5Tget_size(element));
      break;
    }
    case H5T_VLEN: {
      const hvl_t& row = *reinterpret_cast<hvl_t*>(at);
      visit_all(static_cast<char*>(row.p), row.len);
      break;
    }
    case H5T_STRING:
      if (H5Tis_variable_str(type) > 0) {
        char* const text = *reinterpret_cast<char**>(at);
        leaf(text, text == nullptr ? 0 : std::strlen(text));
        break;
      }
      [[fallthrough]];
    default:
      leaf(at, H5Tget_size(type));
  }
}

/// The elements of a data set or attribute, with the memory of its rows and texts.
class Elements {
 public:
  Elements(hid_t type, hid_t space)
      : type_(type),
        space_(space),
        count_(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space))),
        bytes_(count_ * H5Tget_size(type)) {}
  Elements(const Elements&) = delete;
  ~Elements() {
    if (count_ > 0) {
      H5Dvlen_reclaim(type_, space_, H5P_DEFAULT, bytes_.data());
    }
  }

  void* data() { return bytes_.data(); }
  void visit_all(const Leaf& leaf) {
    for (std::size_t i = 0; i < count_; ++i) {
      visit(type_, bytes_.data() + i * H5Tget_size(type_), leaf);
    }
  }

 private:
  hid_t type_, space_;
  std::size_t count_;
  std::vector<char> bytes_;
};

using Change = std::function<void(Elements&)>;

/// Reads, lets change and writes; `to` may be the data set itself.
void pass_set(hid_t from, hid_t to, const Change& change) {
  const Hdf5Id type(H5Dget_type(from), H5Tclose, "read a type");
  const Hdf5Id space(H5Dget_space(from), H5Sclose, "measure a data set");
  Elements elements(type, space);
  H5Dread(from, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, elements.data());
  change(elements);
  H5Dwrite(to, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, elements.data());
}

void pass_attribute(hid_t from, hid_t to, const Change& change) {
  const Hdf5Id type(H5Aget_type(from), H5Tclose, "read a type");
  const Hdf5Id space(H5Aget_space(from), H5Sclose, "measure an attribute");
  Elements elements(type, space);
  H5Aread(from, type, elements.data());
  change(elements);
  H5Awrite(to, type, elements.data());
}

template <class Visit>
void for_each_attribute(hid_t object, Visit visit_one) {
  for (int i = 0; i < H5Aget_num_attrs(object); ++i) {
    visit_one(Hdf5Id(
        H5Aopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, static_cast<hsize_t>(i), H5P_DEFAULT, H5P_DEFAULT),
        H5Aclose, "open an attribute"));
  }
}

/// visit_one(object, name) for the members of a group.
template <class Visit>
void for_each_member(hid_t group, Visit visit_one) {
  H5G_info_t info{};
  H5Gget_info(group, &info);
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    char name[256] = {};
    H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof name, H5P_DEFAULT);
    visit_one(Hdf5Id(H5Oopen(group, name, H5P_DEFAULT), H5Oclose, "open an object"), name);
  }
}

void pass_all(hid_t group, const Change& change) {
  const auto pass_own = [&](hid_t attribute) { pass_attribute(attribute, attribute, change); };
  for_each_attribute(group, pass_own);
  for_each_member(group, [&](hid_t object, const char*) {
    if (H5Iget_type(object) == H5I_GROUP) {
      pass_all(object, change);
    } else {
      for_each_attribute(object, pass_own);
      pass_set(object, object, change);
    }
  });
}

void copy_attributes(hid_t from, hid_t to) {
  for_each_attribute(from, [to](hid_t attribute) {
    char name[256] = {};
    H5Aget_name(attribute, sizeof name, name);
    const Hdf5Id type(H5Aget_type(attribute), H5Tclose, "read a type");
    const Hdf5Id space(H5Aget_space(attribute), H5Sclose, "measure an attribute");
    const Hdf5Id copy(H5Acreate2(to, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, "make an attribute");
    pass_attribute(attribute, copy, [](Elements&) {});
  });
}

void copy_group(hid_t from, hid_t to) {
  copy_attributes(from, to);
  for_each_member(from, [to](hid_t object, const char* name) {
    if (H5Iget_type(object) == H5I_GROUP) {
      copy_group(object, Hdf5Id(H5Gcreate2(to, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose, "make a group"));
      return;
    }
    const Hdf5Id type(H5Dget_type(object), H5Tclose, "read a type");
    const Hdf5Id space(H5Dget_space(object), H5Sclose, "measure a data set");
    std::vector<hsize_t> sizes(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
    H5Sget_simple_extent_dims(space, sizes.data(), nullptr);
    const Hdf5Id room(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr), H5Sclose, "make room");
    const Hdf5Id copy(H5Dcreate2(to, name, type, room, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose,
                      "make a data set");
    copy_attributes(object, copy);
    pass_set(object, copy, [](Elements&) {});
  });
}

/// The root group, which keeps the file open.
Hdf5Id opened(const std::filesystem::path& file, unsigned mode) {
  const Hdf5Id id(H5Fopen(file.c_str(), mode, H5P_DEFAULT), H5Fclose, "open " + file.string());
  return {H5Gopen2(id, "/", H5P_DEFAULT), H5Gclose, "open the root"};
}

}  // namespace

std::string values_in(const std::filesystem::path& file) {
  std::string values;
  pass_all(opened(file, H5F_ACC_RDWR), [&](Elements& elements) {
    elements.visit_all([&](const char* at, std::size_t bytes) { values.append(at, bytes); });
  });
  return values;
}

void put_values(const std::filesystem::path& file, std::string_view values) {
  pass_all(opened(file, H5F_ACC_RDWR), [&](Elements& elements) {
    elements.visit_all([&](char* at, std::size_t bytes) {
      values.copy(at, bytes);
      values.remove_prefix(std::min(bytes, values.size()));
    });
  });
}

void compact_hdf5(const std::filesystem::path& from, const std::filesystem::path& to) {
  const Hdf5Id copy(H5Fcreate(to.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose, "make a file");
  copy_group(opened(from, H5F_ACC_RDONLY), copy);
}

}  // namespace coincide::fuzz
