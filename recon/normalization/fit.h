#pragma once

#include <span>

#include "recon/normalization/pair_counts.h"
#include "recon/reporter.h"

namespace coincide::recon {

struct NormalizationOptions {
  double least_expected = 0.01;  ///< of the largest M: pairs that expect less are left out of the fit
  double tolerance = 1e-4;       ///< largest relative change in a round that counts as rest
  int most_rounds = 50;
  int num_threads = 0;
};

/// e_a e_b g calibration M are the expected trues of a pair.
struct NormalizationFit {
  std::vector<double> crystal;        ///< e, of mean 1 over the crystals that count; 0: dead; 1: not seen
  std::vector<double> symmetry;       ///< g by class, of mean 1 weighted by M; 1: not seen
  double calibration = 1;             ///< what is common to all
  std::vector<std::uint32_t> dead;    ///< crystals that count nothing
  std::vector<std::uint32_t> unseen;  ///< crystals of which all pairs were left out
  std::size_t unseen_symmetries = 0;  ///< classes likewise
  std::size_t pairs_left_out = 0;     ///< they have the factors of their crystals and class all the same
  int rounds = 0;
  double change = 0;  ///< in the last round
};

/// Maximum likelihood by minorising and maximising, which never lowers it: trues are told from background with the
/// factors so far, then ten steps e_a <- sqrt(e_a sum z / sum e_b g M) and one of g. Gives the same bits for any number
/// of threads. Source: Hogg et al., IEEE NSS 2001; Jacobson and Thielemans, IEEE NSS 2008. Throws InputError if nothing
/// was counted or expected.
NormalizationFit fit_normalization(const PairCounts& pairs, const NormalizationOptions& options, Reporter& reporter);

/// Of the crystals' sums of counts against those that `crystal` efficiencies explain, scaled to the same total: chi^2
/// by degree of freedom, about 1 if they still hold.
double fan_sums_chi2(const PairCounts& pairs, std::span<const double> crystal, int num_threads = 0);

}  // namespace coincide::recon
