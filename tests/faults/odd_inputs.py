"""Gives `coincide` things that are no files wherever it takes one: each is refused in a sentence that names it, at once.

Usage: odd_inputs.py PROGRAM [words: places with one of them in their names]
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cases import JOB, Bench, complaints_about_words

ODD = "ODD"  # in a command or a text: the path of the thing
MOST_SECONDS = 10
TEXTS = {
    "data.toml": JOB,
    "bins.toml": JOB.replace('"scan.petsird"', '"bins.csv", scanner = "small"'),
    "bins.csv": "crystal1,crystal2,counts\n0,1000,3\n",
    "rows.csv": "crystal1,crystal2\n0,1000\n",
    "list.toml": '[[scan]]\ndata = "ODD"\nstart_s = 0\n',
    "image.hv": """!INTERFILE :=
!name of data file := ODD
!number format := float
!number of bytes per pixel := 4
imagedata byte order := LITTLEENDIAN
number of dimensions := 3
!matrix size [1] := 40
!matrix size [2] := 40
!matrix size [3] := 12
scaling factor (mm/pixel) [1] := 3
scaling factor (mm/pixel) [2] := 3
scaling factor (mm/pixel) [3] := 3
!END OF INTERFILE :=
""",
    "image.mhd": """ObjectType = Image
NDims = 3
DimSize = 40 40 12
ElementSpacing = 3 3 3
ElementType = MET_FLOAT
ElementDataFile = ODD
""",
}
QUICK = ["stop.passes=1", "output.save_every_iteration=false", "output.checkpoint=0"]


def batch(*settings, job="data"):
    return ["--batch", f"{job}.toml", *(word for setting in settings for word in ("--set", setting))]


# Place: the command.
PLACES = {
    "info": ["--info", ODD],
    "info of a table": ["--info", ODD, "--set", "input.columns=x1,y1,z1,x2,y2,z2"],
    "convert": ["--convert", ODD, "image.nii.gz"],
    "convert to data": ["--convert", ODD, "bins.hs"],
    "analyse": ["--analyse", ODD, "--figures", "nema-iq"],
    "phantom of an analysis": ["--analyse", "mu.nii.gz", "--figures", "nema-iq", "--phantom", ODD],
    "regions of an analysis": ["--analyse", "mu.nii.gz", "mu.nii.gz", "--figures", "noise", "--regions", ODD],
    "truth of an analysis": ["--analyse", "mu.nii.gz", "mu.nii.gz", "--figures", "noise", "--regions", "mu.nii.gz", "--truth", ODD],
    "job": ["--batch", ODD],
    "job, dry run": ["--batch", ODD, "--dry-run"],
    "input.data": batch("input.data=ODD"),
    "input.scanner": batch("input.data=rows.csv", "input.scanner=ODD"),
    "input.motion": batch("input.motion=ODD"),
    "frames.gates": batch("frames.gates=ODD"),
    "simulation.phantom": batch("input.data=", "corrections.attenuation=", "simulation.phantom=ODD", "simulation.scanner=small"),
    "simulation.scanner": batch("input.data=", "corrections.attenuation=", "simulation.phantom=cylinder", "simulation.scanner=ODD"),
    "corrections.attenuation": batch("corrections.attenuation=ODD"),
    "corrections.hardware": batch("corrections.hardware=ODD"),
    "corrections.normalization": batch("corrections.normalization=ODD"),
    "corrections.singles_background": batch("corrections.singles_background=ODD"),
    "corrections.scatter_estimate": batch("corrections.scatter=sss", "corrections.scatter_estimate=ODD"),
    "corrections.multiplicative": batch("corrections.multiplicative=ODD", job="bins"),
    "corrections.additive": batch("corrections.additive=ODD", job="bins"),
    "normalization.source": batch("normalization.source=ODD"),
    "algorithm.psf_table": batch("algorithm.psf_table=ODD"),
    "algorithm.start_image": batch("algorithm.start_image=ODD"),
    "prior.anatomical": batch("prior.name=bowsher", "prior.strength=1", "prior.anatomical=ODD"),
    "kinetics.blood": batch(
        "frames.durations=3x0.1", "input.injection=0", "kinetics.blood=ODD", "kinetics.blood_unit=Bq/mL", "kinetics.blood_decay=to-scan",
    ),
    "output.regions": batch("frames.durations=3x0.1", "output.regions=ODD"),
    "scan of a list": ["--info", "list.toml"],
    "data of an Interfile": ["--info", "image.hv"],
    "data of a MetaImage": ["--info", "image.mhd"],
}
# Links to the thing where the program looks by itself, the command, and the codes that it may end with.
LINKS = {
    "checkpoint": ("results/data.checkpoint", [*batch(), "--resume"], {2, 3}),
    "log": ("results/data.log", batch(*QUICK), {0, 2, 3}),
    "record": ("results/data.json", batch(*QUICK), {0, 2, 3}),
    "image": ("results/data.nii.gz", batch(*QUICK), {0, 2, 3}),
    "record beside an image": ("mu.json", ["--info", "mu.nii.gz"], {0, 3}),
    "output.folder": ("images", batch(*QUICK, "output.folder=images"), {0, 2, 3}),
    "sensitivity.cache_folder": ("kept", batch(*QUICK, "sensitivity.cache_folder=kept"), {0}),
}


def make_pipe(path):
    os.mkfifo(path)


def make_socket(path):
    socket.socket(socket.AF_UNIX).bind(str(path))


# Thing: how it is made, or where it is.
THINGS = {
    "pipe": make_pipe,
    "socket": make_socket,
    "folder": Path.mkdir,
    "link to itself": lambda path: path.symlink_to(path.name),
    "link to nothing": lambda path: path.symlink_to("nowhere"),
    "empty file": Path.touch,
    "device": "/dev/zero",
    "device that is full": "/dev/full",
    "the kernel's messages": "/proc/kmsg",
    "memory of a process": "/proc/self/mem",
    "a file without a size": "/proc/self/environ",
    "standard input": "/dev/stdin",
    "terminal": "/dev/tty",
}


def complaints(bench, place, thing):
    """Of one command with one thing in it, and what it said."""
    folder = bench.fresh_folder("events")
    path = folder / "odd" if callable(THINGS[thing]) else Path(THINGS[thing])
    if callable(THINGS[thing]):
        THINGS[thing](path)
    for name, text in TEXTS.items():
        (folder / name).write_text(text.replace(ODD, str(path)))
    link, command, codes = LINKS.get(place) or ("", [word.replace(ODD, str(path)) for word in PLACES[place]], {2, 3})
    if link:
        (folder / "results").mkdir()
        (folder / link).symlink_to(path)
    started = time.monotonic()
    process = bench.start(folder, command, stdin=subprocess.PIPE, start_new_session=True)
    try:
        process.wait(MOST_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return ["hangs"], process.communicate()[1]
    stderr = process.communicate()[1]
    found = complaints_about_words(process.returncode, stderr, re.escape(Path(link).name or path.name))
    if process.returncode not in codes:
        found.append(f"ends with {process.returncode}")
    return found, f"{time.monotonic() - started:.1f} s: {stderr}"


def main():
    wanted = sys.argv[2:] or [""]
    failures = tried = 0
    with tempfile.TemporaryDirectory(prefix="odd-") as scratch:
        bench = Bench(os.path.abspath(sys.argv[1]), Path(scratch))
        for place in [*PLACES, *LINKS]:
            for thing in THINGS if any(word in place for word in wanted) else ():
                tried += 1
                found, said = complaints(bench, place, thing)
                if found:
                    failures += 1
                    print(f"FAIL {place}, {thing}:\n  " + "\n  ".join(found) + f"\n{said}", flush=True)
    print(f"{tried} tried, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
