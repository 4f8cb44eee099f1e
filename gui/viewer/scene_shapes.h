#pragma once

#include <vtkSmartPointer.h>

#include <cstdint>
#include <vector>

#include "gui/model/roi.h"
#include "gui/model/scanner_faces.h"
#include "recon/events.h"
#include "recon/image.h"
#include "recon/scanner.h"

class vtkPolyData;

namespace coincide::gui {

// What the 3-D view draws besides the image, in mm in scanner axes.

/// One square per crystal, coloured by module; or by `counts` per crystal, of scanner.num_crystals(), if not empty.
vtkSmartPointer<vtkPolyData> crystal_shape(const recon::Scanner& scanner, const std::vector<CrystalFace>& faces,
                                           const std::vector<std::uint64_t>& counts);
/// Lines between the crystals of the first `most` events.
vtkSmartPointer<vtkPolyData> lor_shape(const recon::Scanner& scanner, const recon::EventBlock& events,
                                       std::size_t most);
/// A point per event where TOF puts it.
vtkSmartPointer<vtkPolyData> place_shape(const recon::Scanner& scanner, const recon::EventBlock& events);
/// Lines from a crystal to others.
vtkSmartPointer<vtkPolyData> fan_shape(const recon::Scanner& scanner, std::uint32_t crystal,
                                       const std::vector<std::uint32_t>& partners);
/// x low, x high, y low, ... of the image's outer faces [mm].
std::array<double, 6> image_bounds(const recon::ImageGrid& grid);
/// The edges of the image's outer faces.
vtkSmartPointer<vtkPolyData> box_shape(const recon::ImageGrid& grid);
/// Three lines through a point, as long as the image.
vtkSmartPointer<vtkPolyData> crosshair_shape(const recon::ImageGrid& grid, const std::array<double, 3>& point_mm);
/// Three ellipses of a sphere or ellipsoid, or the edges of the box of others.
vtkSmartPointer<vtkPolyData> roi_shape(const std::vector<Roi>& rois);

}  // namespace coincide::gui
