#include "recon/sensitivity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>

#include "projectors/error.h"
#include "recon/attenuation.h"
#include "recon/back_projection_sum.h"
#include "recon/lor_enumerator.h"
#include "recon/sha256.h"

namespace coincide::recon {
namespace {

/// Goes up when the same input gives another image, so that images of older versions in the cache are not used.
constexpr std::uint32_t algorithm_version = 3;

constexpr std::string_view stage = "sensitivity image";

void check(const SensitivityOptions& options) {
  if (!(options.fraction > 0) || options.fraction > 1) {
    throw InputError(
        fmt::format("the part of the crystal pairs for the sensitivity image is {}: it must be above 0 and at most 1",
                    options.fraction));
  }
}

/// Hash of numbers, columns and tables in turn; a table's length is hashed with it, so that no two inputs look alike.
class Hash {
 public:
  template <class T>
  requires std::is_arithmetic_v<T>
  void add(T value) { add_bytes(&value, sizeof value); }
  template <class T>
  void add(const std::vector<T>& values) {
    add(std::uint64_t{values.size()});
    if constexpr (std::is_arithmetic_v<T>) {
      add_bytes(values.data(), values.size() * sizeof(T));
    } else {
      for (const T& value : values) {
        add(value);
      }
    }
  }
  template <class T, std::size_t N>
  void add(const std::array<T, N>& values) {
    add_bytes(values.data(), sizeof values);
  }
  void add(const ImageGrid& grid) {
    add(grid.shape);
    add(grid.origin_mm);
    add(grid.voxel_size_mm);
  }
  void add(const TofBin& bin) { add(std::array{bin.centre_mm, bin.width_mm, bin.sigma_mm}); }
  void add(const TofRange& range) { add(std::array{range.first, range.count}); }
  void add(const ModuleType& type) {
    add(std::array{type.first_crystal, type.num_modules, type.crystals_per_module, type.num_energy_windows()});
  }
  void add(const Efficiencies::PairTable& table) {
    add(table.group);
    add(table.num_modules_b);
    add(table.values);
    add(table.bins_per_module_b);
  }

  /// Half of the digits: enough to tell inputs apart.
  std::string digits() { return sha256_.digits().substr(0, 32); }

 private:
  void add_bytes(const void* bytes, std::size_t count) { sha256_.add(bytes, count); }
  Sha256 sha256_;
};

/// In how many poses each pair counts: as many as keep the noise of drawing them near 1 % in a voxel.
int draws_of_poses(const MultiplicativeModel& model, const ImageGrid& grid, const SensitivityOptions& options) {
  if (options.moved == nullptr || options.moved->num_poses() == 1) {
    return 1;
  }
  constexpr double enough_per_voxel = 1e4;
  constexpr double most = 64;  // twice as many as there are poses
  const auto voxels_on_lor = static_cast<double>(std::ranges::max(grid.shape));
  const double per_voxel = options.fraction * static_cast<double>(num_measurable_lors(model)) * voxels_on_lor /
                           static_cast<double>(grid.num_voxels());
  return static_cast<int>(std::ceil(std::clamp(enough_per_voxel / per_voxel, 1.0, most)));
}

/// Adds the back projection of every pair, each in one pose. False if the reporter asks to stop.
bool add_pairs(LorEnumerator enumerator, BackProjectionSum& sum, AttenuationFactors* attenuation,
               const std::function<bool(double)>& go_on) {
  LorColumns block;
  while (enumerator.next(block)) {
    if (!go_on(enumerator.fraction_done())) {
      return false;
    }
    const projectors::Lors lors =
        lors_between(enumerator.points_mm(), block.point_a.data(), block.point_b.data(), std::ssize(block.point_a));
    if (attenuation != nullptr) {
      attenuation->multiply(lors, block.factor.data());
    }
    if (block.beyond_tof) {
      const projectors::TofTable tof{.bins = enumerator.tof_ranges().data(),
                                     .bin_index = block.tof_range.data(),
                                     .num_bins = std::ssize(enumerator.tof_ranges())};
      sum.add(lors, tof, block.factor.data());
    } else {
      sum.add(lors, projectors::NoTof{}, block.factor.data());
    }
  }
  return true;
}

Image sensitivity_on(ComputeDevice& device, const MultiplicativeModel& model, const ImageGrid& grid,
                     const Image* attenuation, const SensitivityOptions& options, Reporter& reporter) {
  const projectors::Projector projector(grid, {.device = device.get(), .num_threads = options.num_threads});
  BackProjectionSum sum(projector);
  std::optional<AttenuationFactors> factors;
  if (attenuation != nullptr) {
    factors.emplace(*attenuation, device, options.num_threads, reporter);
  }
  Image result(grid, 0, "mm");
  const int draws = draws_of_poses(model, grid, options);
  for (int draw = 0; draw < draws; ++draw) {
    const double turn = static_cast<double>(draw) / draws;
    const bool whole = add_pairs({model, grid, options, turn}, sum, factors ? &*factors : nullptr, [&](double done) {
      reporter.progress(stage, turn + done / draws);
      return !reporter.stop_requested();
    });
    if (!whole) {
      result.values.clear();
      return result;
    }
  }
  result.values = sum.finish();
  for (float& value : result.values) {
    value /= static_cast<float>(draws);
  }
  return result;
}

}  // namespace

Image sensitivity_image(const MultiplicativeModel& model, const ImageGrid& grid, const Image* attenuation,
                        const SensitivityOptions& options, Reporter& reporter) {
  check(options);
  ComputeDevice cpu;
  ComputeDevice& device = options.device != nullptr ? *options.device : cpu;
  try {
    return sensitivity_on(device, model, grid, attenuation, options, reporter);
  } catch (const DeviceError& error) {
    device.give_up(error, stage, reporter);
    return sensitivity_on(device, model, grid, attenuation, options, reporter);
  }
}

std::string sensitivity_key(const MultiplicativeModel& model, const ImageGrid& grid, const Image* attenuation,
                            const SensitivityOptions& options) {
  const Scanner& scanner = model.scanner();
  const Efficiencies& efficiencies = model.efficiencies();
  Hash hash;
  hash.add(algorithm_version);
  hash.add(scanner.crystal_centre_mm);
  hash.add(scanner.crystal_normal);
  hash.add(scanner.crystal_face_mm2);
  hash.add(scanner.module_types);
  hash.add(scanner.tof_bins);
  hash.add(scanner.tof_ranges);
  hash.add(efficiencies.calibration_factor);
  hash.add(efficiencies.bin);
  hash.add(efficiencies.pairs);
  if (efficiencies.acceptance.most_cosine < 1 || efficiencies.acceptance.most_axial_mm > 0) {
    hash.add(efficiencies.acceptance.most_cosine);
    hash.add(efficiencies.acceptance.most_axial_mm);
  }
  if (efficiencies.lors != nullptr) {
    hash.add(efficiencies.lors->rows());
    hash.add(efficiencies.lors->partners());
    hash.add(efficiencies.lors->factors());
  }
  hash.add(model.uses_efficiencies());
  hash.add(model.uses_solid_angle());
  hash.add(model.live_time().weights());
  hash.add(model.live_time().bins());
  hash.add(model.live_time().module_pairs());
  hash.add(grid);
  hash.add(attenuation != nullptr);
  if (attenuation != nullptr) {
    hash.add(attenuation->grid);
    hash.add(attenuation->values);
  }
  hash.add(options.tof);
  hash.add(options.fraction);
  if (options.moved != nullptr) {
    hash.add(std::vector<Vec3>(options.moved->points_mm().begin(), options.moved->points_mm().end()));
    hash.add(options.moved->shares());
  }
  return hash.digits();
}

std::uint64_t num_measurable_lors(const MultiplicativeModel& model) {
  return ModulePairs(model.scanner(), model.efficiencies()).num_crystal_pairs();
}

}  // namespace coincide::recon
