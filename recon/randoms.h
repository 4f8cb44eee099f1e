#pragma once

#include <span>
#include <vector>

#include "recon/data/histogram.h"
#include "recon/listmode_data.h"
#include "recon/model.h"
#include "recon/singles.h"

namespace coincide::recon {

/// Smooth estimate of the randoms from delayed coincidences: the expected counts of a crystal pair are s_a s_b over all
/// pairs that can be in coincidence, s chosen so that every crystal's sum equals its delayeds (iterated; maximum
/// likelihood of the rank-one model). Returns s by crystal id [sqrt(counts)]. The reporter, if any, is warned where the
/// iteration does not come to rest; where it asks to stop the result is of no use.
std::vector<double> randoms_from_delayeds(const Scanner& scanner, const Efficiencies& efficiencies,
                                          std::span<const std::uint64_t> delayeds_per_crystal, int num_threads = 0,
                                          Reporter* reporter = nullptr);

/// What the randoms of two detection bins in a TOF bin are expected to be: s_a s_b w counts, s being that of the
/// crystal times the share of its energy window, w the factor of the TOF bin.
struct RandomsEstimate {
  std::vector<double> crystal;  ///< s by crystal id
  std::vector<double> share;    ///< [crystal][window]; empty: one window each
  std::vector<double> tof_bin;  ///< w, as Scanner::tof_bins; without TOF that of all bins of the range together
  std::size_t num_windows = 1;  ///< of `share`
  bool tof = true;
  const LiveTime* live =
      nullptr;  ///< times its fraction, if it is stated; null: counts are of detectors that were alive

  double expected(const Scanner& scanner, std::uint32_t a, std::uint32_t window_a, std::uint32_t b,
                  std::uint32_t window_b, std::uint32_t tof_bin) const;
};

/// Of the delayeds that the data hold, as randoms_from_delayeds() finds the crystals' `s`.
RandomsEstimate randoms_of_delayeds(const ListmodeData& data, const Scanner& scanner, std::vector<double> s, bool tof);

/// From singles in `duration_s`: two rates times the width of the coincidence window, which is that of the TOF bins;
/// with `window_ns` another one for pairs that have one bin only. The part of the time that detectors were alive is
/// left out.
RandomsEstimate randoms_from_singles(const Scanner& scanner, const Singles& singles, double duration_s, bool tof,
                                     double window_ns);

/// Of all pairs that can be in coincidence, live time taken from one crystal of each module.
double all_randoms(const Scanner& scanner, const Efficiencies& efficiencies, const RandomsEstimate& randoms);

/// Part of all of them where only randoms are (is_far_tof), from some 10^5 pairs drawn at random; 0 without TOF.
double far_part(const Scanner& scanner, const Efficiencies& efficiencies, const RandomsEstimate& randoms);

/// Adds them to the events' additive column; to those of a body that moves by its poses' shares, as its MovedCrystals
/// say. Where the reporter asks to stop, the rest of the subsets is left out.
void add_randoms(ListmodeData& data, const Scanner& scanner, const RandomsEstimate& randoms, int num_threads = 0,
                 const Reporter* reporter = nullptr);
/// s_a s_b to a histogram whose points are the crystals, over all energy windows.
void add_randoms(Histogram& histogram, std::span<const double> singles);

}  // namespace coincide::recon
