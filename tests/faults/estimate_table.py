"""Memory and time that dry runs foretell, against what the runs take, for each algorithm and kind of data.

Usage: estimate_table.py PROGRAM [seconds=20] [words: cases with one of them in their names]

On scanners of real size, the DMI-like one and, for sinograms, a ring of evenly spaced crystals, with the image-quality
phantom and voxels of 2.5 mm: give it a machine that does nothing else. Prints a table; what differs by more than 20 % is
marked.
"""

import os
import re
import sys
import tempfile
import time
from pathlib import Path

from memory_cases import run

SIMULATE = """
simulation = {{ phantom = "nema_iq", scanner = "{scanner}", duration_s = {seconds}, randoms_fraction = 0.25, scatter = true }}
image = {{ size = [40, 40, 0], voxel_size_mm = [10, 10, 10] }}
sensitivity = {{ fraction = 0.001, use_cache = false }}
corrections = {{ scatter = "none" }}
stop = {{ passes = 1 }}
"""
RING = """
name = "Single crystals on a circle"
module = { crystals_transaxial = 1, crystals_axial = 36, pitch_transaxial_mm = 6.5, pitch_axial_mm = 5.31556, crystal_size_mm = [6.4, 5.3, 25.0] }
ring = { modules = 360, radius_mm = 380.56, first_angle_deg = 90.0 }
axial = { rings = 1, pitch_mm = 191.4 }
detection = { efficiency = 0.6, spread = 0.15, seed = 1, energy_resolution = 0.094 }
coincidence = { min_module_difference = 50, lowest_kev = 425, highest_kev = 650 }
tof = { bins = 29, bin_width_ps = 169.26, fwhm_ps = 385.0 }
"""
JOB = """
input = { data = "scan.petsird" }
image = { size = [150, 150, 0], voxel_size_mm = [2.5, 2.5, 2.5] }
corrections = { attenuation = "scan_mu.nii.gz", scatter = "none" }
sensitivity = { use_cache = false }
stop = { passes = 2, change = 0 }
"""
PRIOR = ["prior.name=relative-difference", "prior.strength=3"]
ALGORITHMS = {
    "mlem": [],
    "osem": [],
    "osl": PRIOR,
    "bsrem": PRIOR,
    "ossps": PRIOR,
    "map": PRIOR,
}
DATA = {
    "TOF events": [],
    "events": ["algorithm.tof=false"],
}
OTHERS = {
    "osem, resolution model": ["algorithm.psf_fwhm_mm=5"],
    "osem, scatter": ["corrections.scatter=sss"],
    "osem, scatter without TOF": ["corrections.scatter=sss", "algorithm.tof=false"],
    "osem, four frames": ["frames.durations=4x{quarter}"],
    "osem, events in a file": ["compute.memory_limit_gb=0.3"],
}
CONVERT = {
    "bins.hs": ["--span", "3", "--tof-mashing", "0"],
    "tof_bins.hs": ["--span", "11", "--view-mashing", "3", "--tof-mashing", "3"],
}
HISTOGRAMS = {
    f"{algorithm}, {data}": [
        f"input.data={name}.hs",
        f"corrections.multiplicative={name}_multiplicative.hs",
        f"algorithm.name={algorithm}",
        *(PRIOR if algorithm == "map" else []),
    ]
    for algorithm in ("mlem", "osem", "map")
    for data, name in (("bins", "bins"), ("TOF bins", "tof_bins"))
}
TOLERANCE = 0.2
SECONDS_OF = {"s": 1, "min": 60, "h": 3600}


def foretold(plan):
    """Bytes and seconds."""
    memory = re.search(r"Memory +about ([\d.]+) GB", plan)
    taken = re.search(r"Time +about ([\d.]+) (s|min|h)", plan)
    return 1e9 * float(memory[1]), float(taken[1]) * SECONDS_OF[taken[2]]


def row(program, folder, name, settings):
    words = [word for setting in settings for word in ("--set", setting)]
    code, plan, _ = run(program, folder, "--batch", "job.toml", "--dry-run", *words)
    if code != 0:
        return f"| {name} | {plan.strip()} |"
    memory, seconds = foretold(plan)
    start = time.monotonic()
    code, said, peak = run(program, folder, "--batch", "job.toml", *words)
    took = time.monotonic() - start
    if code != 0:
        return f"| {name} | {said.strip()} |"
    cells = [f"{memory / 1e6:.0f}", f"{peak / 1e6:.0f}", marked(memory / peak)]
    cells += [f"{seconds:.0f}", f"{took:.0f}", marked(seconds / took)]
    return f"| {name} | {' | '.join(cells)} |"


def marked(ratio):
    return f"{ratio:.2f}" if abs(ratio - 1) <= TOLERANCE else f"**{ratio:.2f}**"


def cases(seconds):
    table = {
        f"{algorithm}, {data}": [f"algorithm.name={algorithm}", *settings, *of_data]
        for algorithm, settings in ALGORITHMS.items()
        for data, of_data in DATA.items()
    }
    quarter = str(seconds / 4)
    others = {name: [word.format(quarter=quarter) for word in settings] for name, settings in OTHERS.items()}
    return table | others | HISTOGRAMS


def main():
    program = os.path.abspath(sys.argv[1])
    seconds = next((float(word[8:]) for word in sys.argv[2:] if word.startswith("seconds=")), 20.0)
    wanted = [word for word in sys.argv[2:] if "=" not in word] or [""]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "job.toml").write_text(JOB)
        (folder / "ring.toml").write_text(RING)
        for name, scanner, part in (("scan", "dmi", 1), ("ring_scan", "ring.toml", 0.5)):
            (folder / f"{name}.toml").write_text(SIMULATE.format(scanner=scanner, seconds=part * seconds))
            run(program, folder, "--batch", f"{name}.toml", "--output", ".")
        for name, settings in CONVERT.items():
            run(program, folder, "--convert", "ring_scan.petsird", name, *settings)
        print("| job | MB foretold | MB taken | ratio | s foretold | s taken | ratio |\n|---|---|---|---|---|---|---|")
        for name, settings in cases(seconds).items():
            if any(word in name for word in wanted):
                print(row(program, folder, name, settings), flush=True)


if __name__ == "__main__":
    main()
