"""
Python bindings for parallelproj backend.

This module provides efficient C++/CUDA implementations of 3D Joseph forward and
backward projectors with optional Time-of-Flight (TOF) support.

Work for arrays on a GPU is queued, and a function may return before it is done. It is done in the
order of the stream that the output array names: 'stream' of its __cuda_array_interface__ (CuPy,
Numba), or PyTorch's current stream; else in the order of the legacy default stream. Results in host
memory and in managed memory are there when a function returns.
"""

from typing import Annotated

import numpy
from numpy.typing import NDArray


__version__: str

version_major: int

version_minor: int

version_patch: int

cuda_enabled: int

def joseph3d_fwd(lor_start: Annotated[NDArray[numpy.float32], dict(order='C', writable=False)], lor_end: Annotated[NDArray[numpy.float32], dict(order='C', writable=False)], image: Annotated[NDArray[numpy.float32], dict(shape=(None, None, None), order='C', writable=False)], image_origin: Annotated[NDArray[numpy.float32], dict(shape=(3), order='C', writable=False)], voxel_size: Annotated[NDArray[numpy.float32], dict(shape=(3), order='C', writable=False)], projection_values: Annotated[NDArray[numpy.float32], dict(order='C')], device_id: int = 0, threads_per_block: int = 64) -> None:
    """
    Forward projection using the Joseph 3D algorithm.

    Parameters
    ----------
    lor_start : ndarray
        Array of shape (..., 3) with coordinates of LOR start points.
    lor_end : ndarray
        Array of shape (..., 3) with coordinates of LOR end points.
    image : ndarray
        3D image array of shape (n0, n1, n2) for forward projection.
    image_origin : ndarray
        Array of shape (3,) with coordinates of [0,0,0] voxel center.
    voxel_size : ndarray
        Array of shape (3,) with voxel sizes.
    projection_values : ndarray
        Output array for projection results, shape must match lor_start.shape[:-1].
    device_id : int, optional
        Device ID for computation (default: 0).
    threads_per_block : int, optional
        Number of threads per block for GPU (default: 64).

    Notes
    -----
    All arrays must be on the same device (CPU or GPU) with matching device IDs.
    Arrays on a GPU are projected there. Arrays in host memory are projected on the GPU device_id
    where there is one, else on the CPU; a negative device_id means the CPU.
    """

def joseph3d_back(lor_start: Annotated[NDArray[numpy.float32], dict(order='C', writable=False)], lor_end: Annotated[NDArray[numpy.float32], dict(order='C', writable=False)], image: Annotated[NDArray[numpy.float32], dict(shape=(None, None, None), order='C')], image_origin: Annotated[NDArray[numpy.float32], dict(shape=(3), order='C', writable=False)], voxel_size: Annotated[NDArray[numpy.float32], dict(shape=(3), order='C', writable=False)], projection_values: Annotated[NDArray[numpy.float32], dict(order='C', writable=False)], device_id: int = 0, threads_per_block: int = 64) -> None:
    """
    Backprojection using the Joseph 3D algorithm.

    Parameters
    ----------
    lor_start : ndarray
        Array of shape (..., 3) with coordinates of LOR start points.
    lor_end : ndarray
        Array of shape (..., 3) with coordinates of LOR end points.
    image : ndarray
        3D image array of shape (n0, n1, n2) to accumulate backprojection into.
    image_origin : ndarray
        Array of shape (3,) with coordinates of [0,0,0] voxel center.
    voxel_size : ndarray
        Array of shape (3,) with voxel sizes.
    projection_values : ndarray
        Input values to backproject, shape must match lor_start.shape[:-1].
    device_id : int, optional
        Device ID for computation (default: 0).
    threads_per_block : int, optional
        Number of threads per block for GPU (default: 64).

    Notes
    -----
    Values are accumulated into the existing image array (not overwritten).
    All arrays must be on the same device (CPU or GPU) with matching device IDs.
    Arrays on a GPU are projected there. Arrays in host memory are projected on the GPU device_id
    where there is one, else on the CPU; a negative device_id means the CPU.
    """

def joseph3d_tof_sino_fwd(lor_start: Annotated[NDArray[numpy.float32], dict(order='C', writable=False)], lor_end: Annotated[NDArray[numpy.float32], dict(order='C', writable=False)], image: Annotated[NDArray[numpy.float32], dict(shape=(None, None, None), order='C', writable=False)], image_origin: Annotated[NDArray[numpy.float32], dict(shape=(3), order='C', writable=False)], voxel_size: Annotated[NDArray[numpy.float32], dict(shape=(3), order='C', writable=False)], projection_values: Annotated[NDArray[numpy.float32], dict(order='C')], tof_bin_width: float, tof_sigma: Annotated[NDArray[numpy.float32], dict(order='C', writable=False)], tof_center_offset: Annotated[NDArray[numpy.float32], dict(order='C', writable=False)], num_tof_bins: int, num_sigmas: float = 3.0, device_id: int = 0, threads_per_block: int = 64) -> None:
    """
    TOF sinogram forward projection using the Joseph 3D algorithm.

    Parameters
    ----------
    lor_start : ndarray
        Array of shape (..., 3) with coordinates of LOR start points.
    lor_end : ndarray
        Array of shape (..., 3) with coordinates of LOR end points.
    image : ndarray
        3D image array of shape (n0, n1, n2) for forward projection.
    image_origin : ndarray
        Array of shape (3,) with coordinates of [0,0,0] voxel center.
    voxel_size : ndarray
        Array of shape (3,) with voxel sizes.
    projection_values : ndarray
        Output array for TOF sinogram, shape (..., num_tof_bins).
    tof_bin_width : float
        Width of TOF bins in spatial units.
    tof_sigma : ndarray
        TOF resolution (sigma) in spatial units. Shape (1,) or (...) for LOR-dependent.
    tof_center_offset : ndarray
        Offset of central TOF bin from LOR midpoint. Shape (1,) or (...).
    num_tof_bins : int
        Number of TOF bins.
    num_sigmas : float, optional
        Number of sigmas for TOF kernel calculation (default: 3.0).
    device_id : int, optional
        Device ID for computation (default: 0).
    threads_per_block : int, optional
        Number of threads per block for GPU (default: 64).

    Notes
    -----
    A positive tof_center_offset shifts the bins towards the positive direction of the
    principal axis of the LOR (the image axis along which it is longest).
    Arrays on a GPU are projected there. Arrays in host memory are projected on the GPU device_id
    where there is one, else on the CPU; a negative device_id means the CPU.
    """

def joseph3d_tof_sino_back(lor_start: Annotated[NDArray[numpy.float32], dict(order='C', writable=False)], lor_end: Annotated[NDArray[numpy.float32], dict(order='C', writable=False)], image: Annotated[NDArray[numpy.float32], dict(shape=(None, None, None), order='C')], image_origin: Annotated[NDArray[numpy.float32], dict(shape=(3), order='C', writable=False)], voxel_size: Annotated[NDArray[numpy.float32], dict(shape=(3), order='C', writable=False)], projection_values: Annotated[NDArray[numpy.float32], dict(order='C', writable=False)], tof_bin_width: float, tof_sigma: Annotated[NDArray[numpy.float32], dict(order='C', writable=False)], tof_center_offset: Annotated[NDArray[numpy.float32], dict(order='C', writable=False)], num_tof_bins: int, num_sigmas: float = 3.0, device_id: int = 0, threads_per_block: int = 64) -> None:
    """
    TOF sinogram backprojection using the Joseph 3D algorithm.

    Parameters
    ----------
    lor_start : ndarray
        Array of shape (..., 3) with coordinates of LOR start points.
    lor_end : ndarray
        Array of shape (..., 3) with coordinates of LOR end points.
    image : ndarray
        3D image array of shape (n0, n1, n2) to accumulate backprojection into.
    image_origin : ndarray
        Array of shape (3,) with coordinates of [0,0,0] voxel center.
    voxel_size : ndarray
        Array of shape (3,) with voxel sizes.
    projection_values : ndarray
        Input TOF sinogram to backproject, shape (..., num_tof_bins).
    tof_bin_width : float
        Width of TOF bins in spatial units.
    tof_sigma : ndarray
        TOF resolution (sigma) in spatial units. Shape (1,) or (...) for LOR-dependent.
    tof_center_offset : ndarray
        Offset of central TOF bin from LOR midpoint. Shape (1,) or (...).
    num_tof_bins : int
        Number of TOF bins.
    num_sigmas : float, optional
        Number of sigmas for TOF kernel calculation (default: 3.0).
    device_id : int, optional
        Device ID for computation (default: 0).
    threads_per_block : int, optional
        Number of threads per block for GPU (default: 64).

    Notes
    -----
    Values are accumulated into the existing image array (not overwritten).
    A positive tof_center_offset shifts the bins towards the positive direction of the
    principal axis of the LOR (the image axis along which it is longest).
    Arrays on a GPU are projected there. Arrays in host memory are projected on the GPU device_id
    where there is one, else on the CPU; a negative device_id means the CPU.
    """

def joseph3d_tof_lm_fwd(event_start: Annotated[NDArray[numpy.float32], dict(order='C', writable=False)], event_end: Annotated[NDArray[numpy.float32], dict(order='C', writable=False)], image: Annotated[NDArray[numpy.float32], dict(shape=(None, None, None), order='C', writable=False)], image_origin: Annotated[NDArray[numpy.float32], dict(shape=(3), order='C', writable=False)], voxel_size: Annotated[NDArray[numpy.float32], dict(shape=(3), order='C', writable=False)], projection_values: Annotated[NDArray[numpy.float32], dict(order='C')], tof_bin_width: float, tof_sigma: Annotated[NDArray[numpy.float32], dict(order='C', writable=False)], tof_center_offset: Annotated[NDArray[numpy.float32], dict(order='C', writable=False)], tof_bin_index: Annotated[NDArray[numpy.int16], dict(order='C', writable=False)], num_tof_bins: int, num_sigmas: float = 3.0, device_id: int = 0, threads_per_block: int = 64) -> None:
    """
    TOF listmode forward projection using the Joseph 3D algorithm.

    Parameters
    ----------
    event_start : ndarray
        Array of shape (..., 3) with coordinates of event LOR start points.
    event_end : ndarray
        Array of shape (..., 3) with coordinates of event LOR end points.
    image : ndarray
        3D image array of shape (n0, n1, n2) for forward projection.
    image_origin : ndarray
        Array of shape (3,) with coordinates of [0,0,0] voxel center.
    voxel_size : ndarray
        Array of shape (3,) with voxel sizes.
    projection_values : ndarray
        Output array for event projections, shape matches event_start.shape[:-1].
    tof_bin_width : float
        Width of TOF bins in spatial units.
    tof_sigma : ndarray
        TOF resolution (sigma) in spatial units. Shape (1,) or (...) for event-dependent.
    tof_center_offset : ndarray
        Offset of central TOF bin from LOR midpoint. Shape (1,) or (...).
    tof_bin_index : ndarray
        TOF bin indices for each event, shape matches event_start.shape[:-1].
    num_tof_bins : int
        Number of TOF bins.
    num_sigmas : float, optional
        Number of sigmas for TOF kernel calculation (default: 3.0).
    device_id : int, optional
        Device ID for computation (default: 0).
    threads_per_block : int, optional
        Number of threads per block for GPU (default: 64).

    Notes
    -----
    A positive tof_center_offset shifts the bins towards the positive direction of the
    principal axis of the LOR (the image axis along which it is longest).
    Arrays on a GPU are projected there. Arrays in host memory are projected on the GPU device_id
    where there is one, else on the CPU; a negative device_id means the CPU.
    """

def joseph3d_tof_lm_back(event_start: Annotated[NDArray[numpy.float32], dict(order='C', writable=False)], event_end: Annotated[NDArray[numpy.float32], dict(order='C', writable=False)], image: Annotated[NDArray[numpy.float32], dict(shape=(None, None, None), order='C')], image_origin: Annotated[NDArray[numpy.float32], dict(shape=(3), order='C', writable=False)], voxel_size: Annotated[NDArray[numpy.float32], dict(shape=(3), order='C', writable=False)], projection_values: Annotated[NDArray[numpy.float32], dict(order='C', writable=False)], tof_bin_width: float, tof_sigma: Annotated[NDArray[numpy.float32], dict(order='C', writable=False)], tof_center_offset: Annotated[NDArray[numpy.float32], dict(order='C', writable=False)], tof_bin_index: Annotated[NDArray[numpy.int16], dict(order='C', writable=False)], num_tof_bins: int, num_sigmas: float = 3.0, device_id: int = 0, threads_per_block: int = 64) -> None:
    """
    TOF listmode backprojection using the Joseph 3D algorithm.

    Parameters
    ----------
    event_start : ndarray
        Array of shape (num_events, 3) with coordinates of event LOR start points.
    event_end : ndarray
        Array of shape (num_events, 3) with coordinates of event LOR end points.
    image : ndarray
        3D image array of shape (n0, n1, n2) to accumulate backprojection into.
    image_origin : ndarray
        Array of shape (3,) with coordinates of [0,0,0] voxel center.
    voxel_size : ndarray
        Array of shape (3,) with voxel sizes.
    projection_values : ndarray
        Input array to be backprojected, shape (num_events,).
    tof_bin_width : float
        Width of TOF bins in spatial units.
    tof_sigma : ndarray
        TOF resolution (sigma) in spatial units. Shape (1,) or (num_events,) for event-dependent.
    tof_center_offset : ndarray
        Offset of central TOF bin from LOR midpoint. Shape (1,) or (num_events,).
    tof_bin_index : ndarray
        TOF bin indices for each event, shape (num_events,).
    num_tof_bins : int
        Number of TOF bins.
    num_sigmas : float, optional
        Number of sigmas for TOF kernel calculation (default: 3.0).
    device_id : int, optional
        Device ID for computation (default: 0).
    threads_per_block : int, optional
        Number of threads per block for GPU (default: 64).

    Notes
    -----
    Values are accumulated into the existing image array (not overwritten).
    A positive tof_center_offset shifts the bins towards the positive direction of the
    principal axis of the LOR (the image axis along which it is longest).
    Arrays on a GPU are projected there. Arrays in host memory are projected on the GPU device_id
    where there is one, else on the CPU; a negative device_id means the CPU.
    """
