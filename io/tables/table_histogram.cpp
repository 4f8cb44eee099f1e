#include "io/tables/table_histogram.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <unordered_map>

#include "io/input_file.h"
#include "io/scanner_file.h"
#include "io/tables/hdf5_values.h"
#include "io/tables/scanner_hdf5.h"
#include "io/tables/table_file.h"
#include "io/tables/table_options.h"
#include "io/tables/table_scanner.h"
#include "projectors/error.h"
#include "recon/units.h"

namespace coincide::io {
namespace {

using recon::Vec3;

constexpr std::string_view hdf5_signature = "\x89HDF\r\n\x1a\n";

std::unique_ptr<TableRows> open_rows(const std::filesystem::path& path, bool hdf5) {
  return hdf5 ? open_hdf5_rows(path, table_column_names()) : open_csv_rows(path);
}

/// -0 and 0 are one place.
struct PointHash {
  std::size_t operator()(const Vec3& point) const {
    std::uint64_t hash = 0;
    for (const float value : point) {
      hash = (hash ^ std::bit_cast<std::uint32_t>(value + 0.0F)) * 0x9E3779B97F4A7C15ULL;
      hash ^= hash >> 29;
    }
    return hash;
  }
};

}  // namespace

bool is_table_histogram(const std::filesystem::path& path, std::string_view first_bytes,
                        const ListmodeOptions& options) {
  const bool hdf5 = first_bytes.starts_with(hdf5_signature);
  if (!hdf5 && !is_csv_table(first_bytes)) {
    return false;
  }
  try {
    const auto columns = open_rows(path, hdf5)->columns();
    return TableColumns(columns, options.columns, "").is_histogram();
  } catch (const Error&) {  // said by who opens it as a list of events
    return false;
  }
}

/// Numbers end points and LORs as they come.
class TableHistogram::Builder {
 public:
  Builder(const TableRows& rows, const TableColumns& columns, const recon::Scanner& scanner, recon::Histogram& to)
      : rows_(rows), columns_(columns), scanner_(scanner), to_(to) {
    if (!columns.has_points()) {
      to_.point_mm = scanner.crystal_centre_mm;
    }
  }

  void add(const std::vector<std::vector<double>>& values) {
    for (std::size_t row = 0; row < values.front().size(); ++row) {
      ++row_;
      const std::uint32_t start = end_of_lor(values, row, Meaning::x1_mm, Meaning::crystal1);
      const std::uint32_t end = end_of_lor(values, row, Meaning::x2_mm, Meaning::crystal2);
      const std::size_t bin = bin_of(start, end, values, row);
      to_.counts[bin] = number(values, row, Meaning::counts, 0);
      to_.factor[bin] = number(values, row, Meaning::factor, 1);
      to_.additive[bin] = number(values, row, Meaning::additive, 0);
    }
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw FileError(fmt::format("row {} of the {} {}", row_, rows_.words(), what));
  }

  double value(const std::vector<std::vector<double>>& values, std::size_t row, Meaning meaning) const {
    const auto [index, sign] = columns_.place(meaning);
    return sign * values[index][row];
  }

  float number(const std::vector<std::vector<double>>& values, std::size_t row, Meaning meaning,
               float otherwise) const {
    const double number = columns_.has(meaning) ? value(values, row, meaning) : static_cast<double>(otherwise);
    if (!std::isfinite(number)) {
      fail(fmt::format("holds {} where a number must be", number));
    }
    return static_cast<float>(number);
  }

  std::uint32_t whole(const std::vector<std::vector<double>>& values, std::size_t row, Meaning meaning,
                      std::uint64_t count) const {
    const double number = value(values, row, meaning);
    if (!(number >= 0 && number < static_cast<double>(count))) {
      fail(fmt::format("has {} = {}, and they count from 0 to {}",
                       table_column_names()[static_cast<std::size_t>(meaning)], number, count - 1));
    }
    return static_cast<std::uint32_t>(number);
  }

  std::uint32_t end_of_lor(const std::vector<std::vector<double>>& values, std::size_t row, Meaning x,
                           Meaning crystal) {
    if (!columns_.has_points()) {
      return whole(values, row, crystal, scanner_.num_crystals());
    }
    Vec3 point{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      point[axis] = number(values, row, static_cast<Meaning>(static_cast<std::size_t>(x) + axis), 0);
    }
    const auto [place, is_new] = points_.try_emplace(point, static_cast<std::uint32_t>(to_.point_mm.size()));
    if (is_new) {
      to_.point_mm.push_back(point);
    }
    return place->second;
  }

  /// Rows of one LOR are TOF bins of it; without TOF each row is a LOR.
  std::size_t bin_of(std::uint32_t start, std::uint32_t end, const std::vector<std::vector<double>>& values,
                     std::size_t row) {
    if (!to_.tof) {
      return add_lor(start, end);
    }
    const auto bins = static_cast<std::uint64_t>(to_.tof->num_bins);
    const auto [place, is_new] = lors_.try_emplace(std::uint64_t{start} << 32 | end, to_.start.size());
    const std::size_t first = is_new ? add_lor(start, end) : place->second * bins;
    return first + whole(values, row, Meaning::tof_bin, bins);
  }

  /// Its bins have no counts, and count as measured.
  std::size_t add_lor(std::uint32_t start, std::uint32_t end) {
    const std::size_t first = to_.counts.size();
    const std::size_t size = first + static_cast<std::size_t>(to_.bins_per_lor());
    to_.start.push_back(start);
    to_.end.push_back(end);
    to_.counts.resize(size, 0);
    to_.factor.resize(size, 1);
    to_.additive.resize(size, 0);
    return first;
  }

  const TableRows& rows_;
  const TableColumns& columns_;
  const recon::Scanner& scanner_;
  recon::Histogram& to_;
  std::unordered_map<Vec3, std::uint32_t, PointHash> points_;
  std::unordered_map<std::uint64_t, std::size_t> lors_;
  std::uint64_t row_ = 0;
};

TableHistogram::~TableHistogram() = default;

recon::Histogram TableHistogram::read_share(const recon::LorShare& share) {
  recon::Histogram own = histogram_;
  own.keep(share);
  return own;
}

TableHistogram::TableHistogram(const std::filesystem::path& path, const ListmodeOptions& options) {
  try {
    const bool hdf5 = read_first_bytes(path, hdf5_signature.size()) == hdf5_signature;
    const auto rows = open_rows(path, hdf5);
    const TableColumns columns(rows->columns(), options.columns, rows->words());
    find_scanner(path, options, columns);
    histogram_.tof = tof_axis(*rows, columns, options);
    Builder builder(*rows, columns, scanner_, histogram_);
    std::vector<std::vector<double>> values;
    while (rows->read(columns.wanted(), values)) {
      builder.add(values);
    }
    if (histogram_.start.empty()) {
      throw FileError("it has no rows");
    }
    if (scanner_.num_crystals() == 0) {
      scanner_ = scanner_at_points(histogram_.point_mm);
    }
    add_facts(*rows, options);
  } catch (const std::bad_alloc&) {
    throw FileError(fmt::format("The table {} does not fit into memory.", path.string()));
  } catch (Error& error) {
    error.prepend("Cannot open the table " + path.string());
    throw;
  }
}

void TableHistogram::find_scanner(const std::filesystem::path& path, const ListmodeOptions& options,
                                  const TableColumns& columns) {
  const Hdf5Quiet quiet;
  const hid_t id = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  if (id >= 0) {
    const Hdf5Id file(id, H5Fclose, "open the file");
    if (hdf5_has(file, "scanner")) {
      scanner_ = read_scanner_hdf5(file).scanner;
      check_no_other_scanner(path, scanner_.name, options);
    }
  }
  if (scanner_.num_crystals() == 0 && !options.scanner.empty()) {
    scanner_ = read_scanner(options.scanner).scanner;
  }
  if (scanner_.num_crystals() == 0 && !columns.has_points()) {
    throw FileError("its bins name crystals, but it does not hold their scanner: input.scanner must");
  }
}

std::optional<recon::TofAxis> TableHistogram::tof_axis(const TableRows& rows, const TableColumns& columns,
                                                       const ListmodeOptions& options) const {
  if (columns.has_tof_value()) {
    throw FileError("it is a histogram, whose TOF bins have numbers: tof_bin, not tof_ps or tof_mm");
  }
  if (!columns.has(Meaning::tof_bin)) {
    return std::nullopt;
  }
  constexpr double most_bins = 65535;
  const double bins = rows.attribute("tof_bins").value_or(0);
  const double width_ps = rows.attribute("tof_bin_ps").value_or(0);
  const double fwhm_ps = options.tof_fwhm_ps > 0 ? options.tof_fwhm_ps : rows.attribute("tof_fwhm_ps").value_or(0);
  if (!(bins >= 1 && bins <= most_bins && width_ps > 0 && fwhm_ps > 0 && std::isfinite(width_ps + fwhm_ps))) {
    throw FileError("its column tof_bin needs the attributes tof_bins, tof_bin_ps and tof_fwhm_ps, all above 0");
  }
  return recon::TofAxis{.num_bins = static_cast<std::int32_t>(bins),
                        .bin_width_mm = static_cast<float>(width_ps * recon::mm_per_ps),
                        .sigma_mm = static_cast<float>(fwhm_ps * recon::mm_per_ps / recon::fwhm_per_sigma)};
}

void TableHistogram::add_facts(const TableRows& rows, const ListmodeOptions& options) {
  facts_.format = "histogram, " + rows.words();
  facts_.num_lors = histogram_.num_lors();
  facts_.tof = histogram_.tof;
  facts_.bins = fmt::format("{} LORs{}", histogram_.num_lors(),
                            histogram_.tof ? fmt::format(" of {} TOF bins", histogram_.tof->num_bins) : "");
  facts_.start_s = rows.attribute("start_s").value_or(0);
  facts_.duration_s = rows.attribute("duration_s").value_or(0);
  if (std::ranges::find(histogram_.counts, 0.0F) == histogram_.counts.end()) {
    facts_.warnings.emplace_back(
        "No bin is without counts: if such bins were left out of the table, the image is too high where they are, as "
        "what has no row counts as not measured.");
  }
  if (options.tof_fwhm_ps > 0 && !histogram_.tof) {
    facts_.warnings.emplace_back(tof_fwhm_without_tof);
  }
}

}  // namespace coincide::io
