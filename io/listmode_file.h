#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "recon/events.h"

namespace coincide::io {

/// Of simulated events, whose tables tell what became of the photons: which to take.
enum class Sources { all, trues, trues_and_scattered, trues_and_randoms };
/// "trues and scattered"
std::string words_of(Sources sources);

struct ListmodeOptions {
  bool allow_truncated = false;           ///< a file that ends too early gives what was whole, and a warning
  bool in_list = false;                   ///< it is one of a list of scans (scan_list.h)
  std::filesystem::path scanner{};        ///< where the file has none: its file, or (CASToR) the folder of such
  std::filesystem::path normalization{};  ///< factors of all LORs, in a file of the same format (CASToR); empty: none
  // For tables, which may lack what other formats state:
  std::string columns{};   ///< "x1_mm = my_x, tof_ps = -dt": columns of other names than those known
  double tof_fwhm_ps = 0;  ///< resolution of times of flight; 0: as the file says
  Sources only = Sources::all;

  bool operator==(const ListmodeOptions&) const = default;
};

/// Throws InputError if the options name a scanner: for a file that has its own, called `own`, which must not stay idle
/// without a word. In a list of scans it may be meant for another of them.
void check_no_other_scanner(const std::filesystem::path& path, const std::string& own, const ListmodeOptions& options);

/// Opens a listmode file of any known format, or a list of them (the table is in listmode_file.cpp), recognised by its
/// first bytes. Throws FileError: missing, empty, of a kind that nobody here reads, damaged header; InputError for
/// options that the format has no use for.
std::unique_ptr<recon::EventSource> open_listmode(const std::filesystem::path& path,
                                                  const ListmodeOptions& options = {});

}  // namespace coincide::io
