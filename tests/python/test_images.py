"""Images of every format against readers and writers that are not ours: values stay at their places in LPS mm."""

import json
import os
import pathlib
import shutil
import subprocess

import numpy as np
import pytest

nibabel = pytest.importorskip("nibabel")
h5py = pytest.importorskip("h5py")
sitk = pytest.importorskip("SimpleITK")
if "COINCIDE_IMAGE_COPY" not in os.environ:
    pytest.skip("COINCIDE_IMAGE_COPY does not name the program that these tests run", allow_module_level=True)

SHAPE = (5, 7, 11)
VOXEL_MM = np.array((1.5, 2.25, 3.0))
FIRST_MM = np.array((10.0, -20.0, 30.5))
SUFFIXES = ["nii", "nii.gz", "hv", "hdr", "mha", "mhd", "h5"]


def numbered():
    i, j, k = np.indices(SHAPE)
    return (i + 100 * j + 10000 * k).astype(np.float32)


def by_place(affine, values):
    """{place of a voxel's centre in LPS mm: value}"""
    indices = np.indices(values.shape).reshape(3, -1)
    places = affine[:3, :3] @ indices + affine[:3, 3:]
    return dict(zip(map(tuple, (np.round(places.T, 3) + 0.0).tolist()), values.ravel().tolist()))


def affine(steps, first):
    result = np.eye(4)
    result[:3, :3] = steps
    result[:3, 3] = first
    return result


EXPECTED = by_place(affine(np.diag(VOXEL_MM), FIRST_MM), numbered())


def header_of(path):
    """Keys and values of an Interfile header."""
    lines = [line.split(":=", 1) for line in path.read_text().splitlines() if ":=" in line]
    return {key.strip().lstrip("!"): value.strip() for key, value in lines}


def raw_values(header, folder):
    size = [int(header[f"matrix size [{axis}]"]) for axis in (1, 2, 3)]
    assert header["imagedata byte order"] == "LITTLEENDIAN" and header["number of bytes per pixel"] == "4"
    assert header["number format"] in ("float", "short float")
    values = np.fromfile(folder / header["name of data file"], dtype="<f4")
    return values.reshape(-1, *reversed(size)).transpose(0, 3, 2, 1), size


def steps_and_offsets(header):
    return (np.array([float(header[f"{key} (mm{unit}) [{axis}]"]) for axis in (1, 2, 3)])
            for key, unit in (("scaling factor", "/pixel"), ("first pixel offset", "")))


def read_stir(path, frame=0):
    """Head first supine: LPS = (x, y, -z), where z counts from the middle of the scanner."""
    header = header_of(path)
    frames, size = raw_values(header, path.parent)
    steps, first = steps_and_offsets(header)
    first[2] -= (size[2] - 1) / 2 * steps[2]
    return by_place(np.diag((1, 1, -1, 1)) @ affine(np.diag(steps), first), frames[frame])


def read_castor(path, frame=0):
    header = header_of(path)
    frames, size = raw_values(header, path.parent)
    steps, offset = steps_and_offsets(header)
    return by_place(affine(np.diag(steps), offset - (np.array(size) - 1) / 2 * steps), frames[frame])


def read_nifti(path, frame=0):
    image = nibabel.load(path)
    values = np.asarray(image.dataobj)
    return by_place(np.diag((-1, -1, 1, 1)) @ image.affine, values if values.ndim == 3 else values[..., frame])


def read_itk(path, frame=0):
    image = sitk.ReadImage(str(path))
    if image.GetDimension() == 4:
        image = image[:, :, :, frame]
    steps = np.array(image.GetDirection()).reshape(3, 3) * image.GetSpacing()
    return by_place(affine(steps, image.GetOrigin()), sitk.GetArrayFromImage(image).transpose(2, 1, 0))


def read_h5(path, frame=0):
    with h5py.File(path) as file:
        image = file["result/image"]
        assert image.attrs["axes"] == "x,y,z"
        values = image[()] if image.ndim == 3 else image[frame]
        return by_place(affine(np.diag(image.attrs["voxel_size_mm"]), image.attrs["origin_mm"]), values)


READERS = {"nii": read_nifti, "nii.gz": read_nifti, "hv": read_stir, "hdr": read_castor, "mha": read_itk,
           "mhd": read_itk, "h5": read_h5}


def copied(source, target, *words):
    subprocess.run([os.environ["COINCIDE_IMAGE_COPY"], source, target, *words], check=True)
    return target


def nifti_of(values, folder, name="in.nii"):
    image = nibabel.Nifti1Image(values, np.diag((-1, -1, 1, 1)) @ affine(np.diag(VOXEL_MM), FIRST_MM))
    image.header["descrip"] = b"phantom [Bq/mL]"
    nibabel.save(image, folder / name)
    return folder / name


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_we_write_is_read_by_others(tmp_path, suffix):
    assert READERS[suffix](copied(nifti_of(numbered(), tmp_path), tmp_path / f"out.{suffix}")) == EXPECTED


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_there_and_back(tmp_path, suffix):
    there = copied(nifti_of(numbered(), tmp_path), tmp_path / f"there.{suffix}")
    back = copied(there, tmp_path / "back.nii")
    first = copied(tmp_path / "in.nii", tmp_path / "first.nii")
    assert back.read_bytes() == first.read_bytes(), "values, place, unit and description"


DURATIONS = [30, 60, 120]


def write_times(image, frames):
    times = {"FrameTimesStart": [sum(DURATIONS[:i]) for i in range(frames)], "FrameDuration": DURATIONS[:frames]}
    image.with_suffix(".json").write_text(json.dumps({**times, "ImageDecayCorrected": False}))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_frames(tmp_path, suffix):
    values = np.stack([numbered(), numbered() + 0.5, 2 * numbered()], axis=-1)
    source = nifti_of(values, tmp_path)
    write_times(source, 3)
    path = copied(source, tmp_path / f"out.{suffix}", "frames")
    for frame in range(3):
        assert READERS[suffix](path, frame) == by_place(affine(np.diag(VOXEL_MM), FIRST_MM), values[..., frame])
    copied(path, tmp_path / "back.nii", "frames")
    assert json.loads((tmp_path / "back.json").read_text())["FrameDuration"] == DURATIONS


@pytest.mark.parametrize("suffix", ["hv", "hdr", "h5"])
def test_uneven_frames_without_side_file(tmp_path, suffix):
    """These formats hold the times themselves."""
    source = nifti_of(np.stack([numbered()] * 3, axis=-1), tmp_path)
    write_times(source, 3)
    path = copied(source, tmp_path / f"out.{suffix}", "frames")
    (tmp_path / "out.json").unlink()
    copied(path, tmp_path / "back.nii", "frames")
    times = json.loads((tmp_path / "back.json").read_text())
    assert (times["FrameTimesStart"], times["FrameDuration"]) == ([0, 30, 90], DURATIONS)


TURNED = {
    "straight": np.eye(3),
    "permuted": np.array([[0, 0, -1], [1, 0, 0], [0, -1, 0]], float),
    "flipped": np.diag((-1.0, -1.0, 1.0)),
}


def itk_image(direction, dtype=np.float32):
    image = sitk.GetImageFromArray(numbered().transpose(2, 1, 0).astype(dtype))
    image.SetSpacing(VOXEL_MM.tolist())
    image.SetOrigin(FIRST_MM.tolist())
    image.SetDirection(direction.ravel().tolist())
    return image


@pytest.mark.parametrize("direction", TURNED)
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("suffix", ["mha", "mhd", "nii.gz"])
def test_what_itk_writes(tmp_path, direction, packed, suffix):
    path = tmp_path / f"in.{suffix}"
    sitk.WriteImage(itk_image(TURNED[direction]), str(path), packed)
    assert read_nifti(copied(path, tmp_path / "out.nii")) == read_itk(path)


@pytest.mark.parametrize("dtype", [np.int16, np.uint16, np.int32, np.uint32, np.int64, np.float64])
def test_numbers_of_itk(tmp_path, dtype):
    path = tmp_path / "in.mha"
    sitk.WriteImage(itk_image(np.eye(3), dtype), str(path))
    assert read_nifti(copied(path, tmp_path / "out.nii")) == read_itk(path)


@pytest.mark.parametrize("suffix", ["mha", "nii"])
def test_oblique_images_lie_where_itk_has_them(tmp_path, suffix):
    turn = sitk.Euler3DTransform((0, 0, 0), 0.2, -0.3, 0.4)
    direction = np.array(turn.GetMatrix()).reshape(3, 3)
    image = itk_image(direction)
    path = tmp_path / f"in.{suffix}"
    sitk.WriteImage(image, str(path))
    ours = sitk.ReadImage(str(copied(path, tmp_path / "out.mha")))
    np.testing.assert_allclose(np.array(ours.GetDirection()).reshape(3, 3), np.eye(3))
    theirs = sitk.GetArrayFromImage(sitk.Resample(image, ours, sitk.Transform(), sitk.sitkLinear, 0.0))
    inside = sitk.GetArrayFromImage(sitk.Resample(image * 0 + 1, ours, sitk.Transform(), sitk.sitkLinear, 0.0)) > 0
    eroded = sitk.GetArrayFromImage(sitk.BinaryErode(sitk.GetImageFromArray(inside.astype(np.uint8)), (1, 1, 1))) > 0
    assert eroded.sum() > 50
    # 0.02 of 105 000: places in a NIfTI header are floats.
    np.testing.assert_allclose(sitk.GetArrayFromImage(ours)[eroded], theirs[eroded], rtol=1e-5, atol=0.02)
    box = np.array([ours.TransformIndexToPhysicalPoint(corner) for corner in ((0, 0, 0), tuple(s - 1 for s in ours.GetSize()))])
    for corner in np.ndindex(2, 2, 2):
        index = [int(c * (s - 1)) for c, s in zip(corner, SHAPE)]
        place = np.array(image.TransformIndexToPhysicalPoint(index))
        assert (place > box[0] - VOXEL_MM).all() and (place < box[1] + VOXEL_MM).all(), "all voxels are covered"


def test_what_h5py_writes(tmp_path):
    with h5py.File(tmp_path / "in.h5", "w") as file:
        image = file.create_dataset("mine/image", data=numbered().astype(np.int32))
        image.attrs["voxel_size_mm"] = VOXEL_MM
        image.attrs["origin_mm"] = FIRST_MM
        file["mine"].attrs["unit"] = "Bq/mL"
    copy = copied(tmp_path / "in.h5", tmp_path / "out.nii")
    assert read_nifti(copy) == EXPECTED
    assert nibabel.load(copy).header["descrip"].item() == b" [Bq/mL]"


def test_hdf5_in_axes_that_are_not_the_patients(tmp_path):
    rows = np.array([[0, -1, 0], [0, 0, 1], [-1, 0, 0]], float)
    with h5py.File(tmp_path / "in.h5", "w") as file:
        image = file.create_dataset("image", data=numbered())
        image.attrs.update(voxel_size_mm=VOXEL_MM, origin_mm=FIRST_MM, scanner_to_lps=rows)
    expected = by_place(affine(rows, (0, 0, 0)) @ affine(np.diag(VOXEL_MM), FIRST_MM), numbered())
    assert read_nifti(copied(tmp_path / "in.h5", tmp_path / "out.nii")) == expected


@pytest.mark.skipif(shutil.which("medcon") is None, reason="medcon is not installed")
@pytest.mark.parametrize("suffix, frames", [("hv", 1), ("hv", 3), ("hdr", 1)])
def test_medcon_opens_interfile(tmp_path, suffix, frames):
    """STIR's keys are in the order that others need, too."""
    source = nifti_of(np.stack([numbered() + frame for frame in range(frames)], axis=-1), tmp_path)
    write_times(source, frames)
    path = copied(source, tmp_path / f"out.{suffix}", "frames")
    for kind in ("bin", "nifti"):
        subprocess.run(["medcon", "-f", path, "-c", kind, "-o", "theirs", "-n", "-qc", "-w"], cwd=tmp_path, check=True,
                       stdin=subprocess.DEVNULL)
    assert (tmp_path / "theirs.bin").read_bytes() == (tmp_path / header_of(path)["name of data file"]).read_bytes()
    np.testing.assert_allclose(nibabel.load(tmp_path / "theirs.nii").header["pixdim"][1:4], VOXEL_MM)


STIR_DATA = pathlib.Path(os.environ.get("COINCIDE_SHARED_DATA", "/nowhere")) / "stir"


@pytest.mark.skipif(not STIR_DATA.is_dir(), reason="COINCIDE_SHARED_DATA is not set")
@pytest.mark.parametrize("path", sorted(STIR_DATA.glob("*/*.hv")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_image_of_stir(tmp_path, path):
    """Sums of what STIR wrote, by numpy; places are tested in tests/io."""
    words = ["frames"] if path.stem in ("dynamic", "parametric") else []
    if path.stem == "parametric":
        pytest.skip("parameters are no frames: see tests/io")
    copy = copied(path, tmp_path / "out.nii", *words)
    header = header_of(path)
    kind = {"float": "<f4", "unsigned integer": "<u", "signed integer": "<i"}[header["number format"]]
    kind += header["number of bytes per pixel"] if len(kind) == 2 else ""
    raw = np.fromfile(path.parent / header["name of data file"], dtype=kind).astype(float)
    factor = float(header.get("image scaling factor[1]", 1))
    assert np.asarray(nibabel.load(copy).dataobj, float).sum() == pytest.approx(factor * raw.sum(), rel=1e-6)
