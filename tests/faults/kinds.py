"""The faults: each is prepared before the program starts, strikes while it runs and is repaired for the next run."""

import glob
import os
import resource
import shutil
import signal
import subprocess
import time


def mount(*arguments):
    return subprocess.run(["mount", *arguments], capture_output=True).returncode == 0


def pages_of(folder):
    """Bytes that a file system in memory needs for all that is in it."""
    return sum((path.stat().st_size // 4096 + 2) * 4096 for path in folder.rglob("*"))


class Fault:
    cause = None  # a pattern that the sentence of an error must hold

    def __init__(self, bench, name, folder, rng):
        self.bench, self.name, self.folder, self.rng = bench, name, folder, rng
        self.environment = {}
        self.told = ""

    def __str__(self):
        return f"{type(self).__name__} {self.told}"

    @classmethod
    def why_not(cls, bench):
        """Why this machine cannot have the fault; empty if it can."""
        return ""

    @classmethod
    def learn(cls, bench, name):
        """What has to be known of the job first."""

    def codes(self):
        return {0, 2, 3}

    def takes_results(self):
        """Whether it may itself remove what the run has written."""
        return False

    def kills(self, code):
        """Whether the program had no chance to clean up."""
        return code is not None and code < 0

    def prepare(self):
        pass

    def limit(self):
        """In the process, before the program begins."""

    def strike(self, process):
        pass

    def undo(self):
        """At once after the run: what keeps files from being looked at."""

    def repair(self):
        """So that the next run can be whole."""

    def wait(self, process, most=1.0):
        """Until a random moment of the run."""
        moment = self.rng.uniform(0, most * self.bench.seconds[self.name])
        self.told += f"after {moment:.2f} s of {self.bench.seconds[self.name]:.2f} s "
        end = time.monotonic() + moment
        while process.poll() is None and time.monotonic() < end:
            time.sleep(0.002)


class Kill(Fault):
    def codes(self):
        return {0, -signal.SIGKILL}

    def strike(self, process):
        self.wait(process)
        process.kill()


class Stop(Fault):
    """One signal stops and keeps, a second one ends the program at once; before it listens, so does the first."""

    def prepare(self):
        self.signal = self.rng.choice([signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
        self.twice = self.rng.random() < 0.3
        self.log = self.folder / "results" / "job.log"
        self.log_before = self.log.stat().st_mtime_ns if self.log.exists() else 0
        self.listens = False

    def codes(self):
        return {0, 5} | ({-self.signal} if self.twice or not self.listens else set())

    def strike(self, process):
        self.wait(process)
        self.listens = self.log.exists() and self.log.stat().st_mtime_ns != self.log_before
        process.send_signal(self.signal)
        if self.twice:
            self.wait(process, 0.3)
            process.send_signal(self.signal)


class FullDisk(Fault):
    """Of the results, the kept sensitivity image or the scratch file."""

    cause = "disk is full|No space left"

    def codes(self):
        return {0, 3}

    @classmethod
    def why_not(cls, bench):
        return "" if "COINCIDE_FAULTS_INSIDE" in os.environ else "no file system can be mounted here"

    def prepare(self):
        self.place = self.folder / self.rng.choice(["results", "results", "results", "cache", "tmp"])
        earlier = self.folder / "earlier"
        if self.place.exists():
            self.place.rename(earlier)
        self.place.mkdir()
        whole = self.bench.folder / f"whole {self.name}"
        size = (1 << 14) + pages_of(earlier) + self.rng.randrange(0, pages_of(whole))
        self.told = f"{self.place.name}, {size} bytes"
        mount("-t", "tmpfs", "-o", f"size={size}", "none", str(self.place))
        if earlier.exists():
            shutil.copytree(earlier, self.place, dirs_exist_ok=True)
            shutil.rmtree(earlier)

    def undo(self):
        kept = self.folder / "kept"
        shutil.copytree(self.place, kept)
        subprocess.run(["umount", str(self.place)], check=True)
        self.place.rmdir()
        kept.rename(self.place)


class LargestFile(Fault):
    """A limit of the system on the size of a file."""

    cause = "must not be so large|File too large"

    def codes(self):
        return {0, 3}

    def prepare(self):
        whole = self.bench.folder / f"whole {self.name}"
        largest = max(path.stat().st_size for path in whole.rglob("*") if path.is_file())
        self.bytes = self.rng.randrange(0, largest)
        self.told = f"{self.bytes} bytes"

    def limit(self):
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.bytes, self.bytes))


class ReadOnly(Fault):
    cause = "read-only|Read-only|closed to you"

    @classmethod
    def why_not(cls, bench):
        return FullDisk.why_not(bench)

    def prepare(self):
        self.place = self.folder / self.rng.choice(["results", "cache", "tmp"])
        self.place.mkdir(exist_ok=True)
        self.told = self.place.name
        mount("--bind", str(self.place), str(self.place))
        mount("-o", "remount,bind,ro", str(self.place))

    def undo(self):
        subprocess.run(["umount", str(self.place)], check=True)


class Vanish(Fault):
    """An input, the folder of the results or that of kept images goes, is cut short or is replaced by something else."""

    def codes(self):
        return {0, 2, 3}

    def prepare(self):
        data = [] if self.name == "simulation" else ["bins.cdf", "bins.cdh", "Small_ring.lut"] if self.name == "histogram" else ["scan.petsird"]
        images = [] if self.name == "simulation" else ["mu.nii.gz"]
        self.place = self.rng.choice([*data, *data, *images, "job.toml", "results", "cache", "tmp"])
        self.deed = self.rng.choice(["goes", "is cut", "is replaced"])

    def strike(self, process):
        self.wait(process)
        path = self.folder / self.place
        self.told += f"{self.place} {self.deed}"
        if not path.exists():
            return
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif self.deed == "goes":
            path.unlink()
        elif self.deed == "is cut":
            os.truncate(path, self.rng.randrange(0, path.stat().st_size))
        else:
            path.write_bytes(self.rng.randbytes(path.stat().st_size))

    def takes_results(self):
        return self.place == "results"

    def repair(self):
        saved = self.folder / "results"
        kept = self.bench.folder / "kept results"
        shutil.rmtree(kept, ignore_errors=True)
        if saved.exists():
            shutil.move(saved, kept)
        self.bench.fresh_folder(self.name)
        if kept.exists():
            shutil.move(kept, saved)


class ClockJumps(Fault):
    """To and fro by up to years, while the program runs."""

    def codes(self):
        return {0}

    @classmethod
    def library(cls):
        found = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
        return found[0] if found else ""

    @classmethod
    def why_not(cls, bench):
        return "" if cls.library() else "libfaketime is not installed"

    def prepare(self):
        self.file = self.folder / "clock"
        self.jump(self.rng)
        self.environment = {
            "LD_PRELOAD": self.library(), "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def jump(self, rng):
        self.file.write_text(f"{rng.choice('+-')}{int(10 ** rng.uniform(0, 8.5))}s\n")

    def strike(self, process):
        while process.poll() is None:
            time.sleep(self.rng.uniform(0.01, 0.2))
            self.jump(self.rng)


class Limited(Fault):
    """A limit between the least with which the program begins and what is enough for the job."""

    step = 1
    found = {}

    def codes(self):
        return {0, 2, 3, 4}

    @classmethod
    def least(cls, bench, arguments):
        """The least value with which the command ends well, by bisection."""
        low, high = 0, cls.most
        while high - low > cls.step:
            middle = (low + high) // 2
            folder = bench.fresh_folder("events")
            code, _ = bench.run(folder, *arguments, preexec_fn=lambda: cls.set(middle))
            low, high = (low, middle) if code == 0 else (middle, high)
        return high

    @classmethod
    def learn(cls, bench, name):
        if cls not in cls.found:  # for one job; others need about as much
            cls.found[cls] = cls.least(bench, ["--version"]), cls.least(bench, bench.command("events"))

    def prepare(self):
        least, enough = self.found[type(self)]
        self.value = self.rng.randrange(least, enough + self.step)
        self.told = f"{self.value} of {least} to {enough}"

    def limit(self):
        self.set(self.value)


class Memory(Limited):
    cause = "memory|address space"
    most = 8 << 30
    step = 4 << 20

    @staticmethod
    def set(value):
        resource.setrlimit(resource.RLIMIT_AS, (value, value))


class OpenFiles(Limited):
    cause = "too many files are open"
    most = 64

    @staticmethod
    def set(value):
        resource.setrlimit(resource.RLIMIT_NOFILE, (value, value))


KINDS = {
    "kill": Kill,
    "stop": Stop,
    "full-disk": FullDisk,
    "largest-file": LargestFile,
    "read-only": ReadOnly,
    "vanish": Vanish,
    "clock": ClockJumps,
    "memory": Memory,
    "files": OpenFiles,
}
