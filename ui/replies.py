"""What programs are told: JSON, and of what went wrong a status, a code that stays, and a sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response

from khamtop.index.types import KhamtopError
from khamtop.ui.shapes import FailedJson
from khamtop.ui.texts import FALLBACK, has, languages, sentence

#: The status of each code; of one that is not here, that of the longest beginning that is.
_STATUSES = {
    "question.": 400,
    "filter.": 400,
    "search.": 400,
    "list.": 400,
    "names.": 400,
    "call.": 400,
    "call.unknown": 404,
    "call.method": 405,
    "call.too_large": 413,
    "call.model": 404,
    "call.slow": 429,
    "auth.required": 401,
    "auth.slow": 429,
    "key.required": 401,
    "guard.": 403,
    "read_only": 403,
    "article.unknown": 404,
    "original.": 404,
    "articles.": 409,
    "index.busy": 409,
    "index.stopped": 409,
    "index.building": 503,
    "index.missing": 503,
    "serve.starting": 503,
}
_COME_AGAIN = {"retry-after": "1"}
_THAI = re.compile("[\u0e01-\u0e5b]")


class Reply(Response):
    """JSON in UTF-8; what is no letter at all, such as half of one that was sent, is a question mark."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The bytes of the body."""
        return json_bytes(content)


def json_bytes(content: Any) -> bytes:
    """JSON on one line."""
    return json.dumps(content, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def failure(error: KhamtopError, language: str, headers: Mapping[str, str] | None = None) -> Reply:
    """The reply that tells what went wrong."""
    status = status_of(error)
    return Reply(failed(error, language), status, {**(_COME_AGAIN if status == 503 else {}), **(headers or {})})


def refusal(error: KhamtopError, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """The reply to the page, or to a person who meets it in a browser: the code, and its sentence in each language."""
    sentences = [sentence(error, language) for language in languages()]
    told = {"code": error.code, "facts": error.facts, "sentences": sentences}
    return JSONResponse({"error": told}, status, headers)


def failed(error: KhamtopError, language: str) -> FailedJson:
    """What went wrong, as JSON."""
    return {"error": {"code": error.code if has(error.code) else "internal", "message": sentence(error, language)}}


def status_of(error: KhamtopError) -> int:
    """The status of HTTP that fits an error."""
    begins = [code for code in _STATUSES if error.code.startswith(code)]
    return _STATUSES[max(begins, key=len)] if begins else 500


def language_for(headers: Headers, question: str = "") -> str:
    """The language that whoever calls reads: the question's if it has Thai letters, else as the headers say."""
    accepted = [part.strip().lower() for part in headers.get("accept-language", "").split(",")]
    known = (language for part in accepted for language in languages() if part.startswith(language))
    return language_for_words(question, next(known, FALLBACK))


def language_for_words(words: str, otherwise: str) -> str:
    """Thai for words with Thai letters."""
    return "th" if _THAI.search(words) else otherwise
