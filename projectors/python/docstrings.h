#pragma once

#include <string>

/// Documentation of the Python functions, in numpy's style.
namespace coincide::projectors::python {

std::string joseph3d_fwd_doc();
std::string joseph3d_back_doc();
std::string joseph3d_tof_sino_fwd_doc();
std::string joseph3d_tof_sino_back_doc();
std::string joseph3d_tof_lm_fwd_doc();
std::string joseph3d_tof_lm_back_doc();

inline constexpr const char* module_doc = R"(Python bindings for parallelproj backend.

This module provides efficient C++/CUDA implementations of 3D Joseph forward and
backward projectors with optional Time-of-Flight (TOF) support.)";

}  // namespace coincide::projectors::python
