#include "projectors/python/arrays.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "projectors/error.h"
#include "projectors/number_text.h"

namespace coincide::projectors::python {
namespace {

/// As Python writes a tuple: "(5,)", "(4, 3)".
std::string to_string(Shape shape) {
  std::string text = "(";
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    text += (axis == 0 ? "" : ", ") + std::to_string(shape[axis]);
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}

/// As numpy writes it: "float64".
std::string to_string(nb::dlpack::dtype type) {
  const auto is = [type](nb::dlpack::dtype_code code) { return type.code == static_cast<std::uint8_t>(code); };
  const char* kind = is(nb::dlpack::dtype_code::Int)       ? "int"
                     : is(nb::dlpack::dtype_code::UInt)    ? "uint"
                     : is(nb::dlpack::dtype_code::Float)   ? "float"
                     : is(nb::dlpack::dtype_code::Bfloat)  ? "bfloat"
                     : is(nb::dlpack::dtype_code::Complex) ? "complex"
                                                           : "DLPack's type ";
  return is(nb::dlpack::dtype_code::Bool) ? "bool" : kind + std::to_string(type.bits);
}

using AnyArray = nb::ndarray<nb::ro>;

bool is_contiguous(const AnyArray& array) {
  std::int64_t step = 1;
  for (std::size_t axis = array.ndim(); axis-- > 0;) {
    if (array.shape(axis) > 1 && array.stride(axis) != step) {
      return false;
    }
    step *= static_cast<std::int64_t>(array.shape(axis));
  }
  return true;
}

std::string fault_of_array(const AnyArray& array, const Wanted& wanted) {
  const Shape shape(array.shape_ptr(), array.ndim());
  const bool wrong_axes = wanted.num_axes != 0 && shape.size() != wanted.num_axes;
  if (const std::string type = to_string(array.dtype()); type != wanted.type) {
    return "is of " + type + "; it must be of " + std::string(wanted.type) + ", and is not converted.";
  }
  if (wanted.length != 0 && (wrong_axes || shape[0] != wanted.length)) {
    return "has shape " + to_string(shape) + "; it must have shape (" + std::to_string(wanted.length) + ",).";
  }
  if (wrong_axes) {
    return "has shape " + to_string(shape) + "; it must have " + std::to_string(wanted.num_axes) + " axes.";
  }
  if (!is_contiguous(array)) {
    return "is not contiguous in C order; it must be, and is not copied (numpy.ascontiguousarray does that).";
  }
  return "is read-only; the result is written to it.";
}

std::string has_shape(const Argument& argument) {
  return std::string(argument.name) + " has shape " + to_string(argument.shape);
}

bool lies_on_host(const Argument& argument) {
  return argument.device_type == nb::device::cpu::value || argument.device_type == nb::device::cuda_host::value;
}

bool lies_on_cuda(const Argument& argument) {
  return argument.device_type == nb::device::cuda::value || argument.device_type == nb::device::cuda_managed::value;
}

Device device_of(const Argument& argument) {
  if (lies_on_host(argument)) {
    return {};
  }
  if (lies_on_cuda(argument)) {
    return {.kind = DeviceKind::cuda, .index = argument.device_index};
  }
  throw InputError(std::string(argument.name) + " lies on a device of DLPack type " +
                   std::to_string(argument.device_type) + ": arrays must lie in host or CUDA memory.");
}

void check_shape(const Argument& argument, Shape wanted, const Argument& partner, std::string_view rule) {
  if (!std::ranges::equal(argument.shape, wanted)) {
    throw InputError(has_shape(argument) + ", " + has_shape(partner) + ": " + std::string(argument.name) +
                     " must have the shape " + std::string(rule) + ", here " + to_string(wanted) + ".");
  }
}

std::int64_t num_elements(Shape shape) {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

bool is_positive(float value) { return value > 0 && std::isfinite(value); }

[[noreturn]] void refuse_number(std::string_view name, float value, const char* rule) {
  throw InputError(std::string(name) + " is " + number_text(value) + ": it must be " + rule + ".");
}

void check_positive(std::string_view name, float value) {
  if (!is_positive(value)) {
    refuse_number(name, value, "finite and > 0");
  }
}

/// "voxel_size[1]"; of an array that holds one value its name.
std::string element(const Argument& argument, std::int64_t number) {
  std::string index;
  for (std::size_t axis = argument.shape.size(); axis-- > 0;) {
    index = std::to_string(number % argument.shape[axis]) + (index.empty() ? "" : ", ") + index;
    number /= argument.shape[axis];
  }
  const std::string name(argument.name);
  return argument.shape.size() == 1 && argument.shape[0] == 1 ? name : name + "[" + index + "]";
}

void check_positive(const Argument& argument, const float* values) {
  const std::int64_t count = num_elements(argument.shape);
  for (std::int64_t i = 0; i < count; ++i) {
    if (!is_positive(values[i])) {
      refuse_number(element(argument, i), values[i], "finite and > 0");
    }
  }
}

void check_finite(const Argument& argument, const float* values) {
  const std::int64_t count = num_elements(argument.shape);
  for (std::int64_t i = 0; i < count; ++i) {
    if (!std::isfinite(values[i])) {
      refuse_number(element(argument, i), values[i], "finite");
    }
  }
}

}  // namespace

void Argument::refuse(const std::string& fault) const {
  if (!fault.empty()) {  // with the words that programs know from nanobind
    throw nb::type_error(("incompatible function arguments: " + std::string(name) + " " + fault).c_str());
  }
}

std::string fault_of(nb::handle given, const Wanted& wanted) noexcept {
  try {
    if (AnyArray array; nb::try_cast(given, array, false)) {
      return fault_of_array(array, wanted);
    }
    PyErr_Clear();  // its library may have said why, in words of DLPack
    const std::string type = nb::inst_name(given).c_str();
    const nb::object dtype = nb::getattr(given, "dtype", nb::none());
    const std::string of = dtype.is_none() ? "" : " of " + std::string(nb::str(nb::handle(dtype)).c_str());
    return "is of type " + type + of + "; it must be an array of " + std::string(wanted.type) +
           " (numpy, torch, CuPy, or any that speaks DLPack or the buffer protocol).";
  } catch (const std::exception&) {
    return "is not an array of " + std::string(wanted.type) + ".";
  }
}

void* named_stream(nb::handle array, int device_index) noexcept {
  try {
    const nb::object interface = nb::getattr(array, "__cuda_array_interface__", nb::none());
    nb::object stream = interface.is_none() ? nb::none() : interface.attr("get")("stream");
    const nb::object torch = nb::module_::import_("sys").attr("modules").attr("get")("torch");
    if (stream.is_none() && !torch.is_none() && nb::isinstance(array, torch.attr("Tensor"))) {
      stream = torch.attr("cuda").attr("current_stream")(device_index).attr("cuda_stream");
    }
    // The numbers 1 and 2 for the two default streams are those of the CUDA runtime.
    return stream.is_none() ? nullptr : reinterpret_cast<void*>(nb::cast<std::uintptr_t>(stream));
  } catch (const std::exception&) {
    return nullptr;
  }
}

Projector Call::make_projector(const Argument& end, const Argument& image, const Vector3& image_origin,
                               const Vector3& voxel_size, const Computing& computing) const {
  const Argument origin("image_origin", image_origin), size("voxel_size", voxel_size);
  for (const Argument& argument : {end, image, origin, size}) {
    check_device(argument);
  }
  if (start_.shape.size() < 2 || start_.shape.back() != 3) {
    throw InputError(has_shape(start_) + ": it must be (..., 3), with at least two axes.");
  }
  check_shape(end, start_.shape, start_, "of " + std::string(start_.name));
  drop_in::Setting setting;
  setting.device = drop_in::computing_device(device_of(start_), computing.device_id);
  setting.cuda.threads_per_block = computing.threads_per_block;
  setting.cuda.stream = computing.stream;
  std::copy_n(image.shape.data(), 3, setting.grid.shape.begin());
  const bool on_gpu = !lies_on_host(start_);
  drop_in::take(image_origin.data(), on_gpu, setting.grid.origin_mm, setting.cuda.origin_mm);
  drop_in::take(voxel_size.data(), on_gpu, setting.grid.voxel_size_mm, setting.cuda.voxel_size_mm);
  if (!on_gpu) {
    check_finite(origin, image_origin.data());
    check_positive(size, voxel_size.data());
  }
  return drop_in::make_projector(setting, image.name);
}

std::int64_t Call::num_lors() const { return num_elements(lor_shape()); }

void Call::check_device(const Argument& argument) const {
  if (device_of(argument) != device_of(start_)) {
    throw InputError(std::string(argument.name) + " lies on " + device_word(device_of(argument)) + ", " +
                     std::string(start_.name) + " on " + device_word(device_of(start_)) +
                     ": all arrays must lie on the same device.");
  }
}

void Call::check_values(const Argument& values) const {
  check_device(values);
  check_shape(values, lor_shape(), start_, "of " + std::string(start_.name) + " without its last axis");
}

void Call::check_values(const Argument& values, const TofBins& bins) const {
  check_device(values);
  std::vector<std::int64_t> wanted(lor_shape().begin(), lor_shape().end());
  wanted.push_back(bins.num_bins);
  check_shape(values, wanted, start_,
              "of " + std::string(start_.name) + " with num_tof_bins in place of its last axis");
}

bool Call::is_per_lor(const Argument& argument) const {
  check_device(argument);
  if (argument.shape.size() == 1 && argument.shape[0] == 1) {
    return false;
  }
  check_shape(argument, lor_shape(), start_, "(1,) or that of " + std::string(start_.name) + " without its last axis");
  return true;
}

TofBins Call::tof_bins(float bin_width, const InputArray& sigma, const InputArray& center_offset, std::int32_t num_bins,
                       float num_sigmas) const {
  if (num_bins < 1) {
    throw InputError("num_tof_bins is " + std::to_string(num_bins) + ": it must be at least 1.");
  }
  check_positive("tof_bin_width", bin_width);
  check_positive("num_sigmas", num_sigmas);
  const Argument sigma_argument("tof_sigma", sigma);
  const bool sigma_per_lor = is_per_lor(sigma_argument);
  const Argument offset_argument("tof_center_offset", center_offset);
  const bool offset_per_lor = is_per_lor(offset_argument);
  // Values on a GPU cannot be read from here; the kernels give 0 for a bad one.
  if (lies_on_host(sigma_argument)) {
    check_positive(sigma_argument, sigma.data());
    check_finite(offset_argument, center_offset.data());
  }
  return drop_in::make_tof_bins(num_bins, bin_width, sigma.data(), sigma_per_lor, center_offset.data(), offset_per_lor,
                                num_sigmas);
}

TofEvents Call::tof_events(const TofBins& bins, const BinIndices& bin_index) const {
  const Argument argument("tof_bin_index", bin_index);
  check_device(argument);
  check_shape(argument, lor_shape(), start_, "of " + std::string(start_.name) + " without its last axis");
  return {.bins = bins, .bin_index = bin_index.data()};
}

}  // namespace coincide::projectors::python
