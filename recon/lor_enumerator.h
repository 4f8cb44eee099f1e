#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "recon/crystal_groups.h"
#include "recon/image.h"
#include "recon/lor_sample.h"
#include "recon/model.h"
#include "recon/module_pairs.h"
#include "recon/motion/moved_crystals.h"

namespace coincide::recon {

/// LORs between crystals with their factor m.
struct LorColumns {
  std::vector<std::uint32_t> point_a;  ///< crystals or, where they move, indices of MovedCrystals::points_mm()
  std::vector<std::uint32_t> point_b;
  std::vector<std::uint16_t> tof_range;  ///< index into LorEnumerator::tof_ranges(); empty without TOF
  std::vector<float> factor;             ///< over all energy windows
  std::size_t covered = 0;               ///< LORs, the first, on which the TOF bins cover the image

  std::size_t size() const { return point_a.size(); }
};

/// The box of an image, half a voxel wider than its faces: as far as any interpolation reaches.
class ImageBox {
 public:
  /// The part of a line in the box, as fractions of the way from its start to its end.
  struct Clip {
    double first;
    double last;
  };

  explicit ImageBox(const ImageGrid& grid);
  std::optional<Clip> clip(const Vec3& start_mm, const Vec3& end_mm) const;

 private:
  std::array<double, 3> low_mm_{};
  std::array<double, 3> high_mm_{};
};

struct LorOptions {
  bool tof = true;  ///< tell the LORs' ranges of TOF bins, where the scanner has any
  LorSample::Part part{};
  LorSample::Spread spread = LorSample::Spread::pairs;
  /// By columns, LORs that the projectors take together come one after the other; by modules, they ascend by their
  /// crystals.
  CrystalGroups::By by = CrystalGroups::By::column;
  int num_threads = 0;
  const MovedCrystals* moved = nullptr;  ///< null: no movement
  /// 0 to 1, changes which poses are drawn: over even turns each pair is in all poses, as often as they weigh.
  double turn = 0;
};

/// Goes through the pairs of crystals that can be in coincidence and whose line meets the image, or an even part of
/// them, in an order that depends on scanner and part only. Of crystals that move, each pair in one of its poses, drawn
/// by their weights. Keeps references to its arguments.
class LorEnumerator {
 public:
  LorEnumerator(const MultiplicativeModel& model, const ImageGrid& grid, const LorOptions& options);
  LorEnumerator(const MultiplicativeModel&&, const ImageGrid&, const LorOptions&) = delete;

  /// Replaces `block` by the next LORs; false at the end.
  bool next(LorColumns& block);
  /// Part of the pairs that next() has gone through.
  double fraction_done() const;
  /// What the LORs' ends refer to.
  std::span<const Vec3> points_mm() const { return points_mm_; }
  /// For each pair of module types one TOF bin as wide as all of the pair's bins together, seen from the lower crystal
  /// and then from the higher one; empty without TOF.
  const std::vector<TofBin>& tof_ranges() const { return tof_ranges_; }

 private:
  /// Groups and those that they are paired with: neighbouring ones among neighbouring ones, whose LORs share voxels.
  struct Turn {
    std::uint32_t first_group;
    std::uint32_t end_group;
    std::span<const CrystalGroups::Partners> ranges;
  };
  /// Some crystals of a group and all of another, with the room for its LORs before gaps are closed.
  struct Fan {
    std::span<const std::uint32_t> crystals;
    std::uint32_t partner;
    bool all;  ///< pairs can be in coincidence
    std::size_t place;
    std::size_t room;
  };
  struct Found {
    std::size_t covered = 0;     ///< LORs, at the front of the fan's room
    std::size_t beyond_tof = 0;  ///< at its back
  };

  void choose_turns();
  std::size_t choose_fans();
  std::size_t crystals_at_once(std::uint32_t group) const;
  std::uint64_t num_pairs() const;
  Found fill(const Fan& fan, LorColumns& block) const;
  void fill_pair(std::uint32_t start, std::uint32_t end, const Fan& fan, LorColumns& block, Found& found) const;
  std::uint32_t first_point(std::uint32_t a, std::uint32_t b) const;
  bool is_beyond_tof(const ImageBox::Clip& clip, double length_mm, std::size_t range) const;

  const MultiplicativeModel& model_;
  LorOptions options_;
  ModulePairs modules_;
  CrystalGroups groups_;
  LorSample sample_;
  ImageBox box_;
  std::span<const Vec3> points_mm_;
  std::vector<TofBin> tof_ranges_;
  std::vector<Fan> fans_;
  std::vector<Turn> turns_;
  std::size_t next_turn_ = 0;
  std::uint32_t next_group_ = 0;
  std::size_t next_crystal_ = 0;  ///< within next_group_
  std::size_t next_range_ = 0;    ///< of the turn's
  std::uint32_t next_partner_ = 0;
  std::uint64_t num_pairs_;
  std::uint64_t pairs_done_ = 0;
};

}  // namespace coincide::recon
