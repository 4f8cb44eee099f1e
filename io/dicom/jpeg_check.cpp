#include "io/dicom/jpeg_check.h"

#include <algorithm>
#include <array>

#include "projectors/error.h"

namespace coincide::io::dicom {
namespace {

constexpr int end_of_headers = 0xDA;  // start of scan

/// SOF0 to SOF15 without those numbers that mean tables, and that of JPEG-LS.
bool describes_picture(int marker) {
  constexpr std::array tables = {0xC4, 0xC8, 0xCC};
  return marker == 0xF7 || (marker >= 0xC0 && marker <= 0xCF && std::ranges::find(tables, marker) == tables.end());
}

}  // namespace

void check_jpeg(std::string_view packed, const PixelLayout& layout) {
  const auto byte = [&](std::size_t at) { return at < packed.size() ? static_cast<unsigned char>(packed[at]) : 0; };
  const auto word = [&](std::size_t at) { return 256 * byte(at) + byte(at + 1); };
  const auto is_later_jfif = [&](std::size_t at) {  // at which GDCM ends the program, too
    return byte(at + 1) == 0xE0 && packed.substr(at + 4, 4) == "JFIF" && byte(at + 9) != 1;
  };
  bool fits = false;
  std::size_t at = word(0) == 0xFFD8 ? 2 : packed.size();
  while (at + 4 <= packed.size() && byte(at) == 0xFF && byte(at + 1) != end_of_headers && !is_later_jfif(at)) {
    if (describes_picture(byte(at + 1))) {
      fits = byte(at + 4) <= layout.bits_allocated && word(at + 5) == layout.rows && word(at + 7) == layout.columns &&
             byte(at + 9) == 1;
    }
    at += 2 + static_cast<std::size_t>(std::max(2, word(at + 2)));
  }
  if (!fits || byte(at) != 0xFF || byte(at + 1) != end_of_headers) {
    throw FileError("Its compressed pixels (JPEG) are damaged, or not as large as the file says.");
  }
}

}  // namespace coincide::io::dicom
