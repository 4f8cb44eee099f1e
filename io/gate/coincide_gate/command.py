"""coincide-gate IN.root [MORE ...] OUT.h5"""
import argparse
import os
import sys

import numpy as np

from . import GateError, ascii_file, root_file
from .coincidences import RANDOM, SCATTERED, TRUE
from .scanner import Finder, Hits, read_cylinder, rows_of_volumes, split_repeats
from .table import Table

OF_BORE = 0.25  # of its radius: ends nearer to each other belong to neighbours, and miss every field of view


def main(arguments=None):
    options = parse(arguments)
    try:
        for note in convert(options):
            print(note)
        return 0
    except GateError as error:
        print(f"coincide-gate: {error}", file=sys.stderr)
        return 3


def parse(arguments):
    parser = argparse.ArgumentParser("coincide-gate", description="Converts coincidences of GATE 9 and 10 (ROOT trees, "
                                     "ASCII) to a table of events that Coincide reads.")
    parser.add_argument("inputs", nargs="+", metavar="IN", help="files of one acquisition: .root, or .dat (ASCII)")
    parser.add_argument("output", metavar="OUT.h5")
    parser.add_argument("--list", action="store_true", help="only list the trees of coincidences (OUT is read, too)")
    parser.add_argument("--scanner", help="description as in resources/scanners; else it is made of the data")
    parser.add_argument("--repeats", help="how GATE's levels repeat around x along the axis, where volumes are all that "
                        "is known: \"rsector=24x1 module=1x2 submodule=1x1 crystal=8x8\"")
    parser.add_argument("--positions", action="store_true", help="keep the points where photons were detected")
    parser.add_argument("--tree", help="of the prompts; default: Coincidences, or the only one")
    parser.add_argument("--delayed", help="tree of the delayeds; default: those that come tens of ns later")
    parser.add_argument("--delayed-ascii", help="ASCII file of the delayeds")
    parser.add_argument("--mask", help="the macro's setCoincidenceMask, if the ASCII file was written with one")
    parser.add_argument("--energy-kev", nargs=2, type=float, metavar=("LOW", "HIGH"), help="window of both singles")
    parser.add_argument("--tof-fwhm-ps", type=float, help="of the difference of both singles: sqrt(2) times one's")
    parser.add_argument("--duration-s", nargs=2, type=float, metavar=("START", "STOP"))
    parser.add_argument("--ignore-rayleigh", action="store_true", help="photons that only did that are true")
    return parser.parse_args(arguments)


def convert(options):
    """Writes the table; returns sentences that say what became of what."""
    inputs = [*options.inputs, options.output] if options.list else options.inputs
    for path in inputs:
        if not os.path.isfile(path):
            raise GateError(f"{path} cannot be read: there is no such file.")
    if options.list:
        return [line for path in inputs for line in listing(path)]
    if not options.output.endswith(".h5"):
        raise GateError(f"{options.output} is not to be written here: write a table, OUT.h5, which \"coincide --convert "
                        "OUT.h5 OUT.petsird\" makes a PETSIRD file of.")
    streams = Streams(options)
    ends = Ends(options, streams)
    counts, notes = {"prompts": 0, "delayeds": 0}, list(streams.notes)
    sources = np.zeros(3, int)
    with Table(options.output, ", ".join(options.inputs)) as table:
        for delayed, piece in streams.pieces():
            piece, columns = ends.columns(piece)
            own = piece.sources(not options.ignore_rayleigh)
            counts["delayeds" if delayed else "prompts"] += len(piece)
            if own is not None:
                columns["source"] = own
                sources += 0 if delayed else np.bincount(own, minlength=3)
            columns["tof_ps"] = -(piece.later_ps - (streams.delay_ps if delayed else 0))  # t1 - t2
            columns["time_s"] = piece.time_s
            columns["kind"] = np.full(len(piece), delayed, np.uint8)
            table.add(columns)
        start, stop = options.duration_s or streams.times or (None, None)
        fwhm = options.tof_fwhm_ps or (ends.scanner.tof_fwhm_ps if ends.scanner else None)
        table.attributes(tof_fwhm_ps=fwhm, start_s=start, duration_s=None if start is None else stop - start)
        if ends.scanner:
            table.scanner(ends.scanner)
        if sum(counts.values()) == 0:
            raise GateError(f"There are no coincidences to write; left out: {ends.words()}.")
    notes += [f"{counts['prompts']} prompts, {counts['delayeds']} delayeds; left out: {ends.words()}."]
    if fwhm is None:
        notes.append("The resolution of the differences of arrival times is not known: state it with --tof-fwhm-ps, or in "
                     "the job as input.tof_fwhm_ps.")
    notes += ends.notes()
    if sources.any():
        notes.append(f"Of the prompts {sources[TRUE]} are true, {sources[SCATTERED]} scattered, {sources[RANDOM]} random"
                     + ("." if sources[SCATTERED] else ": no photon scattered, so perhaps no phantomSD was attached."))
    return notes


def listing(path):
    file = root_file.open_file(path)
    for name, trees in root_file.trees_of(file).items():
        kind = "delayeds" if root_file.is_delayed(trees[0]) else "prompts"
        yield f"{path}: {name}, {sum(tree.num_entries for tree in trees)} {kind}"


class Streams:
    """The files' pieces of coincidences, prompts and delayeds."""

    def __init__(self, options):
        self.options, self.notes, self.times = options, [], None
        self.prompts, self.delayeds, delays = [], [], []
        for path in options.inputs:
            if path.endswith(".root"):
                delays += self._add_root(path)
            else:
                self.prompts.append(lambda path=path: ascii_file.read(path, self.mask))
        if options.delayed_ascii:
            self.delayeds.append(lambda: ascii_file.read(options.delayed_ascii, self.mask))
            delays += [piece.later_ps.min() for piece in ascii_file.read(options.delayed_ascii, self.mask)]
        self.delay_ps = round(min(delays), -4) if delays else 0.0  # whole 10 ns

    @property
    def mask(self):
        try:
            return [int(m) for m in self.options.mask.split()] if self.options.mask else None
        except ValueError as error:
            raise GateError(f"--mask \"{self.options.mask}\" holds something else than 0 and 1.") from error

    def _add_root(self, path):
        file = root_file.open_file(path)
        trees = root_file.trees_of(file)
        if not trees:
            raise GateError(f"{path} holds no tree of coincidences (with time1 and time2, or GlobalTime1 and "
                            f"GlobalTime2); its keys are {', '.join(file.keys()) or 'none'}.")
        delayed = [self.options.delayed] if self.options.delayed else [
            name for name, own in trees.items() if root_file.is_delayed(own[0]) and name != self.options.tree]
        prompts = self._prompts(path, [name for name in trees if name not in delayed])
        for name in [prompts, *delayed]:
            if name not in trees:
                raise GateError(f"{path} has no tree {name}; its trees of coincidences are {', '.join(trees)}.")
        self.prompts += [lambda tree=tree: root_file.read(tree) for tree in trees[prompts]]
        self.delayeds += [lambda tree=tree: root_file.read(tree) for name in delayed for tree in trees[name]]
        if own := root_file.duration_s(file):
            self.times = (min(own[0], self.times[0]), max(own[1], self.times[1])) if self.times else own
        self.notes.append(f"{path}: prompts from {prompts}" + "".join(f", delayeds from {name}" for name in delayed))
        return [root_file.smallest_delay_ps(tree) for name in delayed for tree in trees[name]]

    def _prompts(self, path, names):
        if self.options.tree:
            return self.options.tree
        if "Coincidences" in names or len(names) == 1:
            return "Coincidences" if "Coincidences" in names else names[0]
        raise GateError(f"{path} has the trees {', '.join(names)}: say with --tree which holds the prompts.")

    def pieces(self):
        """Yields (is delayed, Coincidences within the energy window)."""
        for delayed, readers in ((False, self.prompts), (True, self.delayeds)):
            for piece in (piece for read in readers for piece in read()):
                if len(inside := self._in_window(piece)):
                    yield delayed, inside

    def _in_window(self, piece):
        if self.options.energy_kev is None:
            return piece
        if piece.energy_mev is None:
            raise GateError("--energy-kev has no use: the file states no energies.")
        low, high = (kev / 1000 for kev in self.options.energy_kev)
        return piece.taken(((piece.energy_mev >= low) & (piece.energy_mev <= high)).all(axis=1))


class Ends:
    """From coincidences to the columns that say where LORs end."""

    def __init__(self, options, streams):
        self.options, self.scanner, self.rows_by_volumes, self.finder, self.levels = options, None, None, None, None
        self.near = self.same = 0
        self._notes = []
        if options.scanner:
            self.scanner = read_cylinder(options.scanner)
            self.finder = Finder(self.scanner)
        elif not options.positions:
            self._derive(streams)

    def _derive(self, streams):
        hits = Hits()
        for _, piece in streams.pieces():
            self._check(piece)
            if piece.points_mm is None or piece.volumes is None:
                raise GateError("The file lacks positions or the numbers of volumes, so that no scanner can be made of "
                                "it: give --scanner.")
            hits.add(piece.volumes, piece.points_mm)
        self.scanner, self.rows_by_volumes, self._notes = hits.scanner()

    def _check(self, piece):
        if piece.moves and not self.options.positions:
            raise GateError("The scanner turns or shifts during the simulation, so that crystals have no one place: "
                            "--positions keeps the points where photons were detected.")

    def columns(self, piece):
        """The coincidences that can be used, and their columns."""
        self._check(piece)
        if self.options.positions:
            if piece.points_mm is None:
                raise GateError("--positions has no use: the file states none.")
            piece = piece.taken(self._usable(piece.points_mm, None))
            return piece, {f"{axis}{end + 1}_mm": piece.points_mm[:, end, i].astype(np.float32)
                           for end in (0, 1) for i, axis in enumerate("xyz")}
        rows = self._rows(piece)
        points = piece.points_mm if piece.points_mm is not None else self.scanner.centres_mm[rows]
        keep = self._usable(points, rows)
        return piece.taken(keep), {f"crystal{end + 1}": rows[keep, end].astype(np.uint32) for end in (0, 1)}

    def _rows(self, piece):
        if self.rows_by_volumes is not None:
            flat = piece.volumes.reshape(-1, piece.volumes.shape[2])
            return np.array([self.rows_by_volumes[tuple(v)] for v in flat]).reshape(-1, 2)
        if piece.points_mm is not None:
            return self.finder.rows(piece.points_mm)
        if piece.volumes is None:
            raise GateError("The file states neither positions nor the numbers of volumes.")
        self.levels = self.levels or split_repeats(self.options.repeats, self.scanner)
        return rows_of_volumes(self.scanner, piece.volumes, self.levels)

    def _usable(self, points, rows):
        """Not within one crystal, and not between neighbours."""
        same = np.zeros(len(points), bool) if rows is None else rows[:, 0] == rows[:, 1]
        bore = self.scanner.bore_mm if self.scanner else np.median(np.linalg.norm(points[..., :2], axis=2))
        near = (np.linalg.norm(points[:, 0] - points[:, 1], axis=1) < OF_BORE * bore) & ~same
        self.same += int(same.sum())
        self.near += int(near.sum())
        return ~same & ~near

    def words(self):
        return f"{self.same} pairs within one crystal, {self.near} between neighbours"

    def notes(self):
        notes = list(self._notes)
        if self.finder and self.finder.points:
            finder = self.finder
            notes.append(f"Photons were detected {finder.sum_mm / finder.points:.2f} mm from the middle of their crystal "
                         f"on average, {finder.largest_mm:.2f} mm at most.")
            if finder.largest_mm > 60:
                notes.append("That is more than crystals are long: is it the right scanner?")
        return notes


if __name__ == "__main__":
    sys.exit(main())
