#pragma once

#include <span>
#include <vector>

#include "recon/data/frames.h"
#include "recon/events.h"

namespace coincide::recon {

/// Rates of photons that the detectors of a scanner counted in a frame, in coincidence or not.
struct Singles {
  std::vector<std::vector<double>> per_s;  ///< [type][detection bin of the type]: mean over the frame
  double covered_s = 0;                    ///< time in the frame that they were counted in; 0: not stated
  double squares = 1;       ///< mean of the squared rate over the square of the mean: randoms go with the square
  bool shared_out = false;  ///< counted of several crystals together

  bool is_stated() const { return covered_s > 0; }
};

/// Adds up what is stated of singles, in any order and however long the times that they were counted in are.
class SinglesLog {
 public:
  /// As far as the counts are in one of the pieces, in which they are taken to be even. What has no length says
  /// nothing.
  void add(const SinglesCounts& counts, std::span<const Frame> pieces);
  /// Rates fall with the half-life within each time that was counted in; 0: they do not.
  Singles mean(double half_life_s) const;

 private:
  struct Time {
    double length_s;
    double per_s;  ///< of all detectors
  };

  std::vector<std::vector<double>> counts_;
  std::vector<Time> times_;
  bool shared_out_ = false;
};

}  // namespace coincide::recon
