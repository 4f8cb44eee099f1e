#include "recon/listmode_data.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "projectors/error.h"
#include "projectors/lor_order.h"
#include "recon/data/sorted_block.h"
#include "recon/listmode_storage.h"
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

}  // namespace

std::uint64_t half_of_memory_bytes() {
  return static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) / 2 * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
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
  const auto memory = std::make_shared<std::uint64_t>(
      options.memory_limit_bytes > 0
          ? options.memory_limit_bytes
          : half_of_memory_bytes() / static_cast<std::uint64_t>(options.ranks->local_size()));
  std::vector<PartClock> clocks(parts.all().begin(), parts.all().end());
  std::vector<std::unique_ptr<Storage>> storages;
  for (std::size_t part = 0; part < parts.count(); ++part) {
    storages.push_back(std::make_unique<Storage>(options, source.scanner(), memory));
    storages.back()->stated.used = used_of(source.event_terms(), model, options.use);
  }
  const EventCounts of_file = read_parts(source, model, parts, reporter, clocks, storages);
  if (options.movement_keeps_times && !options.may_move &&
      std::ranges::any_of(clocks, [](const PartClock& clock) { return clock.movements().moves(); })) {
    LoadOptions with_times = options;
    with_times.may_move = true;
    storages.clear();  // gives the memory back
    return load_parts(source, model, parts, with_times, reporter);
  }
  std::ranges::for_each(storages, [](auto& storage) { storage->add_up_counts(); });
  const bool empty = std::ranges::all_of(storages, [](const auto& storage) { return storage->prompts == 0; });
  std::vector<ListmodeData> loaded;
  for (std::size_t part = 0; part < parts.count(); ++part) {
    if ((empty || clocks[part].times().empty()) && !reporter.stop_requested()) {
      clocks[part].refuse_empty(of_file, storages[part]->impossible);
    }
    storages[part]->state(of_file, clocks[part], reporter);
    loaded.push_back(ListmodeData(std::move(storages[part])));
  }
  return loaded;
}

/// Of the prompts of a round, by part: those of lower ranks come before this process's.
void ListmodeData::number_prompts(const std::vector<std::size_t>& own,
                                  std::vector<std::unique_ptr<Storage>>& storages) {
  Communicator& ranks = storages.front()->ranks;
  std::vector<std::uint64_t> of_all(own.size() * static_cast<std::size_t>(ranks.size()));
  std::ranges::copy(own, of_all.begin() + std::ssize(own) * ranks.rank());
  ranks.sum(of_all);  // quicker than to gather them
  for (std::size_t part = 0; part < own.size(); ++part) {
    Storage& storage = *storages[part];
    std::uint64_t first = storage.prompts;
    for (std::size_t rank = 0; rank < static_cast<std::size_t>(ranks.size()); ++rank) {
      const std::size_t some = of_all[rank * own.size() + part];
      first += rank < static_cast<std::size_t>(ranks.rank()) ? some : 0;
      storage.prompts += some;
    }
    if (own[part] > 0) {
      storage.begin_numbers(first, own[part]);
      storage.make_room(own[part]);
    }
  }
}

namespace {

/// A block and what was worked out of it.
struct ReadBlock {
  EventBlock events;
  SortedBlock sorted;
};

}  // namespace

/// In rounds: of so many blocks as there are processes, each takes the one whose turn is its own, and of the others
/// only what they say beside events. Returns what was counted, by all of them.
EventCounts ListmodeData::read_parts(EventSource& source, const MultiplicativeModel& model, const TimeParts& parts,
                                     Reporter& reporter, std::vector<PartClock>& clocks,
                                     std::vector<std::unique_ptr<Storage>>& storages) {
  Communicator& ranks = storages.front()->ranks;
  ReadBlock own, others;
  std::uint64_t out_of_range = 0;
  source.rewind();
  for (bool more = true; more && !reporter.stop_requested();) {
    own.events.clear();
    own.sorted.prompts.assign(parts.count(), 0);
    for (int turn = 0; more && turn < ranks.size(); ++turn) {
      const bool is_own = turn == ranks.rank();
      auto& [block, sorted] = is_own ? own : others;
      const std::uint64_t before = source.counts().out_of_range;
      more = is_own ? source.read(block) : source.pass_over(block);
      out_of_range += is_own ? source.counts().out_of_range - before : 0;
      if (more) {
        sorted.sort(block, parts, model, storages.front()->stated.used, storages.front()->num_threads);
        for (std::uint32_t part = 0; part < parts.count(); ++part) {
          clocks[part].add(block, sorted.part_of_block, part);
        }
      }
    }
    number_prompts(own.sorted.prompts, storages);
    for (std::size_t i = 0; i < own.events.size(); ++i) {
      if (own.sorted.part[i] != TimeParts::none) {
        storages[own.sorted.part[i]]->add_event(own.events, i, own.sorted.factor[i], model);
      }
    }
    reporter.progress("reading events", source.fraction_read());
  }
  EventCounts counts = source.counts();
  counts.out_of_range = ranks.sum(out_of_range);
  return counts;
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
  storage_->count_impossible();
  if (num_prompts() == 0) {
    throw InputError(
        "all prompts are between detectors that, the file says, were never alive: leave its dead time out "
        "(corrections.live_time = \"off\") if that is wrong");
  }
  return storage_->ranks.sum(sum) / events;
}

ListmodeData::ListmodeData(std::unique_ptr<Storage> storage) : storage_(std::move(storage)) {}
ListmodeData::ListmodeData(ListmodeData&&) noexcept = default;
ListmodeData& ListmodeData::operator=(ListmodeData&&) noexcept = default;
ListmodeData::~ListmodeData() = default;

int ListmodeData::num_subsets() const { return static_cast<int>(storage_->sizes.size()); }

void ListmodeData::limit_subsets(int most) {
  if (most < num_subsets() || storage_->left_out > 0) {
    storage_->deal_to(std::clamp(most, 1, num_subsets()));
  }
}

void ListmodeData::release() const { storage_->columns->release(); }

/// That of another subset was used last.
PromptColumns ListmodeData::subset(int index) {
  release();
  const auto subset = static_cast<std::size_t>(index);
  const std::size_t size = storage_->sizes[subset];
  const std::size_t size_of_windows = storage_->num_windows > 1 ? size : 0;
  const bool moved = storage_->moved != nullptr;
  return {.crystal_a = {storage_->column<std::uint32_t>(subset, crystal_a), size},
          .crystal_b = {storage_->column<std::uint32_t>(subset, crystal_b), size},
          .tof_bin = {storage_->column<std::uint16_t>(subset, tof_bin), size},
          .draw = {storage_->column<std::uint8_t>(subset, draw), size},
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

std::uint64_t ListmodeData::num_prompts() const { return storage_->prompts - storage_->left_out; }

std::vector<std::uint64_t> ListmodeData::subset_sizes() const {
  std::vector<std::uint64_t> all(storage_->sizes.begin(), storage_->sizes.end());
  storage_->ranks.sum(all);
  return all;
}

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
