#include "recon/listmode_data.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "projectors/error.h"
#include "recon/column_store.h"

namespace coincide::recon {
namespace {

enum Column : std::size_t { crystal_a, crystal_b, tof_bin, factor, additive, num_columns };
constexpr std::size_t element_bytes[num_columns] = {sizeof(std::uint32_t), sizeof(std::uint32_t), sizeof(std::uint16_t),
                                                    sizeof(float), sizeof(float)};

std::uint64_t half_of_memory() {
  return static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) / 2 * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
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
  double overlap_ms(double from_ms, double to_ms) const {
    return std::max(0.0, std::min(to_ms, stop_ms) - std::max(from_ms, start_ms));
  }
};

/// Follows how much of the measured time lies in the window: what a read adds to the duration is spread evenly over the
/// time that it covers, which is exact as long as there are no pauses within it.
class WindowClock {
 public:
  explicit WindowClock(const Window& window) : window_(window) {}

  void advance(const EventCounts& counts) {
    const double from_ms = duration_s_ > 0 ? last_ms_ : counts.first_ms;
    const double covered_ms = counts.last_ms - from_ms;
    const double gained_s = counts.duration_s - duration_s_;
    in_window_s_ += covered_ms > 0 ? gained_s * window_.overlap_ms(from_ms, counts.last_ms) / covered_ms : 0;
    last_ms_ = counts.last_ms;
    duration_s_ = counts.duration_s;
  }
  double in_window_s() const { return in_window_s_; }

 private:
  Window window_;
  double last_ms_ = 0;
  double duration_s_ = 0;
  double in_window_s_ = 0;
};

void refuse_motion(const EventCounts& counts) {
  if (counts.moves) {
    throw InputError(
        fmt::format("the bed or gantry moves during this acquisition (between {} s and {} s); reconstruction of moving "
                    "acquisitions is not supported yet; choose a time window that ends before the motion via its start "
                    "and stop time",
                    1e-3 * counts.first_ms, 1e-3 * counts.last_ms));
  }
}

[[noreturn]] void refuse_empty(const EventCounts& counts, const LoadOptions& options, std::uint64_t impossible) {
  throw InputError(
      fmt::format("there are no prompt coincidences to reconstruct in the time window from {} s to {}: {} prompts were "
                  "read, from {} s "
                  "to {} s, and {} of those in the window are between crystals that the scanner's model excludes",
                  options.start_s, options.stop_s > 0 ? fmt::format("{} s", options.stop_s) : "the end", counts.prompts,
                  1e-3 * counts.first_ms, 1e-3 * counts.last_ms, impossible));
}

EventCounts counts_in(const Window& window, EventCounts counts) {
  counts.first_ms = static_cast<std::uint32_t>(std::max<double>(counts.first_ms, window.start_ms));
  counts.last_ms = static_cast<std::uint32_t>(std::min<double>(counts.last_ms, window.stop_ms));
  return counts;
}

/// m of the prompts in the window; 0 for all other events.
void find_factors(const EventBlock& block, const Window& window, const MultiplicativeModel& model,
                  std::vector<float>& factors) {
  factors.resize(block.size());
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < block.size(); ++i) {
    const std::uint32_t window_a = block.window_a.empty() ? 0 : block.window_a[i];
    const std::uint32_t window_b = block.window_b.empty() ? 0 : block.window_b[i];
    const bool wanted = block.delayed[i] == 0 && window.contains(block.time_ms[i]);
    factors[i] = wanted ? model.factor(block.crystal_a[i], window_a, block.crystal_b[i], window_b) : 0;
  }
}

}  // namespace

struct ListmodeData::Storage {
  Storage(const LoadOptions& options, std::size_t num_crystals)
      : columns(column_sizes(options.subsets),
                options.memory_limit_bytes > 0 ? options.memory_limit_bytes : half_of_memory(), options.scratch_folder),
        sizes(static_cast<std::size_t>(options.subsets)),
        delayeds(num_crystals) {}

  template <class T>
  T* column(std::size_t subset, Column which) const {
    return reinterpret_cast<T*>(columns.data(subset * num_columns + which));
  }

  void make_room(std::size_t prompts) {
    for (std::size_t subset = 0; subset < sizes.size(); ++subset) {
      for (std::size_t which = 0; which < num_columns; ++which) {
        columns.grow(subset * num_columns + which, sizes[subset] + prompts / sizes.size() + 1);
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
    ++prompts;
  }

  void add_block(const EventBlock& block, const Window& window, const MultiplicativeModel& model,
                 std::vector<float>& factors);

  ColumnStore columns;
  std::vector<std::size_t> sizes;  ///< prompts by subset
  std::vector<std::uint64_t> delayeds;
  std::uint64_t prompts = 0;
  std::uint64_t impossible = 0;
  std::uint64_t prompts_in_window = 0;
  std::uint64_t delayeds_in_window = 0;
  EventCounts counts;
};

void ListmodeData::Storage::add_block(const EventBlock& block, const Window& window, const MultiplicativeModel& model,
                                      std::vector<float>& factors) {
  find_factors(block, window, model, factors);
  make_room(block.size());
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (!window.contains(block.time_ms[i])) {
      continue;
    }
    if (block.delayed[i] != 0) {
      ++delayeds_in_window;
      if (model.in_coincidence(block.crystal_a[i], block.crystal_b[i])) {
        ++delayeds[block.crystal_a[i]];
        ++delayeds[block.crystal_b[i]];
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

ListmodeData ListmodeData::load(EventSource& source, const MultiplicativeModel& model, const LoadOptions& options,
                                Reporter& reporter) {
  if (options.subsets < 1) {
    throw InputError(fmt::format("the number of subsets is {}: it must be at least 1", options.subsets));
  }
  const Window window(options);
  WindowClock clock(window);
  auto storage = std::make_unique<Storage>(options, source.scanner().num_crystals());
  EventBlock block;
  std::vector<float> factors;
  source.rewind();
  while (!reporter.stop_requested() && source.read(block)) {
    refuse_motion(source.counts());
    clock.advance(source.counts());
    storage->add_block(block, window, model, factors);
    reporter.progress("reading events", source.fraction_read());
    if (block.size() > 0 && block.time_ms.front() >= window.stop_ms) {
      break;  // files are in order of time
    }
  }
  if (storage->prompts == 0 && !reporter.stop_requested()) {
    refuse_empty(source.counts(), options, storage->impossible);
  }
  storage->counts = counts_in(window, source.counts());
  storage->counts.prompts = storage->prompts_in_window;
  storage->counts.delayeds = storage->delayeds_in_window;
  storage->counts.duration_s = clock.in_window_s();
  return ListmodeData(std::move(storage));
}

ListmodeData::ListmodeData(std::unique_ptr<Storage> storage) : storage_(std::move(storage)) {}
ListmodeData::ListmodeData(ListmodeData&&) noexcept = default;
ListmodeData& ListmodeData::operator=(ListmodeData&&) noexcept = default;
ListmodeData::~ListmodeData() = default;

int ListmodeData::num_subsets() const { return static_cast<int>(storage_->sizes.size()); }

PromptColumns ListmodeData::subset(int index) {
  const auto subset = static_cast<std::size_t>(index);
  const std::size_t size = storage_->sizes[subset];
  return {.crystal_a = {storage_->column<std::uint32_t>(subset, crystal_a), size},
          .crystal_b = {storage_->column<std::uint32_t>(subset, crystal_b), size},
          .tof_bin = {storage_->column<std::uint16_t>(subset, tof_bin), size},
          .factor = {storage_->column<float>(subset, factor), size},
          .additive = {storage_->column<float>(subset, additive), size}};
}

std::uint64_t ListmodeData::num_prompts() const { return storage_->prompts; }
std::uint64_t ListmodeData::num_impossible() const { return storage_->impossible; }
const EventCounts& ListmodeData::counts() const { return storage_->counts; }
double ListmodeData::duration_s() const { return storage_->counts.duration_s; }
bool ListmodeData::in_scratch_file() const { return storage_->columns.uses_file(); }
std::span<const std::uint64_t> ListmodeData::delayeds_per_crystal() const { return storage_->delayeds; }

}  // namespace coincide::recon
