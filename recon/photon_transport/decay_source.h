#pragma once

#include <optional>

#include "recon/phantom.h"
#include "recon/photon_transport/random_stream.h"
#include "recon/photon_transport/weighted_choice.h"

namespace coincide::recon {

/// Draws where atoms of a phantom decay. Keeps a reference to it.
class DecaySource {
 public:
  explicit DecaySource(const Phantom& phantom);
  explicit DecaySource(const Phantom&&) = delete;

  /// Of all points that are drawn, those that later shapes hide included [Bq].
  double activity_bq() const { return choice_.sum(); }
  /// Relative to the phantom's origin; empty for a point whose activity a later shape replaces.
  std::optional<Vec3> draw(RandomStream& random) const;

 private:
  Vec3 draw_in_shape(const Shape& shape, RandomStream& random) const;
  Vec3 draw_in_image(RandomStream& random) const;

  const Phantom& phantom_;
  WeightedChoice choice_;  ///< of the image, then of the shapes in their order
  WeightedChoice voxels_;
};

}  // namespace coincide::recon
