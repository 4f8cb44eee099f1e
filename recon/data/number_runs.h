#pragma once

#include <cstdint>
#include <vector>

namespace coincide::recon {

/// Numbers in ascending order, as runs that follow one another closely.
class NumberRuns {
 public:
  /// Numbers from `first` on, behind all that are there.
  void add(std::uint64_t first, std::uint64_t count) {
    if (count == 0) {
      return;
    }
    if (!runs_.empty() && runs_.back().end == first) {
      runs_.back().end += count;
    } else {
      runs_.push_back({first, first + count});
    }
  }

  /// Calls visit(first, end) for each run.
  template <class Visit>
  void for_each_run(Visit visit) const {
    for (const Run& run : runs_) {
      visit(run.first, run.end);
    }
  }
  template <class Visit>
  void for_each(Visit visit) const {
    for_each_run([&](std::uint64_t first, std::uint64_t end) {
      for (std::uint64_t number = first; number < end; ++number) {
        visit(number);
      }
    });
  }

 private:
  struct Run {
    std::uint64_t first, end;
  };
  std::vector<Run> runs_;
};

}  // namespace coincide::recon
