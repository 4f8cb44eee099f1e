#pragma once

#include <vector>

#include "recon/image.h"
#include "recon/reporter.h"

namespace coincide::recon {

/// LORs that pass close by the body and not through it: what is measured there is scattered, or random.
class ScatterTails {
 public:
  /// The body is where the attenuation [1/cm], smoothed by 20 mm, is above 0.003/cm; a LOR in the
  /// tails misses it by 10 to 50 mm.
  ScatterTails(const Image& attenuation, int num_threads);

  /// By LOR, 1 in the tails.
  std::vector<char> contain(const projectors::Lors& lors) const;
  /// Holds all that the LORs in the tails pass.
  const ImageGrid& grid() const { return near_.grid; }

 private:
  Image near_;     ///< 1 within 10 mm of the body
  Image farther_;  ///< 1 within 50 mm of it
  int num_threads_;
};

}  // namespace coincide::recon
