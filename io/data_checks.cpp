#include "io/data_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace coincide::io {
namespace {

using recon::EventBlock;
using recon::Scanner;
using recon::Vec3;

double percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

/// Where TOF puts the annihilations, once as documented and once with the sign of TOF reversed. The right sign gathers
/// them in the object, the wrong one spreads them; only an object that is symmetric about the scanner's axis hides it.
class TofPlaces {
 public:
  explicit TofPlaces(const Scanner& scanner)
      : scanner_(scanner), middle_(scanner.centre_mm()), radius_mm_(scanner.bore_radius_mm()) {
    const Vec3 half = scanner.half_extent_mm();
    for (int a = 0; a < 3; ++a) {
      low_[a] = middle_[a] - half[a];
      size_[a] = std::max(1, static_cast<int>(std::ceil(2 * half[a] / cell_mm)));
    }
    for (auto& cells : cells_) {
      cells.assign(static_cast<std::size_t>(size_[0]) * size_[1] * size_[2], 0);
    }
  }

  void add(std::uint32_t crystal_a, std::uint32_t crystal_b, float tof_mm) {
    const Vec3& a = scanner_.crystal_centre_mm[crystal_a];
    const Vec3& b = scanner_.crystal_centre_mm[crystal_b];
    const float length = std::hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]);
    if (!(length > 0)) {
      return;
    }
    ++events_;
    for (int sign = 0; sign < 2; ++sign) {
      const float part = 0.5F + (sign == 0 ? tof_mm : -tof_mm) / length;
      Vec3 place{};
      for (int axis = 0; axis < 3; ++axis) {
        place[axis] = a[axis] + part * (b[axis] - a[axis]);
      }
      count(place, sign);
    }
  }

  DataCheck range() const {
    DataCheck check{"TOF range", Verdict::good,
                    fmt::format("{:.1f} % of the prompts point outside the bore", percent(outside_, events_))};
    if (percent(outside_, events_) > 20) {
      check.verdict = Verdict::notice;
      check.sentence += ": more than TOF resolution explains";
    }
    return check;
  }

  DataCheck sign() const {
    const double right = gathered(0);
    const double reversed = gathered(1);
    DataCheck check{"TOF sign", Verdict::unknown,
                    "too few prompts, or an object symmetric about the axis: the data cannot tell"};
    if (events_ > 10000 && right > 1.02 * reversed) {
      check = {"TOF sign", Verdict::good, "as documented, the prompts gather in an object; reversed they spread"};
    } else if (events_ > 10000 && reversed > 1.02 * right) {
      check = {"TOF sign", Verdict::bad,
               "reversed, the prompts gather better: TOF, or the order of the two crystals, is turned round"};
    }
    return check;
  }

 private:
  static constexpr float cell_mm = 16;  ///< finer than an object, coarse enough for many prompts per cell

  void count(const Vec3& place, int sign) {
    if (sign == 0 && std::hypot(place[0] - middle_[0], place[1] - middle_[1]) > radius_mm_) {
      ++outside_;
    }
    std::size_t cell = 0;
    for (int axis = 0; axis < 3; ++axis) {
      const auto index = static_cast<int>(std::floor((place[axis] - low_[axis]) / cell_mm));
      if (index < 0 || index >= size_[axis]) {
        return;
      }
      cell = cell * size_[axis] + static_cast<std::size_t>(index);
    }
    ++cells_[sign][cell];
  }

  /// Pairs of prompts in the same cell: without bias for few prompts.
  double gathered(int sign) const {
    return std::accumulate(cells_[sign].begin(), cells_[sign].end(), 0.0, [](double sum, std::uint32_t n) {
      return sum + static_cast<double>(n) * (static_cast<double>(n) - 1);
    });
  }

  const Scanner& scanner_;
  Vec3 middle_;
  Vec3 low_{};
  std::array<int, 3> size_{};
  float radius_mm_;
  std::array<std::vector<std::uint32_t>, 2> cells_;
  std::uint64_t events_ = 0;
  std::uint64_t outside_ = 0;
};

class Pass {
 public:
  explicit Pass(recon::EventSource& source)
      : source_(source), has_tof_(source.scanner().has_tof()), places_(source.scanner()) {
    summary_.prompts_per_crystal.assign(source.scanner().num_crystals(), 0);
  }

  void add(const EventBlock& block) {
    if (first_ms_ < 0 && block.size() > 0) {
      first_ms_ = block.time_ms[0];
    }
    for (std::size_t i = 0; i < block.size(); ++i) {
      backwards_ += block.time_ms[i] < last_ms_ ? 1 : 0;
      last_ms_ = block.time_ms[i];
      if (block.delayed[i] == 0) {
        add_prompt(block, i);
      }
    }
  }

  DataSummary finish(bool complete) {
    summary_.complete = complete;
    summary_.counts = source_.counts();
    summary_.checks = {ids(), pairs(), crystals(), time_order(), delayeds()};
    if (has_tof_) {
      summary_.checks.push_back(places_.range());
      summary_.checks.push_back(places_.sign());
    }
    return std::move(summary_);
  }

 private:
  void add_prompt(const EventBlock& block, std::size_t i) {
    const std::uint32_t a = block.crystal_a[i];
    const std::uint32_t b = block.crystal_b[i];
    const Scanner& scanner = source_.scanner();
    ++prompts_;
    ++summary_.prompts_per_crystal[a];
    ++summary_.prompts_per_crystal[b];
    const std::size_t second = (block.time_ms[i] - std::min<std::uint32_t>(block.time_ms[i], first_ms_)) / 1000;
    if (second >= summary_.prompts_per_second.size()) {
      summary_.prompts_per_second.resize(second + 1, 0);
    }
    ++summary_.prompts_per_second[second];
    impossible_ += source_.efficiencies().in_coincidence(scanner, a, b) ? 0 : 1;
    if (has_tof_) {
      places_.add(a, b, scanner.tof_bins[block.tof_bin[i]].centre_mm);
    }
  }

  DataCheck ids() const {
    const std::uint64_t out = summary_.counts.out_of_range;
    const std::uint64_t all = summary_.counts.prompts + summary_.counts.delayeds + out;
    if (out == 0) {
      return {"Ids", Verdict::good, "all detection and TOF bins are ones that the scanner has"};
    }
    return {"Ids", percent(out, all) > 1 ? Verdict::bad : Verdict::notice,
            fmt::format("{} events ({:.2g} %) name a detection or TOF bin that the scanner does not have; they are "
                        "left out",
                        out, percent(out, all))};
  }

  DataCheck pairs() const {
    if (impossible_ == 0) {
      return {"Pairs", Verdict::good, "all prompts are between modules that can be in coincidence"};
    }
    return {"Pairs", percent(impossible_, prompts_) > 1 ? Verdict::bad : Verdict::notice,
            fmt::format("{} prompts ({:.2g} %) are between modules that, the file says, are not in coincidence",
                        impossible_, percent(impossible_, prompts_))};
  }

  DataCheck crystals() const {
    const auto& counts = summary_.prompts_per_crystal;
    const double mean = counts.empty() ? 0 : 2.0 * static_cast<double>(prompts_) / static_cast<double>(counts.size());
    // A live crystal with 20 counts expected is empty once in 5e8 cases.
    if (mean < 20) {
      return {"Crystals", Verdict::unknown,
              fmt::format("{:.2g} counts per crystal are too few to find dead ones", mean)};
    }
    const auto dead = std::ranges::count(counts, 0U);
    const auto loud = std::ranges::count_if(counts, [mean](auto n) { return static_cast<double>(n) > 10 * mean; });
    return {"Crystals", dead + loud == 0 ? Verdict::good : Verdict::notice,
            fmt::format("{} of {} have no counts, {} have more than ten times the mean of {:.3g}", dead, counts.size(),
                        loud, mean)};
  }

  DataCheck time_order() const {
    if (backwards_ == 0) {
      return {"Time", Verdict::good, "runs forward"};
    }
    return {"Time", Verdict::bad, fmt::format("runs backwards {} times", backwards_)};
  }

  DataCheck delayeds() const {
    const recon::EventCounts& counts = summary_.counts;
    if (counts.delayeds == 0) {
      return {"Delayeds", Verdict::notice, "there are none: random coincidences cannot be estimated from this file"};
    }
    return {"Delayeds", counts.delayeds > counts.prompts ? Verdict::bad : Verdict::good,
            fmt::format("{:.1f} % of the prompts", percent(counts.delayeds, counts.prompts))};
  }

  recon::EventSource& source_;
  bool has_tof_;
  TofPlaces places_;
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
