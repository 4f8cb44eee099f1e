#include "recon/listmode_data.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "projectors/error.h"
#include "projectors/lor_order.h"
#include "recon/block_times.h"
#include "recon/column_store.h"
#include "recon/movement_log.h"
#include "recon/parallel.h"

namespace coincide::recon {
namespace {

enum Column : std::size_t { crystal_a, crystal_b, tof_bin, factor, additive, window_a, window_b, num_columns };
constexpr std::size_t element_bytes[num_columns] = {sizeof(std::uint32_t), sizeof(std::uint32_t), sizeof(std::uint16_t),
                                                    sizeof(float),         sizeof(float),         sizeof(std::uint8_t),
                                                    sizeof(std::uint8_t)};
/// What a scanner with one energy window for all has no need of.
constexpr std::size_t num_columns_of_one_window = window_a;

std::uint64_t half_of_memory() {
  return static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) / 2 * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::size_t most_windows(const Scanner& scanner) {
  std::size_t most = 1;
  for (const ModuleType& type : scanner.module_types) {
    most = std::max<std::size_t>(most, type.num_energy_windows());
  }
  return most;
}

std::vector<std::size_t> column_sizes(int subsets) {
  std::vector<std::size_t> sizes;
  for (int subset = 0; subset < subsets; ++subset) {
    sizes.insert(sizes.end(), std::begin(element_bytes), std::end(element_bytes));
  }
  return sizes;
}

/// The frame that is asked for: a time block belongs to it that begins in it, so frames that touch share no event and
/// lose none. Edges are rounded to the ms that blocks count in.
struct Frame {
  std::uint64_t start_ms;
  std::uint64_t stop_ms;  ///< beyond all times: to the end

  explicit Frame(const LoadOptions& options) {
    constexpr double end_ms = 1e12;  // more than 32 bits hold
    const auto rounded = [&](double seconds) {
      return static_cast<std::uint64_t>(std::llround(std::min(1e3 * seconds, end_ms)));
    };
    if (options.start_s >= 0 && options.stop_s >= 0) {
      start_ms = rounded(options.start_s);
      stop_ms = options.stop_s > 0 ? rounded(options.stop_s) : static_cast<std::uint64_t>(end_ms);
      if (start_ms < stop_ms) {
        return;
      }
    }
    throw InputError(
        fmt::format("the time window {} s to {} s is empty: the start must be 0 or more and the stop later "
                    "(or 0 for the end of the file), by 1 ms at least",
                    options.start_s, options.stop_s));
  }
  bool contains(std::uint32_t time_ms) const { return time_ms >= start_ms && time_ms < stop_ms; }
};

/// The time blocks of the frame.
class FrameClock {
 public:
  FrameClock(const Frame& frame, const LoadOptions& options)
      : frame_(frame), options_(options), whole_file_(options.start_s == 0 && options.stop_s == 0) {}

  void add(const EventBlock& block) {
    for (const Movement& movement : block.movements) {
      movements_.add(movement);
    }
    for (const AliveFractions& alive : block.alive) {
      if (may_hold_in_frame(alive.time)) {
        live_times_.add(alive);
      }
    }
    for (const TimeBlock& one : block.time_blocks) {
      const TimeInterval& time = one.time;
      if (frame_.contains(time.start_ms)) {
        movements_.add(one);
        times_.add(one);
      }
      if (has_length(time)) {
        cut_at_start_ = time.start_ms < frame_.start_ms && time.stop_ms > frame_.start_ms ? time : cut_at_start_;
        cut_at_stop_ = time.start_ms < frame_.stop_ms && time.stop_ms > frame_.stop_ms ? time : cut_at_stop_;
      }
    }
  }

  /// Throws InputError if bed or gantry change place while the frame is recorded.
  void refuse_motion() const {
    if (const auto change_ms = movements_.first_change_ms()) {
      throw InputError(
          fmt::format("the bed or gantry moves in the time window, before {} s, and Coincide does not correct for "
                      "motion: let the window end there, or begin (input.stop_s, input.start_s)",
                      1e-3 * *change_ms));
    }
  }

  /// Throws InputError if the frame lies within a time block, so that none begins in it.
  void refuse_frame_within_block() const {
    if (times_.empty() && has_length(cut_at_start_)) {
      throw InputError(fmt::format(
          "no time block begins in the time window from {}: it lies in the one from {} s to {} s. Events have no times "
          "of their own but those of their time blocks: let the window hold the start of one (input.start_s, "
          "input.stop_s)",
          asked(), 1e-3 * cut_at_start_.start_ms, 1e-3 * cut_at_start_.stop_ms));
    }
  }

  void state_in(EventCounts& counts, Reporter& reporter) const {
    counts.first_ms = times_.first_ms();
    counts.last_ms = times_.last_ms();
    counts.duration_s = times_.recorded().total_s();
    counts.no_duration = times_.no_duration();
    counts.time_warnings = times_.warnings();
    state_resolution(counts, reporter);
  }

  /// "1.5 s to the end"
  std::string asked() const {
    return fmt::format("{} s to {}", options_.start_s,
                       options_.stop_s > 0 ? fmt::format("{} s", options_.stop_s) : "the end");
  }
  const BlockTimes& times() const { return times_; }
  const LiveTimeLog& live_times() const { return live_times_; }

 private:
  /// The last time block of a frame may reach beyond it, though hardly by its whole length.
  bool may_hold_in_frame(const TimeInterval& time) const {
    const bool ends_before = time.stop_ms > time.start_ms && time.stop_ms <= frame_.start_ms;
    return !ends_before && time.start_ms < frame_.stop_ms + (frame_.stop_ms - frame_.start_ms);
  }

  /// Whole time blocks make a frame, so long ones make it another than was asked for.
  void state_resolution(EventCounts& counts, Reporter& reporter) const {
    constexpr std::uint64_t least_blocks = 10;  // a frame should last
    constexpr std::uint64_t most_blocks = 100;  // where one more or less does not matter
    if (whole_file_ || times_.empty()) {
      return;
    }
    const auto length = [](const TimeInterval& time) { return has_length(time) ? time.stop_ms - time.start_ms : 0; };
    const std::uint64_t frame_ms = std::min<std::uint64_t>(frame_.stop_ms, times_.last_ms()) - frame_.start_ms;
    const std::uint64_t cut_ms = std::max(length(cut_at_start_), length(cut_at_stop_));
    const std::uint64_t longest_ms = length(times_.longest());
    if (cut_ms == 0 && longest_ms * least_blocks <= frame_ms) {
      return;
    }
    const std::string sentence = fmt::format(
        "The time window from {} is made of the whole time blocks that begin in it, which last up to {} s: it holds {} "
        "s "
        "to {} s. Events have no other times; let windows begin and end where time blocks do.",
        asked(), 1e-3 * static_cast<double>(std::max(cut_ms, longest_ms)), 1e-3 * times_.first_ms(),
        1e-3 * times_.last_ms());
    if (std::max(cut_ms * most_blocks, longest_ms * least_blocks) > frame_ms) {
      counts.time_warnings.push_back(sentence);
    } else {
      reporter.note(sentence);
    }
  }

  Frame frame_;
  const LoadOptions& options_;
  bool whole_file_;
  BlockTimes times_;
  MovementLog movements_;
  LiveTimeLog live_times_;
  TimeInterval cut_at_start_;  ///< block outside that ends in the frame; without length if there is none
  TimeInterval cut_at_stop_;   ///< block in the frame, or over it, that ends beyond
};

[[noreturn]] void refuse_empty(const EventCounts& counts, const FrameClock& clock, std::uint64_t impossible) {
  if (impossible > 0) {
    throw InputError(
        fmt::format("all {} prompts in the time window from {} are between crystals that the scanner's model excludes, "
                    "or that have efficiency 0: is it the right scanner?",
                    impossible, clock.asked()));
  }
  clock.refuse_frame_within_block();
  throw InputError(
      fmt::format("there are no prompts in the time window from {}: {} were read, from {} s to {} s. Change "
                  "input.start_s and input.stop_s.",
                  clock.asked(), counts.prompts, 1e-3 * counts.first_ms, 1e-3 * counts.last_ms));
}

/// A column in the given order.
template <class T>
void reorder(const projectors::LorOrder& order, T* column, std::size_t count) {
  const std::vector<T> before(column, column + count);
  for (std::size_t i = 0; i < count; ++i) {
    column[i] = before[static_cast<std::size_t>(order[static_cast<std::int64_t>(i)])];
  }
}

std::uint8_t window_of(const std::vector<std::uint8_t>& windows, std::size_t event) {
  return windows.empty() ? 0 : windows[event];
}

/// m of the prompts in the frame; 0 for all other events.
void find_factors(const EventBlock& block, const Frame& frame, const MultiplicativeModel& model, int num_threads,
                  std::vector<float>& factors) {
  factors.resize(block.size());
#pragma omp parallel for schedule(static) num_threads(thread_count(num_threads))
  for (std::size_t i = 0; i < block.size(); ++i) {
    const bool wanted = block.delayed[i] == 0 && frame.contains(block.time_ms[i]);
    factors[i] = wanted ? model.factor(block.crystal_a[i], window_of(block.window_a, i), block.crystal_b[i],
                                       window_of(block.window_b, i))
                        : 0;
  }
}

}  // namespace

projectors::Lors lors_of(const PromptColumns& columns, const Scanner& scanner, std::int64_t first, std::int64_t count) {
  return lors_between(scanner, columns.crystal_a.data() + first, columns.crystal_b.data() + first, count);
}

struct ListmodeData::Storage {
  Storage(const LoadOptions& options, const Scanner& scanner)
      : memory_limit_bytes(options.memory_limit_bytes > 0 ? options.memory_limit_bytes : half_of_memory()),
        scratch_folder(options.scratch_folder),
        columns(make_columns(options.subsets)),
        sizes(static_cast<std::size_t>(options.subsets)),
        num_threads(options.num_threads),
        num_windows(most_windows(scanner)),
        delayeds(scanner.num_crystals()),
        delayeds_by_window(num_windows > 1 ? num_windows * scanner.num_crystals() : 0) {}

  std::unique_ptr<ColumnStore> make_columns(int subsets) const {
    return std::make_unique<ColumnStore>(column_sizes(subsets), memory_limit_bytes, scratch_folder);
  }

  template <class T>
  T* column(std::size_t subset, Column which) const {
    return reinterpret_cast<T*>(columns->data(subset * num_columns + which));
  }

  std::size_t used_columns() const { return num_windows > 1 ? num_columns : num_columns_of_one_window; }

  void make_room(std::size_t prompts) {
    for (std::size_t subset = 0; subset < sizes.size(); ++subset) {
      for (std::size_t which = 0; which < used_columns(); ++which) {
        columns->grow(subset * num_columns + which, sizes[subset] + prompts / sizes.size() + 1);
      }
    }
  }

  void add(const EventBlock& block, std::size_t i, float m) {
    const std::size_t subset = prompts % sizes.size();
    const std::size_t row = sizes[subset]++;
    column<std::uint32_t>(subset, crystal_a)[row] = block.crystal_a[i];
    column<std::uint32_t>(subset, crystal_b)[row] = block.crystal_b[i];
    column<std::uint16_t>(subset, tof_bin)[row] = block.tof_bin[i];
    column<float>(subset, factor)[row] = m;
    if (num_windows > 1) {
      column<std::uint8_t>(subset, window_a)[row] = window_of(block.window_a, i);
      column<std::uint8_t>(subset, window_b)[row] = window_of(block.window_b, i);
    }
    ++prompts;
  }

  void add_delayed(const EventBlock& block, std::size_t i) {
    ++delayeds[block.crystal_a[i]];
    ++delayeds[block.crystal_b[i]];
    if (num_windows > 1) {
      ++delayeds_by_window[block.crystal_a[i] * num_windows + window_of(block.window_a, i)];
      ++delayeds_by_window[block.crystal_b[i] * num_windows + window_of(block.window_b, i)];
    }
  }

  void leave_out_impossible();
  void add_block(const EventBlock& block, const Frame& frame, const MultiplicativeModel& model,
                 std::vector<float>& factors);

  void deal_to(int subsets);

  std::uint64_t memory_limit_bytes;
  std::filesystem::path scratch_folder;
  std::unique_ptr<ColumnStore> columns;
  std::vector<std::size_t> sizes;  ///< prompts by subset
  int num_threads;
  std::size_t num_windows;  ///< of the type of module that has most
  std::vector<std::uint64_t> delayeds;
  std::vector<std::uint64_t> delayeds_by_window;  ///< [crystal][window]; empty if there is one window only
  std::uint64_t prompts = 0;
  std::uint64_t impossible = 0;
  std::uint64_t prompts_in_frame = 0;
  std::uint64_t delayeds_in_frame = 0;
  EventCounts counts;
  TimeIntervals recorded;
  LiveTimeLog live_times;
};

void ListmodeData::Storage::add_block(const EventBlock& block, const Frame& frame, const MultiplicativeModel& model,
                                      std::vector<float>& factors) {
  find_factors(block, frame, model, num_threads, factors);
  make_room(block.size());
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (!frame.contains(block.time_ms[i])) {
      continue;
    }
    if (block.delayed[i] != 0) {
      ++delayeds_in_frame;
      if (model.in_coincidence(block.crystal_a[i], block.crystal_b[i])) {
        add_delayed(block, i);
      }
    } else {
      ++prompts_in_frame;
      if (factors[i] > 0) {
        add(block, i, factors[i]);
      } else {
        ++impossible;
      }
    }
  }
}

/// Prompt i goes to subset i % subsets, as in add().
void ListmodeData::Storage::deal_to(int subsets) {
  const std::unique_ptr<ColumnStore> before = std::exchange(columns, make_columns(subsets));
  const std::size_t old_subsets =
      std::exchange(sizes, std::vector<std::size_t>(static_cast<std::size_t>(subsets))).size();
  make_room(prompts);
  for (std::size_t i = 0; i < prompts; ++i) {
    const std::size_t subset = i % sizes.size();
    const std::size_t row = sizes[subset]++;
    for (std::size_t which = 0; which < used_columns(); ++which) {
      const std::size_t bytes = element_bytes[which];
      std::memcpy(columns->data(subset * num_columns + which) + row * bytes,
                  before->data(i % old_subsets * num_columns + which) + i / old_subsets * bytes, bytes);
    }
  }
}

ListmodeData ListmodeData::load(EventSource& source, const MultiplicativeModel& model, const LoadOptions& options,
                                Reporter& reporter) {
  if (options.subsets < 1) {
    throw InputError(fmt::format("the number of subsets is {}: it must be at least 1", options.subsets));
  }
  const Frame frame(options);
  FrameClock clock(frame, options);
  auto storage = std::make_unique<Storage>(options, source.scanner());
  EventBlock block;
  std::vector<float> factors;
  source.rewind();
  while (!reporter.stop_requested() && source.read(block)) {
    clock.add(block);
    storage->add_block(block, frame, model, factors);
    reporter.progress("reading events", source.fraction_read());
  }
  clock.refuse_motion();
  if (storage->prompts == 0 && !reporter.stop_requested()) {
    refuse_empty(source.counts(), clock, storage->impossible);
  }
  storage->counts = source.counts();
  storage->counts.prompts = storage->prompts_in_frame;
  storage->counts.delayeds = storage->delayeds_in_frame;
  clock.state_in(storage->counts, reporter);
  storage->recorded = clock.times().recorded();
  storage->live_times = clock.live_times();
  return ListmodeData(std::move(storage));
}

/// Moves the other prompts up, so that prompt i still is in subset i % subsets.
void ListmodeData::Storage::leave_out_impossible() {
  const std::size_t subsets = sizes.size();
  const std::uint64_t before = std::exchange(prompts, 0);
  for (std::uint64_t i = 0; i < before; ++i) {
    const std::size_t from = i % subsets;
    const std::size_t row = i / subsets;
    if (!(column<float>(from, factor)[row] > 0)) {
      continue;
    }
    const std::size_t to = prompts % subsets;
    const std::size_t place = prompts / subsets;
    for (std::size_t which = 0; prompts < i && which < used_columns(); ++which) {
      const std::size_t bytes = element_bytes[which];
      std::memcpy(columns->data(to * num_columns + which) + place * bytes,
                  columns->data(from * num_columns + which) + row * bytes, bytes);
    }
    ++prompts;
  }
  for (std::size_t subset = 0; subset < subsets; ++subset) {
    sizes[subset] = (prompts + subsets - 1 - subset) / subsets;
  }
  impossible += before - prompts;
}

LiveTime ListmodeData::live_time(const Scanner& scanner, double half_life_s) const {
  TimeIntervals time = storage_->recorded;
  if (time.count() == 0) {  // the starts of the time blocks are all that is known
    time.add({storage_->counts.first_ms, std::max(storage_->counts.last_ms, storage_->counts.first_ms + 1)});
  }
  return storage_->live_times.mean(scanner, time, half_life_s);
}

double ListmodeData::multiply_live_time(const MultiplicativeModel& model) {
  if (num_prompts() == 0) {
    return 1;
  }
  double sum = 0;
  const auto events = static_cast<double>(num_prompts());
  for (int index = 0; index < num_subsets(); ++index) {
    const PromptColumns columns = subset(index);
#pragma omp parallel for schedule(static) reduction(+ : sum) num_threads(thread_count(storage_->num_threads))
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const bool windows = !columns.window_a.empty();
      const float alive =
          model.live_time().fraction(model.scanner(), columns.crystal_a[i], windows ? columns.window_a[i] : 0,
                                     columns.crystal_b[i], windows ? columns.window_b[i] : 0);
      columns.factor[i] *= alive;
      sum += alive;
    }
  }
  storage_->leave_out_impossible();
  if (num_prompts() == 0) {
    throw InputError(
        "all prompts are between detectors that, the file says, were never alive: leave its dead time out "
        "(corrections.live_time = \"off\") if that is wrong");
  }
  return sum / events;
}

ListmodeData::ListmodeData(std::unique_ptr<Storage> storage) : storage_(std::move(storage)) {}
ListmodeData::ListmodeData(ListmodeData&&) noexcept = default;
ListmodeData& ListmodeData::operator=(ListmodeData&&) noexcept = default;
ListmodeData::~ListmodeData() = default;

int ListmodeData::num_subsets() const { return static_cast<int>(storage_->sizes.size()); }

void ListmodeData::limit_subsets(int most) {
  if (most < num_subsets()) {
    storage_->deal_to(std::max(1, most));
  }
}

PromptColumns ListmodeData::subset(int index) {
  const auto subset = static_cast<std::size_t>(index);
  const std::size_t size = storage_->sizes[subset];
  const std::size_t size_of_windows = storage_->num_windows > 1 ? size : 0;
  return {.crystal_a = {storage_->column<std::uint32_t>(subset, crystal_a), size},
          .crystal_b = {storage_->column<std::uint32_t>(subset, crystal_b), size},
          .tof_bin = {storage_->column<std::uint16_t>(subset, tof_bin), size},
          .factor = {storage_->column<float>(subset, factor), size},
          .additive = {storage_->column<float>(subset, additive), size},
          .window_a = {storage_->column<std::uint8_t>(subset, window_a), size_of_windows},
          .window_b = {storage_->column<std::uint8_t>(subset, window_b), size_of_windows}};
}

void ListmodeData::sort_for(const projectors::ImageGrid& grid, const Scanner& scanner, int num_threads,
                            const Reporter& reporter) {
  constexpr std::size_t chunk = std::size_t{1} << 22;  // bounds the memory that sorting takes
  for (std::size_t subset = 0; subset < storage_->sizes.size(); ++subset) {
    const auto* a = storage_->column<std::uint32_t>(subset, crystal_a);
    const auto* b = storage_->column<std::uint32_t>(subset, crystal_b);
    for (std::size_t first = 0; first < storage_->sizes[subset]; first += chunk) {
      if (reporter.stop_requested()) {
        return;
      }
      const std::size_t count = std::min(chunk, storage_->sizes[subset] - first);
      const auto lors = static_cast<std::int64_t>(count);
      const projectors::LorOrder order(grid, lors_between(scanner, a + first, b + first, lors), 0, lors,
                                       thread_count(num_threads));
      reorder(order, storage_->column<std::uint32_t>(subset, crystal_a) + first, count);
      reorder(order, storage_->column<std::uint32_t>(subset, crystal_b) + first, count);
      reorder(order, storage_->column<std::uint16_t>(subset, tof_bin) + first, count);
      reorder(order, storage_->column<float>(subset, factor) + first, count);
      reorder(order, storage_->column<float>(subset, additive) + first, count);
      if (storage_->num_windows > 1) {
        reorder(order, storage_->column<std::uint8_t>(subset, window_a) + first, count);
        reorder(order, storage_->column<std::uint8_t>(subset, window_b) + first, count);
      }
    }
  }
}

std::uint64_t ListmodeData::num_prompts() const { return storage_->prompts; }
std::uint64_t ListmodeData::num_impossible() const { return storage_->impossible; }
const EventCounts& ListmodeData::counts() const { return storage_->counts; }
double ListmodeData::duration_s() const { return storage_->counts.duration_s; }
const TimeIntervals& ListmodeData::recorded() const { return storage_->recorded; }
bool ListmodeData::in_scratch_file() const { return storage_->columns->uses_file(); }
std::span<const std::uint64_t> ListmodeData::delayeds_per_crystal() const { return storage_->delayeds; }

double ListmodeData::delayed_share(std::uint32_t crystal, std::uint32_t window) const {
  if (storage_->num_windows == 1) {
    return 1;
  }
  const std::uint64_t all = storage_->delayeds[crystal];
  const std::uint64_t some = storage_->delayeds_by_window[crystal * storage_->num_windows + window];
  return all > 0 ? static_cast<double>(some) / static_cast<double>(all) : 0;
}

}  // namespace coincide::recon
