#pragma once

#include <span>
#include <vector>

namespace coincide::recon {

/// The value that this part of all is not above; 0 for no values, which it puts into another order.
float quantile(std::span<float> values, double part);

/// Median of the voxels above a quarter of the 99th percentile: what most of an object has, however much air there is
/// around it.
float median_of_matter(std::vector<float> values);

}  // namespace coincide::recon
