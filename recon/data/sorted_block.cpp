#include "recon/data/sorted_block.h"

#include "recon/parallel.h"

namespace coincide::recon {

void SortedBlock::sort(const EventBlock& block, const TimeParts& parts, const MultiplicativeModel& model,
                       int num_threads) {
  part_of_block.clear();
  for (const TimeBlock& one : block.time_blocks) {
    part_of_block.push_back(parts.at(one.time.start_ms));
  }
  part.resize(block.size());
  factor.resize(block.size());
#pragma omp parallel for schedule(static) num_threads(thread_count(num_threads))
  for (std::size_t i = 0; i < block.size(); ++i) {
    part[i] = parts.at(block.time_ms[i]);
    const bool wanted = block.delayed[i] == 0 && part[i] != TimeParts::none;
    factor[i] = wanted ? model.factor(block.crystal_a[i], window_of(block.window_a, i), block.crystal_b[i],
                                      window_of(block.window_b, i))
                       : 0;
  }
  prompts.assign(parts.count(), 0);
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (factor[i] > 0) {
      ++prompts[part[i]];
    }
  }
}

}  // namespace coincide::recon
