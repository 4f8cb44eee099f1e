#include "io/data_file.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "io/castor/castor_header.h"
#include "io/castor/castor_histogram.h"
#include "io/input_file.h"
#include "io/interfile/interfile_header.h"
#include "io/interfile/stir_sinogram.h"
#include "io/tables/table_histogram.h"
#include "io/tables/table_options.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

using Path = std::filesystem::path;

struct HistogramFormat {
  std::string_view name;
  bool (*recognise)(const Path& path, std::string_view first_bytes, const ListmodeOptions& options);
  std::unique_ptr<recon::HistogramSource> (*open)(const Path& path, const ListmodeOptions& options);
};

constexpr std::array histogram_formats = {
    HistogramFormat{"STIR sinogram (.hs)",
                    [](const Path& path, std::string_view bytes, const ListmodeOptions&) {
                      return is_interfile(bytes) && is_stir_sinogram(InterfileHeader(path));
                    },
                    [](const Path& path, const ListmodeOptions& options) -> std::unique_ptr<recon::HistogramSource> {
                      auto sinogram = std::make_unique<StirSinogram>(path);
                      check_no_other_scanner(path, sinogram->scanner().name, options);
                      return sinogram;
                    }},
    HistogramFormat{"CASToR histogram (.cdh)",
                    [](const Path& path, std::string_view bytes, const ListmodeOptions&) {
                      return is_castor_header(bytes) && is_castor_histogram(path);
                    },
                    [](const Path& path, const ListmodeOptions& options) -> std::unique_ptr<recon::HistogramSource> {
                      return std::make_unique<CastorHistogram>(path, options);
                    }},
    HistogramFormat{"table with counts (HDF5, CSV)", is_table_histogram,
                    [](const Path& path, const ListmodeOptions& options) -> std::unique_ptr<recon::HistogramSource> {
                      return std::make_unique<TableHistogram>(path, options);
                    }},
};

constexpr std::size_t bytes_to_recognise = 4096;

/// Null for a file of another kind, or none at all.
const HistogramFormat* histogram_format(const Path& path, const ListmodeOptions& options) {
  if (!why_no_input_file(path).empty()) {
    return nullptr;
  }
  const std::string bytes = read_first_bytes(path, bytes_to_recognise);
  for (const HistogramFormat& format : histogram_formats) {
    if (format.recognise(path, bytes, options)) {
      return &format;
    }
  }
  return nullptr;
}

}  // namespace

MeasuredData open_data(const Path& path, const ListmodeOptions& options) {
  if (const HistogramFormat* format = histogram_format(path, options); format != nullptr) {
    std::unique_ptr<recon::HistogramSource> histogram = format->open(path, options);
    ListmodeOptions idle = options;
    if (dynamic_cast<const TableHistogram*>(histogram.get()) != nullptr) {  // which has columns, but no events
      idle.columns.clear();
      idle.tof_fwhm_ps = 0;
    }
    check_no_table_options(path, histogram->facts().format, idle);
    return {.events = nullptr, .histogram = std::move(histogram)};
  }
  return {.events = open_listmode(path, options), .histogram = nullptr};
}

std::unique_ptr<recon::HistogramSource> open_histogram(const Path& path, const std::string& key) {
  if (const std::string why = why_no_input_file(path); !why.empty()) {
    throw FileError(fmt::format("{} = \"{}\": {}.", key, path.string(), why));
  }
  const HistogramFormat* format = histogram_format(path, {});
  if (format == nullptr) {
    throw FileError(fmt::format("{} = \"{}\" is no histogram that can be read here ({}, {}).", key, path.string(),
                                histogram_formats[0].name, histogram_formats[1].name));
  }
  return format->open(path, {});
}

}  // namespace coincide::io
