"""`/v1`: asking, searching, reading and rebuilding as plain JSON, for programs.

What each address takes and gives stands in `shapes.py`, and `openapi.py` describes it from there. Who may call is
`programs.py`'s business; models by OpenAI's protocol are `chat.py`'s.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Any

from anyio import CapacityLimiter
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route

from khamtop.index.types import KhamtopError
from khamtop.ui import chat, events, openapi, shapes
from khamtop.ui.addresses import addressed
from khamtop.ui.guard import Access
from khamtop.ui.manual import readable
from khamtop.ui.openapi import Operation
from khamtop.ui.programs import V1
from khamtop.ui.render import article_to_json, findings_to_json, listed_to_page, report_to_json, to_json
from khamtop.ui.replies import Reply, failure, language_for
from khamtop.ui.sent import sent_by
from khamtop.ui.service import MOST_LISTED, Service
from khamtop.ui.working import Endpoint, Threads, answer_to, bounds_of, in_thread, page_of, respond

_ASK_EVENTS = inspect.cleandoc(events.__doc__ or "").partition("\n\n")[2]


@dataclass(frozen=True, slots=True)
class _Call:
    """An address with what does its work: a function from the fields that were sent to the JSON that is given."""

    path: str
    takes: type
    work: Callable[[Any], Mapping[str, Any]]
    threads: CapacityLimiter
    methods: tuple[str, ...] = ("GET", "POST")

    @property
    def operation(self) -> Operation:
        """What is said of it."""
        gives = inspect.get_annotations(self.work, eval_str=True)["return"]
        return Operation(self.path, self.methods, self.takes, gives, inspect.getdoc(self.work) or "")


def mount(service: Service, access: Access) -> Mount:
    """All of `/v1`, to be served at the root."""
    threads = Threads()
    calls = _calls(service, threads)
    asking = Operation(
        f"/{V1}/ask",
        ("GET", "POST"),
        shapes.AskSent,
        shapes.AnswerJson,
        "Answers a question with verbatim quotes.\n\n"
        "With `stream`, or where `Accept` asks for text/event-stream, the answer comes as events.",
        _ASK_EVENTS,
    )
    operations = [asking, *(call.operation for call in calls), *chat.OPERATIONS]
    described = openapi.document(operations, version("khamtop"), access.prefix or "/", access.ways)
    routes = [
        Route("/ask", _ask_endpoint(service, threads, access), methods=["GET", "POST"]),
        *(Route(call.path.removeprefix(f"/{V1}"), _endpoint(call, access), methods=call.methods) for call in calls),
        *chat.routes(service, threads, access),
        Route("/openapi.json", _telling(lambda request: Reply(described))),
        Route("/docs", _telling(lambda request: HTMLResponse(readable(described, page_of(request, access))))),
    ]
    handlers: Any = {HTTPException: _no_such_call}
    return Mount(f"/{V1}", app=Starlette(routes=routes, exception_handlers=handlers))


def _calls(service: Service, threads: Threads) -> list[_Call]:
    """Every address but those that stream."""

    def search(sent: shapes.SearchSent) -> shapes.FindingsJson:
        """Finds the passages that fit a question best.

        What stands in quotation marks must be there word for word; -word leaves out the articles that say it.
        """
        history, k, order = sent.get("history", ()), sent.get("k", 5), sent.get("order", "relevance")
        found = service.search(sent["question"], history, k, bounds_of(sent), order)
        return findings_to_json(sent["question"], found)

    def article(sent: shapes.ArticleSent) -> shapes.ArticleText:
        """Gives a whole article."""
        return article_to_json(service.article(sent["article_id"]))

    def articles(sent: shapes.ArticlesSent) -> shapes.ArticleRows:
        """Lists the articles."""
        offset, limit = sent.get("offset", 0), sent.get("limit", MOST_LISTED)
        order = sent.get("order", "newest")
        total, rows = service.list_articles(sent.get("find", ""), offset, limit, bounds_of(sent), order)
        return {"total": total, "articles": [listed_to_page(row) for row in rows]}

    def rebuild(sent: shapes.RebuildSent) -> shapes.ReportJson:
        """Indexes what changed among the articles, waits until it is done, and tells what was found."""
        if service.read_only:
            raise KhamtopError("read_only")
        return report_to_json(service.rebuild())

    return [
        _Call(f"/{V1}/search", shapes.SearchSent, search, threads.asking),
        _Call(f"/{V1}/article", shapes.ArticleSent, article, threads.looking),
        _Call(f"/{V1}/articles", shapes.ArticlesSent, articles, threads.looking),
        _Call(f"/{V1}/rebuild", shapes.RebuildSent, rebuild, threads.building, ("POST",)),
    ]


def _endpoint(call: _Call, access: Access) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        async def work() -> Response:
            sent = await sent_by(request, call.takes)
            reply = await in_thread(call.threads, partial(call.work, sent))
            return Reply(addressed(reply, page_of(request, access)))

        return await respond(request, work)

    return endpoint


def _ask_endpoint(service: Service, threads: Threads, access: Access) -> Endpoint:
    async def ask(request: Request) -> Response:
        async def work() -> Response:
            sent = await sent_by(request, shapes.AskSent)
            answer = await in_thread(threads.asking, partial(answer_to, service, sent))
            told = addressed(to_json(answer), page_of(request, access))
            if sent.get("stream", events.wants_events(request.headers)):
                return events.streamed(events.answer_events(told, answer.sentences))
            return Reply(told)

        return await respond(request, work)

    return ask


def _telling(response: Callable[[Request], Response]) -> Endpoint:
    """An endpoint that only tells how to call."""

    async def tell(request: Request) -> Response:
        return response(request)

    return tell


async def _no_such_call(request: Request, error: HTTPException) -> Response:
    """What whoever misses an address or its method is told."""
    code = "call.method" if error.status_code == 405 else "call.unknown"
    return failure(KhamtopError(code), language_for(request.headers), error.headers)
