"""Reads the data once and reconstructs them with priors of several strengths."""

import coincide

small = {"image.size": (22, 20, 0), "image.voxel_size_mm": (6, 6, 6), "output.folder": "data"}
scan = {"simulation.scanner": "small", "simulation.phantom": "cylinder", "simulation.duration_s": 0.2}
events = coincide.simulate(settings=small | scan).path(".petsird")

job = {"input.data": events, "algorithm.name": "map", "prior.name": "relative-difference", "stop.passes": 2}
problem = coincide.problem(settings=small | job | {"sensitivity.use_cache": False})
noise = {}
for strength in (1, 8):
    image = problem.reconstruct(settings={"prior.strength": strength}).image
    middle = image.values[8:14, 7:13, 4:9]
    noise[strength] = middle.std() / middle.mean()
    print(f"strength {strength} mm^2: {100 * noise[strength]:.1f} % of noise")
