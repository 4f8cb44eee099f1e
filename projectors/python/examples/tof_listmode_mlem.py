"""TOF listmode MLEM in two dimensions: simulate events from two hot discs, then reconstruct them."""

import numpy as np
import parallelproj_core as pp

rng = np.random.default_rng(1)
shape, voxel_size = (40, 40, 1), np.full(3, 5, np.float32)  # mm
image_origin = (-(np.array(shape) - 1) / 2 * voxel_size).astype(np.float32)
tof = {"tof_bin_width": 25.0, "tof_sigma": np.full(1, 20, np.float32), "tof_center_offset": np.zeros(1, np.float32)}
num_tof_bins = 17

# The truth: a warm disc with two hot ones in it.
x, y = np.meshgrid(*(image_origin[axis] + voxel_size[axis] * np.arange(40) for axis in (0, 1)), indexing="ij")
truth = 1.0 * (np.hypot(x, y) < 80)
truth[np.hypot(x - 40, y) < 15] = 4
truth[np.hypot(x + 30, y - 30) < 15] = 4
truth = truth.astype(np.float32)[:, :, None]

# A ring of 200 detectors and all LORs between pairs of them that face each other.
angles = 2 * np.pi * np.arange(200) / 200
ring = np.stack([200 * np.cos(angles), 200 * np.sin(angles), 0 * angles], axis=1).astype(np.float32)
first, second = np.triu_indices(200, k=40)
facing = second - first <= 160
lor_start, lor_end = ring[first[facing]], ring[second[facing]]
lors = (lor_start, lor_end)
grid = (image_origin, voxel_size)

# Poisson counts in each LOR and TOF bin; each count is one event of the list.
expected = np.empty((len(lor_start), num_tof_bins), np.float32)
pp.joseph3d_tof_sino_fwd(*lors, truth, *grid, expected, **tof, num_tof_bins=num_tof_bins)
counts = rng.poisson(expected / expected.sum() * 200_000)
lor, tof_bin = (np.repeat(index, counts[counts > 0]) for index in np.nonzero(counts))
events = (lor_start[lor], lor_end[lor])
listmode = {**tof, "tof_bin_index": tof_bin.astype(np.int16), "num_tof_bins": num_tof_bins}

sensitivity = np.zeros(shape, np.float32)
ones = np.ones((len(lor_start), num_tof_bins), np.float32)
pp.joseph3d_tof_sino_back(*lors, sensitivity, *grid, ones, **tof, num_tof_bins=num_tof_bins)

num_iterations = 10
image = np.ones(shape, np.float32)
for _ in range(num_iterations):
    projection = np.empty(len(lor), np.float32)
    pp.joseph3d_tof_lm_fwd(*events, image, *grid, projection, **listmode)
    ratio = np.divide(1, projection, out=np.zeros_like(projection), where=projection > 0)
    backprojection = np.zeros(shape, np.float32)
    pp.joseph3d_tof_lm_back(*events, backprojection, *grid, ratio, **listmode)
    image *= backprojection / np.maximum(sensitivity, 1e-6 * sensitivity.max())

image *= truth.sum() / image.sum()
correlation = np.corrcoef(image.ravel(), truth.ravel())[0, 1]
print(f"{len(lor)} events, {num_iterations} iterations, correlation with the truth {correlation:.3f}")
