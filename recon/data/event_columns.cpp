#include "recon/data/event_columns.h"

#include <cstdint>
#include <iterator>

namespace coincide::recon {
namespace {

template <class T>
void reorder(const projectors::LorOrder& order, std::byte* bytes, std::size_t count) {
  T* column = reinterpret_cast<T*>(bytes);
  const std::vector<T> before(column, column + count);
  for (std::size_t i = 0; i < count; ++i) {
    column[i] = before[static_cast<std::size_t>(order[static_cast<std::int64_t>(i)])];
  }
}

}  // namespace

std::vector<std::size_t> column_sizes(int subsets) {
  std::vector<std::size_t> sizes;
  for (int subset = 0; subset < subsets; ++subset) {
    sizes.insert(sizes.end(), std::begin(element_bytes), std::end(element_bytes));
  }
  return sizes;
}

void reorder(const projectors::LorOrder& order, std::byte* column, std::size_t element_bytes, std::size_t count) {
  switch (element_bytes) {
    case 1:
      return reorder<std::uint8_t>(order, column, count);
    case 2:
      return reorder<std::uint16_t>(order, column, count);
    default:
      return reorder<std::uint32_t>(order, column, count);
  }
}

}  // namespace coincide::recon
