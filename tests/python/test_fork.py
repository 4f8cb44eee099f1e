"""A process that was forked from one that has projected projects, too, on as many threads."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from conftest import KINDS

THREADS = 3

PARENT = """
import multiprocessing, os, signal, sys, threading
import numpy as np
import parallelproj_core as pp
from conftest import make_problem

problem = make_problem({kind!r})
image = np.random.default_rng(1).random(problem.shape, np.float32)

def projections():
    values = problem.forward(image, device_id=-1)
    return values, problem.back(values, device_id=-1)

def check(_=None):
    signal.alarm(240)  # ends a child that waits for ever
    for result, wanted in zip(projections(), expected, strict=True):
        np.testing.assert_array_equal(result, wanted)
    threads = len(os.listdir("/proc/self/task"))
    assert threads >= {threads}, f"{{threads}} threads"
    signal.alarm(0)
    return True

def child_of_fork(work):
    pid = os.fork()
    if pid == 0:
        try:
            os._exit(0 if work() else 1)
        except BaseException as error:
            print(error, file=sys.stderr)
            os._exit(1)
    assert os.waitpid(pid, 0)[1] == 0, "the child hung or failed"
    return True

expected = projections()
"""


def run(kind, deed):
    program = textwrap.dedent(PARENT).format(kind=kind, threads=THREADS) + textwrap.dedent(deed)
    command = ["env", f"OMP_NUM_THREADS={THREADS}", "OPENBLAS_NUM_THREADS=1", sys.executable, "-c", program]
    subprocess.run(command, cwd=Path(__file__).parent, check=True)


@pytest.mark.parametrize("kind", KINDS)
def test_child_grandchild_and_parent(kind):
    run(kind, "child_of_fork(check), child_of_fork(lambda: child_of_fork(check)), check()")


def test_pool_of_processes():
    run(
        "joseph3d_tof_lm",
        """
        with multiprocessing.get_context("fork").Pool(3) as pool:
            assert pool.map(check, range(9)) == [True] * 9
        """,
    )


def test_fork_while_another_thread_projects():
    run(
        "joseph3d",
        """
        done = threading.Event()
        def keep_projecting():
            while not done.is_set():
                projections()
        other = threading.Thread(target=keep_projecting)
        other.start()
        for _ in range(10):
            child_of_fork(check)
        done.set()
        other.join()
        """,
    )


def test_fork_in_a_thread():
    run(
        "joseph3d",
        """
        results = []
        other = threading.Thread(target=lambda: results.append(check() and child_of_fork(check)))
        other.start()
        other.join()
        assert results == [True]
        """,
    )
