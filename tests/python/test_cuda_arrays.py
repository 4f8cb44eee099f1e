"""Arrays on a GPU, and arrays of the host projected there. Needs the module that tests/python/CMakeLists.txt builds
around tests/support/cuda_on_host: a GPU that is played by the CPU, whose memory the program cannot touch directly."""

import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import parallelproj_core as pp
import pytest
from conftest import KINDS, floats, make_problem

cuda_on_host = pytest.importorskip("cuda_on_host")
GpuArray = cuda_on_host.GpuArray

TOF_ARRAYS = ("tof_sigma", "tof_center_offset", "tof_bin_index")


@pytest.fixture(params=[*((kind, False) for kind in KINDS), *((kind, True) for kind in KINDS[1:])])
def problem(request):
    kind, per_lor = request.param
    return make_problem(kind, lors=(300,), num_tof_bins=13, per_lor=per_lor)


@pytest.fixture
def two_gpus():
    cuda_on_host.set_machine(num_devices=2)
    yield
    cuda_on_host.set_machine(num_devices=1)


def from_gpu(array, shape):
    result = np.empty(shape, np.float32)
    cuda_on_host.to_host(array, result)
    return result


def gpu_arguments(problem, **where):
    """All arrays of a call but image and values, in memory of the GPU."""
    names = ("start", "end", "origin", "voxel_size")
    arrays = {name: getattr(problem, name) for name in names}
    arrays.update({name: array for name, array in problem.tof.items() if name in TOF_ARRAYS})
    return {name: GpuArray(array, **where) for name, array in arrays.items()}


def launches():
    return cuda_on_host.num_launches()


def assert_close(result, expected):
    np.testing.assert_allclose(result, expected, rtol=0, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("managed", [False, True], ids=["device", "managed"])
def test_arrays_on_the_gpu(problem, rng, managed):
    image, to_back = rng.random(problem.shape, np.float32), rng.random(problem.values_shape, np.float32)
    arguments = gpu_arguments(problem, managed=managed)
    values = GpuArray(np.full(problem.values_shape, np.nan, np.float32), managed=managed)
    before = launches()
    problem.run("fwd", GpuArray(image, managed=managed), values, **arguments)
    assert launches() > before
    expected = problem.forward(image, device_id=-1)
    assert expected.any()
    assert_close(from_gpu(values, problem.values_shape), expected)

    voxels = GpuArray(image, managed=managed)  # back adds
    problem.run("back", voxels, GpuArray(to_back, managed=managed), **arguments)
    assert_close(from_gpu(voxels, problem.shape) - image, problem.back(to_back, device_id=-1))


def test_only_results_in_managed_memory_are_waited_for(problem, rng):
    image = rng.random(problem.shape, np.float32)
    for managed in (False, True):
        arguments = gpu_arguments(problem, managed=managed)
        values = GpuArray(np.zeros(problem.values_shape, np.float32), managed=managed)
        gpu_image = GpuArray(image, managed=managed)
        before = cuda_on_host.num_waits()
        problem.run("fwd", gpu_image, values, **arguments)
        assert (cuda_on_host.num_waits() > before) == managed


def test_host_arrays(problem, rng):
    image, values = rng.random(problem.shape, np.float32), rng.random(problem.values_shape, np.float32)
    before = launches()
    expected = problem.forward(image, device_id=-1), problem.back(values, device_id=-1)
    assert launches() == before
    for options in ({}, {"device_id": 0}, {"device_id": 0, "threads_per_block": 33}):
        assert_close(problem.forward(image, **options), expected[0])
        assert_close(problem.back(values, **options), expected[1])
    assert launches() >= before + 6


def test_device_id_beyond_the_gpus(problem, rng):
    image = rng.random(problem.shape, np.float32)
    with pytest.raises(RuntimeError, match=r"device_id is 5 .*cuda:5 cannot be used: This machine has 1 GPU, cuda:0"):
        problem.forward(image, device_id=5)


def test_device_id_is_ignored_for_arrays_on_the_gpu(problem, rng):
    image = rng.random(problem.shape, np.float32)
    values = GpuArray(np.zeros(problem.values_shape, np.float32))
    problem.run("fwd", GpuArray(image), values, **gpu_arguments(problem), device_id=5)
    assert_close(from_gpu(values, problem.values_shape), problem.forward(image, device_id=-1))


@pytest.mark.parametrize("elsewhere", ["cpu", "cuda:1"])
def test_arrays_on_different_devices(problem, two_gpus, elsewhere):
    hosts = {name: getattr(problem, name) for name in ("end", "origin", "voxel_size")}
    hosts |= {name: array for name, array in problem.tof.items() if name in TOF_ARRAYS}
    hosts |= {"image": np.zeros(problem.shape, np.float32), "values": np.zeros(problem.values_shape, np.float32)}
    arrays = {name: GpuArray(array) for name, array in hosts.items()}
    before = launches()
    for name, array in hosts.items():
        moved = array if elsewhere == "cpu" else GpuArray(array, device=1)
        with pytest.raises(ValueError, match=rf"{name} lies on {elsewhere}, \w+_start on cuda:0"):
            problem.run("fwd", **arrays | {"start": GpuArray(problem.start), name: moved})
    assert launches() == before


def test_arrays_on_the_second_gpu(problem, two_gpus, rng):
    image = rng.random(problem.shape, np.float32)
    values = GpuArray(np.zeros(problem.values_shape, np.float32), device=1)
    problem.run("fwd", GpuArray(image, device=1), values, **gpu_arguments(problem, device=1))
    assert_close(from_gpu(values, problem.values_shape), problem.forward(image, device_id=-1))


def test_bad_numbers_that_the_host_cannot_read_give_0(problem, rng):
    image = GpuArray(rng.random(problem.shape, np.float32))
    bad = {"voxel_size": floats([2, -1, 2]), "origin": floats([0, np.nan, 0])}
    bad |= {name: floats([np.nan]) for name in TOF_ARRAYS[:2] if name in problem.tof}
    for name, numbers in bad.items():
        values = GpuArray(np.full(problem.values_shape, 7, np.float32))
        problem.run("fwd", image, values, **gpu_arguments(problem) | {name: GpuArray(numbers)})
        assert not from_gpu(values, problem.values_shape).any(), name


def test_no_lors(problem):
    problem.start = problem.end = np.empty((0, 3), np.float32)
    for name in TOF_ARRAYS:
        if name in problem.tof and len(problem.tof[name]) != 1:
            problem.tof[name] = problem.tof[name][:0]
    image = GpuArray(np.ones(problem.shape, np.float32))
    values = GpuArray(np.empty(problem.values_shape, np.float32))
    problem.run("fwd", image, values, **gpu_arguments(problem))
    problem.run("back", image, values, **gpu_arguments(problem))
    assert (from_gpu(image, problem.shape) == 1).all()


class Named:
    """An array on the GPU whose owner names a stream, as CuPy does."""

    def __init__(self, array, interface):
        self.array, self.__cuda_array_interface__ = array, interface

    def __dlpack__(self, **options):
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


STREAMS = [({"stream": 0x7F12}, 0x7F12), ({"stream": 1}, 1), ({"stream": 2}, 2), ({"stream": None}, 0), ({}, 0)]


@pytest.mark.parametrize("interface, stream", STREAMS)
def test_work_is_queued_on_the_stream_of_the_output(problem, interface, stream):
    image, values = (
        GpuArray(np.zeros(shape, np.float32)) for shape in (problem.shape, problem.values_shape)
    )
    arguments = gpu_arguments(problem)
    problem.run("fwd", image, Named(values, interface), **arguments)
    assert cuda_on_host.last_stream() == stream
    problem.run("back", image, values, **arguments)
    assert cuda_on_host.last_stream() == 0
    problem.run("back", Named(image, interface), values, **arguments)
    assert cuda_on_host.last_stream() == stream


def test_stream_of_torch(monkeypatch):
    """Not torch itself, but what is asked of it."""

    def current_stream(device):
        return types.SimpleNamespace(cuda_stream=100 + device)

    class Tensor(Named):
        pass

    problem = make_problem("joseph3d", lors=(10,))
    torch = types.SimpleNamespace(Tensor=Tensor, cuda=types.SimpleNamespace(current_stream=current_stream))
    monkeypatch.setitem(sys.modules, "torch", torch)
    image = GpuArray(np.zeros(problem.shape, np.float32))
    values = GpuArray(np.zeros(problem.values_shape, np.float32))
    problem.run("fwd", image, Tensor(values, {}), **gpu_arguments(problem))
    assert cuda_on_host.last_stream() == 100


def test_outputs_are_still_those_of_the_published_types(problem):
    image = GpuArray(np.zeros(problem.shape, np.float32))
    wrong = GpuArray(np.zeros(problem.values_shape, np.float64))
    with pytest.raises(TypeError):
        problem.run("fwd", image, wrong, **gpu_arguments(problem))


MACHINE_WITHOUT_GPU = """
import cuda_on_host
cuda_on_host.set_machine(num_devices={num_devices}, has_driver={has_driver})
import numpy as np
import parallelproj_core as pp
from conftest import make_problem
problem = make_problem("joseph3d", lors=(20,))
image = np.ones(problem.shape, np.float32)
assert pp.cuda_enabled == 1
for device_id in (-1, 0, 3):
    assert problem.forward(image, device_id=device_id).any()
assert cuda_on_host.num_launches() == 0
"""


@pytest.mark.parametrize("num_devices, has_driver", [(0, True), (1, False)])
def test_machine_without_gpu(num_devices, has_driver):
    program = MACHINE_WITHOUT_GPU.format(num_devices=num_devices, has_driver=has_driver)
    subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parent, check=True)


FORKED = """
import os
import sys
import numpy as np
from test_cuda_arrays import GpuArray, gpu_arguments, make_problem

problem = make_problem("joseph3d", lors=(20,))
image = np.ones(problem.shape, np.float32)
expected = problem.forward(image, device_id=-1)
{parent}
if os.fork() == 0:
    try:
        np.testing.assert_array_equal(problem.forward(image, device_id=-1), expected)
        {child}
    except BaseException as error:
        print(error)
    sys.stdout.flush()
    os._exit(0)
os.wait()
"""


@pytest.mark.parametrize(
    "parent, child",
    [
        ("problem.forward(image)", "problem.forward(image)"),
        (
            "arrays = GpuArray(image), GpuArray(np.zeros(20, np.float32)), gpu_arguments(problem)",
            "problem.run('fwd', *arrays[:2], **arrays[2])",
        ),
    ],
    ids=["arrays of the host", "arrays of the GPU"],
)
def test_child_of_a_process_that_has_used_the_gpu(parent, child):
    program = FORKED.format(parent=parent, child=child)
    here = Path(__file__).parent
    result = subprocess.run([sys.executable, "-c", program], cwd=here, check=True, capture_output=True, text=True)
    assert "A process that was forked from one that has used CUDA cannot use it: start it by spawn" in result.stdout


def test_this_module_is_the_one_under_test():
    assert pp.cuda_enabled == 1
    assert Path(pp.__file__).parent == Path(cuda_on_host.__file__).parent
