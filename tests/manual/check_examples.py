"""Checks every job that the manual and the READMEs show: the program must know all of its settings and values.

Usage: check_examples.py PROGRAM

What a job names is not there, so the one thing that may be wrong with it is a file that is missing.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "io/README.md", *sorted((ROOT / "resources/manual").glob("*.md"))]
MISSING = re.compile(r"does not exist|cannot be (found|opened)|[Nn]o such file|is not there")


def jobs(page):
    for block in re.findall(r"^```toml\n(.*?)^```", page.read_text(), re.S | re.M):
        if not block.startswith("[[scan]]"):  # a list of data
            yield block


def complaint(program, job):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "job.toml"
        # Some show a part of a job only.
        path.write_text(job if re.search(r"^(data|phantom) *=", job, re.M) else '[input]\ndata = "scan.petsird"\n' + job
                        if "[input]" not in job else job.replace("[input]", '[input]\ndata = "scan.petsird"'))
        done = subprocess.run([program, "--batch", path, "--dry-run"], capture_output=True, text=True, cwd=folder)
    return "" if done.returncode == 0 or (done.returncode == 3 and MISSING.search(done.stderr)) else done.stderr


def main():
    program = Path(sys.argv[1]).resolve()
    checked = 0
    failed = 0
    for page in PAGES:
        for job in jobs(page):
            checked += 1
            if said := complaint(program, job):
                failed += 1
                print(f"{page.relative_to(ROOT)}:\n{job}\n{said}")
    print(f"{checked} jobs, {failed} of them wrong")
    return 1 if failed or checked < 8 else 0


sys.exit(main())
