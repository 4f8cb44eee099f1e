"""Runs the command lines of batch_cases.toml, and stops a run with Ctrl-C.

Usage: run_batch_cases.py PROGRAM [words of the names of the cases to run]
"""

import array
import gzip
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

COARSE = """
image = { size = [20, 20, 0], voxel_size_mm = [6, 6, 6] }
sensitivity = { fraction = 0.02, use_cache = false }
algorithm = { iterations = 2, subsets = 2 }
"""
SIMULATE = 'simulation = { phantom = "orientation", scanner = "small", duration_s = 0.2 }\n' + COARSE
RECONSTRUCT = 'input = { events = "scan.petsird" }\n' + COARSE


# No case may open a window.
no_display = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}


def run(program, arguments, folder, environment=None):
    return subprocess.run(
        [program, *arguments], cwd=folder, env=no_display | (environment or {}), capture_output=True, text=True, timeout=120
    )


def make_inputs(program, folder):
    """A simulated scan and what can be wrong with one."""
    (folder / "scan.toml").write_text(SIMULATE)
    result = run(program, ["--batch", "scan.toml", "--output", "."], folder)
    if result.returncode != 0:
        sys.exit(f"cannot simulate the data of the tests:\n{result.stderr}")
    scan = (folder / "scan.petsird").read_bytes()
    (folder / "cut.petsird").write_bytes(scan[: len(scan) * 2 // 3])
    (folder / "empty.petsird").write_bytes(b"")
    (folder / "text.petsird").write_text("This is no listmode file. " * 20)
    shutil.copy(folder / "scan_mu.nii.gz", folder / "mu.nii.gz")
    shutil.copy(folder / "scan_truth.nii.gz", folder / "activity.nii.gz")
    make_odd_images(folder)


def make_odd_images(folder):
    """Images like those of the simulation, each with something wrong. NIfTI-1: values start at byte 352, the place along
    x stands at 268 (qoffset_x) and 292 (srow_x[3])."""
    def odd(source, name, factor, offset_mm=0.0):
        image = bytearray(gzip.decompress((folder / source).read_bytes()))
        values = array.array("f", image[352:])
        image[352:] = array.array("f", [factor * value for value in values]).tobytes()
        for place in (268, 292):
            struct.pack_into("<f", image, place, struct.unpack_from("<f", image, place)[0] + offset_mm)
        (folder / name).write_bytes(image)

    odd("mu.nii.gz", "mu_per_mm.nii", 0.1)
    odd("mu.nii.gz", "mu_beside.nii", 1, 5000)
    odd("mu.nii.gz", "mask.nii", 1 / 0.096)
    odd("activity.nii.gz", "zero.nii", 0)
    (folder / "text.nii").write_text("This is no image. " * 100)


def fresh_folder(inputs, parent, job):
    folder = Path(tempfile.mkdtemp(dir=parent))
    for name in ("scan", "cut", "empty", "text"):
        (folder / f"{name}.petsird").symlink_to(inputs / f"{name}.petsird")
    for name in ("mu.nii.gz", "activity.nii.gz", "mu_per_mm.nii", "mu_beside.nii", "mask.nii", "zero.nii", "text.nii"):
        shutil.copy(inputs / name, folder)
    (folder / "job.toml").write_text(job)
    return folder


def complaints_about(case, program, folder):
    """What is wrong with one case, as a list of sentences."""
    result = run(program, case["arguments"], folder, case.get("environment"))
    said = result.stdout + result.stderr
    found = []
    if result.returncode != case["exit_code"]:
        found.append(f"ended with {result.returncode}, not {case['exit_code']}")
    found += [f"does not say {words!r}" for words in case.get("says", []) if words not in said]
    found += [f"leaves no {name}" for name in case.get("leaves", []) if not (folder / name).is_file()]
    found += [f"leaves {name}" for name in case.get("leaves_not", []) if (folder / name).exists()]
    found += [f"leaves {path.name}" for path in folder.rglob("*.part")]
    if case["exit_code"] in (2, 3, 4) and not said.strip().splitlines()[-1].startswith("coincide: "):
        found.append("does not end with one line that says why")
    return [", ".join(found) + "\n" + said] if found else []


def complaints_about_stop(program, folder):
    """Ctrl-C during the iterations keeps the image."""
    process = subprocess.Popen(
        [program, "--batch", "job.toml", "--set", "algorithm.iterations=1000"],
        cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
    )
    log = folder / "results" / "job.log"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (log.exists() and "iteration 2 of" in log.read_text()):
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    stderr = process.communicate(timeout=60)[1]
    if process.returncode != 5:
        return [f"ended with {process.returncode}, not 5\n{stderr}"]
    if not (folder / "results" / "job.nii.gz").is_file():
        return ["leaves no image"]
    record = json.loads((folder / "results" / "job.json").read_text())["Coincide"]
    if record["result"] != "stopped by the user" or not 0 < record["iterations_done"] < 1000:
        return [f"the record says: {record['result']} after {record['iterations_done']} iterations"]
    return []


def main():
    program = os.path.abspath(sys.argv[1])
    wanted = " ".join(sys.argv[2:])
    cases = tomllib.loads((Path(__file__).parent / "batch_cases.toml").read_text())["case"]
    failures = 0
    with tempfile.TemporaryDirectory() as scratch:
        inputs = Path(scratch) / "inputs"
        inputs.mkdir()
        make_inputs(program, inputs)
        for case in [*cases, {"name": "Ctrl-C keeps the image"}]:
            if wanted not in case["name"]:
                continue
            folder = fresh_folder(inputs, scratch, case.get("job", RECONSTRUCT))
            complaints = (
                complaints_about(case, program, folder) if "arguments" in case else complaints_about_stop(program, folder)
            )
            for complaint in complaints:
                failures += 1
                print(f"FAIL {case['name']}: {complaint}")
    print(f"{failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
