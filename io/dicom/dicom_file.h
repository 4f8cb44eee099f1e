#pragma once

#include <cstdint>
#include <filesystem>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "io/dicom/data_set.h"

namespace coincide::io::dicom {

/// A piece of a file.
struct Piece {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

/// Where the pixels of a file lie, which are not read with its attributes.
struct PixelPlace {
  Piece native;                  ///< uncompressed
  std::vector<Piece> fragments;  ///< compressed: one or more for each picture
};

struct DicomFile {
  std::filesystem::path path;
  std::uint64_t bytes = 0;
  DataSet data;
  std::string transfer_syntax;
  bool big_endian = false;
  std::optional<PixelPlace> pixels;
};

/// Whether the file begins as DICOM files do: "DICM" after 128 bytes.
bool is_dicom(const std::filesystem::path& path);

/// Reads the attributes before the pixels. Values longer than any that are asked for stay in the file, and every length
/// is checked against what is left of it, so that memory is bounded by a few times the file's size. (GDCM's reader is
/// not used: it believes lengths, and ends the program at many damaged files.) Throws FileError: cut, damaged, not
/// DICOM, deflated. Source: DICOM PS3.5, section 7, and PS3.10, section 7.
DicomFile read_attributes(std::istream& in, std::uint64_t bytes);
/// The same; messages begin with the path.
DicomFile read_attributes(const std::filesystem::path& path);

}  // namespace coincide::io::dicom
