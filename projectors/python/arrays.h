#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "projectors/drop_in.h"

/// Arrays of Python (numpy, torch, CuPy, any DLPack producer) -> the plain structs of the projectors. Each is checked
/// as it comes in (type, memory order, fixed shape: TypeError); what relates arrays to one another is checked here,
/// once for all functions (ValueError). Nothing is copied.
namespace coincide::projectors::python {

namespace nb = nanobind;

/// What an argument must be.
struct Wanted {
  std::string_view type{};   ///< of its elements, as numpy calls it
  std::size_t num_axes = 0;  ///< 0: any number
  std::int64_t length = 0;   ///< of its one axis; 0: any
  bool is_written = false;
};

template <class Scalar>
constexpr std::string_view type_name = std::is_same_v<std::remove_const_t<Scalar>, float> ? "float32" : "int16";
template <class... Traits>
constexpr Wanted wanted_traits{};
template <>
inline constexpr Wanted wanted_traits<nb::ndim<3>>{.num_axes = 3};
template <>
inline constexpr Wanted wanted_traits<nb::shape<3>>{.num_axes = 1, .length = 3};

/// An array argument, or what keeps the object given from being one. Its type is ndarray to Python.
template <class Scalar, class... Traits>
struct ArrayArgument : nb::ndarray<Scalar, Traits..., nb::c_contig> {
  using Base = nb::ndarray<Scalar, Traits..., nb::c_contig>;
  static constexpr Wanted wanted{.type = type_name<Scalar>,
                                 .num_axes = wanted_traits<Traits...>.num_axes,
                                 .length = wanted_traits<Traits...>.length,
                                 .is_written = !std::is_const_v<Scalar>};

  std::string fault;       ///< "is of float64; it must be of float32"; empty if it suits
  void* stream = nullptr;  ///< if it is written: in whose order its owner uses it on a GPU, as CudaOptions::stream
};

using InputArray = ArrayArgument<const float>;
using OutputArray = ArrayArgument<float>;
using InputImage = ArrayArgument<const float, nb::ndim<3>>;
using OutputImage = ArrayArgument<float, nb::ndim<3>>;
using Vector3 = ArrayArgument<const float, nb::shape<3>>;
using BinIndices = ArrayArgument<const std::int16_t>;

using Shape = std::span<const std::int64_t>;

/// What the checks and their messages need to know of an array. Refers to the array, which must outlive it. Throws
/// nb::type_error with the argument's name if what was given is not such an array.
struct Argument {
  template <class... Traits>
  Argument(std::string_view argument_name, const ArrayArgument<Traits...>& array) : name(argument_name) {
    refuse(array.fault);
    shape = {array.shape_ptr(), array.ndim()};
    device_type = array.device_type();
    device_index = array.device_id();
  }

  std::string_view name;
  Shape shape;
  int device_type;  ///< of DLPack
  int device_index;

 private:
  void refuse(const std::string& fault) const;
};

/// Why the object is not such an array.
std::string fault_of(nb::handle given, const Wanted& wanted) noexcept;

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

/// As for ndarray, but that it takes every object: the error that names the argument is thrown where names are known.
template <class... Traits>
struct nanobind::detail::type_caster<coincide::projectors::python::ArrayArgument<Traits...>> {
  using Argument = coincide::projectors::python::ArrayArgument<Traits...>;
  using Caster = make_caster<typename Argument::Base>;
  NB_TYPE_CASTER(Argument, Caster::Name)

  /// Its flags are of different types in different versions of nanobind.
  template <class Flags>
  bool from_python(handle source, Flags flags, cleanup_list* cleanup) noexcept {
    Caster caster;
    if (!caster.from_python(source, flags, cleanup)) {
      value.fault = coincide::projectors::python::fault_of(source, Argument::wanted);
      return true;
    }
    static_cast<typename Argument::Base&>(value) = std::move(caster.value);
    const bool on_gpu =
        value.device_type() == device::cuda::value || value.device_type() == device::cuda_managed::value;
    if (Argument::wanted.is_written && on_gpu) {
      value.stream = coincide::projectors::python::named_stream(source, value.device_id());
    }
    return true;
  }
};
