// Single scatter simulation against photons that are followed one by one, by distance and by TOF bin: a cylinder of
// water, a source beside its axis, a small bore, and the image quality phantom. coincide_scatter_bench [MILLIONS OF
// DECAYS]. With SCANNER.toml PHANTOM.toml instead it says how long one simulation takes there.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <exception>

#include "io/phantom_file.h"
#include "io/scanner_file.h"
#include "recon/scatter/scatter_sampling.h"
#include "recon/scatter/single_scatter.h"
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

void time_simulation(const char* scanner_file, const char* phantom_file) {
  const recon::Scanner scanner = io::read_scanner(scanner_file).scanner;
  const recon::Phantom phantom = io::read_phantom(phantom_file);
  const recon::VirtualCylinder nodes = recon::VirtualCylinder::in_bore(scanner);
  const recon::ScatterSampling sampling = recon::ScatterSampling::in_bore(nodes.size().radius_mm);
  const auto voxels = [&](double half_mm) { return std::llround(2 * half_mm / sampling.voxel_mm); };
  const auto voxel_mm = static_cast<float>(sampling.voxel_mm);
  const recon::ImageGrid grid =
      recon::centred_grid({voxels(0.85 * nodes.size().radius_mm), voxels(0.85 * nodes.size().radius_mm),
                           voxels(nodes.size().half_length_mm)},
                          {voxel_mm, voxel_mm, voxel_mm}, {0, 0, 0});
  const recon::Image mu = recon::attenuation_image(phantom, grid, {0, 0, 0});
  const std::vector<recon::ScatterPoint> points = recon::scatter_points(mu, sampling.cell_mm);
  recon::Reporter silent;
  const auto start = std::chrono::steady_clock::now();
  const recon::ScatterEstimate estimate = recon::single_scatter(
      recon::activity_image(phantom, grid, {0, 0, 0}), mu, points, nodes,
      {.window = {.lowest_kev = 435, .highest_kev = 585, .resolution = 0.1},
       .sigmas_mm = scanner.tof_bins.empty() ? std::vector<float>{} : std::vector{scanner.tof_bins.front().sigma_mm}},
      silent);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  fmt::print("{} points, {} nodes, {} positions: {:.1f} s\n", points.size(), nodes.num_nodes(),
             estimate.positions().count(), seconds);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 3) {
      time_simulation(argv[1], argv[2]);
      return 0;
    }
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
