"""Calls as nobody should send them: to the page, to `/v1` and to uploads; and what must hold of each answer.

`tests/test_ui_hostile.py` tries a few, `tests/benchmarks/hostile.py` as many as one likes. All chance comes from the
`Random` that is given, so that a number leads back to its call.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from types import TracebackType
from typing import Any
from urllib.parse import quote

import httpx

from khamtop.ui.guard import Access, Guard
from khamtop.ui.programs import Programs
from khamtop.ui.service import Service
from khamtop.ui.texts import has
from khamtop.ui.web import application
from tests.hostile_files import damaged
from tests.hostile_questions import hostile_question

HOST = "127.0.0.1:7860"

PAGE = (
    "ask", "search", "follow_ups", "summary", "write", "article", "articles", "timeline", "feedback", "status",
    "rebuild", "stop", "remove", "nothing",
)  # fmt: skip
V1 = ("ask", "search", "article", "articles", "rebuild", "chat/completions", "models", "models/x", "openapi.json", "no")
FIELDS = (
    "question", "history", "k", "since", "until", "source", "order", "any_time", "index", "stream", "article_id",
    "find", "offset", "limit", "quotes", "id", "good", "remark", "answer", "short_answer", "citations", "here", "model",
    "messages", "unknown", "__class__", "",
)  # fmt: skip
_BOUNDS = ("since", "until", "source")
#: What each call needs, and what else it takes.
LIKELY: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "ask": (("question",), ("history", "k", "any_time", *_BOUNDS)),
    "search": (("question",), ("history", "k", *_BOUNDS)),
    "follow_ups": (("question",), ("history", "any_time", *_BOUNDS)),
    "write": (("question", "index"), ("history", *_BOUNDS)),
    "summary": (("article_id",), ()),
    "article": (("article_id",), ()),
    "articles": ((), ("find", "limit", "offset", *_BOUNDS)),
    "feedback": (("question", "good"), ("answer", "remark", "citations")),
    "remove": (("article_id",), ()),
    "chat/completions": (("model", "messages"), ("stream",)),
}
#: What no field is meant to hold; numbers beyond those of machines, halves of letters, lists in lists.
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 5, 10**30, -(10**30), 1.5, float("nan"), float("inf"), "", " ", "0", "true", "2565",
    "31 กุมภาพันธ์ 2565", "date", "newest", "khamtop", "\x00", "\ud800", "\udfff\ud800", "\u202e", "่" * 300, "ก" * 60_000,
    [], {}, [None], [[]], [["ก"] * 300], ["ก"] * 300, {"a": {}},
    [{"number": 1, "start": 10**30, "end": -1, "quote": "ก"}],
    [{"number": 1, "start": 0, "end": 5, "quote": "\ud800"}],
    [{"role": "user", "content": [{"type": "text", "text": 5}]}],
    [{"article_id": "a", "start": True, "end": None}], {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}},
)  # fmt: skip
BODIES = (b"", b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe", b"null", b'"', b"1" * 5000, b"{}" * 3, b"x" * 1_100_000)
TYPES = (
    b"application/json",
    b"text/plain",
    b"application/x-www-form-urlencoded",
    b"multipart/form-data; boundary=x",
    b"\xff",
)
HEADERS: tuple[tuple[bytes, tuple[bytes, ...]], ...] = (
    (b"accept", (b"text/event-stream", b"*/*", b"\xff", b"," * 500)),
    (b"accept-language", (b"th", b"en;q=\xff", b"x" * 5000, b",,,")),
    (b"authorization", (b"Basic !", b"Bearer \xff", b"\xff", b"Basic YTpi")),
    (b"origin", (b"http://evil.example", b"null", b"http://[", b"http://127.0.0.1:7860")),
    (b"sec-fetch-site", (b"cross-site", b"same-origin", b"\xff")),
    (b"host", (b"evil.example", b"[", b"", b"\xff", b"127.0.0.1:99999")),
    (b"x-forwarded-host", (b"evil.example", b"[", b"\xff")),
    (b"content-type", TYPES),
    (b"content-encoding", (b"gzip", b"x")),
    (b"content-length", (b"-1", b"9" * 30, b"x")),
    (b"cookie", (b"\xff=;;;=", b"a" * 9000)),
)


@dataclass(frozen=True, slots=True)
class HostileCall:
    """A request as it is sent."""

    method: str
    path: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


def hostile_call(random: Random, ids: list[str]) -> HostileCall:
    """Any call; `ids` are those of articles."""
    kind = random.choice(["page", "page", "page", "v1", "v1", "v1", "upload", "original", "elsewhere"])
    if kind == "elsewhere":
        path = quote(
            "/" + "".join(random.choices(["page", "v1", "/", "..", "\x00", "%", "gradio_api", "ก", "\\"], k=4))
        )
        return HostileCall(random.choice(["GET", "POST", "PUT", "OPTIONS"]), path.encode(), _headers(random), b"{}")
    if kind == "upload":
        return HostileCall(
            "POST", b"/upload", ((b"content-type", random.choice(TYPES)), *_headers(random)), _parts(random)
        )
    if kind == "original":
        query = _query(random, _fields(random, "article", [*ids, "../a.pdf", "/etc/passwd", "a\x00.pdf"]))
        return HostileCall("GET", b"/page/original?" + query, _headers(random), b"")
    name = random.choice(PAGE if kind == "page" else V1)
    fields = _fields(random, name, ids)
    path = f"/{kind}/{name}".encode()
    if kind == "v1" and random.random() < 0.3:
        return HostileCall("GET", path + b"?" + _query(random, fields), _headers(random), b"")
    method = random.choice(["POST"] * 19 + ["PUT"])
    return HostileCall(method, path, ((b"content-type", b"application/json"), *_headers(random)), _body(random, fields))


def _fields(random: Random, name: str, ids: list[str]) -> dict[str, Any]:
    """Fields that make sense to a call, with some of them spoilt."""
    asked = hostile_question(random)
    question = asked.question if random.random() < 0.5 else "ลูกยีราฟหนักเท่าไร"
    identity = random.choice(ids) if name != "remove" else "ไม่มี"
    likely: dict[str, Any] = {"question": question, "history": list(asked.history), "article_id": identity, "k": 3}
    likely |= {
        "since": "2565",
        "until": "2565-12",
        "source": "zoo",
        "any_time": True,
        "find": "ข่าว",
        "limit": 5,
        "offset": 0,
    }
    likely |= {
        "good": False,
        "answer": "62",
        "remark": "ดี",
        "citations": [{"article_id": identity, "start": 0, "end": 9}],
    }
    likely |= {"quotes": [{"number": 1, "start": 0, "end": 9, "quote": "สวนสัตว์"}], "index": "", "model": "khamtop"}
    likely |= {"messages": [{"role": "user", "content": question}], "stream": True}
    needed, rest = LIKELY.get(name, ((), ()))
    fields = {field: likely[field] for field in needed if random.random() < 0.95}
    fields |= {field: likely[field] for field in rest if random.random() < 0.3}
    for _ in range(random.choice([0, 1, 1, 2, 3])):
        known = [*needed, *rest] if random.random() < 0.7 else FIELDS
        fields[random.choice(known or FIELDS)] = random.choice(VALUES)
    return fields


def _body(random: Random, fields: dict[str, Any]) -> bytes:
    if random.random() < 0.1:
        return random.choice(BODIES)
    raw = json.dumps(fields, ensure_ascii=random.random() < 0.5).encode(
        "utf-8", random.choice(["surrogatepass", "replace"])
    )
    return damaged(random, raw) if random.random() < 0.3 else raw


def _query(random: Random, fields: Mapping[str, Any]) -> bytes:
    parts = []
    for name, value in fields.items():
        for each in value if isinstance(value, list) else [value]:
            parts.append(f"{quote(name)}={quote(str(each), errors='replace')[:3000]}".encode())
    if random.random() < 0.3:
        parts.append(
            random.choice([b"question=%ff%fe", b"question=%00", b"&&&=", b"%ed%a0%80=1", b"k=1&k=2", b"k=%D9%A1"])
        )
    return b"&".join(parts)


def _parts(random: Random) -> bytes:
    """The parts of a body that no reader takes for an article, or only half of them."""
    name = random.choice(
        ["a.txt", "../a.txt", "", "a\x00.txt", "ก" * 300 + ".txt", ".txt", "CON.jsonl.xz", 'a";x="', "a.fetched"]
    )
    head = f'--x\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
    said = random.choice([b"", b"\x00\x00", b"\xff" * 50, b"....", b"{}\n" * 50, b"\xfd7zXZ\x00" + b"\x00" * 20])
    return damaged(random, head + said + b"\r\n--x--\r\n")


def _headers(random: Random) -> tuple[tuple[bytes, bytes], ...]:
    chosen = random.sample(HEADERS, random.choice([0, 0, 0, 1, 2]))
    return tuple((name, random.choice(values)) for name, values in chosen)


# What must hold


class Caller:
    """Calls all that is served of a service, in this process and in one thread."""

    def __init__(self, service: Service, access: Access | None = None) -> None:
        access = access or Access(programs=Programs(calls_a_minute=0))
        self.service = service
        self._runner = asyncio.Runner()
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(Guard(application(service, access), access)), base_url=f"http://{HOST}"
        )

    def __enter__(self) -> Caller:
        self._runner.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._runner.run(self._client.aclose())
        self._runner.__exit__(kind, error, at)

    def send(self, call: HostileCall) -> httpx.Response:
        """The answer; what the application raises is raised here."""
        url = self._client.base_url.copy_with(raw_path=call.path)
        return self._runner.run(
            self._client.send(httpx.Request(call.method, url, headers=call.headers, content=call.body))
        )

    def problems_of(self, call: HostileCall) -> Iterator[str]:
        """What is wrong with the answer to a call."""
        answer = self.send(call)
        if answer.status_code >= 500:
            yield f"status {answer.status_code}"
        kind = answer.headers.get("content-type", "")
        if call.path.startswith(b"/page/original") and answer.content.startswith(b"%PDF-"):
            return
        if call.path.startswith((b"/page/", b"/v1/", b"/upload")) and kind.startswith("application/json"):
            yield from self._problems_of_json(call, answer.json())
        elif kind.startswith("application/x-ndjson"):
            for line in filter(None, answer.content.splitlines()):
                yield from self._problems_of_json(call, json.loads(line))
        elif call.path.startswith((b"/page/", b"/v1/", b"/upload")) and not kind.startswith("text/event-stream"):
            yield f"no JSON: {answer.status_code} {kind}"

    def _problems_of_json(self, call: HostileCall, told: Any) -> Iterator[str]:
        if not isinstance(told, dict):
            yield "no object"
        elif isinstance(error := told.get("error"), dict):
            yield from _problems_of_error(call, error)
        elif isinstance(told.get("citations"), list) and call.path.startswith(b"/v1/"):
            for cited in told["citations"]:
                if self.service.article(cited["article_id"]).text[cited["start"] : cited["end"]] != cited["quote"]:
                    yield "a quote is not its article's"


def _problems_of_error(call: HostileCall, error: Mapping[str, Any]) -> Iterator[str]:
    code = error.get("code")
    if code == "internal" or not isinstance(code, str) or not has(code):
        yield f"told as {code}"
    said = error.get("message") if "message" in error else " ".join(error.get("sentences", ["."]))
    if not isinstance(said, str) or not said.strip():
        yield "no sentence"
