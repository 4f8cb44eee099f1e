#include "gui/model/subject.h"

#include <fmt/format.h>

#include "gui/model/part_iteration.h"
#include "gui/model/translated.h"

namespace coincide::gui {
namespace {

std::string algorithm_text(const io::Job& job) {
  const recon::AlgorithmKind& kind = job.algorithm_kind();
  std::string text(kind.title);
  if (kind.subsets > 1 && job.algorithm.subsets > 0) {  // else the counts say, and the image's description in the end
    text += job.algorithm.subsets == 1 ? translated(", one subset")
                                       : translated_with(", {} subsets", job.algorithm.subsets);
  }
  if (job.prior.name != recon::PriorName::none) {
    text += fmt::format(", {} {:g}", recon::prior_kind(job.prior.name).title, job.prior.strength);
  }
  return text;
}

/// "frame 2 of 4, 60 to 120 s, listmode OSEM"; gates have no time of their own.
std::string part_text(const Run& run, const KeptImage& shown) {
  const recon::Image& image = *shown.image;
  const std::string times =
      image.frame_duration_s > 0 && run.job.frames.gates.empty()
          ? translated_with(", {:g} to {:g} s", image.frame_start_s, image.frame_start_s + image.frame_duration_s)
          : "";
  return fmt::format("{}{}{}{}", in_language(shown.part), times, image.description.empty() ? "" : ", ",
                     in_language(image.description));
}

/// "frame 2 of 5 · iteration 3 of 4 · OSEM"
std::string under_way(const Run& run, const PartIteration& at) {
  return in_language(at.part) + " · " +
         translated_with("iteration {:.4g} of {} · {}", at.iteration, run.job.passes(), algorithm_text(run.job));
}

std::string why_no_image(const Run& run) {
  switch (run.state) {
    case RunState::failed:
      return translated_with("Run {} failed before it had an image. The tab Run says why.", run.number);
    case RunState::stopped:
      return translated_with("Run {} was stopped before it had an image.", run.number);
    case RunState::waiting:
      return translated_with("Run {} waits for the runs before it.", run.number);
    default:
      return translated_with("Run {} has no image yet ({}). It appears here as it forms.", run.number,
                             in_language(run.stage));
  }
}

}  // namespace

std::string data_of(const io::Job& job) {
  if (!job.input.data.empty()) {
    return job.input.data.string();
  }
  return job.simulates() ? fmt::format("{} in {}", job.simulation.phantom.string(), job.simulation.scanner.string())
                         : "";
}

Subject subject_of(const io::Job& job) {
  const std::string data = data_of(job);
  if (data.empty()) {
    return {.data = {},
            .name = translated("New job"),
            .detail = {},
            .file = "coincide",
            .hint = translated("Choose a listmode file, or a phantom and a scanner, in the mode Job.")};
  }
  if (job.simulates()) {
    return {.data = data,
            .name = translated_with("Simulation · {} in {}", job.simulation.phantom.stem().string(),
                                    job.simulation.scanner.stem().string()),
            .detail = translated("no image yet"),
            .file = job.result_name(),
            .hint = translated(
                "Scanner and image box as the job has them. Run (F5) simulates the data and makes the image.")};
  }
  return {.data = data,
          .name = translated_with("Data · {}", job.input.data.filename().string()),
          .detail = translated("no image yet"),
          .file = job.input.data.stem().string(),
          .hint = translated("Scanner, events and image box as the job has them. Run (F5) makes the image.")};
}

Subject subject_of(const Run& run, const KeptImage& shown) {
  const std::string file = run.job.result_name();
  Subject subject{.data = data_of(run.job),
                  .name = translated_with("Run {} · {}", run.number, run.shown_name()),
                  .detail = translated_with("no image · {}", algorithm_text(run.job)),
                  .file = fmt::format("{}_run{}", file, run.number),
                  .hint = why_no_image(run)};
  if (shown.image && shown.iteration > 0) {
    const std::optional<PartIteration> of_part = part_iteration(run, shown);
    subject.detail = of_part               ? under_way(run, *of_part)
                     : !shown.part.empty() ? part_text(run, shown)
                     : run.job.in_parts()  ? in_language(shown.image->description)
                                           : translated_with("iteration {:.4g} of {} · {}", shown.iteration,
                                                             run.job.passes(), algorithm_text(run.job));
    subject.file += shown.part.empty() ? fmt::format("_it{:.4g}", shown.iteration) : io::part_ending(shown.part);
    subject.hint.clear();
  }
  return subject;
}

std::string caption(const Subject& subject, const std::string& unit) {
  std::string line = subject.name;
  for (const std::string& part : {subject.detail, unit == "1" ? translated("arbitrary unit") : unit}) {
    line += part.empty() ? "" : (line.empty() ? "" : " · ") + part;
  }
  return line;
}

}  // namespace coincide::gui
