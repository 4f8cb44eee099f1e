#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "recon/image.h"
#include "recon/scatter/kernels/sights.h"

namespace coincide::recon {

class VirtualCylinder;

/// The values of a kernels::MatterGrid, from images.
class Matter {
 public:
  /// Throws std::invalid_argument for images on different grids.
  Matter(const Image& activity, const Image& attenuation);

  const std::vector<kernels::MatterValues>& values() const { return values_; }
  /// Of a copy of these.
  kernels::MatterGrid view(const kernels::MatterValues* values) const;

 private:
  kernels::MatterGrid grid_{};  ///< without values
  std::vector<kernels::MatterValues> values_;
};

/// Places and directions of a cylinder's nodes, as kernels::Look has them.
struct NodeTable {
  explicit NodeTable(const VirtualCylinder& cylinder);

  std::uint32_t count() const { return static_cast<std::uint32_t>(place_mm.size() / 3); }

  std::vector<double> place_mm;  ///< [node][3]
  std::vector<double> normal;    ///< [node][3]: unit vectors towards the axis
};

/// Of the profiles of ways from places, [place][3], to nodes.
std::int32_t most_profile_steps(std::span<const double> places_mm, const NodeTable& nodes, double step_mm);

/// Of matter in a step of a profile.
std::int32_t samples_per_step(double step_mm);

/// What kernels::SightColumns points to, in the host's memory.
class Sights {
 public:
  Sights(std::size_t most_sights, std::int32_t most_steps);
  Sights(const Sights&) = delete;
  Sights& operator=(const Sights&) = delete;
  const kernels::SightColumns& columns() const { return columns_; }

 private:
  std::vector<float> floats_;
  std::vector<std::int32_t> steps_;
  kernels::SightColumns columns_{};
};

/// Floats that the columns of so many sights take, and the columns in them.
std::size_t floats_of_sights(std::size_t sights, std::int32_t most_steps);
kernels::SightColumns sight_columns(float* floats, std::int32_t* steps, std::size_t sights, std::int32_t most_steps);

}  // namespace coincide::recon
