"""Work on many things, done side by side by processes or a thread of our own, in the order of the things."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain, islice
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import TypeVar

from khamtop.index.types import KhamtopError

Thing = TypeVar("Thing")
Result = TypeVar("Result")

#: Things in the works for each process: enough that none waits, few enough that memory does not follow the whole.
_AHEAD = 4


def in_order(
    function: Callable[[Thing], Result], things: Iterable[Thing], processes: int, alone: int
) -> Generator[Result]:
    """`function` of each thing, as `map` gives it; the first `alone` things are not worth starting processes for.

    `function`, things and results must be such as can be pickled.

    Raises:
        KhamtopError: `index.memory` if a process was ended from outside, which is what happens to
            the largest when memory runs out.
    """
    remaining = iter(things)
    yield from map(function, islice(remaining, alone))
    following = next(remaining, None)
    if following is None:
        return
    workers: list[_Worker] = []
    idle: SimpleQueue[_Worker] = SimpleQueue()

    def work(thing: Thing) -> Result:
        worker = idle.get()
        try:
            result: Result = worker.call(function, thing)
            return result
        finally:
            idle.put(worker)

    threads = ThreadPoolExecutor(processes)  # each waits for one process
    works: deque[Future[Result]] = deque()
    try:
        for thing in chain([following], remaining):
            if len(workers) < processes:
                workers.append(_Worker())
                idle.put(workers[-1])
            works.append(threads.submit(work, thing))
            if len(works) >= _AHEAD * processes:
                yield works.popleft().result()
        while works:
            yield works.popleft().result()
    finally:
        threads.shutdown(wait=True, cancel_futures=True)
        for worker in workers:
            worker.end()


class _Worker:
    """A process that works for us over a pipe that no other has: when it is killed, even in the middle of a result,
    the pipe ends, which one that several write to would not."""

    def __init__(self) -> None:
        # "spawn", since a fork would copy the threads of tantivy and of a web server in whatever state they are
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,))
        with _script_hidden():
            self._process.start()
        theirs.close()

    def call(self, function: Callable[[Thing], Result], thing: Thing) -> Result:
        """`function` of the thing, raising what it raises."""
        try:
            self._pipe.send((function, thing))
            result, error = self._pipe.recv()
        except (EOFError, OSError) as ended:
            raise KhamtopError("index.memory") from ended
        if error is not None:
            raise error
        return result  # type: ignore[no-any-return]

    def end(self) -> None:
        """Ends the process, which is at rest or gone."""
        self._pipe.close()
        self._process.join()


def _serve(pipe: Connection) -> None:
    """What a worker's process does until its pipe ends."""
    _end_with_parent()
    while True:
        try:
            function, thing = pipe.recv()
        except (EOFError, OSError):
            return
        pipe.send(_outcome(function, thing))


def _outcome(function: Callable[[Thing], Result], thing: Thing) -> tuple[Result | None, Exception | None]:
    """What a function gives, or what it raises."""
    try:
        return function(thing), None
    except Exception as error:
        return None, error


def ahead(things: Iterable[Thing], most: int) -> Generator[Thing]:
    """The same things, which a thread makes up to `most` ahead of whoever takes them.

    It gains as much as making them goes on without Python's lock, as unpacking does.
    """
    remaining, end = iter(things), object()
    thread = ThreadPoolExecutor(1)
    try:
        works = deque(thread.submit(next, remaining, end) for _ in range(most))
        while (thing := works.popleft().result()) is not end:
            works.append(thread.submit(next, remaining, end))
            yield thing  # type: ignore[misc]
    finally:
        thread.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _script_hidden() -> Iterator[None]:
    """Keeps the processes started meanwhile from running the caller's script again: nothing they do stands in it."""
    script = vars(sys.modules["__main__"])
    kept: dict[str, object] = {name: script.pop(name) for name in ("__file__", "__spec__") if name in script}
    script["__spec__"] = None
    try:
        yield
    finally:
        script.update(kept)


def _end_with_parent() -> None:
    """Ends this process when the one that started it is gone, even if it was killed."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
