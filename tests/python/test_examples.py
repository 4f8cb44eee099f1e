"""The examples run, and give what they promise."""

import re
import runpy
from pathlib import Path

import numpy as np
import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "projectors" / "python" / "examples"


def test_line_integrals():
    result = runpy.run_path(str(EXAMPLES / "line_integrals.py"))
    np.testing.assert_allclose(result["projection"], result["chords"], rtol=1e-5)


def test_tof_listmode_mlem():
    result = runpy.run_path(str(EXAMPLES / "tof_listmode_mlem.py"))
    assert result["correlation"] > 0.9
    hot, warm = (result["image"][result["truth"] == value].mean() for value in (4, 1))
    assert hot / warm == pytest.approx(4, rel=0.15)


def test_readme():
    text = (EXAMPLES.parents[1] / "README.md").read_text()
    (program,) = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    result = {}
    exec(program, result)
    assert f"# {result['line_integrals']}" in program


def test_every_example_is_tested():
    names = {path.stem for path in EXAMPLES.glob("*.py")}
    assert names == {"line_integrals", "tof_listmode_mlem"}
