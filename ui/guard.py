"""Stands before everything that is served: who may come in, from where, and to what.

Gradio serves much that this page does not need (files of the machine, other sites' pages, uploads of its
own): only what is named here gets through to it. Whoever asks from another site's page is refused, since a
browser would lend it the reader's own rights.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from khamtop.index.types import KhamtopError
from khamtop.ui.bodies import PlainBodies
from khamtop.ui.hosts import ANY, LOOPBACK, host_of, is_local, named
from khamtop.ui.programs import Gate, Programs, is_for_programs, refused
from khamtop.ui.replies import refusal
from khamtop.ui.signin import SignIn

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
#: What may be posted to: each of these reads a body that is bounded. Nothing else reads any.
_POSTED = {"page", "upload", _GRADIO}
_READING = ("GET", "HEAD")
#: By these headers Gradio takes its own address from whoever asks; no proxy that people use sets the first.
_NEVER_PASSED = b"x-gradio-server"
_FORWARDED_HOST = "x-forwarded-host"
_CHALLENGE = 'Basic realm="Khamtop", charset="UTF-8"'


@dataclass(frozen=True, slots=True)
class Access:
    """Who may come in: `users` as "name:password", everybody if there are none.

    `root_path` is where a proxy puts the page, a path or a whole address; None if there is no proxy.
    `host` is the address that is listened on, and `allowed_hosts` are the names that the page is reached by. `programs`
    are who may call `/v1` and `/mcp` beside the users.
    """

    users: tuple[str, ...] = ()
    root_path: str | None = None
    host: str = "127.0.0.1"
    allowed_hosts: tuple[str, ...] = ()
    programs: Programs = field(default_factory=Programs)

    def __post_init__(self) -> None:
        if self.root_path is not None:
            is_path = self.root_path.startswith("/")
            is_address = self.root_path.startswith(("http://", "https://")) and _netloc_host(self.root_path)
            if not (is_path or is_address) or not _is_plain(self.root_path):
                raise KhamtopError("root_path.invalid")
        for host in self.allowed_hosts:
            if named(host) is None:
                raise KhamtopError("allowed_host.invalid", host=host)

    @property
    def prefix(self) -> str:
        """The path that a proxy may leave before each of ours: "" or "/khamtop"."""
        path = self.root_path or ""
        return (path if path.startswith("/") else urlsplit(path).path).rstrip("/")

    @property
    def names(self) -> frozenset[str]:
        """The hosts that were named, here or by the whole address of `root_path`."""
        whole = _netloc_host(self.root_path or "")
        return frozenset(filter(None, (whole, *map(named, self.allowed_hosts))))

    def allows(self, host: str | None) -> bool:
        """Whether a page may be asked for under the name `host`, which somebody else may have led here.

        Under the names of this machine it always may. If any are named, else under those alone. A page for this
        machine has no others. One with passwords needs none: a browser keeps a password for the name where it was
        typed. Others must be named behind a proxy, and elsewhere unless nobody else can have them.
        """
        if host is None or host in LOOPBACK:
            return host is not None
        if names := self.names:
            return host in names or ANY in names
        if self.root_path is None and self.host in LOOPBACK:
            return False
        return bool(self.users) or (self.root_path is None and is_local(host))

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


@dataclass(frozen=True, slots=True)
class _Strange:
    """Why somebody is not let in: a code, its facts, and what HTTP is told."""

    code: str
    status: int
    headers: dict[str, str]
    facts: dict[str, object]


class Guard:
    """The ASGI application that lets through to another one what may pass."""

    def __init__(self, app: ASGIApp, access: Access, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._gradio = PlainBodies(app)
        self._access = access
        self._sign_in = SignIn(access.users, clock)
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

        answer: ASGIApp = self._refusal(scope) or (self._gradio if _is_call(scope) else self._app)
        passed = [(name, value) for name, value in scope["headers"] if name != _NEVER_PASSED]
        with suppress(ClientDisconnect):  # whoever left before the end needs no answer
            await answer({**scope, "headers": passed}, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if is_for_programs(scope["path"]):
            return self._refusal_of_program(scope, headers)
        if not self._is_for_us(headers):
            return refusal(KhamtopError("guard.host"), 403)
        if self._sign_in.is_asked_for and (stranger := self._stranger(scope, headers)):
            return stranger
        if self._is_foreign(scope["method"], headers):
            return refusal(KhamtopError("guard.foreign"), 403)
        if scope["path"] == self._access.prefix:
            return RedirectResponse(f"{scope['path']}/")  # the page's own addresses are relative
        if not _is_open(scope["path"]):
            return refusal(KhamtopError("call.unknown"), 404)
        if scope["method"] not in _READING and not (scope["method"] == "POST" and _first(scope["path"]) in _POSTED):
            return refusal(KhamtopError("call.method"), 405)
        return None

    def _refusal_of_program(self, scope: Scope, headers: Headers) -> Response | None:
        """The same for a call of a program, where a key is as good as a user, and a named site's page needs neither."""
        if not self._is_for_us(headers):
            return refused("guard.host", headers)
        is_from_site = self._gate.is_from_site(scope)
        if is_from_site and scope["method"] == "OPTIONS":
            return Response(status_code=204)
        slow = self._gate.too_many(scope, headers)
        if slow or is_from_site:
            return slow
        if not self._gate.has_key(headers):
            if self._sign_in.is_asked_for and (strange := self._strangeness(scope, headers)):
                return refused(strange.code, headers, strange.headers, **strange.facts)
            if not self._sign_in.is_asked_for and self._gate.wants_key(scope):
                return refused("key.required", headers, {"www-authenticate": 'Bearer realm="Khamtop"'})
        if self._is_foreign(scope["method"], headers):
            return refused("guard.foreign", headers)
        return None

    def _is_for_us(self, headers: Headers) -> bool:
        """Whether a request was meant for us: a name of another's may lead here."""
        forwarded = headers.get(_FORWARDED_HOST, "").partition(",")[0].strip()  # each proxy adds one
        if forwarded and host_of(forwarded) is None:
            return False
        return self._access.allows(host_of(headers.get("host", "")))

    def _stranger(self, scope: Scope, headers: Headers) -> Response | None:
        """The refusal of whoever is none of the users; None for those who are."""
        if strange := self._strangeness(scope, headers):
            return refusal(KhamtopError(strange.code, **strange.facts), strange.status, strange.headers)
        return None

    def _strangeness(self, scope: Scope, headers: Headers) -> _Strange | None:
        """Why whoever calls does not come in as a user; None for a user."""
        address, given = (scope.get("client") or ("",))[0], headers.get("authorization", "")
        seconds = math.ceil(self._sign_in.seconds_to_wait(address, given))
        if seconds:
            return _Strange("auth.slow", 429, {"retry-after": str(seconds)}, {"seconds": seconds})
        if self._sign_in.knows(address, given):
            return None
        return _Strange("auth.required", 401, {"www-authenticate": _CHALLENGE}, {})

    def _is_foreign(self, method: str, headers: Headers) -> bool:
        """Whether another site's page makes this request; following a link from one is no such thing."""
        site = headers.get("sec-fetch-site")
        if site is not None:
            follows_link = method in _READING and headers.get("sec-fetch-mode") == "navigate"
            return site not in ("same-origin", "none") and not follows_link
        origin = headers.get("origin")
        if origin is None:  # no browser, or a link
            return False
        ours = [headers.get("host", ""), headers.get(_FORWARDED_HOST, ""), _netloc(self._access.root_path or "")]
        return _netloc(origin) not in filter(None, ours)


def _is_open(path: str) -> bool:
    first, rest = _first(path), path.removeprefix("/").partition("/")[2]
    if first == _GRADIO:
        return rest.partition("/")[0] in _OPEN_API
    return first in _OPEN and (first != "" or path in ("", "/"))


def _first(path: str) -> str:
    """The first part of a path."""
    return path.removeprefix("/").partition("/")[0]


def _is_call(scope: Scope) -> bool:
    """Whether a request is a call of Gradio's API, which has a body."""
    return bool(scope["method"] == "POST") and _first(scope["path"]) == _GRADIO


def _netloc(address: str) -> str:
    """The host and port of a whole address; "" where there is none."""
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""


def _netloc_host(address: str) -> str | None:
    """The host of a whole address; None where there is none."""
    return host_of(_netloc(address))


def _is_plain(root_path: str) -> bool:
    """Whether a path can stand in an address as it is."""
    return root_path.isprintable() and not any(letter in root_path for letter in " ?#")
