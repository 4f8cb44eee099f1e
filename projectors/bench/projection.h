#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "projectors/bench/scenes.h"
#include "projectors/projector.h"

namespace coincide::projectors::bench {

enum class Direction { forward, back };
enum class TofMode { none, sinogram, listmode };

/// One of the projector's six functions.
struct Function {
  std::string_view name;
  Direction direction;
  TofMode tof;
};

inline constexpr std::array<Function, 6> functions = {{{"forward", Direction::forward, TofMode::none},
                                                       {"back", Direction::back, TofMode::none},
                                                       {"tof-sinogram-forward", Direction::forward, TofMode::sinogram},
                                                       {"tof-sinogram-back", Direction::back, TofMode::sinogram},
                                                       {"listmode-forward", Direction::forward, TofMode::listmode},
                                                       {"listmode-back", Direction::back, TofMode::listmode}}};

/// TOF sinograms are for LORs without TOF bins, listmode functions for those with; non-TOF ones for all.
bool applies(const Function& function, const Scene& scene);

/// Values per LOR.
std::int64_t values_per_lor(const Function& function);

/// Planes that the function has to visit on the scene, see plane_count.h.
std::int64_t count_planes(const Function& function, const Scene& scene);

/// Bytes of image and data that the formula reads and writes, most of them in caches: per plane 4 voxels of 4 bytes,
/// read (forward) or read and written (back); per LOR 24 bytes of end points, 2 of TOF bin (listmode) and 4 per value.
double touched_bytes(const Function& function, std::int64_t lors, std::int64_t planes);

enum class Contents {
  upstream,  ///< the scene's image, ones as values: what the published benchmarks project
  varied,    ///< random image and values, so that a wrong voxel or bin shows in a comparison
};

/// A function with the arrays it works on. The scene must outlive it.
class Projection {
 public:
  Projection(const Scene& scene, const Function& function, const ProjectorOptions& options, Contents contents);

  /// Zeroes the result, to which back projections add.
  void clear();
  void run();
  /// One value per LOR (and bin), or the image.
  const std::vector<float>& result() const { return result_; }

 private:
  const Scene& scene_;
  Function function_;
  Projector projector_;
  std::vector<float> input_;  ///< empty: the scene's image
  std::vector<float> result_;
};

}  // namespace coincide::projectors::bench
