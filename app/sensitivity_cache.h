#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "recon/image.h"
#include "recon/pipeline/sensitivity_store.h"

namespace coincide::app {

/// Sensitivity images of earlier runs, one NIfTI file each, named by the key of what they depend on. A file that is
/// damaged or does not fit counts as missing; a folder that cannot be written keeps nothing.
class SensitivityCache final : public recon::SensitivityStore {
 public:
  /// An empty path: coincide/ in $XDG_CACHE_HOME, else in ~/.cache.
  explicit SensitivityCache(std::filesystem::path folder);

  /// Whether there is a file for the key, which may yet prove damaged.
  bool has(const std::string& key) const;
  std::optional<recon::Image> find(const std::string& key, const recon::ImageGrid& grid) const override;
  /// Removes the oldest ones when there are too many.
  bool keep(const std::string& key, const recon::Image& image) const override;
  std::string place() const override { return folder_.string(); }

 private:
  std::filesystem::path path_of(const std::string& key) const { return folder_ / ("sensitivity-" + key + ".nii"); }
  void remove_oldest() const;

  std::filesystem::path folder_;
};

}  // namespace coincide::app
