#include "projectors/python/arrays.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "projectors/error.h"

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

void check_positive(std::string_view name, float value) {
  if (!(value > 0) || !std::isfinite(value)) {
    throw InputError(std::string(name) + " is " + std::to_string(value) + ": it must be finite and > 0.");
  }
}

}  // namespace

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
  for (const Argument& argument :
       {end, image, Argument("image_origin", image_origin), Argument("voxel_size", voxel_size)}) {
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
  std::ranges::for_each(setting.grid.voxel_size_mm, [](float size) { check_positive("voxel_size", size); });
  return drop_in::make_projector(setting);
}

std::int64_t Call::num_lors() const {
  const Shape shape = lor_shape();
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

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
  const bool offset_per_lor = is_per_lor({"tof_center_offset", center_offset});
  // Values on a GPU cannot be read from here; the kernels give 0 for a bad one.
  if (lies_on_host(sigma_argument)) {
    std::for_each_n(sigma.data(), sigma.size(), [](float value) { check_positive("tof_sigma", value); });
    if (!std::all_of(center_offset.data(), center_offset.data() + center_offset.size(),
                     [](float value) { return std::isfinite(value); })) {
      throw InputError("tof_center_offset holds a value that is not finite.");
    }
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
