"""Coincidences of GATE, whatever file they came from, and what they are."""
from dataclasses import dataclass

import numpy as np

TRUE, SCATTERED, RANDOM = 0, 1, 2


@dataclass
class Coincidences:
    """Columns of a piece of a file. Pairs have single 1 first, which came first. What the file lacks is None."""

    time_s: np.ndarray  # (n,) of single 1
    later_ps: np.ndarray  # (n,) t2 - t1
    points_mm: np.ndarray | None  # (n, 2, 3)
    volumes: np.ndarray | None  # (n, 2, levels) whole numbers: from the whole scanner down to the crystal
    events: np.ndarray | None  # (n, 2) number of the decay
    compton: np.ndarray | None  # (n,) scatters of both photons in the phantom
    rayleigh: np.ndarray | None
    energy_mev: np.ndarray | None  # (n, 2)
    moves: bool = False  # the scanner turns or shifts meanwhile

    def __len__(self):
        return len(self.time_s)

    def taken(self, keep):
        """The rows where keep is true."""
        pick = lambda column: None if column is None else column[keep]
        return Coincidences(pick(self.time_s), pick(self.later_ps), pick(self.points_mm), pick(self.volumes),
                            pick(self.events), pick(self.compton), pick(self.rayleigh), pick(self.energy_mev),
                            self.moves)

    def sources(self, count_rayleigh=True):
        """TRUE, SCATTERED or RANDOM of each; None if the file does not tell decays apart.

        Equal event numbers of -2 are noise, and random. Scatters in the detector do not matter.
        """
        if self.events is None:
            return None
        sources = np.full(len(self), TRUE, np.uint8)
        scatters = np.zeros(len(self), int)
        for counter in (self.compton, self.rayleigh if count_rayleigh else None):
            scatters += 0 if counter is None else counter
        sources[scatters > 0] = SCATTERED
        sources[(self.events[:, 0] != self.events[:, 1]) | (self.events < 0).any(axis=1)] = RANDOM
        return sources


def joined(pieces):
    """One of several pieces of the same columns."""
    def join(name):
        columns = [getattr(piece, name) for piece in pieces]
        return None if any(column is None for column in columns) else np.concatenate(columns)
    names = ("time_s", "later_ps", "points_mm", "volumes", "events", "compton", "rayleigh", "energy_mev")
    return Coincidences(*(join(name) for name in names), moves=any(piece.moves for piece in pieces))
