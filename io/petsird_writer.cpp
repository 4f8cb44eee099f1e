#include "io/petsird_writer.h"

#include <fmt/format.h>

#include <cmath>

#include "io/petsird_dead_time.h"
#include "io/petsird_header_writer.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

constexpr float tolerance_mm = 1e-3F;
// Of the union of time blocks in model v0.12.
constexpr std::uint64_t events_case = 0, bed_case = 2, gantry_case = 3, dead_time_case = 4, singles_case = 5;

/// True if the bins between `edges`, seen from the other end of the LOR, are those between `others`.
bool mirror(const std::vector<float>& edges, const std::vector<float>& others) {
  if (edges.size() != others.size()) {
    return false;
  }
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (std::abs(edges[i] + others[others.size() - 1 - i]) > tolerance_mm) {
      return false;
    }
  }
  return true;
}

}  // namespace

PetsirdWriter::PetsirdWriter(const std::filesystem::path& path, const recon::Scanner& scanner,
                             const recon::Efficiencies& efficiencies, bool with_singles)
    : scanner_(scanner), with_singles_(with_singles) {
  scanner.check();
  efficiencies.check(scanner);
  const std::size_t num_types = scanner.module_types.size();
  for (std::size_t a = 0; a < num_types; ++a) {
    for (std::size_t b = 0; b < num_types; ++b) {
      const auto written = petsird_tof_edges(scanner, std::max(a, b), std::min(a, b));
      pairs_.push_back({scanner.tof_range(a, b), mirror(petsird_tof_edges(scanner, a, b), written)});
    }
  }
  prompts_.resize(num_types * (num_types + 1) / 2);
  delayeds_.resize(prompts_.size());

  delayed_policy_at_ = put_petsird_header(scanner, efficiencies, with_singles, header_);
  scanner_.crystal_corners_mm = {};
  output_ = open_petsird_output(path);
  output_->header(header_);
}

void PetsirdWriter::write(recon::TimeInterval interval, const recon::EventBlock& events) {
  if (interval.stop_ms < interval.start_ms) {
    throw InputError(fmt::format("a time block cannot last from {} to {} ms", interval.start_ms, interval.stop_ms));
  }
  for (const recon::AliveFractions& alive : events.alive) {
    write(alive);
  }
  for (std::size_t i = 0; i < events.size(); ++i) {
    add(events, i);
  }
  YardlBytes bytes;
  bytes.varint(events_case);
  bytes.varint(interval.start_ms);
  bytes.varint(interval.stop_ms);
  bytes.varint(0);  // singleEvents
  put_lists(prompts_, bytes);
  put_lists(delayeds_, bytes);
  bytes.varint(0);  // tripleEvents
  bytes.varint(0);  // quadrupleEvents
  output_->time_block(bytes);
  for (std::size_t i = 0; with_singles_ && i < events.singles.size(); ++i) {
    write(events.singles[i]);
  }
}

void PetsirdWriter::write(const recon::Movement& movement) {
  if (!movement.problem.empty()) {
    throw InputError(fmt::format("a movement cannot be written: {}", movement.problem));
  }
  YardlBytes bytes;
  bytes.varint(movement.of_gantry ? gantry_case : bed_case);
  bytes.varint(movement.start_ms);
  bytes.varint(movement.start_ms);
  const std::size_t num_transforms = movement.of_gantry ? scanner_.module_types.size() : 1;
  if (movement.of_gantry) {
    bytes.varint(num_transforms);
  }
  const recon::PoseMap map(movement.pose);
  for (std::size_t i = 0; i < num_transforms; ++i) {
    for (std::size_t row = 0; row < 3; ++row) {
      const auto& [x, y, z] = map.rows()[row];
      for (const double number : {x, y, z, movement.pose.t_mm[row]}) {
        bytes.real(static_cast<float>(number));
      }
    }
  }
  output_->time_block(bytes);
}

void PetsirdWriter::write(const recon::AliveFractions& alive) {
  YardlBytes bytes;
  bytes.varint(dead_time_case);
  bytes.varint(alive.time.start_ms);
  bytes.varint(alive.time.stop_ms);
  put_alive_fractions(alive, scanner_, bytes);
  output_->time_block(bytes);
}

void PetsirdWriter::write(const recon::SinglesCounts& singles) {
  YardlBytes bytes;
  bytes.varint(singles_case);
  bytes.varint(singles.time.start_ms);
  bytes.varint(singles.time.stop_ms);
  bytes.varint(0);  // singlesPerSinglesUnitHistogram
  bytes.varint(singles.bin.size());
  for (std::size_t type = 0; type < singles.bin.size(); ++type) {
    const recon::ModuleType& of = scanner_.module_types.at(type);
    if (singles.bin[type].size() != std::size_t{of.num_crystals()} * of.num_energy_windows()) {
      throw InputError(fmt::format("{} counts of singles, and the scanner has {} crystals of the type with {} windows",
                                   singles.bin[type].size(), of.num_crystals(), of.num_energy_windows()));
    }
    bytes.varint(singles.bin[type].size());
    for (const float counts : singles.bin[type]) {
      bytes.varint(static_cast<std::uint64_t>(std::llround(counts)));
    }
  }
  output_->time_block(bytes);
}

void PetsirdWriter::add(const recon::EventBlock& events, std::size_t index) {
  struct Photon {
    std::uint64_t type;
    std::uint64_t bin;
    bool operator<(const Photon& other) const { return std::pair(type, bin) < std::pair(other.type, other.bin); }
  };
  const auto photon = [&](std::uint32_t crystal, const std::vector<std::uint8_t>& windows) {
    if (crystal >= scanner_.num_crystals()) {
      throw InputError(fmt::format("an event is in crystal {} of {}", crystal, scanner_.num_crystals()));
    }
    const std::uint8_t type = scanner_.crystal_type[crystal];
    const recon::ModuleType& of = scanner_.module_types[type];
    const std::uint32_t window = windows.empty() ? 0 : windows[index];
    if (window >= of.num_energy_windows()) {
      throw InputError(fmt::format("an event is in energy window {} of {}", window, of.num_energy_windows()));
    }
    return Photon{type, std::uint64_t{crystal - of.first_crystal} * of.num_energy_windows() + window};
  };
  Photon first = photon(events.crystal_a[index], events.window_a);
  Photon second = photon(events.crystal_b[index], events.window_b);
  const Pair& pair = pairs_[first.type * scanner_.module_types.size() + second.type];
  std::uint32_t tof = std::uint32_t{events.tof_bin[index]} - pair.tof.first;
  if (tof >= pair.tof.count) {
    throw InputError(fmt::format("an event has TOF bin {}, which the crystals {} and {} do not have",
                                 events.tof_bin[index], events.crystal_a[index], events.crystal_b[index]));
  }
  if (first < second) {
    if (!pair.may_turn) {
      throw InputError(
          "the TOF bins of the scanner are not symmetric, so events cannot be put into the order that PETSIRD wants");
    }
    std::swap(first, second);
    tof = pair.tof.count - 1 - tof;
  }
  const bool delayed = events.delayed[index] != 0;
  has_delayeds_ = has_delayeds_ || delayed;
  List& list = (delayed ? delayeds_ : prompts_)[first.type * (first.type + 1) / 2 + second.type];
  list.bytes.varint(first.bin);
  list.bytes.varint(second.bin);
  list.bytes.varint(tof);
  ++list.events;
}

void PetsirdWriter::put_lists(std::vector<List>& lists, YardlBytes& bytes) const {
  auto list = lists.begin();
  const std::size_t num_types = scanner_.module_types.size();
  bytes.varint(num_types);
  for (std::size_t row = 0; row < num_types; ++row) {
    bytes.varint(row + 1);
    for (std::size_t column = 0; column <= row; ++column, ++list) {
      bytes.varint(list->events);
      bytes.raw(list->bytes.bytes());
      list->events = 0;
      list->bytes.clear();
    }
  }
}

void PetsirdWriter::finish() {
  if (has_delayeds_) {
    YardlBytes policy;
    policy.signed_varint(petsird_policy_reject_higher_multiples);
    header_.replace(delayed_policy_at_, policy);
  }
  output_->finish(header_);
}

}  // namespace coincide::io
