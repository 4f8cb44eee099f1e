#pragma once

#include <cstdint>

namespace coincide::projectors {

/// Back projections add to their image by plain additions, faster than atomic ones. That none of several threads of the
/// program undoes what another one adds at the same time, each call takes its turn with the floats that it adds to:
/// while a Turn lives, the constructor of another one for the same floats, or some of them, waits.
class Turn {
 public:
  Turn(const float* floats, std::int64_t count);
  ~Turn();
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  const float* begin_;
  const float* end_;
};

}  // namespace coincide::projectors
