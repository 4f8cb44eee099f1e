#pragma once

#include <array>
#include <optional>

#include "recon/image.h"

namespace coincide::recon {

/// How an image of activity and the attenuation image of the same body lie to each other.
struct MapAgreement {
  /// Part of the activity that lies, not faintly, where nothing attenuates for 16 mm around.
  double beside = 0;
  double haze = 0;  ///< mean of what is faint there, up to 64 mm from the body, over the mean in it
  /// Where the edges of the attenuation fit those of the activity best, seen from where they are; within some 30 mm.
  std::array<double, 3> shift_mm{};
  double shift_gain = 1;   ///< correlation of the edges there, over that where they are
  double correlation = 0;  ///< there
  int mirror = -1;         ///< axis that the attenuation would have to be mirrored along to cover most activity
  double mirror_gain = 1;  ///< activity that it covers then, over that which it covers
};

/// On voxels of some 8 mm, of what is seen by more than a twentieth of the highest sensitivity; no sensitivity: of all.
/// Nothing where either image is empty. Both in scanner axes, attenuation in 1/cm.
std::optional<MapAgreement> compare_with_map(const Image& activity, const Image& attenuation, const Image& sensitivity,
                                             int num_threads = 0);

}  // namespace coincide::recon
