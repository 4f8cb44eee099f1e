#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "recon/events.h"

namespace coincide::recon {

/// Tells whether bed and gantry stand still while events are recorded. Movements and time blocks may come in any order:
/// a movement holds from its time on. Where several have the time of a block, their place in the file tells.
class MovementLog {
 public:
  /// In file order.
  void add(const Movement& movement) { movements_.push_back(movement); }
  void add(const TimeBlock& block);

  /// Start of the earliest block at which they stand elsewhere than at the first one [ms]; none if they stand still.
  std::optional<std::uint32_t> first_change_ms() const;
  /// Whether they stand off their reference position at the first block.
  bool starts_elsewhere() const;

 private:
  /// Blocks that follow each other in time and have no movement between them in the file.
  struct Run {
    std::uint32_t first_ms;
    std::uint32_t last_ms;
    std::uint32_t movements_before;
  };
  /// Where both stand after a movement, and how often that has changed since the first place.
  struct Place {
    std::uint32_t bed = 0;
    std::uint32_t gantry = 0;
    std::uint32_t changes = 0;
    bool same_as(const Place& other) const { return bed == other.bed && gantry == other.gantry; }
  };

  std::vector<std::uint32_t> order_of_time() const;
  std::vector<Place> places(const std::vector<std::uint32_t>& order) const;
  std::size_t movements_until(std::uint32_t start_ms, std::uint32_t movements_before,
                              const std::vector<std::uint32_t>& order) const;
  const Run& earliest() const;

  std::vector<Movement> movements_;
  std::vector<Run> runs_;
};

}  // namespace coincide::recon
