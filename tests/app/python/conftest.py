"""A short scan of a cylinder in the small scanner, and jobs of it that take a fraction of a second."""

import os
import subprocess

import coincide
import numpy as np
import pytest


def pytest_configure(config):
    """What runs warn of is looked at where it matters."""
    config.addinivalue_line("filterwarnings", "ignore::RuntimeWarning")


def program(*arguments, **options):
    """What `coincide` prints."""
    command = [os.environ["COINCIDE_PROGRAM"], *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """Settings that every job here shares."""
    return {
        "image.size": (22, 20, 0),
        "image.voxel_size_mm": (6, 6, 6),
        "sensitivity.fraction": 0.1,
        "sensitivity.cache_folder": tmp_path_factory.mktemp("cache"),
        "algorithm.subsets": 3,
        "stop.passes": 2,
        "corrections.scatter": "none",
        "compute.threads": 1,  # in loops this short others wait for cores more than they help
    }


@pytest.fixture(scope="session")
def duration_s():
    return 0.2


@pytest.fixture(scope="session")
def scan(small, duration_s, tmp_path_factory):
    """The result of the simulation."""
    settings = {
        "simulation.scanner": "small",
        "simulation.phantom": "cylinder",
        "simulation.duration_s": duration_s,
        "output.folder": tmp_path_factory.mktemp("scan"),
        "output.name": "scan",
    }
    return coincide.simulate(settings=small | settings)


@pytest.fixture
def job(small, scan, tmp_path):
    settings = {
        "input.data": scan.path(".petsird"),
        "corrections.attenuation": scan.path("_mu.nii.gz"),
        "output.folder": tmp_path / "results",
    }
    return coincide.Job(settings=small | settings)


@pytest.fixture
def job_file(job, tmp_path):
    path = tmp_path / "job.toml"
    job.save(path)
    return path


def table_of_bins(scan, path, tof):
    """The scan's prompts by pair of crystals and, with `tof`, by TOF bin, of every fourth crystal then."""
    columns = []
    for block in coincide.open(scan.path(".petsird")).blocks():
        prompt, backwards = block.delayed == 0, block.crystal_a > block.crystal_b
        start, end = np.minimum(block.crystal_a, block.crystal_b), np.maximum(block.crystal_a, block.crystal_b)
        tof_bin = np.where(backwards, 16 - block.tof_bin, block.tof_bin) if tof else np.zeros(len(block), int)
        columns.append(np.c_[start, end, tof_bin][prompt])
    rows, counts = np.unique(np.concatenate(columns), axis=0, return_counts=True)
    chosen = rows[:, 0] % (4 if tof else 1) == 0
    rows, counts = rows[chosen], counts[chosen]
    names = ["crystal1", "crystal2", "tof_bin", "counts"]
    kept = [0, 1, 2, 3] if tof else [0, 1, 3]
    attributes = "# duration_s = 0.2\n# tof_bins = 17\n# tof_bin_ps = 100\n# tof_fwhm_ps = 267\n"
    header = attributes + ",".join(names[i] for i in kept)
    np.savetxt(path, np.c_[rows, counts][:, kept], "%d", delimiter=",", header=header, comments="")
    return path


@pytest.fixture(scope="session")
def histogram(scan, tmp_path_factory):
    return table_of_bins(scan, tmp_path_factory.mktemp("histogram") / "prompts.csv", tof=False)


@pytest.fixture(scope="session")
def tof_histogram(scan, tmp_path_factory):
    return table_of_bins(scan, tmp_path_factory.mktemp("histogram") / "tof_prompts.csv", tof=True)
