"""Arrays are taken where they lie: any producer, any thread, any number of LORs."""

import ctypes
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import parallelproj_core as pp
import pytest
from conftest import floats, make_problem


def test_no_lors(problem):
    start = np.empty((0, 3), np.float32)
    values = np.empty((0, *problem.values_shape[1:]), np.float32)
    image = np.ones(problem.shape, np.float32)
    if "tof_bin_index" in problem.tof:
        problem.tof["tof_bin_index"] = np.empty(0, np.int16)
    problem.run("fwd", image, values, start=start, end=start)
    problem.run("back", image, values, start=start, end=start)
    assert (image == 1).all()


@pytest.mark.parametrize("lors", [(0, 5), (5, 0), (0, 0)])
def test_no_lors_of_several_axes(kind, lors):
    problem = make_problem(kind, lors=lors)
    image = np.ones(problem.shape, np.float32)
    values = np.empty(problem.values_shape, np.float32)
    problem.run("fwd", image, values)
    problem.run("back", image, values)
    assert (image == 1).all()


@pytest.mark.parametrize("per_lor", [False, True])
def test_all_inputs_may_be_read_only(kind, per_lor, rng):
    problem = make_problem(kind, per_lor=per_lor)
    image, values = rng.random(problem.shape, np.float32), rng.random(problem.values_shape, np.float32)
    expected = problem.forward(image), problem.back(values)
    arrays = [problem.start, problem.end, problem.origin, problem.voxel_size, image, values, *problem.tof.values()]
    for array in arrays:
        if isinstance(array, np.ndarray):
            array.flags.writeable = False
    np.testing.assert_array_equal(problem.forward(image), expected[0])
    np.testing.assert_array_equal(problem.back(values), expected[1])


@pytest.mark.parametrize("direction", ["fwd", "back"])
def test_arguments_by_position_and_by_name(problem, direction, rng):
    """All in the order and by the names of the documentation."""
    function = getattr(pp, f"{problem.kind}_{direction}")
    names = re.findall(r"^(\w+) : ", function.__doc__, re.MULTILINE)
    arguments = dict(problem.tof, image_origin=problem.origin, voxel_size=problem.voxel_size)
    arguments |= dict(lor_start=problem.start, lor_end=problem.end, event_start=problem.start, event_end=problem.end)
    arguments |= dict(device_id=0, threads_per_block=64)
    image, values = rng.random(problem.shape, np.float32), rng.random(problem.values_shape, np.float32)
    results = []
    for by_name in (False, True):
        arguments |= dict(image=image.copy(), projection_values=values.copy())
        given = {name: arguments[name] for name in names}
        function(**given) if by_name else function(*given.values())
        results.append((arguments["image"], arguments["projection_values"]))
    for one, other in zip(*results):
        np.testing.assert_array_equal(one, other)
    assert not np.array_equal(results[0][0], image) or not np.array_equal(results[0][1], values)


def test_strides_of_axes_that_do_not_matter(problem, rng):
    """Of one LOR in a larger array, and an image with an axis of one voxel: contiguous, whatever their strides say."""
    problem = make_problem(problem.kind, lors=(1,))
    problem.shape = (21, 1, 11)
    image = rng.random((21, 1, 11), np.float32)
    expected = problem.forward(image)
    wide = np.zeros((1, 7), np.float32)
    wide[:, :3] = problem.start
    odd = np.lib.stride_tricks.as_strided(image, strides=(44, 1000, 4))
    np.testing.assert_array_equal(problem.forward(odd, start=wide[:, :3]), expected)


def test_image_without_voxels(problem):
    problem.shape = (0, 4, 4)
    assert not problem.forward(np.empty((0, 4, 4), np.float32)).any()


def test_coordinates_that_are_not_finite_give_0(problem, rng):
    image = rng.random(problem.shape, np.float32)
    expected = problem.forward(image)
    bad = [np.nan, np.inf, -np.inf]
    for lor in range(9):
        problem.start[lor, lor % 3] = bad[lor // 3]
    expected[:9] = 0
    np.testing.assert_array_equal(problem.forward(image), expected)
    values = np.ones(problem.values_shape, np.float32)
    without = values.copy()
    without[:9] = 0
    assert np.isfinite(problem.back(values)).all()
    np.testing.assert_allclose(problem.back(values), problem.back(without), rtol=1e-5)


def test_bin_index_out_of_range(rng):
    """Bins beyond the ends are bins like others (there is no array of bins to miss)."""
    problem = make_problem("joseph3d_tof_lm")
    image = rng.random(problem.shape, np.float32)
    wider = make_problem("joseph3d_tof_lm", num_tof_bins=29)
    problem.tof["tof_bin_index"][:] = -1
    wider.tof["tof_bin_index"][:] = 0
    wider.tof.update(tof_sigma=problem.tof["tof_sigma"], tof_center_offset=problem.tof["tof_center_offset"])
    np.testing.assert_allclose(problem.forward(image), wider.forward(image), atol=1e-4)
    for far in (-32768, 32767):
        problem.tof["tof_bin_index"][:] = far
        assert not problem.forward(image).any()
        assert not problem.back(np.ones(problem.values_shape, np.float32)).any()


def test_device_id_and_threads_per_block_do_not_change_the_numbers(problem, rng):
    image = rng.random(problem.shape, np.float32)
    expected = problem.forward(image)
    for options in ({"device_id": -1}, {"threads_per_block": 32}):
        np.testing.assert_allclose(problem.forward(image, **options), expected, rtol=1e-4, atol=1e-5 * expected.max())


def test_calls_from_many_threads(problem, rng):
    image = rng.random(problem.shape, np.float32)
    values = rng.random(problem.values_shape, np.float32)
    expected = problem.forward(image), problem.back(values)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: (problem.forward(image), problem.back(values)), range(32)))
    for result in results:
        np.testing.assert_array_equal(result[0], expected[0])
        np.testing.assert_allclose(result[1], expected[1], rtol=1e-4, atol=1e-4)


def test_other_threads_run_during_a_call(monkeypatch, rng):
    """While this thread projects another one gets the interpreter, which no clock takes from this thread meanwhile."""
    import sys

    problem = make_problem("joseph3d_tof_sino", lors=(50_000,))
    image = rng.random(problem.shape, np.float32)
    values = np.empty(problem.values_shape, np.float32)
    go, ran = threading.Event(), []
    other = threading.Thread(target=lambda: (go.wait(), ran.append(True)))
    other.start()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    try:
        go.set()
        problem.run("fwd", image, values)
        seen = list(ran)
    finally:
        sys.setswitchinterval(interval)
        other.join()
    assert seen == [True]


def test_torch_tensors_are_written_in_place(problem, rng):
    torch = pytest.importorskip("torch")
    image = rng.random(problem.shape, np.float32)
    values = torch.zeros(problem.values_shape)
    tensors = {name: torch.from_numpy(getattr(problem, name)) for name in ("start", "end", "origin", "voxel_size")}
    problem.run("fwd", torch.from_numpy(image), values, **tensors)
    np.testing.assert_array_equal(values.numpy(), problem.forward(image))


class DLTensor(ctypes.Structure):
    """DLManagedTensor of the DLPack specification, the tensor's fields first."""

    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("type_code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
        ("manager", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p),
    ]


class OnDevice:
    """An array that says through DLPack that it lies on a device; its data lie in host memory."""

    CPU, CUDA, METAL = 1, 2, 8

    def __init__(self, array, device_type, device_id=0):
        self.array, self.device = array, (device_type, device_id)
        self.shape = (ctypes.c_int64 * array.ndim)(*array.shape)
        self.tensor = DLTensor(array.ctypes.data, *self.device, array.ndim, 2, 32, 1, self.shape, None, 0, None, None)

    def __dlpack__(self, **_):
        new_capsule = ctypes.pythonapi.PyCapsule_New
        new_capsule.restype = ctypes.py_object
        new_capsule.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
        return new_capsule(ctypes.addressof(self.tensor), b"dltensor", None)

    def __dlpack_device__(self):
        return self.device


def test_any_dlpack_producer(problem, rng):
    image = rng.random(problem.shape, np.float32)
    values = np.zeros(problem.values_shape, np.float32)
    problem.run("fwd", OnDevice(image, OnDevice.CPU), OnDevice(values, OnDevice.CPU))
    np.testing.assert_array_equal(values, problem.forward(image))


@pytest.mark.parametrize("name", ["end", "origin", "voxel_size", "image", "values"])
def test_arrays_on_different_devices(problem, name):
    image, values = np.zeros(problem.shape, np.float32), np.zeros(problem.values_shape, np.float32)
    arrays = dict(image=image, values=values)
    if name in arrays:
        arrays[name] = OnDevice(arrays[name], OnDevice.CUDA, 1)
    else:
        arrays[name] = OnDevice(getattr(problem, name), OnDevice.CUDA, 1)
    with pytest.raises(ValueError, match=r"cuda:1.*same device"):
        problem.run("fwd", **arrays)


def test_arrays_on_a_device_of_another_kind(problem):
    with pytest.raises(ValueError, match="DLPack type 8"):
        problem.forward(OnDevice(np.zeros(problem.shape, np.float32), OnDevice.METAL))


def test_arrays_on_a_gpu_that_is_missing():
    """Whether the build lacks CUDA, the machine its driver, or only this GPU: the message says why."""

    def cuda(array):
        return OnDevice(floats(array), OnDevice.CUDA, 99)

    lors, image, vector, values = np.zeros((1, 3)), np.zeros((2, 2, 2)), np.ones(3), np.zeros(1)
    reason = "This build holds no CUDA kernels|driver|This machine has" if pp.cuda_enabled else "no CUDA kernels"
    with pytest.raises(RuntimeError, match=f"cuda:99 cannot be used: .*({reason})"):
        pp.joseph3d_fwd(cuda(lors), cuda(lors), cuda(image), cuda(vector), cuda(vector), cuda(values))
