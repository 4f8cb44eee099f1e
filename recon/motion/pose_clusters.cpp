#include "recon/motion/pose_clusters.h"

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "projectors/error.h"

namespace coincide::recon {
namespace {

/// Rows of the table that something was recorded in.
struct UsedRows {
  std::vector<std::size_t> row;
  std::vector<double> weight;   ///< share of the decays
  std::vector<double> randoms;  ///< share of the random coincidences
};

void bring_to_sum_1(std::vector<double>& values) {
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  if (!(sum > 0)) {
    throw InputError("no time was recorded that poses could be for");
  }
  std::ranges::transform(values, values.begin(), [sum](double value) { return value / sum; });
}

UsedRows used_rows(const PoseTable& table, std::span<const LiveBlock> blocks, double half_life_s) {
  std::vector<double> decays(table.size()), randoms(table.size());
  std::vector<bool> is_used(table.size());
  for (const auto& [time, live] : blocks) {
    const std::size_t row = table.row_at(time.start_ms);
    const std::uint32_t reference_ms = blocks.front().time.start_ms;
    is_used[row] = true;
    decays[row] += live * decayed_s(time, half_life_s, reference_ms);
    randoms[row] += live * decayed_s(time, half_life_s / 2, reference_ms);  // exp(-2 lambda t)
  }
  UsedRows used;
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (is_used[row]) {
      used.row.push_back(row);
      used.weight.push_back(decays[row]);
      used.randoms.push_back(randoms[row]);
    }
  }
  bring_to_sum_1(used.weight);
  bring_to_sum_1(used.randoms);
  return used;
}

/// The poses of the rows, in their order.
std::vector<Pose> poses_of(const PoseTable& table, const UsedRows& used) {
  std::vector<Pose> poses;
  for (const std::size_t row : used.row) {
    poses.push_back(table.pose(row));
  }
  return poses;
}

/// Poses that lie as far apart as they can, beginning with the weightiest.
std::vector<Pose> far_apart(const std::vector<Pose>& poses, const UsedRows& used, const ClusterOptions& options) {
  const auto weightiest = std::ranges::max_element(used.weight) - used.weight.begin();
  std::vector<Pose> chosen{poses[static_cast<std::size_t>(weightiest)]};
  std::vector<double> nearest(poses.size(), 1e300);
  while (true) {
    for (std::size_t i = 0; i < poses.size(); ++i) {
      nearest[i] = std::min(nearest[i], distance_mm(poses[i], chosen.back(), options.body));
    }
    const auto farthest = std::ranges::max_element(nearest);
    if (*farthest <= options.near_mm || chosen.size() >= options.most) {
      return chosen;
    }
    chosen.push_back(poses[static_cast<std::size_t>(farthest - nearest.begin())]);
  }
}

std::uint32_t nearest_of(const std::vector<Pose>& clusters, const Pose& pose, const MovingBody& body) {
  std::uint32_t best = 0;
  double least = 1e300;
  for (std::uint32_t cluster = 0; cluster < clusters.size(); ++cluster) {
    const double distance = distance_mm(clusters[cluster], pose, body);
    if (distance < least) {
      least = distance;
      best = cluster;
    }
  }
  return best;
}

/// Adds up poses: of rotations the squares of quaternions, whose sign does not matter; of shifts where they put the
/// body's centre.
class MeanPose {
 public:
  void add(const Pose& pose, double weight, const MovingBody& body) {
    const Eigen::Map<const Eigen::Vector4d> q(pose.q.data());
    squares_ += weight * q * q.transpose();
    const Point centre = PoseMap(pose).to_scanner(body.centre_mm);
    centre_mm_ += weight * Eigen::Map<const Eigen::Vector3d>(centre.data());
    weight_ += weight;
    all_same_ = all_same_ && (count_ == 0 || pose == first_);
    first_ = count_++ == 0 ? pose : first_;
  }
  Pose mean(const MovingBody& body) const;
  bool empty() const { return count_ == 0; }

 private:
  Eigen::Matrix4d squares_ = Eigen::Matrix4d::Zero();
  Eigen::Vector3d centre_mm_ = Eigen::Vector3d::Zero();
  double weight_ = 0;
  std::size_t count_ = 0;
  bool all_same_ = true;
  Pose first_;
};

Pose MeanPose::mean(const MovingBody& body) const {
  if (all_same_ || !(weight_ > 0)) {
    return first_;
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix4d> solver(squares_);
  Pose pose;
  Eigen::Map<Eigen::Vector4d>(pose.q.data()) = solver.eigenvectors().col(3);
  const Point turned = PoseMap(pose).to_scanner(body.centre_mm);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    pose.t_mm[axis] = centre_mm_[static_cast<Eigen::Index>(axis)] / weight_ - turned[axis];
  }
  return pose;
}

/// Each cluster at the mean of the poses that are nearest to it, a few times over; those without any are left out.
std::vector<Pose> settled(std::vector<Pose> clusters, const std::vector<Pose>& poses, const UsedRows& used,
                          const MovingBody& body) {
  constexpr int rounds = 5;
  for (int round = 0; round < rounds; ++round) {
    std::vector<MeanPose> means(clusters.size());
    for (std::size_t i = 0; i < poses.size(); ++i) {
      means[nearest_of(clusters, poses[i], body)].add(poses[i], used.weight[i], body);
    }
    clusters.clear();
    for (const MeanPose& mean : means) {
      if (!mean.empty()) {
        clusters.push_back(mean.mean(body));
      }
    }
  }
  return clusters;
}

}  // namespace

double distance_mm(const Pose& a, const Pose& b, const MovingBody& body) {
  const PoseMap map_a(a), map_b(b);
  const Point at_a = map_a.to_scanner(body.centre_mm), at_b = map_b.to_scanner(body.centre_mm);
  double shift = 0, turn = 0;
  for (std::size_t row = 0; row < 3; ++row) {
    shift += (at_a[row] - at_b[row]) * (at_a[row] - at_b[row]);
    for (std::size_t column = 0; column < 3; ++column) {
      const double apart = map_a.rows()[row][column] - map_b.rows()[row][column];
      turn += apart * apart;
    }
  }
  return std::sqrt(shift + turn * body.radius_mm * body.radius_mm / 5);  // mean square of a coordinate in a ball
}

PoseClusters cluster_poses(const PoseTable& table, std::span<const LiveBlock> blocks, const ClusterOptions& options) {
  const UsedRows used = used_rows(table, blocks, options.half_life_s);
  const std::vector<Pose> poses = poses_of(table, used);
  PoseClusters clusters{.poses = settled(far_apart(poses, used, options), poses, used, options.body)};
  clusters.weights.assign(clusters.poses.size(), 0);
  clusters.randoms.assign(clusters.poses.size(), 0);
  clusters.cluster_of_row.assign(table.size(), PoseClusters::none);
  for (std::size_t i = 0; i < poses.size(); ++i) {
    const std::uint32_t nearest = nearest_of(clusters.poses, poses[i], options.body);
    clusters.weights[nearest] += used.weight[i];
    clusters.randoms[nearest] += used.randoms[i];
    clusters.cluster_of_row[used.row[i]] = nearest;
    clusters.farthest_mm = std::max(clusters.farthest_mm, distance_mm(clusters.poses[nearest], poses[i], options.body));
  }
  return clusters;
}

std::vector<Vec3> points_at_reference(std::span<const Vec3> crystals_mm, std::span<const Pose> poses) {
  std::vector<Vec3> points;
  points.reserve(crystals_mm.size() * poses.size());
  for (const Pose& pose : poses) {
    const PoseMap map(pose);
    for (const Vec3& crystal : crystals_mm) {
      const Point moved = map.to_reference({crystal[0], crystal[1], crystal[2]});
      points.push_back({static_cast<float>(moved[0]), static_cast<float>(moved[1]), static_cast<float>(moved[2])});
    }
  }
  return points;
}

}  // namespace coincide::recon
