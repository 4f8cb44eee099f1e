#include <fmt/format.h>

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

std::string time_line(const JobPlan& plan) {
  const std::string all =
      fmt::format("Time          about {} (an estimate from a short timed run)", duration_text(plan.total_s));
  if (plan.normalizes) {
    return all + ": projection of the source to all pairs; reading and fit come to that\n";
  }
  return all +
         fmt::format(": {}{}sensitivity image {}, {}{}each iteration {}\n",
                     plan.simulation_s > 0 ? fmt::format("simulation {}, ", duration_text(plan.simulation_s)) : "",
                     plan.reading_s > 0 ? fmt::format("reading {}, ", duration_text(plan.reading_s)) : "",
                     plan.sensitivity_cached ? "kept from an earlier run" : duration_text(plan.sensitivity_s),
                     plan.attenuation_s > 0 ? fmt::format("attenuation {}, ", duration_text(plan.attenuation_s)) : "",
                     plan.scatter_s > 0 ? fmt::format("scatter {}, ", duration_text(plan.scatter_s)) : "",
                     duration_text(plan.iteration_s));
}

}  // namespace

std::string plan_text(const JobPlan& plan) {
  const auto& shape = plan.grid.shape;
  const auto& voxel = plan.grid.voxel_size_mm;
  std::string text;
  text += fmt::format("Scanner       {}\n", plan.scanner);
  if (plan.bins.empty()) {
    text += fmt::format("Events        {}, about {} prompts\n", plan.events, plan.num_prompts);
  } else {
    text += fmt::format("Histogram     {}: {}; about {} prompts\n", plan.events, plan.bins, plan.num_prompts);
  }
  text += fmt::format("{}{} x {} x {} voxels of {:g} x {:g} x {:g} mm\n",
                      plan.normalizes ? "Source        " : "Image         ", shape[0], shape[1], shape[2], voxel[0],
                      voxel[1], voxel[2]);
  if (plan.parts > 0) {
    text += fmt::format("Images        {}, one for each frame or gate\n", plan.parts);
  }
  text += fmt::format("LORs          {} {}\n", plan.num_lors,
                      plan.bins.empty() ? "crystal pairs can be in coincidence" : "of the histogram");
  if (!plan.normalizes) {
    text += fmt::format("TOF           {}\n", plan.tof ? "used" : "not used");
  }
  text += fmt::format("Device        {}\n", plan.device);
  text += fmt::format("Memory        about {}\n", memory_text(plan.memory_bytes));
  if (plan.gpu_memory_bytes > 0) {
    text += fmt::format("GPU memory    about {}\n", memory_text(plan.gpu_memory_bytes));
  }
  text += time_line(plan);
  text += fmt::format("Result        {}\n", plan.result_file);
  for (const std::string& warning : plan.warnings) {
    text += fmt::format("Warning       {}\n", warning);
  }
  for (const std::string& note : plan.notes) {
    text += fmt::format("Note          {}\n", note);
  }
  return text;
}

}  // namespace coincide::app
