#pragma once

#include <span>
#include <vector>

#include "recon/listmode_data.h"
#include "recon/model.h"

namespace coincide::recon {

/// Smooth estimate of the randoms from delayed coincidences: the expected counts of a crystal pair are s_a s_b over all pairs
/// that can be in coincidence, s chosen so that every crystal's sum equals its delayeds (iterated; maximum likelihood of
/// the rank-one model). Returns s by crystal id [sqrt(counts)].
std::vector<double> randoms_from_delayeds(const Scanner& scanner, const Efficiencies& efficiencies,
                                          std::span<const std::uint64_t> delayeds_per_crystal);

/// Adds s_a s_b * (bin width / width of all bins of the pair) to the events' additive column; without TOF s_a s_b.
void add_randoms(ListmodeData& data, const Scanner& scanner, std::span<const double> s, bool tof);

}  // namespace coincide::recon
