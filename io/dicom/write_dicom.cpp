#include "io/dicom/write_dicom.h"

#include <fmt/format.h>
#include <gdcmTrace.h>
#include <gdcmWriter.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

#include "io/atomic_file.h"
#include "io/dicom/dicom_file.h"
#include "io/dicom/pet_attributes.h"
#include "io/input_file.h"
#include "io/text_pattern.h"
#include "projectors/error.h"
#include "recon/data/suv.h"

namespace coincide::io::dicom {
namespace {

namespace fs = std::filesystem;

/// The files of a series that was written here; other files are complained of.
std::vector<fs::path> files_of_series(const fs::path& folder) {
  static const TextPattern name(R"(\d{4,5}\.dcm)");
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string file = entry->path().filename().string();
    const bool has_name = name.matches(file);
    if (const std::string why = has_name ? why_no_input_file(entry->path()) : ""; !why.empty()) {
      throw FileError(fmt::format("Cannot write {}: {} in it, which may be of an earlier series, cannot be read: {}.",
                                  folder.string(), file, why));
    }
    if (!has_name || !is_dicom(entry->path())) {
      throw FileError(fmt::format("Cannot write {}: the folder holds other files already ({}). Choose another name.",
                                  folder.string(), file));
    }
    files.push_back(entry->path());
  }
  if (error) {
    throw FileError(fmt::format("Cannot write the folder {}: {}.", folder.string(), error.message()));
  }
  return files;
}

void remove_all(const std::vector<fs::path>& files) {
  std::error_code ignored;
  for (const fs::path& file : files) {
    fs::remove(file, ignored);
  }
}

/// Only a series that was written here before may be replaced.
void check_place(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder, error)) {
    files_of_series(folder);
  }
}

/// `temporary`, for what is to become `folder`.
void make_folder(const fs::path& temporary, const fs::path& folder) {
  std::error_code error;
  fs::remove_all(temporary, error);
  fs::create_directories(temporary, error);
  if (error) {
    errno = error.value();
    throw cannot_write(folder);
  }
}

void check_possible(const recon::ImageSeries& series) {
  constexpr std::int64_t most = 65535;  // numbers of 16 bits
  recon::check_series(series);
  const auto& shape = series.grid.shape;
  const auto images = static_cast<std::int64_t>(series.frames.size()) * shape[2];
  if (series.frames.empty() || std::max({shape[0], shape[1], images}) > most) {
    throw InputError(
        fmt::format("DICOM holds 1 to {} rows, columns and planes of a PET series; the image has {} x {} x {} "
                    "voxels in {} frames.",
                    most, shape[0], shape[1], shape[2], series.frames.size()));
  }
  if (units_word(series.unit).empty()) {
    throw InputError(fmt::format("An image in {} is no PET image: only those are written as DICOM here.", series.unit));
  }
}

void write_file(const fs::path& path, const Attributes& attributes) {
  gdcm::Writer writer;
  gdcm::File& file = writer.GetFile();
  file.GetHeader().SetDataSetTransferSyntax(gdcm::TransferSyntax::ExplicitVRLittleEndian);
  file.SetDataSet(attributes.data());
  std::ostringstream bytes;  // not the file: GDCM ends the program when it cannot write
  writer.SetStream(bytes);
  if (!writer.Write()) {
    throw FileError(fmt::format("Cannot write {}: GDCM refuses its contents.", path.string()));
  }
  std::ofstream out(path, std::ios::binary);
  out << bytes.view();
  out.close();
  if (!out) {
    throw cannot_write(path);
  }
}

}  // namespace

void write_dicom(const fs::path& folder, const recon::ImageSeries& series) {
  gdcm::Trace::WarningOff();
  check_possible(series);
  check_place(folder);
  AtomicFile target(folder);
  make_folder(target.temporary_path(), folder);
  const SeriesClock clock = series_clock(series);
  Attributes attributes = series_attributes(series, clock);
  std::size_t number = 0;
  for (std::size_t frame = 0; frame < series.frames.size(); ++frame) {
    put_frame(series, frame, clock, attributes);
    for (std::int64_t plane = 0; plane < series.grid.shape[2]; ++plane) {
      put_plane(series, frame, plane, attributes);
      write_file(target.temporary_path() / fmt::format("{:04}.dcm", ++number), attributes);
    }
  }
  target.commit();
}

bool remove_series(const fs::path& folder) {
  try {
    remove_all(files_of_series(folder));
  } catch (const FileError&) {
    return false;
  }
  std::error_code error;
  return fs::remove(folder, error);
}

std::vector<std::string> lost_in_dicom(const recon::ImageSeries& series) {
  std::vector<std::string> sentences;
  if (units_word(series.unit) == "CNTS") {
    sentences.emplace_back(
        "The image is not in Bq/mL: the DICOM series has Units CNTS and no dose, so that SUV is not "
        "possible.");
  } else if (series.tracer.dose_bq) {
    if (const recon::SuvFactor suv = recon::common_suv_factor(series); !suv.missing.empty()) {
      sentences.push_back(fmt::format("A dose is stated, but SUV is not possible: it needs {}.", suv.missing));
    }
  }
  if (series.date.empty() || series.time_zero.empty()) {
    sentences.push_back(fmt::format("The {} of the measurement is not known: the DICOM series says {}.",
                                    series.date.empty() ? "date" : "time of day",
                                    series.date.empty() ? "1 January 1970" : "noon"));
  }
  if (!series.has_times()) {
    sentences.emplace_back("How long the frames lasted is not known: the DICOM series says 0.");
  }
  return sentences;
}

}  // namespace coincide::io::dicom
