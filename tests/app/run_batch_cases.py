"""Runs the command lines of batch_cases.toml, and stops a run with Ctrl-C.

Usage: run_batch_cases.py PROGRAM [words of the names of the cases to run]
"""

import array
import gzip
import json
import os
import re
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


IMAGES = ("mu_per_mm.nii", "mu_beside.nii", "mu_half.nii", "mask.nii", "ct.nii", "zero.nii", "zone.nii")
TABLES = {
    "gates.csv": "gate,start_s,stop_s\n1,0,0.1\n2,0.1,0.2\n",
    "twice.csv": "gate,start_s,stop_s\n1,0,0.15\n2,0.1,0.2\n",
    "blood.csv": "time_s,activity\n" + "".join(f"{t},{100 - t}\n" for t in range(3)),
    "short.csv": "time_s,activity\n0,10\n0.05,10\n",
    "psf.csv": "radius_mm,radial_fwhm_mm,tangential_fwhm_mm,axial_fwhm_mm\n0,4.5,4.5,5\n40,6.5,4.8,5.5\n",
    "no_psf.csv": "radius_mm,radial_fwhm_mm,tangential_fwhm_mm\n0,4.5,4.5\n",
    "flat_psf.csv": "radius_mm,radial_fwhm_mm,tangential_fwhm_mm,axial_fwhm_mm\n0,4.5,4.5,0\n",
    "no_gates.csv": "phase,start_s,stop_s\n1,0,0.1\n",
}

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
    for name, text in TABLES.items():
        (folder / name).write_text(text)


def make_odd_images(folder):
    """Images like those of the simulation, each with something wrong. NIfTI-1: values start at byte 352, the place along
    x stands at 268 (qoffset_x) and 292 (srow_x[3])."""
    def odd(source, name, factor, offset_mm=0.0, pick=lambda value: value):
        image = bytearray(gzip.decompress((folder / source).read_bytes()))
        values = array.array("f", image[352:])
        image[352:] = array.array("f", [factor * pick(value) for value in values]).tobytes()
        for place in (268, 292):
            struct.pack_into("<f", image, place, struct.unpack_from("<f", image, place)[0] + offset_mm)
        (folder / name).write_bytes(image)

    def half_of(source, name):
        """The lower half along z, the slowest axis: 46 is the number of planes."""
        image = bytearray(gzip.decompress((folder / source).read_bytes()))
        planes = struct.unpack_from("<h", image, 46)[0]
        plane_bytes = (len(image) - 352) // planes
        struct.pack_into("<h", image, 46, planes // 2)
        (folder / name).write_bytes(image[: 352 + planes // 2 * plane_bytes])

    half_of("mu.nii.gz", "mu_half.nii")
    odd("mu.nii.gz", "mu_per_mm.nii", 0.1)
    odd("mu.nii.gz", "mu_beside.nii", 1, 5000)
    odd("mu.nii.gz", "mask.nii", 1 / 0.096)
    odd("mu.nii.gz", "ct.nii", 1, pick=lambda value: value / 9.6e-5 - 1000)
    odd("activity.nii.gz", "zero.nii", 0)
    odd("activity.nii.gz", "zone.nii", 1, pick=lambda value: 1.0 if value > 20000 else 0.0)
    (folder / "text.nii").write_text("This is no image. " * 100)


def expanded(cases):
    """A case with a list `each` is one for each entry, which stands for {} in its arguments, with {long} for a name that
    no file system takes."""
    for case in cases:
        for entry in case.get("each", [None]):
            if entry is None:
                yield case
                continue
            value = entry.replace("{long}", "a" * 300)
            yield case | {
                "name": f"{case['name']}: {entry}",
                "arguments": [argument.replace("{}", value) for argument in case["arguments"]],
            }


def fresh_folder(inputs, parent, job):
    folder = Path(tempfile.mkdtemp(dir=parent))
    for name in ("scan", "cut", "empty", "text"):
        (folder / f"{name}.petsird").symlink_to(inputs / f"{name}.petsird")
    for name in ("mu.nii.gz", "activity.nii.gz", "text.nii", *IMAGES, *TABLES):
        shutil.copy(inputs / name, folder)
    for name in ("pipe.petsird", "pipe.toml", "pipe.nii"):
        os.mkfifo(folder / name)
    (folder / "folder.nii").mkdir()
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
    found += [f"says {words!r}" for words in case.get("says_not", []) if words in said]
    found += [f"leaves no {name}" for name in case.get("leaves", []) if not (folder / name).is_file()]
    found += [f"leaves {name}" for name in case.get("leaves_not", []) if (folder / name).exists()]
    found += [f"leaves {path.name}" for path in folder.rglob("*.part")]
    if case["exit_code"] in (2, 3, 4) and not said.strip().splitlines()[-1].startswith("coincide: "):
        found.append("does not end with one line that says why")
    return [", ".join(found) + "\n" + said] if found else []


def complaints_about_closed_streams(program, folder):
    """A reader that goes away, or that never was, ends no run."""
    found = []
    for ending, name in (("2>&1 | head -1", "head"), ("> /dev/full", "full"), (">&- 2>&- <&-", "closed")):
        command = f'"{program}" --batch job.toml --output {name} {ending}'
        subprocess.run(["bash", "-c", command], cwd=folder, env=no_display, capture_output=True, timeout=120)
        if not (folder / name / "job.nii.gz").is_file():
            found.append(f"leaves no image with {ending}")
        log = folder / name / "job.log"
        if not log.is_file() or "end" not in log.read_text() or "Written" not in log.read_text():
            found.append(f"leaves no whole log with {ending}")
        for result in (folder / name).glob("*.nii.gz"):
            gzip.decompress(result.read_bytes())
    info = f'set -o pipefail; "{program}" --info scan.petsird | head -1'
    status = subprocess.run(["bash", "-c", info], cwd=folder, env=no_display, capture_output=True, timeout=120).returncode
    if status != 0:
        found.append(f"--info into head ends with {status}")
    full = f'"{program}" --info scan.petsird > /dev/full'
    status = subprocess.run(["bash", "-c", full], cwd=folder, env=no_display, capture_output=True, timeout=120).returncode
    if status != 3:
        found.append(f"--info onto a full disk ends with {status}, not 3")
    return found


def complaints_about_stop(program, folder):
    """Ctrl-C during the iterations keeps the image."""
    process = subprocess.Popen(
        [program, "--batch", "job.toml", "--set", "stop.passes=1000"],
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


def complaints_about_memory_limit(program, folder):
    """A limit that is too low is refused with one that is not; with that, events need a folder for temporary files."""
    many = ["--set", "algorithm.subsets=40"]  # each takes 64 kB at least for each of its columns

    def limited(value, environment=None):
        return run(program, ["--batch", "job.toml", *many, "--set", f"compute.memory_limit_gb={value}"], folder, environment)

    refused = limited(0.001)
    enough = re.search(r"is too little .* Set it to ([0-9.]+) or more", refused.stderr)
    if refused.returncode != 4 or not enough:
        return [f"a limit of 1 MB ends with {refused.returncode}\n{refused.stderr}"]
    limit = float(enough[1]) + 0.004  # too little for the events still
    lost = limited(limit, environment={"TMPDIR": "/nowhere"})
    if lost.returncode != 3 or "scratch file" not in lost.stderr or "set TMPDIR" not in lost.stderr:
        return [f"no folder for temporary files: {lost.returncode}\n{lost.stderr}"]
    well = limited(limit)
    return [] if well.returncode == 0 else [f"the limit asked for is not enough: {well.returncode}\n{well.stderr}"]


def main():
    program = os.path.abspath(sys.argv[1])
    wanted = " ".join(sys.argv[2:])
    cases = tomllib.loads((Path(__file__).parent / "batch_cases.toml").read_text())["case"]
    if "not part of this build" in run(program, [], None).stderr:
        cases = [case for case in cases if not case.get("window")]
    failures = 0
    with tempfile.TemporaryDirectory() as scratch:
        inputs = Path(scratch) / "inputs"
        inputs.mkdir()
        make_inputs(program, inputs)
        special = [
            {"name": "Ctrl-C keeps the image", "run": complaints_about_stop},
            {"name": "memory limit", "run": complaints_about_memory_limit},
            {"name": "closed streams end no run", "run": complaints_about_closed_streams},
        ]
        for case in [*expanded(cases), *special]:
            if wanted not in case["name"]:
                continue
            folder = fresh_folder(inputs, scratch, case.get("job", RECONSTRUCT))
            run_case = case.get("run")
            complaints = run_case(program, folder) if run_case else complaints_about(case, program, folder)
            for complaint in complaints:
                failures += 1
                print(f"FAIL {case['name']}: {complaint}")
    print(f"{failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
