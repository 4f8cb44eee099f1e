#include <exception>
#include <string>

#include "parallelproj_version.h"
#include "projectors/error.h"
#include "projectors/python/arrays.h"
#include "projectors/python/docstrings.h"

namespace {

namespace nb = nanobind;
using namespace nb::literals;
using namespace coincide::projectors;
using namespace coincide::projectors::python;

/// The direction of a projection is that of its writable array.
template <class Tof>
void project(const Call& call, const Tof& tof, const InputImage& image, const OutputArray& values) {
  call.projector().forward(call.lors(), tof, image.data(), values.data());
}
template <class Tof>
void project(const Call& call, const Tof& tof, const OutputImage& image, const InputArray& values) {
  call.projector().back(call.lors(), tof, values.data(), image.data());
}

void* stream_of(const InputImage&, const OutputArray& values) { return values.stream; }
void* stream_of(const OutputImage& image, const InputArray&) { return image.stream; }

template <class Image, class Values>
void joseph3d(const InputArray& lor_start, const InputArray& lor_end, const Image& image, const Vector3& image_origin,
              const Vector3& voxel_size, const Values& projection_values, int device_id, int threads_per_block) {
  const Call call(lor_names, lor_start, lor_end, image, image_origin, voxel_size,
                  {device_id, threads_per_block, stream_of(image, projection_values)});
  call.check_values({"projection_values", projection_values});
  project(call, NoTof{}, image, projection_values);
}

template <class Image, class Values>
void joseph3d_tof_sino(const InputArray& lor_start, const InputArray& lor_end, const Image& image,
                       const Vector3& image_origin, const Vector3& voxel_size, const Values& projection_values,
                       float tof_bin_width, const InputArray& tof_sigma, const InputArray& tof_center_offset,
                       int num_tof_bins, float num_sigmas, int device_id, int threads_per_block) {
  const Call call(lor_names, lor_start, lor_end, image, image_origin, voxel_size,
                  {device_id, threads_per_block, stream_of(image, projection_values)});
  const TofBins bins = call.tof_bins(tof_bin_width, tof_sigma, tof_center_offset, num_tof_bins, num_sigmas);
  call.check_values({"projection_values", projection_values}, bins);
  project(call, bins, image, projection_values);
}

template <class Image, class Values>
void joseph3d_tof_lm(const InputArray& event_start, const InputArray& event_end, const Image& image,
                     const Vector3& image_origin, const Vector3& voxel_size, const Values& projection_values,
                     float tof_bin_width, const InputArray& tof_sigma, const InputArray& tof_center_offset,
                     const BinIndices& tof_bin_index, int num_tof_bins, float num_sigmas, int device_id,
                     int threads_per_block) {
  const Call call(event_names, event_start, event_end, image, image_origin, voxel_size,
                  {device_id, threads_per_block, stream_of(image, projection_values)});
  const TofBins bins = call.tof_bins(tof_bin_width, tof_sigma, tof_center_offset, num_tof_bins, num_sigmas);
  call.check_values({"projection_values", projection_values});
  project(call, call.tof_events(bins, tof_bin_index), image, projection_values);
}

using ReleaseLock = nb::call_guard<nb::gil_scoped_release>;

/// An array argument: never converted, thus never copied.
auto array(const char* name) { return nb::arg(name).noconvert(); }

template <class Image, class Values>
void define_joseph3d(nb::module_& module, const char* name, const std::string& doc) {
  module.def(name, &joseph3d<Image, Values>, array("lor_start"), array("lor_end"), array("image"),
             array("image_origin"), array("voxel_size"), array("projection_values"), "device_id"_a = 0,
             "threads_per_block"_a = 64, ReleaseLock(), doc.c_str());
}

template <class Image, class Values>
void define_joseph3d_tof_sino(nb::module_& module, const char* name, const std::string& doc) {
  module.def(name, &joseph3d_tof_sino<Image, Values>, array("lor_start"), array("lor_end"), array("image"),
             array("image_origin"), array("voxel_size"), array("projection_values"), "tof_bin_width"_a,
             array("tof_sigma"), array("tof_center_offset"), "num_tof_bins"_a, "num_sigmas"_a = 3.0F, "device_id"_a = 0,
             "threads_per_block"_a = 64, ReleaseLock(), doc.c_str());
}

template <class Image, class Values>
void define_joseph3d_tof_lm(nb::module_& module, const char* name, const std::string& doc) {
  module.def(name, &joseph3d_tof_lm<Image, Values>, array("event_start"), array("event_end"), array("image"),
             array("image_origin"), array("voxel_size"), array("projection_values"), "tof_bin_width"_a,
             array("tof_sigma"), array("tof_center_offset"), array("tof_bin_index"), "num_tof_bins"_a,
             "num_sigmas"_a = 3.0F, "device_id"_a = 0, "threads_per_block"_a = 64, ReleaseLock(), doc.c_str());
}

/// A wrong argument is a ValueError; all other errors become RuntimeError by nanobind's own rule.
void translate_exception(const std::exception_ptr& pointer, void* /*payload*/) {
  try {
    std::rethrow_exception(pointer);
  } catch (const coincide::InputError& error) {
    PyErr_SetString(PyExc_ValueError, error.what());
  }
}

}  // namespace

NB_MODULE(parallelproj_core, module) {
  nb::register_exception_translator(translate_exception);
  module.doc() = module_doc;
  module.attr("__version__") = PARALLELPROJ_VERSION;
  module.attr("version_major") = PARALLELPROJ_VERSION_MAJOR;
  module.attr("version_minor") = PARALLELPROJ_VERSION_MINOR;
  module.attr("version_patch") = PARALLELPROJ_VERSION_PATCH;
  module.attr("cuda_enabled") = built_with_cuda() ? 1 : 0;

  define_joseph3d<InputImage, OutputArray>(module, "joseph3d_fwd", joseph3d_fwd_doc());
  define_joseph3d<OutputImage, InputArray>(module, "joseph3d_back", joseph3d_back_doc());
  define_joseph3d_tof_sino<InputImage, OutputArray>(module, "joseph3d_tof_sino_fwd", joseph3d_tof_sino_fwd_doc());
  define_joseph3d_tof_sino<OutputImage, InputArray>(module, "joseph3d_tof_sino_back", joseph3d_tof_sino_back_doc());
  define_joseph3d_tof_lm<InputImage, OutputArray>(module, "joseph3d_tof_lm_fwd", joseph3d_tof_lm_fwd_doc());
  define_joseph3d_tof_lm<OutputImage, InputArray>(module, "joseph3d_tof_lm_back", joseph3d_tof_lm_back_doc());
}
