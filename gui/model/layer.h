#pragma once

#include <Eigen/Geometry>
#include <array>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "recon/image.h"
#include "recon/motion/registration.h"
#include "recon/resample.h"

namespace coincide::gui {

/// Where a session finds a layer again.
struct LayerSource {
  std::filesystem::path file;        ///< an image; or the job or record that names it. Empty: nowhere
  std::size_t frame = 0;             ///< of the image
  std::string setting = {};          ///< of the job in the file that names the image: "corrections.attenuation"
  std::filesystem::path image = {};  ///< the file that a job reads it from. Empty: none
};

/// An image over the one that is shown, on a grid and in an orientation of its own, with a window and colours of its
/// own.
struct Layer {
  std::string name;
  std::shared_ptr<const recon::Image> image;                  ///< of its grid only the shape counts
  Eigen::Affine3d mm_to_index = Eigen::Affine3d::Identity();  ///< from a place in its file's axes to its voxels
  recon::Registration place = {};                             ///< brings it from there to where it is shown
  double low = 0, high = 1;
  std::string colour_map = "hot metal";
  double opacity = 0.5;
  bool is_shown = true;
  std::optional<double> contour = {};  ///< the value that a line is drawn at; none: colours are
  LayerSource source = {};
  int number = 0;  ///< of no other layer; ViewState gives it, however often the layer is changed
};

/// With the window that auto_window() of a view gives such an image; lower where it has negative values, as CT numbers.
Layer layer_of(std::string name, std::shared_ptr<const recon::Image> image);
/// The same for voxels (i, j, k) that lie at `index_to_mm`, in any direction.
Layer layer_of(std::string name, std::shared_ptr<const recon::Image> image, const Eigen::Affine3d& index_to_mm);

using recon::index_to_mm;

/// The middle of all its voxels where its file has them, which it is turned about.
recon::Point middle_of(const Layer& layer);

/// From a place in scanner axes to the voxels of the layer where it is shown.
Eigen::Affine3d shown_mm_to_index(const Layer& layer);

/// What is shown where a voxel holds no finite value. Beside an image, where there is nothing, it is not a number.
inline constexpr float no_number = std::numeric_limits<float>::infinity();

/// Linear between voxels; not a number beyond the image's faces, and no_number where a voxel that counts holds none.
double layer_value(const Layer& layer, const std::array<double, 3>& place_mm);

/// Points of a plane in scanner axes: the first, and the steps to the next column and the next row.
struct Raster {
  std::array<double, 3> first_mm{}, column_step_mm{}, row_step_mm{};
  int columns = 0, rows = 0;
};

/// layer_value() at all of them, [row, column].
std::vector<float> layer_values(const Layer& layer, const Raster& raster);

}  // namespace coincide::gui
