#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/interfile/interfile_header.h"
#include "io/interfile/stir_axes.h"
#include "io/interfile/stir_sinogram_layout.h"
#include "io/listmode_file.h"
#include "io/marked_words.h"
#include "recon/events.h"

namespace coincide::io {

/// True if a file that begins so is the header of Siemens listmode.
bool is_petlink(std::string_view first_bytes);

/// Siemens listmode of 32-bit words that hold numbers of sinogram bins ("PETLINK bin address", as the Biograph mMR
/// writes it): a header in Interfile's syntax and a file of words. Every event is given the two crystals that its bin
/// joins, in the patient's axes (StirAxes). LORs run from STIR's detector 2 to detector 1, so that TOF counts as
/// everywhere here.
class PetlinkSource final : public MarkedWords<std::uint32_t> {
 public:
  /// Throws FileError: a header that is damaged, or of another kind of words; a file of words that is missing.
  PetlinkSource(const std::filesystem::path& header, const ListmodeOptions& options);

  const recon::Scanner& scanner() const override { return scanner_; }
  const recon::Efficiencies& efficiencies() const override { return efficiencies_; }
  std::string format() const override { return "Siemens listmode (PETLINK bin addresses, 32 bits)"; }
  std::vector<std::filesystem::path> other_files() const override { return {words().path()}; }

  /// Of the sinogram that the bins belong to: no axial compression, no mashing.
  const StirSinogramLayout& layout() const { return layout_; }
  const StirAxes& axes() const { return axes_; }
  struct Detector {
    std::int64_t ring = 0;
    std::int64_t detector = 0;  ///< in its ring, as STIR numbers them
    bool operator==(const Detector&) const = default;
  };
  Detector detector_of(std::uint32_t crystal) const;

 private:
  /// Parts of the two crystals' numbers, of detectors 2 and 1: a crystal is the sum of that of its place in the ring
  /// and that of its ring.
  using Pair = std::array<std::uint32_t, 2>;

  void read_layout(const InterfileHeader& header);
  void read_tof(const InterfileHeader& header);
  void make_scanner(const InterfileHeader& header);
  void make_efficiencies();
  void make_tables(const InterfileHeader& header);
  void add_notes(const InterfileHeader& header, const ListmodeOptions& options);
  void decode(std::span<const std::uint32_t> words, recon::EventBlock& block) override;

  StirAxes axes_;
  StirSinogramLayout layout_;
  recon::Scanner scanner_;
  recon::Efficiencies efficiencies_;
  std::vector<Pair> in_plane_;  ///< [view][tangential position]
  std::vector<Pair> planes_;    ///< in the order of the file
  std::vector<std::uint16_t> tof_bins_;
};

}  // namespace coincide::io
