#pragma once

#include <string>
#include <vector>

#include "recon/figures/disc.h"

namespace coincide::recon {

/// One figure of merit: "contrast recovery", of "sphere 10 mm", 55.5, "%".
struct Figure {
  std::string name;
  std::string of;
  double value = 0;
  std::string unit;  ///< empty: a pure number
};

/// What an analysis finds, in the order in which it is read.
struct FigureReport {
  std::vector<Figure> figures;
  std::vector<Disc> regions;       ///< where it measured; the first is the one to look at
  std::vector<std::string> notes;  ///< sentences: how it was measured
};

}  // namespace coincide::recon
