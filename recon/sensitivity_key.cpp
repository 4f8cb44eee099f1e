#include <string>
#include <type_traits>

#include "recon/sensitivity.h"
#include "recon/sha256.h"

namespace coincide::recon {
namespace {

/// Goes up when the same input gives another image, so that images of older versions in the cache are not used.
constexpr std::uint32_t algorithm_version = 4;

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

}  // namespace

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
  hash.add(allowed_noise(model, grid, attenuation, options));
  if (options.moved != nullptr) {
    hash.add(std::vector<Vec3>(options.moved->points_mm().begin(), options.moved->points_mm().end()));
    hash.add(options.moved->shares());
  }
  return hash.digits();
}

}  // namespace coincide::recon
