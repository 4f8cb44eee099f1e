#include "recon/sensitivity.h"

#include <fmt/format.h>

#include <algorithm>
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

Image sensitivity_on(ComputeDevice& device, const MultiplicativeModel& model, const ImageGrid& grid,
                     const Image* attenuation, const SensitivityOptions& options, Reporter& reporter) {
  const projectors::Projector projector(grid, {.device = device.get(), .num_threads = options.num_threads});
  BackProjectionSum sum(projector);
  std::optional<AttenuationFactors> factors;
  if (attenuation != nullptr) {
    factors.emplace(*attenuation, device, options.num_threads, reporter);
  }
  Image result(grid, 0, "mm");
  LorEnumerator enumerator(model, grid, options);
  LorColumns block;
  while (enumerator.next(block)) {
    if (reporter.stop_requested()) {
      result.values.clear();
      return result;
    }
    const projectors::Lors lors =
        lors_between(model.scanner(), block.crystal_a.data(), block.crystal_b.data(), std::ssize(block.crystal_a));
    if (factors) {
      factors->multiply(lors, block.factor.data());
    }
    if (block.beyond_tof) {
      const projectors::TofTable tof{.bins = enumerator.tof_ranges().data(),
                                     .bin_index = block.tof_range.data(),
                                     .num_bins = std::ssize(enumerator.tof_ranges())};
      sum.add(lors, tof, block.factor.data());
    } else {
      sum.add(lors, projectors::NoTof{}, block.factor.data());
    }
    reporter.progress(stage, enumerator.fraction_done());
  }
  result.values = sum.finish();
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
  return hash.digits();
}

std::uint64_t num_measurable_lors(const MultiplicativeModel& model) {
  return ModulePairs(model.scanner(), model.efficiencies()).num_crystal_pairs();
}

}  // namespace coincide::recon
