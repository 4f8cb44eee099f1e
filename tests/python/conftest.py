"""Random problems for the six projectors, and one way to call each of them."""

from dataclasses import dataclass, field

import numpy as np
import parallelproj_core as pp
import pytest

KINDS = ("joseph3d", "joseph3d_tof_sino", "joseph3d_tof_lm")


def floats(values):
    return np.ascontiguousarray(values, np.float32)


@dataclass
class Problem:
    """Arguments of the projectors, as arrays; `kind` is the name of a function without its direction."""

    kind: str
    start: np.ndarray
    end: np.ndarray
    shape: tuple
    origin: np.ndarray
    voxel_size: np.ndarray
    tof: dict = field(default_factory=dict)

    @property
    def values_shape(self):
        bins = (self.tof["num_tof_bins"],) if self.kind == "joseph3d_tof_sino" else ()
        return self.start.shape[:-1] + bins

    def run(self, direction, image, values, **changes):
        arrays = dict(start=self.start, end=self.end, origin=self.origin, voxel_size=self.voxel_size)
        tof = dict(self.tof)
        for name, value in changes.items():
            (arrays if name in arrays else tof)[name] = value
        function = getattr(pp, f"{self.kind}_{direction}")
        function(arrays["start"], arrays["end"], image, arrays["origin"], arrays["voxel_size"], values, **tof)

    def forward(self, image, **changes):
        values = np.full(self.values_shape, np.nan, np.float32)  # forward must write every value
        self.run("fwd", image, values, **changes)
        return values

    def back(self, values, **changes):
        image = np.zeros(self.shape, np.float32)
        self.run("back", image, values, **changes)
        return image


def make_problem(kind, lors=(2000,), num_tof_bins=27, num_sigmas=3.0, per_lor=False, seed=0):
    """LORs between random points on a sphere of 60 mm around an image of about 50 x 40 x 30 mm."""
    rng = np.random.default_rng(seed)
    shape, voxel_size = (21, 19, 11), floats([2.5, 2, 3])
    origin = floats(-(np.array(shape) - 1) / 2 * voxel_size + [1, -2, 0.5])
    directions = rng.normal(size=(2, *lors, 3))
    start, end = floats(60 * directions / np.linalg.norm(directions, axis=-1, keepdims=True))
    tof = {}
    if kind != "joseph3d":
        count = lors if per_lor else (1,)
        tof = dict(
            tof_bin_width=6.0,
            tof_sigma=floats(rng.uniform(5, 8, count)),
            tof_center_offset=floats(rng.uniform(-4, 4, count)),
            num_tof_bins=num_tof_bins,
            num_sigmas=num_sigmas,
        )
    if kind == "joseph3d_tof_lm":
        tof["tof_bin_index"] = rng.integers(0, num_tof_bins, lors).astype(np.int16)
    return Problem(kind, start, end, shape, origin, voxel_size, tof)


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def problem(kind):
    return make_problem(kind)


@pytest.fixture
def rng():
    return np.random.default_rng(7)
