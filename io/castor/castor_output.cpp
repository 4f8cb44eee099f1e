#include "io/castor/castor_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstring>
#include <utility>

#include "io/atomic_file.h"
#include "io/castor/castor_pairs.h"
#include "io/castor/castor_scanner.h"
#include "projectors/error.h"
#include "recon/units.h"

namespace coincide::io {
namespace {

namespace fs = std::filesystem;
using recon::Scanner;
using recon::Vec3;

constexpr std::size_t buffer_bytes = std::size_t{1} << 20;

/// A name for files and for CASToR's lookup.
std::string plain_name(const std::string& name) {
  std::string plain;
  for (const char letter : name) {
    const bool is_plain = std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '-' || letter == '_';
    plain += is_plain ? letter : '_';
  }
  constexpr std::size_t longest = 100;
  return plain.empty() ? "scanner" : plain.substr(0, longest);
}

/// How far the crystal's box reaches along a direction; 0 without a box.
double extent_mm(const Scanner& scanner, std::size_t crystal, const Vec3& direction) {
  if (scanner.crystal_corners_mm.empty()) {
    return 0;
  }
  double low = 0, high = 0;
  for (const Vec3& corner : scanner.crystal_corners_mm[crystal]) {
    double along = 0;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      along += static_cast<double>(corner[axis] - scanner.crystal_centre_mm[crystal][axis]) * direction[axis];
    }
    low = std::min(low, along);
    high = std::max(high, along);
  }
  constexpr double digits = 1e4;  // what single precision knows of it
  return std::round((high - low) * digits) / digits;
}

CastorLayer layer_of(const Scanner& scanner, const recon::ModuleType& type) {
  const std::size_t crystal = type.first_crystal;
  const Vec3& normal = scanner.crystal_normal[crystal];
  CastorLayer layer{.num_crystals = type.num_crystals(),
                    .depth_mm = extent_mm(scanner, crystal, normal),
                    .transaxial_mm = extent_mm(scanner, crystal, {-normal[1], normal[0], 0}),
                    .axial_mm = extent_mm(scanner, crystal, {0, 0, 1}),
                    .mean_depth_mm = -1};
  if (!(layer.transaxial_mm > 0) || !(layer.axial_mm > 0)) {
    layer.transaxial_mm = layer.axial_mm = std::sqrt(scanner.crystal_face_mm2[crystal]);
  }
  return layer;
}

bool is_same(const CastorCrystals& a, const fs::path& path) {
  try {
    const CastorCrystals b = read_castor_lut(path);
    const auto same_layers = std::ranges::equal(a.layers, b.layers, [](const CastorLayer& x, const CastorLayer& y) {
      return x.num_crystals == y.num_crystals && x.depth_mm == y.depth_mm && x.transaxial_mm == y.transaxial_mm &&
             x.axial_mm == y.axial_mm && x.mean_depth_mm == y.mean_depth_mm;
    });
    return same_layers && a.name == b.name && a.centre_mm == b.centre_mm && a.outwards == b.outwards &&
           a.min_angle_deg == b.min_angle_deg;
  } catch (const Error&) {  // whatever it is, it is another
    return false;
  }
}

std::string tof_text(const CastorData& data) {
  if (!data.has_tof) {
    return "";
  }
  const std::string resolution = fmt::format("TOF resolution (ps): {}\n", data.tof_fwhm_ps);
  return resolution +
         (data.mode == CastorData::Mode::histogram
              ? fmt::format("Histo TOF number of bins: {}\nHisto TOF bin size (ps): {}\n", data.num_tof_bins,
                            data.tof_bin_ps)
              : fmt::format("List TOF measurement range (ps): {}\nList TOF quantization bin size (ps): {}\n",
                            data.tof_range_ps, data.tof_quantisation_ps));
}

}  // namespace

CastorCrystals castor_crystals(const Scanner& scanner, const recon::Efficiencies& efficiencies) {
  CastorCrystals crystals{.name = scanner.name,
                          .centre_mm = scanner.crystal_centre_mm,
                          .outwards = {},
                          .layers = {},
                          .min_angle_deg = min_angle_deg(scanner, efficiencies)};
  for (const Vec3& normal : scanner.crystal_normal) {
    crystals.outwards.push_back({-normal[0], -normal[1], -normal[2]});
  }
  for (const recon::ModuleType& type : scanner.module_types) {
    if (type.num_crystals() > 0) {
      crystals.layers.push_back(layer_of(scanner, type));
    }
  }
  return crystals;
}

std::string write_crystals_beside(CastorCrystals crystals, const fs::path& folder) {
  const std::string name = plain_name(crystals.name);
  crystals.name = name;
  for (int number = 2;; ++number) {
    const fs::path path = folder / (crystals.name + ".hscan");
    if (!fs::exists(path) && !fs::exists(fs::path(path).replace_extension(".lut"))) {
      write_castor_lut(crystals, path);
      return crystals.name;
    }
    if (is_same(crystals, path)) {
      return crystals.name;
    }
    crystals.name = fmt::format("{}_{}", name, number);
  }
}

std::optional<recon::TofAxis> shared_tof_axis(const Scanner& scanner) {
  if (!scanner.has_tof()) {
    return std::nullopt;
  }
  std::optional<recon::TofAxis> axis;
  constexpr float tolerance = 1e-4F;
  const auto near = [](float a, float b) { return std::abs(a - b) <= tolerance * std::max(1.0F, std::abs(b)); };
  for (const recon::TofRange& range : scanner.tof_ranges) {
    for (std::uint32_t i = 0; i < range.count; ++i) {
      const recon::TofBin& bin = scanner.tof_bins[range.first + i];
      const auto count = static_cast<std::int32_t>(range.count);
      if (!axis) {
        axis = {.num_bins = count, .bin_width_mm = bin.width_mm, .sigma_mm = bin.sigma_mm};
      }
      const float centre_mm = (static_cast<float>(i) - 0.5F * static_cast<float>(count - 1)) * axis->bin_width_mm;
      if (count != axis->num_bins || !near(bin.width_mm, axis->bin_width_mm) || !near(bin.sigma_mm, axis->sigma_mm) ||
          !near(bin.centre_mm, centre_mm)) {
        throw InputError(
            "the TOF bins of the scanner differ from each other, or between pairs of module types: CASToR has bins of "
            "one width and resolution for all");
      }
    }
  }
  return axis;
}

std::string castor_header_text(const CastorData& data) {
  constexpr const char* modes[] = {"list-mode", "histogram", "normalization"};
  const CastorRecord& record = data.record;
  const auto flag = [](int field) { return field >= 0 ? 1 : 0; };
  std::string text = fmt::format(
      "Scanner name: {}\nData filename: {}\nNumber of events: {}\nData mode: {}\nData type: PET\n", data.scanner_name,
      data.data.filename().string(), data.num_records, modes[static_cast<int>(data.mode)]);
  if (data.mode != CastorData::Mode::normalization) {
    text += fmt::format("Start time (s): {}\nDuration (s): {}\nCalibration factor: {}\nIsotope: {}\n", data.start_s,
                        data.duration_s, data.calibration, data.isotope.empty() ? "unknown" : data.isotope);
    text += fmt::format("TOF information flag: {}\n", data.has_tof ? 1 : 0) + tof_text(data);
    text += fmt::format("Scatter correction flag: {}\nRandom correction flag: {}\n", flag(record.scatter),
                        flag(record.randoms));
  }
  if (data.mode == CastorData::Mode::listmode) {
    text += fmt::format("Coincidence kind flag: {}\n", flag(record.kind));
  }
  if (data.most_axial_mm > 0) {
    text += fmt::format("Maximum axial difference mm: {}\n", data.most_axial_mm);
  }
  return text + fmt::format(
                    "Attenuation correction flag: {}\nNormalization correction flag: {}\n"
                    "Maximum number of lines per event: 1\n",
                    flag(record.attenuation), flag(record.normalization));
}

CastorDataFile::CastorDataFile(CastorData data)
    : data_(std::move(data)), file_(data_.data), out_(file_.temporary_path(), std::ios::binary) {
  const auto record = static_cast<std::size_t>(data_.record.bytes);
  bytes_.resize(std::max(buffer_bytes / record, std::size_t{1}) * record);
  data_.num_records = 0;
}

char* CastorDataFile::next() {
  if (used_ == bytes_.size()) {
    flush();
  }
  char* place = bytes_.data() + used_;
  used_ += static_cast<std::size_t>(data_.record.bytes);
  ++data_.num_records;
  return place;
}

void CastorDataFile::flush() {
  out_.write(bytes_.data(), static_cast<std::streamsize>(used_));
  std::memset(bytes_.data(), 0, used_);
  used_ = 0;
  if (!out_) {
    throw cannot_write(data_.data);
  }
}

void CastorDataFile::finish() {
  flush();
  out_.close();
  if (!out_) {
    throw cannot_write(data_.data);
  }
  file_.commit();
  write_text_file(data_.header, castor_header_text(data_));
}

}  // namespace coincide::io
