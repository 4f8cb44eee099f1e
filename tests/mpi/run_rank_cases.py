"""Runs jobs in 1 to 4 processes: the images must be those of one process, and whatever ends a run ends it for all.

Usage: run_rank_cases.py PROGRAM MPIRUN SHARED_DATA [kills]
"""

import gzip
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy

SIMULATE = """
simulation = { phantom = "orientation", scanner = "small", duration_s = 0.7, randoms_fraction = 0.2 }
image = { size = [20, 20, 0], voxel_size_mm = [6, 6, 6] }
sensitivity = { fraction = 0.02, use_cache = false }
stop = { passes = 1 }
"""
EVENTS = """
input = { data = "inputs/scan.petsird" }
image = { size = [26, 26, 0], voxel_size_mm = [4.5, 4.5, 4.5] }
corrections = { attenuation = "inputs/mu.nii.gz", scatter = "none" }
sensitivity = { use_cache = false }
stop = { passes = 3, change = 0 }
"""
HISTOGRAM = """
input = { data = "DATA/stir/osem-tof/prompts.hs" }
image = { size = [40, 40, 0], voxel_size_mm = [6, 6, 6] }
sensitivity = { use_cache = false }
stop = { passes = 3, change = 0 }
"""
OSEM = ["--set", "algorithm.name=osem", "--set", "algorithm.subsets=4"]
MAP = ["--set", "algorithm.name=map", "--set", "prior.name=relative-difference"]
SCATTER = ["--set", "corrections.scatter=sss", "--set", "corrections.scatter_scale=absolute"]
CASES = {
    "events, OSEM": ("events", OSEM),
    "events, MAP": ("events", MAP),
    "events, scatter": ("events", [*OSEM, *SCATTER]),
    "events, frames": ("events", [*OSEM, "--set", "frames.durations=0.3,0.4"]),
    "histogram, OSEM": ("histogram", OSEM),
    "histogram, MAP": ("histogram", MAP),
}
# What mpirun says beside the program when one that it started fails.
ENVIRONMENT = {
    **os.environ,
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
    "OMP_NUM_THREADS": "1",
}


class Cases:
    def __init__(self, program, mpirun, folder):
        self.program, self.mpirun, self.folder = program, mpirun, folder
        self.found = []

    def command(self, processes, job, output, *arguments):
        return [self.mpirun, "-n", str(processes), self.program, "--batch", f"{job}.toml", "--output", output, *arguments]

    def run(self, processes, job, output, *arguments):
        return subprocess.run(self.command(processes, job, output, *arguments), cwd=self.folder, env=ENVIRONMENT,
                              capture_output=True, text=True, timeout=300)

    def start(self, processes, job, output, *arguments):
        with open(self.folder / f"{output}.err", "w") as errors:
            return subprocess.Popen(self.command(processes, job, output, *arguments), cwd=self.folder, env=ENVIRONMENT,
                                    stdout=subprocess.DEVNULL, stderr=errors)

    def bytes_of(self, output, job):
        return gzip.decompress((self.folder / output / f"{job}.nii.gz").read_bytes())

    def voxels(self, output, job):
        data = self.bytes_of(output, job)
        first = int(numpy.frombuffer(data[108:112], "<f4")[0])
        return numpy.frombuffer(data[first:], "<f4").astype(float)

    def expect(self, is_right, sentence):
        if not is_right:
            self.found.append(sentence)

    def same_image(self, name, most_processes):
        """As the number of processes goes up, and twice with the same number."""
        job, arguments = CASES[name]
        differences = []
        for processes in range(1, most_processes + 1):
            output = re.sub(r"\W+", "_", f"{name} {processes}")
            result = self.run(processes, job, output, *arguments)
            if result.returncode != 0:
                self.found.append(f"{name}, {processes} processes: fails\n{result.stderr}")
                return
            image = self.voxels(output, job)
            if processes == 1:
                alone = image
            differences.append(abs(image - alone).max() / alone.max())
        again = self.run(most_processes, job, f"{output}_again", *arguments)
        self.expect(again.returncode == 0 and self.bytes_of(output, job) == self.bytes_of(f"{output}_again", job),
                    f"{name}: {most_processes} processes do not give the same bits twice")
        self.expect(max(differences) < 1e-5, f"{name}: differs from one process by {differences}")
        self.expect(alone.max() > 0 and numpy.isfinite(alone).all(), f"{name}: no image")
        print(f"{name}: largest differences", " ".join(f"{value:.1e}" for value in differences[1:]))

    def one_sentence(self, what, code, words, result):
        said = [line for line in result.stderr.splitlines() if line.startswith("coincide:")]
        self.expect(result.returncode == code, f"{what}: exit code {result.returncode} instead of {code}\n{result.stderr}")
        self.expect(len(said) == 1 and words in said[0], f"{what}: says {said}")

    def refusals(self):
        self.one_sentence("a word that is none", 2, "algorithm.name", self.run(3, "events", "x", "--set", "algorithm.name=oops"))
        self.one_sentence("a missing file", 3, "there is no such file", self.run(2, "events", "x", "--set", "input.data=gone.petsird"))
        self.expect(not (self.folder / "x").exists(), "a job that cannot run leaves a folder")
        self.run(2, "events", "two", *OSEM, "--set", "output.checkpoint=1")
        self.one_sentence("other processes", 2, "the number of processes is 3 and was 2",
                          self.run(3, "events", "two", *OSEM, "--set", "output.checkpoint=1", "--resume"))
        self.one_sentence("one process", 2, "the number of processes is 1 and was 2",
                          self.run(1, "events", "two", *OSEM, "--set", "output.checkpoint=1", "--resume"))
        damaged = bytearray((self.folder / "inputs" / "scan.petsird").read_bytes())
        middle = len(damaged) // 2
        damaged[middle:middle + 64] = b"\xff" * 64
        (self.folder / "damaged.petsird").write_bytes(damaged)
        self.one_sentence("damage where not all look", 3, "damaged.petsird",
                          self.run(3, "events", "y", *OSEM, "--set", "input.data=damaged.petsird"))
        blocked = self.folder / "blocked"
        blocked.write_text("no folder")
        self.one_sentence("no folder for results", 2, "blocked", self.run(2, "events", "blocked", *OSEM))

    def kept_factors(self, data):
        """What three processes share is one file, the same as that of one process."""
        keep = [*OSEM, "--set", "output.factors=true", "--set", f"corrections.additive={data}"]
        for processes in (1, 3):
            result = self.run(processes, "histogram", f"kept {processes}", *keep)
            self.expect(result.returncode == 0, f"factors kept by {processes} processes: {result.stderr}")
        for ending in ("multiplicative.s", "additive.s"):
            one, three = (self.folder / f"kept {processes}" / f"histogram_{ending}" for processes in (1, 3))
            self.expect(one.stat().st_size > 0 and one.read_bytes() == three.read_bytes(), f"histogram_{ending} differs")

    def wrong_bin(self, sinogram):
        """That one process reads, and the others do not."""
        shutil.copy(sinogram, self.folder / "wrong.hs")
        values = numpy.fromfile(sinogram.with_suffix(".s"), "<f4")
        values[5001] = -3
        values.tofile(self.folder / sinogram.with_suffix(".s").name)
        self.one_sentence("a negative bin", 2, "holds -3",
                          self.run(3, "histogram", "w", *OSEM, "--set", "input.data=wrong.hs"))

    def stops(self):
        """mpirun passes SIGUSR1 on: all stop after the same update, and what was done is kept."""
        process = self.start(3, "events", "stopped", *OSEM, "--set", "stop.passes=100000")
        self.wait_for(process, "stopped.err", "iteration 3 of")
        process.send_signal(signal.SIGUSR1)
        code = process.wait(timeout=120)
        self.expect(code == 5, f"stopped by SIGUSR1: exit code {code}\n{(self.folder / 'stopped.err').read_text()}")
        self.expect(self.voxels("stopped", "events").max() > 0, "stopped by SIGUSR1: no image")
        record = json.loads((self.folder / "stopped" / "events.json").read_text())["Coincide"]
        self.expect(record["result"].startswith("stopped"), "stopped by SIGUSR1: the record does not say so")

    def wait_for(self, process, file, text, limit_s=120):
        end = time.monotonic() + limit_s
        while text not in (self.folder / file).read_text() and process.poll() is None and time.monotonic() < end:
            time.sleep(0.02)

    def processes_of(self, output):
        """(rank, process) of those that work for an output folder."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                line = (entry / "cmdline").read_bytes().split(b"\0")
                variables = (entry / "environ").read_bytes()
            except OSError:
                continue
            rank = re.search(rb"(?:^|\0)OMPI_COMM_WORLD_RANK=(\d+)", variables)
            if rank and line[0] == self.program.encode() and output.encode() in line:
                found.append((int(rank[1]), int(entry.name)))
        return sorted(found)

    def all_end(self, output, limit_s=30):
        """mpirun kills the others after a second, and may be gone before they are."""
        end = time.monotonic() + limit_s
        while self.processes_of(output) and time.monotonic() < end:
            time.sleep(0.1)
        return not self.processes_of(output)

    def kills(self, count, rng):
        """One process of three dies at a random moment, at last one after a checkpoint: the others end, and the job
        goes on to the same bits."""
        arguments = [*OSEM, "--set", "output.checkpoint=1", "--set", "stop.passes=12"]
        whole = self.run(3, "events", "whole", *arguments)
        self.expect(whole.returncode == 0, f"fails\n{whole.stderr}")
        checkpoint = self.folder / "killed" / "events.checkpoint"
        said = 0
        for kill in range(count):
            resume = ["--resume"] if checkpoint.exists() else []
            process = self.start(3, "events", "killed", *arguments, *resume)
            victim = rng.randrange(3)
            self.wait_for(process, "killed.err", rng.choice(["reading events", "iteration", "iteration 1"]))
            while kill == count - 1 and not checkpoint.exists() and process.poll() is None:
                time.sleep(0.02)
            time.sleep(rng.uniform(0, 0.3))
            for rank, number in self.processes_of("killed"):
                if rank == victim:
                    os.kill(number, signal.SIGKILL)
            code = process.wait(timeout=60)
            self.expect(self.all_end("killed"), f"kill {kill}: processes are left behind")
            text = (self.folder / "killed.err").read_text()
            told = [line for line in text.splitlines() if line.startswith("coincide:")]
            self.expect(len(told) <= 1 and (code == 0 or "exited on signal 9" in text), f"kill {kill}: {code}\n{text}")
            said += len(told)
        last = self.run(3, "events", "killed", *arguments, "--resume")
        self.expect(last.returncode == 0 and self.bytes_of("killed", "events") == self.bytes_of("whole", "events"),
                    f"after {count} kills: other voxels than without\n{last.stderr}")
        print(f"{count} kills, {said} times told by another process")


def main():
    program, mpirun, shared = os.path.abspath(sys.argv[1]), sys.argv[2], Path(sys.argv[3]).resolve()
    kills = int(sys.argv[4]) if len(sys.argv) > 4 else 2
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "scan.toml").write_text(SIMULATE)
        subprocess.run([program, "--batch", "scan.toml", "--output", "."], cwd=folder, check=True, capture_output=True)
        inputs = folder / "inputs"
        inputs.mkdir()
        shutil.copy(folder / "scan.petsird", inputs)
        shutil.copy(folder / "scan_mu.nii.gz", inputs / "mu.nii.gz")
        inputs.chmod(0o555)
        (folder / "events.toml").write_text(EVENTS)
        (folder / "histogram.toml").write_text(HISTOGRAM.replace("DATA", str(shared)))
        cases = Cases(program, mpirun, folder)
        for name in CASES:
            if shared.exists() or not name.startswith("histogram"):
                cases.same_image(name, 4 if name == "events, OSEM" else 3)
        cases.refusals()
        if shared.exists():
            cases.kept_factors(shared / "stir/osem-tof/prompts.hs")
            cases.wrong_bin(shared / "stir/osem-span3/prompts.hs")
        cases.stops()
        cases.kills(kills, random.Random(3))
        cases.expect(sorted(os.listdir(inputs)) == ["mu.nii.gz", "scan.petsird"], "something was written beside the inputs")
        inputs.chmod(0o755)
    print("\n".join(cases.found) or "all as it should be")
    sys.exit(len(cases.found) > 0)


if __name__ == "__main__":
    main()
