"""Hurts runs of `coincide --batch` at random moments and looks at what they say and leave.

Usage: run_faults.py PROGRAM [--count N] [--seed S] [--job NAME] [kinds of faults]
Prints for each kind how often which exit code came. Where the system lets it, file systems are mounted in a name space
of the script's own; else the faults that need one are made by other means or left out, and that is said.
"""

import argparse
import collections
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cases import JOBS, Bench, bits, complaints_about_files, complaints_about_next_run, complaints_about_words, leftovers
from kinds import KINDS


def enter_name_space():
    """Starts the script again where it may mount."""
    for unshare in (["unshare", "--mount"], ["unshare", "--mount", "--map-root-user"]):
        if "COINCIDE_FAULTS_INSIDE" in os.environ:
            return
        if subprocess.run([*unshare, "true"], capture_output=True).returncode == 0:
            os.environ["COINCIDE_FAULTS_INSIDE"] = "1"
            os.execvp("unshare", [*unshare, sys.executable, *sys.argv])


def hurt(bench, kind, name, rng):
    """One run with one fault: its exit code, what is wrong, and what it said."""
    bench.learn(name)
    kind.learn(bench, name)
    folder = bench.fresh_folder(name)
    before = {}
    if rng.random() < 0.5:
        bench.put_earlier_results(name, folder)
        before = bench.earlier(name)
    fault = kind(bench, name, folder, rng)
    try:
        fault.prepare()
        process = bench.start(folder, bench.command(name), fault.environment, preexec_fn=fault.limit)
        fault.strike(process)
        stderr = process.communicate(timeout=60)[1]
    except subprocess.TimeoutExpired:
        process.kill()
        return "hangs", ["does not end within a minute"], process.communicate()[1]
    finally:
        fault.undo()
    code = process.returncode
    found = complaints_about_words(code, stderr, fault.cause)
    if code not in fault.codes():
        found.append(f"ends with {code}")
    if not fault.kills(code):
        found += [f"leaves {path}" for path in leftovers(folder)]
    found += complaints_about_files(bench, folder)
    left = bits(folder / "results")
    right = bench.whole[name]
    if code == 0 and left != ({file: right[file] for file in left} if fault.takes_results() else right):
        found.append("ends well, with other voxels")
    if code in (1, 2, 3, 4) and any(image not in (before.get(file), bench.whole[name].get(file)) for file, image in left.items()):
        found.append("leaves an image that is neither the one before nor the right one")
    fault.repair()
    return code, found + complaints_about_next_run(bench, name, folder), f"{fault}\n{stderr}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("kinds", nargs="*", help=", ".join(KINDS))
    parser.add_argument("--count", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--job", choices=list(JOBS))
    options = parser.parse_intermixed_args()
    enter_name_space()
    failures = 0
    with tempfile.TemporaryDirectory(prefix="faults-") as scratch:
        bench = Bench(os.path.abspath(options.program), Path(scratch))
        for word in options.kinds or KINDS:
            started = time.monotonic()
            kind = KINDS[word]
            if why := kind.why_not(bench):
                print(f"{word}: left out, {why}")
                continue
            codes = collections.Counter()
            wrong = 0
            for number in range(options.count):
                rng = random.Random(f"{options.seed} {word} {number}")
                name = options.job or rng.choice(list(JOBS))
                code, found, said = hurt(bench, kind, name, rng)
                codes[code] += 1
                wrong += bool(found)
                if found:
                    print(f"FAIL {word} {number}, {name}:\n  " + "\n  ".join(found) + f"\n{said}", flush=True)
            failures += wrong
            ends = ", ".join(f"{count} x {code}" for code, count in sorted(codes.items(), key=str))
            print(f"{word}: exit codes {ends}; {wrong} wrong; {time.monotonic() - started:.0f} s", flush=True)
    print(f"{failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
