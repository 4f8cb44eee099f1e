#include "app/sensitivity_cache.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "io/atomic_file.h"
#include "io/file_hash.h"
#include "io/image_file.h"
#include "projectors/error.h"

namespace coincide::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_files = 16;

/// Half of a SHA-256, to fit a NIfTI header's description: finds damage, which is all that it is for.
std::string digest(const recon::Image& image) {
  return io::sha256_of_bytes(std::as_bytes(std::span(image.values))).substr(0, 32);
}

bool is_kept_image(const std::string& file) { return file.starts_with("sensitivity-"); }

fs::path user_cache_folder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache != '\0') {
    return fs::path(cache) / "coincide";
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') {
    return fs::path(home) / ".cache" / "coincide";
  }
  std::error_code error;
  return fs::temp_directory_path(error) / "coincide";
}

}  // namespace

SensitivityCache::SensitivityCache(fs::path folder)
    : folder_(folder.empty() ? user_cache_folder() : std::move(folder)) {}

bool SensitivityCache::has(const std::string& key) const {
  std::error_code error;
  return fs::exists(path_of(key), error);
}

std::optional<recon::Image> SensitivityCache::find(const std::string& key, const recon::ImageGrid& grid) const {
  if (!has(key)) {
    return std::nullopt;
  }
  try {
    recon::Image image = io::read_image(path_of(key));
    if (image.grid == grid && image.description == digest(image)) {
      return image;
    }
  } catch (const FileError&) {
    // A damaged file is as good as none: it is made again.
  }
  return std::nullopt;
}

bool SensitivityCache::keep(const std::string& key, const recon::Image& image) const {
  std::error_code error;
  fs::create_directories(folder_, error);
  try {
    recon::Image copy = image;
    copy.description = digest(image);
    io::write_image(path_of(key), copy);
    io::remove_abandoned(folder_, is_kept_image);
    remove_oldest();
    return true;
  } catch (const Error&) {
    return false;
  }
}

void SensitivityCache::remove_oldest() const {
  std::error_code error;
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    if (is_kept_image(entry.path().filename().string())) {
      files.emplace_back(entry.last_write_time(error), entry.path());
    }
  }
  std::ranges::sort(files, std::ranges::greater{});
  for (std::size_t i = most_files; i < files.size(); ++i) {
    fs::remove(files[i].second, error);
  }
}

}  // namespace coincide::app
