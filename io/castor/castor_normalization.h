#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "recon/data/lor_table.h"

namespace coincide::io {

/// What a normalization file of CASToR lists: all LORs that can be measured, with their factors.
struct CastorNormalization {
  std::shared_ptr<const recon::LorTable> lors;
  bool has_normalization = false;  ///< else only attenuation, or neither
  std::string scanner_name;
  std::filesystem::path data;  ///< beside the header
};

/// Reads its header and, twice, its data. Throws FileError.
CastorNormalization read_castor_normalization(const std::filesystem::path& header, std::size_t num_crystals);

}  // namespace coincide::io
