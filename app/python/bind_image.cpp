#include <fmt/format.h>
#include <nanobind/stl/array.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>

#include "app/python/bindings.h"
#include "app/python/conversions.h"
#include "io/image_file.h"
#include "recon/image.h"

namespace coincide::python {
namespace {

using namespace nb::literals;
using recon::ImageGrid;

/// From [i, j, k, 1] to mm; `signs` those of x and y.
nb::object affine(const ImageGrid& grid, double sign) {
  std::vector<std::vector<double>> rows(4, std::vector<double>(4, 0));
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double turned = axis < 2 ? sign : 1;
    rows[axis][axis] = turned * grid.voxel_size_mm[axis];
    rows[axis][3] = turned * grid.origin_mm[axis];
  }
  rows[3][3] = 1;
  return nb::module_::import_("numpy").attr("array")(rows);
}

ImageGrid make_grid(const std::array<std::int64_t, 3>& shape, const std::array<float, 3>& voxel_size_mm,
                    const std::optional<std::array<float, 3>>& origin_mm) {
  ImageGrid grid = recon::centred_grid(shape, voxel_size_mm, {0, 0, 0});
  if (origin_mm) {
    grid.origin_mm = *origin_mm;
  }
  return grid;
}

std::string text_of_grid(const ImageGrid& grid) {
  const auto& [shape, origin, size] = grid;
  return fmt::format("Grid(shape=({}, {}, {}), voxel_size_mm=({:g}, {:g}, {:g}), origin_mm=({:g}, {:g}, {:g}))",
                     shape[0], shape[1], shape[2], size[0], size[1], size[2], origin[0], origin[1], origin[2]);
}

void set_values(recon::Image& image, const HostImage& values) {
  check_shape("values", values, image.grid);
  image.values.assign(values.data(), values.data() + values.size());
}

void make_image(recon::Image* image, const HostImage& values, const ImageGrid& grid, const std::string& unit) {
  new (image) recon::Image;
  image->grid = grid;
  image->unit = unit;
  set_values(*image, values);
}

nb::object values_of(nb::handle self) {
  auto& image = nb::cast<recon::Image&>(self);
  const auto size = [&](int axis) { return static_cast<std::size_t>(image.grid.shape[axis]); };
  return image.values.empty() ? nb::none() : view(image.values.data(), {size(0), size(1), size(2)}, self);
}

recon::Image read_image(const std::filesystem::path& path) {
  std::vector<std::string> warnings;
  recon::Image image;
  {
    const nb::gil_scoped_release unlocked;
    image = io::read_image(path, warnings);
  }
  warn(warnings);
  return image;
}

std::vector<recon::Image> read_images(const std::filesystem::path& path) {
  io::ReadSeries read;
  {
    const nb::gil_scoped_release unlocked;
    read = io::read_image_series(path);
  }
  warn(read.warnings);
  std::vector<recon::Image> images;
  for (std::size_t frame = 0; frame < read.series.frames.size(); ++frame) {
    images.push_back(read.series.image(frame));
  }
  return images;
}

}  // namespace

void bind_image(nb::module_& module) {
  nb::class_<ImageGrid>(module, "Grid", "A box of voxels in the scanner's axes (as DICOM's patient axes LPS), in mm.")
      .def(
          "__init__",
          [](ImageGrid* grid, const std::array<std::int64_t, 3>& shape, const std::array<float, 3>& size,
             const std::optional<std::array<float, 3>>& origin) {
            new (grid) ImageGrid(make_grid(shape, size, origin));
          },
          "shape"_a, "voxel_size_mm"_a, "origin_mm"_a = nb::none(),
          "origin_mm is the centre of voxel [0, 0, 0]; without it the box has its middle at 0.")
      .def_prop_ro(
          "shape", [](const ImageGrid& grid) { return three(grid.shape); },
          nb::sig("def shape(self) -> tuple[int, int, int]"), "Voxels along x, y and z.")
      .def_prop_ro(
          "voxel_size_mm", [](const ImageGrid& grid) { return three(grid.voxel_size_mm); },
          nb::sig("def voxel_size_mm(self) -> tuple[float, float, float]"))
      .def_prop_ro(
          "origin_mm", [](const ImageGrid& grid) { return three(grid.origin_mm); },
          nb::sig("def origin_mm(self) -> tuple[float, float, float]"), "Centre of voxel [0, 0, 0].")
      .def_prop_ro(
          "affine", [](const ImageGrid& grid) { return affine(grid, 1); },
          nb::sig("def affine(self) -> NDArray[numpy.float64]"),
          "(4, 4), from [i, j, k, 1] to mm in the scanner's axes.")
      .def_prop_ro(
          "affine_ras", [](const ImageGrid& grid) { return affine(grid, -1); },
          nb::sig("def affine_ras(self) -> NDArray[numpy.float64]"),
          "(4, 4), from [i, j, k, 1] to mm in NIfTI's axes RAS, in which x and y change sign.")
      .def(
          "__eq__", [](const ImageGrid& a, const ImageGrid& b) { return a == b; }, nb::is_operator(),
          nb::sig("def __eq__(self, other: object, /) -> bool"))
      .def("__repr__", &text_of_grid);

  nb::class_<recon::Image>(module, "Image", "Values on a grid, with their unit and the time that they are of.")
      .def("__init__", &make_image, "values"_a, "grid"_a, "unit"_a = "1",
           nb::sig("def __init__(self, values: Array, grid: Grid, unit: str = '1') -> None"),
           "values: (x, y, z), copied as float32. unit: \"Bq/mL\", \"1/cm\", \"1\".")
      .def_prop_rw(
          "values", &values_of, [](recon::Image& image, const HostImage& values) { set_values(image, values); },
          nb::for_getter(nb::sig("def values(self) -> Floats")),
          nb::for_setter(nb::sig("def values(self, values: Array) -> None")),
          "float32 array of shape (x, y, z), in place: writing to it changes the image.")
      .def_ro("grid", &recon::Image::grid)
      .def_rw("unit", &recon::Image::unit, "\"Bq/mL\", \"1/cm\", or \"1\" where it is arbitrary.")
      .def_rw("frame_start_s", &recon::Image::frame_start_s, "On the clock of the data.")
      .def_rw("frame_duration_s", &recon::Image::frame_duration_s, "0: not known.")
      .def_rw("description", &recon::Image::description, "One line: algorithm, iterations, corrections of resolution.")
      .def_prop_ro(
          "affine", [](const recon::Image& image) { return affine(image.grid, 1); },
          nb::sig("def affine(self) -> NDArray[numpy.float64]"), "That of the grid.")
      .def("__repr__", [](const recon::Image& image) {
        return fmt::format("Image({}, unit=\"{}\", description=\"{}\")", text_of_grid(image.grid), image.unit,
                           image.description);
      });

  module.def(
      "read_image", &read_image, "path"_a,
      "Reads one image of any format that `coincide --info` reads, on a straight grid: oblique ones are resampled,\n"
      "with a warning. Raises FileError for a file that is missing, damaged or has several frames.");
  module.def("read_images", &read_images, "path"_a,
             "Reads all frames of a file, or of a DICOM series, with their times.");
  module.def("write_image", &io::write_image, "path"_a, "image"_a, nb::call_guard<nb::gil_scoped_release>(),
             "Writes the image in the format of the path's ending: .nii.gz, .nii, .hv, .hdr, .mha, .mhd, .h5, .dicom.");
}

}  // namespace coincide::python
