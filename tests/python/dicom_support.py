"""What the tests of DICOM share: series as pydicom writes them, and the program that reads and writes them."""

import json
import os
import subprocess
from datetime import datetime, timedelta

import numpy as np
import pytest

nibabel = pytest.importorskip("nibabel")
pydicom = pytest.importorskip("pydicom")
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, RLELossless, generate_uid

if "COINCIDE_IMAGE_COPY" not in os.environ:
    pytest.skip("COINCIDE_IMAGE_COPY does not name the program that these tests run", allow_module_level=True)

SHAPE = (5, 7, 11)  # columns, rows, planes
VOXEL_MM = (1.5, 2.25, 3.0)
SCAN = datetime(2026, 3, 1, 14, 0, 0)
F18_S = 6584.04
PET, CT = "1.2.840.10008.5.1.4.1.1.128", "1.2.840.10008.5.1.4.1.1.2"
ENHANCED, LEGACY = "1.2.840.10008.5.1.4.1.1.130", "1.2.840.10008.5.1.4.1.1.128.1"


def decay_factor(start_s, duration_s, half_life_s=F18_S):
    decay = np.log(2) / half_life_s
    return np.exp(decay * start_s) * decay * duration_s / -np.expm1(-decay * duration_s)


def numbered(frame=0):
    i, j, k = np.indices(SHAPE)
    return (i + 10 * j + 100 * k + 1500 * frame).astype(np.int16)


def as_date(moment):
    return moment.strftime("%Y%m%d")


def as_time(moment):
    return moment.strftime("%H%M%S.%f")


class Maker:
    """A series of files, one for each plane."""

    def __init__(self, folder, modality="PT", orientation=(1, 0, 0, 0, 1, 0), origin=(-20.0, -30.5, -40.25)):
        self.folder, self.modality, self.series_uid = folder, modality, generate_uid()
        self.directions = np.array(orientation, float).reshape(2, 3)
        self.origin, self.files = np.array(origin), 0
        folder.mkdir(exist_ok=True)

    def plane(self, pixels, place, slope=1.0, intercept=0.0, name=None, syntax=ExplicitVRLittleEndian, **more):
        """pixels [column, row]"""
        self.files += 1
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = PET if self.modality == "PT" else CT
        meta.MediaStorageSOPInstanceUID = generate_uid()
        meta.TransferSyntaxUID = syntax
        data = Dataset()
        data.file_meta = meta
        data.SOPClassUID, data.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
        data.Modality, data.SeriesInstanceUID = self.modality, self.series_uid
        data.SeriesNumber, data.SeriesDescription = 3, "made by a test"
        data.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        data.ImageOrientationPatient = list(self.directions.ravel())
        data.ImagePositionPatient = [f"{value:.6f}" for value in place]
        data.PixelSpacing, data.SliceThickness = [VOXEL_MM[1], VOXEL_MM[0]], 99.0
        data.InstanceNumber = self.files
        data.RescaleSlope, data.RescaleIntercept = slope, intercept
        put_pixels(data, pixels.T)
        for key, value in more.items():
            setattr(data, key, value)
        if syntax == RLELossless:
            data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
            data.compress(syntax)
        path = self.folder / (name or f"{self.files:03}.dcm")
        data.save_as(path, enforce_file_format=True)
        return path

    def volume(self, values, step=None, **more):
        """values [column, row, plane] of 16 bits; a slope of its own for each plane"""
        normal = np.cross(*self.directions)
        step = normal * VOXEL_MM[2] if step is None else np.array(step)
        return [self.plane(values[:, :, k], self.origin + k * step, **more) for k in range(values.shape[2])]


def put_pixels(data, rows):
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.Rows, data.Columns = rows.shape[-2:]
    data.BitsAllocated, data.BitsStored, data.HighBit = 16, 16, 15
    data.PixelRepresentation = int(rows.dtype == np.int16)
    data.PixelData = np.ascontiguousarray(rows).tobytes()
    data["PixelData"].VR = "OW"


def pet(start=SCAN, duration_s=600.0, series_start=SCAN, factor=None, **more):
    """What a PET file says of its frame."""
    item = Dataset()
    item.Radiopharmaceutical = "FDG"
    item.RadiopharmaceuticalStartTime = as_time(SCAN - timedelta(hours=1))
    item.RadionuclideTotalDose, item.RadionuclideHalfLife = 300e6, F18_S
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "C-111A1", "SRT", "^18^Fluorine"
    item.RadionuclideCodeSequence = [code]
    after_s = (start - series_start).total_seconds()
    facts = dict(
        SeriesDate=as_date(series_start), SeriesTime=as_time(series_start),
        AcquisitionDate=as_date(start), AcquisitionTime=as_time(start),
        ActualFrameDuration=int(duration_s * 1000), FrameReferenceTime=1000 * after_s + 500 * duration_s,
        Units="BQML", DecayCorrection="START", DecayFactor=factor or float(f"{decay_factor(after_s, duration_s):.6g}"),
        CorrectedImage=["NORM", "ATTN", "DECY"], RadiopharmaceuticalInformationSequence=[item],
        PatientWeight=75, PatientSize=1.75, PatientSex="M")
    return {**facts, **more}


def run(*words):
    return subprocess.run([os.environ["COINCIDE_IMAGE_COPY"], *map(str, words), "frames"], capture_output=True, text=True)


def copied(source, folder, suffix=".nii.gz"):
    """The copy, what its side file says, and what a user is told."""
    copy = folder / ("out" + suffix)
    done = run(source, copy)
    assert done.returncode == 0, done.stderr
    side = folder / "out.json"
    return nibabel.load(copy), json.loads(side.read_text()) if side.exists() else {}, done.stdout


def refused(source, folder):
    done = run(source, folder / "out.nii.gz")
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def in_space(image, frame=0):
    """[(LPS place, value)], sorted"""
    values = np.asarray(image.dataobj).reshape(image.shape[:3] + (-1,))[..., frame]
    places = nibabel.affines.apply_affine(np.diag([-1, -1, 1, 1]) @ image.affine, np.argwhere(np.ones(image.shape[:3])))
    order = np.lexsort(np.round(places, 2).T)
    return np.round(places[order], 3), values.ravel()[order]


def expected_in_space(maker, values, step=None):
    normal = np.cross(*maker.directions)
    step = normal * VOXEL_MM[2] if step is None else np.array(step)
    index = np.argwhere(np.ones(SHAPE))
    places = maker.origin + index @ np.array([VOXEL_MM[0] * maker.directions[0], VOXEL_MM[1] * maker.directions[1], step])
    order = np.lexsort(np.round(places, 2).T)
    return np.round(places[order], 3), values.ravel()[order]


def assert_same_picture(image, maker, values, frame=0, rel=1e-6):
    places, found = in_space(image, frame)
    wanted_places, wanted = expected_in_space(maker, values)
    np.testing.assert_allclose(places, wanted_places, atol=2e-3)
    np.testing.assert_allclose(found, wanted, rtol=rel, atol=1e-4)


def with_value(raw, group, element, kind, value):
    """Another value for an attribute of a short kind, in bytes."""
    head = group.to_bytes(2, "little") + element.to_bytes(2, "little") + kind
    at = raw.index(head)
    end = at + 8 + int.from_bytes(raw[at + 6:at + 8], "little")
    return raw[:at] + head + len(value).to_bytes(2, "little") + value + raw[end:]
