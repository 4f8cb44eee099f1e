#include "app/projection_speed.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "projectors/device_floats.h"
#include "projectors/projector.h"

namespace coincide::app {
namespace {

/// As many as the projectors put in order at once, so that neighbours share voxels as they do in a run.
constexpr std::size_t sample_lors = 400'000;

/// Crystal pairs that can be in coincidence, drawn at random.
struct SampleLors {
  std::vector<std::uint32_t> a;
  std::vector<std::uint32_t> b;
  std::vector<std::uint16_t> tof_bin;
};

SampleLors draw_lors(const recon::MultiplicativeModel& model) {
  const recon::Scanner& scanner = model.scanner();
  std::mt19937 random(1);
  std::uniform_int_distribution<std::uint32_t> crystal(0, static_cast<std::uint32_t>(scanner.num_crystals() - 1));
  SampleLors lors;
  for (std::size_t attempt = 0; attempt < 20 * sample_lors && lors.a.size() < sample_lors; ++attempt) {
    std::uint32_t a = crystal(random);
    std::uint32_t b = crystal(random);
    if (a == b || !model.in_coincidence(a, b)) {
      continue;
    }
    if (scanner.tof_range(scanner.crystal_type[a], scanner.crystal_type[b]).count == 0) {
      std::swap(a, b);  // the pair of types is stated in the other order
    }
    const recon::TofRange& range = scanner.tof_range(scanner.crystal_type[a], scanner.crystal_type[b]);
    lors.a.push_back(a);
    lors.b.push_back(b);
    lors.tof_bin.push_back(static_cast<std::uint16_t>(range.first + range.count / 2));
  }
  return lors;
}

/// The same box in voxels so large that some 30 MB hold them.
recon::ImageGrid coarse(const recon::ImageGrid& grid) {
  constexpr double most_voxels = 8e6;
  const double factor = std::max(1.0, std::ceil(std::cbrt(static_cast<double>(grid.num_voxels()) / most_voxels)));
  recon::ImageGrid result = grid;
  for (std::size_t a = 0; a < 3; ++a) {
    result.shape[a] = static_cast<std::int64_t>(std::ceil(static_cast<double>(grid.shape[a]) / factor));
    result.voxel_size_mm[a] *= static_cast<float>(factor);
    result.origin_mm[a] += 0.5F * static_cast<float>(factor - 1) * grid.voxel_size_mm[a];
  }
  return result;
}

/// The quicker of two runs, after one that has touched all memory: other programs make them slower.
template <class Work>
double least_seconds(const Work& work) {
  work();
  double least_s = std::numeric_limits<double>::infinity();
  for (int run = 0; run < 2; ++run) {
    const auto start = std::chrono::steady_clock::now();
    work();
    least_s = std::min(least_s, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return least_s;
}

}  // namespace

ProjectionSpeed projection_speed(const recon::MultiplicativeModel& model, const JobSetup& setup, bool tof,
                                 int num_threads) {
  const recon::Scanner& scanner = model.scanner();
  const SampleLors sample = draw_lors(model);
  if (sample.a.empty()) {
    return {};
  }
  const recon::ImageGrid grid = coarse(setup.grid);
  const projectors::Projector projector(grid, {.device = setup.device, .num_threads = num_threads});
  const projectors::Lors lors =
      recon::lors_between(scanner.crystal_centre_mm, sample.a.data(), sample.b.data(), std::ssize(sample.a));
  const projectors::TofTable bins{
      .bins = scanner.tof_bins.data(), .bin_index = sample.tof_bin.data(), .num_bins = std::ssize(scanner.tof_bins)};
  std::vector<float> values(sample.a.size(), 1.0F);
  projectors::DeviceFloats image(setup.device, grid.num_voxels());
  const auto forward = [&](auto bin) { projector.forward(lors, bin, image.data(), values.data()); };
  const auto back = [&](auto bin) { projector.back(lors, bin, values.data(), image.data()); };
  const auto both = [&](auto bin) {
    forward(bin);
    back(bin);
  };
  // A LOR takes time for each plane that it crosses.
  const double planes_left_out =
      static_cast<double>(std::ranges::max(setup.grid.shape)) / static_cast<double>(std::ranges::max(grid.shape));
  const double per_lor = planes_left_out / static_cast<double>(sample.a.size());
  return {.forward_s = per_lor * least_seconds([&] { forward(projectors::NoTof{}); }),
          .back_s = per_lor * least_seconds([&] { back(projectors::NoTof{}); }),
          .forward_back_s = per_lor * least_seconds([&] { tof ? both(bins) : both(projectors::NoTof{}); })};
}

}  // namespace coincide::app
