#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "app/job_problem.h"
#include "app/python/callbacks.h"
#include "app/python/conversions.h"

namespace coincide::python {

/// What comes of the reconstruction of a problem.
struct Reconstruction {
  recon::Image image;
  std::vector<recon::IterationFigures> figures;
  double iterations = 0;
  bool stopped = false;
};

/// A problem as Python holds it. One call at a time works on it, since its engine has images to work in; Python's lock
/// is free meanwhile. What the functions mean is said where they are bound (bind_problem.cpp). They throw InputError
/// for a subset that is not there and arrays of another shape.
class HeldProblem {
 public:
  HeldProblem(nb::handle job, const nb::object& settings, Callbacks callbacks);

  const recon::Problem& problem() const { return made_->problem(); }
  const recon::RunRecord& record() const { return made_->record(); }
  const recon::ImageGrid& grid() const { return problem().grid; }
  recon::DataBlock cells(int subset) const;
  std::vector<int> subset_order(int iteration) const;

  nb::object start() const;
  nb::object back_project(int subset, const InputImage& x);
  nb::object expected(int subset, const HostImage& x);
  nb::object back(int subset, const InputValues& values);
  nb::object log_likelihood(const InputImage& x);
  nb::object penalty(const InputImage& x);
  recon::Image image(const HostImage& x, double iterations);
  Reconstruction reconstruct(Callbacks callbacks, const nb::object& settings);

 private:
  template <class Work>
  auto alone(const Work& work);
  template <class Work>
  nb::object image_where(const InputImage& x, const Work& work);
  template <class Value>
  nb::object with_gradient(const InputImage& x, const Value& value_of);
  [[noreturn]] void stopped(const char* before) const;

  CallbackReporter reporter_;
  std::unique_ptr<app::JobProblem> made_;
  std::mutex mutex_;
};

}  // namespace coincide::python
