"""Makes a listmode file larger than memory should have to hold, looks at it and reconstructs it, and says how much memory that took.

    large_file.py PROGRAM HEADER FOLDER [GIGABYTES]

HEADER is that of a short Siemens listmode file, whose words are repeated with marks of a time that goes on; FOLDER gets the file, which is removed again."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

KIND_OF_MARK = np.uint32(7 << 29)
TIME_MARK = np.uint32(4 << 29)


def make_large(header, folder, size_bytes):
    """Returns the header of the large file."""
    text = header.read_text()
    name = next(line.split("=")[1].strip() for line in text.splitlines() if line.startswith("name of data file"))
    words = np.fromfile(header.parent / name, "<u4")
    marks = np.flatnonzero((words & KIND_OF_MARK) == TIME_MARK)
    times_ms = words[marks] & ~KIND_OF_MARK
    length_ms = times_ms[-1] - times_ms[0] + 1
    copies = size_bytes // words.nbytes + 1
    with open(folder / "large.l", "wb") as file:
        for copy in range(copies):
            words[marks] = TIME_MARK | (times_ms + np.uint32(copy) * length_ms)
            words.tofile(file)
    large = folder / "large.l.hdr"
    large.write_text(text.replace(name, "large.l"))
    print(f"{large}: {copies * words.nbytes / 1e9:.2f} GB, {copies * length_ms / 1e3:.0f} s of recording")
    return large


def run(command, log):
    """Runs the command and prints seconds and the most memory that was its own, and that was pages of mapped files."""
    peaks = {"VmHWM": 0, "RssAnon": 0, "RssFile": 0}
    start = time.monotonic()
    with open(log, "w") as out, subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT) as process:
        while process.poll() is None:
            lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
            for name, value in (line.split(":", 1) for line in lines):
                if name in peaks:
                    peaks[name] = max(peaks[name], int(value.split()[0]))
            time.sleep(0.02)
    print(f"{' '.join(map(str, command[1:]))}\n  exit code {process.returncode}, {time.monotonic() - start:.1f} s; GB resident:",
          ", ".join(f"{name} {kilobytes / 1e6:.3f}" for name, kilobytes in peaks.items()), flush=True)
    return process.returncode


def main(program, header, folder, gigabytes="10"):
    work = Path(folder) / "coincide_large_file"
    work.mkdir(parents=True)
    try:
        large = make_large(Path(header), work, int(float(gigabytes) * 1e9))
        job = ["--set", f'input.data="{large}"', "--set", "image.voxel_size_mm=[8,8,8]", "--set", "stop.passes=1",
               "--output", work / "large"]
        codes = [run([program, "--info", large], work / "info.log"),
                 run([program, "--batch", *job], work / "batch.log")]
        for log in ("info.log", "batch.log"):
            print(f"--- {log}\n{(work / log).read_text()[-3000:]}")
        return max(codes)
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
