#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/listmode_file.h"
#include "io/petsird_blocks.h"
#include "io/petsird_model.h"
#include "recon/block_times.h"
#include "recon/events.h"
#include "recon/movement_log.h"

namespace coincide::io {

/// A PETSIRD file of any model version since v0.2, in yardl's binary or HDF5 container. Time blocks are read as their
/// own schema says; kinds that are of no use here, or unknown, are left out.
class PetsirdSource : public recon::EventSource, private TimeBlockSink {
 public:
  enum class Container { binary, hdf5 };
  /// Throws FileError: damaged, or no PETSIRD. Messages name the file.
  PetsirdSource(std::filesystem::path path, Container container, const ListmodeOptions& options);

  const recon::Scanner& scanner() const override { return header_.scanner; }
  const recon::Efficiencies& efficiencies() const override { return header_.efficiencies; }
  std::string format() const override;
  bool read(recon::EventBlock& block) override { return next(block, true); }
  bool pass_over(recon::EventBlock& block) override { return next(block, false); }
  void rewind() override;
  double fraction_read() const override { return blocks_->fraction_read(); }
  const recon::EventCounts& counts() const override { return counts_; }

 private:
  /// What has been seen of a time block that is not yet read to its end.
  struct Pending {
    recon::EventCounts counts;         ///< only numbers of events
    std::uint64_t listed_prompts = 0;  ///< those that the scanner does not have as well
    recon::TimeInterval interval;
    std::vector<std::vector<float>> transforms;
    std::optional<recon::AliveFractions> alive;
    std::string dead_time_problem = "its form is not known here";
    recon::SinglesCounts singles;
    std::string singles_problem;
    bool extra_rows = false;
  };

  void value(const std::string& field, const YardlValue& value) override;
  void value_of_singles(const std::string& field, const YardlValue& value);
  bool wants_coincidences() const override { return wants_coincidences_; }
  void coincidences(const CoincidenceChunk& chunk) override;
  void passed_over(const CoincidenceChunk& list_of_pair, std::uint64_t events) override;
  void count(EventField kind, std::uint64_t events) override;

  bool next(recon::EventBlock& block, bool with_coincidences);
  void list(bool delayed, std::uint64_t events);
  bool has_extra_row(const CoincidenceChunk& chunk);
  bool read_time_block(recon::EventBlock& block);
  void accept(const TimeBlockPlan& plan, recon::EventBlock& block);
  void accept_events(recon::EventBlock& block);
  void accept_dead_time(recon::EventBlock& block);
  void accept_singles(recon::EventBlock& block);
  void accept_movement(bool of_gantry, recon::EventBlock& block);
  void sum_up();
  void list_not_used();
  void end_early(const std::string& why, recon::EventBlock& block, std::size_t first_event);
  void warn_once(const std::string& sentence);
  void resize(recon::EventBlock& block, std::size_t size) const;
  void begin();

  std::filesystem::path path_;
  Container container_;
  ListmodeOptions options_;
  std::unique_ptr<TimeBlockReader> blocks_;
  PetsirdHeader header_;
  bool has_windows_ = false;  ///< some type of module has more than one energy window

  recon::EventCounts counts_;
  recon::BlockTimes times_;
  recon::MovementLog movements_;
  std::uint32_t num_movements_ = 0;
  std::map<std::string, std::uint64_t> unused_blocks_;  ///< by the tag of their kind
  std::uint64_t unused_singles_ = 0;                    ///< time blocks
  std::string singles_problem_;
  bool ended_ = false;
  Pending pending_;
  recon::EventBlock* block_ = nullptr;  ///< that coincidences go to
  bool wants_coincidences_ = true;
  std::uint64_t listed_ = 0;  ///< coincidences since the last call of read() or pass_over()
};

}  // namespace coincide::io
