#include "gui/model/run_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "gui/model/translated.h"

namespace coincide::gui {
namespace {

using Figures = recon::IterationFigures;

constexpr FigureCurve curves[] = {
    {to_translate("Log likelihood"), to_translate("Log likelihood before each iteration"),
     [](const Figures& figures) -> std::optional<double> { return figures.log_likelihood; }},
    {to_translate("Penalty"), to_translate("Penalty of the prior"),
     [](const Figures& figures) { return figures.has_penalty() ? std::optional(figures.penalty) : std::nullopt; }},
    {to_translate("Estimated distance (%)"),
     to_translate("Estimated distance to the optimum, rms in the object, of its mean"),
     [](const Figures& figures) {
       return figures.distance_percent >= 0 ? std::optional(figures.distance_percent) : std::nullopt;
     }},
    {to_translate("Expected counts"), to_translate("Expected counts after each iteration"),
     [](const Figures& figures) -> std::optional<double> { return figures.expected_counts; }},
    {to_translate("Objective"), to_translate("Log likelihood less penalty, before each iteration"),
     [](const Figures& figures) { return figures.has_penalty() ? std::optional(figures.objective()) : std::nullopt; }},
};

/// Of which frame or gate an iteration is, counted from 0; of what has none always the first. Until the run is over it
/// is told by the passes that each is to take.
std::size_t part_of(const Run& run, std::size_t iteration) {
  if (!run.job.in_parts()) {
    return 0;
  }
  if (run.record) {
    std::size_t part = 0;
    for (std::size_t end = 0; part + 1 < run.record->parts.size(); ++part) {
      end += run.record->parts[part].figures.size();
      if (iteration < end) {
        break;
      }
    }
    return part;
  }
  return iteration / static_cast<std::size_t>(std::max<std::int64_t>(1, run.job.passes()));
}

std::string subject_of(const Run& run) { return translated_with("Run {} · {}", run.number, run.shown_name()); }

}  // namespace

std::string run_state_name(RunState state) {
  switch (state) {
    case RunState::waiting:
      return translated("waiting");
    case RunState::running:
      return translated("running");
    case RunState::paused:
      return translated("paused");
    case RunState::stopping:
      return translated("stopping");
    case RunState::done:
      return translated("done");
    case RunState::stopped:
      return translated("stopped");
    case RunState::failed:
      return translated("failed");
  }
  return {};
}

Run recorded_run(const std::shared_ptr<const io::Provenance>& record) {
  Run run;
  run.job = record->job;
  run.state = record->stopped ? RunState::stopped : RunState::done;
  run.fraction = 1;
  for (const auto& [stage, seconds] : record->stage_seconds) {
    run.seconds += seconds;
  }
  run.iteration = record->iterations_done;
  run.figures = record->figures;
  for (const std::string& warning : record->warnings) {
    run.lines.push_back({warning, true});
  }
  run.files = record->outputs;
  run.tof_profile = record->tof_profile;
  run.record = record;
  return run;
}

std::filesystem::path record_file_of(const Run& run) { return run.folder / (run.job.result_name() + ".json"); }

std::filesystem::path image_file_of(const Run& run) {
  return run.folder / (run.job.result_name() + "." + run.job.output.format);
}

std::map<int, std::filesystem::path> iteration_files_of(const Run& run) {
  std::map<int, std::filesystem::path> found;
  const std::string begin = run.job.result_name() + "_it", end = "." + run.job.output.format;
  for (const std::string& file : run.files) {
    const std::string name = std::filesystem::path(file).filename().string();
    if (!name.starts_with(begin) || !name.ends_with(end) || name.size() <= begin.size() + end.size()) {
      continue;
    }
    int iteration = 0;
    const char* digits_end = name.data() + name.size() - end.size();
    if (std::from_chars(name.data() + begin.size(), digits_end, iteration).ptr == digits_end) {
      found[iteration] = run.folder / name;
    }
  }
  return found;
}

std::vector<KeptImage> parts_of(const recon::ImageSeries& series, const io::Provenance& record) {
  std::vector<KeptImage> parts;
  for (std::size_t i = 0; i < series.frames.size() && series.frames.size() == record.parts.size(); ++i) {
    parts.push_back({.iteration = record.iterations_done,
                     .image = std::make_shared<const recon::Image>(series.image(i)),
                     .part = record.parts[i].part});
  }
  return parts;
}

std::filesystem::path simulated_events(const Run& run) {
  const auto file = std::ranges::find_if(run.files, [](const std::string& name) { return name.ends_with(".petsird"); });
  return file == run.files.end() ? std::filesystem::path() : run.folder / *file;
}

double shown_fraction(const Run& run) {
  if (!run.is_over()) {
    return run.fraction;
  }
  const double done = run.iterations_done() / static_cast<double>(std::max<std::int64_t>(1, run.job.passes()));
  return run.state == RunState::done ? 1 : std::min(1.0, done);
}

std::string iterations_text(const Run& run) {
  const std::string done = fmt::format("{:.3g}", run.iterations_done());
  return run.job.in_parts() ? done : translated_with("{} of {}", done, run.job.passes());
}

std::string extent_text(const Run& run) {
  if (run.parts.empty()) {
    return translated_with("iteration {}", iterations_text(run));
  }
  const bool are_gates = !run.job.frames.gates.empty();
  if (run.parts.size() == 1) {
    return are_gates ? translated("one gate") : translated("one frame");
  }
  return are_gates ? translated_with("{} gates", run.parts.size()) : translated_with("{} frames", run.parts.size());
}

std::string progress_text(const Run& run) {
  std::string state = run_state_name(run.state);
  if (run.state == RunState::waiting) {
    return translated("waits for the runs before it");
  }
  if (run.state == RunState::done) {
    return state;
  }
  if (run.is_over()) {
    return run.iterations_done() > 0 ? translated_with("{} after {} iterations", state, iterations_text(run))
                                     : translated_with("{} before the first image", state);
  }
  std::string text = in_language(run.stage);
  if (run.state != RunState::running) {
    text += fmt::format(" ({})", state);
  }
  return run.seconds_left >= 0 ? translated_with("{}, {} left", text, clock_text(run.seconds_left)) : text;
}

std::string clock_text(double seconds) {
  const std::int64_t whole = std::llround(seconds);
  return whole < 3600 ? fmt::format("{}:{:02}", whole / 60, whole % 60)
                      : fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::span<const FigureCurve> figure_curves() { return curves; }

Chart figure_chart(const Run& run, const FigureCurve& curve) {
  Chart chart{.title = translated(curve.title),
              .x_label = translated("iteration"),
              .y_label = translated(curve.name),
              .style = Chart::Style::line,
              .series = {},
              .subject = subject_of(run),
              .whole_x = true};
  std::optional<std::size_t> part;
  for (std::size_t i = 0; i < run.figures.size(); ++i) {
    const std::optional<double> value = curve.value(run.figures[i]);
    if (!value) {
      continue;
    }
    if (part != part_of(run, i)) {  // each has a likelihood of its own: no line leads from one to the next
      part = part_of(run, i);
      const char* kind = run.job.frames.gates.empty() ? to_translate("frame {}") : to_translate("gate {}");
      chart.series.push_back(
          {.name = run.job.in_parts() ? translated_with(kind, *part + 1) : translated(curve.name), .x = {}, .y = {}});
    }
    chart.series.back().x.push_back(run.figures[i].iteration);
    chart.series.back().y.push_back(*value);
  }
  return chart;
}

Chart tof_profile_chart(const Run& run) {
  Chart chart{.title = translated("Counts by TOF bin"),
              .x_label = translated("middle of the bin (mm)"),
              .y_label = translated("counts"),
              .style = Chart::Style::line,
              .series = {},
              .subject = subject_of(run)};
  if (run.tof_profile.empty()) {
    return chart;
  }
  Chart::Series prompts{.name = translated("prompts"), .x = {}, .y = {}};
  for (const recon::TofBinCounts& bin : run.tof_profile) {
    prompts.x.push_back(bin.centre_mm);
    prompts.y.push_back(bin.prompts);
  }
  Chart::Series background{.name = translated("randoms and scatter"), .x = prompts.x, .y = {}};
  Chart::Series randoms{.name = translated("randoms"), .x = prompts.x, .y = {}};
  for (const recon::TofBinCounts& bin : run.tof_profile) {
    background.y.push_back(bin.randoms + bin.scatter);
    randoms.y.push_back(bin.randoms);
  }
  chart.series = {std::move(prompts), std::move(background), std::move(randoms)};
  return chart;
}

}  // namespace coincide::gui
