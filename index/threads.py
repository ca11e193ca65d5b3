"""The parts of one question, done side by side: one pool of threads for all of them.

Whoever asks works along: a part that no thread has begun when its turn comes is done by the asker. So a question never
waits behind another's parts, parts may have parts of their own, and a pool that is busy costs speed alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


#: One thread fewer than there are cores, since the asker works too.
_POOL = ThreadPoolExecutor(max(1, cores() - 1), thread_name_prefix="khamtop-part")


def side_by_side(parts: Sequence[Callable[[], Result]]) -> list[Result]:
    """What each part gives, in order. They must be such as let go of Python's lock for most of their time."""
    futures = [_POOL.submit(part) for part in parts[1:]]
    results = [part() for part in parts[:1]]
    for part, future in zip(parts[1:], futures, strict=True):
        was_begun = not future.cancel()
        results.append(future.result() if was_begun else part())
    return results
