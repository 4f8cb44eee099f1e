#pragma once

#include <array>
#include <optional>
#include <string>

#include "gui/model/chart.h"
#include "gui/model/layer.h"
#include "recon/image.h"

namespace coincide::gui {

/// A straight line in scanner axes.
struct ProfileLine {
  std::array<double, 3> start_mm{}, end_mm{};
  bool operator==(const ProfileLine&) const = default;
};

/// Along `axis` (0: x, 1: y, 2: z) through the point, from one side of the image to the other.
ProfileLine default_profile(const recon::ImageGrid& grid, const std::array<double, 3>& through_mm, int axis);

/// How far one walks along the line from the middle of a voxel to that of the next: the voxel's edge on a line along an
/// axis. 0 for a line without length.
double voxel_mm_along(const recon::ImageGrid& grid, const ProfileLine& line);

/// Trilinear interpolation between the middles of the voxels: along an axis over the place on it in mm, upwards; else
/// over the distance from the start. The steps are half
/// the smallest voxel edge, or a little less, so that an even number of them makes voxel_mm_along(). What is outside
/// the image is left out.
Chart profile_chart(const recon::Image& image, const ProfileLine& line);

/// A layer at the places of a profile along the line, where it has values. The name says that it is B, and its unit
/// where that is another than `unit`.
Chart::Series profile_of_other(const Layer& layer, const Chart& profile, const ProfileLine& line,
                               const std::string& unit);

/// Full width at half maximum of the highest peak of a profile, as NEMA NU 2-2018, 3.5, has it: the maximum is that of
/// a parabola through the highest sample and those `voxel_mm` beside it, the width is taken by linear interpolation.
/// Heights count from a baseline. None where the profile does not fall to half on both sides, or rises above three
/// quarters of the height elsewhere, too, as noise does: then there is no peak.
struct PeakWidth {
  double fwhm_mm = 0;
  double baseline = 0;  ///< what all but a twentieth of the values exceed: heights count from it
};
std::optional<PeakWidth> peak_width(const Chart& profile, double voxel_mm);

}  // namespace coincide::gui
