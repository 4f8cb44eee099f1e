#include "app/python/held_problem.h"

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include <utility>

#include "projectors/error.h"
#include "recon/algorithms/subset_order.h"

namespace coincide::python {
namespace {

using recon::EngineImage;

/// The engine's image of an array: the array itself on the CPU.
EngineImage to_engine(const recon::Engine& engine, const InputImage& x) {
  if (engine.device().kind == projectors::DeviceKind::cpu) {
    return {engine.device(), const_cast<float*>(x.data()), engine.problem().grid.num_voxels()};  // which is only read
  }
  EngineImage image = engine.make_image();
  image.upload(x.data());
  return image;
}

std::vector<float> downloaded(const EngineImage& image) {
  std::vector<float> values(static_cast<std::size_t>(image.size()));
  image.download(values.data());
  return values;
}

bool go_on(double /*part*/) { return true; }

}  // namespace

HeldProblem::HeldProblem(nb::handle job, const nb::object& settings, Callbacks callbacks)
    : reporter_(std::move(callbacks)) {
  const io::Job copy = job_of(job, settings);
  made_ = without_lock(reporter_, [&] { return app::JobProblem::make(copy, reporter_); });
  if (!made_) {
    stopped("the data were ready");
  }
  reporter_.begin({});
}

template <class Work>
auto HeldProblem::alone(const Work& work) {
  const nb::gil_scoped_release unlocked;
  const std::lock_guard lock(mutex_);
  return work();
}

/// There is no result to return.
void HeldProblem::stopped(const char* before) const {
  if (!reporter_.interrupted()) {
    throw InputError(fmt::format("a callback stopped the work before {}.", before));
  }
  PyErr_SetNone(PyExc_KeyboardInterrupt);
  throw nb::python_error();
}

recon::DataBlock HeldProblem::cells(int subset) const {
  const int subsets = problem().data.num_subsets();
  if (subset < 0 || subset >= subsets) {
    throw InputError(fmt::format("subset is {}: it must be from 0 to {}.", subset, subsets - 1));
  }
  return problem().data.subset(subset);
}

std::vector<int> HeldProblem::subset_order(int iteration) const {
  const int subsets = problem().data.num_subsets();
  std::vector<int> order;
  for (int place = 0; place < subsets; ++place) {
    order.push_back(recon::subset_at(place, iteration, subsets));
  }
  return order;
}

nb::object HeldProblem::start() const { return taken_over(made_->start_values(), grid()); }

nb::object HeldProblem::back_project(int subset, const InputImage& x) {
  (void)cells(subset);
  check_shape("x", x, grid());
  std::vector<float> values = alone([&] {
    recon::Engine& engine = made_->engine();
    EngineImage& out = engine.scratch(0);
    double log_sum = 0;
    engine.back_project(subset, to_engine(engine, x), out, log_sum, go_on);
    return downloaded(out);
  });
  return taken_over(std::move(values), grid());
}

nb::object HeldProblem::expected(int subset, const InputImage& x) {
  check_shape("x", x, grid());
  std::vector<float> values(static_cast<std::size_t>(cells(subset).size()));
  alone([&] { made_->projections().expected(subset, x.data(), values.data()); });
  const std::size_t size = values.size();
  return taken_over(std::move(values), {size});
}

nb::object HeldProblem::back(int subset, const InputValues& values) {
  if (const auto wanted = static_cast<std::size_t>(cells(subset).size()); values.size() != wanted) {
    throw InputError(fmt::format("values has {} elements; it must have one for each cell of subset {}: {}.",
                                 values.size(), subset, wanted));
  }
  std::vector<float> out(problem().sensitivity.size());
  alone([&] { made_->projections().back(subset, values.data(), out.data()); });
  return taken_over(std::move(out), grid());
}

/// (value, gradient)
template <class Value>
nb::object HeldProblem::with_gradient(const InputImage& x, const Value& value_of) {
  check_shape("x", x, grid());
  double value = 0;
  std::vector<float> gradient = alone([&] {
    recon::Engine& engine = made_->engine();
    EngineImage slope = engine.make_image();
    value = value_of(made_->objective(), to_engine(engine, x), slope);
    return downloaded(slope);
  });
  return nb::make_tuple(value, taken_over(std::move(gradient), grid()));
}

nb::object HeldProblem::log_likelihood(const InputImage& x) {
  return with_gradient(x, [](recon::Objective& objective, const EngineImage& image, EngineImage& gradient) {
    return objective.log_likelihood(image, gradient, go_on);
  });
}

nb::object HeldProblem::penalty(const InputImage& x) {
  return with_gradient(x, [](recon::Objective& objective, const EngineImage& image, EngineImage& gradient) {
    return objective.penalty(image, gradient);
  });
}

recon::Image HeldProblem::image(const InputImage& x, double iterations) {
  check_shape("x", x, grid());
  return alone([&] { return made_->as_result({x.data(), x.data() + x.size()}, iterations); });
}

Reconstruction HeldProblem::reconstruct(Callbacks callbacks, const nb::object& settings) {
  for_each_setting(settings,
                   [&](const std::string& key, const std::string& value) { made_->set(key, value, "the problem"); });
  reporter_.begin(std::move(callbacks));
  Reconstruction result;
  result.image = alone([&] { return made_->reconstruct(); });
  reporter_.finish();
  if (result.image.values.empty()) {
    stopped("the first update");
  }
  reporter_.begin({});
  result.figures = record().figures;
  result.iterations = record().iterations_done;
  result.stopped = record().stopped;
  return result;
}

}  // namespace coincide::python
