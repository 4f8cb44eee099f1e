#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "recon/motion/live_blocks.h"
#include "recon/motion/poses.h"
#include "recon/scanner.h"

namespace coincide::recon {

/// The part of space whose movement matters: a ball at the reference position.
struct MovingBody {
  Point centre_mm{};
  double radius_mm = 100;
};

/// Root mean square, over the body, of how far apart two poses put a point [mm].
double distance_mm(const Pose& a, const Pose& b, const MovingBody& body);

struct ClusterOptions {
  std::size_t most = 32;
  double near_mm = 0.1;    ///< poses that are nearer than this are not told apart
  double half_life_s = 0;  ///< 0: activity that does not decay
  MovingBody body{};
};

/// A few poses that stand for those of a table while something was recorded.
struct PoseClusters {
  static constexpr std::uint32_t none = UINT32_MAX;

  std::vector<Pose> poses{};
  std::vector<double> weights{};  ///< share of the frame's decays that were recorded in each pose; sum 1
  std::vector<double> randoms{};  ///< likewise, of its random coincidences, which go as the square of the activity
  std::vector<std::uint32_t> cluster_of_row{};  ///< of the table; none where nothing was recorded
  double farthest_mm = 0;                       ///< that a row lies from the pose that stands for it
};

/// Of a frame or gate: only its blocks count, each in the pose of its start, as its events do, by its live time and by
/// how much activity was left. Poses far apart are told apart first, and each cluster stands at the weighted mean of
/// its rows; one whose rows are all the same, at just that. Throws InputError if nothing was recorded.
/// Source: T. F. Gonzalez, Theor. Comput. Sci. 38, 1985 (farthest point first); F. L. Markley and others, J. Guid.
/// Control Dyn. 30(4), 2007 (mean of rotations).
PoseClusters cluster_poses(const PoseTable& table, std::span<const LiveBlock> blocks, const ClusterOptions& options);

/// The crystals as they stand to the body in each pose: [pose][crystal], so that a LOR of pose k between crystals a and
/// b goes between points k n + a and k n + b, n crystals. Moved ends may lie anywhere.
std::vector<Vec3> points_at_reference(std::span<const Vec3> crystals_mm, std::span<const Pose> poses);

}  // namespace coincide::recon
