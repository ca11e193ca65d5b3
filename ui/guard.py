"""Stands before everything that is served: who may come in, from where, and to what.

Gradio serves much that this page does not need (files of the machine, other sites' pages, uploads of its
own): only what is named here gets through to it. Whoever asks from another site's page is refused, since a
browser would lend it the reader's own rights.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from khamtop.index.types import KhamtopError
from khamtop.ui.bodies import PlainBodies
from khamtop.ui.programs import V1, Gate, Programs, refused

#: The browser itself refuses whatever would leave this machine. Gradio evaluates templates and
#: styles elements in place, hence the three "unsafe": no text of ours ever reaches either.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)

#: The first part of the paths that are open, and the second part of those below Gradio's.
_OPEN = {"", "page", "upload", "config", "theme.css", "assets", "static", "favicon.ico", "manifest.json", "robots.txt"}
_GRADIO = "gradio_api"
_OPEN_API = {"info", "openapi.json", "heartbeat", "queue", "call", "run", "api", "cancel", "reset"}

_CHALLENGE = 'Basic realm="Khamtop", charset="UTF-8"'
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Access:
    """Who may come in: `users` as "name:password", everybody if there are none.

    `root_path` is where a proxy puts the page, a path or a whole address; None if there is no proxy.
    `host` is the address that is listened on. `programs` are who may call `/v1` beside the users.
    """

    users: tuple[str, ...] = ()
    root_path: str | None = None
    host: str = "127.0.0.1"
    programs: Programs = field(default_factory=Programs)

    def __post_init__(self) -> None:
        if self.root_path is not None and not self.root_path.startswith(("/", "http://", "https://")):
            raise KhamtopError("root_path.invalid")

    @property
    def prefix(self) -> str:
        """The path that a proxy may leave before each of ours: "" or "/khamtop"."""
        return urlsplit(self.root_path or "").path.rstrip("/")

    @property
    def ways(self) -> tuple[str, ...]:
        """How a program may say who it is: by a "key", as a "user"; none where it need not."""
        return (*(["key"] if self.programs.keys else []), *(["user"] if self.users else []))


def users_of(given: Iterable[str], environment: Mapping[str, str], file: Path | None) -> tuple[str, ...]:
    """The users of `--auth`, of the environment's `KHAMTOP_AUTH` and of a file, each as "name:password".

    Raises:
        KhamtopError: `auth.invalid` for one without a name or a password, and for a place that is named and
            holds none, as its owner believes the page to be closed; `auth.unreadable`.
    """
    places = [("--auth", [user]) for user in given]
    if "KHAMTOP_AUTH" in environment:
        places.append(("KHAMTOP_AUTH", [environment["KHAMTOP_AUTH"]]))
    if file is not None:
        try:
            lines = file.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            raise KhamtopError("auth.unreadable", path=str(file)) from None
        places.append((str(file), [line for line in lines if line.strip()]))
    for place, users in places:
        if not users or not all(all(user.partition(":")[::2]) and user.isprintable() for user in users):
            raise KhamtopError("auth.invalid", place=place)
    return tuple(user for _, users in places for user in users)


class Guard:
    """The ASGI application that lets through to another one what may pass."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._gradio = PlainBodies(app)
        self._access = access
        self._users = [_normal(user) for user in access.users]
        self._gate = Gate(access.programs)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request, or refuses it; nothing here speaks by WebSocket."""
        if scope["type"] != "http":
            return
        prefix = self._access.prefix
        if prefix and scope["path"].startswith(f"{prefix}/"):  # some proxies leave it there, others do not
            scope = {**scope, "path": scope["path"].removeprefix(prefix), "raw_path": None}
        headers = (*_HEADERS, *self._gate.headers(scope))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *headers]
            await send(message)

        behind = self._gradio if scope["method"] == "POST" and _first(scope["path"]) == _GRADIO else self._app
        answer: ASGIApp = self._refusal(scope) or behind
        await answer(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if scope["path"].startswith(f"/{V1}/"):
            return self._refusal_of_program(scope, headers)
        if not self._is_for_us(headers):
            return _refusal("guard.host", 403)
        if self._users and not self._knows(headers.get("authorization", "")):
            return _refusal("auth.required", 401, {"www-authenticate": _CHALLENGE})
        if self._is_foreign(scope["method"], headers):
            return _refusal("guard.foreign", 403)
        if scope["path"] == self._access.prefix:
            return RedirectResponse(f"{scope['path']}/")  # the page's own addresses are relative
        if not _is_open(scope["path"]):
            return Response(status_code=404)
        return None

    def _refusal_of_program(self, scope: Scope, headers: Headers) -> Response | None:
        """The same for a call of `/v1`, where a key is as good as a user, and a named site's page needs neither."""
        if not self._is_for_us(headers):
            return refused("guard.host", headers)
        is_from_site = self._gate.is_from_site(scope)
        if is_from_site and scope["method"] == "OPTIONS":
            return Response(status_code=204)
        slow = self._gate.too_many(scope, headers)
        if slow or is_from_site:
            return slow
        if not self._gate.has_key(headers):
            if self._users and not self._knows(headers.get("authorization", "")):
                return refused("auth.required", headers, {"www-authenticate": _CHALLENGE})
            if not self._users and self._gate.wants_key(scope):
                return refused("key.required", headers, {"www-authenticate": 'Bearer realm="Khamtop"'})
        if self._is_foreign(scope["method"], headers):
            return refused("guard.foreign", headers)
        return None

    def _is_for_us(self, headers: Headers) -> bool:
        """Whether a request that reached this machine alone was meant for it: a name of another's may lead here."""
        if self._access.host not in _LOOPBACK or self._access.root_path is not None:
            return True
        return _host(headers.get("host", "")) in _LOOPBACK

    def _is_foreign(self, method: str, headers: Headers) -> bool:
        """Whether another site's page makes this request; following a link from one is no such thing."""
        site = headers.get("sec-fetch-site")
        if site is not None:
            follows_link = method in ("GET", "HEAD") and headers.get("sec-fetch-mode") == "navigate"
            return site not in ("same-origin", "none") and not follows_link
        origin = headers.get("origin")
        if origin is None:  # no browser, or a link
            return False
        ours = [headers.get("host", ""), headers.get("x-forwarded-host", ""), urlsplit(self._access.root_path).netloc]
        return urlsplit(origin).netloc not in filter(None, map(str, ours))

    def _knows(self, authorization: str) -> bool:
        scheme, _, encoded = authorization.partition(" ")
        try:
            given = _normal(base64.b64decode(encoded, validate=True).decode("utf-8"))
        except (binascii.Error, UnicodeDecodeError):
            return False
        # every user is compared with, so that time tells nothing about any
        matches = [hmac.compare_digest(given, user) for user in self._users]
        return scheme.lower() == "basic" and any(matches)


def _is_open(path: str) -> bool:
    first, rest = _first(path), path.removeprefix("/").partition("/")[2]
    if first == _GRADIO:
        return rest.partition("/")[0] in _OPEN_API
    return first in _OPEN and (first != "" or path in ("", "/"))


def _first(path: str) -> str:
    """The first part of a path."""
    return path.removeprefix("/").partition("/")[0]


def _normal(user: str) -> bytes:
    """Keyboards write one Thai or accented letter in several ways."""
    return unicodedata.normalize("NFC", user).encode()


def _host(netloc: str) -> str:
    return urlsplit(f"//{netloc}").hostname or ""


def _refusal(code: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"error": {"code": code, "facts": {}}}, status, headers)
