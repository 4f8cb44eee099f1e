#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <array>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "app/python/callbacks.h"
#include "io/job.h"
#include "recon/engine/engine.h"
#include "recon/image.h"

// All conversions between Python and the program; what a subject offers is in bind_*.cpp.
namespace coincide::python {

/// An array as it comes in, of any library: converted to float32 in C order where it is not.
using InputImage = nb::ndarray<const float, nb::ndim<3>, nb::c_contig>;
/// The same on the host.
using HostImage = nb::ndarray<const float, nb::ndim<3>, nb::c_contig, nb::device::cpu>;
using InputValues = nb::ndarray<const float, nb::c_contig, nb::device::cpu>;
template <class T>
using Array = nb::ndarray<nb::numpy, T>;

/// A view of `data`, which belongs to the Python object `owner`; read-only for const T. Nothing is copied.
template <class T>
nb::object view(T* data, std::initializer_list<std::size_t> shape, nb::handle owner) {
  return Array<T>(data, shape, owner).cast();
}
/// A view of a column; None where it is empty.
template <class T>
nb::object column(const std::vector<T>& values, nb::handle owner) {
  return values.empty() ? nb::none() : view(values.data(), {values.size()}, owner);
}
/// The same of points, (n, 3).
nb::object points(const std::vector<recon::Vec3>& values, nb::handle owner);
/// An array that takes the values over.
nb::object taken_over(std::vector<float>&& values, std::initializer_list<std::size_t> shape);
/// The same of an image on a grid.
nb::object taken_over(std::vector<float>&& values, const recon::ImageGrid& grid);
/// An image in memory of a GPU, for every library that speaks DLPack.
struct GpuArray {
  nb::ndarray<float, nb::ndim<3>> array;
};
/// One that takes the image over.
GpuArray taken_over(recon::EngineImage&& image, projectors::Device device, const recon::ImageGrid& grid);

/// A tuple.
template <class T>
nb::object three(const std::array<T, 3>& values) {
  return nb::make_tuple(values[0], values[1], values[2]);
}

/// Throws InputError where the shape of the array `name` is not that of the grid.
void check_shape(const char* name, const std::array<std::size_t, 3>& shape, const recon::ImageGrid& grid);
template <class ImageArray>
void check_shape(const char* name, const ImageArray& array, const recon::ImageGrid& grid) {
  check_shape(name, std::array{array.shape(0), array.shape(1), array.shape(2)}, grid);
}

/// The setting's value as Python has it: a number, word, text, path as str, or three numbers.
nb::object value_of(const io::Setting& setting);
/// A value of Python's as the text of a setting. Throws InputError for None and what is no value.
std::string text_of(const std::string& key, nb::handle value);

/// A job from a Job, from the path of a file, or from None a new one, with settings {"stop.passes": 3} changed. Throws
/// InputError for a file or settings that cannot be.
io::Job job_of(nb::handle job, const nb::object& settings);
/// Calls `use` with each key and value of a dict of settings; None has none.
void for_each_setting(const nb::object& settings,
                      const std::function<void(const std::string& key, const std::string& value)>& use);

/// The objects of a JSON text.
nb::object from_json(const std::string& text);

/// Gives the sentences to Python's warnings. Throws what these may raise.
void warn(const std::vector<std::string>& sentences);

}  // namespace coincide::python
