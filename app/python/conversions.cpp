#include "app/python/conversions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

#include "projectors/error.h"

namespace coincide::python {
namespace {

struct PythonValue {
  const io::Setting& setting;

  template <class T>
  nb::object operator()(const T* value) const {
    return nb::cast(*value);
  }
  nb::object operator()(const std::filesystem::path* value) const { return nb::cast(value->string()); }
  template <class T>
  nb::object operator()(const std::array<T, 3>* value) const {
    return three(*value);
  }
  nb::object operator()(const io::WordField& value) const { return nb::cast(setting.words[value.get()]); }
};

bool is_list(nb::handle value) { return nb::hasattr(value, "__iter__") && !nb::isinstance<nb::str>(value); }

/// Python's own, and NumPy's, which is not derived from it.
bool is_truth_value(nb::handle value) {
  const std::string type = nb::cast<std::string>(nb::str(value.type().attr("__name__")));
  return nb::isinstance<nb::bool_>(value) || type == "bool" || type == "bool_";
}

}  // namespace

nb::object points(const std::vector<recon::Vec3>& values, nb::handle owner) {
  return values.empty() ? nb::none() : view(values.front().data(), {values.size(), 3}, owner);
}

nb::object taken_over(std::vector<float>&& values, std::initializer_list<std::size_t> shape) {
  auto held = std::make_unique<std::vector<float>>(std::move(values));
  float* data = held->data();
  const nb::capsule owner(held.release(), [](void* pointer) noexcept {
    delete static_cast<std::vector<float>*>(pointer);  // NOLINT(cppcoreguidelines-owning-memory): as nanobind has it
  });
  return view(data, shape, owner);
}

nb::object taken_over(std::vector<float>&& values, const recon::ImageGrid& grid) {
  const auto size = [&](int axis) { return static_cast<std::size_t>(grid.shape[axis]); };
  return taken_over(std::move(values), {size(0), size(1), size(2)});
}

GpuArray taken_over(recon::EngineImage&& image, projectors::Device device, const recon::ImageGrid& grid) {
  auto held = std::make_unique<recon::EngineImage>(std::move(image));
  float* data = held->data();
  const nb::capsule owner(held.release(), [](void* pointer) noexcept {
    delete static_cast<recon::EngineImage*>(pointer);  // NOLINT(cppcoreguidelines-owning-memory): as nanobind has it
  });
  const auto size = [&](int axis) { return static_cast<std::size_t>(grid.shape[axis]); };
  return {{data, {size(0), size(1), size(2)}, owner, {}, nb::dtype<float>(), nb::device::cuda::value, device.index}};
}

void check_shape(const char* name, const std::array<std::size_t, 3>& shape, const recon::ImageGrid& grid) {
  if (!std::ranges::equal(shape, grid.shape,
                          [](std::size_t is, std::int64_t wanted) { return std::cmp_equal(is, wanted); })) {
    throw InputError(fmt::format("{} has shape ({}); it must have that of the grid, ({}).", name,
                                 fmt::join(shape, ", "), fmt::join(grid.shape, ", ")));
  }
}

nb::object value_of(const io::Setting& setting) { return std::visit(PythonValue{setting}, setting.field); }

std::string text_of(const std::string& key, nb::handle value) {
  if (value.is_none()) {
    throw InputError(fmt::format("{} = None is not possible; an empty text stands for none.", key));
  }
  if (is_truth_value(value)) {
    return nb::bool_(value) ? "true" : "false";
  }
  if (nb::isinstance<nb::bytes>(value)) {
    throw InputError(
        fmt::format("{} = {} is not possible: give text, not bytes.", key, nb::cast<std::string>(nb::repr(value))));
  }
  std::string text;
  if (is_list(value)) {
    for (const nb::handle one : value) {
      text += (text.empty() ? "[" : ", ") + text_of(key, one);
    }
    return text.empty() ? "[]" : text + "]";
  }
  return nb::cast<std::string>(nb::str(value));
}

void for_each_setting(const nb::object& settings,
                      const std::function<void(const std::string& key, const std::string& value)>& use) {
  if (settings.is_none()) {
    return;
  }
  if (!nb::isinstance<nb::dict>(settings)) {
    throw nb::type_error("settings must be a dict, such as {\"stop.passes\": 3}.");
  }
  for (const auto [key, value] : nb::cast<nb::dict>(settings)) {
    const auto name = nb::cast<std::string>(nb::str(key));
    use(name, text_of(name, value));
  }
}

io::Job job_of(nb::handle job, const nb::object& settings) {
  io::Job result;
  if (nb::isinstance<io::Job>(job)) {
    result = nb::cast<const io::Job&>(job);
  } else if (std::filesystem::path path; nb::try_cast(job, path)) {
    result = io::load_job(path);
  } else if (!job.is_none()) {
    throw nb::type_error("job must be a Job, the path of a job file, or None.");
  }
  for_each_setting(settings, [&](const std::string& key, const std::string& value) {
    io::set_in_job(result, key, value, "the job");
  });
  return result;
}

nb::object from_json(const std::string& text) { return nb::module_::import_("json").attr("loads")(text); }

void warn(const std::vector<std::string>& sentences) {
  for (const std::string& sentence : sentences) {
    if (PyErr_WarnEx(PyExc_RuntimeWarning, sentence.c_str(), 1) != 0) {
      throw nb::python_error();
    }
  }
}

}  // namespace coincide::python
