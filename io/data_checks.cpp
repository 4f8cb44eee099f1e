#include "io/data_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <utility>

#include "io/crystal_checks.h"
#include "io/tof_places.h"

namespace coincide::io {
namespace {

using recon::EventBlock;
using recon::Scanner;

double percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

/// Draws events evenly from a stream of unknown length: algorithm L of Li, ACM TOMS 20 (1994) 481, which computes how
/// many events to pass over instead of drawing a number for each.
class EventSampler {
 public:
  void add(const EventBlock& block, std::size_t i) {
    if (sample_.size() < most_sampled) {
      sample_.crystal_a.push_back(block.crystal_a[i]);
      sample_.crystal_b.push_back(block.crystal_b[i]);
      sample_.tof_bin.push_back(block.tof_bin[i]);
      sample_.time_ms.push_back(block.time_ms[i]);
      next_ = sample_.size() == most_sampled ? seen_ + step() : next_;
    } else if (seen_ == next_) {
      const std::size_t place = std::uniform_int_distribution<std::size_t>(0, most_sampled - 1)(random_);
      sample_.crystal_a[place] = block.crystal_a[i];
      sample_.crystal_b[place] = block.crystal_b[i];
      sample_.tof_bin[place] = block.tof_bin[i];
      sample_.time_ms[place] = block.time_ms[i];
      next_ = seen_ + step();
    }
    ++seen_;
  }

  EventBlock take() { return std::move(sample_); }

 private:
  /// From one event that is taken to the next.
  std::uint64_t step() {
    std::uniform_real_distribution<double> part(std::numeric_limits<double>::min(), 1);
    largest_ *= std::pow(part(random_), 1.0 / most_sampled);
    return 1 + static_cast<std::uint64_t>(std::log(part(random_)) / std::log1p(-largest_));
  }

  EventBlock sample_;
  std::mt19937_64 random_{1};
  double largest_ = 1;  ///< of the random keys that the events in the sample would have
  std::uint64_t seen_ = 0;
  std::uint64_t next_ = 0;
};

class Pass {
 public:
  explicit Pass(recon::EventSource& source)
      : source_(source), has_tof_(source.scanner().has_tof()), places_(source.scanner()) {
    summary_.prompts_per_crystal.assign(source.scanner().num_crystals(), 0);
    summary_.prompts_per_tof_bin.assign(has_tof_ ? source.scanner().tof_bins.size() : 0, 0);
  }

  void add(const EventBlock& block) {
    if (first_ms_ < 0 && block.size() > 0) {
      first_ms_ = block.time_ms[0];
    }
    for (std::size_t i = 0; i < block.size(); ++i) {
      backwards_ += block.time_ms[i] < last_ms_ ? 1 : 0;
      last_ms_ = block.time_ms[i];
      const std::size_t second = second_of(block.time_ms[i]);
      if (block.delayed[i] == 0) {
        ++summary_.prompts_per_second[second];
        add_prompt(block, i);
      } else {
        ++summary_.delayeds_per_second[second];
      }
    }
  }

  DataSummary finish(bool complete) {
    summary_.complete = complete;
    summary_.first_event_ms = static_cast<std::uint32_t>(std::max<std::int64_t>(0, first_ms_));
    summary_.counts = source_.counts();
    summary_.sample = sampler_.take();
    const Scanner& scanner = source_.scanner();
    const std::vector<std::uint8_t> known_dead = crystals_known_dead(scanner, source_.efficiencies());
    summary_.checks = {ids(),
                       pairs(),
                       check_crystals(summary_.prompts_per_crystal, known_dead),
                       check_modules(scanner, summary_.prompts_per_crystal, known_dead),
                       time_order(),
                       delayeds()};
    if (has_tof_) {
      summary_.checks.push_back(places_.range());
      summary_.checks.push_back(places_.sign());
    }
    return std::move(summary_);
  }

 private:
  /// Index into the counts per second, which grow as needed.
  std::size_t second_of(std::uint32_t time_ms) {
    const std::size_t second = (time_ms - std::min<std::uint32_t>(time_ms, first_ms_)) / 1000;
    if (second >= summary_.prompts_per_second.size()) {
      summary_.prompts_per_second.resize(second + 1, 0);
      summary_.delayeds_per_second.resize(second + 1, 0);
    }
    return second;
  }

  void add_prompt(const EventBlock& block, std::size_t i) {
    const std::uint32_t a = block.crystal_a[i];
    const std::uint32_t b = block.crystal_b[i];
    const Scanner& scanner = source_.scanner();
    ++prompts_;
    ++summary_.prompts_per_crystal[a];
    ++summary_.prompts_per_crystal[b];
    impossible_ += source_.efficiencies().in_coincidence(scanner, a, b) ? 0 : 1;
    sampler_.add(block, i);
    if (has_tof_) {
      ++summary_.prompts_per_tof_bin[block.tof_bin[i]];
      places_.add(a, b, scanner.tof_bins[block.tof_bin[i]].centre_mm);
    }
  }

  DataCheck ids() const {
    const std::uint64_t out = summary_.counts.out_of_range;
    const std::uint64_t all = summary_.counts.prompts + summary_.counts.delayeds + out;
    if (out == 0) {
      return {"Ids", Verdict::good, "all detection and TOF bins are ones that the scanner has", ""};
    }
    return {"Ids", percent(out, all) > 1 ? Verdict::bad : Verdict::notice,
            fmt::format("{} events ({:.2g} %) name a detection or TOF bin that the scanner does not have; they are "
                        "left out",
                        out, percent(out, all)),
            "Check that the header describes the scanner that took the data; if not, convert the raw data again."};
  }

  DataCheck pairs() const {
    if (impossible_ == 0) {
      return {"Pairs", Verdict::good, "all prompts are between modules that can be in coincidence", ""};
    }
    return {"Pairs", percent(impossible_, prompts_) > 1 ? Verdict::bad : Verdict::notice,
            fmt::format("{} prompts ({:.2g} %) are between modules that, the file says, are not in coincidence",
                        impossible_, percent(impossible_, prompts_)),
            "Check the file's table of module pairs; the image leaves these prompts out."};
  }

  DataCheck time_order() const {
    if (backwards_ == 0) {
      return {"Time", Verdict::good, "runs forward", ""};
    }
    return {"Time", Verdict::bad, fmt::format("runs backwards {} times", backwards_),
            "Sort the events by time when converting them; without, frames (input.start_s, input.stop_s) are wrong."};
  }

  DataCheck delayeds() const {
    const recon::EventCounts& counts = summary_.counts;
    if (counts.delayeds == 0) {
      return {
          "Delayeds", Verdict::notice, "there are none: random coincidences cannot be estimated from this file",
          "Convert the delayed window too if the scanner records one; else randoms stay in the image as a background."};
    }
    const bool too_many = counts.delayeds > counts.prompts;
    return {"Delayeds", too_many ? Verdict::bad : Verdict::good,
            fmt::format("{:.1f} % of the prompts", percent(counts.delayeds, counts.prompts)),
            too_many ? "Check that prompts and delayeds were not exchanged when the file was written." : ""};
  }

  recon::EventSource& source_;
  bool has_tof_;
  TofPlaces places_;
  EventSampler sampler_;
  DataSummary summary_;
  std::int64_t first_ms_ = -1;
  std::uint32_t last_ms_ = 0;
  std::uint64_t backwards_ = 0;
  std::uint64_t prompts_ = 0;
  std::uint64_t impossible_ = 0;
};

}  // namespace

DataSummary check_data(recon::EventSource& source, recon::Reporter& reporter) {
  Pass pass(source);
  EventBlock block;
  source.rewind();
  while (!reporter.stop_requested()) {
    if (!source.read(block)) {
      return pass.finish(true);
    }
    pass.add(block);
    reporter.progress("reading", source.fraction_read());
  }
  return pass.finish(false);
}

}  // namespace coincide::io
