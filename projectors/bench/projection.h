#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "projectors/bench/placed_scene.h"
#include "projectors/bench/scenes.h"
#include "projectors/projector.h"

namespace coincide::projectors::bench {

enum class Operation { forward, back, step, osem_iteration };
enum class TofMode { none, sinogram, listmode };

/// What is timed: one of the projector's six functions, or what reconstruction makes of them (listmode.h).
struct Function {
  std::string_view name;
  Operation operation;
  TofMode tof;

  /// Projects forward and back: every plane counts twice.
  bool both_ways() const { return operation == Operation::step || operation == Operation::osem_iteration; }
};

inline constexpr std::array<Function, 8> functions = {
    {{"forward", Operation::forward, TofMode::none},
     {"back", Operation::back, TofMode::none},
     {"tof-sinogram-forward", Operation::forward, TofMode::sinogram},
     {"tof-sinogram-back", Operation::back, TofMode::sinogram},
     {"listmode-forward", Operation::forward, TofMode::listmode},
     {"listmode-back", Operation::back, TofMode::listmode},
     {"listmode-step", Operation::step, TofMode::listmode},
     {"osem-iteration", Operation::osem_iteration, TofMode::listmode}}};

/// TOF sinograms are for LORs without TOF bins, listmode functions for those with; non-TOF ones for all.
bool applies(const Function& function, const Scene& scene);

/// What the function takes for time of flight: "none", "constant" (one resolution for all LORs) or "per-lor".
std::string_view tof_name(const Function& function, const Scene& scene);

/// Values per LOR.
std::int64_t values_per_lor(const Function& function);

/// Planes that the function has to visit on the scene, see plane_count.h.
std::int64_t count_planes(const Function& function, const Scene& scene);

/// Bytes of image and data that the formula reads and writes, most of them in caches: per plane 4 voxels of 4 bytes,
/// read (forward) or read and written (back); per LOR 24 bytes of end points, 2 of TOF bin (listmode), 8 of TOF
/// resolution and offset if each LOR has its own, and 4 per value (for both ways: of contamination). Neither sorting
/// nor updates of the image.
double touched_bytes(const Function& function, const Scene& scene, std::int64_t planes);

enum class Contents {
  upstream,  ///< the scene's image, ones as values: what the published benchmarks project
  varied,    ///< random image and values, so that a wrong voxel or bin shows in a comparison
};

/// A function with the arrays it works on.
class Projection {
 public:
  Projection() = default;
  Projection(const Projection&) = delete;
  Projection& operator=(const Projection&) = delete;
  virtual ~Projection() = default;

  /// Sets the result to what a run starts from.
  virtual void clear() = 0;
  /// Returns when the result is there.
  virtual void run() = 0;
  /// One value per LOR (and bin), or the image.
  virtual std::vector<float> result() const = 0;
};

/// The scene must outlive the projection. The other arrays lie where those of the scene do. Functions for both ways are
/// for the CPU.
std::unique_ptr<Projection> make_projection(const PlacedScene& scene, const Function& function,
                                            const ProjectorOptions& options, Contents contents);

/// The image or values of `Contents::varied`.
std::vector<float> varied_values(std::int64_t size);

}  // namespace coincide::projectors::bench
