#include "recon/motion/live_blocks.h"

#include <algorithm>

#include "recon/block_times.h"

namespace coincide::recon {
namespace {

std::vector<LiveBlock> blocks_in_order(const ListmodeData& data) {
  std::vector<LiveBlock> blocks;
  for (const TimeInterval& time : data.blocks()) {
    blocks.push_back({time});
  }
  std::ranges::sort(blocks, {}, [](const LiveBlock& block) { return block.time.start_ms; });
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    TimeInterval& time = blocks[i].time;
    if (!has_length(time)) {
      const std::uint32_t next_ms = i + 1 < blocks.size() ? blocks[i + 1].time.start_ms : time.start_ms;
      time.stop_ms = std::max(next_ms, time.start_ms + 1);
    }
  }
  return blocks;
}

/// By time of the model's live time. LORs count as they would without dead time: a prompt stands for 1 / L of them.
std::vector<double> live_by_time(ListmodeData& data, const MultiplicativeModel& model) {
  constexpr std::size_t enough_prompts = 100'000;
  const std::size_t step = 1 + data.num_prompts() / enough_prompts;
  const LiveTime& live = model.live_time();
  std::vector<double> sums(live.times().size()), of_pair(sums.size());
  double prompts = 0;
  for (int subset = 0; subset < data.num_subsets(); ++subset) {
    const PromptColumns columns = data.subset(subset);
    for (std::size_t i = 0; i < columns.size(); i += step) {
      const std::uint32_t window_a = columns.window_a.empty() ? 0 : columns.window_a[i];
      const std::uint32_t window_b = columns.window_b.empty() ? 0 : columns.window_b[i];
      const std::uint32_t a = columns.crystal_a[i], b = columns.crystal_b[i];
      std::ranges::fill(of_pair, 0);
      live.add_fractions(model.scanner(), a, window_a, b, window_b, of_pair);
      const double mean = live.fraction(model.scanner(), a, window_a, b, window_b);
      std::ranges::transform(sums, of_pair, sums.begin(), [&](double sum, double one) { return sum + one / mean; });
      ++prompts;
    }
  }
  std::ranges::for_each(sums, [&](double& sum) { sum /= prompts; });
  return sums;
}

/// Ascending.
std::vector<LiveBlock> stretches_of(const LiveTime& live, const std::vector<double>& by_time) {
  std::vector<LiveBlock> stretches;
  for (std::size_t k = 0; k < by_time.size(); ++k) {
    for (const TimeInterval& time : live.times()[k].list()) {
      stretches.push_back({time, by_time[k]});
    }
  }
  std::ranges::sort(stretches, {}, [](const LiveBlock& stretch) { return stretch.time.start_ms; });
  return stretches;
}

}  // namespace

std::vector<LiveBlock> live_blocks(ListmodeData& data, const MultiplicativeModel& model) {
  std::vector<LiveBlock> blocks = blocks_in_order(data);
  if (!model.live_time().is_stated() || data.num_prompts() == 0) {
    return blocks;
  }
  const std::vector<LiveBlock> stretches = stretches_of(model.live_time(), live_by_time(data, model));
  for (LiveBlock& block : blocks) {
    const auto behind = std::ranges::upper_bound(stretches, block.time.start_ms, {},
                                                 [](const LiveBlock& stretch) { return stretch.time.start_ms; });
    if (behind != stretches.begin() && block.time.start_ms < std::prev(behind)->time.stop_ms) {
      block.live = std::prev(behind)->live;
    }
  }
  return blocks;
}

}  // namespace coincide::recon
