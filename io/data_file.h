#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "io/listmode_file.h"
#include "recon/data/histogram_source.h"
#include "recon/events.h"

namespace coincide::io {

/// Whatever was measured: one of both.
struct MeasuredData {
  std::unique_ptr<recon::EventSource> events;
  std::unique_ptr<recon::HistogramSource> histogram;

  const recon::Scanner& scanner() const { return events ? events->scanner() : histogram->scanner(); }
  std::string format() const { return events ? events->format() : histogram->facts().format; }
};

/// Opens listmode (listmode_file.h) or a histogram of any known format (the table is in data_file.cpp), recognised by
/// content. Throws FileError as open_listmode().
MeasuredData open_data(const std::filesystem::path& path, const ListmodeOptions& options = {});

/// The same of a file that must be a histogram: factors, background. `key`: that names it, for the sentence if it is
/// none.
std::unique_ptr<recon::HistogramSource> open_histogram(const std::filesystem::path& path, const std::string& key);

}  // namespace coincide::io
