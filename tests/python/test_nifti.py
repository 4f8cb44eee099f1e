"""NIfTI files against nibabel: what it writes we read, what we write it reads, voxel by voxel in space."""

import itertools
import json
import os
import subprocess

import numpy as np
import pytest

nibabel = pytest.importorskip("nibabel")
if "COINCIDE_IMAGE_COPY" not in os.environ:
    pytest.skip("COINCIDE_IMAGE_COPY does not name the program that these tests run", allow_module_level=True)

SHAPE = (5, 7, 11)
VOXEL_MM = (1.5, 2.25, 3.0)


def numbered(dtype):
    i, j, k = np.indices(SHAPE)
    return (i + 100 * j + 10000 * k).astype(dtype) if np.dtype(dtype).itemsize > 2 else (i + 5 * j + 7 * k).astype(dtype)


def copied(image, folder, suffix=".nii.gz"):
    nibabel.save(image, folder / "in.nii")
    copy = folder / ("out" + suffix)
    subprocess.run([os.environ["COINCIDE_IMAGE_COPY"], folder / "in.nii", copy], check=True)
    return nibabel.load(copy)


def affine(permutation, signs):
    result = np.zeros((4, 4))
    for column, (row, sign) in enumerate(zip(permutation, signs)):
        result[row, column] = sign * VOXEL_MM[column]
    result[:, 3] = (10, -20, 30.5, 1)
    return result


def values_in_space(image):
    """{RAS position of a voxel centre: value}"""
    indices = np.indices(image.shape).reshape(3, -1)
    places = image.affine[:3, :3] @ indices + image.affine[:3, 3:]
    return dict(zip(map(tuple, np.round(places.T, 3).tolist()), np.asarray(image.dataobj).ravel().tolist()))


@pytest.mark.parametrize("permutation", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("signs", [(1, 1, 1), (-1, -1, 1), (1, -1, -1)])
def test_voxels_stay_where_they_are(tmp_path, permutation, signs):
    image = nibabel.Nifti1Image(numbered(np.float32), affine(permutation, signs))
    copy = copied(image, tmp_path)
    assert values_in_space(copy) == values_in_space(image)
    assert (np.diag(copy.affine)[:2] < 0).all(), "our x and y run against NIfTI's"


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int32, np.float32, np.float64])
def test_number_types(tmp_path, dtype):
    image = nibabel.Nifti1Image(numbered(dtype), affine((0, 1, 2), (1, 1, 1)))
    assert values_in_space(copied(image, tmp_path)) == values_in_space(image)


def test_scaled_integers(tmp_path):
    image = nibabel.Nifti1Image(numbered(np.float32) * 0.125, affine((0, 1, 2), (1, 1, 1)))
    image.set_data_dtype(np.int16)  # nibabel chooses slope and intercept
    copy = copied(image, tmp_path)
    reference = nibabel.load(tmp_path / "in.nii")
    assert reference.dataobj.slope != 1
    places = values_in_space(reference)
    assert values_in_space(copy) == pytest.approx(places, rel=1e-5, abs=1e-3)


def test_qform_without_sform(tmp_path):
    image = nibabel.Nifti1Image(numbered(np.float32), None)
    image.set_qform(affine((0, 1, 2), (-1, -1, 1)), code=1)
    image.set_sform(None, code=0)
    copy = copied(image, tmp_path)
    assert values_in_space(copy) == values_in_space(nibabel.load(tmp_path / "in.nii"))


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
def test_header_that_we_write(tmp_path, suffix):
    copy = copied(nibabel.Nifti1Image(numbered(np.float32), affine((0, 1, 2), (1, 1, 1))), tmp_path, suffix)
    header = copy.header
    assert header.get_data_dtype() == np.float32
    assert header["magic"] == b"n+1"
    assert int(header["qform_code"]) == int(header["sform_code"]) == 1
    np.testing.assert_allclose(copy.get_qform(), copy.get_sform(), atol=1e-5)
    np.testing.assert_allclose(header.get_zooms(), VOXEL_MM)
    assert header.get_xyzt_units() == ("mm", "sec")


DURATIONS = [30] * 10 + [60] * 5
STARTS = [60 + sum(DURATIONS[:frame]) for frame in range(len(DURATIONS))]
SIDE_FILE = {
    "Units": "Bq/mL",
    "TimeZero": "14:05:09",
    "ScanStart": 0,
    "InjectionStart": 0,
    "FrameTimesStart": STARTS,
    "FrameDuration": DURATIONS,
    "ImageDecayCorrected": True,
    "ImageDecayCorrectionTime": 0,
    "DecayCorrectionFactor": [1 + start / 4096 for start in STARTS],
}


def copied_frames(folder, side_file):
    values = np.stack([numbered(np.float32) + frame for frame in range(len(DURATIONS))], axis=-1)
    image = nibabel.Nifti1Image(values, affine((1, 0, 2), (1, -1, 1)))
    image.header.set_xyzt_units("mm", "sec")
    nibabel.save(image, folder / "in.nii.gz")
    (folder / "in.json").write_text(json.dumps(side_file))
    copy = folder / "out.nii.gz"
    return image, copy, subprocess.run([os.environ["COINCIDE_IMAGE_COPY"], folder / "in.nii.gz", copy, "frames"])


def test_frames_keep_values_and_times(tmp_path):
    image, path, run = copied_frames(tmp_path, SIDE_FILE)
    assert run.returncode == 0
    copy = nibabel.load(path)
    assert copy.shape[3] == len(DURATIONS)
    assert copy.header["pixdim"][4] == 0, "uneven frames have no step"
    for frame in (0, 9, 14):
        assert values_in_space(copy.slicer[..., frame]) == values_in_space(image.slicer[..., frame])
    assert json.loads((tmp_path / "out.json").read_text()) == SIDE_FILE


def test_lists_of_other_lengths_are_refused(tmp_path):
    _, path, run = copied_frames(tmp_path, {**SIDE_FILE, "FrameTimesStart": STARTS + [960]})
    assert run.returncode == 1 and not path.exists()
