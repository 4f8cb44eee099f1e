"""The job as an object: the settings of the TOML file, under its names and with its errors."""

import tomllib

import coincide
import numpy as np
import pytest
from conftest import program


def flat(tables):
    return {f"{section}.{name}": value for section, table in tables.items() for name, value in table.items()}


def test_settings_are_those_of_the_file(tmp_path):
    path = tmp_path / "job.toml"
    program("--new-job", path)
    job = coincide.Job()
    assert path.read_text() == job.to_toml()
    settings = {key: list(value) if isinstance(value, tuple) else value for key, value in job.settings().items()}
    assert settings == flat(tomllib.loads(path.read_text()))
    assert list(job) == job.keys() == list(settings) and len(job) == len(settings)
    assert "stop.passes" in job and "stop.passes " not in job


@pytest.mark.parametrize(
    "key, value",
    [
        ("stop.passes", 7),
        ("algorithm.psf_fwhm_mm", 4.5),
        ("algorithm.tof", False),
        ("algorithm.name", "mlem"),
        ("tracer.name", 'a "quoted" name'),
        ("image.size", (10, 20, 30)),
        ("image.voxel_size_mm", (1.5, 2.0, 1e-1)),
        ("input.data", "/somewhere/scan.petsird"),
    ],
)
def test_what_is_set_is_there(key, value, tmp_path):
    job = coincide.Job()
    job[key] = value
    assert job[key] == value and type(job[key]) is type(value)
    assert job.changed() == {key: value}
    job.save(tmp_path / "job.toml")
    read = coincide.Job(tmp_path / "job.toml")
    assert read.changed() == {key: value, "output.folder": str(tmp_path / "results")}  # which counts from the file


def test_values_of_numpy_and_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    values = {"stop.passes": np.int64(3), "image.voxel_size_mm": np.full(3, 2.5), "input.data": "scan.petsird"}
    job = coincide.Job(settings=values | {"output.folder": tmp_path / "out"})
    assert (job["stop.passes"], job["image.voxel_size_mm"]) == (3, (2.5, 2.5, 2.5))
    assert (job["input.data"], job["output.folder"]) == (str(tmp_path / "scan.petsird"), str(tmp_path / "out"))
    assert coincide.Job(job).changed() == job.changed()


def test_a_copy_is_its_own():
    job = coincide.Job()
    copy = coincide.Job(job, settings={"stop.passes": 9})
    assert copy["stop.passes"] == 9 and job["stop.passes"] != 9


@pytest.mark.parametrize("value, taken", [(True, True), (np.True_, True), (np.False_, False), ("true", True)])
def test_truth_of_numpy(value, taken):
    job = coincide.Job(settings={"algorithm.tof": not taken})
    job["algorithm.tof"] = value
    assert job["algorithm.tof"] is taken


@pytest.mark.parametrize(
    "key, value, sentence",
    [
        ("algorithm.nme", "osem", 'there is no setting "algorithm.nme". Did you mean "algorithm.name"?'),
        ("algorithm.name", "oesm", r'algorithm.name = "oesm" is not possible. Allowed: one of .*"mlem", "osem"'),
        ("stop.passes", -1, "stop.passes = -1 is not possible. Allowed: a whole number"),
        ("stop.passes", 2.5, "stop.passes = 2.5 is not possible"),
        ("stop.passes", None, "stop.passes = None is not possible"),
        ("output.name", b"scan", "output.name = b'scan' is not possible: give text, not bytes"),
        ("algorithm.tof", np.float32(1), "algorithm.tof = 1.0 is not possible. Allowed: true or false"),
        ("image.size", (1, 2), r"image.size = \[ 1, 2 \] is not possible. Allowed: three whole numbers"),
        ("algorithm.tof", "perhaps", "algorithm.tof = perhaps is not possible. Allowed: true or false"),
    ],
)
def test_what_cannot_be_set(key, value, sentence):
    job = coincide.Job()
    with pytest.raises(coincide.InputError, match=sentence):
        job[key] = value
    with pytest.raises(ValueError, match=sentence):  # which an InputError is, too
        coincide.Job(settings={key: value})
    assert job.changed() == {}


def test_what_cannot_be_read(tmp_path):
    with pytest.raises(coincide.InputError, match="no such file. Write one with `coincide --new-job FILE`"):
        coincide.Job(tmp_path / "none.toml")
    path = tmp_path / "job.toml"
    path.write_text("[stop]\npases = 3\n")
    with pytest.raises(coincide.InputError, match=r'job.toml, line 2: .*"stop.pases". Did you mean "stop.passes"'):
        coincide.run(path)
    with pytest.raises(coincide.InputError, match='there is no setting "no.such"'):
        coincide.Job()["no.such"]
    with pytest.raises(TypeError, match="a Job, the path of a job file, or None"):
        coincide.run(3)
    with pytest.raises(TypeError, match="settings must be a dict"):
        coincide.run(settings=["stop.passes=3"])


def test_errors_are_those_of_the_program(job, tmp_path):
    job["input.data"] = tmp_path / "none.petsird"
    for action in (job.validate, job.plan, lambda: coincide.run(job), lambda: coincide.problem(job)):
        with pytest.raises(coincide.FileError, match="none.petsird.*no such file") as caught:
            action()
        assert isinstance(caught.value, OSError) and isinstance(caught.value, coincide.Error)
    job = coincide.Job(settings={"input.data": __file__})
    with pytest.raises(coincide.FileError, match="test_job.py"):
        job.validate()
    with pytest.raises(coincide.DeviceError, match="cuda:99"):
        coincide.run(settings={"compute.device": "cuda:99", "input.data": __file__})


def test_plan_is_that_of_a_dry_run(job_file):
    job = coincide.Job(job_file)
    job.validate()
    plan = job.plan()
    text = program("--batch", job_file, "--dry-run")

    def of_job(lines):
        """Without what depends on the moment, and on the size of the process that asks."""
        return [line for line in lines.splitlines() if not line.startswith(("Time", "Memory"))]

    assert of_job(str(plan)) == of_job(text)
    assert plan.num_lors > 1e6 and plan.grid.shape == (22, 20, 13) and plan.tof
    assert not job.path(".nii.gz").exists()


def test_help_says_what_a_setting_is():
    assert "mm" in coincide.Job().help("algorithm.psf_fwhm_mm")
    assert 'one of "auto", "mlem"' in coincide.Job().help("algorithm.name")
