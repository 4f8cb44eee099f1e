#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "recon/events.h"
#include "recon/motion/poses.h"

namespace coincide::recon {

/// Tells where bed and gantry stand while events are recorded. Movements and time blocks may come in any order: a
/// movement holds from its time on. Where several have the time of a block, their place in the file tells.
class MovementLog {
 public:
  /// In file order.
  void add(const Movement& movement) { movements_.push_back(movement); }
  void add(const TimeBlock& block);

  /// Start of the earliest block at which they stand elsewhere than at the first one [ms]; none if they stand still.
  std::optional<std::uint32_t> first_change_ms() const;
  /// Whether they stand off their reference position at the first block.
  bool starts_elsewhere() const;
  /// Whether there is anything to correct for.
  bool moves() const { return starts_elsewhere() || first_change_ms().has_value(); }
  /// Where a body on the bed stands in the scanner, from its place at both reference positions, on the data's clock
  /// from 0 on: each to the next. Throws InputError for a movement while something was recorded that is no pose, and
  /// where time blocks of one moment stand on both sides of a movement.
  std::vector<PoseRow> poses() const;

 private:
  /// Blocks that follow each other in time and have no movement between them in the file.
  struct Run {
    std::uint32_t first_ms;
    std::uint32_t last_ms;
    std::uint32_t movements_before;
  };
  /// Where both stand after a movement, and how often that has changed since the first place.
  struct Place {
    Movement bed;
    Movement gantry;
    std::uint32_t changes = 0;
    bool same_as(const Place& other) const;
    Pose pose() const { return then(bed.pose, inverse(gantry.pose)); }  ///< of a body on the bed
    const std::string& problem() const { return bed.problem.empty() ? gantry.problem : bed.problem; }
  };

  std::vector<std::uint32_t> order_of_time() const;
  std::vector<Place> places(const std::vector<std::uint32_t>& order) const;
  std::size_t movements_until(std::uint32_t start_ms, std::uint32_t movements_before,
                              const std::vector<std::uint32_t>& order) const;
  const Place& place_of_blocks_at(std::uint32_t time_ms, const std::vector<Place>& all,
                                  const std::vector<std::uint32_t>& order) const;
  std::vector<std::pair<std::uint32_t, Place>> places_by_time() const;
  bool recorded_in(std::uint32_t start_ms, std::uint64_t stop_ms) const;
  const Run& earliest() const;

  std::vector<Movement> movements_;
  std::vector<Run> runs_;
};

}  // namespace coincide::recon
