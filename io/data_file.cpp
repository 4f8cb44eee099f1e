#include "io/data_file.h"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <string_view>

#include "io/castor/castor_header.h"
#include "io/castor/castor_histogram.h"
#include "io/input_file.h"
#include "io/interfile/interfile_header.h"
#include "io/interfile/stir_sinogram.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

using Path = std::filesystem::path;

struct HistogramFormat {
  std::string_view name;
  bool (*recognise)(const Path& path, std::string_view first_bytes);
  std::unique_ptr<recon::HistogramSource> (*open)(const Path& path, const ListmodeOptions& options);
};

constexpr std::array formats = {
    HistogramFormat{"STIR sinogram (.hs)",
                    [](const Path& path, std::string_view bytes) {
                      return is_interfile(bytes) && is_stir_sinogram(InterfileHeader(path));
                    },
                    [](const Path& path, const ListmodeOptions&) -> std::unique_ptr<recon::HistogramSource> {
                      return std::make_unique<StirSinogram>(path);
                    }},
    HistogramFormat{
        "CASToR histogram (.cdh)",
        [](const Path& path, std::string_view bytes) { return is_castor_header(bytes) && is_castor_histogram(path); },
        [](const Path& path, const ListmodeOptions& options) -> std::unique_ptr<recon::HistogramSource> {
          return std::make_unique<CastorHistogram>(path, options);
        }},
};

std::string first_bytes(const Path& path) {
  constexpr std::size_t bytes_to_recognise = 4096;
  std::ifstream file(path, std::ios::binary);
  std::string bytes(bytes_to_recognise, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

/// Null for a file of another kind, or none at all.
const HistogramFormat* histogram_format(const Path& path) {
  if (!why_no_input_file(path).empty()) {
    return nullptr;
  }
  const std::string bytes = first_bytes(path);
  for (const HistogramFormat& format : formats) {
    if (format.recognise(path, bytes)) {
      return &format;
    }
  }
  return nullptr;
}

}  // namespace

MeasuredData open_data(const Path& path, const ListmodeOptions& options) {
  if (const HistogramFormat* format = histogram_format(path); format != nullptr) {
    return {.events = nullptr, .histogram = format->open(path, options)};
  }
  return {.events = open_listmode(path, options), .histogram = nullptr};
}

std::unique_ptr<recon::HistogramSource> open_histogram(const Path& path, const std::string& key) {
  if (const std::string why = why_no_input_file(path); !why.empty()) {
    throw FileError(fmt::format("{} = \"{}\": {}.", key, path.string(), why));
  }
  const HistogramFormat* format = histogram_format(path);
  if (format == nullptr) {
    throw FileError(fmt::format("{} = \"{}\" is no histogram that can be read here ({}, {}).", key, path.string(),
                                formats[0].name, formats[1].name));
  }
  return format->open(path, {});
}

}  // namespace coincide::io
