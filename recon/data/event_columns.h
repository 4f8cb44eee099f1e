#pragma once

#include <cstddef>
#include <vector>

#include "projectors/lor_order.h"

namespace coincide::recon {

/// Columns of a subset of events in their store.
enum Column : std::size_t {
  crystal_a,
  crystal_b,
  tof_bin,
  draw,
  factor,
  additive,
  window_a,  // both only if the scanner has several
  window_b,
  point_a,  // both only where LORs may move; until they do, the first holds the times of the events
  point_b,
  num_columns
};
inline constexpr std::size_t element_bytes[num_columns] = {4, 4, 2, 1, 4, 4, 1, 1, 4, 4};

/// Bytes of an element, for all columns of all subsets: [subset][column].
std::vector<std::size_t> column_sizes(int subsets);

/// Puts the first `count` elements of a column into the given order.
void reorder(const projectors::LorOrder& order, std::byte* column, std::size_t element_bytes, std::size_t count);

}  // namespace coincide::recon
