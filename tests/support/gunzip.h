#pragma once

#include <zlib.h>

#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace coincide::tests {

/// Unpacks a .gz file.
inline void gunzip(const std::string& packed, const std::string& path) {
  gzFile in = gzopen(packed.c_str(), "rb");
  if (in == nullptr) {
    throw std::runtime_error("cannot open " + packed);
  }
  std::ofstream out(path, std::ios::binary);
  std::vector<char> buffer(1 << 20);
  int got = 0;
  while ((got = gzread(in, buffer.data(), static_cast<unsigned>(buffer.size()))) > 0) {
    out.write(buffer.data(), got);
  }
  gzclose(in);
  if (got < 0 || !out) {
    throw std::runtime_error("cannot unpack " + packed);
  }
}

}  // namespace coincide::tests
