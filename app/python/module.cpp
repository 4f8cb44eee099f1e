#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <exception>

#include "app/python/bindings.h"
#include "app/resources.h"
#include "io/provenance.h"
#include "projectors/device.h"
#include "projectors/error.h"

namespace {

namespace nb = nanobind;

/// The program's errors, and the kinds that Python programs catch.
struct Errors {
  PyObject *base, *input, *file, *device;
};
Errors errors{};

PyObject* make_error(nb::module_& module, const char* name, PyObject* kind, const char* doc) {
  const nb::object parents =
      errors.base == nullptr ? nb::borrow(kind) : nb::make_tuple(nb::handle(errors.base), nb::handle(kind));
  PyObject* error = PyErr_NewExceptionWithDoc((std::string("coincide.") + name).c_str(), doc, parents.ptr(), nullptr);
  module.attr(name) = nb::handle(error);
  return error;
}

void make_errors(nb::module_& module) {
  errors.base = make_error(module, "Error", PyExc_Exception, "What Coincide refuses or cannot do, in one sentence.");
  errors.input = make_error(module, "InputError", PyExc_ValueError, "A wrong value, shape, setting or combination.");
  errors.file = make_error(module, "FileError", PyExc_OSError,
                           "A file is missing, damaged, of another kind, or cannot be written.");
  errors.device =
      make_error(module, "DeviceError", PyExc_RuntimeError, "A device is missing, or memory is not enough.");
}

void translate_exception(const std::exception_ptr& pointer, void* /*payload*/) {
  try {
    std::rethrow_exception(pointer);
  } catch (const coincide::InputError& error) {
    PyErr_SetString(errors.input, error.what());
  } catch (const coincide::FileError& error) {
    PyErr_SetString(errors.file, error.what());
  } catch (const coincide::DeviceError& error) {
    PyErr_SetString(errors.device, error.what());
  } catch (const coincide::Error& error) {
    PyErr_SetString(errors.base, error.what());
  }
}

std::vector<std::string> devices() {
  std::vector<std::string> words;
  for (const auto& device : coincide::projectors::available_devices()) {
    if (device.available) {
      words.push_back(coincide::projectors::device_word(device.device));
    }
  }
  return words;
}

}  // namespace

NB_MODULE(_core, module) {
  make_errors(module);
  nb::register_exception_translator(translate_exception);
  module.attr("__version__") = coincide::io::program_version();
  module.def("_set_resource_folder", &coincide::app::set_resource_folder, nb::arg("folder"));
  module.def("devices", &devices, "Words that compute.device takes here: \"cpu\", \"cuda:0\".");
  coincide::python::bind_image(module);
  coincide::python::bind_job(module);
  coincide::python::bind_run(module);
  coincide::python::bind_scanner(module);
  coincide::python::bind_data(module);
  coincide::python::bind_problem(module);
}
