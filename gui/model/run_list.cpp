#include "gui/model/run_list.h"

#include <algorithm>

namespace coincide::gui {
namespace {

Chart figures_chart(const Run& run, const std::string& title, const std::string& y_label,
                    double recon::IterationFigures::*figure) {
  Chart::Series series{.name = y_label, .x = {}, .y = {}};
  for (const recon::IterationFigures& figures : run.figures) {
    series.x.push_back(figures.iteration);
    series.y.push_back(figures.*figure);
  }
  Chart chart{.title = title, .x_label = "iteration", .y_label = y_label, .style = Chart::Style::line, .series = {}};
  if (!series.x.empty()) {
    chart.series.push_back(std::move(series));
  }
  return chart;
}

}  // namespace

std::string run_state_name(RunState state) {
  switch (state) {
    case RunState::running:
      return "running";
    case RunState::paused:
      return "paused";
    case RunState::stopping:
      return "stopping";
    case RunState::done:
      return "done";
    case RunState::stopped:
      return "stopped";
    case RunState::failed:
      return "failed";
  }
  return {};
}

std::filesystem::path simulated_events(const Run& run) {
  const auto file = std::ranges::find_if(run.files, [](const std::string& name) { return name.ends_with(".petsird"); });
  return file == run.files.end() ? std::filesystem::path() : run.folder / *file;
}

Chart likelihood_chart(const Run& run) {
  return figures_chart(run, "Log likelihood before each iteration", "log likelihood",
                       &recon::IterationFigures::log_likelihood);
}

Chart expected_counts_chart(const Run& run) {
  return figures_chart(run, "Expected counts after each iteration", "expected counts",
                       &recon::IterationFigures::expected_counts);
}

}  // namespace coincide::gui
