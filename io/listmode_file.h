#pragma once

#include <filesystem>
#include <memory>

#include "recon/events.h"

namespace coincide::io {

struct ListmodeOptions {
  bool allow_truncated = false;           ///< a file that ends too early gives what was whole, and a warning
  bool in_list = false;                   ///< it is one of a list of scans (scan_list.h)
  std::filesystem::path scanner{};        ///< where the file has none (CASToR): its file, or their folder
  std::filesystem::path normalization{};  ///< factors of all LORs, in a file of the same format (CASToR); empty: none

  bool operator==(const ListmodeOptions&) const = default;
};

/// Opens a listmode file of any known format, or a list of them (the table is in listmode_file.cpp), recognised by its
/// first bytes. Throws FileError: missing, empty, of a kind that nobody here reads, damaged header.
std::unique_ptr<recon::EventSource> open_listmode(const std::filesystem::path& path,
                                                  const ListmodeOptions& options = {});

}  // namespace coincide::io
