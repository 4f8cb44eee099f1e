#pragma once

#include <cmath>
#include <random>

#include "projectors/projector.h"
#include "recon/sensitivity.h"
#include "support/memory_events.h"
#include "support/osem.h"
#include "support/small_scanner.h"

namespace coincide::tests {

using recon::Image;
using recon::ListmodeData;
using recon::RunResult;

inline Image two_hot_voxels() {
  Image truth(recon::centred_grid({9, 9, 3}, {8, 8, 6}, {0, 0, 0}), 1);
  truth.at(3, 4, 1) = 20;
  truth.at(6, 6, 1) = 10;
  return truth;
}

struct AcquisitionOptions {
  double counts = 20'000;  ///< expected
  unsigned seed = 5;
  float turn_rad = 0;          ///< of a scanner without TOF
  bool dead_crystals = false;  ///< every eleventh, of efficiency 0
};

/// A small acquisition with Poisson noise of two hot voxels in a warm background, or of another object, shuffled in
/// time.
struct Acquisition {
  explicit Acquisition(bool tof, Image object = two_hot_voxels(), const AcquisitionOptions& options = {})
      : source(small_scanner(tof ? SmallScannerOptions{.tof_bins = 11, .tof_width_mm = 20, .tof_sigma_mm = 12}
                                 : SmallScannerOptions{.turn_rad = options.turn_rad})),
        model(source.scanner(), efficiencies(options), {}),
        uses_tof(tof),
        truth(std::move(object)) {
    recon::Reporter reporter;
    sensitivity = recon::sensitivity_image(model, truth.grid, nullptr, {.tof = tof}, reporter);
    draw_events(options);
  }

  ListmodeData load(int subsets = 1) {
    recon::Reporter reporter;
    return ListmodeData::load(source, model, {.subsets = subsets}, reporter);
  }

  RunResult reconstruct(ListmodeData& data, const OsemOptions& options, recon::Reporter& reporter) const {
    return osem(data, source.scanner(), sensitivity, Image(truth.grid, 1), uses_tof, options, reporter);
  }
  RunResult reconstruct(const OsemOptions& options) {
    recon::Reporter reporter;
    ListmodeData data = load(options.subsets);
    return reconstruct(data, options, reporter);
  }

  MemoryEvents source;
  recon::MultiplicativeModel model;
  bool uses_tof;
  Image truth;
  Image sensitivity;

 private:
  const recon::Efficiencies& efficiencies(const AcquisitionOptions& options) {
    if (options.dead_crystals) {
      source.table.bin.assign(1, std::vector<float>(source.scanner().num_crystals(), 1));
      for (std::size_t crystal = 0; crystal < source.table.bin[0].size(); crystal += 11) {
        source.table.bin[0][crystal] = 0;
      }
    }
    return source.table;
  }

  struct Event {
    std::uint32_t a, b;
    std::uint16_t bin;
    double expected;
  };

  /// Scales the truth to the expected counts, with no help from the sensitivity image, and draws.
  void draw_events(const AcquisitionOptions& options) {
    std::vector<Event> possible = all_events();
    double sum = 0;
    for (const Event& event : possible) {
      sum += event.expected;
    }
    for (float& value : truth.values) {
      value *= static_cast<float>(options.counts / sum);
    }
    std::vector<Event> drawn;
    std::mt19937 generator(options.seed);
    for (const Event& event : possible) {
      drawn.insert(drawn.end(),
                   std::poisson_distribution<std::size_t>(event.expected * options.counts / sum)(generator), event);
    }
    std::ranges::shuffle(drawn, generator);
    for (const Event& event : drawn) {
      source.add(event.a, event.b, event.bin);
    }
  }

  std::vector<Event> all_events() const {
    const recon::Scanner& scanner = source.scanner();
    const projectors::Projector projector(truth.grid, {.num_threads = 1});
    std::vector<Event> events;
    for (std::uint32_t a = 0; a < scanner.num_crystals(); ++a) {
      for (std::uint32_t b = a + 1; b < scanner.num_crystals(); ++b) {
        for (std::size_t i = 0; i < scanner.tof_bins.size(); ++i) {
          const auto bin = static_cast<std::uint16_t>(i);
          const double expected = project(projector, a, b, bin);
          if (expected > 0) {
            events.push_back({a, b, bin, expected});
          }
        }
      }
    }
    return events;
  }

  float project(const projectors::Projector& projector, std::uint32_t a, std::uint32_t b, std::uint16_t bin) const {
    const recon::Scanner& scanner = source.scanner();
    const projectors::Lors lor{
        .start_mm = scanner.crystal_centre_mm[a].data(), .end_mm = scanner.crystal_centre_mm[b].data(), .count = 1};
    float value = 0;
    if (uses_tof) {
      projector.forward(lor, projectors::TofTable{.bins = scanner.tof_bins.data(), .bin_index = &bin},
                        truth.values.data(), &value);
    } else {
      projector.forward(lor, projectors::NoTof{}, truth.values.data(), &value);
    }
    return value * model.factor(a, 0, b, 0);
  }
};

}  // namespace coincide::tests
