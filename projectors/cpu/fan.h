#pragma once

// LORs that run between the same rows of voxels, as those between two places around a scanner do, whatever rings they
// join. On each plane the two rows are blended once for all of them, forward, and spread once,
// back: a LOR then takes two neighbours of one row, near in the cache, where the walk alone takes four voxels of the
// image. Weights are the same as there; only additions come in another order.

#include "projectors/cpu/lor_lanes.h"
#include "projectors/cpu/scratch.h"
#include "projectors/kernels/course.h"

namespace coincide::projectors::COINCIDE_BACKEND {

COINCIDE_HD bool run_between_same_rows(const Ray& a, const Ray& b) {
  return a.axis == b.axis && a.u_step == b.u_step && a.u_0 == b.u_0;
}

/// How many of lor_at(0), lor_at(1), ... lor_at(count - 1) the first has between its rows, itself included, with no
/// other in between; 0 if it is none for a fan.
template <class Kernel, class LorAt>
COINCIDE_HD std::int64_t count_in_fan(std::int64_t count, LorAt&& lor_at) {
  const auto fits = [](const Prepared<Kernel>& lor) {
    return runs_between_rows(lor.ray) && LaneWeights<Kernel>::can_take(lor.tof);
  };
  const Prepared<Kernel>& first = lor_at(0);
  std::int64_t i = 0;
  while (i < count && fits(lor_at(i)) && run_between_same_rows(first.ray, lor_at(i).ray)) {
    ++i;
  }
  return i;
}

/// Of one thread. An object is used for one fan after another.
template <BoundaryRule boundary, class Kernel>
class Fan {
 public:
  explicit Fan(const Grid& grid) : n_(grid.n[2]), rows_(int{copies} * (std::int64_t{n_} + lanes)) {
    for (std::int64_t i = 0; i < int{copies} * (std::int64_t{n_} + lanes); ++i) {
      rows_[i] = 0;
    }
  }

  /// Of lor_at(0) ... lor_at(count - 1), as count_in_fan() found them, those planes that lie in lo ... hi.
  /// 0 < count <= max_in_fan.
  template <class LorAt>
  void set(std::int64_t count, std::int32_t lo, std::int32_t hi, LorAt&& lor_at) {
    ray_ = lor_at(0).ray;
    count_ = count;
    blocks_ = static_cast<int>((count + lanes - 1) / lanes);
    first_ = hi + 1;
    last_ = lo - 1;
    for (int b = 0; b < blocks_; ++b) {
      lane_[b].set(smaller(count - b * lanes, std::int64_t{lanes}), lo, hi,
                   [&](std::int64_t i) -> const Prepared<Kernel>& { return lor_at(b * lanes + i); });
      first_ = smaller(first_, lane_[b].begins);
      last_ = larger(last_, lane_[b].ends);
    }
    set_window();
  }

  /// sums[i]: of ray i, over its planes, of the image's interpolated values.
  void forward(const float* image, float* sums) {
    Floats sum[max_in_fan / lanes];
    for (int b = 0; b < blocks_; ++b) {
      sum[b] = Floats{};
    }
    float* row = &rows_[0];
    for (std::int32_t plane = first_; plane <= last_; ++plane) {
      const Rows at = rows_at(plane);
      const float* low = image + at.low;
      const float* high = low + ray_.stride_u;
      for (std::int32_t i = at.window_first; i <= at.window_last; ++i) {
        row[i] = at.weight_low * low[i] + at.weight_high * high[i];
      }
      for (int b = 0; b < blocks_; ++b) {
        const LorLanes<boundary, Kernel>& lane = lane_[b];
        if (lane.is_common(plane)) {
          const Neighbours v = inner_neighbours(lane.v_at(plane));
          const RowPairs near = load_row_pairs(row, Offsets(v.low));
          sum[b] += v.weight_low * near.low + v.weight_high * near.high;
        } else {
          const Neighbours v = border_neighbours<boundary>(lane.v_at(plane), n_);
          const RowPairs near = load_row_pairs(row, Offsets(v.low));
          sum[b] += lane.part_of(plane, v.weight_low * near.low + v.weight_high * near.high);
        }
      }
    }
    for (std::int32_t i = 0; i < n_; ++i) {
      row[i] = 0;
    }
    __builtin_memcpy(sums, sum, sizeof(Floats) * static_cast<std::size_t>(blocks_));
  }

  /// Adds value_at(i) to the voxels of each plane of ray i.
  template <class ValueAt>
  void back(ValueAt&& value_at, float* image) {
    Floats values[max_in_fan / lanes];
    for (int b = 0; b < blocks_; ++b) {
      for (int i = 0; i < lanes; ++i) {
        values[b][i] = b * lanes + i < count_ ? value_at(b * lanes + i) : 0;
      }
    }
    const std::int64_t stride = 2 * count_ < n_ ? 0 : n_ + lanes;  // few LORs seldom meet: one copy
    for (std::int32_t plane = first_; plane <= last_; ++plane) {
      const Rows at = rows_at(plane);
      for (int b = 0; b < blocks_; ++b) {
        const LorLanes<boundary, Kernel>& lane = lane_[b];
        Floats value = values[b];
        Neighbours v;
        if (lane.is_common(plane)) {
          v = inner_neighbours(lane.v_at(plane));
        } else {
          v = border_neighbours<boundary>(lane.v_at(plane), n_);
          value = lane.part_of(plane, value);
        }
        add_row_pairs(&rows_[0], stride, v.low, v.weight_low * value, v.weight_high * value);
      }
      if (stride == 0) {
        spread_row(at, image);
      } else {
        spread_copies(at, stride, image);
      }
    }
  }

 private:
  /// Of a plane: where its lower row begins, the weights of this and the next, and which of their voxels the LORs
  /// reach.
  struct Rows {
    std::int64_t low;
    float weight_low, weight_high;
    std::int32_t window_first, window_last;
  };

  /// The least of straight lines is nowhere below the line between the least at both ends, the most likewise.
  void set_window() {
    const auto ends_at = [&](std::int32_t plane, float& least, float& most_at) {
      Floats low = lane_[0].v_at(plane);
      Floats high = low;
      for (int b = 1; b < blocks_; ++b) {
        const Floats place = lane_[b].v_at(plane);
        low = smaller(low, place);
        high = larger(high, place);
      }
      least = low[0];
      most_at = high[0];
      for (int i = 1; i < lanes; ++i) {
        least = smaller(least, low[i]);
        most_at = larger(most_at, high[i]);
      }
    };
    float least[2], most_at[2];
    ends_at(first_, least[0], most_at[0]);
    ends_at(last_, least[1], most_at[1]);
    const float planes = static_cast<float>(larger(last_ - first_, 1));
    window_low_ = least[0];
    window_low_step_ = (least[1] - least[0]) / planes;
    window_high_ = most_at[0];
    window_high_step_ = (most_at[1] - most_at[0]) / planes;
  }

  COINCIDE_HD Rows rows_at(std::int32_t plane) const {
    const Neighbours u =
        border_neighbours<boundary>(Floats{} + (static_cast<float>(plane) * ray_.u_step + ray_.u_0), ray_.n_u);
    const float from_first = static_cast<float>(plane - first_);
    constexpr float margin = 2;
    const float end = static_cast<float>(n_ - 1);
    const float low = window_low_ + from_first * window_low_step_ - margin;
    const float high = window_high_ + from_first * window_high_step_ + margin;
    return {plane * ray_.stride_k + u.low[0] * ray_.stride_u, u.weight_low[0], u.weight_high[0],
            static_cast<std::int32_t>(low > 0 ? smaller(low, end - 1) : 0),
            static_cast<std::int32_t>(high < end ? larger(high, 1.0f) : end)};
  }

  /// What has been added to a row goes to both rows of the image.
  void spread_row(const Rows& at, float* image) {
    float* row = &rows_[0];
    float* low = image + at.low;
    float* high = low + ray_.stride_u;
    for (std::int32_t i = at.window_first; i <= at.window_last; ++i) {
      low[i] += at.weight_low * row[i];
      high[i] += at.weight_high * row[i];
      row[i] = 0;
    }
  }

  void spread_copies(const Rows& at, std::int64_t stride, float* image) {
    float* row = &rows_[0];
    float* low = image + at.low;
    float* high = low + ray_.stride_u;
    for (std::int32_t i = at.window_first; i <= at.window_last; ++i) {
      const float sum = (row[i] + row[i + stride]) + (row[i + 2 * stride] + row[i + 3 * stride]);
      low[i] += at.weight_low * sum;
      high[i] += at.weight_high * sum;
      row[i] = row[i + stride] = row[i + 2 * stride] = row[i + 3 * stride] = 0;
    }
  }

  /// Neighbouring LORs may add to the same voxels: in turn to one of several copies of the row, so that they need not
  /// wait for each other.
  static constexpr int copies = 4;

  std::int32_t n_;
  Scratch<float> rows_;
  Ray ray_;
  std::int64_t count_ = 0;
  int blocks_ = 0;
  std::int32_t first_ = 0, last_ = -1;
  float window_low_ = 0, window_low_step_ = 0, window_high_ = 0, window_high_step_ = 0;
  LorLanes<boundary, Kernel> lane_[max_in_fan / lanes];
};

}  // namespace coincide::projectors::COINCIDE_BACKEND
