#pragma once

#include <cstdint>

#include "projectors/geometry.h"

namespace coincide::projectors {

/// LORs in an order in which neighbours cross the same voxels, so that these are still in the cache: by principal axis,
/// then by slope and place across the slower of the other axes, then across the faster one; LORs that come many in a
/// row between two places around the last axis stay together. Random events walk several times faster in it. Projector
/// sorts by itself where that pays; a caller who projects the same LORs again and again saves that by keeping them in
/// this order.
class LorOrder {
 public:
  enum class Fans {
    as_they_come,
    gathered,  ///< LORs between the same two places are brought together first, wherever they are; pays for histograms
  };

  /// For the LORs first ... first + count - 1; `count` < 2^32, `num_threads` > 0. The same order for any number of
  /// threads.
  LorOrder(const ImageGrid& grid, const Lors& lors, std::int64_t first, std::int64_t count, int num_threads,
           Fans fans = Fans::as_they_come);
  LorOrder(const LorOrder&) = delete;
  LorOrder& operator=(const LorOrder&) = delete;
  ~LorOrder();

  /// Number of the LOR at place i.
  std::int64_t operator[](std::int64_t i) const { return first_ + order_[i]; }

 private:
  std::int64_t first_;
  std::uint32_t*
      order_;  ///< no std::vector: see kernels/backend.h on what its inline functions would do to the kernels
};

/// True if sorting would not pay: few LORs, or neighbours that already cross the same voxels, as in most sinograms.
/// Looks at some hundred places.
bool is_coherent(const ImageGrid& grid, const Lors& lors, std::int64_t first, std::int64_t count);

/// After how many LORs those between the same two places around the last axis come again, with others in between, as in
/// sinograms whose planes do not follow each other; 0 if they do not, or not often enough to be taken together. Looks
/// at some hundred places.
std::int64_t fan_period(const Lors& lors);

}  // namespace coincide::projectors
