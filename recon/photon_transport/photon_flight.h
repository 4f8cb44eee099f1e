#pragma once

#include <cstdint>

#include "recon/phantom.h"
#include "recon/photon_physics.h"
#include "recon/photon_transport/random_stream.h"

namespace coincide::recon {

struct Photon {
  Vec3 point_mm{};  ///< relative to the phantom's origin
  Vec3 direction{};
  double energy_kev = annihilation_kev;
  double way_mm = 0;  ///< since its decay
  int scatters = 0;
};

/// What matter does to photons.
enum class Interactions { none, absorb, scatter };

/// Follows photons through a phantom by Woodcock's method: steps as in matter of the highest attenuation, at whose end
/// there is a collision with the chance that the true attenuation has (Woodcock et al. 1965). With `scatter` a
/// collision is Compton scattering from free electrons but for the small part of mu that is coherent, which counts as
/// absorption, as it does in an attenuation correction. Keeps a reference to the phantom.
class PhotonFlight {
 public:
  /// Photons are given up below `lowest_kev`.
  PhotonFlight(const Phantom& phantom, Interactions interactions, double lowest_kev = 0);
  PhotonFlight(const Phantom&&, Interactions, double = 0) = delete;

  /// Takes the photon to its next collision; false, and it stays where it is, if its way out is free.
  bool reach_collision(Photon& photon, RandomStream& random) const;
  /// What a collision does to it; false if it is absorbed or given up.
  bool collide(Photon& photon, RandomStream& random) const;
  /// Takes the photon to the last of its collisions, from where its way is straight and free; false if it ends there.
  bool follow(Photon& photon, RandomStream& random) const;

 private:
  bool inside(const Vec3& point_mm) const;

  const Phantom& phantom_;
  Interactions interactions_;
  double lowest_kev_;
  double highest_mu_per_mm_ = 0;
  Vec3 low_mm_{};  ///< box around all that attenuates
  Vec3 high_mm_{};
};

}  // namespace coincide::recon
