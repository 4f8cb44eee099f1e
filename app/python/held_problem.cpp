#include "app/python/held_problem.h"

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "projectors/error.h"
#include "recon/algorithms/subset_order.h"

namespace coincide::python {
namespace {

using recon::EngineImage;

bool lies_on_gpu(const InputImage& x) {
  return x.device_type() == nb::device::cuda::value || x.device_type() == nb::device::cuda_managed::value;
}

/// Throws InputError for an array where `device` cannot reach it.
void check_place(const InputImage& x, projectors::Device device) {
  const bool on_host = x.device_type() == nb::device::cpu::value || x.device_type() == nb::device::cuda_host::value;
  const bool on_device = device.kind == projectors::DeviceKind::cuda && lies_on_gpu(x) && device.index == x.device_id();
  if (!on_host && !on_device) {
    throw InputError(
        fmt::format("x lies in memory of {}, and the problem computes on {}: give it an array of the host, or set "
                    "compute.device.",
                    lies_on_gpu(x) ? fmt::format("the GPU cuda:{}", x.device_id())
                                   : fmt::format("a device of DLPack's type {}", x.device_type()),
                    projectors::device_word(device)));
  }
}

/// Of the host: what is no number would leave an image of zeros behind, as if nothing had been measured.
void check_finite(const InputImage& x) {
  if (lies_on_gpu(x)) {
    return;
  }
  const float* end = x.data() + x.size();
  const float* wrong = std::find_if_not(x.data(), end, [](float value) { return std::isfinite(value); });
  if (wrong != end) {
    const auto place = static_cast<std::size_t>(wrong - x.data());
    throw InputError(fmt::format("x[{}, {}, {}] is {}: all values must be finite.", place / (x.shape(1) * x.shape(2)),
                                 place / x.shape(2) % x.shape(1), place % x.shape(2), *wrong));
  }
}

/// The engine's image of an array: the array itself where the engine computes.
EngineImage to_engine(const recon::Engine& engine, const InputImage& x) {
  const projectors::Device device = engine.device();
  if (lies_on_gpu(x) == (device.kind == projectors::DeviceKind::cuda)) {
    return {device, const_cast<float*>(x.data()), engine.problem().grid.num_voxels()};  // which is only read
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
  std::vector<int> order(static_cast<std::size_t>(subsets));
  for (int place = 0; place < subsets; ++place) {
    order[static_cast<std::size_t>(place)] = recon::subset_at(place, iteration, subsets);
  }
  return order;
}

nb::object HeldProblem::start() const { return taken_over(made_->start_values(), grid()); }

/// What `work(engine, x, out)` writes to `out`, where x lies: on the GPU of the problem's engine, or on the host.
template <class Work>
nb::object HeldProblem::image_where(const InputImage& x, const Work& work) {
  check_shape("x", x, grid());
  const projectors::Device device = made_->device();
  check_place(x, device);
  check_finite(x);
  std::optional<EngineImage> out;
  std::vector<float> values;
  alone([&] {
    recon::Engine& engine = made_->engine();
    out.emplace(engine.make_image());
    work(engine, to_engine(engine, x), *out);
    if (!lies_on_gpu(x)) {
      values = downloaded(*out);
    }
  });
  return lies_on_gpu(x) ? nb::cast(taken_over(std::move(*out), device, grid())) : taken_over(std::move(values), grid());
}

nb::object HeldProblem::back_project(int subset, const InputImage& x) {
  (void)cells(subset);  // which says whether it is there
  return image_where(x, [subset](recon::Engine& engine, const EngineImage& image, EngineImage& out) {
    double log_sum = 0;
    engine.back_project(subset, image, out, log_sum, go_on);
  });
}

nb::object HeldProblem::expected(int subset, const HostImage& x) {
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
  double value = 0;
  const nb::object gradient = image_where(x, [&](recon::Engine&, const EngineImage& image, EngineImage& out) {
    value = value_of(made_->objective(), image, out);
  });
  return nb::make_tuple(value, gradient);
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

recon::Image HeldProblem::image(const HostImage& x, double iterations) {
  check_shape("x", x, grid());
  if (!(iterations >= 0 && std::isfinite(iterations))) {
    throw InputError(fmt::format("iterations is {:.1f}; it is how many passes x has taken, 0 or more.", iterations));
  }
  return alone([&] { return made_->as_result({x.data(), x.data() + x.size()}, iterations); });
}

Reconstruction HeldProblem::reconstruct(Callbacks callbacks, const nb::object& settings) {
  std::vector<std::pair<std::string, std::string>> changes;
  for_each_setting(settings,
                   [&](const std::string& key, const std::string& value) { changes.emplace_back(key, value); });
  reporter_.begin(std::move(callbacks));
  Reconstruction result;
  alone([&] {
    for (const auto& [key, value] : changes) {
      made_->set(key, value, "the problem");
    }
    result.image = made_->reconstruct();
    result.figures = record().figures;
    result.iterations = record().iterations_done;
    result.stopped = record().stopped;
  });
  reporter_.finish();
  if (result.image.values.empty()) {
    stopped("the first update");
  }
  reporter_.begin({});
  return result;
}

}  // namespace coincide::python
