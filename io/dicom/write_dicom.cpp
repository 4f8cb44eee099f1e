#include "io/dicom/write_dicom.h"

#include <fmt/format.h>
#include <gdcmTrace.h>
#include <gdcmWriter.h>
#include <unistd.h>

#include <algorithm>
#include <regex>
#include <system_error>

#include "io/dicom/dicom_file.h"
#include "io/dicom/pet_attributes.h"
#include "projectors/error.h"

namespace coincide::io::dicom {
namespace {

namespace fs = std::filesystem;

/// The files of a series that was written here; other files are complained of.
std::vector<fs::path> files_of_series(const fs::path& folder) {
  static const std::regex name(R"(\d{4,5}\.dcm)");
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (!std::regex_match(entry->path().filename().string(), name) || !is_dicom(entry->path())) {
      throw FileError(fmt::format("Cannot write {}: the folder holds other files already ({}). Choose another name.",
                                  folder.string(), entry->path().filename().string()));
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

/// A folder under construction, as AtomicFile is for files.
class AtomicFolder {
 public:
  explicit AtomicFolder(const fs::path& path)
      : path_(path.has_filename() ? path : path.parent_path()),
        temporary_(path_.parent_path() / fmt::format(".{}.{}.part", path_.filename().string(), getpid())) {
    std::error_code error;
    if (fs::exists(path_, error)) {  // only a series that was written here before may be replaced
      earlier_ = files_of_series(path_);
    }
    fs::create_directories(temporary_, error);
    if (error) {
      throw FileError(fmt::format("Cannot make the folder {}: {}.", temporary_.string(), error.message()));
    }
  }
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;
  ~AtomicFolder() {
    std::error_code ignored;
    fs::remove_all(temporary_, ignored);
  }

  const fs::path& temporary_path() const { return temporary_; }

  void commit() {
    std::error_code error;
    remove_all(earlier_);
    fs::rename(temporary_, path_, error);  // onto an empty folder, or none
    if (error) {
      throw FileError(fmt::format("Cannot write {}: {}.", path_.string(), error.message()));
    }
  }

 private:
  fs::path path_;
  fs::path temporary_;
  std::vector<fs::path> earlier_;
};

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
  writer.SetFileName(path.c_str());
  if (!writer.Write()) {
    throw FileError(fmt::format("Cannot write {}: the folder is closed to you, or the disk is full.", path.string()));
  }
}

}  // namespace

void write_dicom(const fs::path& folder, const recon::ImageSeries& series) {
  gdcm::Trace::WarningOff();
  check_possible(series);
  AtomicFolder target(folder);
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
