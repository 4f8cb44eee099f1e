#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "io/petsird_output.h"
#include "io/yardl_bytes.h"
#include "recon/events.h"

namespace coincide::io {

/// Writes a PETSIRD file of model v0.12, which the upstream tools of that release open: HDF5 if the name ends in .h5 or
/// .hdf5, else binary. Each call of write() makes one time block. The file gets its name in finish(); without that
/// nothing stays.
class PetsirdWriter : public recon::EventSink {
 public:
  /// Writes the header; `with_singles`: counts of them may follow. Throws InputError if PETSIRD cannot express the
  /// scanner (see find_replicas; TOF bins must be contiguous and of one resolution per pair of module types), FileError
  /// if the file cannot be written.
  PetsirdWriter(const std::filesystem::path& path, const recon::Scanner& scanner,
                const recon::Efficiencies& efficiencies, bool with_singles = false);

  /// Their alive fractions go before them, and their singles behind them, if the file holds any. Throws InputError for
  /// events and fractions that the scanner does not have, FileError when the disk is full.
  void write(recon::TimeInterval interval, const recon::EventBlock& events) override;
  /// Where bed or gantry stand from here on. Throws InputError for a movement whose pose is not known.
  void write(const recon::Movement& movement);
  /// Only of a file that was begun so. Throws InputError for counts that are not of this scanner.
  void write(const recon::SinglesCounts& singles);
  /// Throws InputError for fractions that are not of this scanner.
  void write(const recon::AliveFractions& alive);
  /// Ends the file and gives it its name.
  void finish();

 private:
  /// How events between crystals of two types are written. PETSIRD lists the larger type, or else bin, first; an event
  /// the other way round is turned, and its TOF bin mirrored.
  struct Pair {
    recon::TofRange tof;
    bool may_turn = false;  ///< the mirrored TOF bins are those that were written
  };
  struct List {
    YardlBytes bytes;
    std::uint64_t events = 0;
  };

  void add(const recon::EventBlock& events, std::size_t index);
  void put_lists(std::vector<List>& lists, YardlBytes& bytes) const;

  recon::Scanner scanner_;
  std::vector<Pair> pairs_;  ///< [type a][type b], row-major
  YardlBytes header_;
  std::size_t delayed_policy_at_ = 0;  ///< in the header
  std::unique_ptr<PetsirdOutput> output_;
  bool has_delayeds_ = false;
  bool with_singles_ = false;
  std::vector<List> prompts_;  ///< by pair of types, lower triangle row by row
  std::vector<List> delayeds_;
};

}  // namespace coincide::io
