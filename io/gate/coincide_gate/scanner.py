"""The scanner of a simulation: from a description, or from where its crystals were hit."""
from dataclasses import dataclass

import numpy as np

from . import GateError

ENOUGH_HITS = 10  # of a crystal, on average, for its middle to be known within 0.4 mm
SMALL_MODULE = 4  # crystals, of which no plane is made


@dataclass
class Scanner:
    """Crystals in rows; those of a module follow each other, equally many in each."""

    name: str
    centres_mm: np.ndarray  # (crystals, 3)
    normals: np.ndarray  # (crystals, 3) unit vectors into the bore
    face_mm2: float
    crystals_per_module: int
    tof_fwhm_ps: float | None = None

    @property
    def bore_mm(self):
        """Half the width between its crystals."""
        return np.hypot(self.centres_mm[:, 0], self.centres_mm[:, 1]).min()


@dataclass
class Cylinder(Scanner):
    """Of a description in resources/scanners, whose rings and places around are known."""

    transaxial: int = 0  # crystals of a module
    axial: int = 0
    modules: int = 0  # in a ring
    rings: int = 0  # of modules

    def rows(self, ring, place):
        """Rows of crystals by ring (0 at the lowest z) and place around."""
        module_ring, a = np.divmod(ring, self.axial)
        module, t = np.divmod(place, self.transaxial)
        return ((module_ring * self.modules + module) * self.axial + a) * self.transaxial + t


def read_cylinder(path):
    """A TOML file as in resources/scanners."""
    import tomllib
    try:
        with open(path, "rb") as file:
            d = tomllib.load(file)
        module, ring, axial = d["module"], d["ring"], d["axial"]
        t, a = module["crystals_transaxial"], module["crystals_axial"]
        angle = np.deg2rad(ring.get("first_angle_deg", 0)) + 2 * np.pi * np.arange(ring["modules"]) / ring["modules"]
        centred = lambda n, pitch: (np.arange(n) - (n - 1) / 2) * pitch
        shape = (axial["rings"], ring["modules"], a, t)
        full = lambda values, dimension: np.broadcast_to(
            values.reshape([-1 if i == dimension else 1 for i in range(4)]), shape).ravel()
        around = full(centred(t, module["pitch_transaxial_mm"]), 3)
        z = full(centred(axial["rings"], axial.get("pitch_mm", 0)), 0) + full(centred(a, module["pitch_axial_mm"]), 2)
        cosine, sine = full(np.cos(angle), 1), full(np.sin(angle), 1)
        radius = ring["radius_mm"]
        centres = np.stack([radius * cosine - around * sine, radius * sine + around * cosine, z], axis=1)
        return Cylinder(d["name"], centres, np.stack([-cosine, -sine, 0 * z], axis=1),
                        module["crystal_size_mm"][0] * module["crystal_size_mm"][1], a * t,
                        d.get("tof", {}).get("fwhm_ps"), t, a, ring["modules"], axial["rings"])
    except OSError as error:
        raise GateError(f"The scanner {path} cannot be read: {error.strerror}.") from error
    except (KeyError, TypeError, ValueError) as error:
        raise GateError(f"The scanner {path} is no description as in resources/scanners: {error!r}.") from error


def split_repeats(text, cylinder):
    """"rsector=24x1 module=1x2 crystal=8x8": how often levels repeat around and along the axis, as {level: (T, A)}.

    Without text, rsectors are the scanner's modules around, modules its rings, crystals those of its modules.
    """
    levels = {"rsector": (cylinder.modules, 1), "module": (1, cylinder.rings), "submodule": (1, 1),
              "crystal": (cylinder.transaxial, cylinder.axial)}
    for part in (text or "").split():
        level, _, repeats = part.partition("=")
        t, _, a = repeats.partition("x")
        if level not in levels or not (t.isdigit() and a.isdigit()):
            raise GateError(f"--repeats holds \"{part}\", but its parts are like module=1x2, of rsector, module, "
                            "submodule and crystal: times around x times along the axis.")
        levels[level] = (int(t), int(a))
    around, along = np.prod(list(levels.values()), axis=0)
    if (around, along) != (cylinder.modules * cylinder.transaxial, cylinder.rings * cylinder.axial):
        raise GateError(f"The levels repeat to {around} crystals around and {along} along the axis, but the scanner has "
                        f"{cylinder.modules * cylinder.transaxial} and {cylinder.rings * cylinder.axial}: say how "
                        "they repeat with --repeats \"rsector=24x1 module=1x2 submodule=1x1 crystal=8x8\".")
    return levels


def rows_of_volumes(cylinder, volumes, levels):
    """Rows of crystals by GATE's numbers of a cylindricalPET (n, 2, 6), or of an ecat (n, 2, 3).

    At every level the place around is counted first, towards positive coordinates; rsectors go counter-clockwise.
    """
    if volumes.shape[2] == 3:
        numbers = {"rsector": volumes[..., 1], "crystal": volumes[..., 2]}
    elif volumes.shape[2] >= 5:
        numbers = dict(zip(("rsector", "module", "submodule", "crystal"), np.moveaxis(volumes[..., 1:5], -1, 0)))
    else:
        raise GateError(f"Volumes of {volumes.shape[2]} levels are not understood: those of cylindricalPET and ecat are.")
    ring = place = np.zeros(volumes.shape[:2], int)
    for level, number in numbers.items():
        t, a = levels[level]
        if (number < 0).any() or (number >= t * a).any():
            raise GateError(f"There is a {level} of number {number.max()}, but they repeat {t} x {a} times: "
                            "--repeats, or the scanner, is another one's.")
        ring = ring * a + number // t
        place = place * t + number % t
    return cylinder.rows(ring, place)


class Finder:
    """Rows of the crystals that are nearest to points, in a scanner."""

    def __init__(self, scanner):
        self.scanner = scanner
        self.cell_mm = max(4.0, np.sqrt(scanner.face_mm2))
        self.cells = {}
        for row, cell in enumerate(map(tuple, self._cell(scanner.centres_mm))):
            self.cells.setdefault(cell, []).append(row)
        self.sum_mm, self.largest_mm, self.points = 0.0, 0.0, 0

    def _cell(self, points):
        return np.floor(points / self.cell_mm).astype(int)

    def rows(self, points_mm):
        """(n, 2) of (n, 2, 3), in pieces that memory holds."""
        flat = points_mm.reshape(-1, 3)
        rows = np.empty(len(flat), int)
        order = np.lexsort(self._cell(flat).T)
        cells = self._cell(flat)[order]
        starts = np.flatnonzero(np.append(True, (np.diff(cells, axis=0) != 0).any(axis=1)))
        for start, stop in zip(starts, np.append(starts[1:], len(flat))):
            some = order[start:stop]
            near = self._near(cells[start])
            distance = np.linalg.norm(flat[some, None] - self.scanner.centres_mm[near], axis=2)
            rows[some] = near[distance.argmin(axis=1)]
            self.sum_mm += distance.min(axis=1).sum()
            self.largest_mm = max(self.largest_mm, distance.min(axis=1).max())
        self.points += len(flat)
        return rows.reshape(points_mm.shape[:2])

    def _near(self, cell):
        """Crystals in the cells around, wide enough for the depth of a crystal; all if there are none."""
        reach = int(np.ceil(20 / self.cell_mm))
        around = np.arange(-reach, reach + 1)
        near = [row for x in around for y in around for z in around
                for row in self.cells.get((cell[0] + x, cell[1] + y, cell[2] + z), ())]
        return np.array(near) if near else np.arange(len(self.scanner.centres_mm))


class Hits:
    """Sums of where each crystal was hit, by its numbers of volumes."""

    def __init__(self):
        self.sums = {}

    def add(self, volumes, points_mm):
        flat = volumes.reshape(-1, volumes.shape[2])
        unique, place = np.unique(flat, axis=0, return_inverse=True)
        place = place.ravel()
        counts = np.bincount(place)
        sums = np.stack([np.bincount(place, points_mm.reshape(-1, 3)[:, axis]) for axis in range(3)], axis=1)
        for key, count, total in zip(map(tuple, unique), counts, sums):
            before = self.sums.get(key, (0, 0.0))
            self.sums[key] = (before[0] + count, before[1] + total)

    def scanner(self):
        """(Scanner, {volumes: row}, notes). Crystals that were never hit are missing, and noted."""
        hits = sum(count for count, _ in self.sums.values())
        if len(self.sums) < 16:
            raise GateError(f"Only {len(self.sums)} different crystals are named, so the numbers of the volumes are "
                            "wrong or missing: give --scanner, and the positions are used.")
        if hits < ENOUGH_HITS * len(self.sums):
            raise GateError(f"{hits} singles in {len(self.sums)} crystals are too few to find where these are ("
                            f"{ENOUGH_HITS} in each are needed): give --scanner, or --positions to keep the points as "
                            "they are.")
        keys = sorted(self.sums)
        centres = np.array([self.sums[key][1] / self.sums[key][0] for key in keys])
        modules = [key[:_module_levels(keys)] for key in keys]
        normals = np.empty_like(centres)
        for module in set(modules):
            rows = [row for row, own in enumerate(modules) if own == module]
            normals[rows] = _normal(centres[rows])
        possible = np.prod([len(set(level)) for level in zip(*keys)])
        notes = [f"The scanner is made of {len(keys)} crystals that were hit, {hits / len(keys):.0f} times each; "
                 f"{possible - len(keys)} of the {possible} that the numbers of the volumes allow never were."]
        scanner = Scanner("made of the hits", centres, normals, _spacing_mm(centres)**2, _per_module(len(keys)))
        return scanner, {key: row for row, key in enumerate(keys)}, notes


def _module_levels(keys):
    """Levels above the last one that differs."""
    differ = [len(set(level)) > 1 for level in zip(*keys)]
    return max((i for i, different in enumerate(differ) if different), default=0)


def _per_module(crystals):
    """Equal parts of at most 64, and many: crystals of one module are never in coincidence."""
    return next(n for n in range(min(64, crystals // 16), 0, -1) if crystals % n == 0)


def _normal(centres):
    """Of the plane through a module's crystals, towards the axis; of few crystals that to the axis itself."""
    middle = centres.mean(axis=0)
    inwards = -middle * [1, 1, 0]
    spread = np.linalg.svd(centres - middle, full_matrices=False)
    flat = len(centres) >= SMALL_MODULE and spread[1][1] > 3 * spread[1][2]
    normal = spread[2][2] if flat else inwards
    return normal / np.linalg.norm(normal) * (1 if normal @ inwards > 0 else -1)


def _spacing_mm(centres):
    some = centres[:: max(1, len(centres) // 500)]
    distance = np.linalg.norm(some[:, None] - centres, axis=2)
    return float(np.median(np.sort(distance, axis=1)[:, 1]))
