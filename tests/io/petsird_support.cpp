#include "petsird_support.h"

#include <zlib.h>

#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace coincide::tests {
namespace {

template <class T>
void append(std::vector<T>& all, const std::vector<T>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

}  // namespace

std::filesystem::path petsird_file(const std::string& name) {
  return std::filesystem::path(COINCIDE_TEST_DATA) / "petsird" / name;
}

std::filesystem::path shared_petsird_file(const std::string& name) {
  return std::filesystem::path(COINCIDE_SHARED_DATA) / "petsird" / name;
}

std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw std::runtime_error("cannot open " + path.string());
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_bytes(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void unpack(const std::filesystem::path& packed, const std::filesystem::path& to) {
  const gzFile file = gzopen(packed.c_str(), "rb");
  if (file == nullptr) {
    throw std::runtime_error("cannot open " + packed.string());
  }
  std::ofstream out(to, std::ios::binary);
  std::array<char, 1 << 16> buffer{};
  for (int n = 0; (n = gzread(file, buffer.data(), buffer.size())) > 0;) {
    out.write(buffer.data(), n);
  }
  gzclose(file);
}

recon::EventBlock read_all(recon::EventSource& source) {
  recon::EventBlock all;
  recon::EventBlock block;
  while (source.read(block)) {
    append(all.crystal_a, block.crystal_a);
    append(all.crystal_b, block.crystal_b);
    append(all.tof_bin, block.tof_bin);
    append(all.time_ms, block.time_ms);
    append(all.delayed, block.delayed);
    append(all.window_a, block.window_a);
    append(all.window_b, block.window_b);
    append(all.factor, block.factor);
    append(all.attenuation, block.attenuation);
    append(all.additive_per_s, block.additive_per_s);
    append(all.scatter_per_s, block.scatter_per_s);
    append(all.origin, block.origin);
    append(all.time_blocks, block.time_blocks);
    append(all.alive, block.alive);
    append(all.singles, block.singles);
  }
  return all;
}

}  // namespace coincide::tests
