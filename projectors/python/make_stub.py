"""Writes the module's types, parallelproj_core.pyi beside this file or the file named: as nanobind's generator gives
them, but for arrays of any library. Run it with the module on PYTHONPATH after signatures or documentation changed."""

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent

ARRAY = '''
from typing import Annotated, Any, Protocol, TypeAlias

from typing_extensions import Buffer

class _SupportsDLPack(Protocol):
    """An array of numpy, torch, CuPy or any other library that speaks DLPack."""
    def __dlpack__(self, *args: Any, **kwargs: Any) -> Any: ...

_Array: TypeAlias = _SupportsDLPack | Buffer
'''


def make(path):
    command = [sys.executable, "-m", "nanobind.stubgen", "-q", "-m", "parallelproj_core"]
    subprocess.run([*command, "-p", HERE / "stubs.pat", "-o", path], check=True)
    stub = path.read_text()
    stub = re.sub(r"NDArray\[numpy\.(\w+)\], dict\(", r"_Array, dict(dtype='\1', ", stub)
    stub = re.sub(r"\nfrom typing import Annotated\n\nimport numpy\nfrom numpy.typing import NDArray\n", ARRAY, stub)
    path.write_text(stub)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "parallelproj_core.pyi")
