"""GET /v1/widget.js: the question box for other sites' pages, as one script with the words of all languages.

Which sites may use it is `programs.py`'s business; what it does stands in `widget/box.js`.
"""

from __future__ import annotations

import json
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from khamtop.ui.texts import languages, text
from khamtop.ui.working import Endpoint

_BOX = Path(__file__).parent / "widget" / "box.js"
_WORDS = ("title", "question", "ask", "asking", "sources", "away")
#: Pages that hold the box find a new one within the hour.
_HEADERS = {"cache-control": "public, max-age=3600"}


def script() -> str:
    """The script: nothing of it becomes a name of the page that holds it."""
    words = {language: {key: text(f"widget.{key}", language) for key in _WORDS} for language in languages()}
    box = _BOX.read_text("utf-8").replace("export function", "function")
    return f"(() => {{\n{box}\nbegin(document.currentScript, {json.dumps(words)});\n}})();\n"


def widget_endpoint() -> Endpoint:
    """The endpoint that serves it."""
    body = script()

    async def widget(request: Request) -> Response:
        return Response(body, media_type="text/javascript", headers=_HEADERS)

    return widget
