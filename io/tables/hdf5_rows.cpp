#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "io/hdf5/hdf5_file.h"
#include "io/input_file.h"
#include "io/tables/hdf5_values.h"
#include "io/tables/table_rows.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

constexpr std::uint64_t rows_at_once = std::uint64_t{1} << 17;

/// Where a table might be: a group, or a compound data set.
struct Place {
  std::string path;
  bool is_compound = false;
  std::vector<std::string> columns;
};

bool is_number(hid_t type) {
  const H5T_class_t kind = H5Tget_class(type);
  return kind == H5T_INTEGER || kind == H5T_FLOAT || kind == H5T_ENUM;
}

/// Names in a group that lie in the file itself: links to other files are not followed.
std::vector<std::string> links_in(hid_t group) {
  constexpr std::size_t most = 1000;
  std::vector<std::string> names;
  const auto add = [](hid_t, const char* name, const H5L_info_t* info, void* to) -> herr_t {
    auto& list = *static_cast<std::vector<std::string>*>(to);
    if (info->type == H5L_TYPE_HARD) {
      list.emplace_back(name);
    }
    return list.size() < most ? 0 : 1;
  };
  H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, add, &names);
  return names;
}

std::vector<std::string> members_of(hid_t type) {
  std::vector<std::string> names;
  for (int i = 0; i < H5Tget_nmembers(type); ++i) {
    char* name = H5Tget_member_name(type, static_cast<unsigned>(i));
    names.emplace_back(name);
    H5free_memory(name);
  }
  return names;
}

/// Adds a data set to its group's columns, or to the places if it is a table by itself.
void look_at_dataset(hid_t dataset, const std::string& path, const std::string& name, Place& group,
                     std::vector<Place>& places) {
  const Hdf5Id type(H5Dget_type(dataset), H5Tclose, "read the type of " + path);
  const Hdf5Id space(H5Dget_space(dataset), H5Sclose, "read the size of " + path);
  if (H5Sget_simple_extent_ndims(space) != 1) {
    return;
  }
  if (H5Tget_class(type) == H5T_COMPOUND) {
    places.push_back({path, true, members_of(type)});
  } else {
    group.columns.push_back(name);
  }
}

void look_in(hid_t group, const std::string& path, int depth, std::vector<Place>& places) {
  constexpr int deepest = 5;
  Place own{path.empty() ? "/" : path, false, {}};
  for (const std::string& name : links_in(group)) {
    const std::string below = path + "/" + name;
    const Hdf5Id object(H5Oopen(group, name.c_str(), H5P_DEFAULT), H5Oclose, "open " + below);
    if (H5Iget_type(object) == H5I_GROUP && depth < deepest) {
      look_in(object, below, depth + 1, places);
    } else if (H5Iget_type(object) == H5I_DATASET) {
      look_at_dataset(object, below, name, own, places);
    }
  }
  if (!own.columns.empty()) {
    places.push_back(std::move(own));
  }
}

class Hdf5Rows final : public TableRows {
 public:
  Hdf5Rows(const std::filesystem::path& path, std::span<const std::string> known) : path_(path) {
    const Hdf5Quiet quiet;
    file_ = open_hdf5_file(path);
    place_ = find(known);
    columns_ = place_.columns;
    open();
  }

  const std::vector<std::string>& columns() const override { return columns_; }
  std::string words() const override { return "HDF5 table " + place_.path; }
  void rewind() override { next_ = 0; }
  double fraction_read() const override {
    return rows_ == 0 ? 1 : static_cast<double>(next_) / static_cast<double>(rows_);
  }

  /// Of the table, or of a group around it.
  std::optional<double> attribute(const std::string& name) const override {
    const Hdf5Quiet quiet;
    for (std::filesystem::path at = place_.path;; at = at.parent_path()) {
      const Hdf5Id object(H5Oopen(file_, at.c_str(), H5P_DEFAULT), H5Oclose, "open " + at.string());
      if (const auto value = hdf5_number_attribute(object, name)) {
        return value;
      }
      if (at == at.parent_path()) {
        return std::nullopt;
      }
    }
  }

  bool read(std::span<const std::size_t> wanted, std::vector<std::vector<double>>& values) override {
    const Hdf5Quiet quiet;
    const std::uint64_t count = std::min(rows_at_once, rows_ - next_);
    values.resize(wanted.size());
    for (std::vector<double>& column : values) {
      column.resize(count);
    }
    if (count == 0) {
      return false;
    }
    if (place_.is_compound) {
      read_members(wanted, count, values);
    } else {
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        read_rows(datasets_[wanted[i]], H5T_NATIVE_DOUBLE, count, values[i].data(), columns_[wanted[i]]);
      }
    }
    next_ += count;
    return true;
  }

 private:
  Place find(std::span<const std::string> known) const {
    std::vector<Place> places;
    const Hdf5Id root(H5Gopen2(file_, "/", H5P_DEFAULT), H5Gclose, "open its first group");
    look_in(root, "", 0, places);
    const auto hits = [&](const Place& place) {
      return std::ranges::count_if(
          place.columns, [&](const std::string& name) { return std::ranges::find(known, name) != known.end(); });
    };
    const auto best = std::ranges::max_element(
        places, {}, [&](const Place& place) { return std::pair(hits(place), place.columns.size()); });
    if (best == places.end()) {
      throw FileError(
          fmt::format("{} is an HDF5 file without a table: no group holds data sets of one dimension, and "
                      "there is no compound data set.",
                      path_.string()));
    }
    return *best;
  }

  void open() {
    if (place_.is_compound) {
      datasets_.push_back(open_hdf5_values(file_, place_.path));
    } else {
      for (const std::string& column : columns_) {
        const std::string path = place_.path == "/" ? "/" + column : place_.path + "/" + column;
        datasets_.push_back(open_hdf5_values(file_, path));
      }
    }
    rows_ = hdf5_size(datasets_.front(), columns_.front());
    for (std::size_t i = 0; i < datasets_.size(); ++i) {
      if (const std::uint64_t rows = hdf5_size(datasets_[i], columns_[i]); rows != rows_) {
        throw FileError(fmt::format("{}: the columns of the table {} are not equally long: {} has {} rows, {} has {}.",
                                    path_.string(), place_.path, columns_.front(), rows_, columns_[i], rows));
      }
    }
  }

  void read_rows(hid_t dataset, hid_t memory_type, std::uint64_t count, void* to, const std::string& name) const {
    const Hdf5Id file_type(H5Dget_type(dataset), H5Tclose, "read the type of " + name);
    if (H5Tget_class(file_type) != H5T_COMPOUND && !is_number(file_type)) {
      throw FileError(
          fmt::format("{}: the column {} holds no numbers. Write words as numbers: prompt 0, delayed 1; "
                      "true 0, scattered 1, random 2.",
                      path_.string(), name));
    }
    const Hdf5Id space(H5Dget_space(dataset), H5Sclose, "read the size of " + name);
    const std::array<hsize_t, 1> start{next_};
    const std::array<hsize_t, 1> size{count};
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr);
    const Hdf5Id memory(H5Screate_simple(1, size.data(), nullptr), H5Sclose, "make a data space");
    if (H5Dread(dataset, memory_type, memory, space, H5P_DEFAULT, to) < 0) {
      throw FileError(fmt::format("{}: rows {} to {} of column {} cannot be read; the file is damaged or cut off.",
                                  path_.string(), next_, next_ + count, name));
    }
  }

  void read_members(std::span<const std::size_t> wanted, std::uint64_t count,
                    std::vector<std::vector<double>>& values) {
    if (wanted.empty()) {
      return;
    }
    const Hdf5Id rows(H5Tcreate(H5T_COMPOUND, wanted.size() * sizeof(double)), H5Tclose, "make a type of rows");
    const Hdf5Id file_type(H5Dget_type(datasets_.front()), H5Tclose, "read the type of the rows");
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      std::size_t offset = 0;
      const Hdf5Id member = hdf5_member_type(file_type, columns_[wanted[i]], offset);
      if (!is_number(member)) {
        throw FileError(fmt::format("{}: the column {} holds no numbers.", path_.string(), columns_[wanted[i]]));
      }
      H5Tinsert(rows, columns_[wanted[i]].c_str(), i * sizeof(double), H5T_NATIVE_DOUBLE);
    }
    packed_.resize(count * wanted.size());
    read_rows(datasets_.front(), rows, count, packed_.data(), place_.path);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      for (std::size_t row = 0; row < count; ++row) {
        values[i][row] = packed_[row * wanted.size() + i];
      }
    }
  }

  std::filesystem::path path_;
  Hdf5Id file_;
  Place place_;
  std::vector<std::string> columns_;
  std::vector<Hdf5Id> datasets_;  ///< by column; of a compound one the only one
  std::vector<double> packed_;    ///< rows of a compound data set
  std::uint64_t rows_ = 0;
  std::uint64_t next_ = 0;
};

}  // namespace

std::unique_ptr<TableRows> open_hdf5_rows(const std::filesystem::path& path, std::span<const std::string> known) {
  if (const std::string why = why_no_input_file(path); !why.empty()) {
    throw FileError(fmt::format("The table {} cannot be read: {}.", path.string(), why));
  }
  return std::make_unique<Hdf5Rows>(path, known);
}

}  // namespace coincide::io
