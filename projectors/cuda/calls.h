#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "projectors/cuda/project.h"
#include "projectors/cuda/staging.h"
#include "projectors/error.h"

// The arguments of a projection with all that they point to on the device, whole or for a part of the LORs.

namespace coincide::projectors::cuda {

/// Throws InputError if strides across a plane do not fit in 32 bits (InnerPlanes).
inline void check_planes(const ImageGrid& grid) {
  constexpr std::int64_t most = std::int64_t{1} << 29;
  if (grid.shape[1] * grid.shape[2] >= most) {
    throw InputError("On a GPU an image plane of axes 1 and 2 may have less than 2^29 voxels; this one has " +
                     std::to_string(grid.shape[1]) + " x " + std::to_string(grid.shape[2]) + ". Use the CPU.");
  }
}

inline bool is_on_host(const void* pointer) { return pointer != nullptr && place_of(pointer).memory == Memory::host; }

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
    return part(route, tof_.bin_index, first, count);
  }
  /// With other LORs' indices into the same table.
  Kernel part(const Route& route, const std::uint16_t* bin_index, std::int64_t first, std::int64_t count) const {
    TofTable table = tof_;
    table.bins = bins_.data();
    table.bin_index = route.input(bin_index, first, count);
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

inline std::int64_t values_per_lor(const TofBins& tof) { return tof.num_bins; }
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

}  // namespace coincide::projectors::cuda
