#pragma once

#include <cstdint>
#include <vector>

#include "recon/data/histogram.h"

namespace coincide::recon {

/// The LORs of subset `subset` of `num_subsets`, in their order: views subset, subset + num_subsets ..., or without
/// views every num_subsets-th LOR. Throws InputError if there are more subsets than views, or LORs.
std::vector<std::int64_t> lors_of_subset(const Histogram& histogram, int subset, int num_subsets);

/// Values by LOR, `per_lor` each, of some LORs. Replaces `out`.
template <class T>
void gather(const std::vector<T>& values, std::int64_t per_lor, const std::int64_t* lors, std::int64_t count,
            std::vector<T>& out) {
  out.clear();
  for (std::int64_t i = 0; i < count; ++i) {
    const auto row = values.begin() + lors[i] * per_lor;
    out.insert(out.end(), row, row + per_lor);
  }
}

/// Some LORs of the histogram. Refers to it, and to `start` and `end`, whose contents are replaced.
projectors::Lors gathered(const Histogram& histogram, const std::vector<std::int64_t>& lors,
                          std::vector<std::uint32_t>& start, std::vector<std::uint32_t>& end);

}  // namespace coincide::recon
