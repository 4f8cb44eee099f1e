#include "io/tables/table_clock.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "projectors/error.h"
#include "recon/units.h"

namespace coincide::io {
namespace {

constexpr double latest_ms = 4'294'967'294.0;

/// Round lengths, so that frames of whole seconds begin with a block.
std::uint32_t length_for(double duration_ms) {
  constexpr double most_blocks = 1e6;
  std::uint32_t length = 1;
  for (const std::uint32_t longer : {2U, 5U, 10U, 20U, 50U, 100U, 200U, 500U, 1000U, 10000U}) {
    length = duration_ms / length > most_blocks ? longer : length;
  }
  return length;
}

}  // namespace

TableClock::TableClock(double start_s, double stop_s, double zero_s) : zero_s_(zero_s) {
  const double start_ms = std::floor((start_s - zero_s) * recon::ms_per_s);
  const double stop_ms = std::ceil((stop_s - zero_s) * recon::ms_per_s);
  if (!(start_ms >= 0 && stop_ms > start_ms && stop_ms <= latest_ms)) {
    throw FileError(
        fmt::format("The table's times, from {} s to {} s, are no acquisition: it would have to last up to "
                    "49 days.",
                    start_s, stop_s));
  }
  start_ms_ = static_cast<std::uint32_t>(start_ms);
  length_ms_ = length_for(stop_ms - start_ms);
  prompts_.assign(static_cast<std::size_t>(std::ceil((stop_ms - start_ms) / length_ms_)), 0);
  if (zero_s != 0) {
    note_ = fmt::format("Times count from {} s of the table's clock.", zero_s);
  }
}

std::uint32_t TableClock::start_of(double time_s) const {
  if (length_ms_ == 0) {
    return 0;
  }
  // 1e-6 ms: what decimal fractions of a second lose in binary.
  const double at = std::floor(((time_s - zero_s_) * recon::ms_per_s + 1e-6 - start_ms_) / length_ms_);
  const double block = std::clamp(at, 0.0, static_cast<double>(prompts_.size() - 1));
  return start_ms_ + static_cast<std::uint32_t>(block) * length_ms_;
}

void TableClock::count(const recon::EventBlock& block) {
  for (std::size_t i = 0; i < block.size(); ++i) {
    const std::size_t at = length_ms_ == 0 ? 0 : (block.time_ms[i] - start_ms_) / length_ms_;
    prompts_[at] += block.delayed[i] == 0 ? 1 : 0;
  }
}

std::vector<recon::TimeBlock> TableClock::take_blocks() {
  std::vector<recon::TimeBlock> blocks;
  for (std::size_t i = 0; i < prompts_.size(); ++i) {
    const std::uint32_t start = start_ms_ + static_cast<std::uint32_t>(i) * length_ms_;
    blocks.push_back({.time = {start, start + length_ms_}, .prompts = prompts_[i]});
    prompts_[i] = 0;
  }
  return blocks;
}

}  // namespace coincide::io
