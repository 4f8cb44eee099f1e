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
PUBLISHED = ROOT.parent / "shared" / "seed-api.md"  # the published reference lies beside the checkout

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


def plain(text):
    """Text without what the web page's renderer changes: ellipses, dashes, quotes, white space."""
    return " ".join(text.replace("…", "...").replace("–", "-").replace("(...,)", "(...)").split())


def published_reference(name):
    """Signature and text of a function in the published reference."""
    text = PUBLISHED.read_text(encoding="utf-8")
    entry = rf"- parallelproj_core\.({name}\(.*?\) None)¶\n(.*?)"
    following = r"(?=\n- parallelproj_core|\nTOF \w+ Projections¶|\Z)"
    signature, body = re.search(entry + following, text, re.DOTALL).groups()
    return signature.replace(") None", ") -> None"), body


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published reference is not beside this checkout")
@pytest.mark.parametrize("name", NAMES)
def test_documentation_is_the_published_one(name):
    signature, body = published_reference(name)
    doc = getattr(pp, name).__doc__
    assert signature == doc.splitlines()[0]
    ours = plain(doc)
    for line in body.splitlines():
        if line in ("- Parameters:", "Notes", "") or not line.strip():
            continue
        parameter = re.fullmatch(r"(\w+) \((.*?)\) – (.*)", line)
        wanted = f"{parameter[1]} : {parameter[2]} {parameter[3]}" if parameter else line
        for sentence in re.split(r"(?<=\.) (?=[A-Z])", plain(wanted)):
            assert sentence in ours


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
    """parallelproj_core.pyi is what nanobind's generator writes for this module."""
    pytest.importorskip("nanobind")
    python = ROOT / "projectors" / "python"
    made = tmp_path / "parallelproj_core.pyi"
    stubgen = [sys.executable, "-m", "nanobind.stubgen", "-q", "-m", "parallelproj_core"]
    subprocess.run([*stubgen, "-p", python / "stubs.pat", "-o", made], check=True)
    assert made.read_text() == (python / "parallelproj_core.pyi").read_text()


def test_functions_say_where_they_come_from():
    assert inspect.getmodule(pp.joseph3d_fwd) is pp
