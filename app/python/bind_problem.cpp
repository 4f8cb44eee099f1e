#include <fmt/format.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <memory>
#include <utility>

#include "app/python/bindings.h"
#include "app/python/held_problem.h"

namespace coincide::python {
namespace {

using namespace nb::literals;
using recon::DataBlock;

/// The cells of a subset; they belong to the problem.
struct Cells {
  const recon::Problem* problem;
  DataBlock block;

  template <class T>
  nb::object by_lor(const T* data, nb::handle self) const {
    return data == nullptr ? nb::none() : view(data, {static_cast<std::size_t>(block.lors.count)}, self);
  }
  nb::object by_cell(const float* data, nb::handle self) const {
    return data == nullptr ? nb::none() : view(data, {static_cast<std::size_t>(block.size())}, self);
  }
  const std::uint16_t* tof_bin() const { return problem->data.tof_bins().empty() ? nullptr : block.tof_bin; }
};

const Cells& cells(nb::handle self) { return nb::cast<const Cells&>(self); }

nb::object points_of(nb::handle self) {
  const recon::Measurements& data = nb::cast<const HeldProblem&>(self).problem().data;
  return view(data.points_mm(), {static_cast<std::size_t>(data.num_points()), 3}, self);
}

/// Of a subset in double precision, as the program's algorithms take it: what is divided by it has the same bits.
nb::object sensitivity(nb::handle self, std::optional<int> subset) {
  const auto& held = nb::cast<const HeldProblem&>(self);
  const recon::Problem& problem = held.problem();
  const auto size = [&](int axis) { return static_cast<std::size_t>(held.grid().shape[axis]); };
  if (!subset) {
    return view(problem.sensitivity.data(), {size(0), size(1), size(2)}, self);
  }
  (void)held.cells(*subset);  // which says whether it is there
  const auto& own = problem.subset_sensitivity;
  const auto& s = own.empty() ? problem.sensitivity : own[static_cast<std::size_t>(*subset)];
  const nb::object share = nb::module_::import_("numpy").attr("float64")(problem.data.share(*subset));
  return share * view(s.data(), {size(0), size(1), size(2)}, self);
}

void bind_gpu_array(nb::module_& module) {
  nb::class_<GpuArray>(module, "GpuArray",
                       "An image in memory of a GPU, for every library that speaks DLPack: torch.from_dlpack(array).")
      .def(
          "__dlpack__", [](const GpuArray& gpu, const nb::kwargs& /*wishes*/) { return nb::ndarray<>(gpu.array); },
          nb::sig("def __dlpack__(self, **wishes: Any) -> Any"), "Work on any stream may follow: all is done.")
      .def(
          "__dlpack_device__",
          [](const GpuArray& gpu) { return nb::make_tuple(gpu.array.device_type(), gpu.array.device_id()); },
          nb::sig("def __dlpack_device__(self) -> tuple[int, int]"))
      .def_prop_ro(
          "shape",
          [](const GpuArray& gpu) {
            return nb::make_tuple(gpu.array.shape(0), gpu.array.shape(1), gpu.array.shape(2));
          },
          nb::sig("def shape(self) -> tuple[int, int, int]"));
}

void bind_cells(nb::module_& module) {
  nb::class_<Cells>(
      module, "Cells",
      R"(What a subset of a problem measured: LORs, each with its TOF bin or, with tof, with all TOF bins, [LOR][bin].
Arrays are read-only views of shape (cells,), those of LORs of shape (LORs,).)")
      .def_prop_ro("num_lors", [](const Cells& c) { return c.block.lors.count; })
      .def_prop_ro(
          "start", [](nb::handle self) { return cells(self).by_lor(cells(self).block.lors.start_index, self); },
          nb::sig("def start(self) -> NDArray[numpy.uint32]"), "By LOR: index into points_mm.")
      .def_prop_ro(
          "end", [](nb::handle self) { return cells(self).by_lor(cells(self).block.lors.end_index, self); },
          nb::sig("def end(self) -> NDArray[numpy.uint32]"), "By LOR.")
      .def_prop_ro(
          "tof_bin", [](nb::handle self) { return cells(self).by_lor(cells(self).tof_bin(), self); },
          nb::sig("def tof_bin(self) -> NDArray[numpy.uint16] | None"), "By LOR of events with TOF.")
      .def_prop_ro(
          "counts", [](nb::handle self) { return cells(self).by_cell(cells(self).block.counts, self); },
          nb::sig("def counts(self) -> Floats | None"), "y; None: 1 each, as of events.")
      .def_prop_ro(
          "factor", [](nb::handle self) { return cells(self).by_cell(cells(self).block.factor, self); },
          nb::sig("def factor(self) -> Floats"), "m, whole.")
      .def_prop_ro(
          "additive", [](nb::handle self) { return cells(self).by_cell(cells(self).block.additive, self); },
          nb::sig("def additive(self) -> Floats"), "b [counts].")
      .def("__len__", [](const Cells& c) { return c.block.size(); });

  nb::class_<Reconstruction>(module, "Reconstruction", "What an algorithm of the program made of a problem.")
      .def_ro("image", &Reconstruction::image, "In the unit of the result.")
      .def_ro("figures", &Reconstruction::figures, "Of each iteration.")
      .def_ro("iterations", &Reconstruction::iterations, "Passes over all counts.")
      .def_ro("stopped", &Reconstruction::stopped, "By Ctrl-C or a callback; the image is what had been reached.");
}

}  // namespace

void bind_problem(nb::module_& module) {
  bind_gpu_array(module);
  bind_cells(module);
  nb::class_<HeldProblem>(
      module, "Problem",
      R"(y ~ Poisson(m (A x) + b) of a job's data, with all its corrections: what algorithms are given. A is projector
times resolution model, m the whole factor of a LOR, b randoms and scatter. Images x are float32 arrays of the grid's
shape [annihilations per mm^3 if m is absolute]; other types are converted. Arrays of voxels and cells that are
returned are new.

Where the job computes on a GPU, back_project, log_likelihood and penalty take images in its memory without copies, and
then give a GpuArray.)")
      .def_prop_ro("grid", &HeldProblem::grid, nb::rv_policy::copy)
      .def_prop_ro("num_subsets", [](const HeldProblem& held) { return held.problem().data.num_subsets(); })
      .def_prop_ro(
          "corrections", [](const HeldProblem& held) { return held.record().corrections; },
          "(effect, what was really done)")
      .def_prop_ro("points_mm", &points_of, nb::sig("def points_mm(self) -> Floats"),
                   "(points, 3): what the LORs of all subsets refer to.")
      .def(
          "cells",
          [](const HeldProblem& held, int subset) {
            return Cells{&held.problem(), held.cells(subset)};
          },
          "subset"_a, nb::keep_alive<0, 1>(), "What was measured.")
      .def("subset_order", &HeldProblem::subset_order, "iteration"_a,
           "The subsets in the order in which the program's algorithms take them in an iteration, from 0 on.")
      .def("start", &HeldProblem::start, nb::sig("def start(self) -> Floats"),
           "A new image that explains the counts: uniform, or algorithm.start_image; 0 where nothing is seen.")
      .def("sensitivity", &sensitivity, "subset"_a = nb::none(),
           nb::sig("def sensitivity(self, subset: int | None = None) -> NDArray[numpy.floating]"),
           R"(s = A^T m, a read-only view; of a subset its own, a new array of float64, as the program's algorithms
compute with it. 0 in voxels that are not reconstructed.)")
      .def("back_project", &HeldProblem::back_project, "subset"_a, "x"_a,
           nb::sig("def back_project(self, subset: int, x: Array) -> Floats"),
           R"(A^T(m y / (m A x + b)) with the cells of a subset, in one pass: over the subset's sensitivity it is what
EM multiplies x with.)")
      .def("expected", &HeldProblem::expected, "subset"_a, "x"_a,
           nb::sig("def expected(self, subset: int, x: Array) -> Floats"), "m (A x) + b [counts], of shape (cells,).")
      .def("back", &HeldProblem::back, "subset"_a, "values"_a,
           nb::sig("def back(self, subset: int, values: Array) -> Floats"), "A^T(m v), of values v by cell.")
      .def("log_likelihood", &HeldProblem::log_likelihood, "x"_a,
           nb::sig("def log_likelihood(self, x: Array) -> tuple[float, Floats]"),
           R"(sum y ln(m A x + b) - sum(s x) over all subsets, without the sum of b, and its gradient A^T(m y / (m A x
+ b)) - s, which is 0 in voxels that are not reconstructed.)")
      .def("penalty", &HeldProblem::penalty, "x"_a, nb::sig("def penalty(self, x: Array) -> tuple[float, Floats]"),
           "strength R(x) of the job's prior, and its gradient; 0 without prior.")
      .def("image", &HeldProblem::image, "x"_a, "iterations"_a = 0.0,
           nb::sig("def image(self, x: Array, iterations: float = 0) -> Image"),
           "x in the unit of the result, with the filter and the description of the job's.")
      .def(
          "reconstruct",
          [](HeldProblem& held, nb::object on_progress, nb::object on_image, nb::object on_message,
             const nb::object& settings) {
            return held.reconstruct({std::move(on_progress), std::move(on_image), std::move(on_message)}, settings);
          },
          nb::kw_only(), "on_progress"_a = nb::none(), "on_image"_a = nb::none(), "on_message"_a = nb::none(),
          "settings"_a = nb::none(),
          nb::sig("def reconstruct(self, *, on_progress: OnProgress = None, on_image: OnImage = None, on_message: "
                  "OnMessage = None, settings: Settings = None) -> Reconstruction"),
          R"(By the algorithm of the job, from its start. settings changes those of [stop] and [prior], for later
calls, too. Callbacks and stop as of run(); stopped before the first update, it raises.)")
      .def("__repr__", [](const HeldProblem& held) {
        const recon::Measurements& data = held.problem().data;
        return fmt::format("Problem({} subsets, {} LORs)", data.num_subsets(), data.num_lors());
      });

  module.def(
      "problem",
      [](nb::handle job, nb::object on_progress, nb::object on_message, const nb::object& settings) {
        return std::make_unique<HeldProblem>(
            job, settings, Callbacks{.on_progress = std::move(on_progress), .on_message = std::move(on_message)});
      },
      "job"_a = nb::none(), nb::kw_only(), "on_progress"_a = nb::none(), "on_message"_a = nb::none(),
      "settings"_a = nb::none(),
      nb::sig("def problem(job: JobLike = None, *, on_progress: OnProgress = None, on_message: OnMessage = None, "
              "settings: Settings = None) -> Problem"),
      R"(The model of a job's data: reads them and makes the sensitivity image and all corrections, as run() does
before it reconstructs. Writes no results. Arguments and errors as of run(), and InputError for a job that simulates
its data, or has several images or none. Ctrl-C raises KeyboardInterrupt.)");
}

}  // namespace coincide::python
