#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <vector>

#include "app/job_memory.h"
#include "app/plan_job.h"

namespace coincide::app {
namespace {

std::string duration_text(double seconds) {
  if (seconds < 100) {
    return fmt::format("{:.{}f} s", seconds, seconds < 10 ? 1 : 0);
  }
  return seconds < 6000 ? fmt::format("{:.0f} min", seconds / 60) : fmt::format("{:.1f} h", seconds / 3600);
}

/// The times of the stages that take any.
std::string stages_text(const JobPlan& plan) {
  if (plan.normalizes) {
    return "projection of the source to all pairs; reading and fit come to that";
  }
  std::vector<std::string> stages;
  const auto add = [&stages](const char* stage, double seconds) {
    if (seconds > 0) {
      stages.push_back(fmt::format("{} {}", stage, duration_text(seconds)));
    }
  };
  add("simulation", plan.simulation_s);
  add("reading", plan.reading_s);
  if (plan.sensitivity_cached) {
    stages.emplace_back("sensitivity image kept from an earlier run");
  } else {
    stages.push_back(fmt::format("sensitivity image {}", duration_text(plan.sensitivity_s)));
  }
  add("attenuation", plan.attenuation_s);
  add("scatter", plan.scatter_s);
  stages.push_back(fmt::format("each iteration {}", duration_text(plan.iteration_s)));
  return fmt::format("{}", fmt::join(stages, ", "));
}

}  // namespace

std::vector<std::pair<std::string, std::string>> plan_lines(const JobPlan& plan) {
  const auto& shape = plan.grid.shape;
  const auto& voxel = plan.grid.voxel_size_mm;
  std::vector<std::pair<std::string, std::string>> lines;
  const auto add = [&lines](const char* what, const std::string& text) { lines.emplace_back(what, text); };
  add("Scanner", plan.scanner);
  if (plan.bins.empty()) {
    add("Events", fmt::format("{}, about {} prompts", plan.events, plan.num_prompts));
  } else {
    add("Histogram", fmt::format("{}: {}; about {} prompts", plan.events, plan.bins, plan.num_prompts));
  }
  add(plan.normalizes ? "Source" : "Image", fmt::format("{} x {} x {} voxels of {:g} x {:g} x {:g} mm", shape[0],
                                                        shape[1], shape[2], voxel[0], voxel[1], voxel[2]));
  if (plan.parts > 0) {
    add("Images", fmt::format("{}, one for each frame or gate", plan.parts));
  }
  add("LORs", plan.bins.empty() ? fmt::format("{} crystal pairs can be in coincidence", plan.num_lors)
                                : fmt::format("{} of the histogram", plan.num_lors));
  if (!plan.normalizes) {
    add("TOF", plan.tof ? "used" : "not used");
  }
  add("Device", plan.device);
  add("Memory", fmt::format("about {}", memory_text(plan.memory_bytes)));
  if (plan.gpu_memory_bytes > 0) {
    add("GPU memory", fmt::format("about {}", memory_text(plan.gpu_memory_bytes)));
  }
  add("Time",
      fmt::format("about {} (an estimate from a short timed run): {}", duration_text(plan.total_s), stages_text(plan)));
  add("Result", plan.result_file);
  for (const std::string& warning : plan.warnings) {
    add("Warning", warning);
  }
  for (const std::string& note : plan.notes) {
    add("Note", note);
  }
  return lines;
}

std::string plan_text(const JobPlan& plan) {
  std::string text;
  for (const auto& [what, line] : plan_lines(plan)) {
    text += fmt::format("{:<14}{}\n", what, line);
  }
  return text;
}

}  // namespace coincide::app
