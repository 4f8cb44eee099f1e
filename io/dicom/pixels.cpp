#include "io/dicom/pixels.h"

#include <fmt/format.h>
#include <gdcmImage.h>
#include <gdcmSequenceOfFragments.h>
#include <gdcmTrace.h>

#include <bit>
#include <fstream>

#include "io/dicom/jpeg_check.h"
#include "io/dicom/rle.h"
#include "projectors/error.h"

namespace coincide::io::dicom {
namespace {

std::string bytes_at(std::ifstream& in, const Piece& piece) {
  std::string bytes(piece.bytes, '\0');
  in.seekg(static_cast<std::streamoff>(piece.offset));
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!in) {
    throw FileError(fmt::format("The pixels at byte {} cannot be read.", piece.offset));
  }
  return bytes;
}

/// The fragments that a picture is made of: one each, or all of a picture that is alone.
std::vector<Piece> fragments_of(const Plane& plane) {
  const std::vector<Piece>& all = plane.file->pixels->fragments;
  if (plane.layout.pictures == 1) {
    return all;
  }
  if (all.size() != static_cast<std::size_t>(plane.layout.pictures)) {
    throw FileError(
        fmt::format("Its {} pictures are compressed into {} pieces: only one each can be read. Convert it to "
                    "an uncompressed transfer syntax first (gdcmconv --raw).",
                    plane.layout.pictures, all.size()));
  }
  return {all[plane.picture]};
}

std::string packed_bytes(const Plane& plane, std::ifstream& in) {
  std::string packed;
  for (const Piece& piece : fragments_of(plane)) {
    packed += bytes_at(in, piece);
  }
  return packed;
}

/// "1.2.840.10008.1.2.4.50" to ".81"; JPEG 2000 is from ".90" on.
bool is_jpeg(const std::string& syntax) {
  static const std::string stem = "1.2.840.10008.1.2.4.";
  return syntax.starts_with(stem) && syntax.substr(stem.size()) < "90";
}

/// GDCM ends the program where the high bit is not the last of those stored: it gets all up to it, numbers_of() takes
/// those that count.
gdcm::PixelFormat gdcm_format(const PixelLayout& layout) {
  return gdcm::PixelFormat(1, static_cast<std::uint16_t>(layout.bits_allocated),
                           static_cast<std::uint16_t>(layout.high_bit + 1), static_cast<std::uint16_t>(layout.high_bit),
                           static_cast<std::uint16_t>(layout.is_signed ? 1 : 0));
}

gdcm::Image gdcm_image(const Plane& plane, std::ifstream& in) {
  gdcm::SmartPointer<gdcm::SequenceOfFragments> fragments = gdcm::SequenceOfFragments::New();
  for (const Piece& piece : fragments_of(plane)) {
    const std::string bytes = bytes_at(in, piece);
    gdcm::Fragment fragment;
    fragment.SetByteValue(bytes.data(), static_cast<std::uint32_t>(bytes.size()));
    fragments->AddFragment(fragment);
  }
  gdcm::DataElement pixels(gdcm::Tag(tag::pixel_data.group, tag::pixel_data.element));
  pixels.SetValue(*fragments);
  gdcm::Image image;
  image.SetNumberOfDimensions(2);
  image.SetDimension(0, static_cast<unsigned>(plane.layout.columns));
  image.SetDimension(1, static_cast<unsigned>(plane.layout.rows));
  image.SetPixelFormat(gdcm_format(plane.layout));
  image.SetPhotometricInterpretation(gdcm::PhotometricInterpretation::MONOCHROME2);
  image.SetTransferSyntax(gdcm::TransferSyntax::GetTSType(plane.file->transfer_syntax.c_str()));
  image.SetDataElement(pixels);
  return image;
}

/// In the order of bytes of this machine, as GDCM has it.
std::string unpacked(const Plane& plane, std::ifstream& in) {
  if (is_jpeg(plane.file->transfer_syntax)) {
    check_jpeg(packed_bytes(plane, in), plane.layout);
  }
  gdcm::Trace::WarningOff();
  gdcm::Trace::ErrorOff();
  std::string bytes(plane.layout.picture_bytes(), '\0');
  bool done = false;
  try {
    const gdcm::Image image = gdcm_image(plane, in);
    done = image.GetBufferLength() == bytes.size() && image.GetBuffer(bytes.data());
  } catch (const std::exception&) {  // GDCM's own and those of the decoders under it
    done = false;
  }
  if (!done) {
    throw FileError(
        fmt::format("Its compressed pixels are damaged, or of a kind that cannot be unpacked here (transfer "
                    "syntax {}).",
                    plane.file->transfer_syntax));
  }
  return bytes;
}

/// What is stored between bit 0 and the high bit, or above.
std::vector<std::int64_t> numbers_of(const std::string& bytes, const PixelLayout& layout, bool big_endian) {
  const auto width = static_cast<std::size_t>(layout.bits_allocated / 8);
  const int shift = layout.high_bit + 1 - layout.bits_stored;
  const std::uint64_t mask = (std::uint64_t{1} << layout.bits_stored) - 1;
  const std::uint64_t sign = layout.is_signed ? std::uint64_t{1} << (layout.bits_stored - 1) : 0;
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(layout.rows * layout.columns));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    std::uint64_t raw = 0;
    for (std::size_t byte = 0; byte < width; ++byte) {
      const std::size_t at = i * width + (big_endian ? byte : width - 1 - byte);
      raw = (raw << 8) | static_cast<unsigned char>(bytes[at]);
    }
    const std::uint64_t value = (raw >> shift) & mask;
    numbers[i] = static_cast<std::int64_t>(value ^ sign) - static_cast<std::int64_t>(sign);
  }
  return numbers;
}

std::string run_lengths(const Plane& plane, std::ifstream& in) {
  return unpacked_rle(packed_bytes(plane, in), static_cast<std::size_t>(plane.layout.rows * plane.layout.columns),
                      static_cast<std::size_t>(plane.layout.bits_allocated / 8));
}

}  // namespace

std::vector<std::int64_t> stored_numbers(const Plane& plane) {
  try {
    std::ifstream in(plane.file->path, std::ios::binary);
    if (plane.file->transfer_syntax == "1.2.840.10008.1.2.5") {
      return numbers_of(run_lengths(plane, in), plane.layout, false);
    }
    if (!plane.file->pixels->fragments.empty()) {
      return numbers_of(unpacked(plane, in), plane.layout, std::endian::native == std::endian::big);
    }
    const std::uint64_t bytes = plane.layout.picture_bytes();
    return numbers_of(bytes_at(in, {plane.file->pixels->native.offset + plane.picture * bytes, bytes}), plane.layout,
                      plane.file->big_endian);
  } catch (Error& error) {
    error.prepend(plane.file->path.string());
    throw;
  }
}

std::vector<float> plane_values(const Plane& plane, float for_padding) {
  const std::vector<std::int64_t> stored = stored_numbers(plane);
  std::vector<float> values(stored.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto number = static_cast<double>(stored[i]);
    const bool padded = plane.padding && number >= plane.padding->first && number <= plane.padding->second;
    values[i] = padded ? for_padding : static_cast<float>(number * plane.slope + plane.intercept);
  }
  return values;
}

}  // namespace coincide::io::dicom
