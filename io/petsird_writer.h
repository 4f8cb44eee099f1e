#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <vector>

#include "io/atomic_file.h"
#include "io/yardl_bytes.h"
#include "recon/events.h"

namespace coincide::io {

/// Writes a binary PETSIRD file of model v0.12, which the upstream tools of that release open. Each call of write()
/// makes one time block. The file gets its name in finish(); without that nothing stays.
class PetsirdWriter : public recon::EventSink {
 public:
  /// Writes the header. Throws InputError if PETSIRD cannot express the scanner (see find_replicas; TOF bins must be
  /// contiguous and of one resolution per pair of module types), FileError if the file cannot be written.
  PetsirdWriter(const std::filesystem::path& path, const recon::Scanner& scanner,
                const recon::Efficiencies& efficiencies);

  /// Their alive fractions go before them; those of pairs of modules are refused. Throws InputError for events that the
  /// scanner does not have, FileError when the disk is full.
  void write(recon::TimeInterval interval, const recon::EventBlock& events) override;
  /// Where bed or gantry stand from here on. Throws InputError for a movement whose pose is not known.
  void write(const recon::Movement& movement);
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

  void put(const recon::AliveFractions& alive);
  void add(const recon::EventBlock& events, std::size_t index);
  void put_lists(std::vector<List>& lists, YardlBytes& bytes) const;
  void put(const YardlBytes& bytes);

  std::filesystem::path path_;
  recon::Scanner scanner_;
  std::vector<Pair> pairs_;  ///< [type a][type b], row-major
  AtomicFile file_;
  std::ofstream out_;
  std::uint64_t delayed_policy_at_ = 0;  ///< position in the file
  bool has_delayeds_ = false;
  std::vector<List> prompts_;  ///< by pair of types, lower triangle row by row
  std::vector<List> delayeds_;
};

}  // namespace coincide::io
