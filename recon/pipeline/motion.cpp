#include "recon/pipeline/motion.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "recon/motion/pose_clusters.h"
#include "recon/motion/poses.h"
#include "recon/pipeline/sentences.h"

namespace coincide::recon {
namespace {

/// When the frame's events were recorded; each of them in one of the intervals.
TimeIntervals time_of(const ListmodeData& data) {
  TimeIntervals time = data.time();
  if (const EventCounts& counts = data.counts(); !counts.no_duration.empty()) {
    time.add({counts.first_ms, counts.last_ms + 1});
  }
  return time;
}

/// What can be in the image.
MovingBody body_in(const ImageGrid& grid) {
  MovingBody body{.centre_mm = {}, .radius_mm = 0};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double half_mm = 0.5 * static_cast<double>(grid.shape[axis]) * grid.voxel_size_mm[axis];
    body.centre_mm[axis] = grid.origin_mm[axis] + half_mm - 0.5 * grid.voxel_size_mm[axis];
    body.radius_mm = std::max(body.radius_mm, half_mm);
  }
  return body;
}

double zero_s(const RunState& run) {
  const MotionOptions& options = run.settings.motion;
  return options.zero_s + (options.zero == TableZero::scan ? 1e-3 * run.data->scan_start_ms() : 0);
}

/// A tracker that stopped early looks like a body that stands still.
void warn_of_early_end(const RunState& run, const PoseTable& table) {
  const std::uint32_t last_ms = run.data->counts().last_ms;
  const double left_s = 1e-3 * (static_cast<double>(last_ms) - static_cast<double>(table.last_start_ms()));
  if (table.size() > 2 && left_s > table.longest_s()) {
    run.reporter.warning(
        fmt::format("The last of the poses begins at {:.6g} s of the data and is taken to hold to the end at {:.6g} s, "
                    "longer than any other: does the table reach as far as the frame?",
                    1e-3 * static_cast<double>(table.last_start_ms()), 1e-3 * last_ms));
  }
}

void warn_of_coarse_poses(const RunState& run, const PoseClusters& clusters) {
  const float voxel_mm = std::ranges::min(run.inputs.grid.voxel_size_mm);
  if (clusters.farthest_mm > voxel_mm) {
    run.reporter.warning(
        fmt::format("The poses are gathered in {}, which lie up to {:.3g} mm from them: the movement "
                    "is wider than so few can follow.",
                    clusters.poses.size(), clusters.farthest_mm));
  }
}

std::string text_of(const PoseClusters& clusters, const MovingBody& body) {
  const auto rows =
      std::ssize(clusters.cluster_of_row) - std::ranges::count(clusters.cluster_of_row, PoseClusters::none);
  double farthest_mm = 0;
  for (const Pose& pose : clusters.poses) {
    farthest_mm = std::max(farthest_mm, distance_mm(pose, Pose{}, body));
  }
  return fmt::format(
      "LORs of events moved to the reference position: {} poses gathered in {}, up to {:.3g} mm from it (root mean "
      "square in the image); attenuation moves with them",
      rows, clusters.poses.size(), farthest_mm);
}

}  // namespace

std::string correct_motion(RunState& run) {
  if (run.inputs.poses.empty()) {
    return no_poses;
  }
  if (run.data->num_prompts() == 0) {
    return "not corrected: there are no prompts";
  }
  const PoseTable table(run.inputs.poses, zero_s(run));
  const MovingBody body = body_in(run.inputs.grid);
  const PoseClusters clusters =
      cluster_poses(table, time_of(*run.data), {.half_life_s = run.settings.quantification.half_life_s, .body = body});
  auto moved = std::make_shared<const MovedCrystals>(
      points_at_reference(run.scanner().crystal_centre_mm, clusters.poses), clusters.weights);
  run.data->move_lors(std::move(moved),
                      [&](std::uint32_t time_ms) { return clusters.cluster_of_row[table.row_at(time_ms)]; });
  warn_of_early_end(run, table);
  warn_of_coarse_poses(run, clusters);
  const std::string text = text_of(clusters, body);
  run.reporter.note(fmt::format("Motion: {}.", text));
  return text;
}

}  // namespace coincide::recon
