"""The page's address: taken at once, so that whoever opens it early sees that the page is starting.

Serves an ASGI application by uvicorn, behind `guard.py`; what it serves is `web.py`'s business.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import threading
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from khamtop.index.types import KhamtopError
from khamtop.ui.connections import KEPT_SECONDS, WAITING, Connection, look_after, most_connections
from khamtop.ui.guard import Access, Guard
from khamtop.ui.programs import is_for_programs
from khamtop.ui.replies import failure
from khamtop.ui.texts import FALLBACK, FIRST, languages, text

_log = logging.getLogger(__name__)

#: A page that is still open in a browser holds a connection, and must not keep the program from ending.
_CLOSING_SECONDS = 1
#: Seconds between two complaints that no connection can be taken in: the system may say so thousands of times a second.
_COMPLAINT_SECONDS = 60.0

_STARTING = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="1">
<title>{title}</title>
<body style="font: 1.1rem/1.8 sans-serif; max-width: 30rem; margin: 30vh auto 0; padding: 0 1rem; text-align: center">
<div role="status">
{words}
</div>
"""


class Server:
    """Serves from a thread of its own: that it is starting, and what it is given to `show` from then on."""

    def __init__(self, port: int, access: Access) -> None:
        """Listens on `port` at the address of `access`.

        Raises:
            KhamtopError: `port.taken` if something else listens there, `port.unusable` if nothing can.
        """
        most, waiting = most_connections()
        self._socket = listening(access.host, port, waiting)
        host = f"[{access.host}]" if ":" in access.host else access.host
        #: Where a browser on this machine finds it.
        self.address = f"http://{host}:{port}{access.prefix}"
        self._app: Starlette | None = None
        self._loop = asyncio.new_event_loop()
        self._closing = asyncio.Event()
        self._living: list[asyncio.Task[None]] = []
        self._complained = float("-inf")
        self._uvicorn = uvicorn.Server(
            uvicorn.Config(
                Guard(self._answer, access),
                http=type("Bounded", (Connection,), {"most": most}),
                ws="none",
                lifespan="off",
                log_level="error",  # not a line for each request that is no HTTP
                server_header=False,
                backlog=waiting,
                timeout_keep_alive=KEPT_SECONDS,
                timeout_graceful_shutdown=_CLOSING_SECONDS,
            )
        )
        self._thread = threading.Thread(target=self._run, name="khamtop-server", daemon=True)
        self._thread.start()

    def show(self, app: Starlette) -> None:
        """Serves `app` from now on."""

        async def begin() -> None:
            shown = self._loop.create_future()
            self._living.append(asyncio.create_task(self._live(app, shown)))
            await shown

        asyncio.run_coroutine_threadsafe(begin(), self._loop).result()

    async def _live(self, app: Starlette, shown: asyncio.Future[None]) -> None:
        """Serves `app` until the end, in one task: what runs around it may have to be left where it was entered."""
        try:
            async with app.router.lifespan_context(app):
                self._app = app
                shown.set_result(None)
                await self._closing.wait()
        except Exception as error:
            if shown.done():
                raise
            shown.set_exception(error)

    def wait(self) -> None:
        """Waits until it is closed."""
        self._thread.join()

    def close(self) -> None:
        """Stops serving, and frees the port."""
        self._uvicorn.should_exit = True
        self._thread.join()

    def _run(self) -> None:
        async def serve() -> None:
            self._loop.set_exception_handler(self._complain)
            looking = self._loop.create_task(look_after(self._uvicorn.server_state.connections))
            with self._socket:
                await self._uvicorn.serve([self._socket])
            looking.cancel()
            self._closing.set()
            await asyncio.gather(*self._living)

        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(serve())

    def _complain(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Logs what goes wrong outside of any request, but not each connection that finds no file free."""
        error = context.get("exception")
        if not (isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)):
            loop.default_exception_handler(context)
        elif loop.time() - self._complained > _COMPLAINT_SECONDS:
            self._complained = loop.time()
            _log.error("no connection can be taken in: %s", error)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._app or _starting(scope["path"]))(scope, receive, send)


def _starting(path: str) -> Response:
    """Says that it is starting, to people; a program learns from the status that it must ask again."""
    if is_for_programs(path):
        return failure(KhamtopError("serve.starting"), FALLBACK)
    if path != "/":
        return Response(status_code=503, headers={"retry-after": "1"})
    words = "\n".join(f'<p lang="{language}">{text("serve.starting", language)}</p>' for language in languages())
    page = _STARTING.format(language=FIRST, title=text("page.title", FIRST), words=words)
    return HTMLResponse(page, 503, {"retry-after": "1"})


def listening(host: str, port: int, waiting: int = WAITING) -> socket.socket:
    """A socket that listens there, with so many connections waiting; raises as `Server` does."""
    # asyncio sends at once (TCP_NODELAY) only where the protocol is named: without it every answer waits 40 ms
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
        found.listen(waiting)  # two programs may bind one port, and only the first may listen on it
    except OSError as error:
        found.close()
        if error.errno == errno.EADDRINUSE:
            raise KhamtopError("port.taken", port=str(port)) from error
        raise KhamtopError("port.unusable", host=host, port=str(port)) from error
    return found
