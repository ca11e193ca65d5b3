"""Addresses that a person names on the command line -> pages kept as files beside the index. The only file that asks
anything of the network.

An address is a page, or a feed or a sitemap, whose pages are fetched too, as far as they are of the same site. What is
fetched stays in a folder, which is indexed like any other: so articles stay when their feed no longer lists them, or
when there is no network. Nothing here indexes, and neither the page nor the server imports it.
"""

from __future__ import annotations

import http.client
import os
import re
import ssl
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from email.message import Message
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote, urldefrag, urljoin, urlsplit, urlunsplit
from urllib.robotparser import RobotFileParser

from khamtop.index.building.reasons import Reasons
from khamtop.index.sources.feeds import link_of
from khamtop.index.sources.fetched import SUFFIX, Origin, kept, origin_of
from khamtop.index.sources.markup import children, elements, name_of, text_within
from khamtop.index.sources.source import LARGEST_BYTES, Unreadable, digest_of_bytes
from khamtop.index.types import KhamtopError, Rejected

#: Seconds between two requests of a site, unless it asks for more, and the most that it may ask for.
DELAY_SECONDS, MOST_DELAY_SECONDS = 1.0, 60.0
#: Seconds that a site may be silent, and that one answer may take.
SILENT_SECONDS, ANSWER_SECONDS = 20.0, 120.0
#: Pages of feeds and sitemaps that one call fetches, sitemaps that a sitemap leads to, and redirections of one address.
MOST_PAGES, MOST_LISTS, MOST_REDIRECTIONS = 1_000, 50, 5
#: The largest page, with room for the line above it (`sources/fetched.py`); and the largest robots.txt.
_LARGEST_PAGE, _LARGEST_ROBOTS = LARGEST_BYTES - 50_000, 500_000
_BLOCK_BYTES = 100_000

_NAME = "Khamtop"
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
#: What stays as it is in an address; all else, such as Thai letters, goes as percent signs.
_PLAIN = "%/:=&?~+!$,;'@()*[]"
_GZIP, _ANY_ZLIB = b"\x1f\x8b", 47
_REDIRECTIONS = (301, 302, 303, 307, 308)
_NOT_MODIFIED = 304
_NOT_ALLOWED = (401, 403)

_LISTS = ("rss", "feed", "RDF", "urlset", "sitemapindex")
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
#: So much of an answer tells what it is.
_HEAD_BYTES = 5_000

#: Told how many pages were fetched, and of how many (0: not known).
Tell = Callable[[int, int], None]


class _Failed(Exception):
    """An address that gave nothing; `why` is the end of a code of `ui/texts.py`, and the facts are its own."""

    def __init__(self, why: str, **facts: object) -> None:
        super().__init__(why, facts)
        self.why = why
        self.facts = facts


@dataclass(frozen=True, slots=True)
class _Answer:
    """What an address gave: nothing new, where `body` is None. `origin.address` is where it was in the end."""

    origin: Origin
    kind: str
    body: bytes | None


@dataclass(frozen=True, slots=True)
class _Listed:
    """A page or a list in a feed or a sitemap, and what that says of its last change."""

    address: str
    changed: str
    is_list: bool = False


def fetch(
    addresses: Sequence[str],
    folder: Path,
    tell: Tell = lambda done, total: None,
    wait: Callable[[float], None] = time.sleep,
) -> list[Rejected]:
    """Fetches pages into `folder`; what comes back are the listed ones that could not be.

    Raises:
        KhamtopError: `fetch.*` for one of `addresses`: then nothing was written. `index.unwritable`.
    """
    fetcher = _Fetcher(folder, wait)
    found = [fetcher.named(address) for address in addresses]
    problems: list[Rejected] = []
    for address, (answer, listed) in zip(addresses, found, strict=True):
        if not listed:
            fetcher.keep(address, answer)
            continue
        reasons = Reasons(address)
        for problem in fetcher.follow(answer.origin.address, listed, tell):
            reasons.add(problem)
        problems += reasons.all()
    if not folder.is_dir():
        raise KhamtopError("fetch.none", address=addresses[0])
    return problems


class _Fetcher:
    """One call of `fetch`."""

    def __init__(self, folder: Path, wait: Callable[[float], None]) -> None:
        self._folder = folder
        self._wait = wait
        self._robots: dict[tuple[str, int | None], RobotFileParser] = {}
        self._asked: set[tuple[str, int | None]] = set()
        self._opener = _opener()

    def named(self, address: str) -> tuple[_Answer, list[_Listed]]:
        """What an address gives that a person named, and what that lists; raises `KhamtopError`."""
        try:
            asked = _checked(address)
            answer = self._get(asked, origin_of(self._file(asked)))
            if answer.body is None or not _is_list(answer):
                _check_page(answer)
                return answer, []
            listed = list(_entries(answer))
        except _Failed as failure:
            code = f"fetch.{failure.why}"
            raise KhamtopError(code, address=address, **failure.facts) from None
        if not listed:
            raise KhamtopError("fetch.none", address=address)
        return answer, listed

    def follow(self, address: str, entries: Sequence[_Listed], tell: Tell) -> Iterator[Rejected]:
        """Fetches the pages that the feed or sitemap at `address` lists; gives those that could not be."""
        pages: dict[str, str] = {}
        for listed in self._pages(entries):
            if isinstance(listed, Rejected):
                yield listed
            elif _site(listed.address) != _site(address):
                yield Rejected(listed.address, "address.elsewhere")
            else:
                pages.setdefault(listed.address, listed.changed)
        due = [page for page, changed in pages.items() if not self._is_same(page, changed)]
        due.sort(key=lambda page: self._file(page).exists())  # new ones first
        if len(due) > MOST_PAGES:
            yield Rejected(address, "address.later", count=len(due) - MOST_PAGES)
        for done, page in enumerate(due[:MOST_PAGES]):
            tell(done, min(len(due), MOST_PAGES))
            try:
                self._fetch_page(page, pages[page])
            except _Failed as failure:
                yield Rejected(page, f"address.{failure.why}")

    def _fetch_page(self, address: str, changed: str) -> None:
        answer = self._get(_checked(address), origin_of(self._file(address)))
        _check_page(answer)
        self.keep(address, replace(answer, origin=replace(answer.origin, listed=changed)))

    def keep(self, address: str, answer: _Answer) -> None:
        """Writes a page into its file, whole or not at all; nothing, where it has not changed."""
        if answer.body is None:
            return
        file = self._file(address)
        draft = file.with_name(f".{file.name}")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(kept(answer.origin, answer.body))
            os.replace(draft, file)
        except OSError as error:
            raise KhamtopError("index.unwritable", folder=str(self._folder.parent)) from error

    def _pages(self, entries: Sequence[_Listed]) -> Iterator[_Listed | Rejected]:
        """The pages of a list, and of the lists that it leads to."""
        yield from (entry for entry in entries if not entry.is_list)
        lists = [entry.address for entry in entries if entry.is_list]
        for address in lists[:MOST_LISTS]:
            try:
                yield from (page for page in _entries(self._get(_checked(address), None)) if not page.is_list)
            except _Failed as failure:
                yield Rejected(address, f"address.{failure.why}")
        yield from (Rejected(address, "address.later") for address in lists[MOST_LISTS:])

    def _is_same(self, address: str, changed: str) -> bool:
        """Whether a page is kept of which its list says that it is still the same."""
        origin = origin_of(self._file(address))
        return bool(changed) and origin is not None and origin.listed == changed

    def _file(self, address: str) -> Path:
        """Where an address is kept: a name of ours, as an address can be anything."""
        host = re.sub(r"[^a-z0-9.-]", "_", (urlsplit(address).hostname or "").lower()).strip(".") or "_"
        name = digest_of_bytes(urldefrag(address).url.encode("utf-8", "replace")).hexdigest()
        return self._folder / host[:100] / f"{name}{SUFFIX}"

    # The network

    def _get(self, address: str, known: Origin | None) -> _Answer:
        """What an address gives that robots.txt lets us have; nothing new, if it is what is `known`."""
        asked = address
        for _ in range(MOST_REDIRECTIONS + 1):
            if not self._robots_of(asked).can_fetch(_NAME, _encoded(asked)):
                raise _Failed("robots")
            answer = self._ask(asked, known, _LARGEST_PAGE)
            if isinstance(answer, _Answer):
                return answer
            asked = _checked(urljoin(asked, answer))
            if _site(asked) != _site(address):
                raise _Failed("elsewhere", to=asked)
        raise _Failed("redirections")

    def _robots_of(self, address: str) -> RobotFileParser:
        """What a site lets programs fetch; asked for once."""
        site = _site(address)
        if site in self._robots:
            return self._robots[site]
        robots = self._robots[site] = RobotFileParser()
        asked = urljoin(address, "/robots.txt")
        try:
            for _ in range(MOST_REDIRECTIONS + 1):
                answer = self._ask(asked, None, _LARGEST_ROBOTS)
                if isinstance(answer, _Answer):
                    robots.parse((answer.body or b"").decode("utf-8", "replace").splitlines())
                    return robots
                asked = _checked(urljoin(asked, answer))
            raise _Failed("robots")
        except _Failed as failure:
            status = failure.facts.get("status")
            if failure.why != "status" or not isinstance(status, int):
                raise
            if status >= 500:
                raise _Failed("robots") from None
        robots.parse(["User-agent: *", "Disallow: /"] if status in _NOT_ALLOWED else [])
        return robots

    def _ask(self, address: str, known: Origin | None, most: int) -> _Answer | str:
        """Makes one request; a redirection is the address that it leads to."""
        self._wait_for(address)
        headers = {"User-Agent": _user_agent(), "Accept-Encoding": "identity"}
        if known and known.etag:
            headers["If-None-Match"] = known.etag
        if known and known.modified:
            headers["If-Modified-Since"] = known.modified
        request = urllib.request.Request(_encoded(address), headers=headers)
        try:
            with self._opener.open(request, timeout=SILENT_SECONDS) as response:
                return _Answer(_origin(address, response.headers), _kind(response.headers), _body(response, most))
        except urllib.error.HTTPError as error:
            with error:
                return _other(address, error)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _Failed(_why(error)) from None

    def _wait_for(self, address: str) -> None:
        """Waits before each request of a site but the first."""
        site = _site(address)
        if site in self._asked:
            robots = self._robots.get(site)
            wished = float(robots.crawl_delay(_NAME) or 0) if robots else 0.0
            self._wait(min(max(DELAY_SECONDS, wished), MOST_DELAY_SECONDS))
        self._asked.add(site)


def _opener() -> urllib.request.OpenerDirector:
    """What opens http and https, and no redirection by itself: files and other protocols it does not know."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def _user_agent() -> str:
    return f"{_NAME}/{version('khamtop')} (reads the pages that its user names, one at a time)"


def _other(address: str, error: urllib.error.HTTPError) -> _Answer | str:
    """What an answer that is no page means: a redirection, nothing new, or a failure."""
    to = error.headers.get("Location")
    if error.code in _REDIRECTIONS and to:
        return str(to)
    if error.code == _NOT_MODIFIED:
        return _Answer(Origin(address), "", None)
    raise _Failed("status", status=error.code)


def _why(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, ssl.SSLError):
        return "untrusted"
    return "slow" if isinstance(reason, TimeoutError) else "unreachable"


def _body(response: http.client.HTTPResponse, most: int) -> bytes:
    """An answer's bytes, unpacked; `_Failed` for too many or too slow ones."""
    until = time.monotonic() + ANSWER_SECONDS
    body = bytearray()
    while block := response.read1(_BLOCK_BYTES):
        body += block
        if len(body) > most:
            raise _Failed("too_large")
        if time.monotonic() > until:
            raise _Failed("slow")
    if not body.startswith(_GZIP):
        return bytes(body)
    try:
        unpacked = zlib.decompressobj(_ANY_ZLIB).decompress(bytes(body), most + 1)
    except zlib.error:
        raise _Failed("kind") from None
    if len(unpacked) > most:
        raise _Failed("too_large")
    return unpacked


def _origin(address: str, headers: Message) -> Origin:
    return Origin(address, headers.get("ETag", ""), headers.get("Last-Modified", ""))


def _kind(headers: Message) -> str:
    return headers.get_content_type().lower()


def _is_list(answer: _Answer) -> bool:
    """Whether an answer is a feed or a sitemap, whatever it is said to be."""
    found = elements([(answer.body or b"")[:_HEAD_BYTES]])
    try:
        return name_of(next(found)) in _LISTS
    except (Unreadable, StopIteration):
        return False


def _check_page(answer: _Answer) -> None:
    """`_Failed` for what is no page; an answer of nothing new is one."""
    if answer.body is None:
        return
    is_html = "html" in answer.kind or _HTML.search(answer.body[:_HEAD_BYTES])
    if not is_html or not answer.body.strip():
        raise _Failed("kind")


def _entries(answer: _Answer) -> Iterator[_Listed]:
    """The addresses that a feed or a sitemap lists; `_Failed` for one that is broken."""
    base = answer.origin.address
    try:
        for entry in elements([answer.body or b""], "item", "entry", "url", "sitemap"):
            is_list = name_of(entry) == "sitemap"
            where = _said(entry, "loc") or link_of(entry)
            if where and _ADDRESS.match(urljoin(base, where)):
                changed = _said(entry, "lastmod") or _said(entry, "updated") or _said(entry, "pubDate")
                yield _Listed(urldefrag(urljoin(base, where)).url, changed, is_list)
    except Unreadable:
        raise _Failed("kind") from None


def _said(entry: Any, name: str) -> str:
    return next(filter(None, map(text_within, children(entry, name))), "")


def _checked(address: str) -> str:
    """An address that can be asked: of the web, and without a password in it, which would be kept."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        raise _Failed("address") from None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise _Failed("address")
    return urldefrag(address).url


def _encoded(address: str) -> str:
    """An address as HTTP wants it: a host of Thai letters in IDNA, other Thai letters as percent signs."""
    parts = urlsplit(address)
    try:
        host = (parts.hostname or "").encode("idna").decode()
    except UnicodeError:
        raise _Failed("address") from None
    host = f"[{host}]" if ":" in host else host
    place = host if parts.port is None else f"{host}:{parts.port}"
    return urlunsplit((parts.scheme, place, quote(parts.path or "/", _PLAIN), quote(parts.query, _PLAIN), ""))


def _site(address: str) -> tuple[str, int | None]:
    """What tells one site from another: the host, with or without "www.", and a port that is named."""
    parts = urlsplit(address)
    return (parts.hostname or "").lower().removeprefix("www."), parts.port
