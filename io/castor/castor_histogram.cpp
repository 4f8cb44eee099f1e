#include "io/castor/castor_histogram.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <utility>

#include "io/castor/castor_lines.h"
#include "io/castor/castor_output.h"
#include "io/castor/castor_records.h"
#include "io/castor/castor_rows.h"
#include "io/castor/castor_scanner.h"
#include "io/scanner_of_rings.h"
#include "projectors/error.h"
#include "recon/units.h"

namespace coincide::io {
namespace {

namespace fs = std::filesystem;
using recon::Histogram;

CastorData histogram_data(const fs::path& header) {
  std::string truncated;
  CastorData data = read_castor_data(header, false, truncated);
  if (data.mode != CastorData::Mode::histogram) {
    throw FileError(fmt::format("{} is no histogram: its \"Data mode\" is another.", header.string()));
  }
  if (data.num_tof_bins % 2 == 0) {
    throw FileError(
        fmt::format("{} has {} TOF bins: the place of an even number of them is not agreed upon. Write an odd number.",
                    header.string(), data.num_tof_bins));
  }
  if (data.duration_s == 0 && (data.record.scatter >= 0 || data.record.randoms >= 0)) {
    throw FileError(
        fmt::format("{} states rates of scatter or randoms, but no duration: set \"Duration (s)\".", header.string()));
  }
  return data;
}

std::optional<recon::TofAxis> axis_of(const CastorData& data) {
  if (!data.has_tof) {
    return std::nullopt;
  }
  return recon::TofAxis{.num_bins = static_cast<std::int32_t>(data.num_tof_bins),
                        .bin_width_mm = static_cast<float>(data.tof_bin_ps * recon::mm_per_ps),
                        .sigma_mm = static_cast<float>(data.tof_fwhm_ps / recon::fwhm_per_sigma * recon::mm_per_ps)};
}

void reserve(Histogram& histogram, std::uint64_t lors) {
  const std::uint64_t bins = lors * static_cast<std::uint64_t>(histogram.bins_per_lor());
  histogram.start.reserve(lors);
  histogram.end.reserve(lors);
  histogram.counts.reserve(bins);
  histogram.factor.reserve(bins);
  histogram.additive.reserve(bins);
}

/// The points as crystals of a table, where there is no scanner: their directions are radial.
CastorCrystals table_of_points(const Histogram& histogram, const std::string& name) {
  CastorCrystals crystals{.name = name, .centre_mm = histogram.point_mm, .outwards = {}, .layers = {}};
  std::ranges::transform(histogram.point_mm, std::back_inserter(crystals.outwards), radial);
  crystals.layers = {{.num_crystals = static_cast<std::uint32_t>(histogram.point_mm.size()),
                      .depth_mm = 0,
                      .transaxial_mm = 0,
                      .axial_mm = 0,
                      .mean_depth_mm = -1}};
  return crystals;
}

void check_writable(const Histogram& histogram, const fs::path& path) {
  histogram.check();
  if (path.extension() != ".cdh") {
    throw InputError(fmt::format("{} must end in .cdh to be written as CASToR data", path.string()));
  }
  const auto bins = static_cast<std::size_t>(histogram.bins_per_lor());
  if (bins % 2 == 0) {
    throw InputError(fmt::format("the histogram has {} TOF bins: CASToR wants an odd number", bins));
  }
  for (std::size_t i = 0; i < histogram.factor.size(); ++i) {
    if (histogram.factor[i] != histogram.factor[i / bins * bins]) {
      throw InputError(fmt::format("the TOF bins of LOR {} have different factors: CASToR has one for all", i / bins));
    }
  }
}

CastorData data_to_write(const Histogram& histogram, const recon::TimeInterval& time, double calibration,
                         const fs::path& path) {
  CastorData data;
  data.mode = CastorData::Mode::histogram;
  data.header = path;
  data.data = fs::path(path).replace_extension(".cdf");
  data.start_s = 1e-3 * time.start_ms;
  data.duration_s = time.stop_ms > time.start_ms ? 1e-3 * (time.stop_ms - time.start_ms) : 0;
  data.calibration = calibration;
  data.record.normalization = 0;
  data.record.scatter = std::ranges::any_of(histogram.additive, [](float b) { return b > 0; }) ? 0 : -1;
  if (data.record.scatter >= 0 && data.duration_s == 0) {
    throw InputError("the histogram has a background but no duration, and CASToR states backgrounds as rates");
  }
  if (histogram.tof) {
    data.has_tof = true;
    data.num_tof_bins = static_cast<std::uint64_t>(histogram.tof->num_bins);
    data.tof_bin_ps = histogram.tof->bin_width_mm / recon::mm_per_ps;
    data.tof_fwhm_ps = histogram.tof->sigma_mm * recon::fwhm_per_sigma / recon::mm_per_ps;
  }
  lay_out(data);
  return data;
}

template <class T>
void put(char* place, T value) {
  std::memcpy(place, &value, sizeof value);
}

void put_lor(const Histogram& histogram, std::size_t lor, const CastorData& data, char* record) {
  const auto bins = static_cast<std::size_t>(histogram.bins_per_lor());
  // The lower end first; TOF bins count towards the second.
  const bool turned = histogram.start[lor] > histogram.end[lor];
  put(record + data.record.normalization, 1 / histogram.factor[lor * bins]);
  put(record + data.record.lines, std::min(histogram.start[lor], histogram.end[lor]));
  put(record + data.record.lines + sizeof(std::uint32_t), std::max(histogram.start[lor], histogram.end[lor]));
  for (std::size_t bin = 0; bin < bins; ++bin) {
    const std::size_t from = lor * bins + (turned ? bins - 1 - bin : bin);
    char* value = record + data.record.tof + bin * static_cast<std::size_t>(data.record.bin_bytes);
    put(value, histogram.counts[from]);
    if (data.record.scatter >= 0) {
      put(value + sizeof(float), static_cast<float>(histogram.additive[from] / data.duration_s));
    }
  }
}

}  // namespace

CastorHistogram::CastorHistogram(const fs::path& header, const ListmodeOptions& options)
    : data_(histogram_data(header)) {
  CastorScanner read = read_castor_scanner(find_castor_scanner(header, data_.scanner_name, options.scanner));
  scanner_ = std::move(read.scanner);
  check_crystals(data_, scanner_.num_crystals());
  const CastorRecord& record = data_.record;
  facts_ = {.format = "CASToR histogram",
            .bins = "LORs between crystals, one by one",
            .num_lors = static_cast<std::int64_t>(data_.num_records),
            .tof = axis_of(data_),
            .start_s = data_.start_s,
            .duration_s = data_.duration_s,
            .terms = {.normalization = record.normalization >= 0,
                      .attenuation = record.attenuation >= 0,
                      .scatter = record.scatter >= 0,
                      .randoms = record.randoms >= 0},
            .is_absolute = data_.calibration != 1,
            .other_files = std::move(read.files),
            .warnings = std::move(read.warnings)};
  facts_.other_files.insert(facts_.other_files.begin(), data_.data);
  if (facts_.is_absolute) {
    constexpr double mm3_per_ml = 1000;
    calibration_ = static_cast<float>(mm3_per_ml / data_.calibration);
  }
  if (data_.max_lines > 1) {
    facts_.bins = fmt::format("LORs in the middle of up to {} pairs of crystals", data_.max_lines);
  }
  if (facts_.tof) {
    set_tof_bins(scanner_, bins_of(*facts_.tof));
  }
}

/// Scatter is stated by bin, randoms of the whole LOR.
void CastorHistogram::add_record(const char* bytes, Histogram& histogram) const {
  const CastorRecord& record = data_.record;
  const auto bins = static_cast<float>(data_.num_tof_bins);
  const auto duration_s = static_cast<float>(data_.duration_s);
  const float factor = calibration_ * factor_of(record, bytes);
  const float randoms = record.randoms >= 0 ? number_at<float>(bytes + record.randoms) : 0;
  for (std::uint64_t bin = 0; bin < data_.num_tof_bins; ++bin) {
    const char* value = bytes + record.tof + bin * static_cast<std::uint64_t>(record.bin_bytes);
    const float scatter = record.scatter >= 0 ? number_at<float>(value + sizeof(float)) : 0;
    histogram.counts.push_back(number_at<float>(value));
    histogram.factor.push_back(factor);
    histogram.additive.push_back((scatter + randoms / bins) * duration_s);
  }
}

Histogram CastorHistogram::read_share(const recon::LorShare& share) {
  constexpr std::uint64_t records_per_read = 10'000;
  return read_pieces(share, records_per_read, 0);
}

Histogram CastorHistogram::read_sample(std::int64_t enough_lors) {
  constexpr std::uint64_t pieces = 1000;
  const auto enough = static_cast<std::uint64_t>(std::max<std::int64_t>(enough_lors, 1));
  const std::uint64_t left_out = data_.num_records > enough ? data_.num_records - enough : 0;
  return read_pieces({}, std::max<std::uint64_t>(1, enough / pieces), left_out / pieces);
}

Histogram CastorHistogram::read_pieces(const recon::LorShare& share, std::uint64_t records_per_read,
                                       std::uint64_t skipped) {
  Histogram histogram;
  histogram.tof = facts_.tof;
  reserve(histogram, data_.num_records / share.step() + 1);
  CastorRecords records(data_);
  CastorLines lines(data_, scanner_.crystal_centre_mm);
  const auto size = static_cast<std::size_t>(data_.record.bytes);
  while (records.num_read() < data_.num_records) {
    const std::span<const char> bytes = records.read(records_per_read);
    std::uint64_t lor = records.num_read() - bytes.size() / size;
    for (std::size_t at = 0; at < bytes.size(); at += size, ++lor) {
      if (share.takes(lor, 0)) {
        const auto [start, end] = lines.ends(bytes.data() + at, lor);
        histogram.start.push_back(start);
        histogram.end.push_back(end);
        add_record(bytes.data() + at, histogram);
        if (!share.is_all()) {
          histogram.view.push_back(static_cast<std::uint32_t>(lor));
        }
      }
    }
    records.skip(skipped);
  }
  histogram.point_mm = lines.points_mm();
  return histogram;
}

std::vector<std::string> write_castor_histogram(const Histogram& histogram, const recon::Scanner* scanner,
                                                const recon::TimeInterval& time, double calibration,
                                                const fs::path& path) {
  check_writable(histogram, path);
  CastorData data = data_to_write(histogram, time, calibration, path);
  const fs::path folder = fs::absolute(path).parent_path();
  const CastorCrystals crystals = scanner != nullptr && scanner->crystal_centre_mm == histogram.point_mm
                                      ? castor_crystals(*scanner, {})
                                      : table_of_points(histogram, path.stem().string());
  data.scanner_name = write_crystals_beside(crystals, folder);
  CastorDataFile file(data);
  double lost = 0;
  const auto bins = static_cast<std::size_t>(histogram.bins_per_lor());
  for (std::size_t lor = 0; lor < histogram.start.size(); ++lor) {
    if (histogram.factor[lor * bins] > 0) {
      put_lor(histogram, lor, data, file.next());
    } else {
      for (std::size_t bin = lor * bins; bin < (lor + 1) * bins; ++bin) {
        lost += histogram.counts[bin];
      }
    }
  }
  file.set_times(data.start_s, data.duration_s);
  file.finish();
  if (lost > 0) {
    return {fmt::format("{:g} counts of LORs with factor 0 are left out.", lost)};
  }
  return {};
}

}  // namespace coincide::io
