// Projections on the GPU: which arrays lie where, and the launches.

#include <algorithm>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "projectors/cuda/backend.h"
#include "projectors/cuda/project.h"
#include "projectors/cuda/staging.h"
#include "projectors/error.h"

namespace coincide::projectors::cuda {
namespace {

int threads_per_block(const Projector& projector) {
  const int wanted = projector.options().cuda.threads_per_block;
  return wanted <= 0 ? default_threads_per_block : std::clamp((wanted + 31) / 32 * 32, 32, 1024);
}

void check_planes(const ImageGrid& grid) {
  constexpr std::int64_t most = std::int64_t{1} << 31;
  if (grid.shape[1] * grid.shape[2] >= most) {
    throw InputError("On a GPU an image plane of axes 1 and 2 may have 2^31 - 1 voxels; this one has " +
                     std::to_string(grid.shape[1]) + " x " + std::to_string(grid.shape[2]) + ". Use the CPU.");
  }
}

bool is_on_host(const void* pointer) { return pointer != nullptr && place_of(pointer).memory == Memory::host; }

/// A small array that every part of a call needs, on the device.
template <class T>
class Whole {
 public:
  Whole(const T* array, std::int64_t count, cudaStream_t stream) : array_(array) {
    if (is_on_host(array)) {
      copy_ = Buffer<T>(count, stream);
      copy(array, count, copy_.data(), stream);
      array_ = copy_.data();
    }
  }
  const T* data() const { return array_; }

 private:
  const T* array_;
  Buffer<T> copy_;
};

template <class T>
const T* from(const T* array, std::int64_t first) {
  return array == nullptr ? nullptr : array + first;
}

/// Where the arrays of a part come from: through a slot, or as they are.
class Route {
 public:
  explicit Route(Slot* slot) : slot_(slot) {}
  template <class T>
  const T* input(const T* array, std::int64_t first, std::int64_t count) const {
    return slot_ != nullptr ? slot_->input(from(array, first), count) : from(array, first);
  }

 private:
  Slot* slot_;
};

// What a call knows of its TOF, by kind. on_host(): one of its arrays lies there; part(): the kernel for some of the
// LORs.

class NoTofCall {
 public:
  using Kernel = NoTofKernel;
  NoTofCall(const Projector& projector, NoTof, std::int64_t, cudaStream_t stream)
      : setup_(make_setup(projector, NoFit{}, stream)) {}
  static bool on_host(NoTof) { return false; }
  static std::size_t bytes_per_lor(NoTof) { return 0; }
  const Buffer<Setup>& setup() const { return setup_; }
  Kernel part(const Route&, std::int64_t, std::int64_t) const { return NoTofKernel(NoTof{}); }

 private:
  Buffer<Setup> setup_;
};

/// TofBins whose single values are on the device.
class BinsCall {
 public:
  BinsCall(const TofBins& bins, cudaStream_t stream) : bins_(bins) {
    if (!bins.sigma_per_lor) {
      sigma_.emplace(bins.sigma_mm, 1, stream);
      bins_.sigma_mm = sigma_->data();
    }
    if (!bins.center_offset_per_lor) {
      offset_.emplace(bins.center_offset_mm, 1, stream);
      bins_.center_offset_mm = offset_->data();
    }
  }
  static bool on_host(const TofBins& bins) { return is_on_host(bins.sigma_mm) || is_on_host(bins.center_offset_mm); }
  const TofBins& all() const { return bins_; }
  TofBins part(const Route& route, std::int64_t first, std::int64_t count) const {
    TofBins part = bins_;
    if (bins_.sigma_per_lor) {
      part.sigma_mm = route.input(bins_.sigma_mm, first, count);
    }
    if (bins_.center_offset_per_lor) {
      part.center_offset_mm = route.input(bins_.center_offset_mm, first, count);
    }
    return part;
  }

 private:
  TofBins bins_;
  std::optional<Whole<float>> sigma_, offset_;
};

class SinogramCall {
 public:
  using Kernel = TofSinogramKernel;
  SinogramCall(const Projector& projector, const TofBins& bins, std::int64_t, cudaStream_t stream)
      : bins_(bins, stream),
        setup_(bins.sigma_per_lor ? make_setup(projector, NoFit{}, stream)
                                  : make_setup(projector, FitWindow{bins_.all()}, stream)) {}
  static bool on_host(const TofBins& bins) { return BinsCall::on_host(bins); }
  static std::size_t bytes_per_lor(const TofBins&) { return 2 * sizeof(float); }
  const Buffer<Setup>& setup() const { return setup_; }
  bool one_sigma() const { return !bins_.all().sigma_per_lor; }
  Kernel part(const Route& route, std::int64_t first, std::int64_t count) const {
    return Kernel(bins_.part(route, first, count));
  }

 private:
  BinsCall bins_;
  Buffer<Setup> setup_;
};

class EventsCall {
 public:
  using Kernel = TofEventsKernel;
  EventsCall(const Projector& projector, const TofEvents& tof, std::int64_t, cudaStream_t stream)
      : bin_index_(tof.bin_index),
        bins_(tof.bins, stream),
        setup_(tof.bins.sigma_per_lor ? make_setup(projector, NoFit{}, stream)
                                      : make_setup(projector, FitEvents{bins_.all()}, stream)) {}
  static bool on_host(const TofEvents& tof) { return BinsCall::on_host(tof.bins) || is_on_host(tof.bin_index); }
  static std::size_t bytes_per_lor(const TofEvents&) { return 2 * sizeof(float) + sizeof(std::int16_t); }
  const Buffer<Setup>& setup() const { return setup_; }
  Kernel part(const Route& route, std::int64_t first, std::int64_t count) const {
    Kernel kernel(TofEvents{bins_.part(route, first, count), route.input(bin_index_, first, count)});
    if (!bins_.all().sigma_per_lor) {
      kernel.weights = weights_of(setup_);
    }
    return kernel;
  }

 private:
  const std::int16_t* bin_index_;
  BinsCall bins_;
  Buffer<Setup> setup_;
};

class TableCall {
 public:
  using Kernel = TofTableKernel;
  TableCall(const Projector& projector, const TofTable& tof, std::int64_t count, cudaStream_t stream)
      : tof_(tof),
        setup_(make_setup(projector, NoFit{}, stream)),
        bins_(tof.bins, size_of_table(tof, count), stream),
        weights_(make_table_weights(projector, tof, size_of_table(tof, count), stream)) {}
  static bool on_host(const TofTable& tof) { return is_on_host(tof.bins) || is_on_host(tof.bin_index); }
  static std::size_t bytes_per_lor(const TofTable&) { return sizeof(std::uint16_t); }
  const Buffer<Setup>& setup() const { return setup_; }
  Kernel part(const Route& route, std::int64_t first, std::int64_t count) const {
    TofTable table = tof_;
    table.bins = bins_.data();
    table.bin_index = route.input(tof_.bin_index, first, count);
    Kernel kernel(table);
    kernel.weights = weights_.data();
    return kernel;
  }

 private:
  static std::int64_t size_of_table(const TofTable& tof, std::int64_t count) {
    if (tof.num_bins > 0 || !is_on_host(tof.bins)) {
      return tof.num_bins;
    }
    if (!is_on_host(tof.bin_index)) {
      throw InputError("The size of the table of TOF bins is not stated, but needed to copy it to the GPU.");
    }
    return count > 0 ? 1 + std::int64_t{*std::max_element(tof.bin_index, tof.bin_index + count)} : 0;
  }

  TofTable tof_;
  Buffer<Setup> setup_;
  Whole<TofBin> bins_;
  Buffer<EventWeights> weights_;
};

template <class Tof>
struct CallTraits;
template <>
struct CallTraits<NoTof> {
  using Type = NoTofCall;
};
template <>
struct CallTraits<TofBins> {
  using Type = SinogramCall;
};
template <>
struct CallTraits<TofEvents> {
  using Type = EventsCall;
};
template <>
struct CallTraits<TofTable> {
  using Type = TableCall;
};
template <class Tof>
using CallOf = typename CallTraits<Tof>::Type;

std::int64_t values_per_lor(const TofBins& tof) { return tof.num_bins; }
template <class Tof>
std::int64_t values_per_lor(const Tof&) {
  return 1;
}

/// End points. With index arrays these are what differs from part to part, else the points are.
class LorsCall {
 public:
  LorsCall(const Lors& lors, cudaStream_t stream)
      : lors_(lors),
        start_(lors.start_index != nullptr ? lors.start_mm : nullptr, 3 * size_of_table(lors), stream),
        end_(lors.end_index != nullptr && lors.end_mm != lors.start_mm ? lors.end_mm : nullptr, 3 * size_of_table(lors),
             stream) {}
  static bool on_host(const Lors& lors) {
    return is_on_host(lors.start_mm) || is_on_host(lors.end_mm) || is_on_host(lors.start_index) ||
           is_on_host(lors.end_index);
  }
  static constexpr std::size_t bytes_per_lor = 6 * sizeof(float);  // or 2 indices
  Lors part(const Route& route, std::int64_t first, std::int64_t count) const {
    Lors part = lors_;
    part.count = count;
    if (lors_.start_index != nullptr) {
      part.start_index = route.input(lors_.start_index, first, count);
      part.start_mm = start_.data();
    } else {
      part.start_mm = route.input(lors_.start_mm + 3 * first, 0, 3 * count);
    }
    if (lors_.end_index != nullptr) {
      part.end_index = route.input(lors_.end_index, first, count);
      part.end_mm = lors_.end_mm == lors_.start_mm ? start_.data() : end_.data();
    } else {
      part.end_mm = route.input(lors_.end_mm + 3 * first, 0, 3 * count);
    }
    return part;
  }

 private:
  static std::int64_t size_of_table(const Lors& lors) {
    const bool indexed = lors.start_index != nullptr || lors.end_index != nullptr;
    if (indexed && lors.num_points == 0 && (is_on_host(lors.start_mm) || is_on_host(lors.end_mm))) {
      throw InputError("The number of points that LORs refer to is not stated, but needed to copy them to the GPU.");
    }
    return lors.num_points;
  }

  Lors lors_;
  Whole<float> start_, end_;
};

/// The image of a call, on the device.
class ImageCall {
 public:
  ImageCall(float* image, std::int64_t num_voxels, cudaStream_t stream)
      : image_(image), num_voxels_(num_voxels), on_host_(is_on_host(image)) {
    if (on_host_) {
      copy_ = Buffer<float>(num_voxels, stream);
    }
  }
  float* data() const { return on_host_ ? copy_.data() : image_; }
  void upload(Staging& staging) const {
    if (on_host_) {
      staging.upload(image_, num_voxels_, copy_.data());
    }
  }
  void download(Staging& staging) const {
    if (on_host_) {
      staging.download(copy_.data(), num_voxels_, image_);
    }
  }

 private:
  float* image_;
  std::int64_t num_voxels_;
  bool on_host_;
  Buffer<float> copy_;
};

template <class Call>
void launch_forward(const Projector& p, const Call& tof, const Lors& lors, const Taken& taken,
                    const typename Call::Kernel& kernel, const float* image, float* values, cudaStream_t stream) {
  launch(forward_lors<typename Call::Kernel>, lors.count, threads_per_block(p), stream, tof.setup().data(), lors, taken,
         kernel, image, values);
}
void launch_forward(const Projector& p, const SinogramCall& tof, const Lors& lors, const Taken& taken,
                    const TofSinogramKernel& kernel, const float* image, float* values, cudaStream_t stream) {
  launch(forward_sinogram, lors.count, threads_per_block(p), stream, tof.setup().data(), lors, taken, kernel,
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
  launch(back_sinogram, lors.count, threads_per_block(p), stream, tof.setup().data(), lors, taken, kernel,
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
  const Shadow shadow(p, image, stream);
  launch_back(p, call, lors, order.taken(), call.part(Route(nullptr), 0, lors.count), values,
              Target{image, shadow.data()}, stream);
  shadow.add_to(image, stream);
}

/// Pinned memory takes long to get, so it is kept for the next call, one set per device; calls on host arrays come one
/// after the other. Never freed: the process ends with it.
class StagingLease {
 public:
  StagingLease(int device, int num_threads) : lock_(mutex()) {
    static auto* kept = new std::vector<std::pair<int, std::unique_ptr<Staging>>>;
    const auto found =
        std::find_if(kept->begin(), kept->end(), [&](const auto& entry) { return entry.first == device; });
    if (found == kept->end()) {
      kept->emplace_back(device, std::make_unique<Staging>(num_threads));
      staging_ = kept->back().second.get();
    } else {
      staging_ = found->second.get();
    }
  }
  ~StagingLease() { staging_->abandon(); }
  StagingLease(const StagingLease&) = delete;
  StagingLease& operator=(const StagingLease&) = delete;
  Staging& operator*() const { return *staging_; }

 private:
  static std::mutex& mutex() {
    static std::mutex one;
    return one;
  }
  std::scoped_lock<std::mutex> lock_;
  Staging* staging_;
};

/// Calls project(slot, first, count) for parts of the LORs.
template <class Project>
void for_parts(Staging& staging, std::int64_t count, std::size_t bytes_per_lor, Project&& project) {
  const std::int64_t most = Staging::lors_per_part(bytes_per_lor);
  for (std::int64_t first = 0, part = 0; first < count; first += most, ++part) {
    Slot& slot = staging.slot(part);
    slot.begin();
    project(slot, first, std::min(most, count - first));
    slot.end();
  }
  staging.finish();
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
  for_parts(*staging, lors.count, bytes_per_lor(tof), [&](Slot& slot, std::int64_t first, std::int64_t count) {
    const Route route(&slot);
    const Lors part = lines.part(route, first, count);
    const DeviceOrder order(call.setup(), part, slot.stream());
    float* out = slot.output(values + first * values_per_lor(tof), count * values_per_lor(tof));
    launch_forward(p, call, part, order.taken(), call.part(route, first, count), on_device.data(), out, slot.stream());
  });
}

template <class Tof>
void back_in_parts(const Projector& p, const Lors& lors, const Tof& tof, const float* values, float* image,
                   cudaStream_t stream) {
  const StagingLease staging(p.options().device.index, p.options().num_threads);
  const ImageCall on_device(image, p.grid().num_voxels(), stream);
  const CallOf<Tof> call(p, tof, lors.count, stream);
  const LorsCall lines(lors, stream);
  const Shadow shadow(p, on_device.data(), stream);
  wait(stream);
  on_device.upload(*staging);
  for_parts(*staging, lors.count, bytes_per_lor(tof), [&](Slot& slot, std::int64_t first, std::int64_t count) {
    const Route route(&slot);
    const Lors part = lines.part(route, first, count);
    const DeviceOrder order(call.setup(), part, slot.stream());
    const float* in = route.input(values, first * values_per_lor(tof), count * values_per_lor(tof));
    launch_back(p, call, part, order.taken(), call.part(route, first, count), in,
                Target{on_device.data(), shadow.data()}, slot.stream());
  });
  shadow.add_to(on_device.data(), stream);
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
  check_planes(p.grid());
  const CurrentDevice current(p.options().device.index);
  if (any_on_host(lors, tof) || is_on_host(image) || is_on_host(values)) {
    forward_in_parts(p, lors, tof, image, values, stream_of(p));
  } else {
    forward_on_device(p, lors, tof, image, values, stream_of(p));
    wait_for_host(values, stream_of(p));
  }
}

template <class Tof>
void back_any(const Projector& p, const Lors& lors, const Tof& tof, const float* values, float* image) {
  check_planes(p.grid());
  const CurrentDevice current(p.options().device.index);
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
  std::vector<float> values(static_cast<std::size_t>(lors.count));
  forward_any(p, lors, tof, image, values.data());
  for (std::int64_t first = 0; first < lors.count; first += run) {
    step(first, std::min(run, lors.count - first), values.data() + first);
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
