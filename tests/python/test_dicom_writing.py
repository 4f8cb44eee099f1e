"""DICOM series that we write: what others read in them, and what the standard says of them."""

import json
import shutil
import subprocess

import numpy as np
import pytest
from dicom_support import F18_S, SHAPE, copied, decay_factor, nibabel, pydicom, run

SIDE_FILE = {
    "Units": "Bq/mL", "TimeZero": "00:20:05", "ScanStart": 0, "InjectionStart": -3600.5,
    "FrameTimesStart": [10, 40.25, 100.5], "FrameDuration": [30, 60.25, 600], "ImageDecayCorrected": True,
    "ImageDecayCorrectionTime": 0, "DecayCorrectionFactor": [float(decay_factor(*one)) for one in
                                                             ((10, 30), (40.25, 60.25), (100.5, 600))],
    "RadionuclideHalfLife": F18_S, "TracerName": "FDG", "TracerRadionuclide": "F-18", "InjectedRadioactivity": 300,
    "InjectedRadioactivityUnits": "MBq", "PatientWeight": 75, "PatientSize": 1.75, "PatientSex": "M"}


def nifti(folder, frames=3, side=SIDE_FILE):
    """Values from -0.04 to 12345.678, with an empty plane."""
    rng = np.random.default_rng(11)
    values = (rng.gamma(0.5, 100, SHAPE + (frames,)) - 0.04).astype(np.float32)
    values[:, :, 3] = 0
    values[1, 2, 5, 0] = 12345.678
    affine = np.diag([-1.5, -2.25, 3.0, 1])
    affine[:3, 3] = [10, 20.5, -30.25]
    image = nibabel.Nifti1Image(values if frames > 1 else values[..., 0], affine)
    nibabel.save(image, folder / "in.nii.gz")
    if side:
        (folder / "in.json").write_text(json.dumps({key: value[:frames] if isinstance(value, list) else value
                                                    for key, value in side.items()}))
    return image, values


def written(folder, frames=3, side=SIDE_FILE):
    image, values = nifti(folder, frames, side)
    done = run(folder / "in.nii.gz", f"{folder}/series/")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in folder.iterdir() if path.name != "out.json") == (
        ["in.json"] if side else []) + ["in.nii.gz", "series"] + (["series.json"] if side else [])
    return image, values, [pydicom.dcmread(path) for path in sorted((folder / "series").iterdir())]


def test_what_we_write_means_the_same(tmp_path):
    image, values, files = written(tmp_path)
    assert len(files) == 3 * SHAPE[2]
    affine = np.diag([-1, -1, 1, 1]) @ image.affine
    for index, file in enumerate(files):
        frame, k = divmod(index, SHAPE[2])
        assert file.ImageIndex == index + 1
        np.testing.assert_allclose(file.ImagePositionPatient, (affine @ [0, 0, k, 1])[:3], atol=1e-4)
        assert list(file.ImageOrientationPatient) == [1, 0, 0, 0, 1, 0]
        assert list(file.PixelSpacing) == [2.25, 1.5] and file.SliceThickness == 3
        assert all(len(str(file[key].value)) <= 16 for key in ("RescaleSlope", "FrameReferenceTime", "DecayFactor"))
        slope = float(file.RescaleSlope)
        np.testing.assert_allclose(file.pixel_array.T * slope, values[:, :, k, frame], atol=0.5 * slope + 1e-6)
    for key in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"):
        assert len({file[key].value for file in files}) == 1 and files[0][key].value.startswith("2.25.")
    assert len({file.SOPInstanceUID for file in files}) == len(files)


def test_times_that_we_write(tmp_path):
    files = written(tmp_path)[2]
    first, last = files[0], files[-1]
    assert first.SeriesTime == "002005.000000" and first.DecayCorrection == "START" and first.Units == "BQML"
    assert first.SeriesType == ["DYNAMIC", "IMAGE"] and first.NumberOfTimeSlices == 3 and first.NumberOfSlices == 11
    assert last.AcquisitionTime == "002145.500000" and last.ActualFrameDuration == 600000
    assert float(last.FrameReferenceTime) == pytest.approx(1000 * (100.5 + 298.42), abs=5)
    assert float(last.DecayFactor) == pytest.approx(decay_factor(100.5, 600), rel=1e-9)
    item = first.RadiopharmaceuticalInformationSequence[0]
    assert item.RadionuclideTotalDose == 300e6 and float(item.RadionuclideHalfLife) == F18_S
    assert item.RadiopharmaceuticalStartDateTime == "19691231232004.500000", "the day before"
    assert item.RadionuclideCodeSequence[0].CodeValue == "C-111A1"
    assert first.PatientWeight == 75 and first.PatientSex == "M" and first.PatientName == "" and first.PatientID == ""
    # SUV by hand, from the attributes alone
    left = 300e6 * np.exp2(-3600.5 / F18_S)
    by_hand = first.pixel_array * float(first.RescaleSlope) * 75e3 / left
    (tmp_path / "series.json").unlink()
    told = run(tmp_path / "series", tmp_path / "back.nii.gz").stdout
    factor = float(told.split("SUVbw = value x ")[1].split()[0])
    back = nibabel.load(tmp_path / "back.nii.gz").get_fdata()[:, :, 0, 0]
    np.testing.assert_allclose(back.T * factor, by_hand, rtol=1e-4, atol=1e-9)


def test_round_trip_and_places(tmp_path):
    image, values, files = written(tmp_path)
    (tmp_path / "series.json").unlink()
    back, side, told = copied(tmp_path / "series", tmp_path)
    np.testing.assert_allclose(back.affine, image.affine, atol=1e-4)
    for frame in range(3):
        for k in range(SHAPE[2]):
            slope = float(files[frame * SHAPE[2] + k].RescaleSlope)
            np.testing.assert_allclose(back.dataobj[:, :, k, frame], values[:, :, k, frame], atol=0.5 * slope + 1e-6)
    start = SIDE_FILE["FrameTimesStart"][0]  # the clock's zero is now the start of the scan
    assert side["FrameTimesStart"] == pytest.approx([t - start for t in SIDE_FILE["FrameTimesStart"]], abs=1e-6)
    assert side["InjectionStart"] == pytest.approx(-3610.5, abs=1e-6)
    assert side["ImageDecayCorrectionTime"] == -start and side["TimeZero"] == "00:20:15"
    for key in ("TracerName", "TracerRadionuclide", "InjectedRadioactivity", "PatientWeight", "PatientSize", "PatientSex"):
        assert side[key] == SIDE_FILE[key]


def test_places_by_another_reader(tmp_path):
    sitk = pytest.importorskip("SimpleITK")
    image, values, _ = written(tmp_path, frames=1)
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(tmp_path / "series")))
    ours = reader.Execute()
    theirs = sitk.ReadImage(str(tmp_path / "in.nii.gz"))
    assert ours.GetSize() == theirs.GetSize() == SHAPE
    for index in ((0, 0, 0), (4, 6, 10), (1, 2, 5)):
        place = theirs.TransformIndexToPhysicalPoint(index)
        np.testing.assert_allclose(ours.TransformIndexToPhysicalPoint(index), place, atol=1e-4)
    assert ours.GetPixel((1, 2, 5)) == pytest.approx(12345.678, abs=0.2)


@pytest.mark.parametrize("side", [SIDE_FILE, None, {**SIDE_FILE, "Units": "1", "ImageDecayCorrected": False},
                                  {**SIDE_FILE, "ImageDecayCorrectionTime": -3600.5}])
def test_the_standard_finds_no_error(tmp_path, side):
    if not shutil.which("dciodvfy"):
        pytest.skip("dciodvfy is not installed")
    files = written(tmp_path, 3 if side else 1, side)[2]
    for path in sorted((tmp_path / "series").iterdir())[::10]:
        said = subprocess.run(["dciodvfy", "-new", path], capture_output=True, text=True)
        assert "Error" not in said.stderr + said.stdout, said.stderr
    if shutil.which("dcmdump"):
        assert subprocess.run(["dcmdump", path], capture_output=True).returncode == 0
    calibrated = side is not None and side["Units"] == "Bq/mL"
    assert files[0].Units == ("BQML" if calibrated else "CNTS")
    assert ("RadionuclideTotalDose" in files[0].RadiopharmaceuticalInformationSequence[0]) == calibrated
    assert files[0].DecayCorrection == ("NONE" if not calibrated else
                                        "ADMIN" if side["ImageDecayCorrectionTime"] < 0 else "START")


def test_only_our_own_series_is_replaced(tmp_path):
    nifti(tmp_path)
    assert run(tmp_path / "in.nii.gz", tmp_path / "pet.dicom").returncode == 0
    assert run(tmp_path / "in.nii.gz", tmp_path / "pet.dicom").returncode == 0
    assert len(list((tmp_path / "pet.dicom").iterdir())) == 33
    (tmp_path / "pet.dicom" / "notes.txt").write_text("mine")
    done = run(tmp_path / "in.nii.gz", tmp_path / "pet.dicom")
    assert done.returncode == 1 and "notes.txt" in done.stderr
    assert len(list((tmp_path / "pet.dicom").iterdir())) == 34
