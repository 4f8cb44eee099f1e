#include "recon/data/sorted_block.h"

#include "recon/parallel.h"

namespace coincide::recon {

namespace {

/// Of `factor`, the parts that are used. Attenuation is divided out only where it has to be: that costs a last digit.
float stated_factor(const EventBlock& block, std::size_t event, const EventTerms& used) {
  const float whole = block.factor[event];
  const float attenuation = block.attenuation.empty() ? 1 : block.attenuation[event];
  if (used.normalization) {
    return used.attenuation || !(attenuation > 0) ? whole : whole / attenuation;
  }
  return attenuation;
}

}  // namespace

float factor_of(const EventBlock& block, std::size_t event, const MultiplicativeModel& model, const EventTerms& used) {
  const std::uint32_t a = block.crystal_a[event], b = block.crystal_b[event];
  const std::uint32_t window_a = window_of(block.window_a, event), window_b = window_of(block.window_b, event);
  if (!used.factor()) {
    return model.factor(a, window_a, b, window_b);
  }
  const float stated = stated_factor(block, event, used);
  return used.normalization ? model.factor_of_event(stated, a, window_a, b, window_b)
                            : model.factor(a, window_a, b, window_b) * stated;
}

void SortedBlock::sort(const EventBlock& block, const TimeParts& parts, const MultiplicativeModel& model,
                       const EventTerms& used, int num_threads) {
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
    factor[i] = wanted ? factor_of(block, i, model, used) : 0;
  }
  prompts.assign(parts.count(), 0);
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (factor[i] > 0) {
      ++prompts[part[i]];
    }
  }
}

}  // namespace coincide::recon
