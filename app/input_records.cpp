#include "app/input_records.h"

#include <fmt/format.h>

#include <cstdint>
#include <exception>
#include <new>
#include <span>

#include "io/dicom/series.h"
#include "io/file_hash.h"

namespace coincide::app {
namespace {

void hash_file(io::InputRecord& record, recon::Reporter& reporter) {
  record.bytes = std::filesystem::file_size(record.path);
  record.sha256 = io::sha256_of_file(record.path, [&](std::uint64_t read) {
    reporter.progress("hash of the inputs", static_cast<double>(read) / static_cast<double>(record.bytes + 1));
    return !reporter.stop_requested();
  });
}

/// The hash of the hashes of a series' files.
void hash_series(io::InputRecord& record, const recon::Reporter& reporter) {
  std::string hashes;
  for (const std::filesystem::path& file : io::dicom::series_files(record.path)) {
    record.bytes += std::filesystem::file_size(file);
    hashes += io::sha256_of_file(file);
    if (reporter.stop_requested()) {
      return;
    }
  }
  record.sha256 = io::sha256_of_bytes(std::as_bytes(std::span(hashes)));
}

}  // namespace

io::InputRecord record_input(const std::string& role, const std::filesystem::path& path, recon::Reporter& reporter) {
  io::InputRecord record{.role = role, .path = path, .bytes = 0, .sha256 = ""};
  try {
    std::filesystem::is_regular_file(path) ? hash_file(record, reporter) : hash_series(record, reporter);
  } catch (const std::bad_alloc&) {
    reporter.warning(fmt::format("The record has no hash of {}: the memory is not enough.", path.string()));
  } catch (const std::exception& error) {
    reporter.warning(fmt::format("The record has no hash of {}: {}", path.string(), error.what()));
  }
  return record;
}

}  // namespace coincide::app
