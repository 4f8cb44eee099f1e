"""Looks at events block by block: spectrum of the time of flight, counts per module, which crystals are hot."""

import coincide
import numpy as np

scan = {"simulation.scanner": "small", "simulation.phantom": "cylinder", "simulation.duration_s": 0.2}
events = coincide.simulate(settings=scan | {"output.folder": "data"}).path(".petsird")

data = coincide.open(events)
scanner = data.scanner
spectrum = np.zeros(len(scanner.tof_bins_mm), int)
per_module = np.zeros(scanner.num_modules, int)
for block in data.blocks():  # some 10^5 events each: a file of any size
    prompt = block.delayed == 0
    spectrum += np.bincount(block.tof_bin[prompt], minlength=spectrum.size)
    modules = scanner.crystal_module[block.crystal_a[prompt]]
    per_module += np.bincount(modules, minlength=per_module.size)

centre_mm = scanner.tof_bins_mm[:, 0]
mean_mm = np.average(centre_mm, weights=spectrum)
width_mm = np.sqrt(np.average((centre_mm - mean_mm) ** 2, weights=spectrum))
print(f"{spectrum.sum()} prompts, {mean_mm:.2f} mm from the middles of their LORs, {width_mm:.1f} mm about there")
print(f"a module has {per_module.mean():.0f} +- {per_module.std():.0f} prompts")
