// How long the sensitivity image takes, and how far the one that is chosen is from the exact one: for a scanner, with a
// body as wide as a chest. Usage: coincide_sensitivity_bench SCANNER.toml SIZE PLANES VOXEL_MM [PART] [exact], PART
// being that of the crystal pairs to use instead of the one that is chosen.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/scanner_file.h"
#include "recon/sensitivity.h"

namespace {

using namespace coincide;
using recon::Image;
using recon::ImageGrid;

struct Notes : recon::Reporter {
  void note(std::string_view sentence) override { fmt::print("  {}\n", sentence); }
};

/// An ellipse of water with a lung in its middle, over the whole image.
Image body(const ImageGrid& grid) {
  constexpr double half_width_mm = 150, half_height_mm = 115, lung_mm = 25, water = 0.096, lung = 0.026;
  Image mu(grid, 0, "1/cm");
  std::size_t voxel = 0;
  for (std::int64_t i = 0; i < grid.shape[0]; ++i) {
    for (std::int64_t j = 0; j < grid.shape[1]; ++j) {
      const double x = grid.origin_mm[0] + static_cast<double>(i) * grid.voxel_size_mm[0];
      const double y = grid.origin_mm[1] + static_cast<double>(j) * grid.voxel_size_mm[1];
      const bool inside = std::hypot(x / half_width_mm, y / half_height_mm) < 1;
      const double value = !inside ? 0 : std::hypot(x, y) < lung_mm ? lung : water;
      for (std::int64_t k = 0; k < grid.shape[2]; ++k) {
        mu.values[voxel++] = static_cast<float>(value);
      }
    }
  }
  return mu;
}

/// Where at least a tenth of the highest sensitivity is, and where something attenuates; at the ends, a hundredth.
void print_errors(const Image& found, const Image& exact, const Image& mu) {
  const float highest = std::ranges::max(exact.values);
  enum class Where { everywhere, body, ends };
  for (const auto& region : {std::pair(Where::everywhere, "everywhere"),
                             {Where::body, "in the body"},
                             {Where::ends, "in the body, a tenth from its ends"}}) {
    const Where where = region.first;  // Clang 14 captures no parts of a binding
    const std::int64_t planes = exact.grid.shape[2];
    const auto counts = [&](std::size_t voxel) {
      const auto plane = static_cast<std::int64_t>(voxel) % planes;
      const bool at_ends = 10 * plane < planes || 10 * (planes - 1 - plane) < planes;
      return where == Where::everywhere || (mu.values[voxel] > 0 && (where == Where::body || at_ends));
    };
    const float least = (where == Where::ends ? 0.01F : 0.1F) * highest;
    std::vector<double> errors;
    double squares = 0;
    for (std::size_t voxel = 0; voxel < exact.values.size(); ++voxel) {
      if (exact.values[voxel] > least && counts(voxel)) {
        errors.push_back(std::abs(static_cast<double>(found.values[voxel]) / exact.values[voxel] - 1));
        squares += errors.back() * errors.back();
      }
    }
    if (errors.empty()) {
      fmt::print("  {}: nothing is measured\n", region.second);
      continue;
    }
    std::ranges::sort(errors);
    const auto among = [&](double part) {
      return 100 * errors[static_cast<std::size_t>(part * (std::size(errors) - 1))];
    };
    fmt::print("  {}: root mean square {:.3f} %, 99 % below {:.3f} %, 99.9 % below {:.3f} %, largest {:.3f} %\n",
               region.second, 100 * std::sqrt(squares / static_cast<double>(errors.size())), among(0.99), among(0.999),
               among(1));
  }
}

void measure(const std::vector<std::string>& arguments) {
  const io::ScannerDescription description = io::read_scanner(arguments[0]);
  const recon::MultiplicativeModel model(description.scanner, description.efficiencies, {});
  const std::int64_t size = std::stoll(arguments[1]), planes = std::stoll(arguments[2]);
  const float voxel_mm = std::stof(arguments[3]);
  const bool compare = arguments.back() == "exact";
  const double part = arguments.size() > (compare ? 5U : 4U) ? std::stod(arguments[4]) : 0;
  const ImageGrid grid = recon::centred_grid({size, size, planes}, {voxel_mm, voxel_mm, voxel_mm}, {0, 0, 0});
  const Image mu = body(grid);
  Notes notes;
  const auto timed = [&](std::string_view name, double fraction) {
    const auto start = std::chrono::steady_clock::now();
    Image image = recon::sensitivity_image(model, grid, &mu, {.fraction = fraction}, notes);
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    fmt::print("{}: {:.1f} s on {} x {} x {} voxels\n", name, time.count(), size, size, planes);
    return image;
  };
  fmt::print("{}: {} crystals, {:.3g} pairs\n", description.scanner.name, description.scanner.num_crystals(),
             static_cast<double>(recon::num_measurable_lors(model)));
  const Image found = timed(part > 0 ? fmt::format("{:g} of the pairs", part) : "chosen", part);
  if (compare) {
    print_errors(found, timed("exact", 1), mu);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 4 || arguments.size() > 6) {
    fmt::print(stderr, "Usage: coincide_sensitivity_bench SCANNER.toml SIZE PLANES VOXEL_MM [PART] [exact]\n");
    return 2;
  }
  try {
    measure(arguments);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
  return 0;
}
