#include "io/scan_list.h"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <cmath>
#include <fstream>

#include "projectors/error.h"
#include "recon/joined_events.h"

namespace coincide::io {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view key = "[[scan]]";
constexpr std::streamsize bytes_to_recognise = 512;

struct ListedScan {
  fs::path data;
  double start_s = 0;
};

[[noreturn]] void refuse(const fs::path& path, std::size_t scan, const std::string& why) {
  throw FileError(
      fmt::format("{}: scan {} {}. Each needs data = \"FILE\", and all but the first start_s, when its time "
                  "0 was, in s on the clock of the first.",
                  path.string(), scan + 1, why));
}

void check_keys(const fs::path& path, std::size_t scan, const toml::table& table) {
  for (const auto& [name, value] : table) {
    if (name.str() != "data" && name.str() != "start_s") {
      refuse(path, scan, fmt::format("has the key \"{}\", which is not known here", name.str()));
    }
  }
}

std::vector<ListedScan> read_list(const fs::path& path) {
  constexpr double most_s = 4e6;
  toml::table file;
  try {
    file = toml::parse_file(path.string());
  } catch (const toml::parse_error& error) {
    throw FileError(fmt::format("{}, line {}: {}.", path.string(), error.source().begin.line, error.description()));
  }
  std::vector<ListedScan> scans;
  const toml::array* list = file["scan"].as_array();
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const toml::table* table = (*list)[i].as_table();
    if (table == nullptr || !(*table)["data"].is_string()) {
      refuse(path, i, "names no data");
    }
    check_keys(path, i, *table);
    const auto start_s = (*table)["start_s"].value<double>();
    if (!start_s && (i > 0 || table->contains("start_s"))) {
      refuse(path, i, "does not say when it starts");
    }
    const double at_s = start_s.value_or(0);
    if (!(at_s >= (scans.empty() ? 0 : scans.back().start_s) && at_s <= most_s)) {
      refuse(path, i, fmt::format("starts at {} s, before the one in front of it or beyond all clocks", at_s));
    }
    scans.push_back({(path.parent_path() / *(*table)["data"].value<std::string>()).lexically_normal(), at_s});
  }
  if (scans.empty()) {
    throw FileError(fmt::format("{} lists no scans: write {} for each.", path.string(), key));
  }
  return scans;
}

}  // namespace

/// Comments may stand in front of it.
bool is_scan_list(std::string_view first_bytes) { return first_bytes.find(key) != std::string_view::npos; }

std::vector<fs::path> files_of_data(const fs::path& path) {
  std::vector<fs::path> files{path};
  std::string bytes(bytes_to_recognise, '\0');
  std::ifstream(path, std::ios::binary).read(bytes.data(), bytes_to_recognise);
  if (!bytes.starts_with("yardl") && is_scan_list(bytes)) {
    for (const ListedScan& scan : read_list(path)) {
      files.push_back(scan.data);
    }
  }
  return files;
}

std::unique_ptr<recon::EventSource> open_scan_list(const fs::path& path, const ListmodeOptions& options) {
  if (options.in_list) {
    throw FileError(fmt::format("{} is a list of scans within another: name its files there.", path.string()));
  }
  ListmodeOptions of_scan = options;
  of_scan.in_list = true;
  std::vector<recon::Scan> scans;
  for (const ListedScan& scan : read_list(path)) {
    scans.push_back({scan.data.filename().string(), open_listmode(scan.data, of_scan),
                     static_cast<std::uint32_t>(std::llround(1e3 * scan.start_s))});
  }
  try {
    return std::make_unique<recon::JoinedEvents>(std::move(scans));
  } catch (const InputError& error) {
    throw FileError(fmt::format("{}: {}.", path.string(), error.what()));
  }
}

}  // namespace coincide::io
