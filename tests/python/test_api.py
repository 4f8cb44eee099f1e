"""The module's face: names, signatures and documentation of parallelproj_core 2.0, word for word."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import parallelproj_core as pp
import pytest

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = Path(__file__).parent / "published_reference.txt"  # as the published documentation shows it

INPUT = "ndarray[dtype=float32, order='C', writable=False]"
OUTPUT = "ndarray[dtype=float32, order='C']"
INPUT_IMAGE = "ndarray[dtype=float32, shape=(*, *, *), order='C', writable=False]"
OUTPUT_IMAGE = "ndarray[dtype=float32, shape=(*, *, *), order='C']"
VECTOR = "ndarray[dtype=float32, shape=(3), order='C', writable=False]"
BIN_INDEX = "ndarray[dtype=int16, order='C', writable=False]"


def expected_signature(name):
    lines = "event" if "_lm_" in name else "lor"
    forward = name.endswith("_fwd")
    arguments = [
        f"{lines}_start: {INPUT}",
        f"{lines}_end: {INPUT}",
        f"image: {INPUT_IMAGE if forward else OUTPUT_IMAGE}",
        f"image_origin: {VECTOR}",
        f"voxel_size: {VECTOR}",
        f"projection_values: {OUTPUT if forward else INPUT}",
    ]
    if "_tof_" in name:
        arguments += ["tof_bin_width: float", f"tof_sigma: {INPUT}", f"tof_center_offset: {INPUT}"]
        arguments += [f"tof_bin_index: {BIN_INDEX}"] if "_lm_" in name else []
        arguments += ["num_tof_bins: int", "num_sigmas: float = 3.0"]
    arguments += ["device_id: int = 0", "threads_per_block: int = 64"]
    return f"{name}({', '.join(arguments)}) -> None"


NAMES = [f"joseph3d{kind}_{direction}" for kind in ("", "_tof_sino", "_tof_lm") for direction in ("fwd", "back")]


@pytest.mark.parametrize("name", NAMES)
def test_signature(name):
    assert getattr(pp, name).__doc__.splitlines()[0] == expected_signature(name)


def test_nothing_else_is_public():
    constants = ["cuda_enabled", "version_major", "version_minor", "version_patch"]
    assert sorted(name for name in dir(pp) if not name.startswith("_")) == sorted(NAMES + constants)


def test_version():
    assert pp.__version__ == (ROOT / "projectors" / "VERSION").read_text().strip()
    assert pp.__version__ == f"{pp.version_major}.{pp.version_minor}.{pp.version_patch}"
    assert (pp.version_major, pp.version_minor) >= (2, 1)
    assert pp.cuda_enabled in (0, 1) and type(pp.cuda_enabled) is int


def blocks(text):
    """Lines of a numpy docstring as (line, the indented lines below it, joined)."""
    for block in re.findall(r"\S[^\n]*(?:\n    [^\n]*)*", text):
        line, *indented = block.split("\n")
        yield line, " ".join(part.strip() for part in indented)


def as_published(doc):
    """A docstring in numpy's style as the documentation shows it, line by line."""
    text, *sections = re.split(r"\n\n(\w+)\n-+\n", doc)
    lines = [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]
    for title, body in zip(sections[::2], sections[1::2]):
        if title == "Parameters":
            lines.append("- Parameters:")
            lines += [f"{name.replace(' : ', ' (')}) – {meaning}" for name, meaning in blocks(body)]
        elif title == "Attributes":
            for attribute, meaning in blocks(body):
                name, kind = attribute.split(" : ")
                lines += [f"- parallelproj_core.{name}¶", meaning, "- Type:", kind]
        else:
            lines += [title, " ".join(body.split())]
    return [line.replace("...", "…") for line in lines]


def published(start, following):
    """Lines of the published reference behind `start`, and those below it up to a line that starts with `following`."""
    text = PUBLISHED.read_text(encoding="utf-8")
    first, body = re.search(rf"^{start}(.*)\n((?:.*\n)*?)(?:{following}|\Z)", text, re.MULTILINE).groups()
    return first, body.splitlines()


@pytest.mark.parametrize("name", NAMES)
def test_documentation_is_the_published_one(name):
    signature, body = published(rf"- parallelproj_core\.(?={name}\()", r"- parallelproj_core|TOF \w+ Projections¶")
    ours, doc = getattr(pp, name).__doc__.split("\n", 1)
    assert ours == signature.replace(") None¶", ") -> None")
    assert as_published(doc.strip()) == body


def test_documentation_of_the_module_is_the_published_one():
    _, body = published("Module: parallelproj_core¶", "Functions¶")
    assert as_published(pp.__doc__) == body
    for name, kind in re.findall(r"^(\w+) : (\w+)$", pp.__doc__, re.MULTILINE):
        assert type(getattr(pp, name)).__name__ == kind


def test_values_that_only_look_like_python_numbers_are_taken():
    """Programs pass numpy scalars for numbers."""
    values = np.empty((1, 3), np.float32)
    ends = np.zeros((2, 1, 3), np.float32)
    vector, one = np.ones(3, np.float32), np.ones(1, np.float32)
    image = np.ones((2, 2, 2), np.float32)
    numbers = np.int64(3), np.float64(3), np.int32(0), np.int16(64)
    pp.joseph3d_tof_sino_fwd(*ends, image, vector, vector, values, np.float32(2), one, one, *numbers)
    assert not values.any()


def test_stub_is_up_to_date(tmp_path):
    pytest.importorskip("nanobind")
    python = ROOT / "projectors" / "python"
    made = tmp_path / "parallelproj_core.pyi"
    subprocess.run([sys.executable, python / "make_stub.py", made], check=True)
    assert made.read_text() == (python / "parallelproj_core.pyi").read_text()


TYPED_PROGRAM = """
import array
import numpy as np
import parallelproj_core as pp

class OnlyDLPack:
    def __dlpack__(self, **_: object) -> object:
        return None

class DLPackOf2021:
    def __dlpack__(self, *, stream: int | None = None) -> object:
        return stream
    def __dlpack_device__(self) -> tuple[int, int]:
        return 1, 0

floats, view = np.zeros(3, np.float32), memoryview(b"1234")
pp.joseph3d_fwd(floats, OnlyDLPack(), DLPackOf2021(), view, array.array("f"), floats[:2], threads_per_block=32)
pp.joseph3d_back(floats, floats, floats, floats, floats, floats, device_id=-1)
tof = 2.5, floats, floats, np.zeros(3, np.int16), 5
pp.joseph3d_tof_lm_fwd(OnlyDLPack(), floats, floats, floats, floats, floats, *tof)
pp.joseph3d_fwd([1.0], floats, floats, floats, floats, floats)  # type: ignore[arg-type]
pp.joseph3d_fwd(1.0, floats, floats, floats, floats, floats)  # type: ignore[arg-type]
pp.joseph3d_fwd(floats, None, floats, floats, floats, floats)  # type: ignore[arg-type]
pp.joseph3d_fwd(floats, floats, floats, floats, floats)  # type: ignore[call-arg]
pp.joseph3d_fwd(floats, floats, floats, floats, floats, floats, "0")  # type: ignore[arg-type]
version: str = pp.__version__
number: int = pp.version_major + pp.version_minor + pp.version_patch + pp.cuda_enabled
"""


def test_stub_takes_every_array_that_the_functions_take(tmp_path):
    """Strict, so that an error which does not come is one, too."""
    pytest.importorskip("mypy")
    (tmp_path / "program.py").write_text(TYPED_PROGRAM)
    stub = ROOT / "projectors" / "python" / "parallelproj_core.pyi"
    (tmp_path / stub.name).write_text(stub.read_text())
    mypy = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", "program.py", stub.name]
    checked = subprocess.run(mypy, cwd=tmp_path, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


def test_functions_say_where_they_come_from():
    assert inspect.getmodule(pp.joseph3d_fwd) is pp
