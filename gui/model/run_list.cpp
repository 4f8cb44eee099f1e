#include "gui/model/run_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace coincide::gui {
namespace {

Chart figures_chart(const Run& run, const std::string& title, const std::string& y_label,
                    double recon::IterationFigures::*figure) {
  Chart::Series series{.name = y_label, .x = {}, .y = {}};
  for (const recon::IterationFigures& figures : run.figures) {
    series.x.push_back(figures.iteration);
    series.y.push_back(figures.*figure);
  }
  Chart chart{.title = title,
              .x_label = "iteration",
              .y_label = y_label,
              .style = Chart::Style::line,
              .series = {},
              .subject = "Run " + std::to_string(run.number) + " · " + run.job.result_name(),
              .whole_x = true};
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

double shown_fraction(const Run& run) {
  if (!run.is_over()) {
    return run.fraction;
  }
  const double done =
      run.iterations_done() / static_cast<double>(std::max<std::int64_t>(1, run.job.algorithm.iterations));
  return run.state == RunState::done ? 1 : std::min(1.0, done);
}

std::string progress_text(const Run& run) {
  const std::string state = run_state_name(run.state);
  if (run.state == RunState::done) {
    return state;
  }
  if (run.is_over()) {
    return run.iterations_done() > 0 ? fmt::format("{} after {:.3g} of {} iterations", state, run.iterations_done(),
                                                   run.job.algorithm.iterations)
                                     : state + " before the first image";
  }
  std::string text = run.stage;
  if (run.state != RunState::running) {
    text += fmt::format(" ({})", state);
  }
  return run.seconds_left >= 0 ? fmt::format("{}, {} left", text, clock_text(run.seconds_left)) : text;
}

std::string clock_text(double seconds) {
  const std::int64_t whole = std::llround(seconds);
  return whole < 3600 ? fmt::format("{}:{:02}", whole / 60, whole % 60)
                      : fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
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
