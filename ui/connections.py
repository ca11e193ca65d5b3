"""The connections to browsers and programs: so many at a time, and none that says nothing for long.

uvicorn bounds neither. Connections that never finish their requests would use up the files that a process may have
open, and then nobody gets in. A browser that opens one ahead of time and is cut off opens another by itself.
"""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Iterable
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

#: Connections at a time, where the process may have twice as many files open: room for all that is not a connection.
MOST = 512
#: Those that wait to be taken in, which the system holds.
WAITING = 128
#: A connection is kept longer than a reader thinks: one that is closed while a question comes in loses it.
KEPT_SECONDS = 75
#: How long the head of a request may take from its first byte on, and how long its body, or whoever reads the answer,
#: may do nothing. A telephone that loses its network for a moment comes back within that.
HEAD_SECONDS, SILENT_SECONDS = 20.0, 60.0
_BETWEEN_LOOKS = 1.0


def most_connections() -> tuple[int, int]:
    """How many connections there may be at a time, and how many may wait: well below the files of this process."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return MOST, WAITING
    return max(1, min(MOST, files // 2)), max(1, min(WAITING, files // 8))


class Connection(H11Protocol):
    """One connection, which gives way to a newer one where there are too many, and ends when nothing moves."""

    most = MOST
    _moved = 0.0  # when anything came or went
    _head_began: float | None = None
    _unsent = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A browser or program connects; where there are too many already, the one goes that deserves it least."""
        super().connection_made(transport)
        self._moved = self.loop.time()
        if len(self.connections) > self.most:
            min(_ours(self.connections), key=Connection._standing).give_up()

    def data_received(self, data: bytes) -> None:
        """Bytes come in."""
        self._moved = self.loop.time()
        if not self._is_under_way and self._head_began is None:
            self._head_began = self._moved
        super().data_received(data)
        if self._is_under_way:
            self._head_began = None

    def send_400_response(self, msg: str) -> None:
        """Tells that what came is no HTTP; nothing more is said where an answer has begun already."""
        try:
            super().send_400_response(msg)
        except h11.LocalProtocolError:
            self.give_up()

    def give_up(self) -> None:
        """Ends the connection at once."""
        self.connections.discard(self)
        self.transport.abort()

    def look(self, now: float) -> None:
        """Ends the connection if what it waits for has not come in time."""
        if (unsent := self.transport.get_write_buffer_size()) != self._unsent:
            self._unsent, self._moved = unsent, now
        if self._head_began is not None:
            is_late = now - self._head_began > HEAD_SECONDS
        elif self._is_under_way:
            is_late = (self.cycle.more_body or unsent > 0) and now - self._moved > SILENT_SECONDS
        else:
            is_late = now - self._moved > KEPT_SECONDS
        if is_late:
            self.give_up()

    @property
    def _is_under_way(self) -> bool:
        """Whether the head of a request has come in that is not answered to its end."""
        return self.cycle is not None and not self.cycle.response_complete

    def _standing(self) -> tuple[bool, float]:
        """Who waits for an answer stands before who still asks or says nothing; of equals, who moved last."""
        return self._is_under_way and not self.cycle.more_body, self._moved


def _ours(connections: Iterable[Any]) -> Iterable[Connection]:
    return (connection for connection in connections if isinstance(connection, Connection))


async def look_after(connections: set[Any]) -> None:
    """Ends, for as long as it runs, the connections on which nothing moves."""
    while True:
        await asyncio.sleep(_BETWEEN_LOOKS)
        now = asyncio.get_running_loop().time()
        for connection in list(_ours(connections)):
            connection.look(now)
