#include "recon/measurement/measurements.h"

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

}  // namespace coincide::recon
