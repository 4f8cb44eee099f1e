#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "io/dicom/dicom_file.h"

namespace coincide::io::dicom {

/// Files with images that belong together (Series Instance UID).
struct Series {
  std::string uid;
  double number = 0;  ///< as the scanner counts, not always unique
  std::vector<std::shared_ptr<const DicomFile>> files;

  const DicomFile& first() const { return *files.front(); }
};

/// A folder and the number of a series in it, "FOLDER#2"; 0 where none is said. A name that exists is taken whole.
struct SeriesPlace {
  std::filesystem::path path;
  std::size_t number = 0;
};
SeriesPlace series_place(const std::filesystem::path& path);

/// Whether it is a file that begins as DICOM files do, or a folder with such a file in it or its subfolders.
bool holds_dicom(const std::filesystem::path& path);

/// All series of images in a folder and its subfolders, by number and UID. Localizers, reports and screenshots do not
/// count. Throws FileError for a damaged DICOM file, so that no slice of a series is missed.
std::vector<Series> series_in(const std::filesystem::path& folder);

/// "#2: PT "WB AC", 109 files"
std::string listed(const Series& series, std::size_t number);

/// The series at `path`: a file, with those beside it of the same series; a folder of one series; FOLDER#NUMBER. Throws
/// FileError, which lists the series where a folder has several.
Series series_at(const std::filesystem::path& path);
/// Its files, in the order of their names.
std::vector<std::filesystem::path> series_files(const std::filesystem::path& path);

}  // namespace coincide::io::dicom
