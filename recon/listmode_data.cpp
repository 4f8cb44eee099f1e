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
#include "recon/column_store.h"
#include "recon/parallel.h"
#include "recon/time_intervals.h"

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

/// The time window in the unit of the events.
struct Window {
  double start_ms;
  double stop_ms;

  explicit Window(const LoadOptions& options)
      : start_ms(1000 * options.start_s),
        stop_ms(options.stop_s > 0 ? 1000 * options.stop_s : std::numeric_limits<double>::infinity()) {
    if (!(options.start_s >= 0) || !(options.stop_s >= 0) || !(start_ms < stop_ms)) {
      throw InputError(
          fmt::format("the time window {} s to {} s is empty: the start must be 0 or more and the stop later "
                      "(or 0 for the end of the file)",
                      options.start_s, options.stop_s));
    }
  }
  bool contains(std::uint32_t time_ms) const { return time_ms >= start_ms && time_ms < stop_ms; }
};

/// The time blocks in the window. A block belongs to the window that it starts in, as its events do, so windows that
/// follow each other share no time and lose none.
class WindowClock {
 public:
  explicit WindowClock(const Window& window) : window_(window) {}

  /// Throws InputError if bed or gantry change place in the window.
  void add(const EventBlock& block) {
    for (std::size_t i = 0; i < block.intervals.size(); ++i) {
      const TimeInterval& interval = block.intervals[i];
      if (window_.contains(interval.start_ms)) {
        refuse_motion(block.moves_before.empty() ? 0 : block.moves_before[i], interval.start_ms);
        first_ms_ = std::min(first_ms_, interval.start_ms);
        last_ms_ = std::max({last_ms_, interval.start_ms, interval.stop_ms});
        measured_.add(interval);
      }
    }
  }
  void state_in(EventCounts& counts) const {
    counts.first_ms = std::min(first_ms_, last_ms_);
    counts.last_ms = last_ms_;
    counts.duration_s = measured_.total_s();
  }

 private:
  void refuse_motion(std::uint32_t moves_before, std::uint32_t start_ms) {
    if (moves_before_.value_or(moves_before) != moves_before) {
      throw InputError(
          fmt::format("the bed or gantry moves in the time window, before {} s, and Coincide does not correct for "
                      "motion: let the window end there, or begin (input.stop_s, input.start_s)",
                      1e-3 * start_ms));
    }
    moves_before_ = moves_before;
  }

  Window window_;
  TimeIntervals measured_;
  std::optional<std::uint32_t> moves_before_;  ///< the window
  std::uint32_t first_ms_ = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t last_ms_ = 0;
};

[[noreturn]] void refuse_empty(const EventCounts& counts, const LoadOptions& options, std::uint64_t impossible) {
  const std::string window =
      fmt::format("{} s to {}", options.start_s, options.stop_s > 0 ? fmt::format("{} s", options.stop_s) : "the end");
  if (impossible > 0) {
    throw InputError(
        fmt::format("all {} prompts in the time window from {} are between crystals that the scanner's model excludes, "
                    "or that have efficiency 0: is it the right scanner?",
                    impossible, window));
  }
  throw InputError(
      fmt::format("there are no prompts in the time window from {}: {} were read, from {} s to {} s. Change "
                  "input.start_s and input.stop_s.",
                  window, counts.prompts, 1e-3 * counts.first_ms, 1e-3 * counts.last_ms));
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

/// m of the prompts in the window; 0 for all other events.
void find_factors(const EventBlock& block, const Window& window, const MultiplicativeModel& model, int num_threads,
                  std::vector<float>& factors) {
  factors.resize(block.size());
#pragma omp parallel for schedule(static) num_threads(thread_count(num_threads))
  for (std::size_t i = 0; i < block.size(); ++i) {
    const bool wanted = block.delayed[i] == 0 && window.contains(block.time_ms[i]);
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

  void add_block(const EventBlock& block, const Window& window, const MultiplicativeModel& model,
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
  std::uint64_t prompts_in_window = 0;
  std::uint64_t delayeds_in_window = 0;
  EventCounts counts;
};

void ListmodeData::Storage::add_block(const EventBlock& block, const Window& window, const MultiplicativeModel& model,
                                      std::vector<float>& factors) {
  find_factors(block, window, model, num_threads, factors);
  make_room(block.size());
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (!window.contains(block.time_ms[i])) {
      continue;
    }
    if (block.delayed[i] != 0) {
      ++delayeds_in_window;
      if (model.in_coincidence(block.crystal_a[i], block.crystal_b[i])) {
        add_delayed(block, i);
      }
    } else {
      ++prompts_in_window;
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
  const Window window(options);
  WindowClock clock(window);
  auto storage = std::make_unique<Storage>(options, source.scanner());
  EventBlock block;
  std::vector<float> factors;
  source.rewind();
  while (!reporter.stop_requested() && source.read(block)) {
    clock.add(block);
    storage->add_block(block, window, model, factors);
    reporter.progress("reading events", source.fraction_read());
    if (block.size() > 0 && block.time_ms.front() >= window.stop_ms) {
      break;  // files are in order of time
    }
  }
  if (storage->prompts == 0 && !reporter.stop_requested()) {
    refuse_empty(source.counts(), options, storage->impossible);
  }
  storage->counts = source.counts();
  storage->counts.prompts = storage->prompts_in_window;
  storage->counts.delayeds = storage->delayeds_in_window;
  clock.state_in(storage->counts);
  return ListmodeData(std::move(storage));
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
