#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "recon/events.h"
#include "recon/time_intervals.h"

namespace coincide::recon {

/// Which part of a frame the detectors were alive: L = sum of w_k f_k over the times k that fractions are stated for, f
/// the product of the fractions of both bins and of the pair of modules, w the share of the frame's decays in k.
class LiveTime {
 public:
  /// Nothing is stated: L is 1.
  LiveTime() = default;

  bool is_stated() const { return !weight_.empty(); }
  /// Share of the recorded time that fractions are stated for; the rest is taken to be like it.
  double covered() const { return covered_; }
  /// L of a pair of detection bins; only if it is stated. Crystal ids are global.
  float fraction(const Scanner& scanner, std::uint32_t crystal_a, std::uint32_t window_a, std::uint32_t crystal_b,
                 std::uint32_t window_b) const;
  /// The same at each of the times, added to one sum each.
  void add_fractions(const Scanner& scanner, std::uint32_t crystal_a, std::uint32_t window_a, std::uint32_t crystal_b,
                     std::uint32_t window_b, std::span<double> sums) const;
  /// What each of weights() is for.
  const std::vector<TimeIntervals>& times() const { return times_; }
  // All that L depends on.
  const std::vector<float>& weights() const { return weight_; }
  const std::vector<float>& bins() const { return bin_; }
  const std::vector<float>& module_pairs() const { return module_pair_; }

 private:
  friend class LiveTimeLog;
  /// Calls `use` with the number of each time and the pair's fraction then.
  template <class Use>
  void for_times(const Scanner& scanner, std::uint32_t crystal_a, std::uint32_t window_a, std::uint32_t crystal_b,
                 std::uint32_t window_b, const Use& use) const;

  double covered_ = 0;
  std::vector<TimeIntervals> times_;
  std::vector<float> weight_;             ///< w by time, sum 1
  std::vector<std::uint32_t> first_bin_;  ///< by type
  std::vector<float> bin_;                ///< [detection bin, of all types][time]
  std::vector<float> module_pair_;        ///< [pair][time]; empty: 1
};

/// Collects what is stated, in any order. So that a long acquisition needs neither much memory nor much time per pair,
/// neighbours in time are joined, the shortest first, when there are more than `most_times`.
class LiveTimeLog {
 public:
  static constexpr std::size_t most_times = 64;

  void add(AliveFractions fractions);
  bool empty() const { return parts_.empty(); }
  /// Over `recorded`. Stated nothing if no fractions are for any of it.
  LiveTime mean(const Scanner& scanner, const TimeIntervals& recorded, double half_life_s) const;

 private:
  /// Fractions and the times that they are for.
  struct Part {
    std::uint32_t start_ms;
    AliveFractions fractions;
    TimeIntervals times;        ///< none: until the next part
    std::uint32_t stop_ms = 0;  ///< of the last of them
  };

  TimeIntervals times_of(const Part& part) const;

  void join_shortest();

  std::vector<Part> parts_;  ///< ascending by start
};

}  // namespace coincide::recon
