"""What readers thought of answers: one line of JSON each, in a file of the index's folder, and nowhere else.

A line is added and none is ever changed: a person who thinks again adds another one with the same id,
and the newest of an id counts.
"""

from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from khamtop.index.types import Article, KhamtopError
from khamtop.ui.calls import Call

REMARK_CHARS = 2000
#: What is pointed at as an answer is a passage, or a few sentences.
_PLACE_CHARS = 2000
#: No question is longer, no answer holds more quotes, and none needs so many characters: see `qa`.
_QUESTION_CHARS, _ANSWER_CHARS, _CITATIONS, _ID_CHARS = 2000, 20_000, 10, 1000
#: A page that anyone may open must not fill the disk: some 20,000 remarks of the usual length.
LARGEST_BYTES = 20_000_000
#: Another program may be adding to the file; none does for longer.
_LOCK_SECONDS = 10

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Opinion:
    """What somebody thought of an answer, and when (UTC, ISO); a citation is an article's id and a span of it.

    `here` is where they say that the answer stands: the article's id, title and source, a span of it, and its words; an
    empty span is the whole article.
    """

    id: str
    time: str
    question: str
    short_answer: str | None
    answer: str
    citations: tuple[dict[str, Any], ...]
    good: bool
    remark: str
    here: tuple[dict[str, Any], ...] = ()


def _now() -> datetime:
    return datetime.now(UTC)


class Feedback:
    """The file of opinions beside an index; several programs may add to it at once."""

    def __init__(self, folder: Path, clock: Callable[[], datetime] = _now) -> None:
        self._file = folder / "feedback.jsonl"
        self._lock = folder / "feedback.lock"
        self._clock = clock

    def keep(self, call: Call, find: Callable[[str], Article]) -> str:
        """Adds what the page sent; its id, by which a later call may replace it. `find` gives the article of an id.

        Raises:
            KhamtopError: `call.invalid`, what `find` raises, or a `feedback.*` that tells why it cannot be kept.
        """
        opinion = self._read(call, find)
        line = json.dumps(asdict(opinion), ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        try:
            with FileLock(self._lock, timeout=_LOCK_SECONDS), open(self._file, "ab+") as file:
                size = file.seek(0, os.SEEK_END)
                if size + len(line) > LARGEST_BYTES:
                    raise KhamtopError("feedback.full", file=self._file.name)
                if size and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n":
                    line = b"\n" + line  # the last one was cut off, by a full disk or a power cut
                file.write(line)
        except OSError:
            raise KhamtopError("feedback.unwritable", file=self._file.name) from None
        return opinion.id

    def opinions(self) -> list[Opinion]:
        """All of them, the newest first, each as it was last given; lines that cannot be read are passed over.

        Raises:
            KhamtopError: `feedback.unwritable` if the file is there and cannot be read.
        """
        newest: dict[str, Opinion] = {}
        try:
            with open(self._file, "rb") as file:
                for line in file:
                    opinion = _opinion(line)
                    if opinion:
                        newest.pop(opinion.id, None)  # so that it comes last
                        newest[opinion.id] = opinion
        except FileNotFoundError:
            return []
        except OSError:
            raise KhamtopError("feedback.unwritable", file=self._file.name) from None
        return list(reversed(newest.values()))

    def _read(self, call: Call, find: Callable[[str], Article]) -> Opinion:
        identity = call.text("id", "") or uuid.uuid4().hex
        if not _ID.fullmatch(identity):
            raise KhamtopError("call.invalid", field="id")
        remark = call.text("remark", "").strip()
        if len(remark) > REMARK_CHARS:
            raise KhamtopError("feedback.remark_too_long", limit=REMARK_CHARS)
        question, answer, short = call.text("question"), call.text("answer", ""), call.optional_text("short_answer")
        citations = call.rows("citations", article_id=str, start=int, end=int)
        places = call.rows("here", article_id=str, start=int, end=int, quote=str)
        if (
            len(question) > _QUESTION_CHARS
            or len(answer) + len(short or "") > _ANSWER_CHARS
            or max(len(citations), len(places)) > _CITATIONS
            or any(len(place["article_id"]) > _ID_CHARS for place in (*citations, *places))
        ):
            raise KhamtopError("feedback.too_long")
        time = self._clock().isoformat(timespec="seconds")
        here = tuple(_place(place, find(place["article_id"])) for place in places)
        return Opinion(identity, time, question, short, answer, tuple(citations), call.yes("good"), remark, here)


def _place(pointed: Mapping[str, Any], article: Article) -> dict[str, Any]:
    """A place as it stands in its article: words that a page shows may lie elsewhere in the file."""
    quote, start = pointed["quote"], pointed["start"]
    if len(quote) > _PLACE_CHARS:
        raise KhamtopError("feedback.place_too_long", limit=_PLACE_CHARS)
    start = _nearest(quote, article.text, start) if quote else 0
    if start < 0:
        raise KhamtopError("feedback.place_gone")
    named = {"article_id": article.id, "title": article.title, "source": article.source}
    return {**named, "start": start, "end": start + len(quote), "quote": quote}


def _nearest(words: str, text: str, at: int) -> int:
    """Where words begin in a text, nearest to `at`; -1 if they are not there."""
    at = max(0, at)
    found = text.rfind(words, 0, at + len(words)), text.find(words, at)
    return min((start for start in found if start >= 0), key=lambda start: abs(start - at), default=-1)


def _opinion(line: bytes) -> Opinion | None:
    try:
        return Opinion(**json.loads(line))
    except (ValueError, TypeError, RecursionError):
        return None
