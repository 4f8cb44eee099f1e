#include "projectors/python/docstrings.h"

namespace coincide::projectors::python {
namespace {

const std::string lors = R"(

Parameters
----------
lor_start : ndarray
    Array of shape (..., 3) with coordinates of LOR start points.
lor_end : ndarray
    Array of shape (..., 3) with coordinates of LOR end points.)";

/// `shape` is "..." or "num_events".
std::string events(const std::string& shape) {
  return R"(

Parameters
----------
event_start : ndarray
    Array of shape ()" +
         shape + R"(, 3) with coordinates of event LOR start points.
event_end : ndarray
    Array of shape ()" +
         shape + R"(, 3) with coordinates of event LOR end points.)";
}

/// `use` says what happens to the image.
std::string grid(const std::string& use) {
  return R"(
image : ndarray
    3D image array of shape (n0, n1, n2) )" +
         use + R"(.
image_origin : ndarray
    Array of shape (3,) with coordinates of [0,0,0] voxel center.
voxel_size : ndarray
    Array of shape (3,) with voxel sizes.)";
}

std::string values(const std::string& meaning) { return "\nprojection_values : ndarray\n    " + meaning; }

/// `line` is "LOR" or "event".
std::string tof_kernel(const std::string& shape, const std::string& line) {
  return R"(
tof_bin_width : float
    Width of TOF bins in spatial units.
tof_sigma : ndarray
    TOF resolution (sigma) in spatial units. Shape (1,) or ()" +
         shape + ",) for " + line + R"(-dependent.
tof_center_offset : ndarray
    Offset of central TOF bin from LOR midpoint. Shape (1,) or ()" +
         shape + ",).";
}

std::string tof_bin_index(const std::string& shape) {
  return "\ntof_bin_index : ndarray\n    TOF bin indices for each event, shape " + shape + ".";
}

const std::string tof_bins = R"(
num_tof_bins : int
    Number of TOF bins.
num_sigmas : float, optional
    Number of sigmas for TOF kernel calculation (default: 3.0).)";

const std::string device = R"(
device_id : int, optional
    Device ID for computation (default: 0).
threads_per_block : int, optional
    Number of threads per block for GPU (default: 64).)";

const std::string notes = "\n\nNotes\n-----\n";
const std::string accumulates = "Values are accumulated into the existing image array (not overwritten).";
const std::string same_device = "All arrays must be on the same device (CPU or GPU) with matching device IDs.";

}  // namespace

std::string joseph3d_fwd_doc() {
  return "Forward projection using the Joseph 3D algorithm." + lors + grid("for forward projection") +
         values("Output array for projection results, shape must match lor_start.shape[:-1].") + device + notes +
         same_device;
}

std::string joseph3d_back_doc() {
  return "Backprojection using the Joseph 3D algorithm." + lors + grid("to accumulate backprojection into") +
         values("Input values to backproject, shape must match lor_start.shape[:-1].") + device + notes + accumulates +
         "\n" + same_device;
}

std::string joseph3d_tof_sino_fwd_doc() {
  return "TOF sinogram forward projection using the Joseph 3D algorithm." + lors + grid("for forward projection") +
         values("Output array for TOF sinogram, shape (..., num_tof_bins).") + tof_kernel("...", "LOR") + tof_bins +
         device;
}

std::string joseph3d_tof_sino_back_doc() {
  return "TOF sinogram backprojection using the Joseph 3D algorithm." + lors +
         grid("to accumulate backprojection into") +
         values("Input TOF sinogram to backproject, shape (..., num_tof_bins).") + tof_kernel("...", "LOR") + tof_bins +
         device + notes + accumulates;
}

std::string joseph3d_tof_lm_fwd_doc() {
  return "TOF listmode forward projection using the Joseph 3D algorithm." + events("...") +
         grid("for forward projection") +
         values("Output array for event projections, shape matches event_start.shape[:-1].") +
         tof_kernel("...", "event") + tof_bin_index("matches event_start.shape[:-1]") + tof_bins + device;
}

std::string joseph3d_tof_lm_back_doc() {
  return "TOF listmode backprojection using the Joseph 3D algorithm." + events("num_events") +
         grid("to accumulate backprojection into") + values("Input array to be backprojected, shape (num_events,).") +
         tof_kernel("num_events", "event") + tof_bin_index("(num_events,)") + tof_bins + device + notes + accumulates;
}

}  // namespace coincide::projectors::python
