#include "io/dicom/rle.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "projectors/error.h"

namespace coincide::io::dicom {
namespace {

constexpr std::size_t header_bytes = 64;

[[noreturn]] void fail() { throw FileError("Its compressed pixels (RLE) are damaged."); }

std::size_t number_at(std::string_view bytes, std::size_t at) {
  std::size_t number = 0;
  for (std::size_t i = 4; i-- > 0;) {
    number = (number << 8) | static_cast<unsigned char>(bytes[at + i]);
  }
  return number;
}

/// Puts the bytes of a segment to every `step`th place of `into`, from `first` on.
void unpack_segment(std::string_view segment, std::size_t first, std::size_t step, std::string& into) {
  std::size_t to = first;
  const auto put = [&](char byte) {
    if (to < into.size()) {  // a segment may be a byte longer than needed
      into[to] = byte;
    }
    to += step;
  };
  for (std::size_t at = 0; at + 1 < segment.size() && to < into.size();) {
    const int control = static_cast<std::int8_t>(segment[at++]);
    if (control == -128) {
      continue;
    }
    const auto count = static_cast<std::size_t>(control >= 0 ? control + 1 : 1 - control);
    if (control >= 0 && at + count > segment.size()) {
      fail();
    }
    for (std::size_t i = 0; i < count; ++i) {
      put(segment[at + (control >= 0 ? i : 0)]);
    }
    at += control >= 0 ? count : 1;
  }
  if (to < into.size()) {
    fail();
  }
}

}  // namespace

std::string unpacked_rle(std::string_view packed, std::size_t pixels, std::size_t bytes_per_pixel) {
  if (packed.size() < header_bytes || number_at(packed, 0) != bytes_per_pixel) {
    fail();
  }
  std::string bytes(pixels * bytes_per_pixel, '\0');
  for (std::size_t segment = 0; segment < bytes_per_pixel; ++segment) {
    const std::size_t begin = number_at(packed, 4 * (segment + 1));
    const std::size_t end = segment + 1 < bytes_per_pixel ? number_at(packed, 4 * (segment + 2)) : packed.size();
    if (begin < header_bytes || begin > end || end > packed.size()) {
      fail();
    }
    unpack_segment(packed.substr(begin, end - begin), bytes_per_pixel - 1 - segment, bytes_per_pixel, bytes);
  }
  return bytes;
}

}  // namespace coincide::io::dicom
