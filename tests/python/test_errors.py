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


@pytest.mark.parametrize("value, text", [(0, "0"), (-1, "-1"), (-1e-8, "-1e-08"), (np.nan, "nan"), (np.inf, "inf")])
def test_voxel_size_that_is_not_positive(problem, image, value, text):
    with pytest.raises(ValueError, match=rf"^voxel_size\[1\] is {text}: it must be finite and > 0\.$"):
        problem.forward(image, voxel_size=floats([1, value, 1]))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_origin_that_is_not_finite(problem, image, value):
    with pytest.raises(ValueError, match=rf"^image_origin\[2\] is {value}: it must be finite\.$"):
        problem.forward(image, origin=floats([0, 0, value]))


@pytest.mark.parametrize("kind", ["joseph3d_tof_sino", "joseph3d_tof_lm"])
@pytest.mark.parametrize("value", [0, -1, -2.5e-7, np.nan, np.inf])
@pytest.mark.parametrize("name", ["tof_bin_width", "num_sigmas", "tof_sigma"])
def test_tof_parameters_that_are_not_positive(kind, name, value):
    problem = make_problem(kind, lors=(200, 10), per_lor=True)
    where = ""
    if name == "tof_sigma":
        problem.tof[name][123, 4] = value
        where = r"\[123, 4\]"
    else:
        problem.tof[name] = value
    with pytest.raises(ValueError, match=rf"^{name}{where} is {value}: it must be finite and > 0\.$"):
        problem.forward(np.ones(problem.shape, np.float32))


@pytest.mark.parametrize("kind", ["joseph3d_tof_sino", "joseph3d_tof_lm"])
def test_offset_that_is_not_finite(kind):
    problem = make_problem(kind)
    with pytest.raises(ValueError, match="^tof_center_offset is nan: it must be finite"):
        problem.forward(np.ones(problem.shape, np.float32), tof_center_offset=floats([np.nan]))


@pytest.mark.parametrize("kind", ["joseph3d_tof_sino", "joseph3d_tof_lm"])
@pytest.mark.parametrize("value", [0, -3])
def test_no_bins(kind, value):
    problem = make_problem(kind)
    image = np.ones(problem.shape, np.float32)
    with pytest.raises(ValueError, match=f"num_tof_bins is {value}: it must be at least 1"):
        problem.run("fwd", image, np.zeros(problem.values_shape, np.float32), num_tof_bins=value)


def refused(fault):
    """A type error that names argument and fault, behind the words of nanobind that programs may know."""
    return pytest.raises(TypeError, match=f"incompatible function arguments: {fault}")


@pytest.mark.parametrize("name", ["start", "end", "origin", "voxel_size"])
@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.int32, np.uint8, np.complex64, bool])
def test_other_types_are_refused_not_converted(problem, image, name, dtype):
    argument = {"origin": "image_origin", "voxel_size": name}.get(name, f"{lines(problem)}_{name}")
    with refused(f"{argument} is of {np.dtype(dtype)}; it must be of float32"):
        problem.forward(image, **{name: getattr(problem, name).astype(dtype)})


@pytest.mark.parametrize("direction", ["fwd", "back"])
def test_other_types_of_image_and_values(problem, image, direction):
    values = np.zeros(problem.values_shape, np.float32)
    with refused("image is of float64"):
        problem.run(direction, image.astype(np.float64), values)
    with refused("projection_values is of int16"):
        problem.run(direction, image, values.astype(np.int16))
    with refused("image is of type list; it must be an array of float32"):
        problem.run(direction, image.tolist(), values)
    with refused("projection_values is of type float"):
        problem.run(direction, image, 1.0)
    with refused("image is of type ndarray of >f4"):  # which DLPack cannot say
        problem.run(direction, image.astype(">f4"), values)


@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.uint16, np.float32])
def test_bin_index_is_int16(dtype):
    problem = make_problem("joseph3d_tof_lm")
    with refused(f"tof_bin_index is of {np.dtype(dtype)}; it must be of int16"):
        problem.forward(np.ones(problem.shape, np.float32), tof_bin_index=problem.tof["tof_bin_index"].astype(dtype))


@pytest.mark.parametrize("kind", ["joseph3d_tof_sino", "joseph3d_tof_lm"])
@pytest.mark.parametrize("name", ["tof_sigma", "tof_center_offset"])
def test_tof_arrays_are_of_float32(kind, name):
    problem = make_problem(kind)
    with refused(f"{name} is of float64"):
        problem.forward(np.ones(problem.shape, np.float32), **{name: np.ones(1)})
    with refused(f"{name} is of type float"):
        problem.forward(np.ones(problem.shape, np.float32), **{name: 5.0})


def test_arrays_that_are_not_contiguous(problem, image):
    values = np.zeros(problem.values_shape, np.float32)
    for direction in ("fwd", "back"):
        with refused("image is not contiguous in C order"):
            problem.run(direction, np.asfortranarray(image), values)
        with refused("image is not contiguous"):
            problem.run(direction, np.ones((21, 19, 22), np.float32)[..., ::2], values)
        with refused("projection_values is not contiguous"):
            problem.run(direction, image, np.zeros((2, *values.shape), np.float32).T)
    with refused(f"{lines(problem)}_start is not contiguous"):
        problem.run("fwd", image, values, start=problem.start[::2], end=problem.end[::2])


def test_results_are_not_written_to_read_only_arrays(problem, image):
    values = np.zeros(problem.values_shape, np.float32)
    image.flags.writeable = False
    problem.run("fwd", image, values)  # as an input it may be read-only
    with refused("image is read-only"):
        problem.run("back", image, values)
    values.flags.writeable = False
    with refused("projection_values is read-only"):
        problem.run("fwd", image, values)


def test_fixed_shapes(problem, image):
    with refused(r"image has shape \(19, 11\); it must have 3 axes"):
        problem.forward(image[0])
    with refused(r"image_origin has shape \(2,\); it must have shape \(3,\)"):
        problem.forward(image, origin=np.zeros(2, np.float32))
    with refused(r"voxel_size has shape \(3, 1\); it must have shape \(3,\)"):
        problem.forward(image, voxel_size=np.ones((3, 1), np.float32))


def test_nothing_is_written_when_a_call_is_refused(problem, image):
    values = np.full(problem.values_shape, 5, np.float32)
    with pytest.raises(ValueError):
        problem.run("fwd", image, values, voxel_size=np.zeros(3, np.float32))
    assert (values == 5).all()
