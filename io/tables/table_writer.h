#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "recon/events.h"

namespace coincide::io {

/// Writes a table of our own, which loses nothing: HDF5 with the groups "events" (crystal1, crystal2, tof_bin, time_ms,
/// kind and, where there are several, window1 and window2; of simulated events source), "scanner", "efficiencies",
/// "time_blocks", "movements" and "alive". The file gets its name in finish(); without that nothing stays.
class TableWriter : public recon::EventSink {
 public:
  /// `made_from`: what the events are from. Events with origins have them all. Throws FileError.
  TableWriter(const std::filesystem::path& path, const recon::Scanner& scanner, const recon::Efficiencies& efficiencies,
              const std::string& made_from = "simulation", bool with_origins = true);
  ~TableWriter() override;

  /// Events with what they say themselves of their times. Throws FileError when the disk is full.
  void add(const recon::EventBlock& events);
  void write(recon::TimeInterval interval, const recon::EventBlock& events) override;
  void finish();

 private:
  struct File;
  std::unique_ptr<File> file_;
};

/// Writes all events of a source as such a table. Rewinds the source first. Throws FileError.
void write_hdf5_table(recon::EventSource& source, const std::filesystem::path& path);

/// Writes them as a CSV table for other programs: the ends of the LORs, the place of the TOF bin (tof_mm), time and
/// kind; what else the source knows is lost. Rewinds the source first. Throws FileError.
void write_csv_table(recon::EventSource& source, const std::filesystem::path& path);

}  // namespace coincide::io
