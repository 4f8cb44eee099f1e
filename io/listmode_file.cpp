#include "io/listmode_file.h"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <string>
#include <string_view>

#include "io/input_file.h"
#include "io/petsird_file.h"
#include "io/safir/safir_file.h"
#include "io/siemens/petlink_file.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

using Path = std::filesystem::path;
using Source = std::unique_ptr<recon::EventSource>;

struct ListmodeFormat {
  std::string_view name;
  bool (*recognise)(std::string_view first_bytes);
  Source (*open)(const Path& path, const ListmodeOptions& options);
};

constexpr std::size_t bytes_to_recognise = 512;

constexpr std::array formats = {
    ListmodeFormat{"PETSIRD (binary)", [](std::string_view bytes) { return bytes.starts_with("yardl"); },
                   [](const Path& path, const ListmodeOptions& options) -> Source {
                     return std::make_unique<PetsirdSource>(path, PetsirdSource::Container::binary, options);
                   }},
    ListmodeFormat{"PETSIRD (HDF5)", [](std::string_view bytes) { return bytes.starts_with("\x89HDF\r\n\x1a\n"); },
                   [](const Path& path, const ListmodeOptions& options) -> Source {
                     return std::make_unique<PetsirdSource>(path, PetsirdSource::Container::hdf5, options);
                   }},
    ListmodeFormat{"Siemens listmode (header)", is_petlink,
                   [](const Path& path, const ListmodeOptions& options) -> Source {
                     return std::make_unique<PetlinkSource>(path, options);
                   }},
    ListmodeFormat{"SAFIR listmode (parameter file)", is_safir,
                   [](const Path& path, const ListmodeOptions& options) -> Source {
                     return std::make_unique<SafirSource>(path, options);
                   }},
};

/// What is recognised only to say what to do with it.
struct OtherFormat {
  std::string_view first_bytes;
  std::string_view advice;
};

constexpr std::array other_formats = {
    OtherFormat{"{\"yardl\"",
                "is PETSIRD as text (NDJSON), which is meant for looking at, not for reading. Convert it to binary "
                "PETSIRD with the tools of the 'petsird' package."},
    OtherFormat{"\x1f\x8b", "is compressed with gzip. Uncompress it first, for example with gunzip."},
};

std::string first_bytes(const Path& path) {
  if (const std::string why = why_no_input_file(path); !why.empty()) {
    throw FileError(fmt::format("The listmode file {} cannot be read: {}.", path.string(), why));
  }
  std::ifstream file(path, std::ios::binary);
  std::string bytes(bytes_to_recognise, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  if (bytes.empty()) {
    throw FileError(fmt::format("{} is empty.", path.string()));
  }
  return bytes;
}

}  // namespace

std::unique_ptr<recon::EventSource> open_listmode(const Path& path, const ListmodeOptions& options) {
  const std::string bytes = first_bytes(path);
  for (const ListmodeFormat& format : formats) {
    if (format.recognise(bytes)) {
      return format.open(path, options);
    }
  }
  for (const OtherFormat& format : other_formats) {
    if (bytes.starts_with(format.first_bytes)) {
      throw FileError(fmt::format("{} {}", path.string(), format.advice));
    }
  }
  std::string known;
  for (const ListmodeFormat& format : formats) {
    known += fmt::format("{}{}", known.empty() ? "" : ", ", format.name);
  }
  throw FileError(
      fmt::format("{} is of no kind that can be read here. Its first bytes fit none of: {}.", path.string(), known));
}

}  // namespace coincide::io
