"""Kills runs with signal 9 at random moments and resumes them: the image must be that of a run that was left alone.

Usage: run_resume_cases.py PROGRAM [kills per algorithm [names of algorithms, frames or gates]]
"""

import gzip
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIMULATE = """
simulation = { phantom = "orientation", scanner = "small", duration_s = 0.5 }
image = { size = [20, 20, 0], voxel_size_mm = [6, 6, 6] }
sensitivity = { fraction = 0.02, use_cache = false }
stop = { passes = 1 }
"""
JOB = """
input = { data = "scan.petsird" }
image = { size = [40, 40, 0], voxel_size_mm = [3, 3, 3] }
corrections = { attenuation = "mu.nii.gz", scatter = "none" }
sensitivity = { fraction = 0.05, cache_folder = "cache" }
algorithm = { subsets = 4 }
stop = { passes = 12, change = 0 }
output = { checkpoint = 1, save_every_iteration = true }
"""
PARTS = {
    "frames": ["--set", "frames.durations=0.1,0.15,0.25"],
    "gates": ["--set", "frames.gates=gates.csv"],
}
GATES = "gate,start_s,stop_s\n1,0,0.2\n2,0.2,0.45\n"
FEWER = ["--set", "stop.passes=3", "--set", "output.save_every_iteration=false"]
BY_TIME = ["--set", "output.checkpoint=0", "--set", "output.checkpoint_minutes=1e-7"]
PRIOR = ["--set", "prior.name=relative-difference", "--set", "prior.strength=3"]
ALGORITHMS = {
    name: ["--set", f"algorithm.name={name}", *(PRIOR if name not in ("mlem", "osem") else [])]
    for name in ("mlem", "osem", "osl", "bsrem", "ossps", "map")
}


def run(program, folder, output, *arguments):
    return subprocess.run(
        [program, "--batch", "job.toml", "--output", output, *arguments],
        cwd=folder, capture_output=True, text=True, timeout=300,
    )


def voxels(folder, name="job"):
    return gzip.decompress((folder / f"{name}.nii.gz").read_bytes())


def killed(program, folder, output, arguments, after_s):
    """Whether the run had not ended by itself before it was killed."""
    process = subprocess.Popen(
        [program, "--batch", "job.toml", "--output", output, *arguments],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    time.sleep(after_s)
    process.kill()
    return process.wait() != 0


def killed_with_checkpoints(program, folder, output, arguments, count, rng):
    """The same at a random moment after the run has left so many checkpoints."""
    process = subprocess.Popen(
        [program, "--batch", "job.toml", "--output", output.name, *arguments],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and len(list(output.glob("job_*.checkpoint"))) < count:
        time.sleep(0.001)
    time.sleep(rng.uniform(0, 0.03))
    process.kill()
    return process.wait() != 0


def complaints_about_parts(program, folder, name, arguments, rng):
    """Frames or gates that are finished are kept, and the one that runs goes on."""
    whole = run(program, folder, f"{name}_whole", *arguments)
    if whole.returncode != 0:
        return [f"{name}: fails\n{whole.stderr}"]
    output = folder / f"{name}_killed"
    hits = killed_with_checkpoints(program, folder, output, arguments, 1, rng)
    hits += killed_with_checkpoints(program, folder, output, [*arguments, "--resume"], 2, rng)
    last = run(program, folder, output.name, *arguments, "--resume")
    if last.returncode != 0 or "The run is resumed after" not in last.stderr:
        return [f"{name}: cannot be resumed\n{last.stderr}"]
    images = sorted(path.name[:-7] for path in (folder / f"{name}_whole").glob("*.nii.gz"))
    if any(voxels(output, image) != voxels(folder / f"{name}_whole", image) for image in images):
        return [f"{name}: other voxels after {hits} kills"]
    again = run(program, folder, output.name, *arguments, "--resume")
    if again.returncode != 0 or "iteration 1 of" in again.stderr or voxels(output, images[0]) != voxels(folder / f"{name}_whole", images[0]):
        return [f"{name}: what is finished is computed again, or is another image\n{again.stderr}"]
    print(f"{name}: {hits} kills hit, same voxels in {len(images)} file(s)")
    return []


def complaints(program, folder, name, kills, rng):
    arguments = ALGORITHMS[name]
    started = time.monotonic()
    whole = run(program, folder, f"{name}_whole", *arguments)
    seconds = time.monotonic() - started
    if whole.returncode != 0:
        return [f"{name}: fails\n{whole.stderr}"]
    output = folder / f"{name}_killed"
    checkpoint = output / "job.checkpoint"
    while not checkpoint.exists():
        killed(program, folder, output.name, arguments, rng.uniform(0, seconds))
    hits = sum(
        killed(program, folder, output.name, [*arguments, "--resume"], rng.uniform(0, 1.1 * seconds))
        for _ in range(kills)
    )
    last = run(program, folder, output.name, *arguments, "--resume")
    if last.returncode != 0:
        return [f"{name}: cannot be resumed\n{last.stderr}"]
    if voxels(output) != voxels(folder / f"{name}_whole"):
        return [f"{name}: other voxels after {hits} kills"]
    record = json.loads((output / "job.json").read_text())["Coincide"]
    if len(record["iterations"]) != 12 or "job_it003.nii.gz" not in record["outputs"]:
        return [f"{name}: the record does not hold the passes before the last resume"]
    print(f"{name}: {hits} kills hit, same voxels")
    return []


def complaints_about_refusals(program, folder):
    """A resumed run is the same run; what may differ is how long it is, where it computes, what it writes."""
    found = []

    def expect(code, words, *arguments, output="map_whole"):
        result = run(program, folder, output, *ALGORITHMS["map"], "--resume", *arguments)
        if result.returncode != code or any(word not in result.stderr for word in words):
            found.append(f"{arguments}: {result.returncode} instead of {code}, or one of {words} missing:\n{result.stderr}")

    expect(2, ["prior.strength is 4 and was 3", "--resume"], "--set", "prior.strength=4")
    expect(2, ["algorithm.subsets is 5 and was 4"], "--set", "algorithm.subsets=5")
    expect(2, ["image.size"], "--set", "image.size=41,40,0")
    expect(2, ["its data"], "--set", "corrections.attenuation=")
    expect(3, ["there is no such file", "output.checkpoint"], output="elsewhere")
    anew, resumed = least_memory(program, folder, "limited"), least_memory(program, folder, "map_whole", "--resume")
    if abs(anew - resumed) > 0.0015:
        found.append(f"a limit of {anew} GB would do, but to go on takes {resumed}")
    expect(0, ["iteration 13 of 14"], "--set", "stop.passes=14", "--threads", "1")
    whole = run(program, folder, "map_longer", *ALGORITHMS["map"], "--set", "stop.passes=14")
    if whole.returncode != 0 or voxels(folder / "map_longer") != voxels(folder / "map_whole"):
        found.append("a run that goes on for two passes ends in other voxels than one that is as long")
    damaged = folder / "map_whole" / "job.checkpoint"
    damaged.write_bytes(damaged.read_bytes()[:5000])
    expect(3, ["is no checkpoint to resume from"])
    return found


def least_memory(program, folder, output, *more):
    """In GB, what a job says that it needs. How much of the program's files lies in memory when it is asked varies: the
    least of five times."""
    little = ["--set", "compute.memory_limit_gb=0.001", *more]
    refusals = [run(program, folder, output, *ALGORITHMS["map"], *little).stderr for _ in range(5)]
    return min(float(re.search("Set it to ([0-9.]+) or more", refusal)[1]) for refusal in refusals)


def main():
    program = os.path.abspath(sys.argv[1])
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    rng = random.Random(1)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "scan.toml").write_text(SIMULATE)
        subprocess.run([program, "--batch", "scan.toml", "--output", "."], cwd=folder, check=True, capture_output=True)
        shutil.copy(folder / "scan_mu.nii.gz", folder / "mu.nii.gz")
        (folder / "job.toml").write_text(JOB)
        (folder / "gates.csv").write_text(GATES)
        chosen = sys.argv[3:] or [*ALGORITHMS, *PARTS]
        found = [line for name in ALGORITHMS if name in chosen for line in complaints(program, folder, name, kills, rng)]
        for name in [name for name in PARTS if name in chosen]:
            found += complaints_about_parts(program, folder, name, [*ALGORITHMS["map"], *PARTS[name], *FEWER, *BY_TIME], rng)
        found += complaints_about_refusals(program, folder) if "map" in chosen else []
    print("\n".join(found) or "all as it should be")
    sys.exit(len(found) > 0)


if __name__ == "__main__":
    main()
