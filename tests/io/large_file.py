"""Makes a listmode file larger than memory should have to hold, looks at it and reconstructs it, and says how much
memory that took.

    large_file.py PROGRAM HEADER FOLDER [GIGABYTES [MEMORY_GB]]

HEADER is that of short CASToR listmode, whose records are repeated with times that go on: `coincide --convert` makes it
of any data. FOLDER gets the file and the scratch file for events, which are removed again; MEMORY_GB is
compute.memory_limit_gb. Pages of mapped files, as of that scratch file, count apart (RssFile): the system takes them
back whenever it needs memory.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

JOB = """input.data = "large.cdh"
image.voxel_size_mm = [40, 40, 40]
sensitivity.use_cache = false
stop.passes = 1
algorithm.subsets = 20
output.folder = "out"
"""


def make_large(header, folder, size_bytes):
    """Returns the header of the large file."""
    text = header.read_text()

    def value(key):
        return re.search(rf"^{re.escape(key)}: (.*)$", text, re.M)[1]

    for scanner in header.parent.glob(value("Scanner name") + ".*"):
        shutil.copy(scanner, folder)
    events, duration_s = int(value("Number of events")), float(value("Duration (s)"))
    bytes_of_record = (header.parent / value("Data filename")).stat().st_size // events
    records = np.fromfile(header.parent / value("Data filename"), [("ms", "<u4"), ("rest", f"V{bytes_of_record - 4}")])
    copies, short_ms = size_bytes // records.nbytes + 1, records["ms"].copy()
    with open(folder / "large.cdf", "wb") as file:
        for copy in range(copies):
            records["ms"] = short_ms + np.uint32(copy * round(1000 * duration_s))
            records.tofile(file)
    large = folder / "large.cdh"
    for key, changed in (("Data filename", "large.cdf"), ("Number of events", copies * events), ("Duration (s)", copies * duration_s)):
        text = text.replace(f"{key}: {value(key)}", f"{key}: {changed}")
    large.write_text(text)
    print(f"{large}: {copies * records.nbytes / 1e9:.2f} GB, {copies * events / 1e6:.0f} million events", flush=True)
    return large


def run(command, log, environment):
    """Runs the command and prints seconds and the most memory: all, its own, and pages of files."""
    peaks = dict.fromkeys(("VmHWM", "RssAnon", "RssFile"), 0)
    start = time.monotonic()
    with open(log, "w") as out, subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=environment) as process:
        while process.poll() is None:
            lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
            for name, value in (line.split(":", 1) for line in lines):
                if name in peaks:
                    peaks[name] = max(peaks[name], int(value.split()[0]))
            time.sleep(0.02)
    print(f"{command[1]}: exit code {process.returncode}, {time.monotonic() - start:.1f} s; most GB resident:",
          ", ".join(f"{name} {kilobytes / 1e6:.3f}" for name, kilobytes in peaks.items()), flush=True)
    return process.returncode


def main(program, header, folder, gigabytes="10", memory_gb="0.5"):
    work = Path(folder) / "coincide_large_file"
    work.mkdir(parents=True)
    try:
        large = make_large(Path(header), work, int(float(gigabytes) * 1e9))
        job = work / "job.toml"
        job.write_text(JOB + f"compute.memory_limit_gb = {memory_gb}\n")
        environment = {**os.environ, "TMPDIR": str(work)}
        codes = [run([program, *arguments], work / "log", environment) for arguments in (["--info", large], ["--batch", job])]
        print((work / "log").read_text()[-2000:])
        return max(codes)
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
