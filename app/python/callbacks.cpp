#include "app/python/callbacks.h"

#include <nanobind/stl/string_view.h>

#include <utility>

#include "recon/algorithms/figures.h"
#include "recon/image.h"

namespace coincide::python {
namespace {

constexpr std::chrono::milliseconds between_looks{50};
constexpr std::chrono::milliseconds between_progress{100};

bool says_stop(const nb::object& answer) { return answer.ptr() == Py_False; }

}  // namespace

CallbackReporter::CallbackReporter(Callbacks callbacks) : callbacks_(std::move(callbacks)) {}

void CallbackReporter::begin(Callbacks callbacks) {
  callbacks_ = std::move(callbacks);
  stage_.clear();
  stop_ = false;
  interrupts_ = 0;
  raised_ = nb::none();
}

void CallbackReporter::finish() {
  if (interrupts_ > 1) {
    PyErr_SetNone(PyExc_KeyboardInterrupt);
    throw nb::python_error();
  }
  if (!raised_.is_none()) {
    const nb::object error = std::exchange(raised_, nb::none());
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error.ptr())), error.ptr());
    throw nb::python_error();
  }
}

template <class Call>
void CallbackReporter::with_python(const Call& call) const {
  const nb::gil_scoped_acquire lock;
  try {
    call();
  } catch (const nb::python_error& error) {
    keep(error);
  }
}

/// An interrupt within a callback is one like any other.
void CallbackReporter::keep(const nb::python_error& error) const {
  stop_ = true;
  if (error.matches(PyExc_KeyboardInterrupt)) {
    ++interrupts_;
  } else if (raised_.is_none()) {
    raised_ = nb::borrow(error.value());
  }
}

void CallbackReporter::progress(std::string_view stage, double fraction) {
  const Clock::time_point now = Clock::now();
  const bool is_new = stage != stage_;
  if (callbacks_.on_progress.is_none() || (!is_new && fraction < 1 && now - progress_at_ < between_progress)) {
    return;
  }
  stage_ = stage;
  progress_at_ = now;
  with_python([&] { stop_ |= says_stop(callbacks_.on_progress(stage, fraction)); });
}

void CallbackReporter::message(const char* kind, std::string_view sentence) {
  if (!callbacks_.on_message.is_none()) {
    with_python([&] { stop_ |= says_stop(callbacks_.on_message(kind, sentence)); });
  }
}

void CallbackReporter::warning(std::string_view sentence) {
  if (!callbacks_.on_message.is_none()) {
    message("warning", sentence);
    return;
  }
  with_python([&] {
    if (PyErr_WarnEx(PyExc_RuntimeWarning, std::string(sentence).c_str(), 1) != 0) {
      throw nb::python_error();
    }
  });
}

void CallbackReporter::intermediate_image(const recon::Image& image, double iteration) {
  if (wants_images()) {
    with_python([&] { stop_ |= says_stop(callbacks_.on_image(nb::cast(image, nb::rv_policy::copy), iteration)); });
  }
}

void CallbackReporter::figures(const recon::IterationFigures& figures) {
  message("figures", recon::figures_text(figures));
}

bool CallbackReporter::stop_requested() const {
  const Clock::time_point now = Clock::now();
  if (now - looked_at_ >= between_looks) {
    looked_at_ = now;
    with_python([] {
      if (PyErr_CheckSignals() != 0) {
        throw nb::python_error();
      }
    });
  }
  return stop_;
}

}  // namespace coincide::python
