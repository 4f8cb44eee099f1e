"""What a wheel holds: types that are those of the module, and resources of its own."""

import importlib.util
import inspect
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import coincide
import pytest

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "app" / "python"
PROGRAM = """
from pathlib import Path
import coincide, coincide._core
events: coincide.ListmodeData | coincide.HistogramData = coincide.open("scan.petsird")
if isinstance(events, coincide.ListmodeData):
    for block in events.blocks():
        ids: int = int(block.crystal_a.max())
settings: dict[str, coincide.Setting] = {"image.size": (1, 2, 3)}
result = coincide.run(Path("job.toml"), settings=settings, on_image=lambda image, iteration: iteration < 1)
problem = coincide.problem("job.toml")
value, gradient = problem.log_likelihood(problem.start())
wrong: str = value
"""


def test_version():
    """The program's, which its wheel takes from where CMake does."""
    rule = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["scikit-build"]["metadata"]["version"]
    assert coincide.__version__ == re.search(rule["regex"], (ROOT / rule["input"]).read_text())["value"]


def test_stub_is_that_of_the_module(tmp_path):
    spec = importlib.util.spec_from_file_location("make_stub", PACKAGE / "make_stub.py")
    make_stub = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_stub)
    make_stub.make(tmp_path / "_core.pyi")
    assert (tmp_path / "_core.pyi").read_text() == (PACKAGE / "coincide" / "_core.pyi").read_text()


def test_types(tmp_path):
    mypy = pytest.importorskip("mypy.api")
    (tmp_path / "program.py").write_text(PROGRAM)
    files = [str(PACKAGE / "coincide"), str(tmp_path / "program.py")]
    text, _, _ = mypy.run(["--strict", "--cache-dir", str(tmp_path / "cache"), *files])
    assert [line.split("error: ")[1] for line in text.splitlines() if "error: " in line] == [
        'Incompatible types in assignment (expression has type "float", variable has type "str")  [assignment]'
    ]


def test_no_window_is_loaded():
    libraries = Path("/proc/self/maps").read_text()
    assert "libhdf5" in libraries and "libQt" not in libraries and "libvtk" not in libraries


def test_everything_public_is_documented():
    for name in dir(coincide._core):
        if not name.startswith("_"):
            assert inspect.getdoc(getattr(coincide, name)), name


INSTALLED = """
import coincide, sys
result = coincide.simulate(settings={"simulation.scanner": "small", "simulation.phantom": "cylinder",
    "simulation.duration_s": 0.01, "output.folder": sys.argv[1], "image.voxel_size_mm": (10, 10, 10)})
print(coincide.__file__, result.path(".petsird").is_file())
try:
    coincide.simulate(settings={"simulation.scanner": "large", "simulation.phantom": "cylinder"})
except coincide.InputError as error:
    print(error)
"""


def test_installed_package_has_its_own_resources(tmp_path):
    """As pip installs it: the component of the build, elsewhere."""
    build = Path(coincide._core.__file__).parents[2]
    site = tmp_path / "site"
    command = ["cmake", "--install", build, "--component", "coincide_python", "--prefix", site]
    subprocess.run(command, check=True, capture_output=True)
    names = {path.name for path in (site / "coincide").iterdir()}
    assert {"__init__.py", "_core.pyi", "progress.py", "py.typed", "resources"} < names and len(names) == 6
    scanners = site / "coincide" / "resources" / "scanners"
    (scanners / "dmi.toml").rename(scanners / "mine.toml")
    environment = {**os.environ, "PYTHONPATH": str(site)}
    command = [sys.executable, "-W", "ignore", "-c", INSTALLED, str(tmp_path / "out")]
    text = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    file, error = text.splitlines()
    assert file == f"{site / 'coincide' / '__init__.py'} True"
    assert 'nothing named "large"' in error and "long_axial, mine, small" in error
