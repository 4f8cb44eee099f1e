"""Coincidences in GATE 9's ASCII files: blanks between numbers, single 1, then single 2, no header."""
from pathlib import Path

import numpy as np

from . import GateError
from .coincidences import Coincidences

ENTRIES = 18  # of a mask that GATE reads
VOLUMES = 11  # the mask entry that stands for all volume numbers together, from 0
WHOLE = (46, 40)  # columns without a mask: cylindricalPET, ecat
LEVELS = (6, 3, 7)  # of volumes: cylindricalPET, ecat, PETscanner
ROWS = 200_000


def layout(columns, mask, path):
    """{mask entry: columns of a single}, and how many columns a single has."""
    if mask is None:
        if columns not in WHOLE:
            raise GateError(f"{path} has {columns} columns, and without a mask there are 46 (cylindricalPET) or 40 "
                            "(ecat): give the mask of the macro's setCoincidenceMask as --mask \"1 0 1 ...\".")
        mask = [1] * ENTRIES
    if len(mask) < ENTRIES or any(m not in (0, 1) for m in mask):
        raise GateError(f"--mask has {len(mask)} values, but GATE's has {ENTRIES} or more, each 0 or 1.")
    mask = mask[:ENTRIES]
    plain = sum(mask) - mask[VOLUMES]
    levels = columns // 2 - plain
    if columns % 2 or levels not in (LEVELS if mask[VOLUMES] else (0,)):
        raise GateError(f"{path} has {columns} columns, which do not fit the mask: of a single it takes {plain} "
                        "columns beside the volume numbers.")
    places, at = {}, 0
    for entry in range(ENTRIES):
        width = levels if entry == VOLUMES else 1
        if mask[entry]:
            places[entry] = list(range(at, at + width))
            at += width
    return places, at


def parts_of(path):
    """The file, and NAME_1.dat, NAME_2.dat ... that GATE goes on in at its size limit."""
    path = Path(path)
    parts = [path]
    while (following := path.with_name(f"{path.stem}_{len(parts)}{path.suffix}")).exists():
        parts.append(following)
    return parts


def read(path, mask=None):
    """Yields Coincidences."""
    for part in parts_of(path):
        with open(part, encoding="ascii", errors="replace") as file:
            for first in range(0, 1 << 62, ROWS):
                lines = [line for _, line in zip(range(ROWS), file)]
                if not lines:
                    break
                yield _decoded(_numbers(lines, part, first), part, mask)


def _numbers(lines, path, first):
    columns = len(lines[0].split())
    for i, line in enumerate(lines):
        if len(line.split()) != columns:
            raise GateError(f"{path}, line {first + i + 1}: it has {len(line.split())} columns, and the first {columns}.")
    try:
        return np.array(" ".join(lines).split(), dtype=float).reshape(-1, columns)
    except ValueError as error:
        raise GateError(f"{path}, from line {first + 1} on: {error}.") from error


def _decoded(numbers, path, mask):
    places, width = layout(numbers.shape[1], mask, path)
    if 6 not in places:
        raise GateError(f"{path} has no times, as its mask leaves them out.")

    def both(entries, kind=float):
        """(n, 2, columns) of mask entries; None if one is missing."""
        if not all(entry in places for entry in entries):
            return None
        one = [column for entry in entries for column in places[entry]]
        return np.stack([numbers[:, one], numbers[:, [width + c for c in one]]], axis=1).astype(kind)

    pair = lambda entry, kind=float: None if (b := both([entry], kind)) is None else b[:, :, 0]
    total = lambda entry: None if (p := pair(entry, int)) is None else p.sum(axis=1)
    times = pair(6)
    motion = [p for p in (pair(16), pair(17)) if p is not None]
    return Coincidences(time_s=times[:, 0], later_ps=(times[:, 1] - times[:, 0]) * 1e12, points_mm=both([8, 9, 10]),
                        volumes=both([VOLUMES], int), events=pair(1, int), compton=total(12), rayleigh=total(14),
                        energy_mev=pair(7), moves=any(np.ptp(m) > 0 for m in motion))
