"""DICOM files that are damaged, doubled, incomplete or mixed: one sentence, and no crash."""

import os
import shutil
import subprocess
from datetime import timedelta

import numpy as np
import pytest
from dicom_support import (Maker, SCAN, assert_same_picture, copied, numbered, pet, pydicom, refused, with_value)


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
