#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "projectors/bench/measure.h"
#include "projectors/bench/projection.h"

namespace coincide::projectors::bench {

/// How much is projected, and how long it is timed.
struct Size {
  std::string_view name;
  std::int64_t num_chunks, chunk_size;  ///< of the sinogram subset; an odd number falls on no edge of the sinogram
  std::int64_t events;
  std::array<std::int64_t, 3> random_image;
  std::int64_t random_lors;
  Effort effort;
  CeilingEffort ceiling_effort;
};

inline constexpr CeilingEffort good_ceilings{1'000'000'000, 256, 0.2};

inline constexpr std::array<Size, 3> sizes = {{
    {"seconds", 63, 64, 5'000, {110, 110, 161}, 5'000, {5, 0.1, 500'000}, {1 << 20, 2, 0}},
    {"ci", 64, 1024, 1'250'000, {220, 220, 322}, 100'000, {10, 3, 10'000'000}, good_ceilings},
    {"full", 1, DmiGeometry::num_lors, 40'000'000, {440, 440, 645}, 1'000'000, {10, 30, 10'000'000}, good_ceilings},
}};

struct Options {
  bool help = false;
  Device device{};
  bool host_arrays = false;  ///< of a projection on a GPU: in the host's memory, not the GPU's
  std::vector<int> threads;  ///< default: all cores
  std::vector<Function> functions{bench::functions.begin(), bench::functions.end()};
  std::vector<std::string> orders;  ///< default: all
  Size size = sizes[1];
  std::vector<std::int64_t> events;  ///< empty: as the size says
  int symmetry_axis = 2;
  BoundaryRule boundary = BoundaryRule::upstream;
  bool tof_per_lor = false;                              ///< TOF resolution and centre offset of each LOR its own
  std::optional<InstructionSet> instruction_set;         ///< default: the best
  std::vector<std::array<std::int64_t, 3>> image_sizes;  ///< not empty: the scaling study
  std::string json;                                      ///< file, "-" for standard output, empty for none
};

/// Throws InputError for what it does not understand, DeviceError for a device that cannot be used.
Options parse_options(const std::vector<std::string>& arguments);

/// The text of --help.
std::string help_text();

}  // namespace coincide::projectors::bench
