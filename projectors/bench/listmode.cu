// What listmode reconstruction does, on the GPU.

#include <algorithm>
#include <optional>

#include "projectors/bench/listmode.h"
#include "projectors/cuda/calls.h"
#include "projectors/cuda/event_step.h"
#include "projectors/device_floats.h"

namespace coincide::projectors::bench {
namespace {

constexpr int threads = cuda::default_threads_per_block;
constexpr cudaStream_t stream = nullptr;

/// Quotient of the one count of an event and its expectation, whose logarithm is added up as a likelihood would.
struct Quotient {
  const float* contamination;

  __device__ float operator()(std::int64_t event, float projected, double& to_sum) const {
    const float expected = projected + contamination[event];
    to_sum = logf(expected);
    return 1 / expected;
  }
};

/// image *= back / sensitivity
__global__ void update_image(const float* back, const float* sensitivity, std::int64_t num_voxels, float* image) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < num_voxels && sensitivity[i] > 0) {
    image[i] *= back[i] / sensitivity[i];
  }
}

/// Images and figures of both projections.
class GpuListmode {
 public:
  GpuListmode(const ImageGrid& grid, const ProjectorOptions& options, std::int64_t num_events)
      : current_(options.device.index),
        projector_(grid, options),
        back_(options.device, grid.num_voxels()),
        shadowed_(projector_, back_.data(), num_events, stream),
        log_sum_(1, stream),
        contamination_(std::vector<float>(static_cast<std::size_t>(num_events), contamination_mm), options.device) {
    cuda::clear(log_sum_.data(), 1, stream);
  }

  /// Adds the back projection of 1 / (forward projection + contamination) to `back`.
  void step(const PlacedScene& scene, bool sort, const float* image) {
    const Lors lors = scene.lors();
    const cuda::EventsCall call(projector_, scene.events(), lors.count, stream);
    std::optional<cuda::DeviceOrder> order;
    if (sort) {
      order.emplace(call.setup(), lors, stream);
    }
    cuda::launch(cuda::project_events<cuda::TofEventsKernel, Quotient>, lors.count, threads, stream,
                 call.setup().data(), lors, order ? order->taken() : cuda::Taken{},
                 call.part(cuda::Route(nullptr), 0, lors.count), Quotient{contamination_.data()}, image,
                 shadowed_.target(), log_sum_.data());
    shadowed_.merge(stream);
  }
  DeviceFloats& back() { return back_; }
  const DeviceFloats& back() const { return back_; }

 private:
  cuda::CurrentDevice current_;
  Projector projector_;
  DeviceFloats back_;
  cuda::ShadowedImage shadowed_;
  cuda::Buffer<double> log_sum_;
  DeviceCopy<float> contamination_;
};

std::vector<float> downloaded(const DeviceFloats& image) {
  std::vector<float> values(static_cast<std::size_t>(image.size()));
  image.download(values.data());
  return values;
}

class GpuStep final : public Projection {
 public:
  GpuStep(const PlacedScene& scene, const ProjectorOptions& options, Contents contents)
      : scene_(scene),
        device_(options.device),
        listmode_(scene.scene().grid, options, scene.scene().count()),
        varied_image_(
            contents == Contents::varied ? varied_values(scene.scene().grid.num_voxels()) : std::vector<float>(),
            options.device) {}

  void clear() override { listmode_.back().clear(); }
  void run() override {
    const float* image = varied_image_.data() != nullptr ? varied_image_.data() : scene_.image();
    listmode_.step(scene_, scene_.scene().order != sorted_order, image);
    wait_for(device_);
  }
  std::vector<float> result() const override { return downloaded(listmode_.back()); }

 private:
  const PlacedScene& scene_;
  Device device_;
  GpuListmode listmode_;
  DeviceCopy<float> varied_image_;
};

class GpuOsemIteration final : public Projection {
 public:
  GpuOsemIteration(const Scene& scene, const ProjectorOptions& options)
      : device_(options.device),
        subsets_(osem_subsets(scene, options.num_threads)),
        listmode_(scene.grid, options, subsets_.front().count()),
        ones_(std::vector<float>(static_cast<std::size_t>(scene.grid.num_voxels()), 1.0f)),
        image_(device_, scene.grid.num_voxels()),
        sensitivity_(std::vector<float>(ones_.size(), subset_sensitivity(scene)), device_) {
    for (const Scene& subset : subsets_) {
      placed_.push_back(std::make_unique<PlacedScene>(subset, device_));
    }
  }

  void clear() override { image_.upload(ones_.data()); }
  void run() override {
    for (const auto& subset : placed_) {
      cuda::clear(listmode_.back().data(), image_.size(), stream);
      listmode_.step(*subset, false, image_.data());
      cuda::launch(update_image, image_.size(), threads, stream, listmode_.back().data(), sensitivity_.data(),
                   image_.size(), image_.data());
    }
    wait_for(device_);
  }
  std::vector<float> result() const override { return downloaded(image_); }

 private:
  Device device_;
  std::vector<Scene> subsets_;
  GpuListmode listmode_;
  std::vector<std::unique_ptr<PlacedScene>> placed_;
  std::vector<float> ones_;
  DeviceFloats image_;
  DeviceCopy<float> sensitivity_;
};

}  // namespace

std::unique_ptr<Projection> make_gpu_listmode_step(const PlacedScene& scene, const ProjectorOptions& options,
                                                   Contents contents) {
  return std::make_unique<GpuStep>(scene, options, contents);
}

std::unique_ptr<Projection> make_gpu_osem_iteration(const Scene& scene, const ProjectorOptions& options) {
  return std::make_unique<GpuOsemIteration>(scene, options);
}

}  // namespace coincide::projectors::bench
