"""What we write as CASToR data, byte by byte by the format's description, against PETSIRD's own Python package."""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

petsird = pytest.importorskip("petsird")
helpers = pytest.importorskip("petsird.helpers")
geometry = pytest.importorskip("petsird.helpers.geometry")
CASTOR_COPY, PETSIRD_COPY = os.environ.get("COINCIDE_CASTOR_COPY"), os.environ.get("COINCIDE_PETSIRD_COPY")
if not CASTOR_COPY or not PETSIRD_COPY:
    pytest.skip("COINCIDE_CASTOR_COPY or COINCIDE_PETSIRD_COPY names no program", allow_module_level=True)

POINTS = Path(__file__).parents[3] / "shared" / "data" / "petsird" / "points" / "points_head.petsird"
MM_PER_PS = 0.299792458 / 2
EVENTS = 2000  # whose efficiency is asked of the package, which is slow


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The points in the version that the package reads, and that as CASToR data."""
    if not POINTS.exists():
        pytest.skip("the simulator's files are not beside this checkout")
    folder = tmp_path_factory.mktemp("castor")
    subprocess.run([PETSIRD_COPY, str(POINTS), str(folder / "points.petsird")], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([CASTOR_COPY, str(folder / "points.petsird"), str(folder / "points.cdh")], check=True,
                   stdout=subprocess.DEVNULL)
    return folder


@pytest.fixture(scope="module")
def package(files):
    """The scanner, and (ms, lower crystal, higher crystal, TOF in ps towards the higher one, event) of all prompts."""
    with petsird.BinaryPETSIRDReader(str(files / "points.petsird")) as reader:
        scanner = reader.read_header().scanner
        edges = np.asarray(scanner.tof_bin_edges[0][0].edges, float)
        centres_ps = (edges[1:] + edges[:-1]) / 2 / MM_PER_PS
        prompts, first = [], []
        for block in reader.read_time_blocks():
            for event in block.value.prompt_events[0][0]:
                higher, lower = event.detection_bins
                prompts.append((block.value.time_interval.start, lower, higher, -centres_ps[event.tof_idx]))
                if len(first) < EVENTS:
                    first.append(helpers.get_detection_efficiency(scanner, (0, 0), event))
    return scanner, edges, np.array(prompts), np.array(first)


def keys(path):
    pairs = (line.split(":", 1) for line in path.read_text().splitlines() if ":" in line)
    return {key.strip(): value.strip() for key, value in pairs}


def test_listmode(files, package):
    header = keys(files / "points.cdh")
    assert header["Data mode"] == "list-mode" and header["Data filename"] == "points.cdf"
    assert header["TOF information flag"] == header["Normalization correction flag"] == "1"
    for absent in ("Attenuation", "Scatter", "Random"):
        assert header[absent + " correction flag"] == "0"
    assert header["Coincidence kind flag"] == "0"
    record = np.dtype([("ms", "<u4"), ("norm", "<f4"), ("tof", "<f4"), ("a", "<u4"), ("b", "<u4")])
    assert (files / "points.cdf").stat().st_size == record.itemsize * int(header["Number of events"])
    events = np.fromfile(files / "points.cdf", record)
    assert (events["a"] < events["b"]).all()

    scanner, edges, theirs, efficiency = package
    step_ps, fwhm_ps = (edges[1] - edges[0]) / MM_PER_PS, scanner.tof_resolution[0][0] / MM_PER_PS
    lengths = edges[-1] - edges[0]
    assert float(header["List TOF measurement range (ps)"]) == pytest.approx(lengths / MM_PER_PS, rel=1e-5)
    assert float(header["List TOF quantization bin size (ps)"]) == pytest.approx(step_ps, rel=1e-5)
    assert float(header["TOF resolution (ps)"]) == pytest.approx(fwhm_ps, rel=1e-5)
    # Prompts with an efficiency of 0 are left out of ours.
    crystals = np.asarray(scanner.detection_efficiencies.detection_bin_efficiencies[0])
    alive = crystals[theirs[:, 1].astype(int)] * crystals[theirs[:, 2].astype(int)] > 0
    first = efficiency[alive[:EVENTS]]
    theirs = theirs[alive]
    assert len(events) == len(theirs) == int(header["Number of events"])
    assert (events["ms"] == theirs[:, 0]).all()
    assert (events["a"] == theirs[:, 1]).all() and (events["b"] == theirs[:, 2]).all()
    assert np.allclose(events["tof"], theirs[:, 3], atol=1e-3)
    assert np.allclose(1 / events["norm"][: len(first)], first, rtol=1e-6)


def test_scanner(files, package):
    name = keys(files / "points.cdh")["Scanner name"]
    header = keys(files / (name + ".hscan"))
    table = np.fromfile(files / (name + ".lut"), "<f4").reshape(-1, 6)
    assert len(table) == int(header["number of elements"])
    scanner = package[0]
    crystals = helpers.get_num_det_els(scanner, 0)
    assert len(table) == crystals
    for crystal in range(0, crystals, 97):
        expanded = helpers.expand_detection_bin(scanner, 0, crystal)
        box = geometry.get_detecting_box(scanner, 0, expanded)
        centre = np.mean([corner.c for corner in box.corners], axis=0)
        assert np.allclose(table[crystal, :3], centre, atol=1e-3)
        outwards = table[crystal, 3:]
        assert np.linalg.norm(outwards) == pytest.approx(1, abs=1e-5)
        assert outwards[:2] @ centre[:2] > 0.9 * np.linalg.norm(centre[:2])


def test_normalization(files, package):
    header = keys(files / "points_norm.cdh")
    assert header["Data mode"] == "normalization" and header["Normalization correction flag"] == "1"
    record = np.dtype([("norm", "<f4"), ("a", "<u4"), ("b", "<u4")])
    lors = np.fromfile(files / "points_norm.cdf", record)
    assert len(lors) == int(header["Number of events"])
    assert (lors["a"] < lors["b"]).all()
    assert len(np.unique(lors["a"].astype(np.int64) << 32 | lors["b"])) == len(lors)
    scanner = package[0]
    for lor in lors[:: len(lors) // 1000]:
        theirs = helpers.get_detection_efficiency(scanner, (0, 0), int(lor["b"]), int(lor["a"]))
        assert 1 / lor["norm"] == pytest.approx(theirs, rel=1e-6)
