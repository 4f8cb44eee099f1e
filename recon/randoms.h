#pragma once

#include <span>
#include <vector>

#include "recon/data/histogram.h"
#include "recon/listmode_data.h"
#include "recon/model.h"

namespace coincide::recon {

/// Smooth estimate of the randoms from delayed coincidences: the expected counts of a crystal pair are s_a s_b over all
/// pairs that can be in coincidence, s chosen so that every crystal's sum equals its delayeds (iterated; maximum
/// likelihood of the rank-one model). Returns s by crystal id [sqrt(counts)]. The reporter, if any, is warned where the
/// iteration does not come to rest; where it asks to stop the result is of no use.
std::vector<double> randoms_from_delayeds(const Scanner& scanner, const Efficiencies& efficiencies,
                                          std::span<const std::uint64_t> delayeds_per_crystal, int num_threads = 0,
                                          Reporter* reporter = nullptr);

/// Adds to the events' additive column s_a s_b, s being the `singles`, shared out over the TOF bins of the pair by
/// their width (with `tof`), over the energy windows of each crystal by its delayeds and over the poses of a body that
/// moves as its MovedCrystals say. Where the reporter asks to stop, the rest of the subsets is left out.
void add_randoms(ListmodeData& data, const Scanner& scanner, std::span<const double> singles, bool tof,
                 int num_threads = 0, const Reporter* reporter = nullptr);
/// The same for a histogram whose points are the crystals, over all energy windows.
void add_randoms(Histogram& histogram, std::span<const double> singles);

}  // namespace coincide::recon
