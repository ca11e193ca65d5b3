"""Runs a function in a process of its own, so that what it costs is its own: time, memory and a cold start.

Memory is told twice: the sum of PSS over the process and all that it started (what is shared counts in parts), as
sampled while it ran, and the kernel's `ru_maxrss` of the largest single one, which no sample can miss.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")

SAMPLE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Fresh(Generic[Result]):
    """What a function gave, and what its process took, from its start until the result was there."""

    result: Result
    began: float  # of `time.monotonic`, which is one clock for all processes
    seconds: float
    peak: int  # bytes: the highest sum of PSS that was sampled
    largest: int  # bytes: the highest ru_maxrss of a single process


def run(function: Callable[..., Result], *arguments: Any) -> Fresh[Result]:
    """`function(*arguments)` in a new process; both, and the result, must be such as can be pickled.

    Raises:
        RuntimeError: if the process ended without a result; what it raised stands on standard error.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(sender, function, arguments))
    began = time.monotonic()
    process.start()
    sender.close()  # else a process that dies would never be heard of
    peak = 0
    while not receiver.poll(SAMPLE_SECONDS):
        peak = max(peak, sum(map(pss, _tree(process.pid or 0))))
    try:
        result, largest = receiver.recv()
    except EOFError:
        raise RuntimeError(f"{function.__name__} failed") from None
    seconds = time.monotonic() - began
    process.join()
    return Fresh(result, began, seconds, peak, largest)


def pss(process: int | str = "self") -> int:
    """Bytes of memory of a process, of what it shares its part; 0 if it is gone."""
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text("ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("Pss:")), 0)


def _send(sender: Connection, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    result = function(*arguments)
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    sender.send((result, max(resource.getrusage(one).ru_maxrss for one in who) * 1024))


def _tree(process: int) -> list[int]:
    """A process and all that it started, and they."""
    found = [process]
    for one in found:  # which grows meanwhile
        for file in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += map(int, file.read_text("ascii").split())
            except OSError:  # a thread that just ended
                continue
    return found
