// Single scatter simulation against photons that are followed one by one, by distance and by TOF bin: a cylinder of
// water, a source beside its axis, a small bore, and the image quality phantom. coincide_scatter_bench [MILLIONS OF
// DECAYS].

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <exception>

#include "io/phantom_file.h"
#include "support/detecting_cylinder.h"

namespace {

using namespace coincide;
using tests::ScatterProfile;

void print_row(double place_mm, double once, double all, double simulated, double most) {
  if (once > 0.02 * most) {
    fmt::print("{:8.0f} {:14.4e} {:12.4f} {:18.3f}\n", place_mm, once, simulated / once, all / once);
  }
}

void compare(const recon::Phantom& phantom, std::uint32_t batches, const tests::DetectingCylinder& detector = {}) {
  const tests::MonteCarloScatter photons = tests::monte_carlo_scatter(phantom, detector, batches);
  const ScatterProfile simulated = tests::simulated_single_scatter(phantom, detector);
  fmt::print("\n{}\n      mm  once per decay  simulated/once  all/once\n   total", phantom.name);
  fmt::print(" {:14.4e} {:12.4f} {:18.3f}\nLOR's distance from the axis\n", photons.once.total,
             simulated.total / photons.once.total, photons.all.total / photons.once.total);
  const double most = std::ranges::max(photons.once.by_distance);
  for (std::size_t i = 0; i < ScatterProfile::num_distances; ++i) {
    print_row((static_cast<double>(i) + 0.5) * ScatterProfile::distance_step_mm, photons.once.by_distance[i],
              photons.all.by_distance[i], simulated.by_distance[i], most);
  }
  fmt::print("TOF bin towards +x\n");
  const double most_in_bin = std::ranges::max(photons.once.by_bin);
  for (std::size_t i = 0; i < ScatterProfile::num_bins; ++i) {
    print_row(ScatterProfile::bin_centre_mm(i), photons.once.by_bin[i], photons.all.by_bin[i], simulated.by_bin[i],
              most_in_bin);
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const double millions = argc > 1 ? std::atof(argv[1]) : 20;  // NOLINT(cert-err34-c): 0 for no number
    const auto batches = static_cast<std::uint32_t>(std::lround(millions * 1e6 / tests::decays_per_batch));
    if (batches == 0) {
      fmt::print(stderr, "coincide_scatter_bench [MILLIONS OF DECAYS] of each phantom; 20 if it is not given.\n");
      return 2;
    }
    using recon::ShapeKind;
    compare({"water, 20 x 70 cm", {{ShapeKind::elliptic_cylinder, "water", {}, {100, 100, 350}, 1000, 0.096}}},
            batches);
    compare({"source 60 mm towards +x in water, 20 x 20 cm",
             {{ShapeKind::elliptic_cylinder, "water", {}, {100, 100, 100}, 0, 0.096},
              {ShapeKind::elliptic_cylinder, "source", {60, 0, 0}, {15, 15, 80}, 1000, 0.096}}},
            batches);
    compare({"water, 11 x 6.4 cm, in a bore of 18 cm",
             {{ShapeKind::elliptic_cylinder, "water", {}, {55, 55, 32}, 1000, 0.096}}},
            batches, {.radius_mm = 90, .half_length_mm = 37, .window = {435, 650, 0.12}});
    compare(io::read_phantom(COINCIDE_RESOURCES "/phantoms/nema_iq.toml"), batches);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
  return 0;
}
