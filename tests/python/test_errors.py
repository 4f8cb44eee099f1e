"""Wrong arguments: ValueError with name, value and rule; TypeError for a wrong type or memory order."""

import numpy as np
import pytest
from conftest import floats, make_problem


@pytest.fixture
def image(problem):
    return np.ones(problem.shape, np.float32)


def lines(problem):
    return "event" if problem.kind == "joseph3d_tof_lm" else "lor"


def test_shapes_of_start_and_end_differ(problem, image):
    with pytest.raises(
        ValueError, match=rf"{lines(problem)}_end has shape \(5, 3\), {lines(problem)}_start has shape \(2000, 3\): .*"
    ):
        problem.forward(image, end=np.zeros((5, 3), np.float32))


@pytest.mark.parametrize("shape", [(), (3,), (4, 2), (4, 3, 1)])
def test_start_is_not_a_list_of_points(problem, image, shape):
    with pytest.raises(ValueError, match=rf"{lines(problem)}_start has shape .*\(\.\.\., 3\)"):
        problem.forward(image, start=np.zeros(shape, np.float32), end=np.zeros(shape, np.float32))


@pytest.mark.parametrize("direction", ["fwd", "back"])
def test_shape_of_projection_values(problem, image, direction):
    values = np.zeros((1999, *problem.values_shape[1:]), np.float32)
    with pytest.raises(ValueError, match=r"projection_values has shape \(1999.*_start has shape \(2000, 3\).*\(2000,"):
        problem.run(direction, image, values)
    with pytest.raises(ValueError, match="projection_values"):
        problem.run(direction, image, np.zeros((*problem.values_shape, 1), np.float32))


def test_sinogram_with_another_number_of_bins(rng):
    problem = make_problem("joseph3d_tof_sino")
    with pytest.raises(ValueError, match=r"projection_values has shape \(2000, 26\).*num_tof_bins.*\(2000, 27\)"):
        problem.run("back", np.zeros(problem.shape, np.float32), np.zeros((2000, 26), np.float32))


@pytest.mark.parametrize("kind", ["joseph3d_tof_sino", "joseph3d_tof_lm"])
@pytest.mark.parametrize("name", ["tof_sigma", "tof_center_offset"])
@pytest.mark.parametrize("shape", [(0,), (2,), (1999,), (2000, 1), ()])
def test_shape_of_tof_arrays(kind, name, shape):
    problem = make_problem(kind)
    with pytest.raises(ValueError, match=rf"{name} has shape .*, \w+_start has shape \(2000, 3\): .*\(1,\) or"):
        problem.forward(np.ones(problem.shape, np.float32), **{name: np.ones(shape, np.float32)})


def test_shape_of_the_bin_index():
    problem = make_problem("joseph3d_tof_lm")
    with pytest.raises(ValueError, match=r"tof_bin_index has shape \(1,\), event_start has shape \(2000, 3\)"):
        problem.forward(np.ones(problem.shape, np.float32), tof_bin_index=np.zeros(1, np.int16))


@pytest.mark.parametrize("value", [0, -1, np.nan, np.inf])
def test_voxel_size_that_is_not_positive(problem, image, value):
    with pytest.raises(ValueError, match="voxel_size is .*> 0"):
        problem.forward(image, voxel_size=floats([1, value, 1]))


@pytest.mark.parametrize("kind", ["joseph3d_tof_sino", "joseph3d_tof_lm"])
@pytest.mark.parametrize("value", [0, -1, np.nan, np.inf])
@pytest.mark.parametrize("name", ["tof_bin_width", "num_sigmas", "tof_sigma"])
def test_tof_parameters_that_are_not_positive(kind, name, value):
    problem = make_problem(kind, per_lor=True)
    if name == "tof_sigma":
        problem.tof[name][1234] = value
    else:
        problem.tof[name] = value
    with pytest.raises(ValueError, match=f"{name} is .*finite and > 0"):
        problem.forward(np.ones(problem.shape, np.float32))


@pytest.mark.parametrize("kind", ["joseph3d_tof_sino", "joseph3d_tof_lm"])
def test_offset_that_is_not_finite(kind):
    problem = make_problem(kind)
    with pytest.raises(ValueError, match="tof_center_offset .*not finite"):
        problem.forward(np.ones(problem.shape, np.float32), tof_center_offset=floats([np.nan]))


@pytest.mark.parametrize("kind", ["joseph3d_tof_sino", "joseph3d_tof_lm"])
@pytest.mark.parametrize("value", [0, -3])
def test_no_bins(kind, value):
    problem = make_problem(kind)
    image = np.ones(problem.shape, np.float32)
    with pytest.raises(ValueError, match=f"num_tof_bins is {value}: it must be at least 1"):
        problem.run("fwd", image, np.zeros(problem.values_shape, np.float32), num_tof_bins=value)


@pytest.mark.parametrize("name", ["start", "end", "origin", "voxel_size"])
@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.int32])
def test_other_types_are_refused_not_converted(problem, image, name, dtype):
    with pytest.raises(TypeError, match="incompatible function arguments"):
        problem.forward(image, **{name: getattr(problem, name).astype(dtype)})


def test_other_types_of_image_and_values(problem, image):
    values = np.zeros(problem.values_shape, np.float32)
    for arrays in ((image.astype(np.float64), values), (image, values.astype(np.float64)), (image.tolist(), values)):
        for direction in ("fwd", "back"):
            with pytest.raises(TypeError):
                problem.run(direction, *arrays)


@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.uint16, np.float32])
def test_bin_index_is_int16(dtype):
    problem = make_problem("joseph3d_tof_lm")
    with pytest.raises(TypeError):
        problem.forward(np.ones(problem.shape, np.float32), tof_bin_index=problem.tof["tof_bin_index"].astype(dtype))


def test_arrays_that_are_not_contiguous(problem, image):
    values = np.zeros(problem.values_shape, np.float32)
    for direction in ("fwd", "back"):
        with pytest.raises(TypeError):
            problem.run(direction, np.asfortranarray(image), values)
        with pytest.raises(TypeError):
            problem.run(direction, np.ones((21, 19, 22), np.float32)[..., ::2], values)
    with pytest.raises(TypeError):
        problem.run("fwd", image, values, start=problem.start[::2], end=problem.end[::2])


def test_results_are_not_written_to_read_only_arrays(problem, image):
    values = np.zeros(problem.values_shape, np.float32)
    image.flags.writeable = False
    problem.run("fwd", image, values)  # as an input it may be read-only
    with pytest.raises(TypeError):
        problem.run("back", image, values)
    values.flags.writeable = False
    with pytest.raises(TypeError):
        problem.run("fwd", image, values)


def test_fixed_shapes(problem, image):
    with pytest.raises(TypeError):
        problem.forward(image[0])
    with pytest.raises(TypeError):
        problem.forward(image, origin=np.zeros(2, np.float32))
    with pytest.raises(TypeError):
        problem.forward(image, voxel_size=np.ones((3, 1), np.float32))


def test_nothing_is_written_when_a_call_is_refused(problem, image):
    values = np.full(problem.values_shape, 5, np.float32)
    with pytest.raises(ValueError):
        problem.run("fwd", image, values, voxel_size=np.zeros(3, np.float32))
    assert (values == 5).all()
