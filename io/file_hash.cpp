#include "io/file_hash.h"

#include <fmt/format.h>

#include <fstream>
#include <vector>

#include "projectors/error.h"
#include "recon/sha256.h"

namespace coincide::io {
std::string sha256_of_file(const std::filesystem::path& path,
                           const std::function<bool(std::uint64_t bytes_read)>& go_on) {
  std::ifstream in(path, std::ios::binary);
  recon::Sha256 hash;
  std::vector<char> buffer(std::size_t{1} << 22);
  std::uint64_t total = 0;
  while (in) {
    in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    hash.add(buffer.data(), static_cast<std::size_t>(in.gcount()));
    total += static_cast<std::uint64_t>(in.gcount());
    if (go_on && !go_on(total)) {
      return {};
    }
  }
  if (!in.eof()) {
    throw FileError(fmt::format("{}: cannot read it to the end.", path.string()));
  }
  return hash.digits();
}

std::string sha256_of_bytes(std::span<const std::byte> bytes) {
  recon::Sha256 hash;
  hash.add(bytes.data(), bytes.size());
  return hash.digits();
}

}  // namespace coincide::io
