#include "io/listmode_file.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

#include "io/castor/castor_header.h"
#include "io/castor/castor_listmode.h"
#include "io/input_file.h"
#include "io/petsird_file.h"
#include "io/safir/safir_file.h"
#include "io/scan_list.h"
#include "io/siemens/petlink_file.h"
#include "io/tables/table_file.h"
#include "io/tables/table_options.h"
#include "io/yardl_hdf5.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

using Path = std::filesystem::path;
using Source = std::unique_ptr<recon::EventSource>;

bool is_petsird_hdf5(const Path& path);

struct ListmodeFormat {
  std::string_view name;
  bool has_own_scanner;  ///< always
  bool (*recognise)(std::string_view first_bytes);
  Source (*open)(const Path& path, const ListmodeOptions& options);
};

constexpr std::size_t bytes_to_recognise = 4096;  // headers may begin with remarks

constexpr std::array listmode_formats = {
    ListmodeFormat{"PETSIRD (binary)", true, [](std::string_view bytes) { return bytes.starts_with("yardl"); },
                   [](const Path& path, const ListmodeOptions& options) -> Source {
                     return std::make_unique<PetsirdSource>(path, PetsirdSource::Container::binary, options);
                   }},
    ListmodeFormat{"HDF5 (PETSIRD or a table)", false,
                   [](std::string_view bytes) { return bytes.starts_with("\x89HDF\r\n\x1a\n"); },
                   [](const Path& path, const ListmodeOptions& options) -> Source {
                     if (is_petsird_hdf5(path)) {
                       auto source = std::make_unique<PetsirdSource>(path, PetsirdSource::Container::hdf5, options);
                       check_no_other_scanner(path, source->scanner().name, options);
                       return source;
                     }
                     return std::make_unique<TableSource>(path, TableSource::Kind::hdf5, options);
                   }},
    ListmodeFormat{"Siemens listmode (header)", true, is_petlink,
                   [](const Path& path, const ListmodeOptions& options) -> Source {
                     return std::make_unique<PetlinkSource>(path, options);
                   }},
    ListmodeFormat{"SAFIR listmode (parameter file)", true, is_safir,
                   [](const Path& path, const ListmodeOptions& options) -> Source {
                     return std::make_unique<SafirSource>(path, options);
                   }},
    ListmodeFormat{"CASToR", false, is_castor_header,
                   [](const Path& path, const ListmodeOptions& options) -> Source {
                     return std::make_unique<CastorSource>(path, options);
                   }},
    ListmodeFormat{"a list of scans ([[scan]])", false, is_scan_list, open_scan_list},
    ListmodeFormat{"CSV table", false, is_csv_table,
                   [](const Path& path, const ListmodeOptions& options) -> Source {
                     return std::make_unique<TableSource>(path, TableSource::Kind::csv, options);
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
    OtherFormat{"PK\x03\x04", "is a zip archive. Unpack it first, and give the file in it that holds the data."},
    OtherFormat{"root",
                "is a ROOT file. If it holds coincidences of GATE, make a table of them: \"coincide-gate FILE.root "
                "OUT.h5\", which comes with Coincide (pip install \"./io/gate[root]\")."},
};

/// Files that are no HDF5 inside are PETSIRD's, too: its reader says what is wrong with them.
bool is_petsird_hdf5(const Path& path) {
  const Hdf5Quiet quiet;
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  const bool is_petsird = file < 0 || H5Lexists(file, "PETSIRD", H5P_DEFAULT) > 0;
  H5Fclose(file);
  return is_petsird;
}

/// The name of the header that a file of bare numbers has as a rule; empty if there is none.
std::string header_beside(const std::filesystem::path& path) {
  for (const char* ending : {".hv", ".hs", ".h33", ".mhd", ".hdr"}) {
    const std::filesystem::path header = std::filesystem::path(path).replace_extension(ending);
    if (header != path && std::filesystem::exists(header)) {
      return header.filename().string();
    }
  }
  return {};
}

}  // namespace

std::string words_of(Sources sources) {
  constexpr std::array words{"all", "trues", "trues and scattered", "trues and randoms"};
  return words[static_cast<std::size_t>(sources)];
}

void check_no_other_scanner(const Path& path, const std::string& own, const ListmodeOptions& options) {
  if (!options.scanner.empty() && !options.in_list) {
    throw InputError(
        fmt::format("input.scanner = \"{}\" is for files without a scanner, and {} has its own, \"{}\": leave it out",
                    options.scanner.string(), path.string(), own));
  }
}

std::unique_ptr<recon::EventSource> open_listmode(const Path& path, const ListmodeOptions& options) {
  const std::string bytes = read_first_bytes(path, bytes_to_recognise);
  for (const ListmodeFormat& format : listmode_formats) {
    if (format.recognise(bytes)) {
      Source source = format.open(path, options);
      // The files of a list are opened here, too.
      if (format.recognise != is_scan_list && dynamic_cast<const TableSource*>(source.get()) == nullptr) {
        check_no_table_options(path, source->format(), options);
      }
      if (format.has_own_scanner) {
        check_no_other_scanner(path, source->scanner().name, options);
      }
      return source;
    }
  }
  for (const OtherFormat& format : other_formats) {
    if (bytes.starts_with(format.first_bytes)) {
      throw FileError(fmt::format("{} {}", path.string(), format.advice));
    }
  }
  if (const std::string header = header_beside(path); !header.empty()) {
    throw FileError(fmt::format("{} holds numbers alone. Open {}, which says what they are.", path.string(), header));
  }
  std::string known;
  for (const ListmodeFormat& format : listmode_formats) {
    known += fmt::format("{}{}", known.empty() ? "" : ", ", format.name);
  }
  throw FileError(
      fmt::format("{} is of no kind that can be read here. Its first bytes fit none of: {}.", path.string(), known));
}

}  // namespace coincide::io
