#pragma once

#include <span>
#include <string_view>

namespace coincide::recon {

/// What tracers are labelled with.
struct Nuclide {
  std::string_view name;  ///< "F-18"
  double half_life_s;
  double positrons;  ///< per decay
};

/// Those in use, the most usual first. Source: Decay Data Evaluation Project, recommended values; Rb-82, Zr-89 and
/// I-124 from the Evaluated Nuclear Structure Data File.
std::span<const Nuclide> nuclides();

/// The one that is meant by "F-18", "F18", "18F", "[18F]" or "f 18"; null: none of them.
const Nuclide* find_nuclide(std::string_view text);

}  // namespace coincide::recon
