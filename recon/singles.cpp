#include "recon/singles.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace coincide::recon {
namespace {

double in_pieces_s(const TimeInterval& time, std::span<const Frame> pieces) {
  std::uint64_t common_ms = 0;
  for (const Frame& piece : pieces) {
    const std::uint64_t start = std::max<std::uint64_t>(time.start_ms, piece.start_ms);
    const std::uint64_t stop = std::min<std::uint64_t>(time.stop_ms, piece.stop_ms);
    common_ms += stop > start ? stop - start : 0;
  }
  return 1e-3 * static_cast<double>(common_ms);
}

/// Mean square over squared mean of what falls by exp(-y) in the time.
double squares_of_decay(double y) { return y < 1e-6 ? 1 : y / 2 / std::tanh(y / 2); }

}  // namespace

void SinglesLog::add(const SinglesCounts& counts, std::span<const Frame> pieces) {
  const double common_s = in_pieces_s(counts.time, pieces);
  if (!(common_s > 0)) {
    return;
  }
  const double part = 1e3 * common_s / (counts.time.stop_ms - counts.time.start_ms);
  double sum = 0;
  counts_.resize(std::max(counts_.size(), counts.bin.size()));
  for (std::size_t type = 0; type < counts.bin.size(); ++type) {
    counts_[type].resize(std::max(counts_[type].size(), counts.bin[type].size()), 0);
    for (std::size_t bin = 0; bin < counts.bin[type].size(); ++bin) {
      const double more = part * double{counts.bin[type][bin]};
      counts_[type][bin] += more;
      sum += more;
    }
  }
  times_.push_back({common_s, sum / common_s});
  shared_out_ = shared_out_ || counts.shared_out;
}

Singles SinglesLog::mean(double half_life_s) const {
  Singles result;
  result.per_s = counts_;
  result.shared_out = shared_out_;
  const double decay_per_s = half_life_s > 0 ? std::numbers::ln2 / half_life_s : 0;
  double sum = 0, squares = 0;
  for (const Time& time : times_) {
    result.covered_s += time.length_s;
    sum += time.length_s * time.per_s;
    squares += time.length_s * time.per_s * time.per_s * squares_of_decay(decay_per_s * time.length_s);
  }
  result.squares = sum > 0 ? squares * result.covered_s / (sum * sum) : 1;
  for (std::vector<double>& of_type : result.per_s) {
    std::ranges::for_each(of_type, [&](double& counts) { counts /= result.covered_s; });
  }
  return result;
}

}  // namespace coincide::recon
