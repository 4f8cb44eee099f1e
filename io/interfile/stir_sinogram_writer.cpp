#include "io/interfile/stir_sinogram_writer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>
#include <fstream>
#include <numbers>
#include <string>
#include <vector>

#include "io/atomic_file.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

static_assert(std::endian::native == std::endian::little, "floats are written as they lie in memory");

template <class Number>
std::string list_of(const StirSinogramLayout& layout, Number StirSegment::*number) {
  std::vector<Number> values;
  for (const StirSegment& segment : layout.segments) {
    values.push_back(segment.*number);
  }
  return fmt::format("{{{}}}", fmt::join(values, ","));
}

std::string scanner_text(const StirScanner& scanner) {
  constexpr double cm_per_mm = 0.1;
  std::string text = fmt::format(
      "Scanner parameters:=\nScanner type := {}\nNumber of rings := {}\nNumber of detectors per ring := {}\n"
      "Inner ring diameter (cm) := {:.9g}\nAverage depth of interaction (cm) := 0\nDistance between rings (cm) := "
      "{:.9g}\n"
      "Default bin size (cm) := {:.9g}\nView offset (degrees) := {:.9g}\n",
      scanner.name, scanner.rings, scanner.detectors, 2 * cm_per_mm * scanner.radius_mm,
      cm_per_mm * scanner.ring_spacing_mm, cm_per_mm * scanner.bin_size_mm, scanner.tilt_rad * 180 / std::numbers::pi);
  if (scanner.tof_bins > 0) {
    text += fmt::format(
        "Maximum number of (unmashed) TOF time bins := {}\nSize of unmashed TOF time bins (ps) := {:.9g}\n"
        "TOF timing resolution (ps) := {:.9g}\n",
        scanner.tof_bins, scanner.tof_bin_ps, scanner.tof_fwhm_ps);
  }
  return text + "Scanner geometry (BlocksOnCylindrical/Cylindrical/Generic) := Cylindrical\nEnd scanner parameters:=\n";
}

std::string header_text(const std::string& data_file, const StirSinogramLayout& layout, const StirSinogramHead& head) {
  std::string text = fmt::format(
      "!INTERFILE :=\n!imaging modality := PT\nname of data file := {}\noriginating system := {}\n"
      "!version of keys := STIR6.0\n!GENERAL DATA :=\n",
      data_file, layout.scanner.name);
  if (!head.axes.is_assumed) {
    const bool head_first = head.axes.sign[2]<0, supine = head.axes.sign[1]> 0;
    text += fmt::format("patient orientation := {}\npatient rotation := {}\n", head_first ? "head_in" : "feet_in",
                        supine ? "supine" : "prone");
  }
  text += fmt::format(
      "!GENERAL IMAGE DATA :=\n!type of data := PET\nimagedata byte order := LITTLEENDIAN\n!PET STUDY (General) :=\n"
      "!PET data type := Emission\napplied corrections := {}\n!number format := float\n"
      "!number of bytes per pixel := 4\nnumber of dimensions := {}\n",
      layout.arc_bin_mm > 0 ? "{arc correction}" : "{None}", layout.tof ? 5 : 4);
  if (layout.tof) {
    text += fmt::format("matrix axis label [5] := timing positions\n!matrix size [5] := {}\nTOF mashing factor := {}\n",
                        layout.tof->num_bins, layout.tof_mashing);
  }
  text += fmt::format(
      "matrix axis label [4] := segment\n!matrix size [4] := {}\nmatrix axis label [3] := view\n!matrix size [3] := "
      "{}\n"
      "matrix axis label [2] := axial coordinate\n!matrix size [2] := {}\n"
      "matrix axis label [1] := tangential coordinate\n!matrix size [1] := {}\n"
      "minimum ring difference per segment := {}\nmaximum ring difference per segment := {}\n",
      layout.segments.size(), layout.views, list_of(layout, &StirSegment::planes), layout.tangential,
      list_of(layout, &StirSegment::least), list_of(layout, &StirSegment::most));
  text += scanner_text(layout.scanner);
  if (layout.arc_bin_mm > 0) {
    text += fmt::format("effective central bin size (cm) := {:.9g}\n", 0.1 * layout.arc_bin_mm);
  }
  if (head.energy_kev.size() == 2) {
    text += fmt::format(
        "number of energy windows := 1\nenergy window lower level (keV)[1] := {:.9g}\n"
        "energy window upper level (keV)[1] := {:.9g}\n",
        head.energy_kev[0], head.energy_kev[1]);
  }
  text += "number of time frames := 1\n";
  if (head.duration_s > 0) {
    text += fmt::format("image duration (sec)[1] := {:.9g}\nimage relative start time (sec)[1] := {:.9g}\n",
                        head.duration_s, head.start_s);
  }
  return text + "!END OF INTERFILE :=\n";
}

}  // namespace

void write_stir_sinogram(const std::filesystem::path& path, const StirSinogramLayout& layout,
                         const StirSinogramHead& head, std::span<const float> values) {
  if (path.extension() != ".hs") {
    throw InputError(fmt::format("{}: the header of a STIR sinogram ends in .hs.", path.string()));
  }
  if (layout.scanner.geometry != StirGeometry::cylinder) {
    throw InputError(fmt::format("{}: only sinograms of cylindrical scanners are written.", path.string()));
  }
  if (std::ssize(values) != layout.num_bins()) {
    throw InputError(fmt::format("{}: {} values for {} bins.", path.string(), values.size(), layout.num_bins()));
  }
  std::filesystem::path data_path = path;
  data_path.replace_extension(".s");
  AtomicFile target(data_path);
  std::ofstream file(target.temporary_path(), std::ios::binary);
  const std::int64_t tofs = layout.tof ? layout.tof->num_bins : 1;
  std::vector<float> row(static_cast<std::size_t>(layout.tangential));
  for (std::int64_t tof = 0; tof < tofs; ++tof) {  // the slowest axis of the file
    for (std::size_t lor = 0; lor < values.size() / static_cast<std::size_t>(tofs); lor += row.size()) {
      for (std::size_t t = 0; t < row.size(); ++t) {
        row[t] = values[(lor + t) * static_cast<std::size_t>(tofs) + static_cast<std::size_t>(tof)];
      }
      file.write(reinterpret_cast<const char*>(row.data()), static_cast<std::streamsize>(row.size() * sizeof(float)));
    }
  }
  file.close();
  if (!file) {
    throw cannot_write(data_path);
  }
  target.commit();
  write_text_file(path, header_text(data_path.filename().string(), layout, head));
}

}  // namespace coincide::io
