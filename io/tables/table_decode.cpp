// From rows of numbers to events. Functions for every row capture the places of columns by value: through the vectors
// they would be looked up anew for each row, as any byte that is written might have changed them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "io/tables/table_file.h"
#include "recon/block_times.h"
#include "recon/movement_log.h"
#include "recon/units.h"

namespace coincide::io {
namespace {

/// Whether sources are taken: true, scattered, random.
std::array<bool, 3> sources_taken(Sources only) {
  return {true, only == Sources::all || only == Sources::trues_and_scattered,
          only == Sources::all || only == Sources::trues_and_randoms};
}

}  // namespace

recon::Vec3 TableSource::point(std::size_t row, Meaning x) const {
  recon::Vec3 point{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto [index, sign] = columns_->place(static_cast<Meaning>(static_cast<std::size_t>(x) + axis));
    point[axis] = static_cast<float>(sign * values_[index][row]);
  }
  return point;
}

/// Adds the rows in values_.
void TableSource::decode(recon::EventBlock& block) {
  const std::size_t rows = values_.front().size();
  block.resize(rows);
  keep_.assign(rows, 1);
  if (columns_->has_points()) {
    decode_points(block);
  } else {
    decode_crystals(block);
  }
  decode_tof(block);
  decode_windows(block);
  decode_times(block);
  decode_kinds(block);
  counts_.out_of_range += static_cast<std::uint64_t>(std::ranges::count(keep_, 0));
  leave_out_sources();
  drop(block);
  const auto delayeds = static_cast<std::uint64_t>(std::ranges::count(block.delayed, 1));
  counts_.delayeds += delayeds;
  counts_.prompts += block.size() - delayeds;
}

void TableSource::decode_points(recon::EventBlock& block) {
  const auto decode_end = [&](Meaning x, std::vector<std::uint32_t>& crystals) {
    for (std::size_t row = 0; row < crystals.size(); ++row) {
      const CrystalFinder::Found found = finder_->find(point(row, x), farthest_mm_);
      const bool fits = found.distance_mm <= farthest_mm_;
      crystals[row] = found.crystal;
      keep_[row] = fits ? keep_[row] : 0;
      ++distances_.ends;
      distances_.too_far += fits ? 0 : 1;
      distances_.sum_mm += static_cast<double>(found.distance_mm);
      distances_.largest_mm = std::max(distances_.largest_mm, found.distance_mm);
    }
  };
  decode_end(Meaning::x1_mm, block.crystal_a);
  decode_end(Meaning::x2_mm, block.crystal_b);
}

void TableSource::decode_crystals(recon::EventBlock& block) {
  const auto crystals = static_cast<double>(scanner().num_crystals());
  const auto decode_end = [&](Meaning meaning, std::vector<std::uint32_t>& column) {
    for_each(meaning, [crystals, to = column.data(), keep = keep_.data()](std::size_t row, double value) {
      const bool known = value >= 0 && value < crystals;  // not so for NaN
      to[row] = known ? static_cast<std::uint32_t>(value) : 0;
      keep[row] = known ? keep[row] : 0;
    });
  };
  decode_end(Meaning::crystal1, block.crystal_a);
  decode_end(Meaning::crystal2, block.crystal_b);
}

void TableSource::decode_tof(recon::EventBlock& block) {
  const auto bins = static_cast<double>(scanner().tof_bins.size());
  const auto take = [bins, to = block.tof_bin.data(), keep = keep_.data()](std::size_t row, double bin) {
    const bool known = bin >= 0 && bin < bins;
    to[row] = known ? static_cast<std::uint16_t>(bin) : 0;
    keep[row] = known ? keep[row] : 0;
  };
  for_each(Meaning::tof_bin, take);
  const double per_bin = columns_->has(Meaning::tof_ps) ? recon::mm_per_ps : 1;
  const double scale = per_bin / static_cast<double>(scanner().tof_bins.front().width_mm);
  const double middle = std::floor(bins / 2);
  for (const Meaning tof : {Meaning::tof_ps, Meaning::tof_mm}) {
    for_each(tof, [&](std::size_t row, double value) { take(row, std::floor(value * scale + middle + 0.5)); });
  }
  if (scanner().module_types.size() > 1 && columns_->has(Meaning::tof_bin)) {
    for (std::size_t row = 0; row < block.size(); ++row) {
      const auto& range = scanner().tof_range(scanner().crystal_type[block.crystal_a[row]],
                                              scanner().crystal_type[block.crystal_b[row]]);
      keep_[row] = block.tof_bin[row] - range.first < range.count ? keep_[row] : 0;
    }
  }
}

/// Of a scanner with several windows; none means the first.
void TableSource::decode_windows(recon::EventBlock& block) {
  const bool several = std::ranges::any_of(scanner().module_types,
                                           [](const recon::ModuleType& type) { return type.num_energy_windows() > 1; });
  if (!several) {
    return;
  }
  const auto decode_end = [&](Meaning meaning, const std::vector<std::uint32_t>& crystals,
                              std::vector<std::uint8_t>& to) {
    to.resize(block.size());
    for_each(meaning, [&](std::size_t row, double value) {
      const auto& type = scanner().module_types[scanner().crystal_type[crystals[row]]];
      const bool known = value >= 0 && value < type.num_energy_windows();
      to[row] = known ? static_cast<std::uint8_t>(value) : 0;
      keep_[row] = known ? keep_[row] : 0;
    });
  };
  decode_end(Meaning::window1, block.crystal_a, block.window_a);
  decode_end(Meaning::window2, block.crystal_b, block.window_b);
}

void TableSource::decode_times(recon::EventBlock& block) {
  const auto take = [&](std::size_t row, double time_s) {
    keep_[row] = std::isfinite(time_s) ? keep_[row] : 0;
    block.time_ms[row] = clock_.start_of(std::isfinite(time_s) ? time_s : 0);
  };
  if (has_states_) {  // the starts of their time blocks
    for_each(Meaning::time_ms, [to = block.time_ms.data(), keep = keep_.data()](std::size_t row, double value) {
      const bool known = value >= 0 && value <= std::numeric_limits<std::uint32_t>::max();
      to[row] = known ? static_cast<std::uint32_t>(value) : 0;
      keep[row] = known ? keep[row] : 0;
    });
    return;
  }
  for_each(Meaning::time_s, take);
  for_each(Meaning::time_ms, [&](std::size_t row, double value) { take(row, value / recon::ms_per_s); });
  if (!columns_->has(Meaning::time_s) && !columns_->has(Meaning::time_ms)) {
    std::ranges::fill(block.time_ms, clock_.start_of(0));
  }
}

void TableSource::decode_kinds(recon::EventBlock& block) {
  for_each(Meaning::kind, [delayed = block.delayed.data(), keep = keep_.data()](std::size_t row, double value) {
    delayed[row] = value == 1 ? 1 : 0;
    keep[row] = value == 0 || value == 1 ? keep[row] : 0;
  });
}

void TableSource::leave_out_sources() {
  if (options_.only == Sources::all) {
    return;
  }
  const std::array<bool, 3> taken = sources_taken(options_.only);
  for_each(Meaning::source, [&](std::size_t row, double value) {
    const bool take = (value == 0 && taken[0]) || (value == 1 && taken[1]) || (value == 2 && taken[2]);
    other_sources_ += keep_[row] != 0 && !take ? 1 : 0;
    keep_[row] = take ? keep_[row] : 0;
  });
}

/// The rows that are not kept.
void TableSource::drop(recon::EventBlock& block) {
  if (std::ranges::find(keep_, 0) == keep_.end()) {
    return;
  }
  const auto close_up = [this](auto& column) {
    if (!column.empty()) {
      std::size_t next = 0;
      for (std::size_t row = 0; row < keep_.size(); ++row) {
        column[next] = column[row];
        next += keep_[row];
      }
      column.resize(next);
    }
  };
  close_up(block.crystal_a);
  close_up(block.crystal_b);
  close_up(block.tof_bin);
  close_up(block.time_ms);
  close_up(block.delayed);
  close_up(block.window_a);
  close_up(block.window_b);
}

/// When all has been read, with the time blocks and movements.
void TableSource::sum_up(const recon::EventBlock& states) {
  recon::BlockTimes times;
  recon::MovementLog movements;
  for (const recon::Movement& movement : states.movements) {
    movements.add(movement);
  }
  for (const recon::TimeBlock& time : states.time_blocks) {
    times.add(time);
    movements.add(time);
  }
  counts_.time_blocks = states.time_blocks.size();
  counts_.dead_time_blocks = states.alive.size();
  counts_.first_ms = times.first_ms();
  counts_.last_ms = times.last_ms();
  counts_.duration_s = times.recorded().total_s();
  counts_.no_duration = times.no_duration();
  counts_.time_warnings = times.warnings();
  counts_.moves = movements.first_change_ms().has_value();
  counts_.starts_elsewhere = movements.starts_elsewhere();
  if (columns_->has_points()) {
    counts_.warnings.push_back(
        fmt::format("LORs end in the middles of crystals, which are {} from the ends in the "
                    "table.",
                    distances_.words()));
  }
  if (options_.only != Sources::all) {
    counts_.warnings.push_back(fmt::format("For study: of simulated events, {} are used, and {} others are left out.",
                                           words_of(options_.only), other_sources_));
  }
}

}  // namespace coincide::io
