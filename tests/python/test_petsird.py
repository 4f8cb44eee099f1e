"""PETSIRD's own Python package reads what we write, and we read what it writes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

petsird = pytest.importorskip("petsird")
helpers = pytest.importorskip("petsird.helpers")
COPY = os.environ.get("COINCIDE_PETSIRD_COPY")
if not COPY:
    pytest.skip("COINCIDE_PETSIRD_COPY does not name the program that reads and writes", allow_module_level=True)

KITCHEN = Path(__file__).parents[1] / "data" / "petsird" / "kitchen_head.petsird"


def counted(*paths):
    """Reads the first file, writes the second if there is one, and returns what was counted."""
    text = subprocess.run([COPY, *map(str, paths)], check=True, capture_output=True, text=True).stdout
    return {name: int(number) for name, number in (line.split() for line in text.splitlines())}


def analysis(path):
    """The numbers that PETSIRD's own analysis prints."""
    command = [sys.executable, "-m", "petsird.helpers.analysis", "-i", str(path)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    numbers = {}
    for line in text.splitlines():
        for name, words in (("prompts", "Number of prompt events: "), ("delayeds", "Number of delayed events: ")):
            if line.startswith(words):
                numbers[name] = int(line.removeprefix(words))
    return numbers


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """A file of the package's generator, made smaller."""
    path = tmp_path_factory.mktemp("petsird") / "generated.petsird"
    code = (
        "import random; random.seed(1); import petsird.helpers.generator as g;"
        "g.mtype0_def.num_crystals_per_module = (2, 2, 3); g.mtype1_def.num_crystals_per_module = (1, 3, 4);"
        "g.mtype0_def.num_modules_along_ring = 8; g.NUMBER_OF_TIME_BLOCKS = 3; g.COUNT_RATE = 100; g.generate()"
    )
    with open(path, "wb") as file:
        subprocess.run([sys.executable, "-c", code], check=True, stdout=file)
    return path


def test_generated_file_is_counted_alike(generated):
    ours = counted(generated)
    theirs = analysis(generated)
    assert ours["prompts"] == theirs["prompts"] > 0
    assert ours["delayeds"] == theirs["delayeds"]


def test_their_tools_open_our_file(generated, tmp_path):
    copy = tmp_path / "copy.petsird"
    ours = counted(generated, copy)
    assert analysis(copy) == {name: ours[name] for name in ("prompts", "delayeds")}


def test_their_helpers_find_the_same_efficiencies_in_our_file(tmp_path):
    """The efficiencies of the first events of the kitchen, as its makers state them (kitchen_expected_lors.json)."""
    copy = tmp_path / "copy.petsird"
    counts = counted(KITCHEN, copy)
    assert (counts["prompts"], counts["delayeds"]) == (8, 1)
    with petsird.BinaryPETSIRDReader(str(copy)) as reader:
        scanner = reader.read_header().scanner
        blocks = [block.value for block in reader.read_time_blocks()]
    blocks = [block for block in blocks if isinstance(block, petsird.EventTimeBlock)]
    assert [(block.time_interval.start, block.time_interval.stop) for block in blocks] == [(0, 1), (1, 2)]
    assert scanner.delayed_event_policy != petsird.CoincidencePolicy.NONE

    def sizes(kind):
        return [[[len(events) for events in row] for row in getattr(block, kind)] for block in blocks]

    assert sizes("prompt_events") == [[[3], [1, 1]], [[1], [2, 0]]]
    assert sizes("delayed_events") == [[[1], [0, 0]], [[0], [0, 0]]]
    expected = {(0, 0): [0.12043360919491744, 0.37432013164224565, 0.10179269241973503, 0.04538382982502464],
                (1, 1): [0.22675692367393446]}
    for types, efficiencies in expected.items():
        events = [event for block in blocks for event in block.prompt_events[types[0]][types[1]]]
        for event, efficiency in zip(events, efficiencies, strict=True):
            found = helpers.get_detection_efficiency(scanner, petsird.TypeOfModulePair(types), event)
            assert found == pytest.approx(efficiency, rel=1e-6)


def test_their_package_reads_our_movements(tmp_path):
    """Where the kitchen's bed stands, before and between its events."""
    copy = tmp_path / "copy.petsird"
    counted(KITCHEN, copy)
    with petsird.BinaryPETSIRDReader(str(copy)) as reader:
        reader.read_header()
        blocks = [block.value for block in reader.read_time_blocks()]
    beds = [block for block in blocks if isinstance(block, petsird.BedMovementTimeBlock)]
    assert [block.time_interval.start for block in beds] == [0, 1]
    for block in beds:
        turn = block.transform.matrix[:, :3]
        assert turn @ turn.T == pytest.approx(np.eye(3), abs=1e-6)
    assert beds[0].transform.matrix[:, 3].tolist() != beds[1].transform.matrix[:, 3].tolist()


def test_their_package_reads_our_dead_time(tmp_path):
    """The kitchen's alive fractions as its makers wrote them, and as we write them."""
    copy = tmp_path / "copy.petsird"
    counted(KITCHEN, copy)
    with petsird.BinaryPETSIRDReader(str(copy)) as reader:
        reader.read_header()
        blocks = [block.value for block in reader.read_time_blocks()]
    (ours,) = [block for block in blocks if isinstance(block, petsird.DeadTimeTimeBlock)]
    stated = [json.loads(line) for line in KITCHEN.with_suffix(".ndjson").read_text().splitlines()]
    (theirs,) = [line["timeBlocks"]["DeadTimeTimeBlock"] for line in stated if "DeadTimeTimeBlock" in line.get("timeBlocks", {})]
    assert [ours.time_interval.start, ours.time_interval.stop] == [theirs["timeInterval"][key] for key in ("start", "stop")]
    fractions = theirs["aliveTimeFractions"]["singlesAliveTimeFractions"]
    for found, expected in zip(ours.alive_time_fractions.singles_alive_time_fractions, fractions, strict=True):
        assert found.tolist() == pytest.approx(expected["data"], rel=1e-6)


def test_our_hdf5_holds_what_their_package_reads_of_our_binary(tmp_path):
    """The package has no HDF5; upstream's layout is read with h5py."""
    h5py = pytest.importorskip("h5py")
    binary, hdf5 = tmp_path / "copy.petsird", tmp_path / "copy.h5"
    counted(KITCHEN, binary)
    assert counted(KITCHEN, hdf5) == counted(hdf5) == counted(binary)
    with petsird.BinaryPETSIRDReader(str(binary)) as reader:
        reader.read_header()
        blocks = [block.value for block in reader.read_time_blocks()]
    with h5py.File(hdf5) as file:
        group = file["PETSIRD"]
        index = group["timeBlocks/$index"][:]
        kinds = h5py.check_enum_dtype(index.dtype["type"])
        assert [row["type"] for row in index] == [kinds[type(block).__name__] for block in blocks]
        for row, block in zip(index, blocks, strict=True):
            if isinstance(block, petsird.EventTimeBlock):  # others are nested too deep for h5py
                record = group["timeBlocks/EventTimeBlock"][row["offset"]]
                assert record["timeInterval"]["stop"] == block.time_interval.stop
                for ours, theirs in ((record["promptEvents"], block.prompt_events), (record["delayedEvents"], block.delayed_events)):
                    found = [[[(*event["detectionBins"], event["tofIdx"]) for event in events] for events in row] for row in ours]
                    assert found == [[[(*event.detection_bins, event.tof_idx) for event in events] for events in row] for row in theirs]
