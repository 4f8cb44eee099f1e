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
backward projectors with optional Time-of-Flight (TOF) support.

Work for arrays on a GPU is queued, and a function may return before it is done. It is done in the
order of the stream that the output array names: 'stream' of its __cuda_array_interface__ (CuPy,
Numba), or PyTorch's current stream; else in the order of the legacy default stream. Results in host
memory and in managed memory are there when a function returns.)";

}  // namespace coincide::projectors::python
