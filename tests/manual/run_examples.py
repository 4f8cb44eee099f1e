"""Runs what the manual and the READMEs show of Python and of command lines, on small files of the names that they use.

Usage: run_examples.py PROGRAM     with the Python modules of the same build in PYTHONPATH

A block that cannot run here has <!-- not run: REASON --> on the line before it, which no reader of the page sees; how
many there are is part of the test, so that none is added unseen. What this machine lacks (MPI, h5py, the shared data)
is left out by name.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import coincide
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*map(ROOT.joinpath, ("README.md", "io/README.md", "projectors/README.md")), *sorted((ROOT / "resources/manual").glob("*.md"))]
BLOCK = re.compile(r"^(?:<!-- not run: (?P<reason>[^\n]+) -->\n)?```(?P<language>\w+)\n(?P<text>.*?)^```$", re.S | re.M)
NEITHER = {"toml", "cmake"}  # jobs have check_examples.py
NOT_RUN = 8
SHARED = Path(os.environ.get("COINCIDE_SHARED_DATA", "/nowhere"))
LACKING = {  # words of a block, and whether what they need is here
    "mpirun": shutil.which("mpirun") is not None,
    "h5py": importlib.util.find_spec("h5py") is not None,
    "coincide-gate": importlib.util.find_spec("uproot") is not None and (SHARED / "gate").exists(),
}
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
}
SMALL = {"image.size": (22, 20, 0), "image.voxel_size_mm": (6, 6, 6)}
JOB = """
input = { data = "scan.petsird" }
image = { size = [22, 20, 0], voxel_size_mm = [6, 6, 6] }
corrections = { attenuation = "mu_map.nii.gz", scatter = "none" }
sensitivity = { use_cache = false }
stop = { passes = 1 }
"""
# Who reads the page fills in the job that --new-job writes: so does this.
PROGRAM = """#!/bin/sh
"{program}" "$@" || exit
[ "$1" != --new-job ] || cp job.toml "$2"
"""
GATE = """#!/bin/sh
PYTHONPATH="{folder}" exec "{python}" -m coincide_gate.command "$@"
"""
# What the example of a table takes as measured: events between opposite points of a circle.
GIVEN = """
import numpy
t = numpy.arange(96.0)
x1, y1, z1 = 100 * numpy.cos(t % 24 * numpy.pi / 12), 100 * numpy.sin(t % 24 * numpy.pi / 12), 0 * t
x2, y2, z2 = -x1, -y1, z1
t1, t2 = 10 * t, 0 * t
"""


def make_scan(folder):
    """A short scan and the job of it; the truth of the phantom that --analyse knows, as an image."""
    scan = {"simulation.scanner": "small", "simulation.phantom": "cylinder", "simulation.duration_s": 0.2}
    coincide.simulate(settings=SMALL | scan | {"output.folder": folder, "output.name": "scan"})
    (folder / "scan_mu.nii.gz").rename(folder / "mu_map.nii.gz")
    (folder / "job.toml").write_text(JOB)
    spheres = {"simulation.scanner": "dmi", "simulation.phantom": "nema_iq", "simulation.duration_s": 0.001}
    coincide.simulate(settings=spheres | {"output.folder": folder, "output.name": "iq"})
    (folder / "iq_truth.nii.gz").rename(folder / "scan.nii.gz")


def make_images(folder):
    """Repeated runs with their regions and truth, and an attenuation image of STIR's."""
    mu = coincide.read_image(folder / "mu_map.nii.gz")
    coincide.write_image(folder / "mu.hv", mu)
    random = np.random.default_rng(1)
    truth = coincide.read_image(folder / "scan_truth.nii.gz")
    for run in range(3):
        image = coincide.read_image(folder / "scan_truth.nii.gz")
        image.values[:] = truth.values * random.uniform(0.9, 1.1, truth.values.shape)
        coincide.write_image(folder / f"run_{run}.nii.gz", image)
    coincide.write_image(folder / "truth.nii.gz", truth)
    mask = coincide.read_image(folder / "scan_truth.nii.gz")
    mask.values[:] = truth.values > 0.5 * truth.values.max()
    coincide.write_image(folder / "mask.nii.gz", mask)


def write_script(path, text):
    path.write_text(text)
    path.chmod(0o755)


def make_commands(folder, program):
    tools = folder / "tools"
    tools.mkdir()
    write_script(tools / "coincide", PROGRAM.format(program=program))
    write_script(tools / "coincide-gate", GATE.format(folder=ROOT / "io/gate", python=sys.executable))
    (folder / "build/release").mkdir(parents=True)
    (folder / "build/release/bin").symlink_to(tools)
    shutil.copy(ROOT / "tests/support/gate_ring.toml", folder / "my_scanner.toml")
    if LACKING["coincide-gate"]:
        shutil.copy(SHARED / "gate/point_gate9.root", folder / "gate.root")
    return {**os.environ, **ENVIRONMENT, "PATH": f"{tools}:{os.environ['PATH']}"}


def run_block(language, text, folder, environment):
    """What is wrong with it; nothing if all is well."""
    if language == "python":
        command = [sys.executable, "-c", GIVEN + text]
    else:
        if "my_job.toml" in text and "--new-job" not in text:
            shutil.copy(folder / "job.toml", folder / "my_job.toml")
        command = ["bash", "-euo", "pipefail", "-c", text]
    before = set(folder.iterdir())
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=500)
    if done.returncode == 0 and (tables := [path for path in folder.glob("*.h5") if path not in before]):
        done = subprocess.run(["coincide", "--info", *tables], cwd=folder, env=environment, capture_output=True, text=True)
    return "" if done.returncode == 0 else f"exit code {done.returncode}\n{done.stdout[-1000:]}\n{done.stderr[-2000:]}"


def run_page(page, inputs, folder, program, count):
    """Adds to the count of what was done with its blocks, and says what is wrong with them."""
    name = page.relative_to(ROOT)
    for number, block in enumerate(BLOCK.finditer(page.read_text())):
        language, text = block["language"], block["text"]
        lacking = [word for word, is_here in LACKING.items() if word in text and not is_here]
        first = text.splitlines()[0]
        if language in NEITHER:
            continue
        if language not in ("python", "sh"):
            count["wrong"] += 1
            print(f'{name}: "{language}" is none of python, sh, {", ".join(sorted(NEITHER))}: {first}')
        elif block["reason"]:
            count["marked as not to be run"] += 1
            print(f"{name}: not run, as it {block['reason']}: {first}")
        elif lacking:
            count["left out"] += 1
            print(f"{name}: left out for want of {', '.join(lacking)}: {first}")
        else:
            place = folder / str(number)
            shutil.copytree(inputs, place)
            count["run"] += 1
            if complaint := run_block(language, text, place, make_commands(place, program)):
                count["wrong"] += 1
                print(f"{name}:\n{text}\n{complaint}")


def main():
    count = Counter({"run": 0, "wrong": 0, "marked as not to be run": 0})
    with tempfile.TemporaryDirectory() as scratch:
        inputs = Path(scratch) / "inputs"
        inputs.mkdir()
        make_scan(inputs)
        make_images(inputs)
        for page in PAGES:
            run_page(page, inputs, Path(scratch) / page.relative_to(ROOT), Path(sys.argv[1]).resolve(), count)
    print("blocks:", ", ".join(f"{number} {what}" for what, number in count.items()))
    if count["marked as not to be run"] != NOT_RUN:
        print(f"{NOT_RUN} should be marked: let the new one run, or count it here")
        return 1
    return 1 if count["wrong"] or count["run"] < 6 else 0


if __name__ == "__main__":
    sys.exit(main())
