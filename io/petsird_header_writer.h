#pragma once

#include <cstddef>
#include <vector>

#include "io/yardl_bytes.h"
#include "recon/efficiencies.h"
#include "recon/scanner.h"

namespace coincide::io {

/// Values of PETSIRD's enumerations in model v0.12.
inline constexpr int petsird_policy_none = 0;
inline constexpr int petsird_policy_reject_higher_multiples = 1;
inline constexpr int petsird_singles_of_all_bins = 2;

/// Appends the values of a v0.12 header without exam; `with_singles`: counts of singles follow, of all detection bins.
/// Returns where in `bytes` the policy for delayeds stands: one byte, written as "none". Throws InputError if PETSIRD
/// cannot express the scanner.
std::size_t put_petsird_header(const recon::Scanner& scanner, const recon::Efficiencies& efficiencies,
                               bool with_singles, YardlBytes& bytes);

/// Edges of the TOF bins between two types [mm], in the order larger type, smaller type: those of the range (a, b), or
/// the mirrored ones of (b, a) if only that exists. Throws InputError if the bins are not contiguous.
std::vector<float> petsird_tof_edges(const recon::Scanner& scanner, std::size_t type_a, std::size_t type_b);

}  // namespace coincide::io
