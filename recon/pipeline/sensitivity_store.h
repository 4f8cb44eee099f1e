#pragma once

#include <optional>
#include <string>

#include "recon/image.h"

namespace coincide::recon {

/// Keeps sensitivity images from run to run, by sensitivity_key().
class SensitivityStore {
 public:
  virtual ~SensitivityStore() = default;
  /// The image kept for the key; empty if there is none that is whole and on the grid.
  virtual std::optional<Image> find(const std::string& key, const ImageGrid& grid) const = 0;
  /// False if that was not possible.
  virtual bool keep(const std::string& key, const Image& image) const = 0;
  /// Where it keeps them, for a sentence.
  virtual std::string place() const = 0;
};

}  // namespace coincide::recon
