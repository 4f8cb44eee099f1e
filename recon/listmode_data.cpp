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
#include "recon/data/event_columns.h"
#include "recon/data/part_clock.h"
#include "recon/data/sorted_block.h"
#include "recon/parallel.h"

namespace coincide::recon {
namespace {

/// An event's own normalization is left aside where a table of LORs says more of it.
EventTerms used_of(const EventTerms& of_file, const MultiplicativeModel& model, const EventTerms& wanted) {
  const LorTable* lors = model.efficiencies().lors.get();
  const bool table_says_more = lors != nullptr && lors->with_attenuation() && !of_file.attenuation;
  const bool table_says_all = lors != nullptr && lors->with_attenuation() && !of_file.normalization;
  return {
      .normalization = of_file.normalization && wanted.normalization && model.uses_efficiencies() && !table_says_more,
      .attenuation = of_file.attenuation && wanted.attenuation && !table_says_all,
      .scatter = of_file.scatter && wanted.scatter,
      .randoms = of_file.randoms && wanted.randoms};
}

/// In passes over all prompts: what they leave behind need not stay in memory.
constexpr std::uint64_t prompts_between_releases = std::uint64_t{1} << 20;

}  // namespace

std::uint64_t half_of_memory_bytes() {
  return static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) / 2 * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

struct ListmodeData::Storage {
  Storage(const LoadOptions& options, const Scanner& scanner, std::shared_ptr<std::uint64_t> memory)
      : memory_left_bytes(std::move(memory)),
        scratch_folder(options.scratch_folder),
        columns(make_columns(options.subsets)),
        sizes(static_cast<std::size_t>(options.subsets)),
        num_threads(options.num_threads),
        may_move(options.may_move),
        num_windows(scanner.most_energy_windows()),
        delayeds(scanner.num_crystals()),
        delayeds_by_window(num_windows > 1 ? num_windows * scanner.num_crystals() : 0) {}

  std::unique_ptr<ColumnStore> make_columns(int subsets) const {
    return std::make_unique<ColumnStore>(column_sizes(subsets), memory_left_bytes, scratch_folder);
  }

  template <class T>
  T* column(std::size_t subset, Column which) const {
    return reinterpret_cast<T*>(columns->data(subset * num_columns + which));
  }

  bool uses(std::size_t which) const { return which < window_a || (which < point_a ? num_windows > 1 : may_move); }

  void make_room(std::size_t more) {
    if (prompts - prompts_released > prompts_between_releases) {
      columns->release();
      prompts_released = prompts;
    }
    for (std::size_t subset = 0; subset < sizes.size(); ++subset) {
      for (std::size_t which = 0; which < num_columns; ++which) {
        columns->grow(subset * num_columns + which, uses(which) ? sizes[subset] + more / sizes.size() + 1 : 0);
      }
    }
  }

  /// What of the event's rate is used; times the duration, which is known in the end, it is b.
  float rate_of(const EventBlock& block, std::size_t i) {
    const float scatter = block.scatter_per_s.empty() ? 0 : block.scatter_per_s[i];
    const float randoms = block.additive_per_s[i] - scatter;
    const EventTerms& used = stated.used;
    stated.scatter_counts += used.scatter ? scatter : 0;
    stated.randoms_counts += used.randoms ? randoms : 0;
    return used.scatter && used.randoms ? block.additive_per_s[i] : used.scatter ? scatter : randoms;
  }

  void add(const EventBlock& block, std::size_t i, float m) {
    const std::size_t subset = prompts % sizes.size();
    const std::size_t row = sizes[subset]++;
    column<std::uint32_t>(subset, crystal_a)[row] = block.crystal_a[i];
    column<std::uint32_t>(subset, crystal_b)[row] = block.crystal_b[i];
    column<std::uint16_t>(subset, tof_bin)[row] = block.tof_bin[i];
    column<float>(subset, factor)[row] = m;
    stated.factor_sum += m;
    if (stated.used.additive()) {
      column<float>(subset, additive)[row] = rate_of(block, i);
    }
    if (num_windows > 1) {
      column<std::uint8_t>(subset, window_a)[row] = window_of(block.window_a, i);
      column<std::uint8_t>(subset, window_b)[row] = window_of(block.window_b, i);
    }
    if (may_move) {
      column<std::uint32_t>(subset, point_a)[row] = block.time_ms[i];
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
  void add_event(const EventBlock& block, std::size_t i, float m, const MultiplicativeModel& model);
  void state(const EventCounts& of_file, const PartClock& clock, Reporter& reporter);
  void multiply_additive(float by);
  void make_counts_of_rates();

  void deal_to(int subsets);

  std::shared_ptr<std::uint64_t> memory_left_bytes;  ///< of all parts of an acquisition
  std::filesystem::path scratch_folder;
  std::unique_ptr<ColumnStore> columns;
  std::vector<std::size_t> sizes;  ///< prompts by subset
  int num_threads;
  bool may_move;
  std::shared_ptr<const MovedCrystals> moved;
  std::uint32_t scan_start_ms = 0;
  std::size_t num_windows;  ///< of the type of module that has most
  std::vector<std::uint64_t> delayeds;
  std::vector<std::uint64_t> delayeds_by_window;  ///< [crystal][window]; empty if there is one window only
  std::uint64_t prompts = 0;
  std::uint64_t prompts_released = 0;  ///< when the store was last asked to, while they are read
  std::uint64_t impossible = 0;
  std::uint64_t prompts_in_part = 0;
  std::uint64_t delayeds_in_part = 0;
  StatedTerms stated;
  EventCounts counts;
  TimeIntervals recorded;
  LiveTimeLog live_times;
  SinglesLog singles;
  MovementLog movements;
  std::vector<TimeInterval> blocks;
};

void ListmodeData::Storage::add_event(const EventBlock& block, std::size_t i, float m,
                                      const MultiplicativeModel& model) {
  if (block.delayed[i] != 0) {
    ++delayeds_in_part;
    if (model.in_coincidence(block.crystal_a[i], block.crystal_b[i])) {
      add_delayed(block, i);
    }
  } else {
    ++prompts_in_part;
    if (m > 0) {
      add(block, i, m);
    } else {
      ++impossible;
    }
  }
}

/// What was found, when all has been read.
void ListmodeData::Storage::state(const EventCounts& of_file, const PartClock& clock, Reporter& reporter) {
  counts = of_file;
  scan_start_ms = of_file.first_ms;
  counts.prompts = prompts_in_part;
  counts.delayeds = delayeds_in_part;
  clock.state_in(counts, reporter);
  recorded = clock.times().recorded();
  live_times = clock.live_times();
  singles = clock.singles();
  movements = clock.movements();
  blocks = clock.blocks();
  if (stated.used.additive() && prompts > 0) {
    make_counts_of_rates();
  }
}

void ListmodeData::Storage::multiply_additive(float by) {
  for (std::size_t subset = 0; subset < sizes.size(); ++subset) {
    float* b = column<float>(subset, additive);
#pragma omp parallel for schedule(static) num_threads(thread_count(num_threads))
    for (std::size_t i = 0; i < sizes[subset]; ++i) {
      b[i] *= by;
    }
  }
}

void ListmodeData::Storage::make_counts_of_rates() {
  if (!counts.no_duration.empty() || !(recorded.total_s() > 0)) {
    throw InputError(fmt::format(
        "the file states scatter or randoms per second, but not how long its events took ({}): they cannot be "
        "corrected. Set the duration in the file's header",
        counts.no_duration.empty() ? "its time blocks have no length" : counts.no_duration));
  }
  const double duration_s = recorded.total_s();
  multiply_additive(static_cast<float>(duration_s));
  stated.scatter_counts *= duration_s;
  stated.randoms_counts *= duration_s;
}

/// Prompt i goes to subset i % subsets, as in add().
void ListmodeData::Storage::deal_to(int subsets) {
  columns->yield_memory();
  const std::unique_ptr<ColumnStore> before = std::exchange(columns, make_columns(subsets));
  const std::size_t old_subsets =
      std::exchange(sizes, std::vector<std::size_t>(static_cast<std::size_t>(subsets))).size();
  make_room(prompts);
  for (std::size_t which = 0; which < num_columns; ++which) {  // one at a time, so that only it is there twice
    const std::size_t bytes = uses(which) ? element_bytes[which] : 0;
    std::size_t to = 0, to_row = 0, from = 0, from_row = 0;
    for (std::size_t i = 0; bytes > 0 && i < prompts; ++i) {
      if (i % prompts_between_releases == 0) {
        columns->release();
        before->release();
      }
      std::memcpy(columns->data(to * num_columns + which) + to_row * bytes,
                  before->data(from * num_columns + which) + from_row * bytes, bytes);
      to = (to + 1 < sizes.size()) ? to + 1 : (++to_row, 0);
      from = (from + 1 < old_subsets) ? from + 1 : (++from_row, 0);
    }
    for (std::size_t subset = 0; subset < old_subsets; ++subset) {
      before->discard(subset * num_columns + which);
    }
  }
  for (std::size_t subset = 0; subset < sizes.size(); ++subset) {
    sizes[subset] = (prompts + sizes.size() - 1 - subset) / sizes.size();
  }
}

ListmodeData ListmodeData::load(EventSource& source, const MultiplicativeModel& model, const LoadOptions& options,
                                Reporter& reporter) {
  const TimeParts window({part_of(time_window(options.start_s, options.stop_s))});
  return std::move(load_parts(source, model, window, options, reporter).front());
}

std::vector<ListmodeData> ListmodeData::load_parts(EventSource& source, const MultiplicativeModel& model,
                                                   const TimeParts& parts, const LoadOptions& options,
                                                   Reporter& reporter) {
  if (options.subsets < 1) {
    throw InputError(fmt::format("the number of subsets is {}: it must be at least 1", options.subsets));
  }
  const auto memory = std::make_shared<std::uint64_t>(options.memory_limit_bytes > 0 ? options.memory_limit_bytes
                                                                                     : half_of_memory_bytes());
  std::vector<PartClock> clocks(parts.all().begin(), parts.all().end());
  std::vector<std::unique_ptr<Storage>> storages;
  for (std::size_t part = 0; part < parts.count(); ++part) {
    storages.push_back(std::make_unique<Storage>(options, source.scanner(), memory));
    storages.back()->stated.used = used_of(source.event_terms(), model, options.use);
  }
  read_parts(source, model, parts, reporter, clocks, storages);
  if (options.movement_keeps_times && !options.may_move &&
      std::ranges::any_of(clocks, [](const PartClock& clock) { return clock.movements().moves(); })) {
    LoadOptions with_times = options;
    with_times.may_move = true;
    storages.clear();  // gives the memory back
    return load_parts(source, model, parts, with_times, reporter);
  }
  const bool empty = std::ranges::all_of(storages, [](const auto& storage) { return storage->prompts == 0; });
  std::vector<ListmodeData> loaded;
  for (std::size_t part = 0; part < parts.count(); ++part) {
    if ((empty || clocks[part].times().empty()) && !reporter.stop_requested()) {
      clocks[part].refuse_empty(source.counts(), storages[part]->impossible);
    }
    storages[part]->state(source.counts(), clocks[part], reporter);
    loaded.push_back(ListmodeData(std::move(storages[part])));
  }
  return loaded;
}

void ListmodeData::read_parts(EventSource& source, const MultiplicativeModel& model, const TimeParts& parts,
                              Reporter& reporter, std::vector<PartClock>& clocks,
                              std::vector<std::unique_ptr<Storage>>& storages) {
  EventBlock block;
  SortedBlock sorted;
  source.rewind();
  while (!reporter.stop_requested() && source.read(block)) {
    sorted.sort(block, parts, model, storages.front()->stated.used, storages.front()->num_threads);
    for (std::uint32_t part = 0; part < parts.count(); ++part) {
      clocks[part].add(block, sorted.part_of_block, part);
      if (sorted.prompts[part] > 0) {
        storages[part]->make_room(sorted.prompts[part]);
      }
    }
    for (std::size_t i = 0; i < block.size(); ++i) {
      if (sorted.part[i] != TimeParts::none) {
        storages[sorted.part[i]]->add_event(block, i, sorted.factor[i], model);
      }
    }
    reporter.progress("reading events", source.fraction_read());
  }
}

/// Moves the other prompts up, so that prompt i still is in subset i % subsets.
void ListmodeData::Storage::leave_out_impossible() {
  const std::size_t subsets = sizes.size();
  const std::uint64_t before = std::exchange(prompts, 0);
  for (std::uint64_t i = 0; i < before; ++i) {
    if (i % prompts_between_releases == 0) {
      columns->release();
    }
    const std::size_t from = i % subsets;
    const std::size_t row = i / subsets;
    if (!(column<float>(from, factor)[row] > 0)) {
      continue;
    }
    const std::size_t to = prompts % subsets;
    const std::size_t place = prompts / subsets;
    for (std::size_t which = 0; prompts < i && which < num_columns; ++which) {
      const std::size_t bytes = uses(which) ? element_bytes[which] : 0;
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

TimeIntervals ListmodeData::time() const {
  TimeIntervals time = storage_->recorded;
  if (time.count() == 0) {  // the starts of the time blocks are all that is known
    time.add({storage_->counts.first_ms, std::max(storage_->counts.last_ms, storage_->counts.first_ms + 1)});
  }
  return time;
}

LiveTime ListmodeData::live_time(const Scanner& scanner, double half_life_s) const {
  return storage_->live_times.mean(scanner, time(), half_life_s);
}

Singles ListmodeData::singles(double half_life_s) const { return storage_->singles.mean(half_life_s); }

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

/// That of another subset was used last: it need not stay in memory.
PromptColumns ListmodeData::subset(int index) {
  storage_->columns->release();
  const auto subset = static_cast<std::size_t>(index);
  const std::size_t size = storage_->sizes[subset];
  const std::size_t size_of_windows = storage_->num_windows > 1 ? size : 0;
  const bool moved = storage_->moved != nullptr;
  return {.crystal_a = {storage_->column<std::uint32_t>(subset, crystal_a), size},
          .crystal_b = {storage_->column<std::uint32_t>(subset, crystal_b), size},
          .tof_bin = {storage_->column<std::uint16_t>(subset, tof_bin), size},
          .factor = {storage_->column<float>(subset, factor), size},
          .additive = {storage_->column<float>(subset, additive), size},
          .window_a = {storage_->column<std::uint8_t>(subset, window_a), size_of_windows},
          .window_b = {storage_->column<std::uint8_t>(subset, window_b), size_of_windows},
          .point_a = {storage_->column<std::uint32_t>(subset, moved ? point_a : crystal_a), size},
          .point_b = {storage_->column<std::uint32_t>(subset, moved ? point_b : crystal_b), size}};
}

void ListmodeData::move_lors(std::shared_ptr<const MovedCrystals> moved,
                             const std::function<std::uint32_t(std::uint32_t)>& pose_at) {
  const std::uint32_t crystals = moved->num_crystals();
  for (std::size_t subset = 0; subset < storage_->sizes.size(); ++subset) {
    const auto* a = storage_->column<std::uint32_t>(subset, crystal_a);
    const auto* b = storage_->column<std::uint32_t>(subset, crystal_b);
    auto* moved_a = storage_->column<std::uint32_t>(subset, point_a);
    auto* moved_b = storage_->column<std::uint32_t>(subset, point_b);
#pragma omp parallel for schedule(static) num_threads(thread_count(storage_->num_threads))
    for (std::size_t i = 0; i < storage_->sizes[subset]; ++i) {
      const std::uint32_t first_point = crystals * pose_at(moved_a[i]);
      moved_a[i] = first_point + a[i];
      moved_b[i] = first_point + b[i];
    }
  }
  storage_->moved = std::move(moved);
}

const MovedCrystals* ListmodeData::moved() const { return storage_->moved.get(); }

std::span<const Vec3> ListmodeData::points_mm(const Scanner& scanner) const {
  return storage_->moved != nullptr ? storage_->moved->points_mm() : std::span<const Vec3>(scanner.crystal_centre_mm);
}

projectors::Lors ListmodeData::lors(int index, const Scanner& scanner, std::int64_t first, std::int64_t count) {
  const PromptColumns columns = subset(index);
  return lors_between(points_mm(scanner), columns.point_a.data() + first, columns.point_b.data() + first, count);
}

void ListmodeData::sort_for(const projectors::ImageGrid& grid, const Scanner& scanner, int num_threads,
                            const Reporter& reporter) {
  constexpr std::size_t chunk = std::size_t{1} << 22;  // bounds the memory that sorting takes
  for (std::size_t subset = 0; subset < storage_->sizes.size(); ++subset) {
    for (std::size_t first = 0; first < storage_->sizes[subset]; first += chunk) {
      if (reporter.stop_requested()) {
        return;
      }
      const std::size_t count = std::min(chunk, storage_->sizes[subset] - first);
      const auto events = static_cast<std::int64_t>(count);
      const projectors::LorOrder order(
          grid, lors(static_cast<int>(subset), scanner, static_cast<std::int64_t>(first), events), 0, events,
          thread_count(num_threads));
      for (std::size_t which = 0; which < num_columns; ++which) {
        std::byte* column = storage_->columns->data(subset * num_columns + which);
        reorder(order, column + first * element_bytes[which], element_bytes[which], storage_->uses(which) ? count : 0);
      }
      storage_->columns->release();
    }
  }
}

std::uint64_t ListmodeData::num_prompts() const { return storage_->prompts; }
std::uint64_t ListmodeData::num_impossible() const { return storage_->impossible; }
const EventCounts& ListmodeData::counts() const { return storage_->counts; }
double ListmodeData::duration_s() const { return storage_->counts.duration_s; }
const TimeIntervals& ListmodeData::recorded() const { return storage_->recorded; }
std::span<const TimeInterval> ListmodeData::blocks() const { return storage_->blocks; }
const MovementLog& ListmodeData::movements() const { return storage_->movements; }
bool ListmodeData::may_move() const { return storage_->may_move; }
std::uint32_t ListmodeData::scan_start_ms() const { return storage_->scan_start_ms; }
const StatedTerms& ListmodeData::stated() const { return storage_->stated; }

void ListmodeData::multiply_additive(float by) {
  storage_->multiply_additive(by);
  storage_->stated.scatter_counts *= by;
  storage_->stated.randoms_counts *= by;
}

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
