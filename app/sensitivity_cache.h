#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "recon/image.h"

namespace coincide::app {

/// Sensitivity images of earlier runs, one NIfTI file each, named by the key of what they depend on. A file that is
/// damaged or does not fit counts as missing; a folder that cannot be written keeps nothing.
class SensitivityCache {
 public:
  /// An empty path: coincide/ in $XDG_CACHE_HOME, else in ~/.cache.
  explicit SensitivityCache(std::filesystem::path folder);

  /// Whether there is a file for the key, which may yet prove damaged.
  bool has(const std::string& key) const;
  /// The image kept for the key; empty if there is none that is whole and on the grid.
  std::optional<recon::Image> find(const std::string& key, const recon::ImageGrid& grid) const;
  /// Keeps the image, and removes the oldest ones when there are too many. False if that was not possible.
  bool keep(const std::string& key, const recon::Image& image) const;
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path path_of(const std::string& key) const { return folder_ / ("sensitivity-" + key + ".nii"); }
  void remove_oldest() const;

  std::filesystem::path folder_;
};

}  // namespace coincide::app
