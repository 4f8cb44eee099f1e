// OSEM on the GPU: from the first subset to the last image nothing but figures leaves the device, unless the image is
// asked for or the events do not fit.

#include <numeric>
#include <string>

#include "projectors/cuda/calls.h"
#include "projectors/cuda/event_update.h"
#include "recon/osem_engine.h"
#include "recon/psf.h"

namespace coincide::recon {
namespace {

namespace gpu = projectors::cuda;
using gpu::Buffer;

constexpr int threads = gpu::default_threads_per_block;

/// Where lines along an axis lie.
struct Axis {
  std::int64_t length;
  std::int64_t stride;
};

/// Convolution along one axis with `taps`, those of GaussianFilter; outside the image is its mirror image.
__global__ void blur_along(const float* in, Axis axis, const float* taps, std::int64_t num_taps,
                           std::int64_t num_voxels, float* out) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < num_voxels) {
    // Division of 64-bit numbers takes the time of some taps.
    const std::int64_t place = num_voxels <= INT32_MAX
                                   ? static_cast<std::uint32_t>(i) / static_cast<std::uint32_t>(axis.stride) %
                                         static_cast<std::uint32_t>(axis.length)
                                   : i / axis.stride % axis.length;
    const float* line = in + (i - place * axis.stride);
    float sum = taps[0] * in[i];
    for (std::int64_t tap = 1; tap < num_taps; ++tap) {
      sum += taps[tap] * (line[mirrored_place(place - tap, axis.length) * axis.stride] +
                          line[mirrored_place(place + tap, axis.length) * axis.stride]);
    }
    out[i] = sum;
  }
}

/// Sum of the image, or of image times `factor` if that is not null.
__global__ void sum_voxels(const float* image, const float* factor, std::int64_t num_voxels, double* sum) {
  const std::int64_t all_threads = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  double value = 0;
  for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < num_voxels;
       i += all_threads) {
    value += double{image[i]} * (factor != nullptr ? factor[i] : 1);
  }
  gpu::add_block_sum(value, sum);
}

/// The columns of all subsets, one after the other, on the device.
struct ResidentEvents {
  Buffer<std::uint32_t> crystal_a, crystal_b;
  Buffer<std::uint16_t> tof_bin;
  Buffer<float> factor, additive;
  std::vector<std::int64_t> first;  ///< event of each subset
};
constexpr std::size_t bytes_per_event = 2 * sizeof(std::uint32_t) + sizeof(std::uint16_t) + 2 * sizeof(float);

class CudaEngine final : public OsemEngine {
 public:
  CudaEngine(const OsemInput& input, const Image& start, int device,
             const std::function<void(const std::string&)>& note)
      : input_(input),
        current_(device),
        num_voxels_(start.grid.num_voxels()),
        projector_(start.grid, {.device = {projectors::DeviceKind::cuda, device}}),
        filter_(start.grid, input.options.psf_fwhm_mm),
        staging_(input.options.num_threads) {
    gpu::check_planes(start.grid);
    const bool fit = events_fit(note);
    const auto& centres = input.scanner.crystal_centre_mm;
    crystals_ = uploaded(centres.front().data(), 3 * std::ssize(centres));
    image_ = uploaded(start.values.data(), num_voxels_);
    sensitivity_ = uploaded(input.sensitivity.data(), num_voxels_);
    backprojection_ = Buffer<float>(num_voxels_, stream_);
    const auto events_per_subset = static_cast<std::int64_t>(input.data.num_prompts()) / input.data.num_subsets();
    shadowed_.emplace(projector_, backprojection_.data(), events_per_subset, stream_);
    sum_ = Buffer<double>(1, stream_);
    log_sum_ = Buffer<double>(1, stream_);
    gpu::clear(log_sum_.data(), 1, stream_);
    if (filter_used()) {
      for (std::size_t axis = 0; axis < 3; ++axis) {
        taps_[axis] = uploaded(filter_.taps(axis).data(), std::ssize(filter_.taps(axis)));
      }
      scratch_[0] = Buffer<float>(num_voxels_, stream_);
      scratch_[1] = Buffer<float>(num_voxels_, stream_);
    }
    if (fit) {
      try {
        upload_events();
      } catch (const DeviceError&) {  // less memory than was said; if the device is lost, the next call says so
        staging_.abandon();
        note("There is not enough memory on the GPU after all: the events come in parts in each iteration.");
      }
    }
    if (uses_tof()) {
      const projectors::TofTable table{.bins = input.tof_bins.data(), .num_bins = std::ssize(input.tof_bins)};
      tof_.emplace(projector_, table, 0, stream_);
    } else {
      no_tof_.emplace(projector_, projectors::NoTof{}, 0, stream_);
    }
    gpu::wait(stream_);
  }

  bool run_subset(int subset, const std::function<bool(double)>& go_on) override;
  double take_log_sum() override {
    const double sum = number(log_sum_);
    gpu::clear(log_sum_.data(), 1, stream_);
    return sum;
  }
  double image_sum() const override { return sum(nullptr); }
  double expected_counts() const override { return sum(sensitivity_.data()); }
  void fetch(std::vector<float>& values) const override {
    gpu::wait(stream_);
    const_cast<gpu::Staging&>(staging_).download(image_.data(), num_voxels_, values.data());
  }

 private:
  bool uses_tof() const { return !input_.tof_bins.empty(); }
  bool filter_used() const { return input_.options.psf_fwhm_mm != 0; }
  bool events_fit(const std::function<void(const std::string&)>& note) const;
  void upload_events();
  bool project_resident(int subset, const float* image, const std::function<bool(double)>& go_on);
  bool project_in_parts(int subset, const float* image, const std::function<bool(double)>& go_on);
  void project(const projectors::Lors& lors, const gpu::Route& route, const std::uint16_t* tof_bin, std::int64_t first,
               const gpu::EventTerms& terms, const float* image, cudaStream_t stream);
  const float* blur(const float* image, int first_scratch) const;
  double sum(const float* factor) const;
  double number(const Buffer<double>& on_device) const {
    double value = 0;
    gpu::copy(on_device.data(), 1, &value, stream_);
    gpu::wait(stream_);
    return value;
  }
  template <class T>
  Buffer<T> uploaded(const T* host, std::int64_t count) {
    Buffer<T> buffer(count, stream_);
    gpu::wait(stream_);
    staging_.upload(host, count, buffer.data());
    return buffer;
  }

  const OsemInput& input_;
  gpu::CurrentDevice current_;  // of the thread that makes the engine, uses and ends it
  gpu::Stream stream_;
  std::int64_t num_voxels_;
  projectors::Projector projector_;
  GaussianFilter filter_;
  gpu::Staging staging_;
  Buffer<float> crystals_, image_, sensitivity_, backprojection_;
  std::optional<gpu::ShadowedImage> shadowed_;  ///< the back projection
  Buffer<float> taps_[3];
  Buffer<float> scratch_[2];  ///< of the resolution model
  Buffer<double> sum_, log_sum_;
  std::optional<gpu::TableCall> tof_;
  std::optional<gpu::NoTofCall> no_tof_;
  std::optional<ResidentEvents> events_;
};

/// Whether there is room for the events beside the images. Throws DeviceError if there is none for these.
bool CudaEngine::events_fit(const std::function<void(const std::string&)>& note) const {
  constexpr double usable_part = 0.95;  // the rest is for what allocation wastes, and for the display
  const double psf_fwhm_mm = input_.options.psf_fwhm_mm;
  const std::uint64_t image_bytes = cuda_engine_bytes(projector_.grid(), psf_fwhm_mm, 0);
  const std::uint64_t event_bytes =
      cuda_engine_bytes(projector_.grid(), psf_fwhm_mm, input_.data.num_prompts()) - image_bytes;
  const gpu::MemorySizes memory = gpu::memory_sizes();
  const auto usable = static_cast<std::size_t>(usable_part * static_cast<double>(memory.free_bytes));
  const std::string there_is =
      gpu::gigabytes(memory.free_bytes) + " of " + gpu::gigabytes(memory.total_bytes) + " of the GPU's memory are free";
  if (image_bytes > usable) {
    throw DeviceError("Reconstruction of " + std::to_string(num_voxels_) + " voxels needs " +
                      gpu::gigabytes(image_bytes) + " for images; " + there_is +
                      ". Take larger voxels or a smaller image, or compute on the CPU.");
  }
  const bool fit = image_bytes + event_bytes <= usable;
  note("The GPU holds images of " + gpu::gigabytes(image_bytes) +
       (fit ? " and events of " + gpu::gigabytes(event_bytes) + "; "
            : "; the events, " + gpu::gigabytes(event_bytes) + ", come in parts in each iteration; ") +
       there_is + ".");
  return fit;
}

void CudaEngine::upload_events() {
  ResidentEvents events;
  std::int64_t count = 0;
  for (int subset = 0; subset < input_.data.num_subsets(); ++subset) {
    events.first.push_back(count);
    count += static_cast<std::int64_t>(input_.data.subset(subset).size());
  }
  events.crystal_a = Buffer<std::uint32_t>(count, stream_);
  events.crystal_b = Buffer<std::uint32_t>(count, stream_);
  events.tof_bin = Buffer<std::uint16_t>(uses_tof() ? count : 0, stream_);
  events.factor = Buffer<float>(count, stream_);
  events.additive = Buffer<float>(count, stream_);
  gpu::wait(stream_);
  for (int subset = 0; subset < input_.data.num_subsets(); ++subset) {
    const PromptColumns columns = input_.data.subset(subset);
    const std::int64_t first = events.first[static_cast<std::size_t>(subset)];
    const auto size = static_cast<std::int64_t>(columns.size());
    staging_.upload(columns.crystal_a.data(), size, events.crystal_a.data() + first);
    staging_.upload(columns.crystal_b.data(), size, events.crystal_b.data() + first);
    if (uses_tof()) {
      staging_.upload(columns.tof_bin.data(), size, events.tof_bin.data() + first);
    }
    staging_.upload<float>(columns.factor.data(), size, events.factor.data() + first);
    staging_.upload<float>(columns.additive.data(), size, events.additive.data() + first);
  }
  events_ = std::move(events);
}

bool CudaEngine::run_subset(int subset, const std::function<bool(double)>& go_on) {
  if (!go_on(0)) {
    return false;
  }
  const auto events = static_cast<double>(input_.data.subset(subset).size());
  gpu::clear(backprojection_.data(), num_voxels_, stream_);
  const float* image = filter_used() ? blur(image_.data(), 0) : image_.data();
  if (!(events_ ? project_resident(subset, image, go_on) : project_in_parts(subset, image, go_on))) {
    shadowed_->merge(stream_);  // which leaves it empty for another call
    return false;
  }
  shadowed_->merge(stream_);
  const float* back = filter_used() ? blur(backprojection_.data(), 0) : backprojection_.data();
  if (events > 0) {
    const double inverse_share = static_cast<double>(input_.data.num_prompts()) / events;
    gpu::launch(gpu::update_image, num_voxels_, threads, stream_, back, sensitivity_.data(),
                static_cast<float>(inverse_share), num_voxels_, image_.data());
  }
  gpu::wait(stream_);
  return true;
}

/// In launches that end soon enough for a display that hangs on the same card, and for a stop.
bool CudaEngine::project_resident(int subset, const float* image, const std::function<bool(double)>& go_on) {
  constexpr std::int64_t most = std::int64_t{1} << 22;
  const auto events = static_cast<std::int64_t>(input_.data.subset(subset).size());
  for (std::int64_t done = 0; done < events; done += most) {
    if (done > 0) {
      gpu::wait(stream_);
      if (!go_on(static_cast<double>(done) / static_cast<double>(events))) {
        return false;
      }
    }
    const std::int64_t first = events_->first[static_cast<std::size_t>(subset)] + done;
    const projectors::Lors lors{crystals_.data(), crystals_.data(), std::min(most, events - done),
                                events_->crystal_a.data() + first, events_->crystal_b.data() + first};
    project(lors, gpu::Route(nullptr), uses_tof() ? events_->tof_bin.data() + first : nullptr, 0,
            {events_->factor.data() + first, events_->additive.data() + first}, image, stream_);
  }
  return true;
}

bool CudaEngine::project_in_parts(int subset, const float* image, const std::function<bool(double)>& go_on) {
  const PromptColumns columns = input_.data.subset(subset);
  const auto events = static_cast<std::int64_t>(columns.size());
  const std::int64_t most = gpu::Staging::lors_per_part(bytes_per_event);
  gpu::wait(stream_);  // the parts have streams of their own
  for (std::int64_t first = 0, part = 0; first < events; first += most, ++part) {
    const bool stop = first > 0 && !go_on(static_cast<double>(first) / static_cast<double>(events));
    if (stop) {
      staging_.finish();
      return false;
    }
    const std::int64_t count = std::min(most, events - first);
    gpu::Slot& slot = staging_.slot(part);
    slot.begin();
    const gpu::Route route(&slot);
    const projectors::Lors lors{crystals_.data(), crystals_.data(), count,
                                route.input(columns.crystal_a.data(), first, count),
                                route.input(columns.crystal_b.data(), first, count)};
    const gpu::EventTerms terms{route.input<float>(columns.factor.data(), first, count),
                                route.input<float>(columns.additive.data(), first, count)};
    project(lors, route, columns.tof_bin.data(), first, terms, image, slot.stream());
    slot.end();
  }
  staging_.finish();
  return true;
}

/// Events whose LORs and terms are on the device; their TOF bins are those from `first` on, by the route.
void CudaEngine::project(const projectors::Lors& lors, const gpu::Route& route, const std::uint16_t* tof_bin,
                         std::int64_t first, const gpu::EventTerms& terms, const float* image, cudaStream_t stream) {
  const gpu::Target target = shadowed_->target();
  constexpr gpu::Taken as_they_come{};  // sorted when they were loaded
  if (uses_tof()) {
    gpu::launch(gpu::update_from_events<gpu::TofTableKernel>, lors.count, threads, stream, tof_->setup().data(), lors,
                as_they_come, tof_->part(route, tof_bin, first, lors.count), terms, image, target, log_sum_.data());
  } else {
    gpu::launch(gpu::update_from_events<gpu::NoTofKernel>, lors.count, threads, stream, no_tof_->setup().data(), lors,
                as_they_come, no_tof_->part(route, first, lors.count), terms, image, target, log_sum_.data());
  }
}

/// The image with the resolution model applied, in one of the scratch images.
const float* CudaEngine::blur(const float* image, int first_scratch) const {
  const auto& shape = projector_.grid().shape;
  const Axis axes[3] = {{shape[0], shape[1] * shape[2]}, {shape[1], shape[2]}, {shape[2], 1}};
  const float* in = image;
  int scratch = first_scratch;
  for (std::size_t axis = 0; axis < 3; ++axis, scratch = 1 - scratch) {
    float* out = scratch_[scratch].data();
    gpu::launch(blur_along, num_voxels_, threads, stream_, in, axes[axis], taps_[axis].data(), taps_[axis].size(),
                num_voxels_, out);
    in = out;
  }
  return in;
}

double CudaEngine::sum(const float* factor) const {
  constexpr std::int64_t most_threads = 1 << 16;
  gpu::clear(sum_.data(), 1, stream_);
  gpu::launch(sum_voxels, std::min(num_voxels_, most_threads), threads, stream_, image_.data(), factor, num_voxels_,
              sum_.data());
  return number(sum_);
}

}  // namespace

std::unique_ptr<OsemEngine> make_cuda_engine(const OsemInput& input, const Image& start, int device,
                                             const std::function<void(const std::string&)>& note) {
  return std::make_unique<CudaEngine>(input, start, device, note);
}

}  // namespace coincide::recon
