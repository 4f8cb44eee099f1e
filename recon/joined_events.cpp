#include "recon/joined_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "projectors/error.h"

namespace coincide::recon {
namespace {

constexpr std::uint32_t latest_ms = std::numeric_limits<std::uint32_t>::max();

bool same(const EventTerms& a, const EventTerms& b) {
  return a.normalization == b.normalization && a.attenuation == b.attenuation && a.scatter == b.scatter &&
         a.randoms == b.randoms;
}

bool same(const Efficiencies& a, const Efficiencies& b) {
  return a.acceptance.most_cosine == b.acceptance.most_cosine &&
         a.acceptance.most_axial_mm == b.acceptance.most_axial_mm && a.calibration_factor == b.calibration_factor &&
         a.calibration_stated == b.calibration_stated && a.bin == b.bin &&
         std::ranges::equal(a.pairs, b.pairs, [](const auto& one, const auto& other) {
           return one.group == other.group && one.values == other.values;
         });
}

bool same(const Scanner& a, const Scanner& b) {
  const auto same_bin = [](const TofBin& one, const TofBin& other) {
    return one.centre_mm == other.centre_mm && one.width_mm == other.width_mm && one.sigma_mm == other.sigma_mm;
  };
  return a.crystal_centre_mm == b.crystal_centre_mm && a.crystal_module == b.crystal_module &&
         a.crystal_type == b.crystal_type && std::ranges::equal(a.tof_bins, b.tof_bins, same_bin);
}

/// A stop that says nothing stays so.
std::uint32_t later(std::uint32_t time_ms, std::uint32_t by_ms) {
  if (time_ms == latest_ms) {
    return time_ms;
  }
  if (time_ms >= latest_ms - by_ms) {
    throw InputError(fmt::format("a time of {} s, {} s after the first scan began, is beyond the 49 days that can be",
                                 1e-3 * time_ms, 1e-3 * by_ms));
  }
  return time_ms + by_ms;
}

TimeInterval later(const TimeInterval& time, std::uint32_t by_ms) {
  return {later(time.start_ms, by_ms), later(time.stop_ms, by_ms)};
}

void add_numbers(const EventCounts& of_scan, EventCounts& all) {
  all.prompts += of_scan.prompts;
  all.delayeds += of_scan.delayeds;
  all.singles += of_scan.singles;
  all.triples += of_scan.triples;
  all.quadruples += of_scan.quadruples;
  all.out_of_range += of_scan.out_of_range;
  all.time_blocks += of_scan.time_blocks;
  all.dead_time_blocks += of_scan.dead_time_blocks;
  all.singles_blocks += of_scan.singles_blocks;
}

void add_new(const std::vector<std::string>& sentences, std::vector<std::string>& all) {
  for (const std::string& sentence : sentences) {
    if (std::ranges::find(all, sentence) == all.end()) {
      all.push_back(sentence);
    }
  }
}

}  // namespace

JoinedEvents::JoinedEvents(std::vector<Scan> scans) : scans_(std::move(scans)) {
  if (scans_.empty()) {
    throw InputError("there are no scans to join");
  }
  for (const Scan& scan : scans_) {
    if (!same(scan.source->scanner(), scanner()) || !same(scan.source->efficiencies(), efficiencies()) ||
        !same(scan.source->event_terms(), event_terms())) {
      throw InputError(
          fmt::format("{} and {} were measured with different scanners, TOF bins or efficiencies: only scans of one "
                      "scanner, calibrated alike, can be reconstructed together",
                      scans_.front().name, scan.name));
    }
  }
}

std::string JoinedEvents::format() const {
  return fmt::format("{} scans on one clock, the first: {}", scans_.size(), scans_.front().source->format());
}

double JoinedEvents::fraction_read() const {
  const double of_current = current_ < scans_.size() ? scans_[current_].source->fraction_read() : 0;
  return (static_cast<double>(current_) + of_current) / static_cast<double>(scans_.size());
}

void JoinedEvents::rewind() {
  std::ranges::for_each(scans_, [](Scan& scan) { scan.source->rewind(); });
  current_ = 0;
  begins_ = true;
  num_movements_ = movements_before_ = 0;
  times_ = {};
  movements_ = {};
  counts_ = {};
}

bool JoinedEvents::next(EventBlock& block, bool (EventSource::*take)(EventBlock&)) {
  for (; current_ < scans_.size(); ++current_, begins_ = true) {
    if ((*scans_[current_].source.*take)(block)) {
      put_on_clock(block);
      sum_up();
      return true;
    }
    movements_before_ = num_movements_;
  }
  block.clear();
  sum_up();
  return false;
}

void JoinedEvents::put_on_clock(EventBlock& block) {
  const std::uint32_t by_ms = scans_[current_].start_ms;
  std::ranges::for_each(block.time_ms, [by_ms](std::uint32_t& time_ms) { time_ms = later(time_ms, by_ms); });
  std::ranges::for_each(block.movements, [by_ms](Movement& one) { one.start_ms = later(one.start_ms, by_ms); });
  std::ranges::for_each(block.alive, [by_ms](AliveFractions& one) { one.time = later(one.time, by_ms); });
  std::ranges::for_each(block.singles, [by_ms](SinglesCounts& one) { one.time = later(one.time, by_ms); });
  if (begins_ && num_movements_ > 0) {
    stand_at_reference(block);
  }
  begins_ = false;
  for (TimeBlock& one : block.time_blocks) {
    one.time = later(one.time, by_ms);
    one.movements_before += movements_before_;
    times_.add(one);
    movements_.add(one);
  }
  for (const Movement& movement : block.movements) {
    movements_.add(movement);
  }
  num_movements_ += static_cast<std::uint32_t>(block.movements.size());
}

/// At the begin of a scan, whatever the one before has left.
void JoinedEvents::stand_at_reference(EventBlock& block) {
  const std::uint32_t start_ms = scans_[current_].start_ms;
  const Movement bed{.start_ms = start_ms, .of_gantry = false}, gantry{.start_ms = start_ms, .of_gantry = true};
  block.movements.insert(block.movements.begin(), {bed, gantry});
  movements_before_ += 2;
}

void JoinedEvents::sum_up() {
  counts_ = {};
  for (std::size_t i = 0; i < std::min(current_ + 1, scans_.size()); ++i) {
    const EventCounts& of_scan = scans_[i].source->counts();
    add_numbers(of_scan, counts_);
    add_new(of_scan.warnings, counts_.warnings);
    add_new(of_scan.not_used, counts_.not_used);
    counts_.truncated += of_scan.truncated;
  }
  counts_.first_ms = times_.first_ms();
  counts_.last_ms = times_.last_ms();
  counts_.duration_s = times_.recorded().total_s();
  counts_.no_duration = times_.no_duration();
  counts_.time_warnings = times_.warnings();
  counts_.moves = current_ == scans_.size() && movements_.first_change_ms().has_value();
  counts_.starts_elsewhere = current_ == scans_.size() && movements_.starts_elsewhere();
}

}  // namespace coincide::recon
