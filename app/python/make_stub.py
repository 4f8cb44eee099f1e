"""Writes the types of the package's compiled part, coincide/_core.pyi or the file named: as nanobind's generator gives
them, but for paths. Run it with the package on PYTHONPATH after signatures or documentation changed."""

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def make(path):
    command = [sys.executable, "-m", "nanobind.stubgen", "-q", "-m", "coincide._core"]
    subprocess.run([*command, "-p", HERE / "stubs.pat", "-o", path], check=True)
    path.write_text(re.sub(r"os\.PathLike\b(?!\[)", "os.PathLike[str]", path.read_text()))


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "coincide" / "_core.pyi")
