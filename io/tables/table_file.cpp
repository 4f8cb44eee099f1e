#include "io/tables/table_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "io/hdf5/hdf5_file.h"
#include "io/tables/hdf5_values.h"
#include "io/tables/scanner_hdf5.h"
#include "io/tables/table_options.h"
#include "projectors/error.h"
#include "recon/units.h"

namespace coincide::io {
namespace {

using recon::Vec3;

/// How far photons may interact from a crystal's middle: half the diagonal of its box. A box that is not stated is
/// taken to be as deep as the spacing of crystals is wide, three times.
float farthest_in_crystal_mm(const recon::Scanner& scanner, float spacing_mm) {
  constexpr float of_unknown_box = 2;
  if (scanner.crystal_corners_mm.empty()) {
    return of_unknown_box * spacing_mm;
  }
  float farthest_mm = 0;
  for (const Vec3& corner : scanner.crystal_corners_mm.front()) {
    const Vec3& centre = scanner.crystal_centre_mm.front();
    farthest_mm =
        std::max(farthest_mm, std::hypot(corner[0] - centre[0], corner[1] - centre[1], corner[2] - centre[2]));
  }
  return 1.05F * farthest_mm;
}

double tof_mm_per_value(const TableColumns& columns) { return columns.has(Meaning::tof_ps) ? recon::mm_per_ps : 1; }

}  // namespace

bool is_csv_table(std::string_view bytes) {
  const bool is_text = std::ranges::all_of(bytes, [](char letter) {
    const auto code = static_cast<unsigned char>(letter);
    return code >= ' ' || letter == '\t' || letter == '\n' || letter == '\r';
  });
  while (is_text && !bytes.empty()) {
    const std::string_view line = bytes.substr(0, bytes.find('\n'));
    const auto first = line.find_first_not_of(" \t\r");
    if (first != std::string_view::npos && line[first] != '#') {
      constexpr std::string_view of_others = "!{[<;";
      return of_others.find(line[first]) == std::string_view::npos && line.find_first_of(",;\t") != line.npos &&
             line.find(":=") == std::string_view::npos;
    }
    bytes.remove_prefix(std::min(bytes.size(), line.size() + 1));
  }
  return false;
}

std::string TableSource::Distances::words() const {
  return fmt::format("{:.2f} mm on average and {:.2f} mm at most",
                     sum_mm / static_cast<double>(std::max<std::uint64_t>(ends, 1)), largest_mm);
}

TableSource::TableSource(const std::filesystem::path& path, Kind kind, const ListmodeOptions& options)
    : path_(path), options_(options) {
  try {
    open(kind);
    const Survey all = survey();
    find_scanner(all);
    find_tof_bins(all);
    find_times(all);
    if (columns_->has_points()) {
      finder_ = std::make_unique<CrystalFinder>(scanner().crystal_centre_mm);
      farthest_mm_ = farthest_in_crystal_mm(scanner(), finder_->usual_spacing_mm());
      check_distances();
    }
  } catch (const std::bad_alloc&) {
    throw FileError(
        fmt::format("{} asks for more memory than there is: it is damaged, or its scanner is too large for "
                    "this machine.",
                    name()));
  } catch (Error& error) {
    error.prepend("Cannot open the table " + name());
    throw;
  }
  rewind();
}

void TableSource::open(Kind kind) {
  const auto names = table_column_names();
  rows_ = kind == Kind::csv ? open_csv_rows(path_) : open_hdf5_rows(path_, names);
  columns_ = std::make_unique<TableColumns>(rows_->columns(), options_.columns, rows_->words());
  if (columns_->is_histogram()) {
    throw FileError("it has a column counts, so it is a histogram, not a list of events");
  }
  if (options_.only != Sources::all && !columns_->has(Meaning::source)) {
    throw FileError("input.only needs a column source (0 true, 1 scattered, 2 random), which it does not have");
  }
  if (kind == Kind::hdf5) {
    open_own_layout();
  }
  if (needs_scanner() && !options_.scanner.empty()) {
    description_ = read_scanner(options_.scanner);
  }
  if (const auto factor = rows_->attribute("calibration_factor")) {
    if (!(*factor > 0)) {
      throw FileError(fmt::format("its attribute calibration_factor is {}, and must be above 0", *factor));
    }
    if (!efficiencies().calibration_stated) {
      description_.efficiencies.calibration_factor = *factor;
      description_.efficiencies.calibration_stated = true;
    }
  }
}

/// The scanner and the time blocks that our own tables have.
void TableSource::open_own_layout() {
  const Hdf5Quiet quiet;
  const Hdf5Id file = open_hdf5_file(path_);
  if (hdf5_has(file, "scanner")) {
    description_ = read_scanner_hdf5(file);
    has_own_scanner_ = true;
    check_no_other_scanner(path_, scanner().name, options_);
  }
  if (hdf5_has(file, "time_blocks")) {
    states_ = read_states_hdf5(file);
    has_states_ = true;
  }
}

TableSource::Survey TableSource::survey() {
  Survey result;
  const bool with_points = needs_scanner() && columns_->has_points();
  const bool with_tof = columns_->has_tof_value();
  const bool with_times = !has_states_ && (columns_->has(Meaning::time_s) || columns_->has(Meaning::time_ms)) &&
                          !rows_->attribute("duration_s");
  if (with_points || with_tof || with_times) {
    rows_->rewind();
    result.first_s = std::numeric_limits<double>::infinity();
    result.last_s = -result.first_s;
    while (rows_->read(columns_->wanted(), values_)) {
      survey_rows(*columns_, with_points, result);
    }
    if (result.rows == 0) {
      throw FileError("it has no rows");
    }
  }
  return result;
}

void TableSource::survey_rows(const TableColumns& columns, bool with_points, Survey& survey) {
  const std::size_t rows = values_.front().size();
  survey.rows += rows;
  const auto add_time = [&](double time_s) {
    survey.first_s = std::min(survey.first_s, time_s);
    survey.last_s = std::max(survey.last_s, time_s);
  };
  for_each(Meaning::time_s, [&](std::size_t, double value) { add_time(value); });
  for_each(Meaning::time_ms, [&](std::size_t, double value) { add_time(value / recon::ms_per_s); });
  const double scale = tof_mm_per_value(columns);
  for (const Meaning tof : {Meaning::tof_ps, Meaning::tof_mm}) {
    for_each(tof, [&](std::size_t, double value) {
      survey.farthest_tof_mm = std::max(survey.farthest_tof_mm, std::abs(value) * scale);
    });
  }
  for (std::size_t row = 0; with_points && row < rows; ++row) {
    survey.points.add(point(row, Meaning::x1_mm));
    survey.points.add(point(row, Meaning::x2_mm));
  }
}

void TableSource::find_scanner(const Survey& survey) {
  if (!needs_scanner()) {
    return;
  }
  if (!columns_->has_points()) {
    throw FileError("its events name crystals, but it does not hold their scanner: input.scanner must");
  }
  if (!survey.points.are_discrete()) {
    throw FileError(
        fmt::format("the ends of its {} LORs are not the places of crystals, as hardly any comes twice: "
                    "input.scanner must say where the crystals are",
                    survey.rows));
  }
  description_.scanner = scanner_at_points(survey.points.list());
  warnings_.push_back(fmt::format(
      "The scanner is made of the {} different ends of the LORs: its crystals look at the axis, all have one size, and "
      "any two may be in coincidence. Crystals that were never hit are missing.",
      scanner().num_crystals()));
}

void TableSource::find_tof_bins(const Survey& survey) {
  if (!columns_->has_tof_value()) {
    if (columns_->has(Meaning::tof_bin) && !scanner().has_tof() && !has_own_scanner_) {
      throw FileError("it has a column tof_bin, but its scanner has no TOF bins");
    }
    take_resolution_of_bins();
    return;
  }
  double sigma_mm = rows_->attribute("tof_fwhm_ps").value_or(0) * recon::mm_per_ps / recon::fwhm_per_sigma;
  if (options_.tof_fwhm_ps > 0) {
    sigma_mm = options_.tof_fwhm_ps * recon::mm_per_ps / recon::fwhm_per_sigma;
  } else if (!(sigma_mm > 0) && scanner().has_tof()) {
    sigma_mm = static_cast<double>(scanner().tof_bins.front().sigma_mm);
  }
  if (!(sigma_mm > 0)) {
    throw FileError(
        "its events have times of flight, but nothing states their resolution: input.tof_fwhm_ps must, or "
        "an attribute tof_fwhm_ps of the table");
  }
  set_fine_tof_bins(description_.scanner, sigma_mm, survey.farthest_tof_mm);
  description_.scanner.check();
}

/// That of the job instead of the scanner's.
void TableSource::take_resolution_of_bins() {
  if (!(options_.tof_fwhm_ps > 0)) {
    return;
  }
  if (!columns_->has(Meaning::tof_bin) || !scanner().has_tof()) {
    warnings_.emplace_back(tof_fwhm_without_tof);
    return;
  }
  const double sigma_mm = options_.tof_fwhm_ps * recon::mm_per_ps / recon::fwhm_per_sigma;
  for (recon::TofBin& bin : description_.scanner.tof_bins) {
    bin.sigma_mm = static_cast<float>(sigma_mm);
  }
  description_.scanner.check();
}

/// From the attributes, else from the first event to the last.
void TableSource::find_times(const Survey& survey) {
  if (has_states_) {
    return;
  }
  const bool has_times = columns_->has(Meaning::time_s) || columns_->has(Meaning::time_ms);
  const double start_s = rows_->attribute("start_s").value_or(0);
  if (const auto duration_s = rows_->attribute("duration_s")) {
    clock_ = TableClock(start_s, start_s + *duration_s, std::min(start_s, 0.0));
  } else if (has_times) {
    constexpr double latest_s = 4e6;
    const double first_s = survey.first_s;
    const double zero_s = first_s < 0 || survey.last_s > latest_s ? std::floor(first_s) : 0;
    clock_ = TableClock(first_s, survey.last_s + 1 / recon::ms_per_s, zero_s);
    warnings_.emplace_back(
        "The table does not state how long it took (an attribute duration_s): its first and last event are taken.");
  }
  if (!clock_.note().empty()) {
    warnings_.push_back(clock_.note());
  }
}

/// In the first rows: another scanner is noticed before an image is made with it.
void TableSource::check_distances() {
  constexpr double bearable = 0.1;
  rows_->rewind();
  recon::EventBlock block;
  if (rows_->read(columns_->wanted(), values_)) {
    decode(block);
  }
  if (static_cast<double>(distances_.too_far) > bearable * static_cast<double>(distances_.ends)) {
    throw FileError(fmt::format(
        "the ends of its LORs do not fit the scanner {}: they are {} from the nearest crystal's middle, and {:.1f} mm "
        "are possible. Is it the right scanner, in the same axes, and are lengths in mm?",
        scanner().name, distances_.words(), farthest_mm_));
  }
}

void TableSource::begin() {
  counts_ = {};
  counts_.warnings = warnings_;
  if (!columns_->unknown().empty()) {
    counts_.not_used.push_back(fmt::format("the columns {}", fmt::join(columns_->unknown(), ", ")));
  }
  if (columns_->has(Meaning::source) && options_.only == Sources::all) {
    counts_.not_used.emplace_back("the column source, which tells true, scattered and random events apart");
  }
  distances_ = {};
  other_sources_ = 0;
  clock_.take_blocks();
  ended_ = false;
}

void TableSource::rewind() {
  rows_->rewind();
  begin();
}

bool TableSource::read(recon::EventBlock& block) {
  block.clear();
  while (!ended_ && block.size() == 0) {
    if (rows_->read(columns_->wanted(), values_)) {
      decode(block);
      if (!has_states_) {
        clock_.count(block);
      }
    } else {
      ended_ = true;
      block.time_blocks = has_states_ ? states_.time_blocks : clock_.take_blocks();
      block.movements = states_.movements;
      block.alive = states_.alive;
      sum_up(block);
    }
  }
  return block.size() > 0 || !block.time_blocks.empty();
}

}  // namespace coincide::io
