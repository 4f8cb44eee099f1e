// Reconstruction on the GPU: from the first subset to the last image nothing but figures leaves the device, unless the
// image is asked for or the data do not fit.

#include <algorithm>
#include <string>
#include <type_traits>

#include "projectors/cuda/calls.h"
#include "projectors/cuda/event_step.h"
#include "recon/engine/cuda/image_kernels.h"
#include "recon/engine/cuda/resolution.h"
#include "recon/engine/engine.h"
#include "recon/psf.h"

namespace coincide::recon {
namespace {

namespace gpu = projectors::cuda;
using gpu::Buffer;

constexpr int threads = gpu::default_threads_per_block;

/// What is projected back of cells, and y ln(m A x + b).
struct RatioStep {
  const float* counts;  ///< null: 1 each
  const float* factor;
  const float* additive;
  Ratios ratios;
  float* kept;

  __device__ float operator()(std::int64_t cell, float projected, double& to_sum) const {
    const float y = counts != nullptr ? counts[cell] : 1;
    const auto ratio = kernels::Ratio::of(y, factor[cell], projected, additive[cell]);
    to_sum = ratio.log_term([](float expected) { return logf(expected); });
    return ratio.projected_back(ratios, kept + cell);
  }
};

/// The step of each cell, between the projections of whole rows of TOF bins.
__global__ void step_cells(RatioStep step, std::int64_t num_cells, float* values, double* sum) {
  const std::int64_t cell = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  double to_sum = 0;
  if (cell < num_cells) {
    values[cell] = step(cell, values[cell], to_sum);
  }
  gpu::add_block_sum(to_sum, sum);
}

/// The columns of all subsets, one after the other, on the device.
struct ResidentData {
  Buffer<std::uint32_t> start_index, end_index;
  Buffer<std::uint16_t> tof_bin;
  Buffer<float> counts, factor, additive;
  std::vector<std::int64_t> first;  ///< LOR of each subset
};

/// Cells of a launch: it ends soon enough for a display that hangs on the same card, and for a stop.
constexpr std::int64_t most_cells = std::int64_t{1} << 22;

class CudaEngine final : public Engine {
 public:
  CudaEngine(const Problem& problem, int num_threads, int device, const std::function<void(const std::string&)>& note)
      : problem_(problem),
        device_(device),
        current_(device),
        num_voxels_(problem.grid.num_voxels()),
        cells_per_lor_(problem.data.subset(0).cells_per_lor),
        has_counts_(problem.data.subset(0).counts != nullptr),
        projector_(problem.grid, {.device = {projectors::DeviceKind::cuda, device}}),
        staging_(num_threads) {
    gpu::check_planes(problem.grid);
    const bool fit = data_fit(note);
    points_ = uploaded(problem.data.points_mm(), 3 * problem.data.num_points());
    sensitivity_.emplace(make_image());
    staging_.upload(problem.sensitivity.data(), num_voxels_, sensitivity_->data());
    sum_ = Buffer<double>(1, stream_);
    if (!problem.psf.is_none()) {
      psf_.emplace(problem.grid, problem.psf, num_threads, stream_);
      blurred_[0] = Buffer<float>(num_voxels_, stream_);
      blurred_[1] = Buffer<float>(num_voxels_, stream_);
    }
    if (fit) {
      try {
        upload_data();
      } catch (const DeviceError&) {  // less memory than was said; if the device is lost, the next call says so
        staging_.abandon();
        note("There is not enough memory on the GPU after all: the events come in parts in each iteration.");
      }
    }
    if (const std::optional<TofAxis>& axis = problem.data.tof_axis()) {
      tof_rows_.emplace(projector_, axis->bins(), 0, stream_);
    } else if (uses_tof_table()) {
      const std::vector<projectors::TofBin>& bins = problem.data.tof_bins();
      const projectors::TofTable table{.bins = bins.data(), .num_bins = std::ssize(bins)};
      tof_.emplace(projector_, table, 0, stream_);
    } else {
      no_tof_.emplace(projector_, projectors::NoTof{}, 0, stream_);
    }
    gpu::wait(stream_);
  }

  const Problem& problem() const override { return problem_; }
  projectors::Device device() const override { return {projectors::DeviceKind::cuda, device_}; }
  const EngineImage& sensitivity() const override { return *sensitivity_; }

  bool back_project(int subset, const EngineImage& x, EngineImage& out, double& log_sum, const GoOn& go_on,
                    Ratios ratios) override;

  double sum(const EngineImage& x) const override { return sum_of(x.data(), nullptr); }
  double dot(const EngineImage& x, const EngineImage& y) const override { return sum_of(x.data(), y.data()); }
  void smooth(const EngineImage& x, double fwhm_mm, EngineImage& out) const override;

 protected:
  void apply_to(const kernels::VoxelStep& any_step, const kernels::StepImages& images) const override {
    std::visit(
        [&](const auto& step) {
          gpu::launch(step_voxels<std::decay_t<decltype(step)>>, num_voxels_, threads, stream_, step, images,
                      num_voxels_);
        },
        any_step);
    gpu::wait(stream_);
  }

 private:
  bool uses_tof_table() const { return !problem_.data.tof_bins().empty(); }
  std::size_t bytes_per_lor() const { return cuda_bytes_per_lor(cells_per_lor_, has_counts_); }
  bool data_fit(const std::function<void(const std::string&)>& note) const;
  void upload_data();
  bool project_resident(int subset, const float* image, Ratios ratios, const gpu::Target& target, const GoOn& go_on);
  bool project_in_parts(int subset, const float* image, Ratios ratios, const gpu::Target& target, const GoOn& go_on);
  void project(const projectors::Lors& lors, const gpu::Route& route, const std::uint16_t* tof_bin, std::int64_t first,
               const RatioStep& step, const float* image, const gpu::Target& target, cudaStream_t stream);
  void project_rows(const projectors::Lors& lors, const RatioStep& step, const float* image, const gpu::Target& target,
                    cudaStream_t stream);
  double sum_of(const float* image, const float* factor) const;
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

  const Problem& problem_;
  int device_;
  gpu::CurrentDevice current_;  // of the thread that makes the engine, uses and ends it
  gpu::Stream stream_;
  std::int64_t num_voxels_;
  std::int64_t cells_per_lor_;
  bool has_counts_;
  projectors::Projector projector_;
  gpu::Staging staging_;
  Buffer<float> points_;
  std::optional<EngineImage> sensitivity_;
  std::optional<DeviceResolution> psf_;
  Buffer<float> blurred_[2];  ///< what it works in
  Buffer<double> sum_;
  std::optional<gpu::SinogramCall> tof_rows_;
  std::optional<gpu::TableCall> tof_;
  std::optional<gpu::NoTofCall> no_tof_;
  std::optional<ResidentData> data_;
  Buffer<float> kept_;                            ///< ratios of resident data
  std::vector<std::vector<float>> kept_on_host_;  ///< of data that come in parts, by subset
};

/// Whether there is room for the data beside the images. Throws DeviceError if there is none for these.
bool CudaEngine::data_fit(const std::function<void(const std::string&)>& note) const {
  constexpr double usable_part = 0.95;  // the rest is for what allocation wastes, and for the display
  const std::uint64_t image_bytes = cuda_engine_bytes(problem_.grid, problem_.psf, 0);
  const std::uint64_t data_bytes = problem_.data.num_lors() * bytes_per_lor();
  const gpu::MemorySizes memory = gpu::memory_sizes();
  const auto usable = static_cast<std::size_t>(usable_part * static_cast<double>(memory.free_bytes));
  const std::string there_is =
      gpu::gigabytes(memory.free_bytes) + " of " + gpu::gigabytes(memory.total_bytes) + " of the GPU's memory are free";
  if (image_bytes > usable) {
    throw DeviceError("Reconstruction of " + std::to_string(num_voxels_) + " voxels needs " +
                      gpu::gigabytes(image_bytes) + " for images; " + there_is +
                      ". Take larger voxels or a smaller image, or compute on the CPU.");
  }
  const bool fit = image_bytes + data_bytes <= usable;
  note("The GPU holds images of " + gpu::gigabytes(image_bytes) +
       (fit ? " and events of " + gpu::gigabytes(data_bytes) + "; "
            : "; the events, " + gpu::gigabytes(data_bytes) + ", come in parts in each iteration; ") +
       there_is + ".");
  return fit;
}

void CudaEngine::upload_data() {
  ResidentData data;
  const int num_subsets = problem_.data.num_subsets();
  std::int64_t count = 0;
  for (int subset = 0; subset < num_subsets; ++subset) {
    data.first.push_back(count);
    count += problem_.data.subset(subset).lors.count;
  }
  data.start_index = Buffer<std::uint32_t>(count, stream_);
  data.end_index = Buffer<std::uint32_t>(count, stream_);
  data.tof_bin = Buffer<std::uint16_t>(uses_tof_table() ? count : 0, stream_);
  data.counts = Buffer<float>(has_counts_ ? count * cells_per_lor_ : 0, stream_);
  data.factor = Buffer<float>(count * cells_per_lor_, stream_);
  data.additive = Buffer<float>(count * cells_per_lor_, stream_);
  gpu::wait(stream_);
  for (int subset = 0; subset < num_subsets; ++subset) {
    const DataBlock block = problem_.data.subset(subset);
    const std::int64_t first = data.first[static_cast<std::size_t>(subset)];
    const std::int64_t first_cell = first * cells_per_lor_;
    staging_.upload(block.lors.start_index, block.lors.count, data.start_index.data() + first);
    staging_.upload(block.lors.end_index, block.lors.count, data.end_index.data() + first);
    if (uses_tof_table()) {
      staging_.upload(block.tof_bin, block.lors.count, data.tof_bin.data() + first);
    }
    if (has_counts_) {
      staging_.upload(block.counts, block.size(), data.counts.data() + first_cell);
    }
    staging_.upload(block.factor, block.size(), data.factor.data() + first_cell);
    staging_.upload(block.additive, block.size(), data.additive.data() + first_cell);
  }
  data_ = std::move(data);
}

bool CudaEngine::back_project(int subset, const EngineImage& x, EngineImage& out, double& log_sum, const GoOn& go_on,
                              Ratios ratios) {
  if (!go_on(0)) {
    return false;
  }
  float* back = psf_ ? blurred_[1].data() : out.data();
  const float* image = x.data();
  if (psf_) {
    psf_->spread(image, blurred_[1].data(), blurred_[0].data());
    image = blurred_[0].data();
  }
  gpu::clear(back, num_voxels_, stream_);
  gpu::clear(sum_.data(), 1, stream_);
  const gpu::ShadowedImage shadowed(projector_, back, problem_.data.subset(subset).lors.count, stream_);
  const bool done = data_ ? project_resident(subset, image, ratios, shadowed.target(), go_on)
                          : project_in_parts(subset, image, ratios, shadowed.target(), go_on);
  if (!done) {
    gpu::wait(stream_);
    return false;
  }
  shadowed.merge(stream_);
  if (psf_) {
    psf_->gather(back, blurred_[0].data(), out.data());
  }
  log_sum += number(sum_);
  return true;
}

bool CudaEngine::project_resident(int subset, const float* image, Ratios ratios, const gpu::Target& target,
                                  const GoOn& go_on) {
  const std::int64_t most = std::max<std::int64_t>(1, most_cells / cells_per_lor_);
  if (ratios != Ratios::plain && kept_.size() == 0) {
    kept_ = Buffer<float>(data_->factor.size(), stream_);
  }
  const std::int64_t all = problem_.data.subset(subset).lors.count;
  for (std::int64_t done = 0; done < all; done += most) {
    if (done > 0) {
      gpu::wait(stream_);
      if (!go_on(static_cast<double>(done) / static_cast<double>(all))) {
        return false;
      }
    }
    const std::int64_t first = data_->first[static_cast<std::size_t>(subset)] + done;
    const std::int64_t first_cell = first * cells_per_lor_;
    const projectors::Lors lors{points_.data(), points_.data(), std::min(most, all - done),
                                data_->start_index.data() + first, data_->end_index.data() + first};
    const RatioStep step{has_counts_ ? data_->counts.data() + first_cell : nullptr, data_->factor.data() + first_cell,
                         data_->additive.data() + first_cell, ratios, kept_.data() + first_cell};
    project(lors, gpu::Route(nullptr), uses_tof_table() ? data_->tof_bin.data() + first : nullptr, 0, step, image,
            target, stream_);
  }
  return true;
}

bool CudaEngine::project_in_parts(int subset, const float* image, Ratios ratios, const gpu::Target& target,
                                  const GoOn& go_on) {
  const DataBlock block = problem_.data.subset(subset);
  const std::int64_t all = block.lors.count;
  const std::int64_t n = cells_per_lor_;
  // With the kept ratios; parts have no more cells than rows of TOF bins have room.
  const std::int64_t most = std::min(gpu::Staging::lors_per_part(bytes_per_lor() + n * sizeof(float)),
                                     std::max<std::int64_t>(1, most_cells / n));
  kept_on_host_.resize(static_cast<std::size_t>(problem_.data.num_subsets()));
  std::vector<float>& kept = kept_on_host_[static_cast<std::size_t>(subset)];
  kept.resize(ratios == Ratios::plain ? kept.size() : static_cast<std::size_t>(block.size()));
  gpu::wait(stream_);  // the parts have streams of their own
  for (std::int64_t first = 0, part = 0; first < all; first += most, ++part) {
    const bool stop = first > 0 && !go_on(static_cast<double>(first) / static_cast<double>(all));
    if (stop) {
      staging_.finish();
      return false;
    }
    const std::int64_t count = std::min(most, all - first);
    gpu::Slot& slot = staging_.slot(part);
    slot.begin();
    const gpu::Route route(&slot);
    const projectors::Lors lors{points_.data(), points_.data(), count,
                                route.input(block.lors.start_index, first, count),
                                route.input(block.lors.end_index, first, count)};
    RatioStep step{route.input(block.counts, n * first, n * count), route.input(block.factor, n * first, n * count),
                   route.input(block.additive, n * first, n * count), ratios, nullptr};
    if (ratios == Ratios::keep) {
      step.kept = slot.output(kept.data() + n * first, n * count);
    } else if (ratios != Ratios::plain) {
      step.kept = const_cast<float*>(slot.input(kept.data() + n * first, n * count));  // only read
    }
    project(lors, route, block.tof_bin, first, step, image, target, slot.stream());
    slot.end();
  }
  staging_.finish();
  return true;
}

/// LORs whose points and terms are on the device; their single TOF bins are those from `first` on, by the route.
void CudaEngine::project(const projectors::Lors& lors, const gpu::Route& route, const std::uint16_t* tof_bin,
                         std::int64_t first, const RatioStep& step, const float* image, const gpu::Target& target,
                         cudaStream_t stream) {
  constexpr gpu::Taken as_they_come{};  // sorted when they were loaded
  if (tof_rows_) {
    project_rows(lors, step, image, target, stream);
  } else if (tof_) {
    gpu::launch(gpu::project_events<gpu::TofTableKernel, RatioStep>, lors.count, threads, stream, tof_->setup().data(),
                lors, as_they_come, tof_->part(route, tof_bin, first, lors.count), step, image, target, sum_.data());
  } else {
    gpu::launch(gpu::project_events<gpu::NoTofKernel, RatioStep>, lors.count, threads, stream, no_tof_->setup().data(),
                lors, as_they_come, no_tof_->part(route, first, lors.count), step, image, target, sum_.data());
  }
}

/// All TOF bins of the LORs: each LOR is walked once forward and once back.
void CudaEngine::project_rows(const projectors::Lors& lors, const RatioStep& step, const float* image,
                              const gpu::Target& target, cudaStream_t stream) {
  constexpr gpu::Taken as_they_come{};
  const std::int64_t cells = lors.count * cells_per_lor_;
  const Buffer<float> rows(cells, stream);
  const gpu::TofSinogramKernel kernel = tof_rows_->part(gpu::Route(nullptr), 0, lors.count);
  const gpu::Setup* setup = tof_rows_->setup().data();
  gpu::launch(gpu::forward_sinogram, lors.count, threads, stream, setup, lors, as_they_come, kernel,
              tof_rows_->one_sigma(), image, rows.data());
  gpu::launch(step_cells, cells, threads, stream, step, cells, rows.data(), sum_.data());
  gpu::launch(gpu::back_sinogram, lors.count, threads, stream, setup, lors, as_they_come, kernel,
              tof_rows_->one_sigma(), rows.data(), target);
}

void CudaEngine::smooth(const EngineImage& x, double fwhm_mm, EngineImage& out) const {
  const DeviceGaussian filter(problem_.grid, fwhm_mm, stream_);
  const Buffer<float> first(num_voxels_, stream_), second(num_voxels_, stream_);
  gpu::copy(x.data(), num_voxels_, first.data(), stream_);
  filter.apply(first.data(), second.data(), out.data());
  gpu::wait(stream_);
}

double CudaEngine::sum_of(const float* image, const float* factor) const {
  constexpr std::int64_t most_threads = 1 << 16;
  gpu::clear(sum_.data(), 1, stream_);
  gpu::launch(sum_voxels, std::min(num_voxels_, most_threads), threads, stream_, image, factor, num_voxels_,
              sum_.data());
  return number(sum_);
}

}  // namespace

std::unique_ptr<Engine> make_cuda_engine(const Problem& problem, int num_threads, int device,
                                         const std::function<void(const std::string&)>& note) {
  return std::make_unique<CudaEngine>(problem, num_threads, device, note);
}

}  // namespace coincide::recon
