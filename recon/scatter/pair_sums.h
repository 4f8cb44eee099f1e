#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "recon/scatter/kernels/pairs.h"
#include "recon/scatter/scatter_angles.h"
#include "recon/scatter/scatter_sights.h"
#include "recon/scatter/tof_positions.h"

namespace coincide::recon {

/// What single scatter is summed from.
struct PairSumsInput {
  Matter matter;
  NodeTable nodes;
  ScatterAngles angles;
  double step_mm;           ///< of profiles, and of positions
  std::int32_t most_steps;  ///< most_profile_steps() of all places
  TofPositions positions;
  bool has_tof;

  std::int64_t num_pairs() const { return kernels::num_pairs(nodes.count()); }
  std::int64_t num_sums() const { return num_pairs() * positions.count(); }
};

/// Scatter points, as ScatterPoint has them.
struct PointColumns {
  std::span<const double> place_mm;  ///< [point][3]
  std::span<const float> weight_mm2;

  std::int64_t count() const { return std::ssize(weight_mm2); }
};

/// Sums over scatter points of what they add to each pair of nodes, in the memory of one device. The same bits each
/// time.
class PairSums {
 public:
  /// add() takes as many points at once.
  static constexpr std::size_t most_points = 64;

  virtual ~PairSums() = default;
  virtual void add(const PointColumns& points) = 0;
  /// [pair][position], without the geometry of the pair. Nothing is left.
  virtual std::vector<float> take() = 0;
};

/// The input outlives them.
std::unique_ptr<PairSums> make_cpu_pair_sums(const PairSumsInput& input, int num_threads);
/// Throws DeviceError.
std::unique_ptr<PairSums> make_cuda_pair_sums(const PairSumsInput& input, int device);

/// Pairs whose meetings with scatter points that device holds at once: so many that a launch fills it, and ends soon
/// enough for a display that hangs on the same card.
inline constexpr std::int64_t most_pairs_on_gpu = std::int64_t{1} << 16;
/// Memory that these sums take on the device.
std::uint64_t cuda_pair_sums_bytes(std::int64_t num_voxels, std::uint32_t num_nodes, std::int32_t most_steps,
                                   const TofPositions& positions);
/// A sentence where the device has less than that; empty: it has it.
std::string why_no_room_on_gpu(std::uint64_t bytes, int device);

}  // namespace coincide::recon
