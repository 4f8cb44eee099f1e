#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/interfile/stir_axes.h"
#include "io/interfile/stir_scanner.h"
#include "io/listmode_file.h"
#include "io/marked_words.h"
#include "recon/events.h"

namespace coincide::io {

/// True if a file that begins so is STIR's parameter file of SAFIR listmode, or that listmode itself.
bool is_safir(std::string_view first_bytes);

/// Listmode of the SAFIR, MUPET and NeuroLF scanners as STIR reads it: a parameter file names the listmode, a sinogram
/// header that describes the scanner, and perhaps the table of the crystals' places. Axes as StirAxes. No TOF.
class SafirSource final : public MarkedWords<std::uint64_t> {
 public:
  /// Throws FileError: a parameter file that is damaged, a file that it names and that is missing or of another kind.
  SafirSource(const std::filesystem::path& parameters, const ListmodeOptions& options);

  const recon::Scanner& scanner() const override { return scanner_; }
  const recon::Efficiencies& efficiencies() const override { return efficiencies_; }
  std::string format() const override { return kind_ + " listmode"; }
  std::vector<std::filesystem::path> other_files() const override { return other_files_; }

 private:
  void make_scanner();
  void read_kind(const std::filesystem::path& listmode);
  void decode(std::span<const std::uint64_t> words, recon::EventBlock& block) override;

  StirAxes axes_;
  StirScanner stir_;
  std::string kind_;  ///< "SAFIR", "MUPET", "NeuroLF"
  std::uint64_t layer_bits_ = 4;
  recon::Scanner scanner_;
  recon::Efficiencies efficiencies_;
  std::vector<std::uint32_t> crystals_;  ///< by ring * detectors + detector
  std::vector<std::filesystem::path> other_files_;
};

}  // namespace coincide::io
