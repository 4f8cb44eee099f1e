#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "io/castor/castor_data.h"
#include "io/castor/castor_records.h"
#include "io/castor/castor_scanner.h"
#include "io/castor/castor_tof.h"
#include "io/listmode_file.h"
#include "recon/block_times.h"
#include "recon/events.h"

namespace coincide::io {

/// Listmode data of CASToR. Events keep their own terms of the model. Their times become those of time blocks, which
/// the file does not have: of 10 ms, or as many as make 10^6 of them, over the duration that the header states.
class CastorSource : public recon::EventSource {
 public:
  /// Throws FileError.
  CastorSource(const std::filesystem::path& header, const ListmodeOptions& options);

  const recon::Scanner& scanner() const override { return scanner_; }
  const recon::Efficiencies& efficiencies() const override { return efficiencies_; }
  recon::EventTerms event_terms() const override;
  std::string format() const override;
  std::vector<std::filesystem::path> other_files() const override { return other_files_; }
  bool read(recon::EventBlock& block) override;
  bool pass_over(recon::EventBlock& block) override;
  void rewind() override;
  double fraction_read() const override;
  const recon::EventCounts& counts() const override { return counts_; }

 private:
  void open_scanner(const ListmodeOptions& options);
  void state_efficiencies(const ListmodeOptions& options);
  void begin();
  void end_piece(recon::EventBlock& block);
  void make_room(std::size_t count, recon::EventBlock& block) const;
  void add_events(std::span<const char> bytes, recon::EventBlock& block);
  void add_times(std::span<const char> bytes, recon::EventBlock& block) const;
  void add_crystals(const char* bytes, recon::EventBlock& block);
  void add_factors(const char* bytes, recon::EventBlock& block) const;
  void add_rates(const char* bytes, recon::EventBlock& block) const;
  void leave_out_of_range(recon::EventBlock& block);
  void add_time_blocks(recon::EventBlock& block);
  void add_blocks_until(std::uint32_t time_ms, recon::EventBlock& block);
  std::uint32_t block_of(std::uint32_t time_ms) const;
  void list_not_used();

  std::string truncated_;  ///< before the data, whose reading fills it
  CastorData data_;
  recon::Scanner scanner_;
  recon::Efficiencies efficiencies_;
  std::optional<CastorTofBins> tof_;
  std::vector<std::filesystem::path> other_files_;
  std::vector<std::string> warnings_;  ///< about scanner and header
  CastorRecords records_;
  std::uint32_t start_ms_ = 0;
  std::uint32_t stop_ms_ = 0;  ///< start_ms_ where the duration is not known
  std::uint32_t step_ms_ = 0;
  std::uint32_t next_block_ms_ = 0;
  std::uint64_t block_prompts_ = 0;  ///< of the block before it, which is not listed yet
  std::uint64_t outside_ = 0;        ///< events whose time is not within the duration
  bool ended_ = false;
  recon::BlockTimes times_;
  recon::EventCounts counts_;
};

}  // namespace coincide::io
