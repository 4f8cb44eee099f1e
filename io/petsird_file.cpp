#include "io/petsird_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <new>

#include "io/petsird_binary.h"
#include "io/petsird_dead_time.h"
#include "io/petsird_hdf5.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

constexpr std::size_t events_per_read = 100'000;

std::unique_ptr<TimeBlockReader> open_blocks(const std::filesystem::path& path, PetsirdSource::Container container) {
  if (container == PetsirdSource::Container::hdf5) {
    return std::make_unique<PetsirdHdf5Blocks>(path);
  }
  return std::make_unique<PetsirdBinaryBlocks>(path);
}

void check_protocol(const std::string& protocol) {
  if (protocol == "PrdExperiment") {
    throw FileError(
        "This is a file of PETSIRD's first draft (v0.1, protocol PrdExperiment), which has no scanner geometry that "
        "can be used. Convert it to a newer version with the tools that wrote it.");
  }
  if (protocol != "PETSIRD") {
    throw FileError(fmt::format("This is a yardl file, but of the protocol '{}' instead of PETSIRD.", protocol));
  }
}

/// Where one photon was detected: the crystal within its type of module, and the energy window.
struct Hit {
  std::uint32_t crystal;
  std::uint32_t window;
};

struct Detector {
  std::uint32_t first_crystal;
  std::uint32_t num_crystals;
  std::uint32_t num_windows;

  Hit split(std::uint32_t bin) const { return {bin / num_windows, bin % num_windows}; }
  bool has(Hit hit) const { return hit.crystal < num_crystals && hit.window < num_windows; }
};

std::uint32_t milliseconds(const YardlValue& value) {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(value.natural("timeInterval"), std::numeric_limits<std::uint32_t>::max()));
}

/// All types of modules must move alike: what pairs of them see is worked out once.
recon::Pose common_pose(const std::vector<std::vector<float>>& transforms) {
  if (transforms.empty()) {
    throw InputError("no movement is stated");
  }
  const recon::Pose pose = recon::pose_of_matrix(transforms.front());
  if (std::ranges::any_of(transforms, [&](const auto& other) { return recon::pose_of_matrix(other) != pose; })) {
    throw InputError("types of modules move apart from each other");
  }
  return pose;
}

}  // namespace

PetsirdSource::PetsirdSource(std::filesystem::path path, Container container, const ListmodeOptions& options)
    : path_(std::move(path)), container_(container), options_(options) {
  try {
    blocks_ = open_blocks(path_, container_);
    check_protocol(blocks_->schema().protocol());
    const YardlValue header = blocks_->header();
    header_ = understand_petsird_header(header, blocks_->schema());
  } catch (const YardlEndOfData& error) {
    throw FileError(fmt::format("{} ends in the middle of its header, so it is damaged or cut off. {}", path_.string(),
                                error.what()));
  } catch (const std::bad_alloc&) {
    throw FileError(
        fmt::format("{} has a header that asks for more memory than there is: it is damaged, or its scanner "
                    "is too large for this machine.",
                    path_.string()));
  } catch (Error& error) {
    error.prepend("Cannot open " + path_.string());
    throw;
  }
  has_windows_ = std::any_of(scanner().module_types.begin(), scanner().module_types.end(),
                             [](const recon::ModuleType& type) { return type.num_energy_windows() > 1; });
  begin();
}

std::string PetsirdSource::format() const {
  return fmt::format("PETSIRD, model like {}, {}", header_.version,
                     container_ == Container::binary ? "binary" : "HDF5");
}

void PetsirdSource::begin() {
  counts_ = {};
  counts_.warnings = header_.warnings;
  times_ = {};
  movements_ = {};
  num_movements_ = 0;
  unused_blocks_.clear();
  unused_singles_ = 0;
  ended_ = false;
}

void PetsirdSource::rewind() {
  blocks_->rewind();
  begin();
}

bool PetsirdSource::next(recon::EventBlock& block, bool with_coincidences) {
  block.clear();
  wants_coincidences_ = with_coincidences;
  for (listed_ = 0; !ended_ && listed_ < events_per_read;) {
    ended_ = !read_time_block(block);
  }
  sum_up();
  return !block.time_blocks.empty() || !block.movements.empty() || !block.alive.empty() || !block.singles.empty();
}

/// What the blocks tell together.
void PetsirdSource::sum_up() {
  counts_.first_ms = times_.first_ms();
  counts_.last_ms = times_.last_ms();
  counts_.duration_s = times_.recorded().total_s();
  counts_.no_duration = times_.no_duration();
  counts_.time_warnings = times_.warnings();
  counts_.moves = ended_ && movements_.first_change_ms().has_value();
  counts_.starts_elsewhere = ended_ && movements_.starts_elsewhere();
  list_not_used();
}

/// What was seen so far.
void PetsirdSource::list_not_used() {
  counts_.not_used = header_.not_used;
  if (counts_.singles > 0) {
    counts_.not_used.push_back(fmt::format("{} singles", counts_.singles));
  }
  if (counts_.triples + counts_.quadruples > 0) {
    counts_.not_used.push_back(fmt::format("{} triples and {} quadruples", counts_.triples, counts_.quadruples));
  }
  if (unused_singles_ > 0) {
    counts_.not_used.push_back(fmt::format("{} time block{} of singles{}{}", unused_singles_,
                                           unused_singles_ == 1 ? "" : "s", singles_problem_.empty() ? "" : ": ",
                                           singles_problem_));
  }
  for (const auto& [tag, blocks] : unused_blocks_) {
    counts_.not_used.push_back(fmt::format("{} time block{} of the kind '{}'", blocks, blocks == 1 ? "" : "s", tag));
  }
}

bool PetsirdSource::read_time_block(recon::EventBlock& block) {
  const std::size_t first_event = block.size();
  pending_ = {};
  block_ = &block;
  try {
    const TimeBlockPlan* plan = blocks_->next(*this);
    if (plan == nullptr) {
      if (const std::uint64_t bytes = blocks_->bytes_left_over()) {
        warn_once(fmt::format("{} bytes follow the last time block; they are left out.", bytes));
      }
      return false;
    }
    accept(*plan, block);
    return true;
  } catch (const YardlEndOfData& error) {
    end_early(error.what(), block, first_event);
    return false;
  } catch (const std::bad_alloc&) {
    throw DeviceError(fmt::format("The memory is not enough for time block {} of {}, {}.", counts_.time_blocks + 1,
                                  path_.string(), blocks_->place()));
  } catch (Error& error) {
    error.prepend(
        fmt::format("Cannot read time block {} of {}, {}", counts_.time_blocks + 1, path_.string(), blocks_->place()));
    throw;
  }
}

void PetsirdSource::end_early(const std::string& why, recon::EventBlock& block, std::size_t first_event) {
  std::string sentence = fmt::format("{} is damaged or cut off in time block {} ({})", path_.string(),
                                     counts_.time_blocks + 1, blocks_->place());
  if (!options_.allow_truncated) {
    throw FileError(
        fmt::format("{}; the {} time blocks before it can be read with input.allow_truncated = true, and looked at "
                    "with --info FILE --allow-truncated. {}",
                    sentence, counts_.time_blocks, why));
  }
  resize(block, first_event);
  counts_.truncated = fmt::format("{}; time blocks read before it: {}.", sentence, counts_.time_blocks);
}

void PetsirdSource::resize(recon::EventBlock& block, std::size_t size) const {
  block.crystal_a.resize(size);
  block.crystal_b.resize(size);
  block.tof_bin.resize(size);
  block.delayed.resize(size);
  if (has_windows_) {
    block.window_a.resize(size);
    block.window_b.resize(size);
  }
}

void PetsirdSource::value(const std::string& field, const YardlValue& value) {
  if (field == "timeInterval") {
    pending_.interval = {milliseconds(value.at("start")), milliseconds(value.at("stop"))};
  } else if (field == "start") {
    const std::uint32_t start = milliseconds(value);
    const std::uint32_t latest = std::numeric_limits<std::uint32_t>::max();
    pending_.interval = {start, start + std::min(header_.block_duration_ms, latest - start)};
  } else if (field == "aliveTimeFractions") {
    try {
      pending_.alive = read_alive_fractions(value, scanner());
    } catch (const FileError& error) {
      pending_.dead_time_problem = error.what();
    }
  } else if (field.starts_with("singles")) {
    value_of_singles(field, value);
  } else if (field == "transform") {
    pending_.transforms = {value.at("matrix").floats("matrix")};
  } else if (field == "transforms") {
    for (const YardlValue& transform : value.list("transforms")) {
      pending_.transforms.push_back(transform.at("matrix").floats("matrix"));
    }
  }
}

void PetsirdSource::value_of_singles(const std::string& field, const YardlValue& value) {
  pending_.singles_problem = header_.singles.problem;
  if (!pending_.singles_problem.empty()) {
    return;
  }
  try {
    if (recon::SinglesCounts counts = read_singles(field, value, header_.singles, scanner()); !counts.bin.empty()) {
      pending_.singles = std::move(counts);
    }
  } catch (const FileError& error) {
    pending_.singles_problem = error.what();
  }
}

void PetsirdSource::count(EventField kind, std::uint64_t events) {
  auto& counts = pending_.counts;
  auto& counter = kind == EventField::singles   ? counts.singles
                  : kind == EventField::triples ? counts.triples
                                                : counts.quadruples;
  counter += events;
}

bool PetsirdSource::has_extra_row(const CoincidenceChunk& chunk) {
  const std::size_t num_types = scanner().module_types.size();
  const bool extra = chunk.row >= num_types || chunk.column >= num_types;
  pending_.extra_rows = pending_.extra_rows || extra;
  return extra;
}

/// Whether the scanner has them or not: so that pieces end, and times are told, alike for all who share the file.
void PetsirdSource::list(bool delayed, std::uint64_t events) {
  listed_ += events;
  pending_.listed_prompts += delayed ? 0 : events;
}

void PetsirdSource::passed_over(const CoincidenceChunk& list_of_pair, std::uint64_t events) {
  if (!has_extra_row(list_of_pair)) {
    list(list_of_pair.delayed, events);
    (list_of_pair.delayed ? pending_.counts.delayeds : pending_.counts.prompts) += events;
  }
}

void PetsirdSource::coincidences(const CoincidenceChunk& chunk) {
  if (has_extra_row(chunk)) {
    return;
  }
  list(chunk.delayed, chunk.size());
  const recon::ModuleType& type_a = scanner().module_types[chunk.row];
  const recon::ModuleType& type_b = scanner().module_types[chunk.column];
  const Detector first{type_a.first_crystal, type_a.num_crystals(), type_a.num_energy_windows()};
  const Detector second{type_b.first_crystal, type_b.num_crystals(), type_b.num_energy_windows()};
  const recon::TofRange tof = scanner().tof_range(chunk.row, chunk.column);
  const CoincidenceLayout& layout = *chunk.layout;
  recon::EventBlock& block = *block_;
  const std::size_t before = block.size();
  resize(block, before + chunk.size());
  std::size_t next = before;

  // An event that the scanner does not have is overwritten by the one that follows.
  const auto place = [&](const std::uint32_t* event, Hit a, Hit b) {
    const std::uint32_t bin = event[layout.tof];
    block.crystal_a[next] = first.first_crystal + a.crystal;
    block.crystal_b[next] = second.first_crystal + b.crystal;
    block.tof_bin[next] = static_cast<std::uint16_t>(tof.first + bin);
    if (has_windows_) {
      block.window_a[next] = static_cast<std::uint8_t>(a.window);
      block.window_b[next] = static_cast<std::uint8_t>(b.window);
    }
    const bool known = first.has(a) && second.has(b) && bin < tof.count;
    next += known ? 1 : 0;
  };
  const std::uint32_t* const end = chunk.numbers.data() + chunk.numbers.size();
  for (const std::uint32_t* event = chunk.numbers.data(); event != end; event += layout.numbers) {
    if (layout.window_a >= 0) {
      place(event, {event[layout.bin_a], event[layout.window_a]}, {event[layout.bin_b], event[layout.window_b]});
    } else if (has_windows_) {
      place(event, first.split(event[layout.bin_a]), second.split(event[layout.bin_b]));
    } else {
      place(event, {event[layout.bin_a], 0}, {event[layout.bin_b], 0});
    }
  }
  std::fill_n(block.delayed.begin() + static_cast<std::ptrdiff_t>(before), next - before, chunk.delayed ? 1 : 0);
  resize(block, next);
  (chunk.delayed ? pending_.counts.delayeds : pending_.counts.prompts) += next - before;
  pending_.counts.out_of_range += chunk.size() - (next - before);
}

void PetsirdSource::warn_once(const std::string& sentence) {
  if (std::find(counts_.warnings.begin(), counts_.warnings.end(), sentence) == counts_.warnings.end()) {
    counts_.warnings.push_back(sentence);
  }
}

void PetsirdSource::accept(const TimeBlockPlan& plan, recon::EventBlock& block) {
  ++counts_.time_blocks;
  switch (plan.kind) {
    case TimeBlockPlan::Kind::events:
      accept_events(block);
      break;
    case TimeBlockPlan::Kind::bed:
    case TimeBlockPlan::Kind::gantry:
      accept_movement(plan.kind == TimeBlockPlan::Kind::gantry, block);
      break;
    case TimeBlockPlan::Kind::dead_time:
      accept_dead_time(block);
      break;
    case TimeBlockPlan::Kind::singles:
      accept_singles(block);
      break;
    case TimeBlockPlan::Kind::unused:
      ++unused_blocks_[plan.tag];
  }
}

void PetsirdSource::accept_events(recon::EventBlock& block) {
  counts_.prompts += pending_.counts.prompts;
  counts_.delayeds += pending_.counts.delayeds;
  counts_.singles += pending_.counts.singles;
  counts_.triples += pending_.counts.triples;
  counts_.quadruples += pending_.counts.quadruples;
  counts_.out_of_range += pending_.counts.out_of_range;
  const recon::TimeBlock time{pending_.interval, pending_.listed_prompts, num_movements_};
  times_.add(time);
  movements_.add(time);
  block.time_blocks.push_back(time);
  block.time_ms.resize(block.size(), time.time.start_ms);
  if (pending_.extra_rows) {
    warn_once(fmt::format(
        "The file lists events for more types of modules than the {} of its scanner; those are left out (some "
        "generators repeat rows).",
        scanner().module_types.size()));
  }
}

void PetsirdSource::accept_dead_time(recon::EventBlock& block) {
  if (!pending_.alive) {
    warn_once(fmt::format("The file states dead time in a way that cannot be used ({}): it is not corrected.",
                          pending_.dead_time_problem));
    return;
  }
  pending_.alive->time = pending_.interval;
  block.alive.push_back(std::move(*pending_.alive));
  ++counts_.dead_time_blocks;
}

void PetsirdSource::accept_singles(recon::EventBlock& block) {
  if (pending_.singles.bin.empty()) {
    ++unused_singles_;
    singles_problem_ = pending_.singles_problem;
    return;
  }
  pending_.singles.time = pending_.interval;
  block.singles.push_back(std::move(pending_.singles));
  ++counts_.singles_blocks;
}

void PetsirdSource::accept_movement(bool of_gantry, recon::EventBlock& block) {
  recon::Movement movement{.start_ms = pending_.interval.start_ms, .of_gantry = of_gantry};
  try {
    movement.pose = common_pose(pending_.transforms);
  } catch (const InputError& error) {
    movement.problem = error.what();
  }
  if (of_gantry) {  // which moves before it is aligned
    movement.pose = then(then(inverse(header_.alignment), movement.pose), header_.alignment);
  }
  ++num_movements_;
  movements_.add(movement);
  block.movements.push_back(movement);
}

}  // namespace coincide::io
