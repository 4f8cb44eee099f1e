#pragma once

#include <Eigen/Geometry>
#include <string>
#include <vector>

#include "io/dicom/plane.h"

namespace coincide::io::dicom {

/// The planes of a series, put in order.
struct Stack {
  std::vector<std::vector<Plane>> frames;  ///< in the order of time; each has all places, along the normal
  Eigen::Affine3d index_to_mm;             ///< place of (column, row, plane) in LPS mm
  std::vector<std::string> warnings;
};

/// Sorts planes by their place along the normal. Where places repeat there are as many frames, in the order of
/// acquisition time, Frame Reference Time, Image Index, Instance Number. A plane that is there twice is dropped, with a
/// warning. Throws FileError for planes of different sizes or orientations, missing planes (with the gap), incomplete
/// frames, and two different planes of one place and moment.
Stack stacked(std::vector<Plane> planes);

}  // namespace coincide::io::dicom
