"""The model of a job: the program's own algorithms made of its parts, to the bit, and mathematics."""

import coincide
import numpy as np
import pytest


def em(problem, iterations):
    """OSEM as one writes it."""
    x = problem.start()
    for iteration in range(iterations):
        for subset in problem.subset_order(iteration):
            s = problem.sensitivity(subset)
            seen = s > 0
            ratio = problem.back_project(subset, x)[seen] / s[seen]
            x[seen] *= np.maximum(ratio, 0.01) if problem.num_subsets > 1 else ratio
    return x


@pytest.fixture
def problem(job):
    return coincide.problem(job)


def histogram_job(job, histogram):
    return coincide.Job(job, settings={"input.data": histogram, "input.scanner": "small"})


@pytest.fixture(params=["events", "events, PSF", "events, no TOF", "histogram", "histogram, TOF"])
def any_job(request, job, histogram, tof_histogram):
    return {
        "events": job,
        "events, PSF": coincide.Job(job, settings={"algorithm.psf_fwhm_mm": 5}),
        "events, no TOF": coincide.Job(job, settings={"algorithm.tof": False}),
        "histogram": histogram_job(job, histogram),
        "histogram, TOF": histogram_job(job, tof_histogram),
    }[request.param]


def test_own_osem_is_that_of_the_program_to_the_bit(any_job):
    problem = coincide.problem(any_job)
    own = problem.image(em(problem, 2), 2)
    built_in = problem.reconstruct()
    np.testing.assert_array_equal(own.values, built_in.image.values)
    np.testing.assert_array_equal(own.values, coincide.run(any_job).image.values)
    assert (own.unit, own.description) == (built_in.image.unit, built_in.image.description)
    assert own.values.sum() > 0


def test_own_mlem_climbs_as_the_figures_say(job):
    job["algorithm.subsets"] = 1
    problem = coincide.problem(job)
    figures = problem.reconstruct().figures
    values = [problem.log_likelihood(em(problem, iterations))[0] for iterations in range(3)]
    assert values[:2] == [f.log_likelihood for f in figures]
    assert values[0] < values[1] < values[2]
    total = (em(problem, 2) * problem.sensitivity().astype(float)).sum()
    assert total == pytest.approx(figures[-1].expected_counts, rel=1e-6)


def test_one_pass_is_forward_and_back(any_job):
    problem = coincide.problem(any_job)
    x = em(problem, 1)
    for subset in range(problem.num_subsets):
        cells = problem.cells(subset)
        y = 1 if cells.counts is None else cells.counts
        expected = problem.expected(subset, x)
        assert expected.shape == cells.factor.shape == (len(cells),)
        ratio = np.divide(y, expected, out=np.zeros_like(expected), where=expected > 1e-20 * cells.factor)
        together = problem.back_project(subset, x)
        np.testing.assert_allclose(problem.back(subset, ratio), together, atol=2e-5 * together.max())


def test_adjoint(any_job):
    problem = coincide.problem(any_job)
    rng = np.random.default_rng(5)
    x, v = rng.random(problem.grid.shape, np.float32), rng.random(len(problem.cells(0)), np.float32)
    forward = problem.expected(0, x) - problem.cells(0).additive.astype(float)
    assert np.vdot(forward, v) == pytest.approx(np.vdot(x.astype(float), problem.back(0, v)), rel=1e-5)


def test_sensitivity_is_that_of_its_subsets(any_job):
    problem = coincide.problem(any_job)
    whole = problem.sensitivity()
    assert whole.shape == problem.grid.shape and not whole.flags.writeable and not whole.flags.owndata
    parts = sum(problem.sensitivity(subset) for subset in range(problem.num_subsets))
    np.testing.assert_allclose(parts, whole, rtol=1e-4, atol=1e-5 * whole.max())


def derivative(function, x, direction, step):
    return (function(x + step * direction)[0] - function(x - step * direction)[0]) / (2 * step)


def test_gradient_of_the_log_likelihood(problem):
    x = em(problem, 1)
    _, gradient = problem.log_likelihood(x)
    direction = (x * np.random.default_rng(2).uniform(-1, 1, x.shape)).astype(np.float32)
    assert not gradient[problem.sensitivity() == 0].any()
    slope = np.vdot(gradient.astype(float), direction)
    assert derivative(problem.log_likelihood, x, direction, np.float32(0.02)) == pytest.approx(slope, rel=2e-3)


def test_gradient_of_the_penalty(job):
    job["prior.name"], job["prior.strength"] = "quadratic", 3
    problem = coincide.problem(job)
    x = em(problem, 1)
    value, gradient = problem.penalty(x)
    direction = (x * np.random.default_rng(2).uniform(-1, 1, x.shape)).astype(np.float32)
    slope = np.vdot(gradient.astype(float), direction)
    assert derivative(problem.penalty, x, direction, np.float32(0.05)) == pytest.approx(slope, rel=1e-3)
    assert problem.penalty(2 * x)[0] == pytest.approx(4 * value, rel=1e-4)


def test_without_prior_there_is_no_penalty(problem):
    value, gradient = problem.penalty(problem.start())
    assert value == 0 and not gradient.any()


def test_algorithms_of_the_program_on_loaded_data(problem, job):
    settings = {"prior.name": "quadratic", "prior.strength": 2, "stop.passes": 3}
    mapped = problem.reconstruct(settings=settings)
    np.testing.assert_array_equal(mapped.image.values, coincide.run(job, settings=settings).image.values)
    assert mapped.figures[1].penalty > 0
    seen = []
    stopped = problem.reconstruct(on_image=lambda image, iteration: bool(seen.append(iteration)))
    assert stopped.stopped and stopped.iterations == seen[0] == pytest.approx(1 / 3) and len(seen) == 1
    with pytest.raises(coincide.InputError, match="algorithm.subsets belongs to the data that are loaded"):
        problem.reconstruct(settings={"algorithm.subsets": 5})
    with pytest.raises(ZeroDivisionError):
        problem.reconstruct(on_progress=lambda stage, fraction: 1 / 0)


def test_cells_are_views(problem):
    cells = problem.cells(1)
    assert cells.counts is None and cells.num_lors == len(cells)
    for column in (cells.start, cells.end, cells.tof_bin, cells.factor, cells.additive, problem.points_mm):
        assert not column.flags.owndata and not column.flags.writeable
    assert problem.points_mm.shape == (2048, 3) and cells.end.max() < 2048 and cells.tof_bin.max() < 17
    factor = cells.factor
    del problem, cells
    assert (factor > 0).all()


def test_arrays_of_other_types_are_converted(problem):
    x = problem.start()
    wanted = problem.back_project(0, x)
    np.testing.assert_array_equal(problem.back_project(0, x.astype(np.float64)), wanted)
    np.testing.assert_array_equal(problem.back_project(0, np.asfortranarray(x)), wanted)
    np.testing.assert_array_equal(x, problem.start())  # which is only read


def test_wrong_arguments(problem, job):
    x = problem.start()
    with pytest.raises(coincide.InputError, match="subset is 3: it must be from 0 to 2"):
        problem.back_project(3, x)
    with pytest.raises(coincide.InputError, match="subset is -1"):
        problem.sensitivity(-1)
    with pytest.raises(coincide.InputError, match=r"x has shape \(22, 20, 12\); .* \(22, 20, 13\)"):
        problem.log_likelihood(x[..., :12])
    with pytest.raises(coincide.InputError, match=r"iterations is -1.0; .* 0 or more"):
        problem.image(x, -1)
    for wrong in (np.nan, np.inf):
        x[21, 4, 5] = wrong
        with pytest.raises(coincide.InputError, match=rf"x\[21, 4, 5\] is {wrong}"):
            problem.back_project(0, x)
    x[21, 4, 5] = 0
    with pytest.raises(coincide.InputError, match="values has 4 elements; .* cell of subset 0: "):
        problem.back(0, np.zeros(4, np.float32))
    with pytest.raises(coincide.InputError, match="frames or gates, a problem is that of one image"):
        coincide.problem(job, settings={"frames.durations": "2 x 0.1"})
    with pytest.raises(coincide.InputError, match="simulates its data"):
        coincide.problem(settings={"simulation.scanner": "small", "simulation.phantom": "cylinder"})
    with pytest.raises(coincide.InputError, match="a callback stopped the work before the data were ready"):
        coincide.problem(job, on_progress=lambda stage, fraction: False)


def test_no_results_are_written(problem, job):
    problem.reconstruct()
    assert not job.path(".nii.gz").parent.exists()
