#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "io/data_checks.h"
#include "recon/field_of_view.h"

namespace coincide::io {

/// Where TOF puts the annihilations, once as documented and once with the sign of TOF reversed. The right sign gathers
/// them in the object, the wrong one spreads them; only an object that is symmetric about the scanner's axis hides it.
class TofPlaces {
 public:
  /// Keeps a reference to the scanner.
  explicit TofPlaces(const recon::Scanner& scanner);
  explicit TofPlaces(const recon::Scanner&&) = delete;

  /// A prompt between two crystals, `tof_mm` from the middle of its LOR towards the second.
  void add(std::uint32_t crystal_a, std::uint32_t crystal_b, float tof_mm);

  DataCheck range() const;
  DataCheck sign() const;

 private:
  void count(const recon::Vec3& place, int sign);
  /// Pairs of prompts in the same cell: without bias for few prompts.
  double gathered(int sign) const;

  const recon::Scanner& scanner_;
  recon::Vec3 low_{};
  recon::Vec3 cell_mm_{};
  std::array<int, 3> size_{};
  recon::FieldOfView field_;
  std::array<std::vector<std::uint32_t>, 2> cells_;
  std::uint64_t events_ = 0;
  std::uint64_t outside_ = 0;
};

}  // namespace coincide::io
