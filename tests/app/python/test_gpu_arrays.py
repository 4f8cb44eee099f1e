"""Images on a GPU that a problem computes on: taken and given without copies. Needs the modules that
tests/python/CMakeLists.txt builds around a GPU that is played by the CPU, whose memory the program cannot touch."""

import coincide
import numpy as np
import pytest

cuda_on_host = pytest.importorskip("cuda_on_host")
GpuArray = cuda_on_host.GpuArray
ON_GPU = (2, 0)  # DLPack's number of CUDA memory, and the first device


@pytest.fixture(scope="session")
def duration_s():
    return 0.01  # the GPU is slow


@pytest.fixture(scope="session")
def small(small):
    coarse = {"image.size": (11, 10, 0), "image.voxel_size_mm": (12, 12, 12), "algorithm.subsets": 2, "stop.passes": 1}
    return small | coarse | {"sensitivity.fraction": 0.01}


@pytest.fixture
def problem(job):
    return coincide.problem(job, settings={"compute.device": "cuda"})


@pytest.fixture
def on_cpu(job):
    return coincide.problem(job, settings={"compute.device": "cpu"})


def from_gpu(array, shape):
    assert array.__dlpack_device__() == ON_GPU
    result = np.empty(shape, np.float32)
    cuda_on_host.to_host(array, result)
    return result


def copies(function, *arguments):
    """What a call returns, and how often memory was copied for it."""
    before = cuda_on_host.num_copies()
    return function(*arguments), cuda_on_host.num_copies() - before


def test_the_gpu_is_there():
    assert coincide.devices() == ["cpu", "cuda:0"]


def test_images_of_the_gpu_are_neither_copied_nor_moved(problem):
    x = problem.start()
    on_gpu = GpuArray(x)
    problem.back_project(0, x)  # the data are on the GPU then
    of_host, copies_of_host = copies(problem.back_project, 0, x)
    of_gpu, copies_of_gpu = copies(problem.back_project, 0, on_gpu)
    assert copies_of_host == copies_of_gpu + 2  # there and back
    assert of_gpu.shape == x.shape
    del problem
    np.testing.assert_allclose(from_gpu(of_gpu, x.shape), of_host, atol=1e-5 * of_host.max())
    np.testing.assert_array_equal(from_gpu(on_gpu, x.shape), x)


@pytest.mark.parametrize("name", ["log_likelihood", "penalty"])
def test_gradients_lie_where_the_image_does(job, name):
    job["prior.name"] = "quadratic" if name == "penalty" else "none"
    problem, on_cpu = (coincide.problem(job, settings={"compute.device": word}) for word in ("cuda", "cpu"))
    x = problem.start() * np.linspace(0.5, 1.5, problem.grid.shape[2], dtype=np.float32)
    value, gradient = getattr(problem, name)(GpuArray(x))
    wanted_value, wanted = getattr(on_cpu, name)(x)
    assert value == pytest.approx(wanted_value, rel=1e-5)
    np.testing.assert_allclose(from_gpu(gradient, x.shape), wanted, atol=1e-4 * np.abs(wanted).max())


def test_cells_are_those_of_the_cpu(problem, on_cpu):
    x = problem.start()
    expected = problem.expected(0, x)
    np.testing.assert_allclose(expected, on_cpu.expected(0, x), rtol=0, atol=1e-5 * expected.max())
    assert problem.back(0, expected).max() > 0


def test_a_run_on_the_gpu_gives_the_image_of_the_cpu(job):
    on_gpu = coincide.run(job, settings={"compute.device": "cuda"})
    assert on_gpu.record["Coincide"]["device"] == "cuda:0"
    on_cpu = coincide.run(job, settings={"compute.device": "cpu"}).image.values
    np.testing.assert_allclose(on_gpu.image.values, on_cpu, atol=1e-5 * on_cpu.max())


def test_an_image_elsewhere(on_cpu):
    with pytest.raises(coincide.InputError, match="x lies in memory of the GPU cuda:0, and the problem computes on cpu"):
        on_cpu.back_project(0, GpuArray(on_cpu.start()))
