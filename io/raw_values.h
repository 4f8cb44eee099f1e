#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace coincide::io {

enum class NumberKind { signed_integer, unsigned_integer, floating };

/// How numbers lie in a file of nothing else.
struct RawFormat {
  NumberKind kind = NumberKind::floating;
  int bytes = 4;  ///< 1, 2, 4 or 8; 4 or 8 of floating ones
  bool big_endian = false;

  /// "4-byte big-endian floating".
  std::string words() const;
};

/// The numbers that so many whole bytes are, as they are. Throws FileError, naming the file, for sizes of numbers that
/// there are not.
std::vector<float> raw_values_in(const std::vector<char>& bytes, const RawFormat& format,
                                 const std::filesystem::path& file);

/// `count` numbers from byte `offset` on. Throws FileError if the file has fewer, before anything is allocated, and for
/// a number that is not finite.
std::vector<float> read_raw_values(const std::filesystem::path& path, const RawFormat& format, std::uint64_t offset,
                                   std::uint64_t count);

}  // namespace coincide::io
