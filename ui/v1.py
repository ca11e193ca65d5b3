"""`/v1`: asking, searching, reading and rebuilding as plain JSON, for programs.

What each address takes and gives stands in `shapes.py`, and `openapi.py` describes it from there. Who may call is
`programs.py`'s business; models by OpenAI's protocol are `chat.py`'s.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route

from khamtop.index.types import KhamtopError
from khamtop.qa.types import Writing
from khamtop.ui import chat, events, openapi, shapes
from khamtop.ui.addresses import addressed
from khamtop.ui.guard import Access
from khamtop.ui.manual import readable
from khamtop.ui.openapi import Operation
from khamtop.ui.programs import V1
from khamtop.ui.render import to_json
from khamtop.ui.replies import Reply, failure, language_for
from khamtop.ui.sent import sent_by
from khamtop.ui.service import Service
from khamtop.ui.tools import Tool, answer_to, tools_of
from khamtop.ui.widget import widget_endpoint
from khamtop.ui.working import Endpoint, Threads, in_thread, last_of, page_of, respond

_ABOUT_ASK = """Answers a question with verbatim quotes.

With stream, or where the Accept header asks for text/event-stream, the answer comes as events. With write, what a
model says about the quotes is in sentences, struck, writer and unwritten; pages of other sites do not get it."""
_ASK_EVENTS = inspect.cleandoc(events.__doc__ or "").partition("\n\n")[2]


def mount(service: Service, access: Access) -> Mount:
    """All of `/v1`, to be served at the root."""
    threads = Threads()
    tools = tools_of(service)
    ask = tools.pop("ask")  # it streams, which the others do not
    operations = [
        Operation(f"/{V1}/ask", _methods(ask), shapes.StreamSent, ask.gives, _ABOUT_ASK, _ASK_EVENTS),
        *(
            Operation(f"/{V1}/{name}", _methods(tool), tool.takes, tool.gives, tool.about)
            for name, tool in tools.items()
        ),
        *chat.OPERATIONS,
    ]
    described = openapi.document(operations, version("khamtop"), access.prefix or "/", access.ways)
    routes = [
        Route("/ask", _ask_endpoint(service, threads, access), methods=_methods(ask)),
        *(Route(f"/{name}", _endpoint(tool, threads, access), methods=_methods(tool)) for name, tool in tools.items()),
        *chat.routes(service, threads, access),
        Route("/openapi.json", _telling(lambda request: Reply(described))),
        Route("/docs", _telling(lambda request: HTMLResponse(readable(described, page_of(request, access))))),
    ]
    if access.programs.origins:
        routes.append(Route("/widget.js", widget_endpoint()))
    handlers: Any = {HTTPException: _no_such_call}
    return Mount(f"/{V1}", app=Starlette(routes=routes, exception_handlers=handlers))


def _methods(tool: Tool) -> tuple[str, ...]:
    return ("POST",) if tool.changes else ("GET", "POST")


def _endpoint(tool: Tool, threads: Threads, access: Access) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        async def work() -> Response:
            sent = await sent_by(request, tool.takes)
            reply = await in_thread(threads.of(tool), partial(tool.work, sent))
            return Reply(addressed(reply, page_of(request, access)))

        return await respond(request, work)

    return endpoint


def _ask_endpoint(service: Service, threads: Threads, access: Access) -> Endpoint:
    async def ask(request: Request) -> Response:
        async def work() -> Response:
            sent = await sent_by(request, shapes.StreamSent)
            answer = await in_thread(threads.asking, partial(answer_to, service, sent))
            page = page_of(request, access)
            # No stranger whom another site lends the question box makes a model write, which may cost money.
            writes = sent.get("write", False) and not access.programs.lends_to(request.headers)
            states = service.writing(answer) if writes else _nothing()
            if sent.get("stream", events.wants_events(request.headers)):
                language = language_for(request.headers, sent["question"])
                told = events.answer_events(addressed(to_json(answer), page), states, language)
                return events.Streamed(told, threads.writing)
            written = await last_of(states, request, threads.writing)
            return Reply(addressed(to_json(replace(answer, writing=written)), page))

        return await respond(request, work)

    return ask


def _nothing() -> Generator[Writing]:
    """What is written where nobody writes."""
    yield from ()


def _telling(response: Callable[[Request], Response]) -> Endpoint:
    """An endpoint that only tells how to call."""

    async def tell(request: Request) -> Response:
        return response(request)

    return tell


async def _no_such_call(request: Request, error: HTTPException) -> Response:
    """What whoever misses an address or its method is told."""
    code = "call.method" if error.status_code == 405 else "call.unknown"
    return failure(KhamtopError(code), language_for(request.headers), error.headers)
