"""coincide-gate on the small files of known truth in the shared data (../shared/data/gate)."""
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

h5py = pytest.importorskip("h5py")
uproot = pytest.importorskip("uproot")

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "io" / "gate"))

from coincide_gate import GateError, command, scanner  # noqa: E402

GATE = Path(os.environ.get("COINCIDE_SHARED_DATA", "")) / "gate"
pytestmark = pytest.mark.skipif(not (GATE / "expected.json").exists(), reason="the shared data are not here")
MASK = "0 1 0 0 0 0 1 1 0 0 0 1 1 1 1 1 0 0"
MM_PER_PS = 0.299792458

RING = (HERE.parent / "support/gate_ring.toml").read_text()


@pytest.fixture
def ring(tmp_path):
    path = tmp_path / "ring.toml"
    path.write_text(RING)
    return path


def expected(name):
    return json.loads((GATE / "expected.json").read_text())[name]


def converted(tmp_path, *arguments):
    """The columns of the table, its attributes and the sentences."""
    out = tmp_path / "out.h5"
    notes = command.convert(command.parse([*map(str, arguments), str(out)]))
    with h5py.File(out) as file:
        columns = {name: file["events"][name][:] for name in file["events"]}
        columns["centres"] = file["scanner/crystal_centre_mm"][:] if "scanner" in file else None
        return columns, dict(file["events"].attrs), " ".join(notes)


def number(rows):
    """GATE's number of a crystal, ring by ring, of its row in the table's scanner."""
    module, within = np.divmod(rows.astype(int), 64)
    ring = module // 24 * 8 + within // 8
    return ring * 192 + module % 24 * 8 + within % 8


def tof_points(columns, keep, ends):
    """Where the difference of times puts the events: from the middle towards end 2, as tof_ps = t1 - t2 counts."""
    a, b = (end[keep] for end in ends)
    along = (b - a) / np.linalg.norm(b - a, axis=1)[:, None]
    return ((a + b) / 2 + along * columns["tof_ps"][keep, None] * MM_PER_PS / 2).mean(axis=0)


def crystals(columns):
    return [columns["centres"][columns[name]] for name in ("crystal1", "crystal2")]


def points(columns):
    return [np.stack([columns[f"{axis}{end}_mm"] for axis in "xyz"], axis=1) for end in (1, 2)]


def test_positions_find_their_crystals(tmp_path, ring):
    columns, attributes, notes = converted(tmp_path, "--scanner", ring, GATE / "point_gate9.root")
    truth = expected("point_gate9.root:Coincidences")
    assert [int(number(columns[f"crystal{i}"]).sum()) for i in (1, 2)] == truth["sum crystal number 1, 2"]
    assert np.bincount(columns["source"]).tolist() == [truth["trues"], truth["scattered"], truth["randoms"]]
    assert -columns["tof_ps"].sum() == pytest.approx(truth["sum time2 - time1 (ps)"], abs=1)
    for i in (0, 1):
        assert crystals(columns)[i].sum(axis=0) == pytest.approx(truth[f"sum crystal centres {i + 1} (mm)"], abs=0.01)
    assert tof_points(columns, columns["source"] == 0, crystals(columns)) == pytest.approx(
        truth["trues: mean TOF point, crystal centres (mm)"], abs=0.01)
    assert attributes["start_s"] == 0 and attributes["duration_s"] == 1
    assert "10.06 mm at most" in notes and "--tof-fwhm-ps" in notes
    assert "--tof-fwhm-ps" not in converted(
        tmp_path, "--tof-fwhm-ps", "200", "--scanner", ring, GATE / "point_gate9.root")[2]


def test_volumes_alone_find_their_crystals_and_delayeds_are_found(tmp_path, ring):
    columns, _, _ = converted(tmp_path, "--scanner", ring, GATE / "disk_gate9_masked.root")
    prompt = columns["kind"] == 0
    for tree, keep in (("Coincidences", prompt), ("delayedCoincidences", ~prompt)):
        truth = expected(f"disk_gate9_masked.root:{tree}")
        assert keep.sum() == truth["entries"]
        for i in (1, 2):
            assert int(number(columns[f"crystal{i}"][keep]).sum()) == truth["sum crystal number 1, 2"][i - 1]
        assert (columns["source"][keep] == 2).sum() == truth["randoms"]
    assert tof_points(columns, prompt & (columns["source"] == 0), crystals(columns)) == pytest.approx(
        [-10.934, 4.897, -4.075], abs=0.01)
    assert columns["tof_ps"][~prompt].min() >= -4000


def test_points_are_kept_as_they_are(tmp_path):
    columns, _, _ = converted(tmp_path, "--positions", GATE / "point_gate9.root")
    truth = expected("point_gate9.root:Coincidences")
    assert tof_points(columns, columns["source"] == 0, points(columns)) == pytest.approx(
        truth["trues: mean TOF point, globalPos (mm)"], abs=0.01)


@pytest.mark.parametrize("file, near", [("point_gate10_online.root", 2), ("point_gate10_offline.root", 1)])
def test_both_sorters_of_gate_10(tmp_path, ring, file, near):
    truth = expected(f"{file}:Coincidences")
    columns, _, notes = converted(tmp_path, "--scanner", ring, GATE / file)
    assert len(columns["kind"]) == truth["entries"] - near
    assert f"{near} between neighbours" in notes
    assert (columns["source"] == 2).sum() == truth["randoms"]
    assert columns["time_s"].max() <= 1
    positions, _, _ = converted(tmp_path, "--positions", GATE / file)
    if "not random, not near: mean TOF point (mm)" in truth:
        assert tof_points(positions, positions["source"] != 2, points(positions)) == pytest.approx(
            truth["not random, not near: mean TOF point (mm)"], abs=0.01)


def test_ascii_goes_on_in_numbered_files(tmp_path, ring):
    columns, _, _ = converted(tmp_path, "--scanner", ring, GATE / "pointCoincidences.dat")
    root, _, _ = converted(tmp_path, "--scanner", ring, GATE / "point_gate9.root")
    assert len(columns["kind"]) == 146
    assert columns["tof_ps"] == pytest.approx(root["tof_ps"], abs=0.1)
    assert (columns["source"] == root["source"]).all()


def test_ascii_with_a_mask(tmp_path, ring):
    arguments = ("--scanner", ring, GATE / "diskMaskedCoincidences.dat")
    columns, _, _ = converted(tmp_path, "--mask", MASK, *arguments)
    root, _, _ = converted(tmp_path, "--scanner", ring, GATE / "disk_gate9_masked.root")
    assert (columns["crystal1"] == root["crystal1"][:40]).all()
    with pytest.raises(GateError, match="26 columns"):
        converted(tmp_path, *arguments)
    with pytest.raises(GateError, match="do not fit the mask"):
        converted(tmp_path, "--mask", MASK.replace("0", "1", 1), *arguments)


def test_several_files_energies_and_rayleigh(tmp_path, ring):
    file = GATE / "point_gate9.root"
    truth = expected("point_gate9.root:Coincidences")
    twice, _, _ = converted(tmp_path, "--scanner", ring, file, file)
    assert len(twice["kind"]) == 2 * 146
    window, _, _ = converted(tmp_path, "--energy-kev", 430, 650, "--scanner", ring, file)
    assert len(window["kind"]) == truth["entries with both energies in 430..650 keV"]
    compton, _, _ = converted(tmp_path, "--ignore-rayleigh", "--scanner", ring, file)
    assert (compton["source"] == 1).sum() == truth["same event and comptonPhantom > 0 (Rayleigh ignored)"]


def write_tree(path, name="Coincidences", rows=4, **other):
    """A small tree of GATE 9; other columns replace its own, None leaves them out."""
    columns = {f"{key}{i}": np.arange(rows) + 0.0 for key in ("time", "globalPosX", "globalPosY", "globalPosZ")
               for i in (1, 2)}
    columns["time2"] = columns["time1"] + 1e-9
    columns |= other
    with uproot.recreate(path) as file:
        write_rows(file, name, {key: value for key, value in columns.items() if value is not None})


def write_rows(file, name, columns):
    """A TTree, as GATE's."""
    file.mktree(name, {key: value.dtype for key, value in columns.items()})
    file[name].extend(columns)


def test_scanner_made_of_hits(tmp_path):
    """Many hits spread evenly in the crystals of the ring, with positions and volumes, through the true centres."""
    random = np.random.default_rng(1)
    cylinder = scanner.read_cylinder(_ring_file(tmp_path))
    rows = np.concatenate([random.permutation(3072) for _ in range(40)])
    other = (rows + 768) % 3072
    single = {}
    for i, r in ((1, rows), (2, other)):
        module, within = np.divmod(r, 64)
        depth, around, along = random.uniform([-10, -2, -2], [10, 2, 2], (len(r), 3)).T
        n = cylinder.normals[r]
        p = cylinder.centres_mm[r] + depth[:, None] * n + around[:, None] * np.stack([n[:, 1], -n[:, 0], 0 * depth], 1)
        p[:, 2] += along
        single |= {f"globalPos{a}{i}": p[:, k] for k, a in enumerate("XYZ")}
        single |= {f"rsectorID{i}": module % 24, f"moduleID{i}": module // 24, f"crystalID{i}": within}
    write_tree(tmp_path / "hits.root", rows=len(rows), **single)
    columns, _, notes = converted(tmp_path, tmp_path / "hits.root")
    assert len(columns["centres"]) == 3072 and "0 of the 3072" in notes
    error = crystals(columns)[0] - cylinder.centres_mm[rows]
    assert np.sqrt((error ** 2).mean(axis=0)).max() < 1.0  # sqrt(20^2 / 12 / 80) in depth
    with h5py.File(tmp_path / "out.h5") as file:
        normals = file["scanner/crystal_normal"][:][columns["crystal1"]]
    assert (normals * cylinder.normals[rows]).sum(axis=1).min() > np.cos(np.deg2rad(5))


def _ring_file(tmp_path):
    path = tmp_path / "ring.toml"
    path.write_text(RING)
    return path


def test_slices_are_one_and_lower_cycles_do_not_count(tmp_path):
    with uproot.recreate(tmp_path / "runs.root") as file:
        for name in ("Coincidences_run0", "Coincidences_run1"):
            write_rows(file, name, {"time1": np.zeros(3), "time2": np.full(3, 1e-9)})
        for rows in (3, 5):
            write_rows(file, "other", {"time1": np.zeros(rows), "time2": np.full(rows, 1e-9),
                                       "runID": np.zeros(rows, int)})
    lines = list(command.listing(str(tmp_path / "runs.root")))
    assert any("Coincidences, 6 prompts" in line for line in lines)
    assert any("other, 5 prompts" in line for line in lines)


WRONG_ROOT = {
    "no times": dict(time1=None),
    "no positions": dict(globalPosX1=None),
    "no rows and no volumes": dict(rows=0),
    "turning scanner": dict(rotationAngle=np.arange(4.0), crystalID1=np.arange(4), crystalID2=np.arange(4),
                            rsectorID1=np.arange(4), rsectorID2=np.arange(4)),
    "one volume": dict(rsectorID1=np.zeros(4, int), rsectorID2=np.zeros(4, int), crystalID1=np.zeros(4, int),
                       crystalID2=np.zeros(4, int)),
}


@pytest.mark.parametrize("what", WRONG_ROOT)
def test_wrong_trees_are_refused(tmp_path, what):
    write_tree(tmp_path / "in.root", **WRONG_ROOT[what])
    with pytest.raises(GateError, match=r"\w+ .* \w+"):
        converted(tmp_path, tmp_path / "in.root")
    assert not (tmp_path / "out.h5").exists() and not (tmp_path / "out.h5.part").exists()


def test_wrong_volumes_are_refused(tmp_path, ring):
    volumes = {f"{name}{i}": np.zeros(4, int) for name in ("gantryID", "rsectorID", "moduleID", "submoduleID", "crystalID")
               for i in (1, 2)}
    without = {f"globalPos{axis}{i}": None for axis in "XYZ" for i in (1, 2)}
    write_tree(tmp_path / "in.root", **(volumes | without | {"rsectorID2": np.full(4, 24)}))
    with pytest.raises(GateError, match="rsector of number 24"):
        converted(tmp_path, "--scanner", ring, tmp_path / "in.root")
    with pytest.raises(GateError, match="384 crystals around"):
        converted(tmp_path, "--repeats", "rsector=48x1", "--scanner", ring, tmp_path / "in.root")
    with pytest.raises(GateError, match="parts are like"):
        converted(tmp_path, "--repeats", "ring=48", "--scanner", ring, tmp_path / "in.root")


@pytest.mark.parametrize("text", ["", "1 2 3\n", "a b\n", " ".join(["1"] * 46) + "\n1 2\n", " ".join(["x"] * 46) + "\n",
                                  " ".join(["1"] * 45) + "\n", " ".join(["1"] * 44) + "\n"])
def test_wrong_ascii_is_refused(tmp_path, ring, text):
    (tmp_path / "in.dat").write_text(text)
    with pytest.raises(GateError):
        converted(tmp_path, "--scanner", ring, tmp_path / "in.dat")


@pytest.mark.parametrize("arguments, says", [
    (["--mask", "1 2"], "--mask has 2 values"), (["--mask", "a"], "holds something else"),
    (["--scanner", "none.toml"], "cannot be read"), (["--tree", "Hits"], "has no tree Hits"),
    (["--delayed", "late"], "has no tree late"), (["--energy-kev", "0", "1"], "no coincidences")])
def test_wrong_options_are_refused(tmp_path, ring, arguments, says):
    file = "pointCoincidences.dat" if "--mask" in arguments else "point_gate9.root"
    if "--scanner" not in arguments:
        arguments = ["--scanner", ring, *arguments]
    with pytest.raises(GateError, match=says):
        converted(tmp_path, *arguments, GATE / file)


@pytest.mark.parametrize("cut", [0, 10, 1000, 20000, 60000])
def test_cut_files_are_refused(tmp_path, ring, cut):
    (tmp_path / "in.root").write_bytes((GATE / "point_gate9.root").read_bytes()[:cut])
    with pytest.raises(GateError):
        converted(tmp_path, "--scanner", ring, tmp_path / "in.root")


def test_wrong_scanners_are_refused(tmp_path):
    for text in ("", "name = 3", "[module]\ncrystals_transaxial = 'x'", RING.replace("radius_mm", "radius")):
        (tmp_path / "wrong.toml").write_text(text)
        with pytest.raises(GateError, match="no description"):
            converted(tmp_path, "--scanner", tmp_path / "wrong.toml", GATE / "point_gate9.root")


@pytest.mark.parametrize("name", ["none.root", "none.dat"])
def test_missing_files_are_named(tmp_path, capsys, name):
    assert command.main([str(tmp_path / name), str(tmp_path / "out.h5")]) == 3
    assert f"{name} cannot be read: there is no such file" in capsys.readouterr().err


def test_other_outputs_are_refused(tmp_path, capsys):
    assert command.main([str(GATE / "point_gate9.root"), str(tmp_path / "out.petsird")]) == 3
    assert "coincide --convert" in capsys.readouterr().err


@pytest.mark.skipif("COINCIDE_PROGRAM" not in os.environ, reason="COINCIDE_PROGRAM does not name the program")
def test_the_program_reads_what_is_written(tmp_path, ring):
    converted(tmp_path, "--tof-fwhm-ps", 300, "--scanner", ring, GATE / "disk_gate9_masked.root")
    info = subprocess.run([os.environ["COINCIDE_PROGRAM"], "--info", tmp_path / "out.h5"], capture_output=True, text=True)
    assert info.returncode == 0, info.stderr
    assert "3072 in 48 modules" in info.stdout
    for count in ("555", "70"):
        assert count in info.stdout
    info = subprocess.run([os.environ["COINCIDE_PROGRAM"], "--info", tmp_path / "out.h5", "--set", "input.only=trues"],
                          capture_output=True, text=True)
    assert "354" in info.stdout and "For study" in info.stdout
