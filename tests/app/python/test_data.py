"""Measured data as arrays: what --info counts, and what lies in the file."""

import re

import coincide
import numpy as np
import pytest
from conftest import program

COLUMNS = {"crystal_a": "u4", "crystal_b": "u4", "tof_bin": "u2", "time_ms": "u4", "delayed": "u1"}


@pytest.fixture
def data(scan):
    return coincide.open(scan.path(".petsird"))


def test_scanner(data):
    scanner = data.scanner
    assert (scanner.name, scanner.num_crystals, scanner.num_modules, scanner.has_tof) == ("Small ring", 2048, 32, True)
    centres = scanner.crystal_centre_mm
    assert centres.shape == (2048, 3) and not centres.flags.owndata and not centres.flags.writeable
    assert np.hypot(*centres[:, :2].T).min() == pytest.approx(100, abs=1)
    np.testing.assert_allclose(np.linalg.norm(scanner.crystal_normal, axis=1), 1, rtol=1e-5)
    assert np.einsum("ij,ij->i", centres[:, :2], scanner.crystal_normal[:, :2]).max() < 0  # into the bore
    width = 100 * 0.299792458 / 2  # mm for 100 ps
    np.testing.assert_allclose(scanner.tof_bins_mm[:, 0], (np.arange(17) - 8) * width, atol=1e-3)
    np.testing.assert_allclose(scanner.tof_bins_mm[:, 1], width, rtol=1e-5)
    (kind,) = scanner.module_types
    assert (kind.num_modules, kind.crystals_per_module, kind.energy_edges_kev) == (32, 64, [435, 650])


def test_views_outlive_what_they_are_of(scan):
    centres = coincide.open(scan.path(".petsird")).scanner.crystal_centre_mm
    blocks = list(coincide.open(scan.path(".petsird")).blocks())
    columns = [block.crystal_a for block in blocks]
    del blocks
    assert np.isfinite(centres).all() and max(column.max() for column in columns) < 2048


def test_blocks_count_what_info_counts(data, scan):
    text = program("--info", scan.path(".petsird"))
    told = [int(re.search(rf"^{name} +(\d+)", text, re.M)[1]) for name in ("Prompts", "Delayeds")]
    per_crystal, counted = np.zeros(2048, int), [0, 0]
    for block in data.blocks():
        prompt = block.delayed == 0
        counted[0] += prompt.sum()
        counted[1] += (block.delayed == 1).sum()
        for crystal in (block.crystal_a, block.crystal_b):
            per_crystal += np.bincount(crystal[prompt], minlength=2048)
        assert len(block) == block.tof_bin.size and block.tof_bin.max() < 17
    summary = data.summary()
    assert counted == told == [summary.counts.prompts, summary.counts.delayeds]
    np.testing.assert_array_equal(per_crystal, summary.prompts_per_crystal)
    assert str(summary) == text and summary.complete
    assert not [check for check in summary.checks if check.is_bad]


def test_columns_are_views_of_their_types(data):
    block = next(data.blocks())
    for name, kind in COLUMNS.items():
        column = getattr(block, name)
        assert column.dtype == kind and not column.flags.owndata and not column.flags.writeable
    assert block.window_a is None and block.factor is None and block.origin is None


def test_passes_are_independent(data):
    first, second = data.blocks(), data.blocks()
    np.testing.assert_array_equal(next(first).crystal_a, next(second).crystal_a)
    assert sum(len(block) for block in data.blocks()) == data.summary().counts.prompts + data.summary().counts.delayeds


def test_histogram(histogram, scan):
    data = coincide.open(histogram, settings={"input.scanner": "small"})
    bins = data.read()
    assert bins.counts.shape == (data.num_lors,) == (len(bins),) and not bins.counts.flags.owndata
    assert str(data) == program("--info", histogram, "--set", "input.scanner=small")
    assert bins.counts.sum() == coincide.open(scan.path(".petsird")).summary().counts.prompts
    assert bins.tof is None and bins.view is None and set(np.unique(bins.factor)) == {1} and not bins.additive.any()
    lengths = np.linalg.norm(bins.points_mm[bins.end] - bins.points_mm[bins.start], axis=1)
    assert 70 < lengths.min() and lengths.max() < 220
    assert (data.scanner.num_crystals, data.duration_s) == (2048, 0.2)


def test_table_with_columns_of_its_own(scan, tmp_path):
    path = tmp_path / "events.csv"
    centres = coincide.open(scan.path(".petsird")).scanner.crystal_centre_mm
    rows = [[*centres[0], *centres[1000], 0.1], [*centres[5], *centres[900], 0.2]]
    path.write_text("ax,ay,az,bx,by,bz,t\n" + "".join(",".join(map(str, row)) + "\n" for row in rows))
    columns = "x1_mm = ax, y1_mm = ay, z1_mm = az, x2_mm = bx, y2_mm = by, z2_mm = bz, time_s = t"
    data = coincide.open(path, settings={"input.columns": columns, "input.scanner": "small"})
    (block,) = data.blocks()
    np.testing.assert_allclose(data.scanner.crystal_centre_mm[block.crystal_a], [row[:3] for row in rows], atol=0.1)


def test_what_cannot_be_opened(tmp_path):
    with pytest.raises(coincide.FileError, match="none.petsird.*no such file"):
        coincide.open(tmp_path / "none.petsird")
    path = tmp_path / "text.petsird"
    path.write_text("not data")
    with pytest.raises(coincide.FileError, match="text.petsird"):
        coincide.open(path)


def test_damage_is_told_where_it_is(scan, tmp_path):
    whole = scan.path(".petsird").read_bytes()
    path = tmp_path / "cut.petsird"
    path.write_bytes(whole[: len(whole) * 3 // 4])
    with pytest.raises(coincide.FileError, match="cut.petsird"):
        list(coincide.open(path).blocks())
    cut = coincide.open(path, settings={"input.allow_truncated": True})
    num_events, num_all = (sum(len(b) for b in d.blocks()) for d in (cut, coincide.open(scan.path(".petsird"))))
    assert 0 < num_events < num_all
