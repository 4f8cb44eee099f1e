#include "recon/attenuation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "projectors/projector.h"
#include "recon/parallel.h"

namespace coincide::recon {
namespace {

constexpr std::string_view stage = "attenuation";

std::vector<float> per_mm(const Image& attenuation) {
  if (attenuation.values.size() != static_cast<std::size_t>(attenuation.grid.num_voxels())) {
    throw InputError(fmt::format("the attenuation image has {} values for {} voxels", attenuation.values.size(),
                                 attenuation.grid.num_voxels()));
  }
  std::vector<float> mu_per_mm;
  for (const float mu_per_cm : attenuation.values) {
    if (!std::isfinite(mu_per_cm)) {
      throw InputError(fmt::format("the attenuation image holds the value {}: all must be finite", mu_per_cm));
    }
    mu_per_mm.push_back(mu_per_cm / 10);
  }
  return mu_per_mm;
}

}  // namespace

AttenuationFactors::AttenuationFactors(const Image& attenuation, ComputeDevice& device, int num_threads,
                                       Reporter& reporter)
    : device_(device),
      num_threads_(num_threads),
      reporter_(reporter),
      grid_(attenuation.grid),
      mu_per_mm_(per_mm(attenuation)) {}

void AttenuationFactors::multiply(const projectors::Lors& lors, float* values) {
  exponents_.resize(static_cast<std::size_t>(lors.count));
  try {
    integrate(lors);
  } catch (const DeviceError& error) {
    device_.give_up(error, stage, reporter_);
    integrate(lors);
  }
#pragma omp parallel for schedule(static) num_threads(thread_count(num_threads_))
  for (std::int64_t i = 0; i < lors.count; ++i) {
    values[i] *= std::exp(-exponents_[static_cast<std::size_t>(i)]);
  }
}

/// Line integrals of mu, to exponents_.
void AttenuationFactors::integrate(const projectors::Lors& lors) {
  const projectors::Device device = device_.get();
  if (device.kind == projectors::DeviceKind::cuda && !mu_on_gpu_) {
    mu_on_gpu_.emplace(device, std::ssize(mu_per_mm_));
    mu_on_gpu_->upload(mu_per_mm_.data());
  }
  const projectors::Projector projector(grid_, {.device = device, .num_threads = num_threads_});
  const bool on_gpu = device.kind == projectors::DeviceKind::cuda;
  projector.forward(lors, projectors::NoTof{}, on_gpu ? mu_on_gpu_->data() : mu_per_mm_.data(), exponents_.data());
}

void multiply_attenuation(ListmodeData& data, const Scanner& scanner, const Image& attenuation, ComputeDevice& device,
                          int num_threads, Reporter& reporter) {
  constexpr std::int64_t block_events = 1 << 20;
  AttenuationFactors factors(attenuation, device, num_threads, reporter);
  std::uint64_t done = 0;
  for (int subset = 0; subset < data.num_subsets(); ++subset) {
    const PromptColumns columns = data.subset(subset);
    const auto events = static_cast<std::int64_t>(columns.size());
    for (std::int64_t first = 0; first < events && !reporter.stop_requested(); first += block_events) {
      const std::int64_t count = std::min(block_events, events - first);
      factors.multiply(data.lors(subset, scanner, first, count), columns.factor.data() + first);
      done += static_cast<std::uint64_t>(count);
      reporter.progress(stage, static_cast<double>(done) / static_cast<double>(data.num_prompts()));
    }
  }
}

void multiply_attenuation(Histogram& histogram, const Image& attenuation, ComputeDevice& device, int num_threads,
                          Reporter& reporter) {
  constexpr std::int64_t block_lors = 1 << 20;
  AttenuationFactors factors(attenuation, device, num_threads, reporter);
  const std::int64_t bins = histogram.bins_per_lor();
  for (std::int64_t first = 0; first < histogram.num_lors() && !reporter.stop_requested(); first += block_lors) {
    const std::int64_t count = std::min(block_lors, histogram.num_lors() - first);
    std::vector<float> of_lor(static_cast<std::size_t>(count), 1);
    factors.multiply(histogram.lors(first, count), of_lor.data());
    for (std::int64_t i = 0; i < count * bins; ++i) {
      histogram.factor[static_cast<std::size_t>(first * bins + i)] *= of_lor[static_cast<std::size_t>(i / bins)];
    }
    reporter.progress(stage, static_cast<double>(first + count) / static_cast<double>(histogram.num_lors()));
  }
}

}  // namespace coincide::recon
