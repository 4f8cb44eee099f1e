#include "io/tables/table_writer.h"

#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <optional>

#include "io/atomic_file.h"
#include "io/hdf5/hdf5_file.h"
#include "io/tables/hdf5_values.h"
#include "io/tables/scanner_hdf5.h"
#include "io/tables/table_states.h"
#include "projectors/error.h"
#include "recon/units.h"

namespace coincide::io {
namespace {

constexpr hsize_t rows_per_chunk = std::size_t{1} << 17;

/// A data set that grows.
template <class T>
class Column {
 public:
  Column(hid_t group, const std::string& name) : name_(name) {
    const std::array<hsize_t, 1> empty{0};
    const std::array<hsize_t, 1> endless{H5S_UNLIMITED};
    const std::array<hsize_t, 1> chunk{rows_per_chunk};
    const Hdf5Id space(H5Screate_simple(1, empty.data(), endless.data()), H5Sclose, "make a data space");
    const Hdf5Id properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "make a property list");
    H5Pset_chunk(properties, 1, chunk.data());
    dataset_ = Hdf5Id(H5Dcreate2(group, name.c_str(), hdf5_native<T>(), space, H5P_DEFAULT, properties, H5P_DEFAULT),
                      H5Dclose, "make the data set " + name);
  }

  void add(const std::vector<T>& values) {
    if (values.empty()) {
      return;
    }
    const std::array<hsize_t, 1> start{rows_};
    const std::array<hsize_t, 1> count{values.size()};
    rows_ += values.size();
    const std::array<hsize_t, 1> size{rows_};
    herr_t result = H5Dset_extent(dataset_, size.data());
    const Hdf5Id space(H5Dget_space(dataset_), H5Sclose, "read the size of a data set");
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
    const Hdf5Id memory(H5Screate_simple(1, count.data(), nullptr), H5Sclose, "make a data space");
    result = std::min(result, H5Dwrite(dataset_, hdf5_native<T>(), memory, space, H5P_DEFAULT, values.data()));
    if (result < 0) {
      throw FileError(fmt::format("The column {} cannot be written: {}.", name_, why_not_written()));
    }
  }

 private:
  std::string name_;
  Hdf5Id dataset_;
  hsize_t rows_ = 0;
};

/// As the column source of tables: 0 true, 1 scattered, 2 random.
std::uint8_t source_of(recon::EventOrigin origin) {
  switch (origin) {
    case recon::EventOrigin::random:
      return 2;
    case recon::EventOrigin::scattered:
    case recon::EventOrigin::scattered_often:
      return 1;
    default:
      return 0;
  }
}

bool has_several_windows(const recon::Scanner& scanner) {
  return std::ranges::any_of(scanner.module_types,
                             [](const recon::ModuleType& type) { return type.num_energy_windows() > 1; });
}

/// The columns of the group events.
struct EventColumns {
  EventColumns(hid_t file, bool several_windows, bool with_origins)
      : group(make_hdf5_group(file, "events")),
        crystal1(group, "crystal1"),
        crystal2(group, "crystal2"),
        tof_bin(group, "tof_bin"),
        time_ms(group, "time_ms"),
        kind(group, "kind") {
    if (several_windows) {
      window1.emplace(group, "window1");
      window2.emplace(group, "window2");
    }
    if (with_origins) {
      source.emplace(group, "source");
    }
  }

  void add(const recon::EventBlock& block) {
    crystal1.add(block.crystal_a);
    crystal2.add(block.crystal_b);
    tof_bin.add(block.tof_bin);
    time_ms.add(block.time_ms);
    kind.add(block.delayed);
    if (window1) {
      window1->add(block.window_a);
      window2->add(block.window_b);
    }
    if (source) {
      std::vector<std::uint8_t> sources(block.origin.size());
      std::ranges::transform(block.origin, sources.begin(), source_of);
      source->add(sources);
    }
  }

  Hdf5Id group;
  Column<std::uint32_t> crystal1;
  Column<std::uint32_t> crystal2;
  Column<std::uint16_t> tof_bin;
  Column<std::uint32_t> time_ms;
  Column<std::uint8_t> kind;
  std::optional<Column<std::uint8_t>> window1;
  std::optional<Column<std::uint8_t>> window2;
  std::optional<Column<std::uint8_t>> source;
};

void add_csv_row(const recon::Scanner& scanner, const recon::EventBlock& block, std::size_t i, bool with_tof,
                 fmt::memory_buffer& text) {
  const recon::Vec3& a = scanner.crystal_centre_mm[block.crystal_a[i]];
  const recon::Vec3& b = scanner.crystal_centre_mm[block.crystal_b[i]];
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "{},{},{},{},{},{}", a[0], a[1], a[2], b[0], b[1], b[2]);
  if (with_tof) {
    fmt::format_to(out, ",{}", scanner.tof_bins[block.tof_bin[i]].centre_mm);
  }
  fmt::format_to(out, ",{},{}\n", block.time_ms[i], block.delayed[i] != 0 ? "delayed" : "prompt");
}

/// Attributes that a reader needs, and the names of the columns.
std::string csv_head(const recon::EventSource& source, bool with_tof) {
  std::string head = fmt::format("# events of {}\n", source.scanner().name);
  if (source.counts().duration_s > 0) {
    head += fmt::format("# start_s = {}\n# duration_s = {}\n", source.counts().first_ms / recon::ms_per_s,
                        (source.counts().last_ms - source.counts().first_ms) / recon::ms_per_s);
  }
  if (with_tof) {
    const double sigma_mm = static_cast<double>(source.scanner().tof_bins.front().sigma_mm);
    head += fmt::format("# tof_fwhm_ps = {}\n", sigma_mm * recon::fwhm_per_sigma / recon::mm_per_ps);
  }
  return head + "x1_mm,y1_mm,z1_mm,x2_mm,y2_mm,z2_mm," + (with_tof ? "tof_mm," : "") + "time_ms,kind\n";
}

}  // namespace

struct TableWriter::File {
  explicit File(const std::filesystem::path& path) : target(path), file(make_hdf5_file(target.temporary_path())) {}

  Hdf5Quiet quiet;
  AtomicFile target;
  Hdf5Id file;
  std::optional<EventColumns> columns;
  TableStates states;
};

TableWriter::TableWriter(const std::filesystem::path& path, const recon::Scanner& scanner,
                         const recon::Efficiencies& efficiencies, const std::string& made_from, bool with_origins)
    : file_(std::make_unique<File>(path)) {
  write_hdf5_attribute(file_->file, "format", "Coincide table of events, version 1");
  write_hdf5_attribute(file_->file, "made_from", made_from);
  write_scanner_hdf5(file_->file, scanner, efficiencies);
  file_->columns.emplace(file_->file, has_several_windows(scanner), with_origins);
}

TableWriter::~TableWriter() = default;

void TableWriter::add(const recon::EventBlock& events) {
  file_->columns->add(events);
  file_->states.add(events);
}

void TableWriter::write(recon::TimeInterval interval, const recon::EventBlock& events) {
  add(events);
  const auto prompts = static_cast<std::uint64_t>(std::ranges::count(events.delayed, 0));
  file_->states.time_blocks.push_back({.time = interval, .prompts = prompts});
}

void TableWriter::finish() {
  write_states_hdf5(file_->file, file_->states);
  file_->columns.reset();
  file_->file = {};
  file_->target.commit();
}

void write_hdf5_table(recon::EventSource& source, const std::filesystem::path& path) {
  TableWriter writer(path, source.scanner(), source.efficiencies(), source.format(), false);
  recon::EventBlock block;
  source.rewind();
  while (source.read(block)) {
    writer.add(block);
  }
  writer.finish();
}

void write_csv_table(recon::EventSource& source, const std::filesystem::path& path) {
  recon::EventBlock block;
  source.rewind();
  while (source.read(block)) {  // its times are known at the end
  }
  AtomicFile target(path);
  std::ofstream out(target.temporary_path(), std::ios::binary);
  const bool with_tof = source.scanner().has_tof();
  out << csv_head(source, with_tof);
  source.rewind();
  fmt::memory_buffer text;
  while (source.read(block)) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      add_csv_row(source.scanner(), block, i, with_tof, text);
    }
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    text.clear();
  }
  out.close();
  if (!out) {
    throw cannot_write(path);
  }
  target.commit();
}

}  // namespace coincide::io
