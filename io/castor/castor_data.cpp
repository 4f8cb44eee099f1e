#include "io/castor/castor_data.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "io/castor/castor_header.h"
#include "io/companion_file.h"
#include "projectors/error.h"
#include "recon/text.h"

namespace coincide::io {
namespace {

namespace fs = std::filesystem;
using Mode = CastorData::Mode;

Mode read_mode(const CastorHeader& header) {
  if (!header.has("Data mode") && !header.has("Data filename")) {
    header.fail("it describes a scanner, not data: open data of it, for which input.scanner may name this file");
  }
  const std::string mode = recon::lower_case(header.text("Data mode"));
  if (mode == "list-mode" || mode == "list" || mode == "listmode" || mode == "0") {
    return Mode::listmode;
  }
  if (mode == "histogram" || mode == "histo" || mode == "1") {
    return Mode::histogram;
  }
  if (mode == "normalization" || mode == "norm" || mode == "2") {
    return Mode::normalization;
  }
  header.fail(fmt::format("\"Data mode\" is \"{}\": list-mode, histogram and normalization are possible", mode));
}

void refuse_other_data(const CastorHeader& header) {
  const std::string type = recon::lower_case(header.text("Data type", "pet"));
  if (type != "pet" && type != "0") {
    header.fail(fmt::format("\"Data type\" is \"{}\": only PET can be reconstructed here", type));
  }
  if (header.flag("Emission point flag")) {
    header.fail("it has emission points (\"Emission point flag\"), whose place in the records is not agreed upon");
  }
  if (header.flag("Per event TOF resolution flag")) {
    header.fail(
        "each event has a TOF resolution of its own (\"Per event TOF resolution flag\"), which is not "
        "supported");
  }
}

double positive(const CastorHeader& header, std::string_view key) {
  constexpr double most = 1e6;
  const double value = header.number(key);
  if (!(value > 0) || value > most) {
    header.fail(fmt::format("\"{}\" is {}: it must be above 0 and at most {:g}", key, value, most));
  }
  return value;
}

void read_times(const CastorHeader& header, CastorData& data) {
  constexpr double latest_s = 4e6;  // 46 days: in ms less than 32 bits hold, so that steps beyond it are no trouble
  if (data.mode == Mode::normalization) {
    return;
  }
  data.start_s = header.number("Start time");
  data.duration_s = header.number("Duration");
  if (!(data.start_s >= 0) || !(data.duration_s >= 0) || data.start_s + data.duration_s > latest_s) {
    header.fail(fmt::format("it lasts {} s from {} s on: times from 0 to {:.0f} s are possible", data.duration_s,
                            data.start_s, latest_s));
  }
}

void read_tof(const CastorHeader& header, CastorData& data) {
  data.has_tof = data.mode != Mode::normalization && header.flag("TOF information flag");
  if (!data.has_tof) {
    return;
  }
  data.tof_fwhm_ps = positive(header, "TOF resolution");
  if (data.mode == Mode::histogram) {
    constexpr std::uint64_t most_bins = 4096;
    data.num_tof_bins = header.count("Histo TOF number of bins", 1, most_bins);
    data.tof_bin_ps = positive(header, "Histo TOF bin size");
    return;
  }
  data.tof_range_ps = positive(header, "List TOF measurement range");
  if (header.number("List TOF quantization bin size", 0) != 0) {
    data.tof_quantisation_ps = positive(header, "List TOF quantization bin size");
  }
}

int depth_fields(const CastorHeader& header) {
  const bool has_flag = header.has("POI correction flag") || header.has("POI info flag");
  const bool is_set = header.flag("POI correction flag") || header.flag("POI info flag");
  const char* values = header.has("POI capability") ? "POI capability" : "POI resolution";
  if (has_flag ? !is_set : !header.has(values)) {
    return 0;
  }
  const std::vector<double> resolutions = header.numbers(values);
  return static_cast<int>(
      std::count_if(resolutions.begin(), resolutions.end(), [](double value) { return value >= 0; }));
}

/// Where a flag is set, the field gets its place in lay_out().
void read_flags(const CastorHeader& header, CastorData& data) {
  const auto wanted = [&](std::string_view key, bool possible) { return possible && header.flag(key) ? 0 : -1; };
  const bool is_data = data.mode != Mode::normalization;
  CastorRecord& record = data.record;
  record.attenuation = wanted("Attenuation correction flag", true);
  record.kind = wanted("Coincidence kind flag", data.mode == Mode::listmode);
  record.scatter = wanted("Scatter correction flag", is_data);
  record.randoms = wanted("Random correction flag", is_data);
  record.normalization = wanted("Normalization correction flag", true);
  data.num_depth_fields = data.mode == Mode::listmode ? depth_fields(header) : 0;
  constexpr std::uint64_t most_lines = 65535;
  data.max_lines = static_cast<int>(header.count("Maximum number of lines per event", 1, most_lines, 1));
}

/// Gives the field, if it is there, its place, and moves on.
void place(int& field, int bytes, int& end) {
  if (field >= 0) {
    field = end;
    end += bytes;
  }
}

void check_size(CastorData& data, bool allow_truncated, std::string& truncated) {
  std::error_code error;
  const std::uint64_t size = fs::file_size(data.data, error);
  const auto record = static_cast<std::uint64_t>(data.record.bytes);
  if (error) {
    throw FileError(fmt::format("{} cannot be read: {}.", data.data.string(), error.message()));
  }
  if (data.num_records <= size / record && data.bytes() == size) {
    return;
  }
  const std::string sentence =
      fmt::format("{} has {} bytes, but {} names {} events of {} bytes ({})", data.data.string(), size,
                  data.header.string(), data.num_records, record, data.fields());
  if (!allow_truncated || size / record > data.num_records) {
    throw FileError(
        fmt::format("{}: it is damaged or cut off, or the header has other flags than the data. A file that "
                    "is cut off can be read with input.allow_truncated = true.",
                    sentence));
  }
  data.num_records = size / record;
  truncated = fmt::format("{}; events read of it: {}.", sentence, data.num_records);
}

}  // namespace

std::string CastorData::fields() const {
  const std::pair<int, const char*> all[] = {{record.attenuation, "attenuation factor"},
                                             {record.kind, "kind"},
                                             {record.scatter, "scatter rate"},
                                             {record.randoms, "random rate"},
                                             {record.normalization, "normalization factor"},
                                             {mode == Mode::listmode ? record.tof : -1, "time of flight"},
                                             {num_depth_fields > 0 ? 0 : -1, "places of interaction"},
                                             {record.num_lines, "number of lines"}};
  std::vector<std::string> names;
  for (const auto& [at, name] : all) {
    if (at >= 0) {
      names.emplace_back(name);
    }
  }
  if (mode == Mode::histogram) {
    names.push_back(fmt::format("{} bins", num_tof_bins));
  }
  return names.empty() ? "no optional fields" : fmt::format("{}", fmt::join(names, ", "));
}

void lay_out(CastorData& data) {
  constexpr int of_number = 4;
  constexpr int of_crystals = 8;
  CastorRecord& record = data.record;
  const bool is_listmode = data.mode == Mode::listmode;
  const bool scatter_in_bins = data.mode == Mode::histogram && record.scatter >= 0;
  int end = data.mode == Mode::normalization ? 0 : of_number;  // the time
  place(record.attenuation, of_number, end);
  place(record.kind, 1, end);
  if (is_listmode) {
    place(record.scatter, of_number, end);
  }
  place(record.randoms, of_number, end);
  place(record.normalization, of_number, end);
  record.tof = data.mode == Mode::histogram || data.has_tof ? 0 : -1;
  if (data.mode == Mode::histogram) {
    record.tof = end;
    record.scatter = scatter_in_bins ? end + of_number : -1;
    record.bin_bytes = scatter_in_bins ? 2 * of_number : of_number;
    end += record.bin_bytes * static_cast<int>(data.num_tof_bins);
  } else {
    place(record.tof, of_number, end);
  }
  end += 2 * of_number * data.num_depth_fields;
  record.num_lines = data.max_lines > 1 ? 0 : -1;
  place(record.num_lines, 2, end);
  record.lines = end;
  record.bytes = end + of_crystals * data.max_lines;
}

bool is_castor_histogram(const fs::path& path) {
  const CastorHeader header(path);
  return header.has("Data mode") && read_mode(header) == Mode::histogram;
}

CastorData read_castor_data(const fs::path& path, bool allow_truncated, std::string& truncated) {
  const CastorHeader header(path);
  refuse_other_data(header);
  CastorData data;
  data.header = path;
  data.mode = read_mode(header);
  constexpr std::uint64_t most_records = std::uint64_t{1} << 50;  // exact in the double that it is read as
  data.num_records = header.count("Number of events", 0, most_records);
  data.scanner_name = header.text("Scanner name");
  read_times(header, data);
  data.calibration = header.number("Calibration factor", 1);
  if (!(data.calibration > 0)) {
    header.fail(fmt::format("\"Calibration factor\" is {}: it must be above 0", data.calibration));
  }
  data.isotope = header.text("Isotope", "unknown");
  data.bed_mm = header.number("Horizontal bed relative position", 0);
  data.most_axial_mm = header.number("Maximum axial difference mm", 0);
  read_tof(header, data);
  read_flags(header, data);
  lay_out(data);
  data.data = companion_file(path, header.text("Data filename"));
  check_size(data, allow_truncated, truncated);
  return data;
}

}  // namespace coincide::io
