// Sums over scatter points on the GPU: one thread per way from a point to a node, then one per pair and point, then one
// per pair and position, which adds what all points of a batch give it in their order.

#include <algorithm>
#include <cstdint>

#include "projectors/cuda/runtime.h"
#include "recon/scatter/kernels/pairs.h"
#include "recon/scatter/pair_sums.h"

namespace coincide::recon {
namespace {

namespace gpu = projectors::cuda;
using gpu::Buffer;

constexpr int threads = 128;

/// Points of a batch on the device.
struct BatchPoints {
  const double* place_mm;  ///< [point][3]
  const float* weight_mm2;
  std::int32_t count;
};

/// Some pairs a < b of nodes, in the order of their sums.
struct PairRange {
  std::int64_t first, count;
  std::int64_t nodes;

  /// Nodes of a pair; `i` counts those of the range.
  __device__ void find(std::int64_t i, std::int64_t& a, std::int64_t& b) const {
    const std::int64_t pair = first + i;
    std::int64_t low = 0, high = nodes - 1;  // the row is in [low, high)
    while (high - low > 1) {
      const std::int64_t middle = (low + high) / 2;
      (kernels::first_pair(middle, nodes) <= pair ? low : high) = middle;
    }
    a = low;
    b = pair - kernels::first_pair(low, nodes) + low + 1;
  }
};

__global__ void look_at_nodes(kernels::Look look, BatchPoints points, std::int64_t nodes, kernels::SightColumns out) {
  const std::int64_t sight = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (sight < points.count * nodes) {
    look(points.place_mm + 3 * (sight / nodes), sight % nodes, sight, out);
  }
}

/// To meetings[point][pair].
__global__ void meet_in_points(kernels::Meet meet, BatchPoints points, PairRange pairs, kernels::Meeting* meetings) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < points.count * pairs.count) {
    const std::int64_t point = i / pairs.count;
    std::int64_t a, b;
    pairs.find(i % pairs.count, a, b);
    const std::int64_t to_a = point * pairs.nodes + a, to_b = point * pairs.nodes + b;
    const float cosine = meet.cosine(to_a, to_b);
    meetings[i] = cosine > meet.angles.least_cosine ? meet(to_a, to_b, cosine, points.weight_mm2[point])
                                                    : kernels::Meeting{0, 0, 0};
  }
}

/// What two profiles give to a position.
__device__ float at_position(const kernels::SightColumns& sights, const kernels::Meeting& meeting, std::int64_t to_a,
                             std::int64_t to_b, std::int32_t position, std::int32_t each_side) {
  const std::int32_t count = 2 * each_side + 1;
  const std::int32_t steps_a = sights.steps[to_a], steps_b = sights.steps[to_b];
  const float* profile_a = sights.profile_of(to_a);
  const float* profile_b = sights.profile_of(to_b);
  const float from_a =
      kernels::Spread::backward(meeting, steps_a, each_side).gathered(position, count, steps_a, [=](std::int32_t step) {
        return profile_a[steps_a - 1 - step];
      });
  const float from_b =
      kernels::Spread::forward(meeting, each_side).gathered(position, count, steps_b, [=](std::int32_t step) {
        return profile_b[step];
      });
  return from_a + from_b;
}

/// Sums of the range's pairs, [pair][position]; each_side < 0: without TOF, one of each.
__global__ void add_meetings(kernels::SightColumns sights, std::int32_t num_points, PairRange pairs,
                             std::int32_t each_side, const kernels::Meeting* meetings, float* sums) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  const std::int32_t count = each_side < 0 ? 1 : 2 * each_side + 1;
  if (i >= pairs.count * count) {
    return;
  }
  const std::int64_t pair = i / count;
  const auto position = static_cast<std::int32_t>(i % count);
  std::int64_t a, b;
  pairs.find(pair, a, b);
  float sum = 0;
  for (std::int32_t point = 0; point < num_points; ++point) {
    const kernels::Meeting meeting = meetings[point * pairs.count + pair];
    const std::int64_t to_a = point * pairs.nodes + a, to_b = point * pairs.nodes + b;
    if (meeting.from_a > 0 || meeting.from_b > 0) {
      sum += each_side < 0 ? meeting.from_a * sights.activity[to_a] + meeting.from_b * sights.activity[to_b]
                           : at_position(sights, meeting, to_a, to_b, position, each_side);
    }
  }
  sums[pairs.first * count + i] += sum;
}

class CudaPairSums final : public PairSums {
 public:
  CudaPairSums(const PairSumsInput& input, int device)
      : input_(input),
        current_(device),
        nodes_(input.nodes.count()),
        matter_(on_device(input.matter.values())),
        places_(on_device(input.nodes.place_mm)),
        normals_(on_device(input.nodes.normal)),
        weights_(on_device(input.angles.weight())),
        absorptions_(on_device(input.angles.absorption())),
        points_mm_(3 * most_points, stream_),
        points_mm2_(most_points, stream_),
        sights_(static_cast<std::int64_t>(floats_of_sights(most_points * nodes_, input.most_steps)), stream_),
        steps_(static_cast<std::int64_t>(most_points) * nodes_, stream_),
        meetings_(static_cast<std::int64_t>(most_points) * std::min(most_pairs_on_gpu, input.num_pairs()), stream_),
        sums_(input.num_sums(), stream_) {
    gpu::clear(sums_.data(), sums_.size(), stream_);
    gpu::wait(stream_);
  }

  void add(const PointColumns& points) override;
  std::vector<float> take() override {
    std::vector<float> sums(static_cast<std::size_t>(input_.num_sums()));
    gpu::copy(sums_.data(), sums_.size(), sums.data(), stream_);
    gpu::wait(stream_);
    return sums;
  }

 private:
  template <class T>
  Buffer<T> on_device(const std::vector<T>& host) {
    Buffer<T> buffer(std::ssize(host), stream_);
    gpu::copy(host.data(), std::ssize(host), buffer.data(), stream_);
    return buffer;
  }
  BatchPoints upload(const PointColumns& points);

  const PairSumsInput& input_;
  gpu::CurrentDevice current_;
  gpu::Stream stream_;
  std::int64_t nodes_;
  Buffer<kernels::MatterValues> matter_;
  Buffer<double> places_, normals_;
  Buffer<float> weights_, absorptions_;
  Buffer<double> points_mm_;
  Buffer<float> points_mm2_;
  Buffer<float> sights_;
  Buffer<std::int32_t> steps_;
  Buffer<kernels::Meeting> meetings_;
  Buffer<float> sums_;
};

BatchPoints CudaPairSums::upload(const PointColumns& points) {
  gpu::copy(points.place_mm.data(), std::ssize(points.place_mm), points_mm_.data(), stream_);
  gpu::copy(points.weight_mm2.data(), points.count(), points_mm2_.data(), stream_);
  return {points_mm_.data(), points_mm2_.data(), static_cast<std::int32_t>(points.count())};
}

void CudaPairSums::add(const PointColumns& points) {
  const BatchPoints batch = upload(points);
  const kernels::SightColumns sights =
      sight_columns(sights_.data(), steps_.data(), most_points * static_cast<std::size_t>(nodes_), input_.most_steps);
  const kernels::Look look{.matter = input_.matter.view(matter_.data()),
                           .node_mm = places_.data(),
                           .normal = normals_.data(),
                           .step_mm = input_.step_mm,
                           .samples = samples_per_step(input_.step_mm)};
  const kernels::Meet meet{.angles = input_.angles.view(weights_.data(), absorptions_.data()),
                           .sights = sights,
                           .half_steps_per_mm = static_cast<float>(0.5 / input_.step_mm)};
  const std::int32_t each_side = input_.has_tof ? input_.positions.each_side : -1;
  gpu::launch(look_at_nodes, batch.count * nodes_, threads, stream_, look, batch, nodes_, sights);
  for (std::int64_t first = 0; first < input_.num_pairs(); first += most_pairs_on_gpu) {
    const PairRange pairs{first, std::min(most_pairs_on_gpu, input_.num_pairs() - first), nodes_};
    gpu::launch(meet_in_points, batch.count * pairs.count, threads, stream_, meet, batch, pairs, meetings_.data());
    gpu::launch(add_meetings, pairs.count * input_.positions.count(), threads, stream_, sights, batch.count, pairs,
                each_side, meetings_.data(), sums_.data());
  }
  gpu::wait(stream_);  // so that progress and a stop are those of the device
}

}  // namespace

std::unique_ptr<PairSums> make_cuda_pair_sums(const PairSumsInput& input, int device) {
  return std::make_unique<CudaPairSums>(input, device);
}

std::string why_no_room_on_gpu(std::uint64_t bytes, int device) {
  constexpr double usable_part = 0.95;  // the rest is for what allocation wastes, and for the display
  const gpu::CurrentDevice current(device);
  const gpu::MemorySizes memory = gpu::memory_sizes();
  if (static_cast<double>(bytes) <= usable_part * static_cast<double>(memory.free_bytes)) {
    return "";
  }
  return "Scatter needs " + gpu::gigabytes(bytes) + " of the GPU's memory, of which " +
         gpu::gigabytes(memory.free_bytes) + " of " + gpu::gigabytes(memory.total_bytes) + " are free.";
}

}  // namespace coincide::recon
