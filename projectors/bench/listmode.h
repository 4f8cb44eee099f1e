#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "projectors/bench/projection.h"

// What listmode reconstruction does with the projectors, on all events of a scene with TOF bins. The scene must outlive
// a projection; options.num_threads is a number, not 0.

namespace coincide::projectors::bench {

/// Expected contamination (scatter and randoms) of every event, in mm of an image of ones: two fifths of what a TOF bin
/// of 25 mm sees of such an image.
inline constexpr float contamination_mm = 10;

/// Projector::forward_back with the step value -> 1 / (value + contamination). Unless the scene is in `sorted_order`, a
/// run first sorts the events (LorOrder) and gathers all that belongs to them into arrays which are already there.
std::unique_ptr<Projection> make_listmode_step(const Scene& scene, const ProjectorOptions& options, Contents contents);

/// 34 subsets, as the published benchmark has. Fewer for few events, 2 for less than a million and 1 for less than a
/// thousand: a voxel that a subset does not see becomes 0, and little would be left of the image.
int num_osem_subsets(std::int64_t num_events);

/// One iteration of OSEM that starts from ones; the result is the image. Subset i holds the events i, i + n, ... of the
/// scene, in `sorted_order` or sorted (LorOrder), once, before any run. For each: image *= back / sensitivity, with a
/// back projection as in a listmode step and the sensitivity events of the subset / voxels, which keeps the image
/// near 1.
std::unique_ptr<Projection> make_osem_iteration(const Scene& scene, const ProjectorOptions& options);

/// The subsets of make_osem_iteration().
std::vector<Scene> osem_subsets(const Scene& scene, int num_threads);
/// Sensitivity of a subset.
float subset_sensitivity(const Scene& scene);

/// The same two on a GPU, with all arrays in its memory and one kernel for projections and step.
std::unique_ptr<Projection> make_gpu_listmode_step(const PlacedScene& scene, const ProjectorOptions& options,
                                                   Contents contents);
std::unique_ptr<Projection> make_gpu_osem_iteration(const Scene& scene, const ProjectorOptions& options);

}  // namespace coincide::projectors::bench
