"""Images with their grid and unit, through files and back."""

import coincide
import numpy as np
import pytest


@pytest.fixture
def image(rng_values):
    grid = coincide.Grid((5, 6, 7), (2, 3, 4), (-10, 5, 20))
    return coincide.Image(rng_values, grid, unit="Bq/mL")


@pytest.fixture
def rng_values():
    return np.random.default_rng(3).random((5, 6, 7), np.float32)


@pytest.mark.parametrize("ending", ["nii.gz", "nii", "mha", "mhd", "h5"])
def test_there_and_back(image, ending, tmp_path):
    path = tmp_path / f"image.{ending}"
    coincide.write_image(path, image)
    read = coincide.read_image(path)
    np.testing.assert_array_equal(read.values, image.values)
    np.testing.assert_allclose(read.affine, image.affine, rtol=1e-6)
    assert read.grid.shape == (5, 6, 7)
    assert read.unit == ("" if ending.startswith("m") else "Bq/mL")  # MetaImage has none


def test_affine(image):
    np.testing.assert_array_equal(image.affine @ [0, 0, 0, 1], [-10, 5, 20, 1])
    np.testing.assert_array_equal(image.affine @ [1, 2, 3, 1], [-8, 11, 32, 1])
    np.testing.assert_array_equal(image.grid.affine_ras @ [1, 2, 3, 1], [8, -11, 32, 1])


def test_affine_is_that_of_nibabel(image, tmp_path):
    nibabel = pytest.importorskip("nibabel")
    coincide.write_image(tmp_path / "image.nii", image)
    theirs = nibabel.load(tmp_path / "image.nii")
    at = nibabel.affines.apply_affine(np.linalg.inv(theirs.affine), (image.grid.affine_ras @ [1, 2, 3, 1])[:3])
    assert theirs.get_fdata()[tuple(np.rint(at).astype(int))] == image.values[1, 2, 3]


def test_a_grid_lies_in_the_middle_unless_it_is_put_elsewhere():
    grid = coincide.Grid((4, 5, 6), (1, 2, 3))
    assert grid.origin_mm == (-1.5, -4, -7.5)
    assert grid == coincide.Grid((4, 5, 6), (1, 2, 3), (-1.5, -4, -7.5))
    assert grid != coincide.Grid((4, 5, 6), (1, 2, 3), (0, 0, 0)) and grid != 3


def test_values_are_in_place(image, rng_values):
    image.values[1, 2, 3] = 42
    assert image.values[1, 2, 3] == 42 and not image.values.flags.owndata
    assert rng_values[1, 2, 3] != 42  # they were copied
    image.values = np.zeros((5, 6, 7))  # of another type
    assert image.values.dtype == np.float32 and not image.values.any()
    values = image.values
    del image
    assert values.sum() == 0


def test_what_cannot_be(image, tmp_path):
    with pytest.raises(coincide.InputError, match=r"values has shape \(5, 6, 8\).*grid, \(5, 6, 7\)"):
        image.values = np.zeros((5, 6, 8), np.float32)
    with pytest.raises(coincide.InputError, match="image.xyz.*nii.gz"):
        coincide.write_image(tmp_path / "image.xyz", image)
    with pytest.raises(coincide.FileError, match="none.nii"):
        coincide.read_image(tmp_path / "none.nii")
    with pytest.raises(coincide.FileError, match="there is no such folder|cannot"):
        coincide.write_image(tmp_path / "none" / "image.nii", image)
