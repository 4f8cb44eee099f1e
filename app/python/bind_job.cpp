#include <fmt/format.h>
#include <nanobind/make_iterator.h>
#include <nanobind/stl/array.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>

#include "app/job_setup.h"
#include "app/plan_job.h"
#include "app/python/bindings.h"
#include "app/python/callbacks.h"
#include "app/python/conversions.h"
#include "io/atomic_file.h"
#include "io/job.h"

namespace coincide::python {
namespace {

using namespace nb::literals;

nb::object get(io::Job& job, const std::string& key) {
  const std::vector<io::Setting> settings = io::describe(job);
  return value_of(settings[io::find_setting(settings, key)]);
}

std::vector<std::string> keys(io::Job& job) {
  std::vector<std::string> names;
  std::ranges::transform(io::describe(job), std::back_inserter(names), &io::Setting::key);
  return names;
}

bool has(io::Job& job, const std::string& key) {
  const std::vector<io::Setting> settings = io::describe(job);
  return std::ranges::any_of(settings, [&](const io::Setting& setting) { return setting.key == key; });
}

nb::dict settings(io::Job& job) {
  nb::dict all;
  for (const io::Setting& setting : io::describe(job)) {
    all[setting.key.c_str()] = value_of(setting);
  }
  return all;
}

nb::dict changed(io::Job& job) {
  io::Job plain;
  const std::vector<io::Setting> ours = io::describe(job);
  const std::vector<io::Setting> defaults = io::describe(plain);
  nb::dict result;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (io::value_text(ours[i]) != io::value_text(defaults[i])) {
      result[ours[i].key.c_str()] = value_of(ours[i]);
    }
  }
  return result;
}

std::string help(io::Job& job, const std::string& key) {
  const std::vector<io::Setting> all = io::describe(job);
  const io::Setting& setting = all[io::find_setting(all, key)];
  return fmt::format("{} {}{}", setting.help, io::allowed_text(setting),
                     setting.unit.empty() ? "" : fmt::format(" [{}]", setting.unit));
}

app::JobPlan plan(const io::Job& job, nb::object on_progress) {
  CallbackReporter reporter({.on_progress = std::move(on_progress)});
  return without_lock(reporter, [&] { return app::plan_job(job, reporter); });
}

void bind_plan(nb::module_& module) {
  nb::class_<app::JobPlan>(module, "Plan",
                           "What a job will do and need; counts, memory and times are estimates. print() shows it.")
      .def_ro("scanner", &app::JobPlan::scanner)
      .def_ro("events", &app::JobPlan::events, "Format of the data, or what is simulated.")
      .def_ro("device", &app::JobPlan::device)
      .def_ro("grid", &app::JobPlan::grid)
      .def_ro("tof", &app::JobPlan::tof)
      .def_ro("num_lors", &app::JobPlan::num_lors)
      .def_ro("num_prompts", &app::JobPlan::num_prompts)
      .def_ro("memory_bytes", &app::JobPlan::memory_bytes)
      .def_ro("gpu_memory_bytes", &app::JobPlan::gpu_memory_bytes, "0 on the CPU.")
      .def_ro("total_s", &app::JobPlan::total_s)
      .def_ro("result_file", &app::JobPlan::result_file)
      .def_ro("notes", &app::JobPlan::notes)
      .def_ro("warnings", &app::JobPlan::warnings)
      .def("__str__", &app::plan_text);
}

}  // namespace

void bind_job(nb::module_& module) {
  bind_plan(module);
  nb::class_<io::Job>(module, "Job", R"(What to reconstruct, from what, how, and where to: the settings of a job file.

job["stop.passes"] gives a setting and job["stop.passes"] = 3 changes it, under the names of the TOML file. Values are
bool, int, float, str (words, texts, paths) or three numbers. Paths count from the job's file, those that are set from
the working directory; all are absolute here.)")
      .def(
          "__init__",
          [](io::Job* job, const nb::object& path, const nb::object& changes) {
            new (job) io::Job(job_of(path, changes));
          },
          "path"_a = nb::none(), "settings"_a = nb::none(),
          nb::sig("def __init__(self, path: JobLike = None, settings: Settings = None) -> None"),
          "Of a TOML file, another job, or the defaults, with some settings changed. Raises InputError that names "
          "file,\n"
          "line and setting.")
      .def("__getitem__", &get, "key"_a, nb::sig("def __getitem__(self, key: str) -> Setting"))
      .def(
          "__setitem__",
          [](io::Job& job, const std::string& key, nb::handle value) {
            io::set_in_job(job, key, text_of(key, value), "the job");
          },
          "key"_a, "value"_a.none(), nb::sig("def __setitem__(self, key: str, value: object) -> None"))
      .def("__contains__", &has, "key"_a)
      .def(
          "__iter__", [](io::Job& job) { return nb::iter(nb::cast(keys(job))); },
          nb::sig("def __iter__(self) -> Iterator[str]"))
      .def("__len__", [](io::Job& job) { return io::describe(job).size(); })
      .def("keys", &keys)
      .def("settings", &settings, nb::sig("def settings(self) -> dict[str, Setting]"), "All settings.")
      .def("changed", &changed, nb::sig("def changed(self) -> dict[str, Setting]"),
           "Those that differ from the defaults.")
      .def("help", &help, "key"_a, "What a setting means, what it may be, and its unit.")
      .def(
          "validate", [](const io::Job& job) { app::prepare_job(job); }, nb::call_guard<nb::gil_scoped_release>(),
          "Checks that the settings fit together and opens all files, as a run does at once. Raises InputError, "
          "FileError\n"
          "or DeviceError.")
      .def("plan", &plan, "on_progress"_a = nb::none(),
           nb::sig("def plan(self, on_progress: OnProgress = None) -> Plan"),
           "A dry run: checks the job and says what it needs. Writes nothing.")
      .def("to_toml", &io::job_text, "The job as a commented TOML file.")
      .def(
          "save",
          [](const io::Job& job, const std::filesystem::path& path) { io::write_text_file(path, io::job_text(job)); },
          "path"_a, "Writes that file.")
      .def(
          "path", [](const io::Job& job, const std::string& ending) { return job.result_path(ending); }, "ending"_a,
          nb::sig("def path(self, ending: str) -> pathlib.Path"),
          "Where a run writes a result: path(\".nii.gz\") is output.folder / NAME.nii.gz.")
      .def("__repr__", [](const io::Job& job) {
        std::string text;
        for (const std::string& setting : io::changed_settings(job)) {
          text += (text.empty() ? "" : ", ") + setting;
        }
        return fmt::format("Job({})", text);
      });
}

}  // namespace coincide::python
