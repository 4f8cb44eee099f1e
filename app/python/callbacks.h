#pragma once

#include <nanobind/nanobind.h>

#include <chrono>
#include <string>

#include "recon/reporter.h"

namespace coincide::python {

namespace nb = nanobind;

/// What Python wants to hear of long work; None: nothing. One that returns False, and no other value, stops the work.
struct Callbacks {
  nb::object on_progress = nb::none();  ///< (stage, fraction)
  nb::object on_image = nb::none();     ///< (Image, iteration)
  nb::object on_message = nb::none();   ///< (kind, sentence); without it warnings are Python's
};

/// Calls Python from work that runs without its lock. Ctrl-C asks the work to stop, and so does an exception in a
/// callback, which finish() then raises: what has been done is kept first.
class CallbackReporter final : public recon::Reporter {
 public:
  explicit CallbackReporter(Callbacks callbacks);
  CallbackReporter(const CallbackReporter&) = delete;
  CallbackReporter& operator=(const CallbackReporter&) = delete;
  ~CallbackReporter() override = default;

  /// Others from now on, and nothing has asked to stop yet. With Python's lock.
  void begin(Callbacks callbacks);
  /// Raises what a callback has raised, and KeyboardInterrupt where Ctrl-C was pressed twice. With Python's lock.
  void finish();
  /// Whether Ctrl-C has stopped the work.
  bool interrupted() const { return interrupts_ > 0; }

  void progress(std::string_view stage, double fraction) override;
  void step(std::string_view name) override { message("step", name); }
  void note(std::string_view sentence) override { message("note", sentence); }
  void warning(std::string_view sentence) override;
  void intermediate_image(const recon::Image& image, double iteration) override;
  bool wants_images() const override { return !callbacks_.on_image.is_none(); }
  void figures(const recon::IterationFigures& figures) override;
  bool stop_requested() const override;

 private:
  using Clock = std::chrono::steady_clock;

  /// Calls Python with its lock.
  template <class Call>
  void with_python(const Call& call) const;
  void keep(const nb::python_error& error) const;
  void message(const char* kind, std::string_view sentence);

  Callbacks callbacks_;
  std::string stage_;
  Clock::time_point progress_at_{};
  // Asked for by stop_requested(), which looks for Ctrl-C.
  mutable Clock::time_point looked_at_{};
  mutable bool stop_ = false;
  mutable int interrupts_ = 0;
  mutable nb::object raised_ = nb::none();  ///< by a callback: the first exception
};

/// Does the work without Python's lock, then raises what came of callbacks.
template <class Work>
auto without_lock(CallbackReporter& reporter, const Work& work) {
  auto result = [&] {
    const nb::gil_scoped_release unlocked;
    return work();
  }();
  reporter.finish();
  return result;
}

}  // namespace coincide::python
