"""Small jobs that are hurt, and what must hold of them afterwards."""

import functools
import gzip
import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

SIMULATE = """
simulation = { phantom = "orientation", scanner = "small", duration_s = 0.3 }
image = { size = [40, 40, 0], voxel_size_mm = [3, 3, 3] }
sensitivity = { fraction = 0.05, use_cache = false }
algorithm = { iterations = 2, subsets = 4 }
"""
JOB = """
input = { data = "scan.petsird" }
image = { size = [40, 40, 0], voxel_size_mm = [3, 3, 3] }
corrections = { attenuation = "mu.nii.gz", scatter = "none" }
sensitivity = { fraction = 0.05, cache_folder = "cache" }
algorithm = { subsets = 4 }
stop = { passes = 5, change = 0 }
output = { checkpoint = 1, save_every_iteration = true }
"""
HISTOGRAM = JOB.replace("scan.petsird", "bins.cdh")
SIMULATED_JOB = SIMULATE + "output = { checkpoint = 1 }\n"

# Name: job, settings of the command line.
JOBS = {
    "events": (JOB, []),
    "scratch file": (JOB.replace("subsets = 4", "subsets = 40"), []),  # with least_limit()
    "frames": (JOB, ["--set", "frames.durations=0.1,0.2", "--set", "output.save_every_iteration=false"]),
    "interfile": (JOB, ["--set", "output.format=hv"]),
    "dicom": (JOB, ["--set", "output.format=dicom"]),
    "hdf5": (JOB, ["--set", "output.format=h5"]),
    "histogram": (HISTOGRAM, []),
    "simulation": (SIMULATED_JOB, []),
}
INPUTS = ("scan.petsird", "mu.nii.gz", "bins.cdh", "bins.cdf", "Small_ring.hscan", "Small_ring.lut")
PLANE_BYTES = 2 * 40 * 40  # of the jobs' images as DICOM, at the end of a file
IMAGES = (".nii.gz", ".hv", ".dicom", ".h5")
# No sentences of the program's own.
FOREIGN = re.compile(r"terminate called|what\(\)|HDF5-DIAG|libgomp|Segmentation|Traceback|basic_string|std::|Error:|\*\*")

no_display = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}


def environment_of(folder):
    return no_display | {
        "HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache"), "TMPDIR": str(folder / "tmp"), "OMP_WAIT_POLICY": "passive",
    }


class Bench:
    """The program, the inputs of all jobs and what each job makes of them when it is left alone."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.inputs = folder / "inputs"
        self.whole = {}
        self.seconds = {}
        self.make_inputs()

    def start(self, folder, arguments, environment=None, **options):
        return subprocess.Popen(
            [self.program, *arguments], cwd=folder, env=environment_of(folder) | (environment or {}),
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace", **options,
        )

    def run(self, folder, *arguments, **options):
        process = self.start(folder, arguments, **options)
        stderr = process.communicate(timeout=120)[1]
        return process.returncode, stderr

    def must_run(self, folder, *arguments):
        code, stderr = self.run(folder, *arguments)
        if code != 0:
            raise SystemExit(f"cannot prepare the tests: {' '.join(arguments)}\n{stderr}")

    def make_inputs(self):
        (self.inputs / "tmp").mkdir(parents=True)
        (self.inputs / "scan.toml").write_text(SIMULATE)
        self.must_run(self.inputs, "--batch", "scan.toml", "--output", ".")
        self.must_run(self.inputs, "--convert", "scan.petsird", "bins.cdh", "--tof-mashing", "0")
        shutil.copy(self.inputs / "scan_mu.nii.gz", self.inputs / "mu.nii.gz")

    def fresh_folder(self, name):
        """With the inputs of the job, and nothing else."""
        folder = self.folder / "case"
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "tmp").mkdir(parents=True)
        (folder / "cache").mkdir()
        for file in INPUTS:
            shutil.copy(self.inputs / file, folder)
        (folder / "job.toml").write_text(JOBS[name][0])
        return folder

    def learn(self, name):
        """What the job leaves, when it is whole and after fewer passes, and how long it takes."""
        if name in self.whole:
            return
        for kept, settings in (("earlier", ["--set", "stop.passes=1", "--set", "output.checkpoint=0"]), ("whole", [])):
            folder = self.fresh_folder(name)
            started = time.monotonic()
            self.must_run(folder, *self.command(name), *settings)
            self.seconds[name] = time.monotonic() - started
            shutil.move(folder / "results", self.folder / f"{kept} {name}")
        self.whole[name] = bits(self.folder / f"whole {name}")

    def put_earlier_results(self, name, folder):
        shutil.copytree(self.folder / f"earlier {name}", folder / "results")

    def earlier(self, name):
        return bits(self.folder / f"earlier {name}")

    def command(self, name):
        limit = ["--set", f"compute.memory_limit_gb={self.least_limit()}"] if name == "scratch file" else []
        return ["--batch", "job.toml", *JOBS[name][1], *limit]

    @functools.cache
    def least_limit(self):
        """Of the memory, with which events go to a file: the program says it."""
        folder = self.folder / "limit"
        shutil.copytree(self.inputs, folder)
        (folder / "job.toml").write_text(JOBS["scratch file"][0])
        _, stderr = self.run(folder, "--batch", "job.toml", "--set", "compute.memory_limit_gb=0.001")
        return float(re.search(r"Set it to ([0-9.]+) or more", stderr)[1]) + 0.004


def bits(results):
    """Of the voxels of the last images, by file: of those formats whose files hold nothing that changes between runs."""
    found = {}
    for path in sorted(results.glob("job*")):
        if "_it" not in path.name and path.name.endswith(".nii.gz"):
            found[path.name] = gzip.decompress(path.read_bytes())
        elif "_it" not in path.name and path.suffix == ".v":
            found[path.name] = path.read_bytes()
        elif "_it" not in path.name and path.suffix == ".dicom":
            found[path.name] = b"".join(plane.read_bytes()[-PLANE_BYTES:] for plane in sorted(path.iterdir()))
    return found


def complaints_about_files(bench, folder):
    """What lies there under the name of a result is whole."""
    found = []
    for path in (folder / "results").glob("job*"):
        if path.name.endswith(IMAGES) or path.suffix == ".petsird":
            code, stderr = bench.run(folder, "--info", str(path))
            if code != 0:
                found.append(f"{path.name} is not whole: {stderr.strip()}")
        elif path.suffix == ".json":
            try:
                json.loads(path.read_text())["Coincide"]["outputs"]
            except (ValueError, KeyError) as error:
                found.append(f"{path.name} is no record: {error}")
    return found


def leftovers(folder):
    found = [path for path in folder.rglob("*") if path.name.endswith(".part") or path.name.startswith(".coincide")]
    return [str(path.relative_to(folder)) for path in [*found, *(folder / "tmp").glob("*")]]


def complaints_about_words(code, stderr, cause):
    """An error is one sentence, the last line, with its cause."""
    lines = stderr.strip().splitlines()
    own = [line for line in lines if line.startswith("coincide: ")]
    found = [f"foreign words: {line}" for line in lines if FOREIGN.search(line)]
    if code in (1, 2, 3, 4):
        if len(own) != 1 or lines[-1] != own[0]:
            found.append(f"{len(own)} lines of error, or not the last one")
        elif cause and not re.search(cause, own[0]):
            found.append(f"the sentence does not tell the cause ({cause})")
    elif own:
        found.append("a sentence of error, but no code of one")
    return found


def complaints_about_next_run(bench, name, folder):
    """What was hurt goes on, or begins anew, and ends as if nothing had been."""
    resume = ["--resume"] if list((folder / "results").glob("job*.checkpoint")) else []
    code, stderr = bench.run(folder, *bench.command(name), *resume)
    if code != 0:
        return [f"the next run{' with --resume' if resume else ''} fails with {code}: {stderr.strip()}"]
    if bits(folder / "results") != bench.whole[name]:
        return [f"the next run{' with --resume' if resume else ''} ends in other voxels"]
    return [f"the next run leaves {path}" for path in leftovers(folder)] + complaints_about_files(bench, folder)
