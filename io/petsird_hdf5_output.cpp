#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <vector>

#include "io/atomic_file.h"
#include "io/hdf5/hdf5_file.h"
#include "io/petsird_output.h"
#include "io/petsird_schema.h"
#include "io/tables/hdf5_values.h"
#include "io/yardl_hdf5.h"
#include "io/yardl_hdf5_writer.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

using Shape = YardlHdf5Dataset::Shape;

/// Of an item of a stream of unions.
struct IndexEntry {
  std::int8_t type = 0;
  std::uint64_t offset = 0;
};

/// yardl's HDF5 container: a group named after the protocol, in it the schema, the header, and for the stream of time
/// blocks a group with one data set for each kind and the order of all.
class PetsirdHdf5Output final : public PetsirdOutput {
 public:
  explicit PetsirdHdf5Output(const std::filesystem::path& path) : path_(path), target_(path), schema_(petsird_schema) {
    const Hdf5Quiet quiet;
    file_ = make_hdf5_file(target_.temporary_path());
    group_ = make_hdf5_group(file_, schema_.protocol());
    const YardlType text{.kind = YardlKind::text};
    YardlBytes schema;
    schema.text(petsird_schema);
    YardlHdf5Dataset(group_, "$yardl_schema", text, Shape::one_value).write(schema);
    blocks_ = make_hdf5_group(group_, "timeBlocks");
    for (const YardlField& kind : time_block().fields) {
      by_kind_.emplace_back(blocks_, kind.name, *kind.type, Shape::list);
    }
  }

  void header(const YardlBytes&) override {}  // it is written in finish()

  void time_block(const YardlBytes& value) override {
    const Hdf5Quiet quiet;
    const auto kind = static_cast<unsigned char>(value.bytes().front());  // of a few: one byte
    YardlBytes record;
    record.raw(std::string_view(value.bytes()).substr(1));
    index_.push_back({static_cast<std::int8_t>(kind), by_kind_[kind].size()});
    by_kind_[kind].write(record);
  }

  void finish(const YardlBytes& header) override {
    const Hdf5Quiet quiet;
    YardlHdf5Dataset(group_, "header", schema_.step("header"), Shape::one_value).write(header);
    write_index();
    by_kind_.clear();
    blocks_ = {};
    group_ = {};
    if (H5Fflush(file_, H5F_SCOPE_LOCAL) < 0) {
      throw cannot_write(path_);
    }
    file_ = {};
    target_.commit();
  }

 private:
  const YardlType& time_block() const { return *schema_.step("timeBlocks").items; }

  void write_index() const {
    const Hdf5Id type(H5Tcreate(H5T_COMPOUND, sizeof(IndexEntry)), H5Tclose, "make a type of records");
    const Hdf5Id kinds = hdf5_case_type(time_block());
    H5Tinsert(type, "type", offsetof(IndexEntry, type), kinds);
    H5Tinsert(type, "offset", offsetof(IndexEntry, offset), H5T_NATIVE_UINT64);
    const std::array<hsize_t, 1> size{index_.size()};
    const Hdf5Id space(H5Screate_simple(1, size.data(), nullptr), H5Sclose, "make a data space");
    const Hdf5Id dataset(H5Dcreate2(blocks_, "$index", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose,
                         "make the data set $index");
    if (!index_.empty() && H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, index_.data()) < 0) {
      throw cannot_write(path_);
    }
  }

  std::filesystem::path path_;
  AtomicFile target_;
  YardlSchema schema_;
  Hdf5Id file_;
  Hdf5Id group_;
  Hdf5Id blocks_;
  std::vector<YardlHdf5Dataset> by_kind_;
  std::vector<IndexEntry> index_;
};

}  // namespace

std::unique_ptr<PetsirdOutput> open_petsird_hdf5_output(const std::filesystem::path& path) {
  return std::make_unique<PetsirdHdf5Output>(path);
}

}  // namespace coincide::io
