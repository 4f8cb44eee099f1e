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


@pytest.fixture(scope="session")
def histogram(scan, tmp_path_factory):
    """The scan's prompts by pair of crystals, without TOF, as a table."""
    path = tmp_path_factory.mktemp("histogram") / "prompts.csv"
    data = coincide.open(scan.path(".petsird"))
    pairs = np.concatenate([np.c_[block.crystal_a, block.crystal_b][block.delayed == 0] for block in data.blocks()])
    rows, counts = np.unique(np.sort(pairs, axis=1), axis=0, return_counts=True)
    header = "# duration_s = 0.2\ncrystal1,crystal2,counts"
    np.savetxt(path, np.c_[rows, counts], "%d", delimiter=",", header=header, comments="")
    return path
