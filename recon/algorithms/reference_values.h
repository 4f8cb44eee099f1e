#pragma once

#include "recon/communicator.h"
#include "recon/measurement/problem.h"

namespace coincide::recon {

/// What is typical of the image, in its unit. Means are weighted with the sensitivity.
struct ReferenceValues {
  double in_object = 0;   ///< mean over the object: what priors count in
  double everywhere = 0;  ///< mean over all that is reconstructed: of a uniform image that expects the right counts
};

/// From a quick look at the data in which no setting of the reconstruction has a part: 20 EM iterations with voxels of
/// about 10 mm on the CPU, on all counts or some 100 000 spread evenly over them (half a second on one core). The
/// object is where the image, smoothed by 10 mm, is above a quarter of its median of activity; half of the activity
/// lies above that median.
///
/// A level in parts of the largest voxel depends on noise, and the image after a first pass on the subsets. For a disk
/// with a hot and a cold sphere this value stays within 0.2 % from 1 to 25 subsets of 5e5 counts, 2 % from 1e4 to 5e5
/// counts, 0.5 % with or without TOF, 1 % where the field is a third wider, 2 % with voxels halved; a level of 20 % of
/// the largest voxel took it up to 19 times as high. A sphere of 20 times the activity raises it by 27 %.
ReferenceValues reference_values(const Problem& problem, int num_threads, Communicator& ranks = no_others());

}  // namespace coincide::recon
