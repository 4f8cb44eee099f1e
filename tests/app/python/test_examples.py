"""The examples run, and give what they promise."""

import re
import runpy
from pathlib import Path

import coincide
import numpy as np

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "app" / "python" / "examples"


def test_readme(job_file, monkeypatch):
    """The own algorithm's image is the run's, to the bit."""
    monkeypatch.chdir(job_file.parent)
    (section,) = re.findall(r"^## The program in Python\n(.*?)^## ", (ROOT / "README.md").read_text(), re.S | re.M)
    (program,) = re.findall(r"^```python\n(.*?)^```", section, re.S | re.M)
    result = {}
    exec(program, result)
    np.testing.assert_array_equal(coincide.read_image("own.nii.gz").values, result["result"].image.values)


def run(name, folder, monkeypatch):
    monkeypatch.chdir(folder)
    return runpy.run_path(str(EXAMPLES / f"{name}.py"))


def test_listmode(tmp_path, monkeypatch):
    result = run("listmode", tmp_path, monkeypatch)
    assert result["spectrum"].sum() == result["data"].summary().counts.prompts
    assert abs(result["mean_mm"]) < 1 and 20 < result["width_mm"] < 60
    assert result["per_module"].sum() == result["spectrum"].sum()


def test_own_algorithm(tmp_path, monkeypatch):
    values = run("own_algorithm", tmp_path, monkeypatch)["objective"]
    assert (np.diff(values) > 0).all()


def test_strengths(tmp_path, monkeypatch):
    noise = run("strengths", tmp_path, monkeypatch)["noise"]
    assert list(noise) == sorted(noise) and (np.diff(list(noise.values())) < 0).all()


def test_every_example_is_tested():
    assert {path.stem for path in EXAMPLES.glob("*.py")} == {"listmode", "own_algorithm", "strengths"}
