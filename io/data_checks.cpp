#include "io/data_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <random>
#include <utility>

#include "io/crystal_checks.h"
#include "io/efficiency_check.h"
#include "io/event_centroid.h"
#include "io/tof_places.h"
#include "recon/far_tof.h"

namespace coincide::io {
namespace {

using recon::EventBlock;
using recon::Scanner;

constexpr std::array<std::string_view, 4> verdict_names = {"good", "unknown", "notice",
                                                           "bad"};  ///< as they follow each other

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

}  // namespace

class CheckedSource::Pass {
  /// Whether a pair can be in coincidence is a matter of its modules alone.
  static bool modules_tell(const recon::Efficiencies& efficiencies) {
    const auto& acceptance = efficiencies.acceptance;
    return efficiencies.lors == nullptr && acceptance.most_cosine >= 1 && acceptance.most_axial_mm == 0;
  }

 public:
  Pass(recon::EventSource& source, const CheckOptions& options)
      : source_(source),
        scanner_(source.scanner()),
        all_events_(options.all_events),
        has_tof_(options.tof && scanner_.has_tof()),
        places_(scanner_),
        centroid_(scanner_),
        modules_(scanner_.num_modules()),
        prompts_per_pair_(modules_ <= most_modules_counted && modules_tell(source.efficiencies()) ? modules_ * modules_
                                                                                                  : 0) {
    summary_.prompts_per_crystal.assign(scanner_.num_crystals(), 0);
    summary_.prompts_per_tof_bin.assign(has_tof_ ? scanner_.tof_bins.size() : 0, 0);
  }

  /// Of all that was read, looked at or not.
  void count(std::uint64_t known, std::uint64_t out_of_range) {
    read_ += known + out_of_range;
    out_of_range_ += out_of_range;
  }

  void add(const EventBlock& block) {
    constexpr std::uint64_t all_looked_at = 1'000'000;
    constexpr std::uint64_t one_looked_at_of = 8;
    if (!all_events_ && events_ > all_looked_at && ++blocks_ % one_looked_at_of != 0) {
      return;
    }
    events_ += block.size();
    count_times(block);
    for (std::size_t i = 0; i < block.size(); ++i) {
      add_place(block, i);
      if (block.delayed[i] == 0) {
        add_prompt(block, i);
      }
    }
  }

  DataSummary finish(bool complete) {
    summary_.complete = complete;
    summary_.first_event_ms = static_cast<std::uint32_t>(std::max<std::int64_t>(0, first_ms_));
    summary_.counts = source_.counts();
    summary_.sample = sampler_.take();
    find_impossible();
    const std::vector<std::uint8_t> known_dead = crystals_known_dead(scanner_, source_.efficiencies());
    summary_.checks = {ids(),
                       pairs(),
                       check_crystals(scanner_, summary_.prompts_per_crystal, known_dead),
                       check_modules(scanner_, summary_.prompts_per_crystal, known_dead),
                       time_order(),
                       delayeds()};
    if (!source_.event_terms().normalization) {
      const auto efficiencies = check_efficiencies(scanner_, source_.efficiencies(), summary_.prompts_per_crystal);
      if (efficiencies) {
        summary_.checks.push_back(*efficiencies);
      }
    }
    if (const std::optional<DataCheck> drift = centroid_.drift(); drift && !summary_.counts.moves) {
      summary_.checks.push_back(*drift);  // of movements that it states the file tells by itself
    }
    if (has_tof_) {
      summary_.checks.push_back(places_.range());
      summary_.checks.push_back(places_.sign());
      summary_.checks.push_back(centroid_.tof_offset());
      if (far_prompts_ + far_delayeds_ > 0 && summary_.counts.delayeds > 0) {
        summary_.checks.push_back(randoms());
      }
    }
    return std::move(summary_);
  }

 private:
  /// Events of a time block, which have the same time, at a time.
  void count_times(const EventBlock& block) {
    if (first_ms_ < 0 && block.size() > 0) {
      first_ms_ = block.time_ms[0];
    }
    for (std::size_t first = 0, end = 0; first < block.size(); first = end) {
      const std::uint32_t time_ms = block.time_ms[first];
      std::uint64_t delayeds = 0;
      for (; end < block.size() && block.time_ms[end] == time_ms; ++end) {
        delayeds += block.delayed[end];
      }
      backwards_ += time_ms < last_ms_ ? 1 : 0;
      last_ms_ = time_ms;
      const std::size_t second = second_of(time_ms);
      summary_.prompts_per_second[second] += end - first - delayeds;
      summary_.delayeds_per_second[second] += delayeds;
    }
  }

  /// Index into the counts per second, which grow as needed.
  std::size_t second_of(std::uint32_t time_ms) {
    if (time_ms < first_ms_) {  // blocks may come in any order
      const auto seconds = (first_ms_ - time_ms + 999) / 1000;
      first_ms_ -= 1000 * seconds;
      for (std::vector<std::uint64_t>* counts : {&summary_.prompts_per_second, &summary_.delayeds_per_second}) {
        counts->insert(counts->begin(), static_cast<std::size_t>(seconds), 0);
      }
    }
    const auto second = static_cast<std::size_t>((time_ms - first_ms_) / 1000);
    if (second >= summary_.prompts_per_second.size()) {
      summary_.prompts_per_second.resize(second + 1, 0);
      summary_.delayeds_per_second.resize(second + 1, 0);
    }
    return second;
  }

  /// Enough events to see where they are, of prompts and delayeds the same part.
  void add_place(const EventBlock& block, std::size_t i) {
    if (++seen_ > all_placed && seen_ % one_placed_of != 0) {
      return;
    }
    const std::uint32_t a = block.crystal_a[i], b = block.crystal_b[i];
    centroid_.add(a, b, block.time_ms[i], block.delayed[i] != 0);
    if (!has_tof_) {
      return;
    }
    const recon::TofBin& bin = scanner_.tof_bins[block.tof_bin[i]];
    const bool far = recon::is_far_tof(scanner_, a, b, bin);
    if (block.delayed[i] != 0) {
      far_delayeds_ += far ? 1 : 0;
    } else {
      far_prompts_ += far ? 1 : 0;
      centroid_.add_tof(a, b, bin.centre_mm);
    }
  }

  void add_prompt(const EventBlock& block, std::size_t i) {
    const std::uint32_t a = block.crystal_a[i];
    const std::uint32_t b = block.crystal_b[i];
    ++prompts_;
    ++summary_.prompts_per_crystal[a];
    ++summary_.prompts_per_crystal[b];
    if (prompts_per_pair_.empty()) {
      impossible_ += source_.efficiencies().in_coincidence(scanner_, a, b) ? 0 : 1;
    } else {
      ++prompts_per_pair_[scanner_.crystal_module[a] * modules_ + scanner_.crystal_module[b]];
    }
    sampler_.add(block, i);
    if (has_tof_) {
      ++summary_.prompts_per_tof_bin[block.tof_bin[i]];
      if (prompts_ <= all_placed || prompts_ % one_placed_of == 0) {
        places_.add(a, b, scanner_.tof_bins[block.tof_bin[i]].centre_mm);
      }
    }
  }

  /// Adds the prompts of pairs of modules that cannot be in coincidence: asked once for each pair.
  void find_impossible() {
    std::vector<std::uint32_t> crystal(modules_);  // any of each module
    for (std::uint32_t c = 0; c < scanner_.num_crystals(); ++c) {
      crystal[scanner_.crystal_module[c]] = c;
    }
    for (std::size_t pair = 0; pair < prompts_per_pair_.size(); ++pair) {
      const std::uint64_t prompts = std::exchange(prompts_per_pair_[pair], 0);
      if (prompts > 0 && !source_.efficiencies().modules_in_coincidence(scanner_, crystal[pair / modules_],
                                                                        crystal[pair % modules_])) {
        impossible_ += prompts;
      }
    }
  }

  DataCheck ids() const {
    const std::uint64_t out = out_of_range_, all = read_;
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
    return {"Time", Verdict::good,
            fmt::format("runs backwards {} times, which does not matter: frames hold what begins in them", backwards_),
            ""};
  }

  DataCheck delayeds() const {
    const recon::EventCounts& counts = summary_.counts;
    if (counts.delayeds == 0 && counts.singles_blocks > 0) {
      return {"Delayeds", Verdict::good, "there are none; random coincidences can be estimated from the singles", ""};
    }
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

  /// Where time of flight says that only randoms are, there are as many prompts as delayeds.
  DataCheck randoms() const {
    constexpr double noticeable = 0.1;
    constexpr double sigmas = 3;  // of chance
    const auto prompts = static_cast<double>(far_prompts_), delayeds = static_cast<double>(far_delayeds_);
    const bool differ =
        std::abs(prompts - delayeds) > noticeable * delayeds + sigmas * std::sqrt(prompts + delayeds + 1);
    return {"Randoms", differ ? Verdict::notice : Verdict::good,
            fmt::format("where time of flight leaves only random coincidences, {} prompts and {} delayeds were seen",
                        far_prompts_, far_delayeds_),
            differ ? "See whether the delayed window is as wide as that of the prompts, and both were converted whole: "
                     "the estimate of the randoms is wrong by as much."
                   : "",
            differ};
  }

  /// Enough prompts to see where TOF puts them; placing all takes as long as reading them.
  static constexpr std::uint64_t all_placed = 50000;
  static constexpr std::uint64_t one_placed_of = 16;

  static constexpr std::size_t most_modules_counted = 2048;  // 32 MB by pair

  recon::EventSource& source_;
  const Scanner& scanner_;
  bool all_events_;
  bool has_tof_;
  TofPlaces places_;
  EventCentroid centroid_;
  std::size_t modules_;
  std::vector<std::uint64_t> prompts_per_pair_;  ///< of modules; empty if there are too many
  EventSampler sampler_;
  DataSummary summary_;
  std::int64_t first_ms_ = -1;
  std::uint32_t last_ms_ = 0;
  std::uint64_t backwards_ = 0;
  std::uint64_t read_ = 0;
  std::uint64_t out_of_range_ = 0;  ///< of these
  std::uint64_t events_ = 0;        ///< looked at
  std::uint64_t blocks_ = 0;        ///< after the first events, all of which are looked at
  std::uint64_t prompts_ = 0;
  std::uint64_t impossible_ = 0;
  std::uint64_t seen_ = 0;  ///< looked at, delayeds, too
  std::uint64_t far_prompts_ = 0, far_delayeds_ = 0;
};

CheckedSource::CheckedSource(recon::EventSource& source, const CheckOptions& options)
    : source_(source), options_(options), pass_(std::make_unique<Pass>(source, options)) {}

CheckedSource::~CheckedSource() = default;

bool CheckedSource::read(EventBlock& block) {
  const std::uint64_t out_of_range = source_.counts().out_of_range;
  if (!source_.read(block)) {
    return false;
  }
  pass_->count(block.size(), source_.counts().out_of_range - out_of_range);
  pass_->add(block);
  return true;
}

void CheckedSource::rewind() {
  source_.rewind();
  pass_ = std::make_unique<Pass>(source_, options_);
}

DataSummary CheckedSource::take_summary(bool complete) { return pass_->finish(complete); }

DataSummary check_data(recon::EventSource& source, recon::Reporter& reporter) {
  CheckedSource checked(source, {});
  EventBlock block;
  checked.rewind();
  while (!reporter.stop_requested()) {
    if (!checked.read(block)) {
      return checked.take_summary(true);
    }
    reporter.progress("reading", checked.fraction_read());
  }
  return checked.take_summary(false);
}

std::string_view verdict_name(Verdict verdict) { return verdict_names[static_cast<std::size_t>(verdict)]; }

Verdict verdict_of(std::string_view word) {
  const auto found = std::ranges::find(verdict_names, word);
  return found == verdict_names.end() ? Verdict::unknown : static_cast<Verdict>(found - verdict_names.begin());
}

std::vector<std::string> findings_for_image(const DataSummary& summary) {
  std::vector<std::string> findings;
  for (const DataCheck& check : summary.checks) {
    if (check.verdict == Verdict::bad || check.spoils_image) {
      findings.push_back(fmt::format("{}: {}. {}", check.name, check.sentence, check.remedy));
    }
  }
  return findings;
}

}  // namespace coincide::io
