#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "projectors/drop_in.h"

/// Arrays of Python (numpy, torch, CuPy, any DLPack producer) -> the plain structs of the projectors. nanobind has
/// checked type, memory order and fixed shapes (TypeError) before a function here runs; what relates arrays to one
/// another is checked here, once for all functions. Nothing is copied.
namespace coincide::projectors::python {

namespace nb = nanobind;

/// An array that is written. Its type is ndarray to Python, too.
template <class... Traits>
struct WrittenArray : nb::ndarray<Traits...> {
  void* stream = nullptr;  ///< in whose order its owner uses it if it lies on a GPU, as CudaOptions::stream
};

using InputArray = nb::ndarray<const float, nb::c_contig>;
using OutputArray = WrittenArray<float, nb::c_contig>;
using InputImage = nb::ndarray<const float, nb::ndim<3>, nb::c_contig>;
using OutputImage = WrittenArray<float, nb::ndim<3>, nb::c_contig>;
using Vector3 = nb::ndarray<const float, nb::shape<3>, nb::c_contig>;
using BinIndices = nb::ndarray<const std::int16_t, nb::c_contig>;

using Shape = std::span<const std::int64_t>;

/// What the checks and their messages need to know of an array. Refers to the array, which must outlive it.
struct Argument {
  template <class... Traits>
  Argument(std::string_view argument_name, const nb::ndarray<Traits...>& array)
      : name(argument_name),
        shape(array.shape_ptr(), array.ndim()),
        device_type(array.device_type()),
        device_index(array.device_id()) {}

  std::string_view name;
  Shape shape;
  int device_type;  ///< of DLPack
  int device_index;
};

/// The stream that an array on a GPU names: 'stream' of its __cuda_array_interface__ (version 3), or PyTorch's current
/// one. Null, the legacy default stream, if it names none.
void* named_stream(nb::handle array, int device_index) noexcept;

/// How a function computes.
struct Computing {
  int device_id;  ///< for arrays on the host
  int threads_per_block;
  void* stream;  ///< for arrays on a GPU
};

/// How a function calls its end points.
struct LineNames {
  std::string_view start;
  std::string_view end;
};
inline constexpr LineNames lor_names{"lor_start", "lor_end"};
inline constexpr LineNames event_names{"event_start", "event_end"};

/// Lines and projector of one call. Everything here throws InputError with the argument's name, its value or shape,
/// and the rule; DeviceError if the arrays lie on a device that is missing.
class Call {
 public:
  template <class Image>
  Call(LineNames names, const InputArray& start, const InputArray& end, const Image& image, const Vector3& image_origin,
       const Vector3& voxel_size, const Computing& computing)
      : start_(names.start, start),
        projector_(make_projector({names.end, end}, {"image", image}, image_origin, voxel_size, computing)),
        lors_{.start_mm = start.data(), .end_mm = end.data(), .count = num_lors()} {}

  const Projector& projector() const { return projector_; }
  const Lors& lors() const { return lors_; }

  /// One value per line.
  void check_values(const Argument& values) const;
  /// One value per line and TOF bin.
  void check_values(const Argument& values, const TofBins& bins) const;

  TofBins tof_bins(float bin_width, const InputArray& sigma, const InputArray& center_offset, std::int32_t num_bins,
                   float num_sigmas) const;
  TofEvents tof_events(const TofBins& bins, const BinIndices& bin_index) const;

 private:
  Projector make_projector(const Argument& end, const Argument& image, const Vector3& image_origin,
                           const Vector3& voxel_size, const Computing& computing) const;
  Shape lor_shape() const { return start_.shape.first(start_.shape.size() - 1); }
  std::int64_t num_lors() const;
  bool is_per_lor(const Argument& argument) const;
  void check_device(const Argument& argument) const;

  Argument start_;
  Projector projector_;
  Lors lors_;
};

}  // namespace coincide::projectors::python

/// As for ndarray, then the stream.
template <class... Traits>
struct nanobind::detail::type_caster<coincide::projectors::python::WrittenArray<Traits...>> {
  using Caster = make_caster<nanobind::ndarray<Traits...>>;
  NB_TYPE_CASTER(coincide::projectors::python::WrittenArray<Traits...>, Caster::Name)

  /// Its flags are of different types in different versions of nanobind.
  template <class Flags>
  bool from_python(handle source, Flags flags, cleanup_list* cleanup) noexcept {
    Caster caster;
    if (!caster.from_python(source, flags, cleanup)) {
      return false;
    }
    static_cast<nanobind::ndarray<Traits...>&>(value) = std::move(caster.value);
    if (value.device_type() == device::cuda::value || value.device_type() == device::cuda_managed::value) {
      value.stream = coincide::projectors::python::named_stream(source, value.device_id());
    }
    return true;
  }
};
