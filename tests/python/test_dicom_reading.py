"""DICOM series that others write, of any order, orientation, coding and vendor: what they hold we read."""

import shutil
import subprocess
from datetime import datetime, timedelta

import numpy as np
import pytest
from dicom_support import (ENHANCED, F18_S, LEGACY, Maker, PET, SCAN, SHAPE, VOXEL_MM, as_date, as_time,
                           assert_same_picture, copied, decay_factor, in_space, numbered, pet, put_pixels, pydicom,
                           refused, with_value)
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless, generate_uid

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
