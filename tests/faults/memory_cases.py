"""Compares the memory that dry runs foretell with the peak of the runs, and limited runs with their limit.

Usage: memory_cases.py PROGRAM [words: cases with one of them in their names]
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

SIMULATE = """
simulation = { phantom = "cylinder", scanner = "small", duration_s = 20 }
image = { size = [40, 40, 0], voxel_size_mm = [3, 3, 3] }
sensitivity = { fraction = 0.05, use_cache = false }
algorithm = { subsets = 4 }
stop = { passes = 1 }
"""
JOB = """
input = { data = "scan.petsird" }
image = { size = [200, 200, 0], voxel_size_mm = [0.5, 0.5, 0.5] }
corrections = { attenuation = "scan_mu.nii.gz", scatter = "none" }
sensitivity = { fraction = 0.02, use_cache = false }
algorithm = { subsets = 8 }
stop = { passes = 1, change = 0 }
"""
COARSE = ["image.size=40,40,0", "image.voxel_size_mm=3,3,3"]
PRIOR = ["prior.name=relative-difference", "prior.strength=3"]
CASES = {
    "events": [],
    "events, automatic subsets": ["algorithm.subsets=0"],
    "events, coarse image": COARSE,
    "resolution model": ["algorithm.psf_fwhm_mm=4"],
    "prior": ["stop.passes=3", *PRIOR],
    "prior, one step late": ["algorithm.name=osl", *PRIOR],
    "frames": ["frames.durations=4x5"],
    "scatter": ["corrections.scatter=sss"],
    "scatter, coarse image": ["corrections.scatter=sss", *COARSE],
    "histogram": ["input.data=bins.csv", "input.scanner=small"],
    "limit": ["compute.memory_limit_gb=0.31"],
    "limit, automatic subsets": ["compute.memory_limit_gb=0.33", "algorithm.subsets=0"],
}
TOLERANCE = 0.2


def write_histogram(path):
    """Pairs of crystals that lie apart, each once."""
    with open(path, "w") as file:
        file.write("crystal1,crystal2,counts,factor,additive\n")
        for a in range(1024):
            for b in range(1024 + a % 3, 2048, 3):
                file.write(f"{a},{b},{(a * 31 + b * 17) % 3},1,0.01\n")


def run(program, folder, *arguments):
    """Exit code, what it printed, and the most memory that it had at once [bytes]."""
    with open(folder / "out", "w+") as out, open(folder / "err", "w+") as err:
        process = subprocess.Popen([program, *arguments], cwd=folder, stdout=out, stderr=err,
                                   env=os.environ | {"OMP_WAIT_POLICY": "passive"})
        _, status, usage = os.wait4(process.pid, 0)
    code = process.returncode = os.waitstatus_to_exitcode(status)
    return code, (folder / "out").read_text() + (folder / "err").read_text(), 1024 * usage.ru_maxrss


def complaint(program, folder, name, settings):
    words = [word for setting in settings for word in ("--set", setting)]
    code, plan, _ = run(program, folder, "--batch", "job.toml", "--dry-run", *words)
    foretold = re.search(r"Memory +about ([\d.]+) GB", plan)
    if code != 0 or not foretold:
        return f"the dry run ends with {code}: {plan}"
    code, said, peak = run(program, folder, "--batch", "job.toml", *words)
    if code != 0:
        return f"ends with {code}: {said}"
    ratio = 1e9 * float(foretold[1]) / peak
    print(f"{name}: foretold {1e3 * float(foretold[1]):.0f} MB, peak {peak / 1e6:.0f} MB, ratio {ratio:.2f}", flush=True)
    limit = re.search(r"memory_limit_gb=([\d.]+)", " ".join(settings))
    if limit and peak > 1e9 * float(limit[1]):
        return f"takes {peak / 1e6:.0f} MB, more than its limit"
    return "" if abs(ratio - 1) <= TOLERANCE else f"foretold and peak differ by more than {TOLERANCE:.0%}"


def main():
    program = os.path.abspath(sys.argv[1])
    wanted = sys.argv[2:] or [""]
    failures = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "scan.toml").write_text(SIMULATE)
        (folder / "job.toml").write_text(JOB)
        write_histogram(folder / "bins.csv")
        run(program, folder, "--batch", "scan.toml", "--output", ".")
        for name, settings in CASES.items():
            if any(word in name for word in wanted) and (why := complaint(program, folder, name, settings)):
                failures += 1
                print(f"FAIL {name}: {why}")
    print(f"{failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
