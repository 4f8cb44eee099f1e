#include "io/castor/castor_listmode.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "io/castor/castor_normalization.h"
#include "io/castor/castor_pairs.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

constexpr std::uint64_t events_per_read = 100'000;
constexpr std::uint32_t shortest_block_ms = 10;
constexpr std::uint32_t most_blocks = 1'000'000;

CastorData listmode_data(const std::filesystem::path& header, bool allow_truncated, std::string& truncated) {
  CastorData data = read_castor_data(header, allow_truncated, truncated);
  if (data.mode == CastorData::Mode::histogram) {
    throw FileError(fmt::format("{} is a histogram, and holds no single events.", header.string()));
  }
  if (data.mode == CastorData::Mode::normalization) {
    throw FileError(fmt::format(
        "{} is a normalization file: it lists LORs and holds no events. Set input.data to the listmode file, and "
        "corrections.normalization to this one.",
        header.string()));
  }
  return data;
}

std::uint32_t milliseconds(double seconds) { return static_cast<std::uint32_t>(std::llround(1e3 * seconds)); }

/// One number of each record, as a column.
template <class T, class Column, class Convert>
void read_column(const char* bytes, int record_bytes, std::vector<Column>& column, Convert convert) {
  for (std::size_t i = 0; i < column.size(); ++i) {
    column[i] = convert(number_at<T>(bytes + i * static_cast<std::size_t>(record_bytes)));
  }
}

template <class Column>
void keep(const std::vector<std::uint8_t>& kept, std::vector<Column>& column) {
  if (column.empty()) {
    return;
  }
  std::size_t end = 0;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    column[end] = column[i];
    end += kept[i];
  }
  column.resize(end);
}

}  // namespace

CastorSource::CastorSource(const std::filesystem::path& header, const ListmodeOptions& options)
    : data_(listmode_data(header, options.allow_truncated, truncated_)), records_(data_) {
  open_scanner(options);
  check_crystals(data_, scanner_.num_crystals());
  if (data_.has_tof) {
    tof_.emplace(data_);
    set_tof_bins(scanner_, tof_->bins());
  }
  state_efficiencies(options);
  try {
    scanner_.check();
    efficiencies_.check(scanner_);
  } catch (const InputError& error) {
    throw FileError(fmt::format("{}: {}.", header.string(), error.what()));
  }
  start_ms_ = milliseconds(data_.start_s);
  stop_ms_ = milliseconds(data_.start_s + data_.duration_s);
  const std::uint32_t in_steps = (stop_ms_ - start_ms_) / most_blocks / shortest_block_ms + 1;
  step_ms_ = in_steps * shortest_block_ms;
  begin();
}

void CastorSource::open_scanner(const ListmodeOptions& options) {
  CastorScanner read = read_castor_scanner(find_castor_scanner(data_.header, data_.scanner_name, options.scanner));
  scanner_ = std::move(read.scanner);
  warnings_ = std::move(read.warnings);
  other_files_ = std::move(read.files);
  other_files_.insert(other_files_.begin(), data_.data);
  efficiencies_.acceptance = acceptance_of(read.min_angle_deg, data_.most_axial_mm);
}

void CastorSource::state_efficiencies(const ListmodeOptions& options) {
  constexpr double mm3_per_ml = 1000;
  efficiencies_.calibration_stated = data_.calibration != 1;
  if (efficiencies_.calibration_stated) {  // of images that are counts per mm of LOR and second, to Bq/mL
    efficiencies_.calibration_factor = mm3_per_ml / data_.calibration;
  }
  bool has_normalization = data_.record.normalization >= 0;
  if (!options.normalization.empty()) {
    CastorNormalization read = read_castor_normalization(options.normalization, scanner_.num_crystals());
    has_normalization = has_normalization || read.has_normalization;
    if (read.scanner_name != data_.scanner_name) {
      warnings_.push_back(fmt::format("The normalization file is of the scanner \"{}\", the data of \"{}\".",
                                      read.scanner_name, data_.scanner_name));
    }
    other_files_.insert(other_files_.end(), {options.normalization, read.data});
    efficiencies_.lors = std::move(read.lors);
  }
  efficiencies_.include_solid_angle = has_normalization || efficiencies_.calibration_stated;
  efficiencies_.method = has_normalization ? "normalization factors of CASToR" : "";
}

recon::EventTerms CastorSource::event_terms() const {
  const CastorRecord& record = data_.record;
  return {.normalization = record.normalization >= 0,
          .attenuation = record.attenuation >= 0,
          .scatter = record.scatter >= 0,
          .randoms = record.randoms >= 0};
}

std::string CastorSource::format() const { return "CASToR listmode"; }

double CastorSource::fraction_read() const {
  return data_.num_records == 0 ? 1 : static_cast<double>(records_.num_read()) / static_cast<double>(data_.num_records);
}

void CastorSource::begin() {
  counts_ = {};
  counts_.warnings = warnings_;
  counts_.truncated = truncated_;
  times_ = {};
  next_block_ms_ = start_ms_;
  block_prompts_ = 0;
  outside_ = 0;
  ended_ = false;
  list_not_used();
}

void CastorSource::rewind() {
  records_.rewind();
  begin();
}

void CastorSource::list_not_used() {
  if (data_.num_depth_fields > 0) {
    counts_.not_used.emplace_back("places of interaction of single events (LORs end at the mean depth)");
  }
  if (data_.bed_mm != 0) {
    counts_.not_used.push_back(fmt::format("the bed's position of {} mm", data_.bed_mm));
  }
  if (data_.isotope != "unknown" && !data_.isotope.empty()) {
    counts_.not_used.push_back(fmt::format(
        "the isotope {} (decay: quantification.half_life_s and quantification.branching_ratio)", data_.isotope));
  }
}

bool CastorSource::read(recon::EventBlock& block) {
  if (ended_) {
    block.clear();
    return false;
  }
  add_events(records_.read(events_per_read), block);
  add_time_blocks(block);
  leave_out_of_range(block);
  counts_.prompts += block.size();
  end_piece(block);
  return true;
}

bool CastorSource::pass_over(recon::EventBlock& block) {
  block.clear();
  if (ended_) {
    return false;
  }
  add_times(records_.read(events_per_read), block);
  counts_.prompts += block.time_ms.size();
  add_time_blocks(block);
  block.clear_events();
  end_piece(block);
  return true;
}

/// What was read up to here.
void CastorSource::end_piece(recon::EventBlock& block) {
  ended_ = records_.num_read() == data_.num_records;
  if (ended_) {
    add_blocks_until(stop_ms_, block);
  }
  counts_.time_blocks += block.time_blocks.size();
  counts_.first_ms = times_.first_ms();
  counts_.last_ms = times_.last_ms();
  counts_.duration_s = times_.recorded().total_s();
  counts_.no_duration = times_.no_duration();
  counts_.time_warnings = times_.warnings();
  if (outside_ > 0) {
    counts_.time_warnings.push_back(fmt::format(
        "{} events have times outside of the {} s from {} s on that the header states: they count as at its ends.",
        outside_, data_.duration_s, data_.start_s));
  }
}

/// Columns that are written over keep what they hold: filling them with zeros first takes as long as reading them.
void CastorSource::make_room(std::size_t count, recon::EventBlock& block) const {
  const CastorRecord& record = data_.record;
  const auto of_field = [count](bool has) { return has ? count : 0; };
  block.crystal_a.resize(count);
  block.crystal_b.resize(count);
  block.tof_bin.resize(count);
  if (!tof_) {
    std::ranges::fill(block.tof_bin, std::uint16_t{0});
  }
  block.delayed.assign(count, 0);
  block.window_a.clear();
  block.window_b.clear();
  block.factor.resize(of_field(record.normalization >= 0 || record.attenuation >= 0));
  block.attenuation.resize(of_field(record.attenuation >= 0));
  block.additive_per_s.resize(of_field(record.scatter >= 0 || record.randoms >= 0));
  block.scatter_per_s.resize(of_field(record.scatter >= 0));
  block.origin.resize(of_field(record.kind >= 0));
  block.time_blocks.clear();
  block.movements.clear();
  block.alive.clear();
}

void CastorSource::add_events(std::span<const char> bytes, recon::EventBlock& block) {
  make_room(bytes.size() / static_cast<std::size_t>(data_.record.bytes), block);
  add_times(bytes, block);
  add_crystals(bytes.data(), block);
  add_factors(bytes.data(), block);
  add_rates(bytes.data(), block);
  if (data_.record.kind >= 0) {
    read_column<std::uint8_t>(
        bytes.data() + data_.record.kind, data_.record.bytes, block.origin, [](std::uint8_t kind) {
          constexpr auto last = static_cast<std::uint8_t>(recon::EventOrigin::scattered_in_detector);
          return static_cast<recon::EventOrigin>(kind <= last ? kind : 0);
        });
  }
}

void CastorSource::add_times(std::span<const char> bytes, recon::EventBlock& block) const {
  block.time_ms.resize(bytes.size() / static_cast<std::size_t>(data_.record.bytes));
  read_column<std::uint32_t>(bytes.data(), data_.record.bytes, block.time_ms, [](std::uint32_t ms) { return ms; });
}

void CastorSource::add_crystals(const char* bytes, recon::EventBlock& block) {
  const CastorRecord& record = data_.record;
  const auto same = [](std::uint32_t number) { return number; };
  read_column<std::uint32_t>(bytes + record.lines, record.bytes, block.crystal_a, same);
  read_column<std::uint32_t>(bytes + record.lines + sizeof(std::uint32_t), record.bytes, block.crystal_b, same);
  if (tof_) {
    const CastorTofBins tof = *tof_;  // a copy, which the loop need not read again
    read_column<float>(bytes + record.tof, record.bytes, block.tof_bin,
                       [&tof](float ps) { return static_cast<std::uint16_t>(tof.bin_of(ps)); });
  }
}

void CastorSource::add_factors(const char* bytes, recon::EventBlock& block) const {
  const CastorRecord& record = data_.record;
  for (std::size_t i = 0; i < block.factor.size(); ++i) {
    block.factor[i] = factor_of(record, bytes + i * static_cast<std::size_t>(record.bytes));
  }
  if (record.attenuation >= 0) {
    read_column<float>(bytes + record.attenuation, record.bytes, block.attenuation, reciprocal);
  }
}

/// Those of events with TOF become rates of their bins: scatter is stated per mm, randoms for the whole LOR.
void CastorSource::add_rates(const char* bytes, recon::EventBlock& block) const {
  const CastorRecord& record = data_.record;
  if (record.scatter < 0 && record.randoms < 0) {
    return;
  }
  const float scatter_share = tof_ ? static_cast<float>(tof_->width_mm()) : 1;
  const float randoms_share = tof_ ? static_cast<float>(tof_->width_mm() / tof_->range_mm()) : 1;
  std::ranges::fill(block.additive_per_s, 0.0F);
  if (record.scatter >= 0) {
    read_column<float>(bytes + record.scatter, record.bytes, block.scatter_per_s,
                       [=](float rate) { return rate * scatter_share; });
    block.additive_per_s = block.scatter_per_s;
  }
  bool possible = true;
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (record.randoms >= 0) {
      block.additive_per_s[i] +=
          randoms_share * number_at<float>(bytes + i * static_cast<std::size_t>(record.bytes) + record.randoms);
    }
    possible = possible && block.additive_per_s[i] >= 0 && block.additive_per_s[i] <= std::numeric_limits<float>::max();
  }
  if (!possible) {
    throw FileError(
        fmt::format("{} holds a scatter or random rate that is negative or not finite, in the events {} to "
                    "{}.",
                    data_.data.string(), records_.num_read() - block.size(), records_.num_read()));
  }
}

void CastorSource::leave_out_of_range(recon::EventBlock& block) {
  const auto crystals = static_cast<std::uint32_t>(scanner_.num_crystals());
  const std::uint32_t bins = tof_ ? tof_->num_bins() : 1;
  std::uint32_t highest = 0;
  std::uint32_t highest_bin = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    highest = std::max({highest, block.crystal_a[i], block.crystal_b[i]});
    highest_bin = std::max<std::uint32_t>(highest_bin, block.tof_bin[i]);
  }
  if (highest < crystals && highest_bin < bins) {
    return;
  }
  std::vector<std::uint8_t> kept(block.size());
  for (std::size_t i = 0; i < block.size(); ++i) {
    kept[i] = block.crystal_a[i] < crystals && block.crystal_b[i] < crystals && block.tof_bin[i] < bins ? 1 : 0;
  }
  const std::size_t before = block.size();
  keep(kept, block.crystal_a);
  keep(kept, block.crystal_b);
  keep(kept, block.tof_bin);
  keep(kept, block.time_ms);
  keep(kept, block.delayed);
  keep(kept, block.factor);
  keep(kept, block.attenuation);
  keep(kept, block.additive_per_s);
  keep(kept, block.scatter_per_s);
  keep(kept, block.origin);
  counts_.out_of_range += before - block.size();
}

std::uint32_t CastorSource::block_of(std::uint32_t time_ms) const {
  return start_ms_ + (time_ms - start_ms_) / step_ms_ * step_ms_;
}

/// Lists the time blocks that end before the last event of `block`, and gives events the times of theirs.
void CastorSource::add_time_blocks(recon::EventBlock& block) {
  const bool has_length = stop_ms_ > start_ms_;
  const std::uint32_t last_ms = has_length ? stop_ms_ - 1 : std::numeric_limits<std::uint32_t>::max();
  for (std::size_t i = 0, end = 0; i < block.time_ms.size(); i = end) {  // events of the same ms at a time
    const std::uint32_t stated_ms = block.time_ms[i];
    const std::uint32_t time_ms = std::clamp(stated_ms, start_ms_, last_ms);
    if (time_ms >= next_block_ms_ + (has_length ? step_ms_ : 1)) {
      add_blocks_until(block_of(time_ms), block);
    }
    for (const std::uint32_t start_ms = block_of(time_ms);
         end < block.time_ms.size() && block.time_ms[end] == stated_ms; ++end) {
      block.time_ms[end] = start_ms;
    }
    outside_ += time_ms != stated_ms && stated_ms != last_ms + 1 ? end - i : 0;
    block_prompts_ += end - i;
  }
}

/// Without a duration, blocks are where events are, and have no length.
void CastorSource::add_blocks_until(std::uint32_t time_ms, recon::EventBlock& block) {
  const bool has_length = stop_ms_ > start_ms_;
  do {
    const std::uint32_t stop_ms = has_length ? std::min(next_block_ms_ + step_ms_, stop_ms_) : next_block_ms_;
    const recon::TimeBlock one{{next_block_ms_, stop_ms}, std::exchange(block_prompts_, 0), 0};
    times_.add(one);
    block.time_blocks.push_back(one);
    next_block_ms_ = has_length ? stop_ms : std::max(time_ms, next_block_ms_ + step_ms_);
  } while (next_block_ms_ < time_ms);
}

}  // namespace coincide::io
