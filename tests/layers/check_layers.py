"""Reads the includes of the program and prints those that point up, go in a circle, or name a library of another place.

    check_layers.py FOLDER    the tree's top folder; exit code 1 when there is something to mend
"""

import graphlib
import re
import sys
from pathlib import Path

# From the bottom to the top, as in the map of README.md: a folder includes itself and what stands before it. The first
# of a row has what the others of it share, and the tables that name them, so that it may include them, too.
LAYERS = """
projectors projectors/kernels projectors/cuda projectors/cpu
projectors/c_api
projectors/python
projectors/bench
recon recon/engine/kernels recon/data recon/motion recon/photon_transport
recon/simulation
recon/measurement
recon/engine recon/engine/cpu recon/engine/cuda recon/engine/distributed
recon/algorithms recon/algorithms/priors
recon/scatter recon/scatter/kernels recon/scatter/cuda
recon/kinetics
recon/corrections
recon/figures
recon/normalization
recon/pipeline
io io/hdf5 io/metaimage io/dicom io/interfile io/castor io/tables io/siemens io/safir
gui/model
gui
gui/worker
gui/viewer
gui/panels
app app/mpi
app/python
"""
ROWS = [row.split() for row in LAYERS.split("\n") if row]
ORDER = [folder for row in ROWS for folder in row]
SHARED_BY = {folder: row[0] for row in ROWS for folder in row}

# Libraries that only some folders, with those in them, or files may include.
LIBRARIES = {
    r"Q[A-Z]\w*$|Qt\w*/": "gui/worker gui/viewer gui/panels app/window.cpp",
    r"vtk|GL/|fontconfig/|gif_lib": "gui/viewer",
    r"cuda|cub/|thrust/": "projectors/cuda recon/engine/cuda recon/scatter/cuda",
    r"nanobind/": "projectors/python app/python",
    r"mpi\.h": "app/mpi",
    r"CLI/": "app",
    r"hdf5|H5|gdcm|nifti|toml|cairo|zlib": "io",
    r"fmt/|Eigen/|openssl/": "recon io gui app",
    r"nlohmann/": "io gui/model",
}

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


def includes(file):
    """Number of the line, how it is quoted and what it names, for each include."""
    for number, line in enumerate(file.read_text(errors="replace").splitlines(), 1):
        if found := INCLUDE.match(line):
            yield number, *found.groups()


def is_within(path, places):
    return any(path == place or path.startswith(place + "/") for place in places.split())


def wrong_arrow(folder, target):
    """What is wrong with an include from one folder of the tree to another, or None."""
    if folder == target:
        return None
    if target not in ORDER:
        return f"{target} is no folder of the program: move what is needed into one"
    is_room_of = SHARED_BY[target] == folder  # the first of the row names its rooms
    if ORDER.index(target) < ORDER.index(folder) or is_room_of:
        return None
    return f"{target} is above {folder}: move what is needed down, or hand it in from above"


def wrong_library(path, name):
    for pattern, places in LIBRARIES.items():
        if re.match(pattern, name) and not is_within(path, places):
            return f"<{name}> belongs to {places.replace(' ', ', ')} alone: use it there"
    return None


def check(top):
    """A sentence for each include that breaks a rule, and the number of files."""
    files = [file for floor in ("projectors", "recon", "io", "gui", "app") for file in (top / floor).rglob("*")
             if file.suffix in (".h", ".cpp", ".cu", ".c") and "build" not in file.relative_to(top).parts]
    sentences, headers = [], {}
    for file in sorted(files):
        path = file.relative_to(top).as_posix()
        folder = path.rpartition("/")[0]
        if folder not in ORDER:
            sentences.append(f"{path}: {folder} has no place among the layers: give it one in check_layers.py")
            continue
        for number, quote, name in includes(file):
            target = next((place for place in (top / name, file.parent / name, top / "tests" / name)
                           if quote == '"' and place.is_file()), None)
            if target is None:
                wrong = wrong_library(path, name)
            else:
                target = target.resolve().relative_to(top).as_posix()
                wrong = wrong_arrow(folder, target.rpartition("/")[0])
                if path.endswith(".h"):
                    headers.setdefault(path, set()).add(target)
            if wrong:
                sentences.append(f"{path}:{number}: {wrong}")
    try:
        graphlib.TopologicalSorter(headers).prepare()
    except graphlib.CycleError as error:
        circle = " -> ".join(reversed(error.args[1]))
        sentences.append(f"{circle}: headers include each other: move what both need into a third")
    return sentences, len(files)


if __name__ == "__main__":
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / "projectors").is_dir():
        sys.exit("check_layers.py: needs the top folder of the tree: check_layers.py FOLDER")
    found, count = check(Path(sys.argv[1]).resolve())
    print(*found, f"{count} files, {len(found)} includes to mend", sep="\n")
    sys.exit(1 if found else 0)
