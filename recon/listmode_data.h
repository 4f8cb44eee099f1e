#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "projectors/geometry.h"
#include "recon/communicator.h"
#include "recon/data/frames.h"
#include "recon/events.h"
#include "recon/model.h"
#include "recon/motion/moved_crystals.h"
#include "recon/movement_log.h"
#include "recon/reporter.h"
#include "recon/singles.h"
#include "recon/time_intervals.h"

namespace coincide::recon {

class PartClock;

/// One value per event that the model needs beside its crystals.
struct PromptColumns {
  std::span<const std::uint32_t> crystal_a;
  std::span<const std::uint32_t> crystal_b;
  std::span<const std::uint16_t> tof_bin;
  std::span<const std::uint8_t> draw;  ///< alike for one event in 256 and spread evenly over time: for samples of them
  std::span<float> factor;             ///< m: efficiency, solid angle, attenuation
  std::span<float> additive;  ///< b: expected randoms and scatter of this event's LOR, TOF bin and windows [counts]
  std::span<const std::uint8_t> window_a;  ///< energy windows; empty for a scanner with one per type
  std::span<const std::uint8_t> window_b;
  /// Ends of the LORs, into the data's points: the crystals, or where they stand to a body that moves.
  std::span<const std::uint32_t> point_a;
  std::span<const std::uint32_t> point_b;

  std::size_t size() const { return crystal_a.size(); }
};

/// What events may take of this machine's memory where nothing is said.
std::uint64_t half_of_memory_bytes();

struct LoadOptions {
  int subsets = 1;                       ///< prompt i goes to subset i % subsets, so subsets are even in time
  double start_s = 0;                    ///< time window of the reconstruction; takes the time blocks that start in it,
                                         ///< both edges rounded to ms
  double stop_s = 0;                     ///< 0: to the end
  std::uint64_t memory_limit_bytes = 0;  ///< more events than this holds go to a scratch file; 0: half of the memory
  std::filesystem::path scratch_folder{};  ///< empty: the system's folder for temporary files
  int num_threads = 0;                     ///< 0: all cores
  bool may_move = false;                   ///< keeps the events' times, for ListmodeData::move_lors()
  bool movement_keeps_times = false;  ///< does so if bed or gantry move, or stand off their reference position: the
                                      ///< source is then read twice
  EventTerms use{true, true, true, true};  ///< of what the file states event by event
  /// They take turns at the source's blocks. Prompts are numbered over all of them, so that subsets hold what they hold
  /// with one.
  Communicator* ranks = &no_others();
};

/// What the events brought with them into the model.
struct StatedTerms {
  EventTerms used;
  double factor_sum = 0;      ///< m over the prompts, as they were loaded
  double scatter_counts = 0;  ///< part of b, summed over the prompts' LORs and TOF bins
  double randoms_counts = 0;
};

/// The prompts of an acquisition by subset, in memory or, if they are too many, in a scratch file that is mapped (and
/// gone with this object). Events whose factor is 0 (impossible for the model) are counted and left out. Where
/// processes share the work, events are this one's, and numbers count those of all.
class ListmodeData {
 public:
  /// One pass over the whole source (rewound first), whose time blocks may come in any order. Throws FileError,
  /// InputError (no events).
  /// When the reporter asks to stop, what has been read so far is kept.
  static ListmodeData load(EventSource& source, const MultiplicativeModel& model, const LoadOptions& options,
                           Reporter& reporter);
  /// The same for several frames or gates in one pass: one of it for each. The parts tell the times (`options.start_s`
  /// and `stop_s` do not count) and share the memory limit. A part that was recorded may be without prompts, all may
  /// not.
  static std::vector<ListmodeData> load_parts(EventSource& source, const MultiplicativeModel& model,
                                              const TimeParts& parts, const LoadOptions& options, Reporter& reporter);
  ListmodeData(ListmodeData&&) noexcept;
  ListmodeData& operator=(ListmodeData&&) noexcept;
  ~ListmodeData();

  int num_subsets() const;
  /// Deals the prompts to `most` subsets if there are more, as if they had been loaded so, and drops those that
  /// multiply_live_time() left out. To be called before anything else is made of them.
  void limit_subsets(int most);
  PromptColumns subset(int index);
  /// What was used last need not stay in memory, where it is in a file.
  void release() const;
  /// Puts the events of each subset into an order in which neighbours cross the same voxels of the grid: iterations
  /// over them are several times faster. When the reporter asks to stop, the rest stays as it is.
  void sort_for(const projectors::ImageGrid& grid, const Scanner& scanner, int num_threads, const Reporter& reporter);
  /// Moves the ends of the events' LORs, whose crystals stay, to `moved`: each event is in the pose that `pose_at` says
  /// of the start of its time block [ms]. Once only, of data loaded for it, and before sorting.
  void move_lors(std::shared_ptr<const MovedCrystals> moved,
                 const std::function<std::uint32_t(std::uint32_t)>& pose_at);
  /// Null while nothing has been moved.
  const MovedCrystals* moved() const;
  /// What the LORs' ends refer to.
  std::span<const Vec3> points_mm(const Scanner& scanner) const;
  /// The LORs of some events of a subset.
  projectors::Lors lors(int subset, const Scanner& scanner, std::int64_t first, std::int64_t count);
  std::uint64_t num_prompts() const;
  /// By subset, of all processes.
  std::vector<std::uint64_t> subset_sizes() const;
  std::uint64_t num_impossible() const;  ///< prompts left out because their factor is 0
  const EventCounts& counts() const;     ///< of the file in the time window
  double duration_s() const;             ///< of the time window: union of the time blocks that start in it
  /// The time blocks that start in the time window, as far as they have a length.
  const TimeIntervals& recorded() const;
  /// The same or, where no block has a length, from the start of the first to that of the last.
  TimeIntervals time() const;
  /// The same one by one, as they came, whether they have a length or not.
  std::span<const TimeInterval> blocks() const;
  const MovementLog& movements() const;  ///< of bed and gantry, wherever they stand in the file
  bool may_move() const;                 ///< the events' times have been kept
  std::uint32_t scan_start_ms() const;   ///< first moment of the file, in the time window or not
  /// What the file states about dead time, wherever it stands, as a mean over the time window in which the activity
  /// decays; not stated if it says nothing about that time.
  LiveTime live_time(const Scanner& scanner, double half_life_s) const;
  /// Rates of single photons in the time window, as far as the file states them; the half-life is that of the activity.
  Singles singles(double half_life_s) const;
  /// Multiplies the events' factors, so far without, by the model's live time, and leaves out events whose factor is
  /// then 0, which limit_subsets() drops. Returns the mean live time of the events. Throws InputError if no event is
  /// left.
  double multiply_live_time(const MultiplicativeModel& model);
  const StatedTerms& stated() const;
  /// Multiplies what is in b so far.
  void multiply_additive(float by);
  bool in_scratch_file() const;
  /// Delayed coincidences per crystal (both crystals of each counted) in the time window.
  std::span<const std::uint64_t> delayeds_per_crystal() const;
  /// Part of the crystal's delayeds that its energy window `window` has; 0 for a crystal without delayeds.
  double delayed_share(std::uint32_t crystal, std::uint32_t window) const;

 private:
  struct Storage;
  explicit ListmodeData(std::unique_ptr<Storage> storage);
  static void number_prompts(const std::vector<std::size_t>& own, std::vector<std::unique_ptr<Storage>>& storages);
  static EventCounts read_parts(EventSource& source, const MultiplicativeModel& model, const TimeParts& parts,
                                Reporter& reporter, std::vector<PartClock>& clocks,
                                std::vector<std::unique_ptr<Storage>>& storages);
  std::unique_ptr<Storage> storage_;
};

}  // namespace coincide::recon
