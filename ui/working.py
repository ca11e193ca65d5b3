"""What the calls of programs share: threads to work in, the page's address, and what is told when one fails."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Generator
from typing import TypeVar

from anyio import CancelScope, CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from khamtop.index.panics import panics_raised
from khamtop.index.types import KhamtopError
from khamtop.ui.guard import Access
from khamtop.ui.replies import failure, language_for
from khamtop.ui.sent import kinds_of
from khamtop.ui.tools import Tool

_log = logging.getLogger(__name__)

T = TypeVar("T")
Endpoint = Callable[[Request], Awaitable[Response]]


class Threads:
    """Threads for the calls of programs, so that many of them leave the page its own.

    Two questions are answered at a time (`turns.py`): a few threads more stand ready for the next.
    """

    def __init__(self) -> None:
        self.asking = CapacityLimiter(4)
        self.writing = CapacityLimiter(8)
        self.looking = CapacityLimiter(4)
        self.building = CapacityLimiter(2)

    def of(self, tool: Tool) -> CapacityLimiter:
        """The threads for a tool."""
        if tool.changes:
            return self.building
        return self.asking if "question" in kinds_of(tool.takes) else self.looking


def page_of(request: Request, access: Access) -> str:
    """The address of the page, as whoever makes this request reaches it."""
    root = access.root_path or ""
    if not root.startswith("/") and root:
        return f"{root.rstrip('/')}/"
    return f"{request.url.scheme}://{request.url.netloc}{access.prefix}/"


async def respond(request: Request, work: Callable[[], Awaitable[Response]], question: str = "") -> Response:
    """What `work` gives, or what went wrong, told in the language of the question."""
    try:
        return await work()
    except ClientDisconnect:
        raise
    except KhamtopError as error:
        return failure(error, language_for(request.headers, question))
    except Exception:
        _log.exception("a call of a program failed")
        return failure(KhamtopError("internal"), language_for(request.headers, question))


async def in_thread(threads: CapacityLimiter, work: Callable[[], T]) -> T:
    """What `work` gives; it may take its time."""

    def worked() -> T:
        with panics_raised():
            return work()

    return await to_thread.run_sync(worked, limiter=threads)


async def last_of(states: Generator[T], request: Request, threads: CapacityLimiter) -> T | None:
    """The last of what is made step by step, None if nothing is. Whoever leaves ends the making.

    Raises:
        ClientDisconnect: if they left.
    """
    last = None
    try:
        while (state := await in_thread(threads, lambda: next(states, None))) is not None:
            last = state
            if await request.is_disconnected():
                raise ClientDisconnect
    finally:
        with CancelScope(shield=True):
            await in_thread(threads, states.close)
    return last
