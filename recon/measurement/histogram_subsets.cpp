#include "recon/measurement/histogram_subsets.h"

#include <fmt/format.h>

#include <algorithm>

#include "projectors/error.h"

namespace coincide::recon {

std::vector<std::int64_t> lors_of_subset(const Histogram& histogram, int subset, int num_subsets) {
  const bool by_view = !histogram.view.empty();
  const std::int64_t most =
      by_view ? std::int64_t{1} + *std::ranges::max_element(histogram.view) : histogram.num_lors();
  if (num_subsets < 1 || num_subsets > most) {
    throw InputError(fmt::format("the number of subsets is {}: the histogram has {} {}, so 1 to {} are possible",
                                 num_subsets, most, by_view ? "views" : "LORs", most));
  }
  std::vector<std::int64_t> lors;
  for (std::int64_t i = 0; i < histogram.num_lors(); ++i) {
    const std::int64_t place = by_view ? std::int64_t{histogram.view[static_cast<std::size_t>(i)]} : i;
    if (place % num_subsets == subset) {
      lors.push_back(i);
    }
  }
  return lors;
}

projectors::Lors gathered(const Histogram& histogram, const std::vector<std::int64_t>& lors,
                          std::vector<std::uint32_t>& start, std::vector<std::uint32_t>& end) {
  const std::int64_t count = std::ssize(lors);
  gather(histogram.start, 1, lors.data(), count, start);
  gather(histogram.end, 1, lors.data(), count, end);
  projectors::Lors lines = histogram.lors(0, count);
  lines.start_index = start.data();
  lines.end_index = end.data();
  return lines;
}

}  // namespace coincide::recon
