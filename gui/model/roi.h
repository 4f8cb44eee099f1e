#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "gui/model/layer.h"
#include "recon/data/roi.h"
#include "recon/image.h"

namespace coincide::gui {

using recon::contains;
using recon::found_in;
using recon::measure;
using recon::Roi;
using recon::roi_shape_name;
using recon::roi_size_mm;
using recon::RoiFigures;
using recon::RoiShape;
using recon::runs_in_plane;
using recon::VoxelRun;

/// A line "# " with the subject that the image is of, then a table with a head line: name, shape, centre and size in
/// mm, threshold, voxels, volume in mL, mean, sd, min, max, unit, and how
/// many voxels of it hold no finite number.
std::string roi_csv(const std::vector<Roi>& rois, const recon::Image& image, const std::string& subject);

/// From and to, each along the axis to the right and the vertical one (recon::slice_axes()) in mm.
using OutlineSegment = std::array<std::array<double, 2>, 2>;

/// All regions as JSON, and the other way round. The latter throws FileError that names the source.
std::string rois_text(const std::vector<Roi>& rois);
std::vector<Roi> rois_of_text(const std::string& text, const std::string& source);

/// The border, along the edges of the voxels, between those of a slice (see recon::slice_of()) that belong to the
/// region and those that do not. Empty where the slice does not cut the region.
std::vector<OutlineSegment> roi_outline(const Roi& roi, const recon::Image& image, int axis, std::int64_t index);

/// [row, column] of any plane: 1 where the voxel there belongs to the region, else 0.
std::vector<float> roi_mask(const Roi& roi, const recon::Image& image, const Raster& raster);

}  // namespace coincide::gui
