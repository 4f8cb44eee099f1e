#include <fmt/format.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <utility>

#include "app/python/bindings.h"
#include "app/python/callbacks.h"
#include "app/python/conversions.h"
#include "app/run_job.h"
#include "io/provenance.h"

namespace coincide::python {
namespace {

using namespace nb::literals;
using app::RunResult;
using recon::IterationFigures;

RunResult run(nb::handle job, nb::object on_progress, nb::object on_image, nb::object on_message,
              const nb::object& settings, bool resume) {
  const io::Job copy = job_of(job, settings);
  CallbackReporter reporter({std::move(on_progress), std::move(on_image), std::move(on_message)});
  return without_lock(reporter,
                      [&] { return app::run_job(copy, reporter, resume ? app::Resume::yes : app::Resume::no); });
}

RunResult simulate(nb::handle job, nb::object on_progress, nb::object on_message, const nb::object& settings) {
  const io::Job copy = job_of(job, settings);
  CallbackReporter reporter({.on_progress = std::move(on_progress), .on_message = std::move(on_message)});
  return without_lock(reporter, [&] { return app::simulate_job(copy, reporter); });
}

nb::object image_of(nb::handle self) {
  auto& result = nb::cast<RunResult&>(self);
  return result.image.values.empty() ? nb::none() : nb::cast(result.image, nb::rv_policy::reference_internal, self);
}

std::vector<recon::Image> frames(const RunResult& result) {
  std::vector<recon::Image> images;
  for (std::size_t frame = 0; frame < result.series.frames.size(); ++frame) {
    images.push_back(result.series.image(frame));
  }
  return images;
}

std::vector<std::filesystem::path> files(const RunResult& result) {
  std::vector<std::filesystem::path> paths;
  for (const std::string& name : result.provenance.outputs) {
    paths.push_back(result.provenance.job.output.folder / name);
  }
  return paths;
}

void bind_figures(nb::module_& module) {
  nb::class_<IterationFigures>(module, "Figures", "What is known of an iteration, a pass over all counts.")
      .def_ro("iteration", &IterationFigures::iteration)
      .def_ro("log_likelihood", &IterationFigures::log_likelihood,
              "sum y ln(m A x + b) - sum(s x) at the image before it; the sum of b left out.")
      .def_ro("penalty", &IterationFigures::penalty, "strength R(x) there; below 0: there is no prior.")
      .def_prop_ro("objective", &IterationFigures::objective, "log_likelihood - penalty")
      .def_ro("image_sum", &IterationFigures::image_sum)
      .def_ro("expected_counts", &IterationFigures::expected_counts, "sum(s x) after it.")
      .def_ro("distance_percent", &IterationFigures::distance_percent, "Estimated, to the optimum; below 0: not known.")
      .def_ro("seconds", &IterationFigures::seconds)
      .def("__repr__", [](const IterationFigures& figures) { return recon::figures_text(figures); });
}

}  // namespace

void bind_run(nb::module_& module) {
  bind_figures(module);
  nb::class_<RunResult>(module, "Result", "What a run leaves. The files are written already.")
      .def_prop_ro("image", &image_of, nb::sig("def image(self) -> Image | None"),
                   "Of frames or gates the mean; None if the run was stopped before its first update, or makes none.")
      .def_prop_ro("frames", &frames, "Of a job with frames.durations: the images of those that were finished.")
      .def_prop_ro(
          "record",
          [](const RunResult& result) { return from_json(io::provenance_json(result.provenance, result.series)); },
          nb::sig("def record(self) -> dict[str, Any]"), "NAME.json: where the result comes from.")
      .def_prop_ro(
          "figures", [](const RunResult& result) { return result.provenance.figures; }, "Of each iteration.")
      .def_prop_ro(
          "corrections", [](const RunResult& result) { return result.provenance.corrections; },
          "(effect, what was really done)")
      .def_prop_ro("warnings", [](const RunResult& result) { return result.provenance.warnings; })
      .def_prop_ro("files", &files, "All files that were written but the record.")
      .def(
          "path",
          [](const RunResult& result, const std::string& ending) { return result.provenance.job.result_path(ending); },
          "ending"_a, "Where a result lies: path(\".petsird\"), path(\"_mu.nii.gz\").")
      .def_prop_ro("stopped", &RunResult::stopped, "By Ctrl-C or a callback; what had been reached is kept.")
      .def("__repr__", [](const RunResult& result) {
        return fmt::format("Result({}{})", result.provenance.job.result_path("").string(),
                           result.stopped() ? ", stopped" : "");
      });

  module.def("run", &run, "job"_a = nb::none(), nb::kw_only(), "on_progress"_a = nb::none(), "on_image"_a = nb::none(),
             "on_message"_a = nb::none(), "settings"_a = nb::none(), "resume"_a = false,
             nb::sig("def run(job: JobLike = None, *, on_progress: OnProgress = None, on_image: OnImage = None, "
                     "on_message: OnMessage = None, settings: Settings = None, resume: bool = False) -> Result"),
             R"(Runs a job as `coincide --batch` does: the same files, the same voxels.

Parameters
----------
job : Job, or path of a job file; None: a new job
    Paths in a file count from its folder.
on_progress : callable (stage, fraction)
    Some ten times a second and at each new stage; a `coincide.ProgressLine()` is one.
on_image : callable (image, iteration)
    The image after each update, in the unit of the result; iteration counts passes over all counts, with fractions.
on_message : callable (kind, sentence)
    kind is "note", "step", "figures" or "warning". Without it, warnings go to Python's `warnings`.
settings : dict
    Settings to change, {"stop.passes": 3}, as --set does.
resume : bool
    Go on where the job's last run left its checkpoints (output.checkpoint).

A callback that returns False stops the run, and so does Ctrl-C: what has been reached is written and returned, and
Result.stopped is True. After a second Ctrl-C, and after an exception in a callback, that is raised when the files are
written. Other threads of Python run meanwhile.

Raises InputError, FileError or DeviceError, with a sentence that says what to do.)");
  module.def("simulate", &simulate, "job"_a = nb::none(), nb::kw_only(), "on_progress"_a = nb::none(),
             "on_message"_a = nb::none(), "settings"_a = nb::none(),
             nb::sig("def simulate(job: JobLike = None, *, on_progress: OnProgress = None, on_message: OnMessage = "
                     "None, settings: Settings = None) -> Result"),
             R"(Only the simulation that a job with [simulation] begins with: result.path(".petsird") are its events,
path("_truth.nii.gz") the activity, path("_mu.nii.gz") the attenuation in 1/cm. Arguments and errors as of run().)");
}

}  // namespace coincide::python
