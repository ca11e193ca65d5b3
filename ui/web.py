"""The web page and the API beside it: the only file that imports Gradio.

One `gr.HTML` holds the page: `page.html` is its frame, `page.css` its looks and `page.js` its
behaviour, which calls the functions of `_page_functions`. Programs call `/ask`, `/search` and
`/rebuild`, which give the same JSON as the command line. What is answered and built, and how, is
`service.py`'s business; the words and the JSON are `render.py`'s.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import json
import logging
import os
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read once, when Gradio is imported

import gradio as gr
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.filters import filter_of
from index.types import KhamtopError
from qa.types import Language
from ui.render import article_to_page, hits_to_json, report_to_json, to_json, to_page
from ui.service import Service
from ui.texts import TEXTS, sentence

_log = logging.getLogger(__name__)
_HERE = Path(__file__).parent
_THAI = re.compile("[\u0e01-\u0e5b]")

#: The browser itself refuses whatever would leave this machine. Gradio evaluates templates and
#: styles elements in place, hence the three "unsafe": no text of ours ever reaches either.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)


def launch(service: Service, host: str = "127.0.0.1", port: int = 7860, block: bool = True) -> gr.Blocks:
    """Serves the page at `http://host:port`, until interrupted if `block`.

    Raises:
        KhamtopError: `port.taken` if something else listens there, `port.unusable` if nothing can.
    """
    _try_port(host, port)
    blocks = page(service)
    blocks.launch(
        server_name=host,
        server_port=port,
        share=False,
        quiet=True,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        pwa=False,
        ssr_mode=False,
        mcp_server=False,
        max_file_size="1kb",  # nothing here takes files
        theme=_theme(),
        favicon_path=str(_HERE / "favicon.png"),
        head=f"<style>{_asset('page.css')}</style>",
        app_kwargs={"middleware": [Middleware(_SecurityHeaders)]},
        prevent_thread_lock=not block,
    )
    return blocks


def _theme() -> gr.themes.Base:
    """No fonts from elsewhere, and page.css's paper from the first moment, so that opening does not flash."""
    theme = gr.themes.Base(font=["sans-serif"], font_mono=["monospace"])
    return theme.set(body_background_fill="#fcfbf8", body_background_fill_dark="#171614")


def page(service: Service) -> gr.Blocks:
    """The page and the three named endpoints."""
    with gr.Blocks(title=TEXTS["page.title"][0], fill_width=True, analytics_enabled=False) as blocks:
        gr.HTML(
            html_template=_asset("page.html"),
            js_on_load=_asset("page.js"),
            server_functions=_page_functions(service),
            apply_default_css=False,
            words=TEXTS,
        )
        for function in _api_functions(service):
            gr.api(function, api_name=function.__name__, concurrency_limit=None)
    return blocks


def _page_functions(service: Service) -> list[Callable[[Any], dict[str, Any]]]:
    """What `page.js` calls, each with one JSON object; an error comes back as a code of `texts.py`."""

    def ask(call: Any) -> dict[str, Any]:
        history = [str(question) for question in call.get("history", [])]
        return to_page(service.ask(str(call["question"]), history))

    def article(call: Any) -> dict[str, Any]:
        return article_to_page(service.article(str(call["article_id"])), call.get("quotes", []))

    def status(call: Any) -> dict[str, Any]:
        return _status(service)

    def rebuild(call: Any) -> dict[str, Any]:
        service.begin_build()
        return _status(service)

    def stop(call: Any) -> dict[str, Any]:
        service.stop_build()
        return _status(service)

    return [_telling(function) for function in (ask, article, status, rebuild, stop)]


def _telling(function: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    """`function`, giving back what went wrong instead of raising it."""

    @functools.wraps(function)
    def told(call: Any) -> dict[str, Any]:
        try:
            return function(call)
        except KhamtopError as error:
            return {"error": _error_to_json(error)}
        except Exception:
            _log.exception("%s failed", function.__name__)
            return {"error": {"code": "internal", "facts": {}}}

    return told


def _status(service: Service) -> dict[str, Any]:
    build = service.last_build
    return {
        "articles": service.articles,
        "examples": list(service.examples),
        "build": build
        and {
            "running": not build.finished.is_set(),
            "stage": build.stage,
            "done": build.done,
            "total": build.total,
            "report": build.report and report_to_json(build.report),
            "error": build.error and _error_to_json(build.error),
        },
    }


def _error_to_json(error: KhamtopError) -> dict[str, Any]:
    if error.code not in TEXTS:
        return {"code": "internal", "facts": {}}
    return {"code": error.code, "facts": json.loads(json.dumps(error.facts, default=str))}


def _api_functions(service: Service) -> list[Callable[..., dict[str, Any]]]:
    """The endpoints for programs. Their names, parameters and docstrings are what the API page lists."""

    def ask(
        question: str, k: int = 5, history: list[str] | None = None, since: str = "", until: str = "", source: str = ""
    ) -> dict[str, Any]:
        """Answers a question with verbatim quotes; `history` holds the earlier questions, oldest first.

        `since` and `until` (a day, month or year) and `source` (part of a path or address) narrow the articles.
        """
        with _sentences(question):
            return to_json(service.ask(question, history or (), k, filter_of(since, until, source)))

    def search(
        question: str, k: int = 5, history: list[str] | None = None, since: str = "", until: str = "", source: str = ""
    ) -> dict[str, Any]:
        """The k passages that best fit a question, best first; narrowed as in `ask`."""
        with _sentences(question):
            return hits_to_json(question, service.search(question, history or (), k, filter_of(since, until, source)))

    def rebuild() -> dict[str, Any]:
        """Indexes what changed among the articles, waits until it is done, and tells what was found."""
        with _sentences(""):
            return report_to_json(service.rebuild())

    return [ask, search, rebuild]


@contextlib.contextmanager
def _sentences(question: str) -> Iterator[None]:
    """Tells a program's user what went wrong in the question's language, without a traceback."""
    language: Language = "th" if _THAI.search(question) else "en"
    try:
        yield
    except KhamtopError as error:
        raise gr.Error(sentence(error, language), print_exception=False) from error
    except Exception as error:
        _log.exception("a call failed")
        raise gr.Error(sentence(KhamtopError("internal"), language), print_exception=False) from error


class _SecurityHeaders:
    """Puts `_POLICY` and its companions on every response."""

    _HEADERS = (
        (b"content-security-policy", _POLICY.encode()),
        (b"referrer-policy", b"no-referrer"),
        (b"x-content-type-options", b"nosniff"),
    )

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self._HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def _try_port(host: str, port: int) -> None:
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise KhamtopError("port.taken", port=str(port)) from error
        raise KhamtopError("port.unusable", host=host, port=str(port)) from error


def _asset(name: str) -> str:
    return (_HERE / name).read_text("utf-8")
