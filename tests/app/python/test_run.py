"""run() is what --batch is, to the bit; callbacks hear of it, and stopping keeps what was done."""

import json
import signal
import subprocess
import sys
import threading
import warnings

import coincide
import numpy as np
import pytest
from conftest import program


def without_times(record):
    """A run's record, but for what it took and where it lies."""
    return json.loads(
        json.dumps(record), object_hook=lambda table: {k: v for k, v in table.items() if k not in ("seconds", "folder")}
    )


def test_run_equals_batch_to_the_bit(job_file, tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    result = coincide.run(job_file, settings={"output.folder": here, "output.format": "nii", "compute.threads": 2})
    program("--batch", job_file, "--output", there, "--set", "output.format=nii", "--threads", 2)
    names = sorted(path.name for path in there.iterdir())
    assert sorted(path.name for path in here.iterdir()) == names
    assert names == ["job.json", "job.log", "job.nii", "job.png"]
    for name in ("job.nii", "job.png"):
        assert (here / name).read_bytes() == (there / name).read_bytes()
    assert result.record == json.loads((here / "job.json").read_text())
    assert without_times(result.record) == without_times(json.loads((there / "job.json").read_text()))
    np.testing.assert_array_equal(result.image.values, coincide.read_image(there / "job.nii").values)
    assert set(result.files) == {here / name for name in names}


def test_what_a_result_tells(job):
    result = coincide.run(job)
    assert not result.stopped and result.frames == []
    assert result.image.unit == "Bq/mL" and result.image.grid.shape == (22, 20, 13)
    assert [figures.iteration for figures in result.figures] == [1, 2]
    assert dict(result.corrections)["attenuation"] == "line integrals of the attenuation image"
    assert result.path(".nii.gz") in result.files and result.path(".nii.gz").is_file()
    assert result.record["ReconMethodName"] == "Listmode OSEM"


def test_callbacks_hear_of_images_stages_and_messages(job):
    images, stages, messages = [], [], []
    result = coincide.run(
        job,
        on_image=lambda image, iteration: images.append((iteration, image)),
        on_progress=lambda stage, fraction: stages.append((stage, fraction)),
        on_message=lambda kind, sentence: messages.append((kind, sentence)),
    )
    np.testing.assert_allclose([iteration for iteration, _ in images], np.arange(1, 7) / 3)
    np.testing.assert_array_equal(images[-1][1].values, result.image.values)
    assert not np.array_equal(images[0][1].values, result.image.values)  # each is its own
    assert {"events", "sensitivity image", "reconstruction"} <= {stage for stage, _ in stages}
    assert all(0 <= fraction <= 1 for _, fraction in stages)
    assert ("step", "iteration 2 of 2") in messages
    assert [kind for kind, _ in messages].count("figures") == 2


def test_images_asked_for_do_not_change_the_result(job):
    heard = coincide.run(job, on_image=lambda image, iteration: None).image.values
    np.testing.assert_array_equal(coincide.run(job).image.values, heard)


def test_warnings_are_those_of_python(job):
    job["sensitivity.fraction"] = 0.01
    with pytest.warns(RuntimeWarning, match="With sensitivity.fraction = 0.01 .* Use .* or more"):
        result = coincide.run(job)
    assert any("sensitivity.fraction" in sentence for sentence in result.warnings)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RuntimeWarning, match="sensitivity.fraction"):
            coincide.run(job)


def test_a_callback_that_says_false_stops_and_keeps(job):
    result = coincide.run(job, on_image=lambda image, iteration: iteration < 0.6)
    assert result.stopped and result.record["Coincide"]["result"] == "stopped by the user"
    kept = coincide.read_image(result.path(".nii.gz"))
    np.testing.assert_array_equal(kept.values, result.image.values)
    assert "0.666667 iterations" in kept.description


def test_an_exception_in_a_callback_is_raised_when_all_is_kept(job):
    def fail(image, iteration):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        coincide.run(job, on_image=fail)
    assert "0.333333 iterations" in coincide.read_image(job.path(".nii.gz")).description


def test_stopped_before_the_first_update(job):
    result = coincide.run(job, on_progress=lambda stage, fraction: False)
    assert result.stopped and result.image is None
    assert not job.path(".nii.gz").exists()


LONG_RUN = """
import sys, coincide
def heard(image, iteration):
    if iteration == 1:
        print("begun", flush=True)
result = coincide.run(sys.argv[1], on_image=heard, settings={"stop.passes": 1000})
print(result.stopped, result.image.values.sum() > 0, len(result.figures) < 1000)
"""


def test_ctrl_c_stops_and_keeps(job_file):
    command = [sys.executable, "-W", "ignore", "-c", LONG_RUN, job_file]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "True True True\n"
    assert process.returncode == 0
    assert coincide.read_image(job_file.parent / "results" / "job.nii.gz").values.sum() > 0


def test_a_second_ctrl_c_is_raised_when_all_is_kept(job):
    def press(image, iteration):
        signal.raise_signal(signal.SIGINT)

    result = coincide.run(job, on_image=press)
    assert result.stopped and len(result.figures) == 0
    with pytest.raises(KeyboardInterrupt):  # the second while it tells of stopping
        coincide.run(job, on_image=press, on_message=lambda kind, text: kind != "warning" or press(None, 0))
    assert coincide.read_image(job.path(".nii.gz")).values.sum() > 0
    with pytest.raises(KeyboardInterrupt):  # there is nothing to return
        coincide.problem(job, on_progress=press)


def test_other_threads_run_meanwhile(job):
    job["stop.passes"] = 20
    counted, done = [0], threading.Event()

    def count():
        while not done.wait(0.001):
            counted[0] += 1

    thread = threading.Thread(target=count)
    thread.start()
    coincide.run(job)
    done.set()
    thread.join()
    assert counted[0] > 10


def test_resume_goes_on_to_the_same_bits(job):
    whole = coincide.run(job, settings={"stop.passes": 3, "output.name": "whole"})
    parts = {"output.name": "parts", "output.checkpoint": 1}
    coincide.run(job, settings=parts | {"stop.passes": 1})
    resumed = coincide.run(job, settings=parts | {"stop.passes": 3}, resume=True)
    assert resumed.record["Coincide"]["iterations_done"] == len(resumed.figures) == 3
    np.testing.assert_array_equal(resumed.image.values, whole.image.values)


def test_frames(job):
    result = coincide.run(job, settings={"frames.durations": "2 x 0.1"})
    assert [frame.frame_duration_s for frame in result.frames] == [0.1, 0.1]
    series = coincide.read_images(result.path(".nii.gz"))
    for frame, read in zip(result.frames, series, strict=True):
        np.testing.assert_array_equal(frame.values, read.values)


def test_simulation_leaves_events_truth_and_attenuation(scan):
    assert scan.image is None and not scan.stopped
    assert coincide.read_image(scan.path("_mu.nii.gz")).unit == "1/cm"
    assert coincide.read_image(scan.path("_truth.nii.gz")).unit == "Bq/mL"
    assert scan.record["ManufacturersModelName"] == "Small ring"
    assert scan.record["Coincide"]["job"]["simulation"]["phantom"] == "cylinder"


def test_a_job_that_simulates_nothing(job):
    with pytest.raises(coincide.InputError, match="simulates nothing: set simulation.scanner"):
        coincide.simulate(job)


def test_progress_line(capsys):
    line = coincide.ProgressLine()
    for stage, fraction in [("events", 0), ("reconstruction", 0.5), ("reconstruction", 1)]:
        line(stage, fraction)
    assert capsys.readouterr().out == "\revents    0 %\n\rreconstruction   50 %\rreconstruction  100 %\n"
