"""Work that is shared out among processes comes back in order, and no process outlives it."""

import itertools
import multiprocessing
import operator
import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from khamtop.index.building.pool import ahead, in_order
from khamtop.index.types import KhamtopError

# What the processes run stands in the standard library, so that they need not load this file.
ME = partial(operator.call, os.getpid)


def code_of(work):
    with pytest.raises(KhamtopError) as caught:
        list(work)
    return caught.value.code


def test_things_made_ahead_come_in_order_and_never_too_many():
    made = []
    things = ahead((made.append(number) or number for number in range(20)), 3)
    for number in range(20):
        assert next(things) == number
        assert len(made) <= number + 1 + 3
    assert list(things) == []


def test_what_making_a_thing_ahead_raises_comes_after_those_before_it():
    things = ahead((1 // number for number in (1, 1, 0)), 8)
    assert [next(things), next(things)] == [1, 1]
    with pytest.raises(ZeroDivisionError):
        next(things)


def test_who_takes_no_more_leaves_no_thread():
    before = threading.active_count()
    things = ahead(itertools.count(), 4)
    assert next(things) == 0
    things.close()
    assert threading.active_count() == before


def test_results_come_in_order_though_the_first_takes_longest():
    things = [range(3_000_000), *(range(number) for number in range(40))]
    assert list(in_order(sum, things, 2, 0)) == [sum(thing) for thing in things]
    assert multiprocessing.active_children() == []


def test_a_few_things_are_done_without_a_process():
    assert set(in_order(operator.call, [os.getpid] * 5, 2, 5)) == {os.getpid()}
    assert list(in_order(abs, [], 2, 0)) == []


def test_more_are_done_by_others_once_the_first_are_done_here():
    me, *others = in_order(operator.call, [os.getpid] * 6, 2, 1)
    assert me == os.getpid()
    assert os.getpid() not in others
    assert len(set(others)) <= 2


def test_things_are_asked_for_no_faster_than_they_are_needed():
    asked = []
    things = (asked.append(number) or number for number in range(100))
    work = in_order(abs, things, 1, 2)
    assert [next(work) for _ in range(3)] == [0, 1, 2]
    assert len(asked) < 10
    assert list(work) == list(range(3, 100))


def test_an_exception_of_the_function_arrives_and_ends_the_work():
    work = in_order(int, ["1", "2", "drei", "4"], 1, 0)
    assert [next(work), next(work)] == [1, 2]
    with pytest.raises(ValueError, match="drei"):
        next(work)
    assert multiprocessing.active_children() == []


def test_an_exception_of_the_things_arrives_and_ends_the_work():
    def things():
        yield from range(4)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(in_order(abs, things(), 1, 1))
    assert multiprocessing.active_children() == []


def test_who_stops_asking_early_leaves_no_process():
    work = in_order(abs, iter(range(1000)), 2, 0)
    assert next(work) == 0
    assert multiprocessing.active_children()
    work.close()
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("end", [partial(os._exit, 1), partial(signal.raise_signal, signal.SIGKILL)])
def test_a_process_that_is_ended_from_outside_is_told_as_memory_that_ran_out(end):
    assert code_of(in_order(operator.call, [*[os.getpid] * 2, end, *[os.getpid] * 20], 2, 1)) == "index.memory"
    assert multiprocessing.active_children() == []


def dies_while_it_tells():
    """Ends its process when half of the result is written."""

    def write_half(pipe, message):
        os.write(pipe.fileno(), message[: len(message) // 2])
        os._exit(1)

    Connection._send = write_half
    return "a result"


def test_a_process_that_is_ended_in_the_middle_of_a_result_is_told_too():
    """As the kernel ends one: nobody waits for the other half."""
    work = in_order(operator.call, [os.getpid, dies_while_it_tells, *[os.getpid] * 20], 2, 0)
    assert code_of(work) == "index.memory"
    assert multiprocessing.active_children() == []


def test_several_threads_may_share_work_out_at_once():
    results = {}

    def work(start):
        results[start] = list(in_order(abs, range(start, start + 20), 1, 1))

    threads = [threading.Thread(target=work, args=(start,)) for start in (0, 100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert results == {start: list(range(start, start + 20)) for start in (0, 100)}


def is_gone(process):
    """Whether a process has ended, though nobody may have asked how."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


PARENT = """
import operator, os, time
from functools import partial
from khamtop.index.building.pool import ahead, in_order
for process in in_order(operator.call, [os.getpid, partial(time.sleep, 600)], 1, 0):
    print(process, flush=True)
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_a_process_ends_when_the_one_that_started_it_is_killed():
    """Even in the middle of its work."""
    root = str(Path(__file__).parents[1])
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True, cwd=root) as parent:
        child = int(parent.stdout.readline())
        assert not is_gone(child)
        parent.kill()
        parent.wait()
        deadline = time.monotonic() + 30
        while not is_gone(child) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert is_gone(child)


def test_a_script_may_share_work_out_without_a_guard(tmp_path):
    """As the example in README.md would, if it built an index of many articles."""
    (tmp_path / "script.py").write_text(
        "from khamtop.index.building.pool import in_order\nprint(*in_order(abs, range(4), 1, 1))\n"
    )
    done = subprocess.run(
        [sys.executable, tmp_path / "script.py"],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.stdout, done.returncode) == ("0 1 2 3\n", 0)
