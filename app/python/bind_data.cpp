#include <fmt/format.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <memory>
#include <utility>

#include "app/file_info.h"
#include "app/listmode_options.h"
#include "app/python/bindings.h"
#include "app/python/callbacks.h"
#include "app/python/conversions.h"
#include "io/data_checks.h"
#include "io/data_file.h"
#include "projectors/error.h"

namespace coincide::python {
namespace {

using namespace nb::literals;
using io::DataCheck;
using io::DataSummary;
using recon::EventBlock;
using recon::EventCounts;
using recon::EventSource;
using recon::Histogram;
using recon::HistogramSource;

/// What a listmode file was opened with, to read it again from its start.
struct Listmode {
  std::filesystem::path path;
  io::ListmodeOptions options;
  std::unique_ptr<EventSource> source;

  std::unique_ptr<EventSource> again() const { return io::open_data(path, options).events; }
};

/// A pass over a file.
struct Blocks {
  std::unique_ptr<EventSource> source;

  std::unique_ptr<EventBlock> next() {
    auto block = std::make_unique<EventBlock>();
    bool more = true;
    {
      const nb::gil_scoped_release unlocked;
      while ((more = source->read(*block)) && block->size() == 0) {
      }
    }
    if (!more) {
      throw nb::stop_iteration();
    }
    return block;
  }
};

struct Summary {
  DataSummary found;
  std::string text;
};

nb::object open(const std::filesystem::path& path, const nb::object& settings) {
  const io::ListmodeOptions options = app::listmode_options(job_of(nb::none(), settings));
  io::MeasuredData data;
  {
    const nb::gil_scoped_release unlocked;
    data = io::open_data(path, options);
  }
  if (data.histogram) {
    return nb::cast(std::move(data.histogram));
  }
  return nb::cast(Listmode{path, options, std::move(data.events)});
}

Summary summary_of(const Listmode& data, nb::object on_progress) {
  CallbackReporter reporter({.on_progress = std::move(on_progress)});
  return without_lock(reporter, [&] {
    const std::unique_ptr<EventSource> source = data.again();
    Summary summary{.found = io::check_data(*source, reporter), .text = ""};
    summary.text = app::file_info_text(*source, summary.found);
    return summary;
  });
}

/// Of all prompts or delayeds, in memory at once.
template <class T>
auto of_block(std::vector<T> EventBlock::*member) {
  return [member](nb::handle self) { return column(nb::cast<const EventBlock&>(self).*member, self); };
}

nb::object origins(nb::handle self) {
  const auto& origin = nb::cast<const EventBlock&>(self).origin;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(origin.data());
  return origin.empty() ? nb::none() : view(bytes, {origin.size()}, self);
}

/// By bin: (LORs,) or, with TOF, (LORs, TOF bins).
nb::object by_bin(nb::handle self, const std::vector<float> Histogram::*member) {
  const auto& histogram = nb::cast<const Histogram&>(self);
  const float* data = (histogram.*member).data();
  const auto lors = static_cast<std::size_t>(histogram.num_lors());
  return histogram.tof ? view(data, {lors, static_cast<std::size_t>(histogram.bins_per_lor())}, self)
                       : view(data, {lors}, self);
}

#define COINCIDE_COLUMN(name, type, doc)          \
  def_prop_ro(#name, of_block(&EventBlock::name), \
              nb::sig("def " #name "(self) -> numpy.typing.NDArray[numpy." type "]"), doc)
#define COINCIDE_OPTIONAL_COLUMN(name, type, doc) \
  def_prop_ro(#name, of_block(&EventBlock::name), \
              nb::sig("def " #name "(self) -> numpy.typing.NDArray[numpy." type "] | None"), doc)

void bind_block(nb::module_& module) {
  nb::class_<EventBlock>(
      module, "EventBlock",
      R"(Some 10^5 coincidences in file order, as columns: read-only views of shape (events,), which stay good after
the next block has been read. None where the file does not state it.)")
      .COINCIDE_COLUMN(crystal_a, "uint32", "Id of the crystal where the LOR starts.")
      .COINCIDE_COLUMN(crystal_b, "uint32", "And of that where it ends.")
      .COINCIDE_COLUMN(tof_bin, "uint16", "Index into Scanner.tof_bins_mm.")
      .COINCIDE_COLUMN(time_ms, "uint32", "Start of the time block that the event is in.")
      .COINCIDE_COLUMN(delayed, "uint8", "1: from the delayed window, 0: prompt.")
      .COINCIDE_OPTIONAL_COLUMN(window_a, "uint8", "Energy window at crystal a; None for a scanner with one.")
      .COINCIDE_OPTIONAL_COLUMN(window_b, "uint8", "Energy window at crystal b.")
      .COINCIDE_OPTIONAL_COLUMN(factor, "float32", "m of the model, as far as the file states it.")
      .COINCIDE_OPTIONAL_COLUMN(attenuation, "float32", "The part of it that is attenuation.")
      .COINCIDE_OPTIONAL_COLUMN(additive_per_s, "float32",
                                "b as a rate: expected scatter and randoms of the event's LOR and TOF bin.")
      .COINCIDE_OPTIONAL_COLUMN(scatter_per_s, "float32", "The part of it that is scatter.")
      .def_prop_ro("origin", &origins, nb::sig("def origin(self) -> NDArray[numpy.uint8] | None"),
                   "Of simulated events: 1 unscattered, 2 scattered, 3 scattered more often, 4 random, 5 scattered in "
                   "a detector.")
      .def("__len__", &EventBlock::size);
  nb::class_<Blocks>(module, "EventBlocks", "One pass over a listmode file.")
      .def(
          "__iter__", [](nb::handle self) { return nb::borrow(self); }, nb::sig("def __iter__(self) -> EventBlocks"))
      .def("__next__", &Blocks::next);
}

void bind_summary(nb::module_& module) {
  nb::class_<EventCounts>(module, "EventCounts", "What a pass over a listmode file has counted.")
      .def_ro("prompts", &EventCounts::prompts)
      .def_ro("delayeds", &EventCounts::delayeds)
      .def_ro("out_of_range", &EventCounts::out_of_range,
              "Events of crystals or TOF bins that the scanner lacks; left out.")
      .def_ro("time_blocks", &EventCounts::time_blocks)
      .def_ro("duration_s", &EventCounts::duration_s)
      .def_prop_ro("warnings", &EventCounts::all_warnings);
  nb::class_<DataCheck>(module, "DataCheck", "What was found, and what can be done about it.")
      .def_ro("name", &DataCheck::name)
      .def_prop_ro("is_bad", [](const DataCheck& check) { return check.verdict == io::Verdict::bad; })
      .def_ro("sentence", &DataCheck::sentence)
      .def_ro("remedy", &DataCheck::remedy)
      .def("__repr__",
           [](const DataCheck& check) { return fmt::format("{}: {} {}", check.name, check.sentence, check.remedy); });
  nb::class_<Summary>(module, "Summary",
                      "What one pass over listmode data tells; print() shows it as `coincide --info` does.")
      .def_prop_ro("counts", [](const Summary& summary) { return summary.found.counts; })
      .def_prop_ro("checks", [](const Summary& summary) { return summary.found.checks; })
      .def_prop_ro(
          "complete", [](const Summary& summary) { return summary.found.complete; }, "False: it was stopped.")
      .def_prop_ro(
          "prompts_per_crystal",
          [](nb::handle self) { return column(nb::cast<const Summary&>(self).found.prompts_per_crystal, self); },
          nb::sig("def prompts_per_crystal(self) -> NDArray[numpy.uint64] | None"),
          "(crystals,): both crystals of a prompt count.")
      .def_prop_ro(
          "prompts_per_second",
          [](nb::handle self) { return column(nb::cast<const Summary&>(self).found.prompts_per_second, self); },
          nb::sig("def prompts_per_second(self) -> NDArray[numpy.uint64] | None"), "From the first event on.")
      .def_prop_ro(
          "prompts_per_tof_bin",
          [](nb::handle self) { return column(nb::cast<const Summary&>(self).found.prompts_per_tof_bin, self); },
          nb::sig("def prompts_per_tof_bin(self) -> NDArray[numpy.uint64] | None"), "By row of Scanner.tof_bins_mm.")
      .def("__str__", [](const Summary& summary) { return summary.text; });
}

void bind_histogram(nb::module_& module) {
  nb::class_<Histogram>(
      module, "Bins",
      R"(The bins of a histogram with the factors of y ~ Poisson(m (A x) + b), as read-only views. Values are of shape
(LORs,) or, with TOF, (LORs, TOF bins).)")
      .def_prop_ro(
          "points_mm", [](nb::handle self) { return points(nb::cast<const Histogram&>(self).point_mm, self); },
          nb::sig("def points_mm(self) -> Floats"), "(points, 3): where LORs end.")
      .def_prop_ro(
          "start", [](nb::handle self) { return column(nb::cast<const Histogram&>(self).start, self); },
          nb::sig("def start(self) -> NDArray[numpy.uint32]"), "(LORs,): index into points_mm.")
      .def_prop_ro(
          "end", [](nb::handle self) { return column(nb::cast<const Histogram&>(self).end, self); },
          nb::sig("def end(self) -> NDArray[numpy.uint32]"),
          "(LORs,): index into points_mm; TOF bins count towards it.")
      .def_prop_ro(
          "view", [](nb::handle self) { return column(nb::cast<const Histogram&>(self).view, self); },
          nb::sig("def view(self) -> NDArray[numpy.uint32] | None"), "(LORs,): what subsets are made of.")
      .def_prop_ro(
          "counts", [](nb::handle self) { return by_bin(self, &Histogram::counts); },
          nb::sig("def counts(self) -> Floats"), "y, as the file has them.")
      .def_prop_ro(
          "factor", [](nb::handle self) { return by_bin(self, &Histogram::factor); },
          nb::sig("def factor(self) -> Floats"), "m: 1 unless the file states it.")
      .def_prop_ro(
          "additive", [](nb::handle self) { return by_bin(self, &Histogram::additive); },
          nb::sig("def additive(self) -> Floats"), "b [counts]: 0 unless the file states it.")
      .def_ro("tof", &Histogram::tof, "None without TOF.")
      .def("__len__", &Histogram::num_bins);
  nb::class_<HistogramSource>(module, "HistogramData", "A histogram in a file.")
      .def_prop_ro("scanner", &HistogramSource::scanner, nb::rv_policy::reference_internal)
      .def_prop_ro("format", [](const HistogramSource& source) { return source.facts().format; })
      .def_prop_ro(
          "arrangement", [](const HistogramSource& source) { return source.facts().bins; }, "Of the bins, in words.")
      .def_prop_ro("num_lors", [](const HistogramSource& source) { return source.facts().num_lors; })
      .def_prop_ro(
          "duration_s", [](const HistogramSource& source) { return source.facts().duration_s; }, "0: not known.")
      .def("read", &HistogramSource::read, nb::call_guard<nb::gil_scoped_release>(), "All bins, in memory.")
      .def("__str__", &app::histogram_info_text);
}

}  // namespace

void bind_data(nb::module_& module) {
  bind_block(module);
  bind_summary(module);
  bind_histogram(module);
  nb::class_<Listmode>(module, "ListmodeData", "A listmode file, which never has to be in memory.")
      .def_prop_ro(
          "scanner", [](const Listmode& data) -> const recon::Scanner& { return data.source->scanner(); },
          nb::rv_policy::reference_internal)
      .def_prop_ro("format", [](const Listmode& data) { return data.source->format(); })
      .def(
          "blocks", [](const Listmode& data) { return Blocks{data.again()}; },
          "An iterator over the events from the first on, in blocks. Each has a place of its own in the file. Raises\n"
          "FileError where the file is damaged.")
      .def("summary", &summary_of, "on_progress"_a = nb::none(),
           nb::sig("def summary(self, on_progress: OnProgress = None) -> Summary"),
           "Reads all of it: counts and checks, as `coincide --info` does.");
  module.def("open", &open, "path"_a, "settings"_a = nb::none(),
             nb::sig("def open(path: str | os.PathLike, settings: Settings = None) -> ListmodeData | HistogramData"),
             R"(Opens listmode or a histogram of any format that `coincide --info` reads. settings are those of a job's
[input] that say how, {"input.columns": "x1_mm = my_x"}. Raises FileError for a file that is missing, damaged or of
another kind.)");
}

}  // namespace coincide::python
