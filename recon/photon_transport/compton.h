#pragma once

#include "recon/photon_transport/random_stream.h"
#include "recon/scanner.h"

namespace coincide::recon {

struct ComptonScatter {
  double cosine = 1;  ///< of the angle of scatter
  double part = 1;    ///< of its energy that the photon keeps
};

/// Draws from Klein and Nishina's distribution: a mixture of 1 / part and part, thinned by what is left of it.
ComptonScatter draw_compton(double energy_kev, RandomStream& random);

/// A direction at an angle of that cosine to the unit vector, at any azimuth around it.
Vec3 turned(const Vec3& direction, double cosine, RandomStream& random);
/// Uniform on the band of the unit sphere with |z| <= highest_cosine.
Vec3 draw_direction(double highest_cosine, RandomStream& random);

}  // namespace coincide::recon
