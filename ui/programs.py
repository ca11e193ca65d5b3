"""Which programs and which sites' pages may call `/v1` and `/mcp`, and how often: by a key, by a site's name, by a
bucket.

A key is a program's own and opens these alone, not the page. A site that is named lends its readers the question box
(`widget.py`): they have neither key nor password, so that these calls need none.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from khamtop.index.types import KhamtopError
from khamtop.ui.limits import Limits, place_of
from khamtop.ui.replies import failure, language_for

#: The first part of the paths that programs call, and the path that agents call.
V1, MCP = "v1", "mcp"
#: What a page of a named site may call, and the script that it gets the box from.
_FOR_SITES, _SCRIPT = "/v1/ask", "/v1/widget.js"
#: What tells how to call, and calls nothing: it costs no call, and no key where the page itself is open.
_TELLING = {"/v1/docs", "/v1/openapi.json"}

#: A shorter key could be guessed.
SHORTEST_KEY = 16
#: The schemes of sites, and the ports that a browser leaves out of their names.
_USUAL_PORTS = {"http": 80, "https": 443}


class Keys:
    """The keys of programs, of which only digests are kept: none can be printed by mistake."""

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self._digests = tuple(_digest(key.encode()) for key in keys)

    def __bool__(self) -> bool:
        return bool(self._digests)

    def known(self, authorization: str) -> str | None:
        """A name for the key in an `Authorization` header, if it is one of these."""
        scheme, _, given = authorization.partition(" ")
        digest = _digest(given.strip().encode("latin-1", "replace"))
        # every key is compared with, so that time tells nothing about any
        matches = [hmac.compare_digest(digest, known) for known in self._digests]
        return digest.hex() if scheme.lower() == "bearer" and any(matches) else None


@dataclass(frozen=True, slots=True)
class Programs:
    """The keys of programs, the sites whose pages may ask ("https://paper.example"), and how often each may call.

    Without keys, whoever may see the page may call. `calls_a_minute` is of each key, or address without one; 0 for
    no limit.
    """

    keys: Keys = field(default_factory=Keys)
    origins: tuple[str, ...] = ()
    calls_a_minute: int = 120

    def __post_init__(self) -> None:
        for origin in self.origins:
            if not _is_origin(origin):
                raise KhamtopError("origin.invalid", origin=origin)

    def lends_to(self, headers: Headers) -> bool:
        """Whether a page of a named site calls."""
        return headers.get("origin", "") in self.origins


def keys_of(file: Path | None) -> Keys:
    """The keys of a file, one a line; none without a file.

    Raises:
        KhamtopError: `api_key.unreadable`; `api_key.none`, as its owner believes the calls to be closed;
            `api_key.invalid` for one that is short or cannot stand in a header, by the number of its line.
    """
    if file is None:
        return Keys()
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise KhamtopError("api_key.unreadable", path=str(file)) from None
    numbered = [(number, line.strip()) for number, line in enumerate(lines, start=1) if line.strip()]
    for number, key in numbered:
        if len(key) < SHORTEST_KEY or not key.isascii() or not key.isprintable() or " " in key:
            raise KhamtopError("api_key.invalid", path=str(file), line=number, least=SHORTEST_KEY)
    if not numbered:
        raise KhamtopError("api_key.none", path=str(file))
    return Keys(key for _, key in numbered)


class Gate:
    """Tells which calls of `/v1` pass; who signs in as a user, and whether a host is ours, is `guard.py`'s business."""

    def __init__(self, programs: Programs, clock: Callable[[], float] = time.monotonic) -> None:
        self._programs = programs
        self._limits = Limits(programs.calls_a_minute, clock)

    def is_from_site(self, scope: Scope) -> bool:
        """Whether a page of a named site calls what such a page may."""
        if scope["path"] == _SCRIPT:
            return bool(self._programs.origins)
        return scope["path"] == _FOR_SITES and self._programs.lends_to(Headers(scope=scope))

    def headers(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """What lets such a page read the answer, and a browser put the script into any page."""
        if scope["path"] == _SCRIPT:
            return [(b"cross-origin-resource-policy", b"cross-origin"), (b"access-control-allow-origin", b"*")]
        if scope["path"] != _FOR_SITES or not self._programs.origins:
            return []
        called = Headers(scope=scope)
        allowed = [
            (b"access-control-allow-origin", called.get("origin", "").encode()),
            (b"access-control-allow-methods", b"GET, POST"),
            (b"access-control-allow-headers", b"content-type"),
            (b"access-control-expose-headers", b"retry-after"),
            (b"access-control-max-age", b"600"),
        ]
        return [(b"vary", b"origin"), *(allowed if self._programs.lends_to(called) else [])]

    def has_key(self, headers: Headers) -> bool:
        """Whether a program calls with a key of ours."""
        return self._programs.keys.known(headers.get("authorization", "")) is not None

    def wants_key(self, scope: Scope) -> bool:
        """Whether this may only be called with a key."""
        return bool(self._programs.keys) and scope["path"] not in _TELLING

    def too_many(self, scope: Scope, headers: Headers) -> Response | None:
        """Takes a call of whoever calls; the refusal where there is none left."""
        if scope["path"] in _TELLING or scope["path"] == _SCRIPT:
            return None
        key = self._programs.keys.known(headers.get("authorization", ""))
        address = (scope.get("client") or ("",))[0]
        seconds = math.ceil(self._limits.take(f"key {key}" if key else f"address {place_of(address)}"))
        return refused("call.slow", headers, {"retry-after": str(seconds)}, seconds=seconds) if seconds else None


def is_for_programs(path: str) -> bool:
    """Whether this is a path that programs call, and no page."""
    return path.startswith(f"/{V1}/") or path.rstrip("/") == f"/{MCP}"


def refused(code: str, headers: Headers, more: Mapping[str, str] | None = None, **facts: object) -> Response:
    """The refusal of a call, in the language that its headers ask for."""
    return failure(KhamtopError(code, **facts), language_for(headers), more)


def _digest(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()


def _is_origin(origin: str) -> bool:
    """Whether this is what a browser calls the site of a page: scheme, host and port, and nothing after them."""
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return False
    if not parts.hostname or not origin.isascii() or not origin.isprintable() or "@" in parts.netloc:
        return False
    return port != _USUAL_PORTS.get(parts.scheme, port) and origin == f"{parts.scheme}://{parts.netloc}".lower()
