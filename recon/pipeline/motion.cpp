#include "recon/pipeline/motion.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "projectors/error.h"
#include "recon/motion/live_blocks.h"
#include "recon/motion/pose_clusters.h"
#include "recon/motion/poses.h"

namespace coincide::recon {
namespace {

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

bool states_motion(const RunState& run) { return run.data->movements().moves(); }

/// Poses say where the body is in the scanner, the bed's movement included: with that of the file it would count twice.
PoseTable poses_of_body(const RunState& run) {
  if (states_motion(run) && run.settings.corrections.motion == StatedMotion::automatic) {
    throw InputError(fmt::format(
        "poses are given (input.motion), and the file states where bed or gantry stand in {}: both together would move "
        "the body twice. Set corrections.motion = \"off\" if the poses say where the body is in the scanner, else "
        "leave "
        "input.motion empty",
        run.record.part.empty() ? "the frame" : run.record.part));
  }
  PoseTable table(run.inputs.poses, zero_s(run));
  table.check_covers({run.data->counts().first_ms, run.data->counts().last_ms});
  return table;
}

/// Of the file's movements, which only count while something is recorded.
std::string leave_out_stated_motion(RunState& run) {
  run.record.counts.not_used.emplace_back("the movement of bed or gantry (corrections.motion is off)");
  if (const auto change_ms = run.data->movements().first_change_ms()) {
    run.reporter.warning(
        fmt::format("The bed or gantry moves at {} s or shortly before, while the frame is recorded, and that is not "
                    "corrected (corrections.motion is off): the image is blurred.",
                    1e-3 * *change_ms));
  }
  return "not corrected, though the file states where bed or gantry stand";
}

/// Box around points.
struct Box {
  Point low{1e30, 1e30, 1e30};
  Point high{-1e30, -1e30, -1e30};

  void add(const Point& point) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      low[axis] = std::min(low[axis], point[axis]);
      high[axis] = std::max(high[axis], point[axis]);
    }
  }
  bool meets(const Box& other) const {
    bool meet = true;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      meet = meet && low[axis] <= other.high[axis] && other.low[axis] <= high[axis];
    }
    return meet;
  }
};

/// A bed far away takes the image with it, out of the scanner's sight.
void refuse_image_out_of_sight(const RunState& run, const std::vector<Pose>& poses, const MovingBody& body) {
  const ImageGrid& grid = run.inputs.grid;
  for (const Pose& pose : poses) {
    Box crystals, image;
    const PoseMap map(pose);
    for (const Vec3& crystal : run.scanner().crystal_centre_mm) {
      crystals.add({crystal[0], crystal[1], crystal[2]});
    }
    for (unsigned corner = 0; corner < 8; ++corner) {
      Point place = body.centre_mm;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const double half_mm = 0.5 * static_cast<double>(grid.shape[axis]) * grid.voxel_size_mm[axis];
        place[axis] += (corner >> axis & 1U) != 0 ? half_mm : -half_mm;
      }
      image.add(map.to_scanner(place));
    }
    if (!image.meets(crystals)) {
      const Vec3 middle = run.scanner().centre_mm();
      const Point seen = map.to_reference({middle[0], middle[1], middle[2]});
      throw InputError(fmt::format(
          "where the body stands in a part of the frame, no LOR crosses the image: the scanner then sees it around "
          "({:.0f}, {:.0f}, {:.0f}) mm. Make the image reach there (image.centre_offset_mm, image.size), or set "
          "corrections.motion = \"off\" for an image in the scanner's axes",
          seen[0], seen[1], seen[2]));
    }
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

/// What is left of the activity at the end of the frame, of that at its start.
double activity_left(const RunState& run) {
  const double half_life_s = run.settings.quantification.half_life_s;
  const EventCounts& counts = run.data->counts();
  return half_life_s > 0 ? std::exp2(-1e-3 * (counts.last_ms - counts.first_ms) / half_life_s) : 1;
}

/// How the randoms of each pose go with its decays, relative to the frame.
std::vector<double> randoms_of_poses(const PoseClusters& clusters) {
  std::vector<double> ratios;
  for (std::size_t pose = 0; pose < clusters.poses.size(); ++pose) {
    const double weight = clusters.weights[pose];
    ratios.push_back(weight > 0 ? clusters.randoms[pose] / weight : 1);
  }
  return ratios;
}

std::string text_of(const RunState& run, const PoseClusters& clusters, const MovingBody& body) {
  const auto rows =
      std::ssize(clusters.cluster_of_row) - std::ranges::count(clusters.cluster_of_row, PoseClusters::none);
  double farthest_mm = 0;
  for (const Pose& pose : clusters.poses) {
    farthest_mm = std::max(farthest_mm, distance_mm(pose, Pose{}, body));
  }
  return fmt::format(
      "LORs of events moved to the reference position{}: {} poses gathered in {}, up to {:.3g} mm from it (root mean "
      "square in the image); attenuation moves with them",
      run.inputs.poses.empty() ? " of bed and gantry, whose places the file states" : "", rows, clusters.poses.size(),
      farthest_mm);
}

std::string follow(RunState& run, const PoseTable& table) {
  constexpr double little_decay = 0.1;  // within it randoms and decays go alike
  const MovingBody body = body_in(run.inputs.grid);
  const PoseClusters clusters = cluster_poses(table, live_blocks(*run.data, run.model),
                                              {.half_life_s = run.settings.quantification.half_life_s, .body = body});
  refuse_image_out_of_sight(run, clusters.poses, body);
  const double decay = 1 - activity_left(run);
  auto moved = std::make_shared<const MovedCrystals>(
      points_at_reference(run.scanner().crystal_centre_mm, clusters.poses), clusters.weights,
      decay > little_decay ? randoms_of_poses(clusters) : std::vector<double>());
  run.data->move_lors(std::move(moved),
                      [&](std::uint32_t time_ms) { return clusters.cluster_of_row[table.row_at(time_ms)]; });
  warn_of_coarse_poses(run, clusters);
  std::string text = text_of(run, clusters, body);
  if (decay > little_decay) {
    text += fmt::format("; {:.3g} % of the activity decays in the frame: randoms go as its square", 100 * decay);
  }
  run.reporter.note(fmt::format("Motion: {}.", text));
  return text;
}

}  // namespace

std::string correct_motion(RunState& run) {
  const bool has_poses = !run.inputs.poses.empty();
  if (!has_poses && !states_motion(run)) {
    return "no poses are given, and bed and gantry stand still";
  }
  if (run.data->num_prompts() == 0) {
    return "not corrected: there are no prompts";
  }
  if (has_poses) {
    return follow(run, poses_of_body(run));
  }
  if (run.settings.corrections.motion == StatedMotion::off) {
    return leave_out_stated_motion(run);
  }
  return follow(run, PoseTable(run.data->movements().poses(), 0));
}

}  // namespace coincide::recon
