"""Trees of coincidences in ROOT files of GATE 9 and 10."""
import re
from contextlib import contextmanager

import numpy as np

from . import GateError
from .coincidences import Coincidences

LEVELS = [
    ("gantryID", "rsectorID", "moduleID", "submoduleID", "crystalID", "layerID"),  # cylindricalPET, OPET
    ("gantryID", "sectorID", "cassetteID", "moduleID", "crystalID", "layerID"),  # CPET
    ("gantryID", "blockID", "crystalID"),  # ecat
    ("baseID", "level1ID", "level2ID", "level3ID", "level4ID", "level5ID"),  # PETscanner
]
ROWS = "200 MB"  # of memory, at once
LEAST_DELAY_PS = 20_000


@contextmanager
def damage_named(path):
    """uproot raises errors of many kinds for damaged files."""
    try:
        yield
    except GateError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split()) or repr(error)
        raise GateError(f"{path} cannot be read as a ROOT file; it is damaged or cut off: {reason}") from error


def open_file(path):
    try:
        import uproot
    except ImportError as error:
        raise GateError("ROOT files are read with the Python package uproot, which is missing here: "
                        "pip install uproot.") from error
    with damage_named(path):
        return uproot.open(path)


class Names:
    """How a tree spells its branches: GATE 9, or GATE 10 by either of its sorters."""

    def __init__(self, branches):
        self.branches = set(branches)
        self.is_gate10 = {"GlobalTime1", "GlobalTime2"} <= self.branches

    @property
    def is_coincidences(self):
        return self.is_gate10 or {"time1", "time2"} <= self.branches

    @property
    def seconds(self):
        """Per unit of the times."""
        return 1e-9 if self.is_gate10 else 1.0

    def pair(self, *spellings):
        """Names for single 1 and 2 of the first spelling that the tree has; None without."""
        for spelling in spellings:
            names = [spelling.format(i) for i in (1, 2)]
            if self.branches.issuperset(names):
                return names
        return None

    @property
    def times(self):
        return self.pair("GlobalTime{}", "time{}")

    @property
    def points(self):
        axes = [self.pair(f"PostPosition{{}}_{a}", f"PostPosition_{a}{{}}", f"Position{{}}_{a}", f"Position_{a}{{}}",
                          f"globalPos{a}{{}}") for a in "XYZ"]
        return None if None in axes else [[axis[i] for axis in axes] for i in (0, 1)]

    @property
    def volumes(self):
        if pair := self.pair("PreStepUniqueVolumeID{}"):
            return [[name] for name in pair]
        for levels in LEVELS:
            present = [p for p in (self.pair(level + "{}") for level in levels) if p]
            if len(present) > 1:
                return [[p[i] for p in present] for i in (0, 1)]
        return None


def trees_of(file):
    """{name: [trees]} of all trees of coincidences, slices of one acquisition (Coincidences_run0 ...) as one.

    Of the cycles of a tree the highest is complete; lower ones count only if they hold other runs.
    """
    found = {}
    with damage_named(file.file_path):
        for key in file.keys(cycle=True, filter_classname=["TTree", "ROOT::RNTuple"]):
            tree = file[key]
            if Names(tree.keys()).is_coincidences:
                name, cycle = key.rsplit(";", 1)
                found.setdefault(re.sub(r"_run\d+$", "", name), {}).setdefault(name, []).append((int(cycle), tree))
    return {name: [tree for cycles in slices.values() for tree in _complete(cycles)] for name, slices in found.items()}


def _complete(cycles):
    cycles = [tree for _, tree in sorted(cycles, key=lambda pair: pair[0], reverse=True)]
    return [cycles[0]] + [tree for tree in cycles[1:] if _runs(tree).isdisjoint(_runs(cycles[0]))]


def _runs(tree):
    name = next((name for name in ("runID", "RunID1", "runID1") if name in tree.keys()), None)
    return set(np.unique(tree[name].array(library="np"))) if name else {0}


def smallest_delay_ps(tree):
    names = Names(tree.keys())
    times = tree.arrays(names.times, library="np", entry_stop=100_000)
    later = (times[names.times[1]] - times[names.times[0]]) * names.seconds * 1e12
    return later.min() if len(later) else 0.0


def is_delayed(tree):
    return smallest_delay_ps(tree) > LEAST_DELAY_PS


def duration_s(file):
    """(start, stop) that GATE 9.1 and later state; None without."""
    if "pet_data" not in file:
        return None
    data = file["pet_data"].arrays(["start_time_sec", "stop_time_sec"], library="np")
    return (float(data["start_time_sec"].min()), float(data["stop_time_sec"].max())) if len(
        data["start_time_sec"]) else None


def read(tree):
    """Yields Coincidences, some 10^5 at a time."""
    with damage_named(tree.file.file_path):
        yield from _read(tree)


def _read(tree):
    names = Names(tree.keys())
    wanted = list(names.times)
    events = names.pair("EventID{}", "eventID{}")
    energy = names.pair("TotalEnergyDeposit{}", "energy{}")
    counters = {name: names.pair(name + "{}") for name in ("comptonPhantom", "RayleighPhantom")}
    motion = [name for name in ("rotationAngle", "axialPos") if name in names.branches]
    for group in (names.points, names.volumes):
        wanted += [name for single in group or [] for name in single]
    wanted += [name for pair in (events, energy, *counters.values()) for name in pair or []] + motion
    first = {}
    for a in tree.iterate(wanted, library="np", step_size=ROWS):
        if len(a[wanted[0]]) == 0:
            continue
        both = lambda pair: None if pair is None else np.stack([a[name] for name in pair], axis=1)
        sums = {key: None if pair is None else both(pair).sum(axis=1) for key, pair in counters.items()}
        moves = any(np.ptp(np.append(a[name], first.setdefault(name, a[name][0]))) > 0 for name in motion)
        times = both(names.times)
        yield Coincidences(
            time_s=times[:, 0] * names.seconds,
            later_ps=(times[:, 1] - times[:, 0]) * names.seconds * 1e12,
            points_mm=None if names.points is None else np.stack(
                [np.stack([a[name] for name in single], axis=1) for single in names.points], axis=1).astype(float),
            volumes=None if names.volumes is None else _volumes(a, names.volumes),
            events=both(events),
            compton=sums["comptonPhantom"],
            rayleigh=sums["RayleighPhantom"],
            energy_mev=both(energy),
            moves=moves)


def _volumes(a, names):
    """Numbers as they are; of GATE 10's names ("crystal_rep_C-0_0_5_1_12") the copy numbers behind the '-'."""
    singles = []
    for single in names:
        first = a[single[0]]
        if first.dtype == object:
            texts, place = np.unique(first.astype(str), return_inverse=True)
            copies = [[int(n) for n in re.findall(r"\d+", text.rsplit("-", 1)[-1])] for text in texts]
            depth = max(len(c) for c in copies)
            singles.append(np.array([c + [-1] * (depth - len(c)) for c in copies])[place])
        else:
            singles.append(np.stack([a[name] for name in single], axis=1).astype(int))
    depth = max(s.shape[1] for s in singles)
    return np.stack([np.pad(s, ((0, 0), (0, depth - s.shape[1])), constant_values=-1) for s in singles], axis=1)
