// Projections on the GPU: which arrays lie where, and the launches.

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "projectors/cuda/backend.h"
#include "projectors/cuda/calls.h"

namespace coincide::projectors::cuda {
namespace {

int threads_per_block(const Projector& projector) {
  const int wanted = projector.options().cuda.threads_per_block;
  return wanted <= 0 ? default_threads_per_block : std::clamp((wanted + 31) / 32 * 32, 32, most_threads_per_block);
}

/// Each block of a TOF sinogram copies a table: small ones would do so too often and leave no room for enough others.
int sinogram_threads_per_block(const Projector& projector) {
  return std::max(threads_per_block(projector), default_threads_per_block);
}

/// Throws InputError if the array lies on another GPU than that of the projector.
void check_place(const char* name, const void* array, const Projector& projector) {
  const Place place = place_of(array);
  const Device device = projector.options().device;
  if (place.memory == Memory::device && place.device != device.index) {
    throw InputError(std::string(name) + " lies on cuda:" + std::to_string(place.device) +
                     ", but the projector computes on " + device_word(device) + ".");
  }
}

void check_call(const Projector& projector, const Lors& lors, const float* image, const float* values) {
  check_planes(projector.grid());
  check_place("The image", image, projector);
  check_place("The array of values", values, projector);
  check_place("The array of start points", lors.start_mm, projector);
  check_place("The array of end points", lors.end_mm, projector);
}

template <class Call>
void launch_forward(const Projector& p, const Call& tof, const Lors& lors, const Taken& taken,
                    const typename Call::Kernel& kernel, const float* image, float* values, cudaStream_t stream) {
  launch(forward_lors<typename Call::Kernel>, lors.count, threads_per_block(p), stream, tof.setup().data(), lors, taken,
         kernel, image, values);
}
void launch_forward(const Projector& p, const SinogramCall& tof, const Lors& lors, const Taken& taken,
                    const TofSinogramKernel& kernel, const float* image, float* values, cudaStream_t stream) {
  launch(forward_sinogram, lors.count, sinogram_threads_per_block(p), stream, tof.setup().data(), lors, taken, kernel,
         tof.one_sigma(), image, values);
}

template <class Call>
void launch_back(const Projector& p, const Call& tof, const Lors& lors, const Taken& taken,
                 const typename Call::Kernel& kernel, const float* values, const Target& target, cudaStream_t stream) {
  launch(back_lors<typename Call::Kernel>, lors.count, threads_per_block(p), stream, tof.setup().data(), lors, taken,
         kernel, values, target);
}
void launch_back(const Projector& p, const SinogramCall& tof, const Lors& lors, const Taken& taken,
                 const TofSinogramKernel& kernel, const float* values, const Target& target, cudaStream_t stream) {
  launch(back_sinogram, lors.count, sinogram_threads_per_block(p), stream, tof.setup().data(), lors, taken, kernel,
         tof.one_sigma(), values, target);
}

/// A call whose arrays are all on the device: it only queues work.
template <class Tof>
void forward_on_device(const Projector& p, const Lors& lors, const Tof& tof, const float* image, float* values,
                       cudaStream_t stream) {
  const CallOf<Tof> call(p, tof, lors.count, stream);
  const DeviceOrder order(call.setup(), lors, stream);
  launch_forward(p, call, lors, order.taken(), call.part(Route(nullptr), 0, lors.count), image, values, stream);
}

template <class Tof>
void back_on_device(const Projector& p, const Lors& lors, const Tof& tof, const float* values, float* image,
                    cudaStream_t stream) {
  const CallOf<Tof> call(p, tof, lors.count, stream);
  const DeviceOrder order(call.setup(), lors, stream);
  const ShadowedImage shadowed(p, image, lors.count, stream);
  launch_back(p, call, lors, order.taken(), call.part(Route(nullptr), 0, lors.count), values, shadowed.target(),
              stream);
  shadowed.merge(stream);
}

/// Pinned memory takes long to get, so it is kept for the next call, one set per device; calls on host arrays of one
/// device come one after the other. Never freed: the process ends with it.
class StagingLease {
 public:
  StagingLease(int device, int num_threads) : kept_(kept_for(device)), lock_(kept_.mutex) {
    if (!kept_.staging) {
      kept_.staging.emplace(num_threads);
    }
    kept_.staging->set_threads(num_threads);
  }
  ~StagingLease() { kept_.staging->abandon(); }  // what an exception may have left
  StagingLease(const StagingLease&) = delete;
  StagingLease& operator=(const StagingLease&) = delete;
  Staging& operator*() const { return *kept_.staging; }

 private:
  struct Kept {
    std::mutex mutex;
    std::optional<Staging> staging;
  };
  static Kept& kept_for(int device) {
    static auto& mutex = *new std::mutex;
    static auto& all = *new std::map<int, Kept>;
    const std::scoped_lock lock(mutex);
    return all[device];
  }

  Kept& kept_;
  std::scoped_lock<std::mutex> lock_;
};

/// LORs of a part. Several parts, so that copies and kernels overlap, but no small ones: sorted LORs are near each
/// other if they are many.
std::int64_t part_size(std::int64_t count, std::size_t bytes_per_lor) {
  constexpr std::int64_t small = std::int64_t{1} << 18;
  return std::min(Staging::lors_per_part(bytes_per_lor), std::max(small, count / 8));
}

template <class Tof>
std::size_t bytes_per_lor(const Tof& tof) {
  return LorsCall::bytes_per_lor + CallOf<Tof>::bytes_per_lor(tof) +
         static_cast<std::size_t>(values_per_lor(tof)) * sizeof(float);
}

/// A call with arrays on the host. `stream` is that of arrays on the device, which may still be written.
template <class Tof>
void forward_in_parts(const Projector& p, const Lors& lors, const Tof& tof, const float* image, float* values,
                      cudaStream_t stream) {
  const StagingLease staging(p.options().device.index, p.options().num_threads);
  const ImageCall on_device(const_cast<float*>(image), p.grid().num_voxels(), stream);  // only read
  const CallOf<Tof> call(p, tof, lors.count, stream);
  const LorsCall lines(lors, stream);
  wait(stream);
  on_device.upload(*staging);
  (*staging).for_parts(lors.count, part_size(lors.count, bytes_per_lor(tof)),
                       [&](Slot& slot, std::int64_t first, std::int64_t count) {
                         const Route route(&slot);
                         const Lors part = lines.part(route, first, count);
                         const DeviceOrder order(call.setup(), part, slot.stream());
                         float* out = slot.output(values + first * values_per_lor(tof), count * values_per_lor(tof));
                         launch_forward(p, call, part, order.taken(), call.part(route, first, count), on_device.data(),
                                        out, slot.stream());
                       });
}

template <class Tof>
void back_in_parts(const Projector& p, const Lors& lors, const Tof& tof, const float* values, float* image,
                   cudaStream_t stream) {
  const StagingLease staging(p.options().device.index, p.options().num_threads);
  const ImageCall on_device(image, p.grid().num_voxels(), stream);
  const CallOf<Tof> call(p, tof, lors.count, stream);
  const LorsCall lines(lors, stream);
  const ShadowedImage shadowed(p, on_device.data(), lors.count, stream);
  wait(stream);
  on_device.upload(*staging);
  (*staging).for_parts(
      lors.count, part_size(lors.count, bytes_per_lor(tof)), [&](Slot& slot, std::int64_t first, std::int64_t count) {
        const Route route(&slot);
        const Lors part = lines.part(route, first, count);
        const DeviceOrder order(call.setup(), part, slot.stream());
        const float* in = route.input(values, first * values_per_lor(tof), count * values_per_lor(tof));
        launch_back(p, call, part, order.taken(), call.part(route, first, count), in, shadowed.target(), slot.stream());
      });
  shadowed.merge(stream);
  wait(stream);
  on_device.download(*staging);
}

template <class Tof>
bool any_on_host(const Lors& lors, const Tof& tof) {
  return LorsCall::on_host(lors) || CallOf<Tof>::on_host(tof);
}

/// A result that the host can read must be there when the call returns.
void wait_for_host(const float* result, cudaStream_t stream) {
  if (place_of(result).memory == Memory::managed) {
    wait(stream);
  }
}

cudaStream_t stream_of(const Projector& p) { return static_cast<cudaStream_t>(p.options().cuda.stream); }

template <class Tof>
void forward_any(const Projector& p, const Lors& lors, const Tof& tof, const float* image, float* values) {
  const CurrentDevice current(p.options().device.index);
  check_call(p, lors, image, values);
  if (any_on_host(lors, tof) || is_on_host(image) || is_on_host(values)) {
    forward_in_parts(p, lors, tof, image, values, stream_of(p));
  } else {
    forward_on_device(p, lors, tof, image, values, stream_of(p));
    wait_for_host(values, stream_of(p));
  }
}

template <class Tof>
void back_any(const Projector& p, const Lors& lors, const Tof& tof, const float* values, float* image) {
  const CurrentDevice current(p.options().device.index);
  check_call(p, lors, image, values);
  if (any_on_host(lors, tof) || is_on_host(image) || is_on_host(values)) {
    back_in_parts(p, lors, tof, values, image, stream_of(p));
  } else {
    back_on_device(p, lors, tof, values, image, stream_of(p));
    wait_for_host(image, stream_of(p));
  }
}

/// The step is a function of the host.
template <class Tof>
void forward_back_any(const Projector& p, const Lors& lors, const Tof& tof, const float* image, const ValueStep& step,
                      float* back_image) {
  constexpr std::int64_t run = 256;
  const std::int64_t per_lor = values_per_lor(tof);
  std::vector<float> values(static_cast<std::size_t>(lors.count * per_lor));
  forward_any(p, lors, tof, image, values.data());
  for (std::int64_t first = 0; first < lors.count; first += run) {
    step(first, std::min(run, lors.count - first), values.data() + first * per_lor);
  }
  back_any(p, lors, tof, values.data(), back_image);
}

class CudaLauncher final : public Launcher {
 public:
  void forward(const Projector& p, const Lors& lors, NoTof tof, const float* image, float* values) const override {
    forward_any(p, lors, tof, image, values);
  }
  void forward(const Projector& p, const Lors& lors, const TofBins& tof, const float* image,
               float* values) const override {
    forward_any(p, lors, tof, image, values);
  }
  void forward(const Projector& p, const Lors& lors, const TofEvents& tof, const float* image,
               float* values) const override {
    forward_any(p, lors, tof, image, values);
  }
  void forward(const Projector& p, const Lors& lors, const TofTable& tof, const float* image,
               float* values) const override {
    forward_any(p, lors, tof, image, values);
  }
  void back(const Projector& p, const Lors& lors, NoTof tof, const float* values, float* image) const override {
    back_any(p, lors, tof, values, image);
  }
  void back(const Projector& p, const Lors& lors, const TofBins& tof, const float* values,
            float* image) const override {
    back_any(p, lors, tof, values, image);
  }
  void back(const Projector& p, const Lors& lors, const TofEvents& tof, const float* values,
            float* image) const override {
    back_any(p, lors, tof, values, image);
  }
  void back(const Projector& p, const Lors& lors, const TofTable& tof, const float* values,
            float* image) const override {
    back_any(p, lors, tof, values, image);
  }
  void forward_back(const Projector& p, const Lors& lors, NoTof tof, const float* image, const ValueStep& step,
                    float* back_image) const override {
    forward_back_any(p, lors, tof, image, step, back_image);
  }
  void forward_back(const Projector& p, const Lors& lors, const TofBins& tof, const float* image, const ValueStep& step,
                    float* back_image) const override {
    forward_back_any(p, lors, tof, image, step, back_image);
  }
  void forward_back(const Projector& p, const Lors& lors, const TofEvents& tof, const float* image,
                    const ValueStep& step, float* back_image) const override {
    forward_back_any(p, lors, tof, image, step, back_image);
  }
  void forward_back(const Projector& p, const Lors& lors, const TofTable& tof, const float* image,
                    const ValueStep& step, float* back_image) const override {
    forward_back_any(p, lors, tof, image, step, back_image);
  }
};

}  // namespace

const Launcher& launcher() {
  static const CudaLauncher the_launcher;
  return the_launcher;
}

}  // namespace coincide::projectors::cuda
