#pragma once

#include <optional>
#include <string>
#include <vector>

#include "io/dicom/stack.h"

namespace coincide::io::dicom {

/// Moments of a PET series that decay may be corrected to, in s since 1970, and how quick it is.
struct TracerMoments {
  std::optional<double> series_s;     ///< Series Time
  std::optional<double> corrected_s;  ///< Decay Correction DateTime of the Enhanced class
  std::optional<double> injection_s;
  double half_life_s = 0;  ///< 0: not known
};

/// What the values of a series are corrected to.
struct DecayReference {
  bool corrected = false;
  bool own_starts = false;  ///< each plane to the start of its own frame; else all to `moment_s`
  double moment_s = 0;      ///< since 1970
  std::vector<std::string> warnings;
};

/// The earliest start of a plane; none if no plane says it.
std::optional<double> first_start_s(const Stack& stack);

/// Gives frames their starts by Frame Reference Time where all have the same acquisition time (a series copied that
/// way).
void tell_starts_apart(Stack& stack, const TracerMoments& moments);

/// START is Series Time unless that is later than the first acquisition, then this. The planes' Decay Factors decide:
/// if another moment fits them within 0.5 %, it is that one, with a warning. Their starts must be known.
DecayReference decay_reference(const Stack& stack, const TracerMoments& moments);

}  // namespace coincide::io::dicom
