#include "io/yardl_hdf5.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "io/hdf5/hdf5_file.h"
#include "io/hdf5/hdf5_size.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

// Upstream writes chunks of 8 MB. The library's default cache is smaller, so each row would read its chunk anew.
constexpr std::size_t chunk_cache_bytes = std::size_t{64} << 20;
constexpr std::size_t chunk_cache_slots = 521;

const YardlType uint64_type{.kind = YardlKind::uint64};
const YardlType schema_type{.kind = YardlKind::text};

}  // namespace

YardlHdf5Rows::YardlHdf5Rows(hid_t parent, const std::string& name, const YardlType& type) : name_(name) {
  const Hdf5Quiet quiet;
  const Hdf5Id access(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose, "make a property list");
  H5Pset_chunk_cache(access, chunk_cache_slots, chunk_cache_bytes, H5D_CHUNK_CACHE_W0_DEFAULT);
  dataset_ = Hdf5Id(H5Dopen2(parent, name.c_str(), access), H5Dclose, "open the dataset " + name);
  const Hdf5Id file_type(H5Dget_type(dataset_), H5Tclose, "read the type of " + name);
  type_ = Hdf5Id(H5Tget_native_type(file_type, H5T_DIR_ASCEND), H5Tclose, "build the memory type of " + name);
  space_ = Hdf5Id(H5Dget_space(dataset_), H5Sclose, "read the size of " + name);
  scalar_ = H5Sget_simple_extent_type(space_) == H5S_SCALAR;
  if (!scalar_ && H5Sget_simple_extent_ndims(space_) != 1) {
    throw FileError(fmt::format("The dataset {} does not have one dimension.", name));
  }
  const hssize_t points = H5Sget_simple_extent_npoints(space_);
  size_ = points < 0 ? 0 : static_cast<std::uint64_t>(points);
  one_row_ = Hdf5Id(H5Screate(H5S_SCALAR), H5Sclose, "make a dataspace");
  memory_ = std::make_unique<YardlMemory>(type, type_);
  buffer_.resize(memory_->bytes);
}

YardlHdf5Rows::~YardlHdf5Rows() { reclaim(); }

void YardlHdf5Rows::reclaim() {
  if (std::exchange(holds_row_, false)) {
    H5Dvlen_reclaim(type_, one_row_, H5P_DEFAULT, buffer_.data());
  }
}

const std::byte* YardlHdf5Rows::row(std::uint64_t index) {
  const Hdf5Quiet quiet;
  reclaim();
  if (index >= size_) {
    throw FileError(fmt::format("The dataset {} has {} rows, but row {} is asked for.", name_, size_, index));
  }
  if (!scalar_) {
    const std::array<hsize_t, 1> start{index};
    const std::array<hsize_t, 1> one{1};
    H5Sselect_hyperslab(space_, H5S_SELECT_SET, start.data(), nullptr, one.data(), nullptr);
  }
  std::fill(buffer_.begin(), buffer_.end(), std::byte{0});
  if (H5Dread(dataset_, type_, one_row_, space_, H5P_DEFAULT, buffer_.data()) < 0) {
    throw FileError(
        fmt::format("Row {} of the dataset {} cannot be read; the file is damaged or cut off.", index, name_));
  }
  holds_row_ = true;
  return buffer_.data();
}

YardlHdf5File::YardlHdf5File(const std::filesystem::path& path, const std::string& protocol) {
  const Hdf5Quiet quiet;
  file_ = open_hdf5_file(path);
  group_ = Hdf5Id(H5Gopen2(file_, protocol.c_str(), H5P_DEFAULT), H5Gclose,
                  fmt::format("find the group {0} in the file, so it is no {0} file", protocol));
  YardlHdf5Rows rows(group_, "$yardl_schema", schema_type);
  const YardlValue json = rows.memory().value(rows.row(0));
  schema_ = std::make_unique<YardlSchema>(json.text("$yardl_schema"));
}

YardlValue YardlHdf5File::value(const std::string& step) const {
  YardlHdf5Rows rows(group_, step, schema_->step(step));
  return rows.memory().value(rows.row(0));
}

std::vector<YardlHdf5File::IndexEntry> YardlHdf5File::index(const std::string& step) const {
  const Hdf5Quiet quiet;
  const YardlType& stream = schema_->step(step);
  if (stream.kind != YardlKind::stream || stream.items->kind != YardlKind::choice) {
    throw FileError(fmt::format("The step {} of the file is not a stream of unions.", step));
  }
  const std::string name = step + "/$index";
  const Hdf5Id dataset(H5Dopen2(group_, name.c_str(), H5P_DEFAULT), H5Dclose, "open the dataset " + name);
  const Hdf5Id file_type(H5Dget_type(dataset), H5Tclose, "read the type of " + name);
  const Hdf5Id type(H5Tget_native_type(file_type, H5T_DIR_ASCEND), H5Tclose, "build the memory type of " + name);
  const std::uint64_t points = hdf5_size(dataset, name);

  std::size_t type_offset = 0;
  const Hdf5Id tag_type = hdf5_member_type(type, "type", type_offset);
  std::size_t row_offset = 0;
  const YardlMemory row(uint64_type, hdf5_member_type(type, "offset", row_offset));
  std::vector<std::byte> bytes(points * H5Tget_size(type));
  if (points > 0 && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()) < 0) {
    throw FileError(fmt::format("The dataset {} cannot be read; the file is damaged or cut off.", name));
  }

  std::vector<IndexEntry> entries;
  entries.reserve(points);
  const auto& cases = stream.items->fields;
  for (std::uint64_t i = 0; i < points; ++i) {
    const std::byte* at = bytes.data() + i * H5Tget_size(type);
    std::array<char, 256> symbol{};
    if (H5Tenum_nameof(tag_type, at + type_offset, symbol.data(), symbol.size() - 1) < 0) {
      throw FileError(fmt::format("The file is damaged: entry {} of {} has no known kind.", i, name));
    }
    const auto found =
        std::find_if(cases.begin(), cases.end(), [&](const YardlField& field) { return field.name == symbol.data(); });
    if (found == cases.end()) {
      throw FileError(fmt::format("The kind '{}' in {} is not in the file's schema.", symbol.data(), name));
    }
    entries.push_back(
        {static_cast<std::size_t>(found - cases.begin()), static_cast<std::uint64_t>(row.integer(at + row_offset))});
  }
  return entries;
}

}  // namespace coincide::io
