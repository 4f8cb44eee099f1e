"""What the numbers mean: adjoint pairs, chords, sums over TOF bins."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import parallelproj_core as pp
import pytest
from conftest import floats, make_problem


def inner(a, b):
    return np.vdot(a.astype(np.float64), b.astype(np.float64))


@pytest.mark.parametrize("per_lor", [False, True])
@pytest.mark.parametrize("num_tof_bins", [27, 8, 1])
def test_back_is_the_adjoint_of_forward(kind, per_lor, num_tof_bins, rng):
    problem = make_problem(kind, lors=(40, 50), num_tof_bins=num_tof_bins, per_lor=per_lor)
    image = rng.random(problem.shape, np.float32)
    values = rng.random(problem.values_shape, np.float32)
    left, right = inner(problem.forward(image), values), inner(image, problem.back(values))
    assert left > 0
    assert left == pytest.approx(right, rel=1e-6)


def test_forward_overwrites_and_back_adds(problem, rng):
    image = rng.random(problem.shape, np.float32)
    values = rng.random(problem.values_shape, np.float32)
    assert np.isfinite(problem.forward(image)).all()
    twice = problem.back(values)
    problem.run("back", twice, values)
    np.testing.assert_allclose(twice, 2 * problem.back(values), rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_chord_along_an_axis(axis):
    """Along an axis through voxel centres the integral is the sum of the voxels times their size."""
    shape, voxel_size = (5, 6, 7), floats([2, 3, 4])
    image = np.arange(210, dtype=np.float32).reshape(shape)
    start, end = floats([[4, 6, 8]]), floats([[4, 6, 8]])  # through voxel [2, 2, 2], the origin being 0
    start[0, axis], end[0, axis] = -100, 100
    values = np.empty(1, np.float32)
    pp.joseph3d_fwd(start, end, image, np.zeros(3, np.float32), voxel_size, values)
    row = np.moveaxis(image, axis, -1)[2, 2]
    assert values[0] == pytest.approx(row.sum() * voxel_size[axis], rel=1e-6)


def test_chords_through_a_ball(rng):
    """A ball of radius 40 mm in 1 mm voxels: 2 sqrt(r^2 - d^2) for a LOR at distance d from its centre."""
    axis = np.arange(-50, 51, dtype=np.float32)
    radius = np.sqrt(axis[:, None, None] ** 2 + axis[None, :, None] ** 2 + axis**2)
    image = floats(np.clip(40.5 - radius, 0, 1))  # soft by one voxel, so that the surface is where it should be
    directions = rng.normal(size=(2, 3000, 3))
    start, end = floats(100 * directions / np.linalg.norm(directions, axis=-1, keepdims=True))
    along = (end - start) / np.linalg.norm(end - start, axis=-1, keepdims=True)
    distance = np.linalg.norm(np.cross(start, along), axis=-1)
    values = np.empty(3000, np.float32)
    pp.joseph3d_fwd(start, end, image, floats([-50] * 3), np.ones(3, np.float32), values)
    inside = distance < 36  # nearer to the rim a voxel is as long as the chord
    np.testing.assert_allclose(values[inside], 2 * np.sqrt(1600 - distance[inside] ** 2), atol=0.7)
    assert not values[distance > 42].any()


def test_a_lor_ends_where_it_ends():
    """A LOR is a segment: one that ends in the middle of the image sees half of it."""
    image = np.ones((10, 1, 1), np.float32)
    values = np.empty(2, np.float32)
    start, end = floats([[-20, 0, 0], [-20, 0, 0]]), floats([[20, 0, 0], [4.5, 0, 0]])
    pp.joseph3d_fwd(start, end, image, np.zeros(3, np.float32), np.ones(3, np.float32), values)
    np.testing.assert_allclose(values, [10, 5], rtol=1e-6)


def test_outer_half_voxel_reads_low_as_upstream():
    """Between the centres of the outer voxels and the faces of the image box values are interpolated towards 0."""
    image = np.ones((4, 1, 4), np.float32)
    start, end = floats([[-50, 0, 3.25], [-50, 0, 3.75]]), floats([[50, 0, 3.25], [50, 0, 3.75]])
    values = np.empty(2, np.float32)
    pp.joseph3d_fwd(start, end, image, np.zeros(3, np.float32), np.ones(3, np.float32), values)
    np.testing.assert_allclose(values, [4 * 0.75, 0], rtol=1e-6)


@pytest.mark.parametrize("num_tof_bins", [40, 41])
def test_tof_bins_add_up_to_the_projection_without_tof(num_tof_bins, rng):
    tof = make_problem("joseph3d_tof_sino", num_tof_bins=num_tof_bins, per_lor=True)
    image = rng.random(tof.shape, np.float32)
    without = make_problem("joseph3d").forward(image)
    total = tof.forward(image).astype(np.float64).sum(-1)
    np.testing.assert_allclose(total, without, atol=1e-5 * without.max())


def test_listmode_agrees_with_the_sinogram(rng):
    sinogram = make_problem("joseph3d_tof_sino", num_sigmas=4.0, per_lor=True)
    listmode = make_problem("joseph3d_tof_lm", num_sigmas=4.0, per_lor=True)
    image = rng.random(sinogram.shape, np.float32)
    values = sinogram.forward(image)
    in_bin = np.take_along_axis(values, listmode.tof["tof_bin_index"][:, None].astype(int), -1)[:, 0]
    np.testing.assert_allclose(listmode.forward(image), in_bin, atol=1e-4 * values.max())


def test_turning_lors_round_reverses_the_bins(rng):
    problem = make_problem("joseph3d_tof_sino")
    problem.tof["tof_center_offset"] = np.zeros(1, np.float32)
    image = rng.random(problem.shape, np.float32)
    values = problem.forward(image)
    turned = problem.forward(image, start=problem.end, end=problem.start)
    np.testing.assert_allclose(turned[:, ::-1], values, atol=1e-5 * values.max())


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("kind", ["joseph3d_tof_sino", "joseph3d_tof_lm"])
def test_a_positive_offset_shifts_towards_the_positive_principal_axis(kind, sign):
    """Bins shifted by 20 mm see a point at x = +20 mm as unshifted ones see one at 0, whichever way the LOR runs."""
    problem = make_problem(kind, lors=(1,), num_tof_bins=5)
    problem.shape, problem.origin, problem.voxel_size = (81, 1, 1), floats([-40, 0, 0]), floats([1, 1, 1])
    problem.start, problem.end = floats([[-100 * sign, 0, 0]]), floats([[100 * sign, 0, 0]])
    problem.tof.update(tof_bin_width=5.0, tof_sigma=floats([4]), tof_center_offset=floats([20]))
    if kind == "joseph3d_tof_lm":
        problem.tof["tof_bin_index"] = np.array([2], np.int16)
    centre, right = np.zeros((2, 81, 1, 1), np.float32)
    centre[40], right[60] = 1, 1
    expected = problem.forward(centre, tof_center_offset=floats([0]))
    assert expected.sum() > 0.1
    np.testing.assert_allclose(problem.forward(right), expected, rtol=1e-5, atol=1e-6)
    assert problem.forward(right, tof_center_offset=floats([-20])).sum() == 0


@pytest.mark.parametrize("kind", ["joseph3d_tof_sino", "joseph3d_tof_lm"])
def test_each_lor_has_its_own_sigma_and_offset(kind, rng):
    """Values per LOR give what calls for one LOR each give."""
    problem = make_problem(kind, lors=(50,), per_lor=True)
    image = rng.random(problem.shape, np.float32)
    together = problem.forward(image)
    for lor in range(50):
        single = make_problem(kind, lors=(1,))
        single.start, single.end = problem.start[lor : lor + 1], problem.end[lor : lor + 1]
        for name in ("tof_sigma", "tof_center_offset", "tof_bin_index"):
            if name in problem.tof:
                single.tof[name] = problem.tof[name][lor : lor + 1]
        np.testing.assert_allclose(single.forward(image)[0], together[lor], rtol=1e-5, atol=1e-5)


def test_lors_of_any_number_of_axes_give_the_same(problem, rng):
    image = rng.random(problem.shape, np.float32)
    flat = problem.forward(image)
    shape = (20, 10, 10)
    if "tof_bin_index" in problem.tof:
        problem.tof["tof_bin_index"] = problem.tof["tof_bin_index"].reshape(shape)
    problem.start, problem.end = problem.start.reshape(*shape, 3), problem.end.reshape(*shape, 3)
    np.testing.assert_array_equal(problem.forward(image).reshape(flat.shape), flat)


def test_threads_that_project_back_into_one_image_lose_nothing(kind, rng):
    """Eight at once, half of them into a view that begins a plane later."""
    problem = make_problem(kind)
    values = rng.random(problem.values_shape, np.float32)
    planes, *plane = problem.shape
    serial, together = np.zeros((2, planes + 1, *plane), np.float32)

    def call(image, caller):
        for _ in range(5):
            problem.run("back", image[caller % 2 : caller % 2 + planes], values)

    for caller in range(8):
        call(serial, caller)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda caller: call(together, caller), range(8)))
    np.testing.assert_allclose(together, serial, rtol=1e-4, atol=1e-5 * serial.max())


@pytest.mark.parametrize("num_sigmas", [3, 4, 5, 6, 8, 10])
def test_no_projection_of_a_non_negative_image_is_negative(kind, num_sigmas):
    problem = make_problem(kind, lors=(300,), per_lor=True)
    if problem.tof:
        problem.tof["num_sigmas"] = float(num_sigmas)
    image = np.zeros(problem.shape, np.float32)
    image.flat[::397] = 1
    values = np.zeros(problem.values_shape, np.float32)
    values[..., -1] = 1
    assert (problem.forward(image) >= 0).all()
    assert (problem.back(values) >= 0).all()


@pytest.mark.parametrize("turn", [False, True])
def test_a_lor_that_ends_on_a_plane(turn):
    """As parallelproj counts it, in both directions."""
    start, end = floats([[0, -65, 5]]), floats([[-65, -16.1, 10]])
    values = np.empty(1, np.float32)
    image = np.full((40, 40, 8), 0.01, np.float32)
    ends = (end, start) if turn else (start, end)
    pp.joseph3d_fwd(*ends, image, floats([-39, -39, -7]), floats([2, 2, 2]), values)
    assert values[0] == pytest.approx(0.0309, abs=5e-5)
