"""The web page and the API beside it: the only file that imports Gradio.

One `gr.HTML` holds the page: in `page/`, `page.html` is its frame, `page.css` its looks and the
modules its behaviour, which `modules.py` serves and which call the functions of `_page_functions` by `calls.py`.
Programs call `/ask`, `/search` and `/rebuild`, which give the same JSON as the command line. What is answered and
built, and how, is `service.py`'s business; the words and the JSON are `render.py`'s.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, get_args

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route

from khamtop.index.filters import filter_of
from khamtop.index.panics import panics_raised
from khamtop.index.types import Filter, KhamtopError
from khamtop.qa.question import LONGEST_QUESTION
from khamtop.qa.types import Answer, Language, OverviewOrder
from khamtop.ui import shapes, v1
from khamtop.ui.calls import Call, Door, call_endpoint, error_to_json
from khamtop.ui.extras import agents
from khamtop.ui.feedback import REMARK_CHARS
from khamtop.ui.guard import Access
from khamtop.ui.modules import Modules
from khamtop.ui.original import original_endpoint
from khamtop.ui.receive import upload_endpoint
from khamtop.ui.render import (
    article_to_page,
    findings_to_json,
    findings_to_page,
    listed_to_page,
    names_to_json,
    report_to_json,
    report_to_page,
    summary_to_page,
    timeline_to_page,
    to_json,
    to_page,
    writing_to_json,
)
from khamtop.ui.server import Server
from khamtop.ui.service import MOST_LISTED, MOST_PASSAGES, Build, Service
from khamtop.ui.stubs import no_stubs
from khamtop.ui.texts import FIRST, languages, sentence, tables, text
from khamtop.ui.uploads import LARGEST_FILE_BYTES, MOST_BYTES, MOST_FILES, upload_endings

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read once, when Gradio is imported
with no_stubs():
    import gradio as gr

_log = logging.getLogger(__name__)
_HERE = Path(__file__).parent

#: What Gradio runs when the page is there. The first module takes it from there; behind a proxy, too, its address is
#: relative to the page's own.
_BEGIN = "import(new URL(props.module, document.baseURI)).then(({ begin }) => begin(element, props.given));"
#: Lost files that the page shows; the terminal and `/rebuild` list more.
_MOST_LOST = 100
_THAI = re.compile("[\u0e01-\u0e5b]")


#: Orders of an overview by their names; any other is none.
_ORDERS: dict[str, OverviewOrder] = {order: order for order in get_args(OverviewOrder)}


class _Threads:
    """Threads for each kind of call, the page's and the API's: who is one too many waits for one without holding any.

    Two questions are answered at a time, and suggestions wait for all of them (`turns.py`): a thread or two more
    stand ready for the next.
    """

    def __init__(self) -> None:
        self.asking = CapacityLimiter(4)
        self.suggesting = CapacityLimiter(1)
        self.writing = CapacityLimiter(8)
        self.looking = CapacityLimiter(8)
        self.telling = CapacityLimiter(8)


def launch(service: Service, port: int, access: Access | None = None) -> Server:
    """Serves the page until the server is closed; on this machine alone and to everybody, without an `access`.

    Raises:
        KhamtopError: as `Server` does.
    """
    access = access or Access()
    server = Server(port, access)
    server.show(application(service, access))
    return server


def application(service: Service, access: Access) -> Starlette:
    """All that is served: the page with its API, what the page, programs and agents call, and where uploads go."""
    modules = Modules(_HERE / "page")
    upload = upload_endpoint(service, lambda: status_of(service))
    threads = _Threads()
    blocks = page(service, modules, threads)
    call = call_endpoint(_page_functions(service, threads))
    routes: list[BaseRoute] = [
        Route("/page/original", original_endpoint(service.original), methods=["GET"]),
        Route("/page/{version}/{name}", modules.endpoint),
        Route("/page/{name}", call, methods=["POST"]),
        Route("/upload", upload, methods=["POST"]),
        v1.mount(service, access),
    ]
    lifespan = None
    with contextlib.suppress(KhamtopError):  # without the extra there are no agents
        route, lifespan = agents().http(service, access)
        routes.append(route)
    app = Starlette(routes=routes, lifespan=lifespan)
    gr.mount_gradio_app(
        app,
        blocks,
        "/",
        root_path=access.root_path and access.root_path.rstrip("/"),
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        pwa=False,
        ssr_mode=False,
        mcp_server=False,
        show_error=False,
        max_file_size="1kb",  # Gradio's own upload is closed, as all of it that `guard.py` does not name
        theme=_theme(),
        favicon_path=str(_HERE / "favicon.png"),
        head=f"<style>{_asset('page.css')}</style>",
    )
    return app


def _theme() -> gr.themes.Base:
    """No fonts from elsewhere, and page.css's paper from the first moment, so that opening does not flash."""
    theme = gr.themes.Base(font=["sans-serif"], font_mono=["monospace"])
    return theme.set(body_background_fill="#fcfbf8", body_background_fill_dark="#171614")


def page(service: Service, modules: Modules, threads: _Threads) -> gr.Blocks:
    """The page and the three named endpoints."""
    with gr.Blocks(title=text("page.title", FIRST), fill_width=True, analytics_enabled=False) as blocks:
        gr.HTML(
            html_template=_asset("page.html"),
            js_on_load=_BEGIN,
            apply_default_css=False,
            module=modules.address("begin.js"),
            given=_given(),
        )
        for function in _api_functions(service, threads):
            gr.api(function, api_name=function.__name__, concurrency_limit=None)
    return blocks


def _given() -> shapes.Given:
    """What the page's scripts begin with."""
    return {
        "words": tables(),
        "languages": list(languages()),
        "first": FIRST,
        "limits": {
            "question_chars": LONGEST_QUESTION,
            "remark_chars": REMARK_CHARS,
            "passages": MOST_PASSAGES,
            "listed": MOST_LISTED,
            "upload_files": MOST_FILES,
            "upload_file_bytes": LARGEST_FILE_BYTES,
            "upload_bytes": MOST_BYTES,
            "upload_endings": upload_endings(),
        },
    }


def _page_functions(service: Service, threads: _Threads) -> dict[str, Door]:
    """What the page's scripts call, by name; a page for reading only has none that changes what is asked."""

    def ask(call: Call) -> shapes.GivenAnswer:
        asked = _asked(call)
        index = call.text("index", "")  # that of an answer which was given before
        given = service.give_again(index, *asked) if index else service.give(*asked)
        told = to_page(given.answer)
        told["cards"] = _with_originals(service, told["cards"])
        return {**told, "index": given.index, "built": given.built.isoformat()}

    def follow_ups(call: Call) -> shapes.FollowUps:
        asked = _asked(call)
        return {"questions": service.follow_ups(*asked)}

    def search(call: Call) -> shapes.Findings:
        question, k, order = call.text("question"), call.number("k", 5), call.text("order", "relevance")
        found = findings_to_page(service.search_articles(question, k, _bounds(call), order))
        for article in found["articles"]:
            article["cards"] = _with_originals(service, article["cards"])
        return found

    def article(call: Call) -> shapes.OpenArticle:
        identity, quotes = call.text("article_id"), call.rows("quotes", number=int, start=int, end=int, quote=str)
        found = article_to_page(service.article(identity), quotes)
        has_original = found["page"] is not None and service.has_original(identity)
        return {**found, "removable": service.is_removable_id(identity), "original": has_original}

    def summary(call: Call) -> shapes.Summary:
        identity = call.text("article_id", "")  # without one, the only article there is
        return summary_to_page(*(service.summary(identity) if identity else service.first_summary()))

    def articles(call: Call) -> shapes.Rows:
        offset, limit = call.number("offset", 0), call.number("limit", 50)
        order = call.text("order", "newest")
        total, rows = service.list_articles(call.text("find", ""), offset, limit, _bounds(call), order)
        shown: list[shapes.Row] = [{**listed_to_page(row), "removable": service.is_removable(row)} for row in rows]
        return {"total": total, "articles": shown}

    def names(call: Call) -> shapes.NamesJson:
        kind, find, limit = call.text("kind", ""), call.text("find", ""), call.number("limit", MOST_LISTED)
        return names_to_json(service.list_names(kind, find, limit))

    def timeline(call: Call) -> shapes.Timeline:
        return timeline_to_page(service.timeline())

    def feedback(call: Call) -> shapes.Kept:
        return {"id": service.feedback.keep(call, service.article)}

    def status(call: Call) -> shapes.Status:
        return status_of(service)

    doors = [
        *(Door(function, threads.asking, service.first_index) for function in (ask, search)),
        *(Door(function, threads.suggesting, service.first_index) for function in (follow_ups, summary)),
        Door(_writing(service), threads.writing, service.first_index, streams=True),
        *(Door(function, threads.looking, service.first_index) for function in (article, articles, names, timeline)),
        *(Door(function, threads.telling) for function in (feedback, status)),
        *([] if service.read_only else _changing_doors(service, threads)),
    ]
    return {door.function.__name__: door for door in doors}


def _with_originals(service: Service, cards: list[shapes.Card]) -> list[shapes.Card]:
    """The cards, each with whether its article's PDF can be opened at its page."""
    return [
        {**card, "original": True} if card["page"] is not None and _has_original(service, card["article_id"]) else card
        for card in cards
    ]


def _has_original(service: Service, identity: str) -> bool:
    try:
        return service.has_original(identity)
    except KhamtopError:  # another index took this one's place since it answered
        return False


def _changing_doors(service: Service, threads: _Threads) -> list[Door]:
    """Those of the page's functions that change what is asked."""

    def rebuild(call: Call) -> shapes.Status:
        service.begin_build()
        return status_of(service)

    def stop(call: Call) -> shapes.Status:
        service.stop_build()
        return status_of(service)

    def remove(call: Call) -> shapes.Removed:
        moved = service.remove(call.text("article_id"))
        return {**status_of(service), "moved_to": str(moved)}

    return [
        Door(remove, threads.looking, service.first_index),
        *(Door(function, threads.telling) for function in (rebuild, stop)),
    ]


def _writing(service: Service) -> Callable[[Call], Iterator[shapes.WritingJson]]:
    """What the page calls once the quotes stand."""

    def write(call: Call) -> Iterator[shapes.WritingJson]:
        asked = _asked(call)
        given = service.give_again(call.text("index"), *asked)
        yield from map(writing_to_json, service.writing(given.answer))

    return write


def _asked(call: Call) -> tuple[str, list[str], Filter | None, bool, OverviewOrder]:
    """A question of the page with all that it is asked with, as `Service.give` takes it."""
    order = _ORDERS.get(call.text("order", ""), "")
    return call.text("question"), call.texts("history"), _bounds(call), call.yes("any_time", False), order


def _bounds(call: Call) -> Filter | None:
    """What narrows a call of the page."""
    return filter_of(call.text("since", ""), call.text("until", ""), call.text("source", ""), call.text("name", ""))


def status_of(service: Service) -> shapes.Status:
    """What the index holds, what may be asked, and how the build is going."""
    build = service.last_build
    return {
        "articles": service.articles,
        "passages": service.passages,
        "index": service.index,
        "examples": list(service.examples),
        "read_only": service.read_only,
        "writer": {"name": service.writer.name, "host": service.writer.host} if service.writer else None,
        "build": _build_to_page(build) if build else None,
    }


def _build_to_page(build: Build) -> shapes.Build:
    return {
        "number": build.number,
        "running": not build.finished.is_set(),
        "stage": build.stage,
        "done": build.done,
        "total": build.total,
        "seconds_left": build.seconds_left,
        "report": report_to_page(build.report, _MOST_LOST) if build.report else None,
        "error": error_to_json(build.error) if build.error else None,
    }


def _api_functions(service: Service, threads: _Threads) -> list[Callable[..., Awaitable[dict[str, Any]]]]:
    """The endpoints for programs. Their names, parameters and docstrings are what the API page lists."""

    async def answered(work: Callable[[], Any]) -> Any:
        await service.first_index()
        return await to_thread.run_sync(work, limiter=threads.asking)

    def answer(write: bool, *asked: Any) -> Answer:
        found = service.ask(*asked)
        return service.write(found) if write else found

    async def ask(
        question: str,
        k: int = 5,
        history: list[str] | None = None,
        since: str = "",
        until: str = "",
        source: str = "",
        write: bool = False,
        name: str = "",
    ) -> dict[str, Any]:
        """Answers a question with verbatim quotes; `history` holds the earlier questions, oldest first.

        `since` and `until` (a day, month or year), `source` (part of a path or address) and `name` (a person,
        organisation or place in them) narrow the articles. With `write` the model that is served with --llm, if one
        is, adds sentences of its own, each checked.
        """
        with _sentences(question):
            bounds = filter_of(since, until, source, name)
            return dict(to_json(await answered(partial(answer, write, question, history or (), k, bounds))))

    async def search(
        question: str,
        k: int = 5,
        history: list[str] | None = None,
        since: str = "",
        until: str = "",
        source: str = "",
        order: str = "relevance",
        name: str = "",
    ) -> dict[str, Any]:
        """The k passages that best fit a question, best first or, by `order` "date", the newest; narrowed as in `ask`.

        What stands in quotation marks must be there word for word; -word leaves out the articles that say it.
        """
        with _sentences(question):
            bounds = filter_of(since, until, source, name)
            found = await answered(partial(service.search, question, history or (), k, bounds, order))
            return dict(findings_to_json(question, found))

    async def rebuild() -> dict[str, Any]:
        """Indexes what changed among the articles, waits until it is done, and tells what was found."""
        with _sentences(""):
            return dict(report_to_json(await service.rebuilt()))

    return [ask, search] if service.read_only else [ask, search, rebuild]


@contextlib.contextmanager
def _sentences(question: str) -> Iterator[None]:
    """Tells a program's user what went wrong in the question's language, without a traceback."""
    language: Language = "th" if _THAI.search(question) else "en"
    try:
        with panics_raised():
            yield
    except KhamtopError as error:
        raise gr.Error(sentence(error, language), print_exception=False) from error
    except Exception as error:
        _log.exception("a call failed")
        raise gr.Error(sentence(KhamtopError("internal"), language), print_exception=False) from error


def _asset(name: str) -> str:
    return (_HERE / "page" / name).read_text("utf-8")
