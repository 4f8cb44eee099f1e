#pragma once

#include <string>

/// Documentation of the Python module and its functions, in numpy's style: that of parallelproj_core 2.0, word for
/// word. How this module differs stands in projectors/README.md.
namespace coincide::projectors::python {

std::string joseph3d_fwd_doc();
std::string joseph3d_back_doc();
std::string joseph3d_tof_sino_fwd_doc();
std::string joseph3d_tof_sino_back_doc();
std::string joseph3d_tof_lm_fwd_doc();
std::string joseph3d_tof_lm_back_doc();

inline constexpr const char* module_doc = R"(Python bindings for parallelproj backend.

This module provides efficient C++/CUDA implementations of 3D Joseph forward and
backward projectors with optional Time-of-Flight (TOF) support.

Attributes
----------
__version__ : str
    The version of the parallelproj backend library.
version_major : int
    Major version number of the linked parallelproj library.
version_minor : int
    Minor version number of the linked parallelproj library.
version_patch : int
    Patch version number of the linked parallelproj library.
cuda_enabled : int
    Flag indicating if the library was compiled with CUDA support.
    Returns 1 if CUDA is enabled, 0 otherwise.)";

}  // namespace coincide::projectors::python
