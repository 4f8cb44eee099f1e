from collections.abc import Sequence
import os
import pathlib

import numpy
import numpy.typing


import os
import pathlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Floats: TypeAlias = NDArray[numpy.float32]
Setting: TypeAlias = bool | int | float | str | tuple[int, int, int] | tuple[float, float, float]
JobLike: TypeAlias = str | os.PathLike[str] | Job | None
Settings: TypeAlias = Mapping[str, Setting | Sequence[float] | os.PathLike[str]] | None
# Callbacks; one that returns False stops the work.
OnProgress: TypeAlias = Callable[[str, float], bool | None] | None
OnImage: TypeAlias = Callable[[Image, float], bool | None] | None
OnMessage: TypeAlias = Callable[[str, str], bool | None] | None
__version__: str

def _set_resource_folder(folder: str | os.PathLike[str]) -> None: ...

class Error(Exception):
    """What Coincide refuses or cannot do, in one sentence."""

class InputError(Error, ValueError):
    """A wrong value, shape, setting or combination."""

class FileError(Error, OSError):
    """A file is missing, damaged, of another kind, or cannot be written."""

class DeviceError(Error, RuntimeError):
    """A device is missing, or memory is not enough."""

def devices() -> list[str]:
    """Words that compute.device takes here: "cpu", "cuda:0"."""

class Grid:
    """
    A box of voxels in the scanner's axes (as DICOM's patient axes LPS), in mm.
    """

    def __init__(self, shape: Sequence[int], voxel_size_mm: Sequence[float], origin_mm: Sequence[float] | None = None) -> None:
        """
        origin_mm is the centre of voxel [0, 0, 0]; without it the box has its middle at 0.
        """

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels along x, y and z."""

    @property
    def voxel_size_mm(self) -> tuple[float, float, float]: ...

    @property
    def origin_mm(self) -> tuple[float, float, float]:
        """Centre of voxel [0, 0, 0]."""

    @property
    def affine(self) -> NDArray[numpy.float64]:
        """(4, 4), from [i, j, k, 1] to mm in the scanner's axes."""

    @property
    def affine_ras(self) -> NDArray[numpy.float64]:
        """
        (4, 4), from [i, j, k, 1] to mm in NIfTI's axes RAS, in which x and y change sign.
        """

    def __eq__(self, other: object, /) -> bool: ...

    def __repr__(self) -> str: ...

class Image:
    """Values on a grid, with their unit and the time that they are of."""

    def __init__(self, values: Array, grid: Grid, unit: str = '1') -> None:
        """values: (x, y, z), copied as float32. unit: "Bq/mL", "1/cm", "1"."""

    @property
    def values(self) -> Floats:
        """
        float32 array of shape (x, y, z), in place: writing to it changes the image.
        """

    @values.setter
    def values(self, values: Array) -> None: ...

    @property
    def grid(self) -> Grid: ...

    @property
    def unit(self) -> str:
        """"Bq/mL", "1/cm", or "1" where it is arbitrary."""

    @unit.setter
    def unit(self, arg: str, /) -> None: ...

    @property
    def frame_start_s(self) -> float:
        """On the clock of the data."""

    @frame_start_s.setter
    def frame_start_s(self, arg: float, /) -> None: ...

    @property
    def frame_duration_s(self) -> float:
        """0: not known."""

    @frame_duration_s.setter
    def frame_duration_s(self, arg: float, /) -> None: ...

    @property
    def description(self) -> str:
        """One line: algorithm, iterations, corrections of resolution."""

    @description.setter
    def description(self, arg: str, /) -> None: ...

    @property
    def affine(self) -> NDArray[numpy.float64]:
        """That of the grid."""

    def __repr__(self) -> str: ...

def read_image(path: str | os.PathLike[str]) -> Image:
    """
    Reads one image of any format that `coincide --info` reads, on a straight grid: oblique ones are resampled,
    with a warning. Raises FileError for a file that is missing, damaged or has several frames.
    """

def read_images(path: str | os.PathLike[str]) -> list[Image]:
    """Reads all frames of a file, or of a DICOM series, with their times."""

def write_image(path: str | os.PathLike[str], image: Image) -> None:
    """
    Writes the image in the format of the path's ending: .nii.gz, .nii, .hv, .hdr, .mha, .mhd, .h5, .dicom.
    """

class Plan:
    """
    What a job will do and need; counts, memory and times are estimates. print() shows it.
    """

    @property
    def scanner(self) -> str: ...

    @property
    def events(self) -> str:
        """Format of the data, or what is simulated."""

    @property
    def device(self) -> str: ...

    @property
    def grid(self) -> Grid: ...

    @property
    def tof(self) -> bool: ...

    @property
    def num_lors(self) -> int: ...

    @property
    def num_prompts(self) -> int: ...

    @property
    def memory_bytes(self) -> int: ...

    @property
    def gpu_memory_bytes(self) -> int:
        """0 on the CPU."""

    @property
    def total_s(self) -> float: ...

    @property
    def result_file(self) -> str: ...

    @property
    def notes(self) -> list[str]: ...

    @property
    def warnings(self) -> list[str]: ...

    def __str__(self) -> str: ...

class Job:
    """
    What to reconstruct, from what, how, and where to: the settings of a job file.

    job["stop.passes"] gives a setting and job["stop.passes"] = 3 changes it, under the names of the TOML file. Values are
    bool, int, float, str (words, texts, paths) or three numbers. Paths count from the job's file, those that are set from
    the working directory; all are absolute here.
    """

    def __init__(self, path: JobLike = None, settings: Settings = None) -> None:
        """
        Of a TOML file, another job, or the defaults, with some settings changed. Raises InputError that names file,
        line and setting.
        """

    def __getitem__(self, key: str) -> Setting: ...

    def __setitem__(self, key: str, value: object) -> None: ...

    def __contains__(self, key: str) -> bool: ...

    def __iter__(self) -> Iterator[str]: ...

    def __len__(self) -> int: ...

    def keys(self) -> list[str]: ...

    def settings(self) -> dict[str, Setting]:
        """All settings."""

    def changed(self) -> dict[str, Setting]:
        """Those that differ from the defaults."""

    def help(self, key: str) -> str:
        """What a setting means, what it may be, and its unit."""

    def validate(self) -> None:
        """
        Checks that the settings fit together and opens all files, as a run does at once. Raises InputError, FileError
        or DeviceError.
        """

    def plan(self, on_progress: OnProgress = None) -> Plan:
        """A dry run: checks the job and says what it needs. Writes nothing."""

    def to_toml(self) -> str:
        """The job as a commented TOML file."""

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes that file."""

    def path(self, ending: str) -> pathlib.Path:
        """
        Where a run writes a result: path(".nii.gz") is output.folder / NAME.nii.gz.
        """

    def __repr__(self) -> str: ...

class Figures:
    """What is known of an iteration, a pass over all counts."""

    @property
    def iteration(self) -> float: ...

    @property
    def log_likelihood(self) -> float:
        """
        sum y ln(m A x + b) - sum(s x) at the image before it; the sum of b left out.
        """

    @property
    def penalty(self) -> float:
        """strength R(x) there; below 0: there is no prior."""

    @property
    def objective(self) -> float:
        """log_likelihood - penalty"""

    @property
    def image_sum(self) -> float: ...

    @property
    def expected_counts(self) -> float:
        """sum(s x) after it."""

    @property
    def distance_percent(self) -> float:
        """Estimated, to the optimum; below 0: not known."""

    @property
    def seconds(self) -> float: ...

    def __repr__(self) -> str: ...

class Result:
    """What a run leaves. The files are written already."""

    @property
    def image(self) -> Image | None:
        """
        Of frames or gates the mean; None if the run was stopped before its first update, or makes none.
        """

    @property
    def frames(self) -> list[Image]:
        """
        Of a job with frames.durations: the images of those that were finished.
        """

    @property
    def record(self) -> dict[str, Any]:
        """NAME.json: where the result comes from."""

    @property
    def figures(self) -> list[Figures]:
        """Of each iteration."""

    @property
    def corrections(self) -> list[tuple[str, str]]:
        """(effect, what was really done)"""

    @property
    def warnings(self) -> list[str]: ...

    @property
    def files(self) -> list[pathlib.Path]:
        """All files that were written but the record."""

    def path(self, ending: str) -> pathlib.Path:
        """Where a result lies: path(".petsird"), path("_mu.nii.gz")."""

    @property
    def stopped(self) -> bool:
        """By Ctrl-C or a callback; what had been reached is kept."""

    def __repr__(self) -> str: ...

def run(job: JobLike = None, *, on_progress: OnProgress = None, on_image: OnImage = None, on_message: OnMessage = None, settings: Settings = None, resume: bool = False) -> Result:
    """
    Runs a job as `coincide --batch` does: the same files, the same voxels.

    Parameters
    ----------
    job : Job, or path of a job file; None: a new job
        Paths in a file count from its folder.
    on_progress : callable (stage, fraction)
        Some ten times a second and at each new stage; a `coincide.ProgressLine()` is one.
    on_image : callable (image, iteration)
        The image after each update, in the unit of the result; iteration counts passes over all counts, with fractions.
    on_message : callable (kind, sentence)
        kind is "note", "step", "figures" or "warning". Without it, warnings go to Python's `warnings`.
    settings : dict
        Settings to change, {"stop.passes": 3}, as --set does.
    resume : bool
        Go on where the job's last run left its checkpoints (output.checkpoint).

    A callback that returns False stops the run, and so does Ctrl-C: what has been reached is written and returned, and
    Result.stopped is True. After a second Ctrl-C, and after an exception in a callback, that is raised when the files are
    written. Other threads of Python run meanwhile.

    Raises InputError, FileError or DeviceError, with a sentence that says what to do.
    """

def simulate(job: JobLike = None, *, on_progress: OnProgress = None, on_message: OnMessage = None, settings: Settings = None) -> Result:
    """
    Only the simulation that a job with [simulation] begins with: result.path(".petsird") are its events,
    path("_truth.nii.gz") the activity, path("_mu.nii.gz") the attenuation in 1/cm. Arguments and errors as of run().
    """

class ModuleType:
    """A kind of detector module that a scanner holds many of."""

    @property
    def first_crystal(self) -> int:
        """Id of the first crystal of its first module."""

    @property
    def num_modules(self) -> int: ...

    @property
    def crystals_per_module(self) -> int: ...

    @property
    def energy_edges_kev(self) -> list[float]:
        """Of its windows, ascending; empty: not known."""

    @property
    def energy_resolution(self) -> float:
        """FWHM at 511 keV over 511 keV; 0: not stated."""

class TofAxis:
    """
    Equal TOF bins of every LOR of a histogram, counted from its start to its end.
    """

    @property
    def num_bins(self) -> int: ...

    @property
    def bin_width_mm(self) -> float: ...

    @property
    def sigma_mm(self) -> float:
        """Of the resolution before binning."""

class Scanner:
    """
    Where each crystal is, and what it belongs to. Lengths in mm, in the scanner's axes, of which z is that of most
    scanners. Arrays are views, read-only, by crystal id.
    """

    @property
    def name(self) -> str: ...

    @property
    def num_crystals(self) -> int: ...

    @property
    def num_modules(self) -> int: ...

    @property
    def crystal_centre_mm(self) -> Floats:
        """(crystals, 3): where LORs end."""

    @property
    def crystal_normal(self) -> Floats:
        """(crystals, 3): unit vector of the depth, into the bore."""

    @property
    def crystal_face_mm2(self) -> Floats:
        """(crystals,): area of the face that looks into the bore."""

    @property
    def crystal_module(self) -> NDArray[numpy.uint32]:
        """(crystals,): number of the module, counted over all types."""

    @property
    def crystal_type(self) -> NDArray[numpy.uint8]:
        """(crystals,): index into module_types."""

    @property
    def module_types(self) -> list[ModuleType]: ...

    @property
    def has_tof(self) -> bool: ...

    @property
    def tof_bins_mm(self) -> Floats | None:
        """
        (bins, 3): centre from the LOR's midpoint, positive towards crystal b, width, and sigma of the
        resolution, of all pairs of module types one after the other: what the tof_bin of events refers to.
        """

    @property
    def centre_mm(self) -> tuple[float, float, float]:
        """Middle of the crystals along each axis."""

    def __repr__(self) -> str: ...

class EventBlock:
    """
    Some 10^5 coincidences in file order, as columns: read-only views of shape (events,), which stay good after
    the next block has been read. None where the file does not state it.
    """

    @property
    def crystal_a(self) -> numpy.typing.NDArray[numpy.uint32]:
        """Id of the crystal where the LOR starts."""

    @property
    def crystal_b(self) -> numpy.typing.NDArray[numpy.uint32]:
        """And of that where it ends."""

    @property
    def tof_bin(self) -> numpy.typing.NDArray[numpy.uint16]:
        """Index into Scanner.tof_bins_mm."""

    @property
    def time_ms(self) -> numpy.typing.NDArray[numpy.uint32]:
        """Start of the time block that the event is in."""

    @property
    def delayed(self) -> numpy.typing.NDArray[numpy.uint8]:
        """1: from the delayed window, 0: prompt."""

    @property
    def window_a(self) -> numpy.typing.NDArray[numpy.uint8] | None:
        """Energy window at crystal a; None for a scanner with one."""

    @property
    def window_b(self) -> numpy.typing.NDArray[numpy.uint8] | None:
        """Energy window at crystal b."""

    @property
    def factor(self) -> numpy.typing.NDArray[numpy.float32] | None:
        """m of the model, as far as the file states it."""

    @property
    def attenuation(self) -> numpy.typing.NDArray[numpy.float32] | None:
        """The part of it that is attenuation."""

    @property
    def additive_per_s(self) -> numpy.typing.NDArray[numpy.float32] | None:
        """
        b as a rate: expected scatter and randoms of the event's LOR and TOF bin.
        """

    @property
    def scatter_per_s(self) -> numpy.typing.NDArray[numpy.float32] | None:
        """The part of it that is scatter."""

    @property
    def origin(self) -> NDArray[numpy.uint8] | None:
        """
        Of simulated events: 1 unscattered, 2 scattered, 3 scattered more often, 4 random, 5 scattered in a detector.
        """

    def __len__(self) -> int: ...

class EventBlocks:
    """One pass over a listmode file."""

    def __iter__(self) -> EventBlocks: ...

    def __next__(self) -> EventBlock: ...

class EventCounts:
    """What a pass over a listmode file has counted."""

    @property
    def prompts(self) -> int: ...

    @property
    def delayeds(self) -> int: ...

    @property
    def out_of_range(self) -> int:
        """Events of crystals or TOF bins that the scanner lacks; left out."""

    @property
    def time_blocks(self) -> int: ...

    @property
    def duration_s(self) -> float: ...

    @property
    def warnings(self) -> list[str]: ...

class DataCheck:
    """What was found, and what can be done about it."""

    @property
    def name(self) -> str: ...

    @property
    def is_bad(self) -> bool: ...

    @property
    def sentence(self) -> str: ...

    @property
    def remedy(self) -> str: ...

    def __repr__(self) -> str: ...

class Summary:
    """
    What one pass over listmode data tells; print() shows it as `coincide --info` does.
    """

    @property
    def counts(self) -> EventCounts: ...

    @property
    def checks(self) -> list[DataCheck]: ...

    @property
    def complete(self) -> bool:
        """False: it was stopped."""

    @property
    def prompts_per_crystal(self) -> NDArray[numpy.uint64] | None:
        """(crystals,): both crystals of a prompt count."""

    @property
    def prompts_per_second(self) -> NDArray[numpy.uint64] | None:
        """From the first event on."""

    @property
    def prompts_per_tof_bin(self) -> NDArray[numpy.uint64] | None:
        """By row of Scanner.tof_bins_mm."""

    def __str__(self) -> str: ...

class Bins:
    """
    The bins of a histogram with the factors of y ~ Poisson(m (A x) + b), as read-only views. Values are of shape
    (LORs,) or, with TOF, (LORs, TOF bins).
    """

    @property
    def points_mm(self) -> Floats:
        """(points, 3): where LORs end."""

    @property
    def start(self) -> NDArray[numpy.uint32]:
        """(LORs,): index into points_mm."""

    @property
    def end(self) -> NDArray[numpy.uint32]:
        """(LORs,): index into points_mm; TOF bins count towards it."""

    @property
    def view(self) -> NDArray[numpy.uint32] | None:
        """(LORs,): what subsets are made of."""

    @property
    def counts(self) -> Floats:
        """y, as the file has them."""

    @property
    def factor(self) -> Floats:
        """m: 1 unless the file states it."""

    @property
    def additive(self) -> Floats:
        """b [counts]: 0 unless the file states it."""

    @property
    def tof(self) -> TofAxis | None:
        """None without TOF."""

    def __len__(self) -> int: ...

class HistogramData:
    """A histogram in a file."""

    @property
    def scanner(self) -> Scanner: ...

    @property
    def format(self) -> str: ...

    @property
    def arrangement(self) -> str:
        """Of the bins, in words."""

    @property
    def num_lors(self) -> int: ...

    @property
    def duration_s(self) -> float:
        """0: not known."""

    def read(self) -> Bins:
        """All bins, in memory."""

    def __str__(self) -> str: ...

class ListmodeData:
    """A listmode file, which never has to be in memory."""

    @property
    def scanner(self) -> Scanner: ...

    @property
    def format(self) -> str: ...

    def blocks(self) -> EventBlocks:
        """
        An iterator over the events from the first on, in blocks. Each has a place of its own in the file. Raises
        FileError where the file is damaged.
        """

    def summary(self, on_progress: OnProgress = None) -> Summary:
        """Reads all of it: counts and checks, as `coincide --info` does."""

def open(path: str | os.PathLike[str], settings: Settings = None) -> ListmodeData | HistogramData:
    """
    Opens listmode or a histogram of any format that `coincide --info` reads. settings are those of a job's
    [input] that say how, {"input.columns": "x1_mm = my_x"}. Raises FileError for a file that is missing, damaged or of
    another kind.
    """

class GpuArray:
    """
    An image in memory of a GPU, for every library that speaks DLPack: torch.from_dlpack(array).
    """

    def __dlpack__(self, **wishes: Any) -> Any:
        """Work on any stream may follow: all is done."""

    def __dlpack_device__(self) -> tuple[int, int]: ...

    @property
    def shape(self) -> tuple[int, int, int]: ...

class Cells:
    """
    What a subset of a problem measured: LORs, each with its TOF bin or, with tof, with all TOF bins, [LOR][bin].
    Arrays are read-only views of shape (cells,), those of LORs of shape (LORs,).
    """

    @property
    def num_lors(self) -> int: ...

    @property
    def start(self) -> NDArray[numpy.uint32]:
        """By LOR: index into points_mm."""

    @property
    def end(self) -> NDArray[numpy.uint32]:
        """By LOR."""

    @property
    def tof_bin(self) -> NDArray[numpy.uint16] | None:
        """By LOR of events with TOF."""

    @property
    def counts(self) -> Floats | None:
        """y; None: 1 each, as of events."""

    @property
    def factor(self) -> Floats:
        """m, whole."""

    @property
    def additive(self) -> Floats:
        """b [counts]."""

    def __len__(self) -> int: ...

class Reconstruction:
    """What an algorithm of the program made of a problem."""

    @property
    def image(self) -> Image:
        """In the unit of the result."""

    @property
    def figures(self) -> list[Figures]:
        """Of each iteration."""

    @property
    def iterations(self) -> float:
        """Passes over all counts."""

    @property
    def stopped(self) -> bool:
        """By Ctrl-C or a callback; the image is what had been reached."""

class Problem:
    """
    y ~ Poisson(m (A x) + b) of a job's data, with all its corrections: what algorithms are given. A is projector
    times resolution model, m the whole factor of a LOR, b randoms and scatter. Images x are float32 arrays of the grid's
    shape [annihilations per mm^3 if m is absolute]; other types are converted. Arrays of voxels and cells that are
    returned are new.

    Where the job computes on a GPU, back_project, log_likelihood and penalty take images in its memory without copies, and
    then give a GpuArray.
    """

    @property
    def grid(self) -> Grid: ...

    @property
    def num_subsets(self) -> int: ...

    @property
    def corrections(self) -> list[tuple[str, str]]:
        """(effect, what was really done)"""

    @property
    def points_mm(self) -> Floats:
        """(points, 3): what the LORs of all subsets refer to."""

    def cells(self, subset: int) -> Cells:
        """What was measured."""

    def subset_order(self, iteration: int) -> list[int]:
        """
        The subsets in the order in which the program's algorithms take them in an iteration, from 0 on.
        """

    def start(self) -> Floats:
        """
        A new image that explains the counts: uniform, or algorithm.start_image; 0 where nothing is seen.
        """

    def sensitivity(self, subset: int | None = None) -> NDArray[numpy.floating]:
        """
        s = A^T m, a read-only view; of a subset its own, a new array of float64, as the program's algorithms
        compute with it. 0 in voxels that are not reconstructed.
        """

    def back_project(self, subset: int, x: Array) -> Floats:
        """
        A^T(m y / (m A x + b)) with the cells of a subset, in one pass: over the subset's sensitivity it is what
        EM multiplies x with.
        """

    def expected(self, subset: int, x: Array) -> Floats:
        """m (A x) + b [counts], of shape (cells,)."""

    def back(self, subset: int, values: Array) -> Floats:
        """A^T(m v), of values v by cell."""

    def log_likelihood(self, x: Array) -> tuple[float, Floats]:
        """
        sum y ln(m A x + b) - sum(s x) over all subsets, without the sum of b, and its gradient A^T(m y / (m A x
        + b)) - s, which is 0 in voxels that are not reconstructed.
        """

    def penalty(self, x: Array) -> tuple[float, Floats]:
        """strength R(x) of the job's prior, and its gradient; 0 without prior."""

    def image(self, x: Array, iterations: float = 0) -> Image:
        """
        x in the unit of the result, with the filter and the description of the job's.
        """

    def reconstruct(self, *, on_progress: OnProgress = None, on_image: OnImage = None, on_message: OnMessage = None, settings: Settings = None) -> Reconstruction:
        """
        By the algorithm of the job, from its start. settings changes those of [stop] and [prior], for later
        calls, too. Callbacks and stop as of run(); stopped before the first update, it raises.
        """

    def __repr__(self) -> str: ...

def problem(job: JobLike = None, *, on_progress: OnProgress = None, on_message: OnMessage = None, settings: Settings = None) -> Problem:
    """
    The model of a job's data: reads them and makes the sensitivity image and all corrections, as run() does
    before it reconstructs. Writes no results. Arguments and errors as of run(), and InputError for a job that simulates
    its data, or has several images or none. Ctrl-C raises KeyboardInterrupt.
    """
