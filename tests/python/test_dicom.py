"""DICOM series against pydicom, SimpleITK and dciodvfy: what they write or know we read, what we write they read."""

import json
import os
import shutil
import subprocess
from datetime import datetime, timedelta

import numpy as np
import pytest

nibabel = pytest.importorskip("nibabel")
pydicom = pytest.importorskip("pydicom")
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless, generate_uid

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


ORIENTATIONS = {
    "axial": (1, 0, 0, 0, 1, 0),
    "prone": (-1, 0, 0, 0, -1, 0),
    "coronal": (1, 0, 0, 0, 0, -1),
    "sagittal": (0, 1, 0, 0, 0, -1),
}


@pytest.mark.parametrize("name", ORIENTATIONS)
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_planes_go_by_their_place(tmp_path, name, syntax):
    maker = Maker(tmp_path / "in", orientation=ORIENTATIONS[name])
    for k in np.random.default_rng(7).permutation(SHAPE[2]):
        slope = 0.5 + 0.25 * k
        maker.plane(numbered()[:, :, k], maker.origin + k * VOXEL_MM[2] * np.cross(*maker.directions), slope=slope,
                    syntax=syntax, **pet())
    image, side, told = copied(tmp_path / "in", tmp_path)
    assert_same_picture(image, maker, numbered() * (0.5 + 0.25 * np.arange(SHAPE[2])))
    assert side["Units"] == "Bq/mL" and side["TracerRadionuclide"] == "F-18"
    assert side["TimeZero"] == "14:00:00" and side["InjectionStart"] == -3600
    assert side["FrameDuration"] == [600] and side["ImageDecayCorrectionTime"] == 0
    assert "SUVbw = value x 0.0003652 g/mL" in told
    image, _, _ = copied(tmp_path / "in" / "004.dcm", tmp_path)
    assert image.shape == copied(tmp_path / "in", tmp_path)[0].shape


def test_oblique_planes_lie_where_they_did(tmp_path):
    """Resampled to a straight grid: a linear field stays linear in space."""
    turn = np.radians(25)
    maker = Maker(tmp_path / "in", orientation=(np.cos(turn), np.sin(turn), 0, -np.sin(turn), np.cos(turn), 0))
    maker.volume(numbered(), **pet())
    image, _, told = copied(tmp_path / "in", tmp_path)
    places, found = in_space(image)
    inverse = np.linalg.inv(np.array([VOXEL_MM[0] * maker.directions[0], VOXEL_MM[1] * maker.directions[1],
                                      VOXEL_MM[2] * np.cross(*maker.directions)]).T)
    index = (inverse @ (places - maker.origin).T).T
    inside = np.all((index >= 0) & (index <= np.array(SHAPE) - 1), axis=1)
    assert inside.sum() > 100
    np.testing.assert_allclose(found[inside], (index @ [1, 10, 100])[inside], atol=0.05)


def test_run_lengths(tmp_path):
    maker = Maker(tmp_path / "in")
    paths = maker.volume(numbered() - 400, syntax=RLELossless, **pet())
    assert_same_picture(copied(tmp_path / "in", tmp_path)[0], maker, numbered() - 400)
    raw = paths[2].read_bytes()
    pixels = raw.index(b"\xe0\x7f\x10\x00OB") + 28
    paths[2].write_bytes(raw[:pixels + 4] + b"\xff\xff\xff\x7f" + raw[pixels + 8:])
    assert "(RLE) are damaged" in refused(tmp_path / "in", tmp_path)


@pytest.mark.parametrize("command", ["dcmcjpeg +e1", "dcmcjpeg +el", "dcmcjpls"])
def test_compressed_pixels(tmp_path, command):
    if not shutil.which(command.split()[0]):
        pytest.skip(f"{command.split()[0]} is not installed")
    maker = Maker(tmp_path / "plain")
    (tmp_path / "in").mkdir()
    for path in maker.volume((numbered() * 3).astype(np.uint16), **pet()):
        subprocess.run([*command.split(), path, tmp_path / "in" / path.name], check=True)
    assert_same_picture(copied(tmp_path / "in", tmp_path)[0], maker, numbered() * 3)
    path = tmp_path / "in" / "003.dcm"
    raw = path.read_bytes()
    size = raw.index((7).to_bytes(2, "big") + (5).to_bytes(2, "big"), raw.index(b"\xff\xd8\xff"))
    path.write_bytes(raw[:size] + (9).to_bytes(2, "big") + raw[size + 2:])
    assert "(JPEG) are damaged" in refused(tmp_path / "in", tmp_path)


def test_bits_above_and_signs(tmp_path):
    maker = Maker(tmp_path / "in")
    values = numbered() - 600
    for k in range(SHAPE[2]):
        packed = ((values[:, :, k].astype(np.uint16) & 0xFFF) | 0x5000).astype(np.uint16)  # 12 bits, rubbish above
        maker.plane(packed, maker.origin + [0, 0, 3.0 * k], BitsStored=12, HighBit=11, PixelRepresentation=1, **pet())
    assert_same_picture(copied(tmp_path / "in", tmp_path)[0], maker, values)


def test_ct_with_padding(tmp_path):
    maker = Maker(tmp_path / "in", modality="CT")
    values = numbered()
    values[0, 0, :] = -2000
    for k in range(SHAPE[2]):
        maker.plane(values[:, :, k], maker.origin + [0, 0, 3.0 * k], slope=2, intercept=-1024, PixelPaddingValue=-2000, KVP="130")
    image, _, told = copied(tmp_path / "in", tmp_path)
    wanted = values * 2.0 - 1024
    wanted[0, 0, :] = -1000
    assert_same_picture(image, maker, wanted)
    assert "unit HU" in told and "tube voltage 130 kV" in told


def test_gantry_tilt_is_taken_back(tmp_path):
    """A field that is linear in space, sampled by tilted planes."""
    maker = Maker(tmp_path / "in", modality="CT")
    step = np.array([0, 0.5, 3.0])
    field = lambda places: places @ [3.0, -2.0, 5.0]
    for k in range(SHAPE[2]):
        i, j = np.indices(SHAPE[:2])
        places = maker.origin + i[..., None] * [1.5, 0, 0] + j[..., None] * [0, 2.25, 0] + k * step
        maker.plane(np.round(field(places) * 16).astype(np.int16), maker.origin + k * step, slope=1 / 16)
    image, _, told = copied(tmp_path / "in", tmp_path)
    assert "tilted by 9.5 degrees" in told
    places, found = in_space(image)
    inside = found > -999
    index = (np.linalg.inv(np.array([[1.5, 0, 0], [0, 2.25, 0], step]).T) @ (places - maker.origin).T).T
    inside = np.all((index >= 0) & (index <= np.array(SHAPE) - 1), axis=1)
    assert inside.sum() > 100
    np.testing.assert_allclose(found[inside], field(places)[inside], atol=0.1)
    outside = np.any((index < -1.01) | (index > np.array(SHAPE) + 0.01), axis=1)
    assert outside.any() and (found[outside] == -1000).all()


def test_two_beds_are_one_static_image(tmp_path):
    maker = Maker(tmp_path / "in")
    for k in range(SHAPE[2]):
        start = SCAN + timedelta(seconds=180 * (k // 6))
        maker.plane(numbered()[:, :, k], maker.origin + [0, 0, 3.0 * k], **pet(start, 180.0))
    image, side, told = copied(tmp_path / "in", tmp_path)
    assert_same_picture(image, maker, numbered())
    assert side["FrameTimesStart"] == [0] and side["FrameDuration"] == [360]
    assert "one after the other" in told


@pytest.mark.parametrize("lost", [[], ["AcquisitionTime"], ["FrameReferenceTime"]])
def test_frames_go_by_time_not_by_number(tmp_path, lost):
    maker, starts, lasts = Maker(tmp_path / "in"), [0, 60, 180], [60.0, 120.0, 300.0]
    for frame in (2, 1, 0):
        facts = pet(SCAN + timedelta(seconds=starts[frame]), lasts[frame], factor=None)
        if "AcquisitionTime" in lost:  # all as the first: Frame Reference Time tells them apart
            mean_s = np.log(decay_factor(0, lasts[frame])) * F18_S / np.log(2)
            facts.update(AcquisitionTime=as_time(SCAN), FrameReferenceTime=1000 * (starts[frame] + mean_s))
        elif lost:
            del facts["FrameReferenceTime"]
        maker.volume(numbered(frame), **facts)
    image, side, told = copied(tmp_path / "in", tmp_path)
    assert image.shape[3] == 3
    for frame in range(3):
        assert_same_picture(image, maker, numbered(frame), frame)
    assert side["FrameTimesStart"] == pytest.approx(starts, abs=1e-3)
    assert side["FrameDuration"] == pytest.approx(lasts, abs=1e-6)
    assert side["DecayCorrectionFactor"] == pytest.approx([decay_factor(*one) for one in zip(starts, lasts)], rel=1e-4)


def test_decay_factor_decides_on_the_moment(tmp_path):
    """1.4598: corrected to Series Time, 3000 s before the frame; 1.0645: to the frame's own start."""
    assert decay_factor(3000, 1200) == pytest.approx(1.4598, abs=5e-5)
    assert decay_factor(0, 1200) == pytest.approx(1.0645, abs=5e-5)
    for factor, reference_s in ((1.45951, -3000), (1.0645, 0)):
        maker = Maker(tmp_path / f"in{factor}")
        facts = pet(SCAN + timedelta(seconds=3000), 1200.0, factor=factor)
        maker.volume(numbered(), **facts)
        image, side, told = copied(maker.folder, tmp_path)
        assert side["ImageDecayCorrectionTime"] == reference_s and side["ImageDecayCorrected"]
        assert ("not to Series Time" in told) == (reference_s == 0)
        assert side["DecayCorrectionFactor"] == pytest.approx([factor], rel=1e-3)
        assert_same_picture(image, maker, numbered())


def test_without_decay_factor_the_moment_is_a_guess(tmp_path):
    maker, facts = Maker(tmp_path / "in"), pet(SCAN, 600.0)
    del facts["DecayFactor"]
    maker.volume(numbered(), **facts)
    _, side, told = copied(tmp_path / "in", tmp_path)
    assert side["ImageDecayCorrectionTime"] == 0 and "Decay Factor or half-life is missing" in told


def test_series_time_of_a_later_copy_is_not_taken(tmp_path):
    maker = Maker(tmp_path / "in")
    maker.volume(numbered(), **pet(SCAN, 600.0, factor=1.0319, **{"SeriesTime": as_time(SCAN + timedelta(hours=5))}))
    _, side, told = copied(maker.folder, tmp_path)
    assert side["ImageDecayCorrectionTime"] == 0 and "SUVbw = value x 0.0003652" in told


def test_frames_corrected_to_their_own_starts_come_to_one_moment(tmp_path):
    maker = Maker(tmp_path / "in")
    for frame, start_s in enumerate((0, 1800)):
        maker.volume(numbered(frame), **pet(SCAN + timedelta(seconds=start_s), 600.0, factor=1.031916))
    image, side, told = copied(tmp_path / "in", tmp_path)
    assert "the own start of each frame" in told
    assert_same_picture(image, maker, numbered(0), 0)
    assert_same_picture(image, maker, numbered(1) * np.exp2(1800 / F18_S), 1)
    assert side["DecayCorrectionFactor"] == pytest.approx([decay_factor(0, 600), decay_factor(1800, 600)], rel=1e-5)


def test_correction_to_the_injection_gives_the_same_suv(tmp_path):
    maker = Maker(tmp_path / "in")
    maker.volume(numbered(), **pet(SCAN, 600.0, factor=decay_factor(3600, 600), DecayCorrection="ADMIN"))
    _, side, told = copied(tmp_path / "in", tmp_path)
    assert side["ImageDecayCorrectionTime"] == -3600
    assert f"SUVbw = value x {75e3 / 300e6:.5g} g/mL" in told


def test_injection_before_midnight(tmp_path):
    maker, scan = Maker(tmp_path / "in"), datetime(2026, 3, 2, 0, 30)
    maker.volume(numbered(), **pet(scan, series_start=scan) | {"RadiopharmaceuticalInformationSequence": injected("233000")})
    assert copied(tmp_path / "in", tmp_path)[1]["InjectionStart"] == -3600


def injected(time):
    item = pet()["RadiopharmaceuticalInformationSequence"][0]
    item.RadiopharmaceuticalStartTime = time
    return [item]


@pytest.mark.parametrize("factors, unit, scale", [({}, "counts", 1), ({0x1009: "2.5", 0x1000: "0.5"}, "Bq/mL", 2.5),
                                                  ({0x1009: "0", 0x1000: "0.5"}, "g/mL", 0.5)])
def test_counts_of_one_vendor(tmp_path, factors, unit, scale):
    maker = Maker(tmp_path / "in")
    for path in maker.volume(numbered(), **pet(Units="CNTS")):
        data = pydicom.dcmread(path)
        data.add_new((0x7053, 0x0010), "LO", "Philips PET Private Group")
        for element, factor in factors.items():
            data.add_new((0x7053, element), "DS", factor)
        data.save_as(path)
    image, side, told = copied(tmp_path / "in", tmp_path)
    assert side["Units"] == unit
    assert_same_picture(image, maker, numbered() * scale)


def test_number_texts_of_any_sort(tmp_path):
    maker = Maker(tmp_path / "in")
    for path in maker.volume(numbered(), **pet(PatientWeight=75)):
        raw = path.read_bytes()
        # Slopes that are too long for a decimal string, with an exponent, and with blanks before and after.
        raw = with_value(raw, 0x0028, 0x1053, b"DS", b"  +2.50000000000000000000000E-05  ")
        path.write_bytes(with_value(raw, 0x0010, 0x1030, b"DS", b"NaN "))
    image, _, told = copied(tmp_path / "in", tmp_path)
    assert_same_picture(image, maker, numbered() * 2.5e-5, rel=1e-6)
    assert 'Weight (0010,1030) is "NaN"' in told and "it needs the patient's weight" in told


def with_value(raw, group, element, kind, value):
    """Another value for an attribute of a short kind, in bytes."""
    head = group.to_bytes(2, "little") + element.to_bytes(2, "little") + kind
    at = raw.index(head)
    end = at + 8 + int.from_bytes(raw[at + 6:at + 8], "little")
    return raw[:at] + head + len(value).to_bytes(2, "little") + value + raw[end:]


def multi_frame(path, sop_class, frames=2):
    """Frames of 11 planes in one file, planes shuffled, a slope for each frame."""
    data, meta = Dataset(), FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = sop_class, generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta, data.SOPClassUID, data.SOPInstanceUID = meta, sop_class, meta.MediaStorageSOPInstanceUID
    data.Modality, data.SeriesInstanceUID, data.ImageType = "PT", generate_uid(), ["ORIGINAL", "PRIMARY"]
    order = [(frame, k) for frame in range(frames) for k in range(SHAPE[2])]
    np.random.default_rng(3).shuffle(order)
    put_pixels(data, np.stack([numbered(frame)[:, :, k].T for frame, k in order]))
    data.NumberOfFrames = len(order)
    facts = pet()
    data.RadiopharmaceuticalInformationSequence = facts["RadiopharmaceuticalInformationSequence"]
    data.PatientWeight, data.SeriesDate, data.SeriesTime = 75, facts["SeriesDate"], facts["SeriesTime"]
    shared = Dataset()
    shared.PlaneOrientationSequence = [Dataset()]
    shared.PlaneOrientationSequence[0].ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    shared.PixelMeasuresSequence = [Dataset()]
    shared.PixelMeasuresSequence[0].PixelSpacing = [VOXEL_MM[1], VOXEL_MM[0]]
    data.SharedFunctionalGroupsSequence = [shared]
    if sop_class == ENHANCED:
        data.DecayCorrected, data.DecayCorrectionDateTime = "YES", as_date(SCAN) + as_time(SCAN)
        data.RadiopharmaceuticalInformationSequence[0].RadionuclideTotalDose = 300
    groups = []
    for frame, k in order:
        start_s, lasts_s = 600 * frame, 600.0
        group = Dataset()
        group.PlanePositionSequence = [Dataset()]
        group.PlanePositionSequence[0].ImagePositionPatient = [-20, -30.5, -40.25 + VOXEL_MM[2] * k]
        group.PixelValueTransformationSequence = [Dataset()]
        group.PixelValueTransformationSequence[0].RescaleSlope = 0.5 + frame
        group.PixelValueTransformationSequence[0].RescaleIntercept = 0
        group.FrameContentSequence = [Dataset()]
        moment = SCAN + timedelta(seconds=start_s)
        group.FrameContentSequence[0].FrameAcquisitionDateTime = as_date(moment) + as_time(moment)
        group.FrameContentSequence[0].FrameAcquisitionDuration = 1000 * lasts_s
        more = Dataset()
        more.DecayFactor = float(f"{decay_factor(start_s, lasts_s):.8g}")
        if sop_class == ENHANCED:
            group.PETFrameCorrectionFactorsSequence = [more]
            code = Dataset()
            code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "Bq/ml", "UCUM", "Becquerels/milliliter"
            real = Dataset()
            real.RealWorldValueSlope, real.RealWorldValueIntercept = 0.5 + frame, 0.0
            real.MeasurementUnitsCodeSequence = [code]
            group.RealWorldValueMappingSequence = [real]
        else:
            more.Units, more.DecayCorrection = "BQML", "START"
            group.UnassignedPerFrameConvertedAttributesSequence = [more]
        groups.append(group)
    data.PerFrameFunctionalGroupsSequence = groups
    data.save_as(path, enforce_file_format=True)


@pytest.mark.parametrize("sop_class", [ENHANCED, LEGACY])
def test_files_of_many_pictures(tmp_path, sop_class):
    multi_frame(tmp_path / "all.dcm", sop_class)
    image, side, told = copied(tmp_path / "all.dcm", tmp_path)
    maker = Maker(tmp_path / "none")
    for frame in range(2):
        assert_same_picture(image, maker, numbered(frame) * (0.5 + frame), frame)
    assert side["FrameTimesStart"] == [0, 600] and side["Units"] == "Bq/mL" and side["InjectedRadioactivity"] == 300
    assert "SUVbw = value x 0.0003652" in told


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


def edited(folder, change, k=4):
    """A series with one file changed; what reading it says."""
    maker = Maker(folder / "in")
    paths = maker.volume(numbered(), **pet())
    change(paths[k])
    return refused(folder / "in", folder)


def changed(**values):
    """None takes the attribute out."""
    def change(path):
        data = pydicom.dcmread(path)
        for key, value in values.items():
            if value is None:
                del data[key]
            else:
                setattr(data, key, value)
        data.save_as(path)
    return change


def changed_bytes(edit):
    return lambda path: path.write_bytes(edit(path.read_bytes()))


def pixel_length(raw, length):
    at = raw.index(b"\xe0\x7f\x10\x00OW") + 8
    return raw[:at] + length.to_bytes(4, "little") + raw[at + 4:]


WRONG_FILES = {
    "cut in the pixels": (changed_bytes(lambda raw: raw[:-40]), "Pixel Data"),
    "cut in the attributes": (changed_bytes(lambda raw: raw[:700]), "not copied whole"),
    "cut in a sequence": (changed_bytes(lambda raw: raw[:raw.index(b"C-111A1") + 3]), "not copied whole"),
    "absurd length of pixels": (changed_bytes(lambda raw: pixel_length(raw, 0xFFFFFF00)), "takes 4294967040 bytes"),
    "absurd length of a text": (changed_bytes(lambda raw: with_value(raw, 0x54, 0x1001, b"CS", b"BQML").replace(
        b"CS\x04\x00BQML", b"CS\xff\xffBQML")), "takes 65535 bytes"),
    "swapped bytes": (changed_bytes(lambda raw: raw[:132] + b"".join(
        raw[at:at + 2][::-1] for at in range(132, len(raw), 2))), "no kind of value"),
    "no kind of value": (changed_bytes(lambda raw: raw.replace(b"\x28\x00\x10\x00US", b"\x28\x00\x10\x00\x01\x02")),
                         "(0028,0010)"),
    "no rows": (changed(Rows=None), "Rows (0028,0010) is missing"),
    "huge rows": (changed(Rows=65535, Columns=65535), "more than the file can hold"),
    "no pixels wide": (changed(Columns=0), "not possible"),
    "text for a slope": (changed_bytes(lambda raw: with_value(raw, 0x28, 0x1053, b"DS", b"one ")), '"one"; a number'),
    "slope of 0": (changed(RescaleSlope="0"), "is 0"),
    "infinite position": (changed_bytes(lambda raw: with_value(raw, 0x20, 0x32, b"DS", b"0\\0\\inf ")), '"inf"'),
    "two numbers for a position": (changed_bytes(lambda raw: with_value(raw, 0x20, 0x32, b"DS", b"0\\0 ")), "has 2 values"),
    "skewed orientation": (changed(ImageOrientationPatient=[1, 0, 0, 1, 0, 0]), "right angle"),
    "no spacing": (changed(PixelSpacing=[0, 0]), "not possible"),
    "colours": (changed(SamplesPerPixel=3, PhotometricInterpretation="RGB"), "colours"),
    "64 bits": (changed(BitsAllocated=64), "8, 16 and 32"),
    "more bits than there are": (changed(HighBit=40), "do not fit"),
    "many pictures without places": (changed(NumberOfFrames=70000), "more than the file can hold"),
    "plane of another size": (changed(PixelSpacing=[2.0, 2.0]), "no planes of one image"),
    "plane at an angle": (changed(ImageOrientationPatient=[0, 1, 0, 0, 0, 1]), "at an angle"),
    "plane of another place": (changed(ImagePositionPatient=[-20, -30.5, -37.0]), "elsewhere 3 mm"),
    "missing plane": (lambda path: path.unlink(), "are 6 mm, elsewhere 3 mm"),
}


@pytest.mark.parametrize("name", WRONG_FILES)
def test_wrong_files_get_a_sentence(tmp_path, name):
    change, says = WRONG_FILES[name]
    said = edited(tmp_path, change)
    assert says in said and str(tmp_path / "in") in said


def test_the_same_plane_twice(tmp_path):
    maker = Maker(tmp_path / "in")
    paths = maker.volume(numbered(), **pet())
    shutil.copy(paths[4], tmp_path / "in" / "copy.dcm")
    image, _, told = copied(tmp_path / "in", tmp_path)
    assert_same_picture(image, maker, numbered())
    assert "copy.dcm holds the same as 005.dcm" in told
    changed(RescaleSlope=2)(tmp_path / "in" / "copy.dcm")
    said = refused(tmp_path / "in", tmp_path)
    assert "copy.dcm" in said and "005.dcm" in said


def test_a_frame_that_lacks_a_plane(tmp_path):
    maker = Maker(tmp_path / "in")
    maker.volume(numbered(0), **pet())
    maker.volume(numbered(1), **pet(SCAN + timedelta(seconds=600)))[3].unlink()
    assert "frames are not complete" in refused(tmp_path / "in", tmp_path)


def test_several_series_in_a_folder(tmp_path):
    folder = tmp_path / "in"
    first = Maker(folder)
    first.volume(numbered(), **pet())
    second = Maker(folder / "more", modality="CT")
    second.volume(numbered(1), SeriesNumber=5, SeriesDescription="low dose CT")
    Maker(folder / "scout", modality="CT").volume(numbered(), ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    (folder / "notes.txt").write_text("no image")
    said = refused(folder, tmp_path)
    assert '#1: PT "made by a test", 11 files; #2: CT "low dose CT", 11 files' in said and f"{folder}#NUMBER" in said
    assert "scout" not in said
    assert_same_picture(copied(f"{folder}#1", tmp_path)[0], first, numbered(0))
    (tmp_path / "out.json").unlink()
    assert_same_picture(copied(f"{folder}#2", tmp_path)[0], second, numbered(1))
    assert "2 series" in refused(f"{folder}#3", tmp_path)
    assert "localizers" in refused(folder / "scout", tmp_path)


def test_damage_anywhere_is_no_crash(tmp_path):
    """Bytes changed at random: an image or one sentence, in little memory."""
    import resource
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29))
    maker = Maker(tmp_path / "in")
    path = maker.plane(numbered()[:, :, 0], maker.origin, **pet(SliceThickness=3.0))
    raw, rng = path.read_bytes(), np.random.default_rng(5)
    for case in range(60):
        damaged = bytearray(raw)
        for at in rng.integers(132, len(raw), 1 + case % 4):
            damaged[at] = rng.integers(256)
        path.write_bytes(bytes(damaged[:rng.integers(132, len(raw))] if case % 5 == 0 else damaged))
        done = subprocess.run([os.environ["COINCIDE_IMAGE_COPY"], path, tmp_path / "out.nii", "frames"],
                              capture_output=True, text=True, errors="replace", preexec_fn=limit)
        assert done.returncode in (0, 1), (case, done.stderr)
        assert done.returncode == 0 or done.stderr.strip(), case
