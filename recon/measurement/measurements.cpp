#include "recon/measurement/measurements.h"

#include <algorithm>

#include <numeric>

namespace coincide::recon {

double total_counts(const Measurements& data) {
  double sum = 0;
  for (int index = 0; index < data.num_subsets(); ++index) {
    const DataBlock block = data.subset(index);
    sum += block.counts == nullptr ? static_cast<double>(block.size())
                                   : std::accumulate(block.counts, block.counts + block.size(), 0.0);
  }
  return sum;
}

std::vector<float> tof_sigmas_mm(const Measurements& data) {
  if (const auto& axis = data.tof_axis()) {
    return {axis->sigma_mm};
  }
  std::vector<float> result;
  for (const projectors::TofBin& bin : data.tof_bins()) {
    if (std::ranges::find(result, bin.sigma_mm) == result.end()) {
      result.push_back(bin.sigma_mm);
    }
  }
  return result;
}

}  // namespace coincide::recon
