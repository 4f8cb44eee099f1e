"""`pip install ./projectors` on a machine with neither Qt nor VTK; here without network, from this environment."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECTORS = Path(__file__).resolve().parents[2] / "projectors"


def source_distribution(folder):
    """What `build --sdist` makes, which others unpack elsewhere."""
    program = f"import scikit_build_core.build as b; print(b.build_sdist({str(folder)!r}))"
    made = subprocess.run([sys.executable, "-c", program], cwd=PROJECTORS, capture_output=True, text=True, check=True)
    return folder / made.stdout.split()[-1]


@pytest.mark.parametrize("source", ["folder", "source distribution"])
def test_pip_install(tmp_path, source):
    for requirement in ("pip", "nanobind", "scikit_build_core"):
        pytest.importorskip(requirement)
    site = tmp_path / "site"
    options = ["--no-build-isolation", "--no-deps", "--no-index", "--disable-pip-version-check", "--target", site]
    if source == "folder":
        options += ["--config-settings=cmake.define.COINCIDE_CUDA_ARCHITECTURES=90"]  # where there is a compiler for it
        package = PROJECTORS
    else:
        options += ["--config-settings=cmake.define.COINCIDE_CUDA=OFF"]
        package = source_distribution(tmp_path)
    subprocess.run([sys.executable, "-m", "pip", "install", *options, package], check=True)

    version = (PROJECTORS / "VERSION").read_text().strip()
    metadata, stubs, module = sorted(path.name for path in site.iterdir())
    assert metadata == f"parallelproj_core-{version}.dist-info"
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
    assert result.stdout.split() == [version, str(site / module)]
