"""The address of an article on the page, and of a quote in it: what `page/tabs.js` reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from khamtop.index.types import KhamtopError

RESOURCE = "khamtop://article/"

#: With so many letters of it a quote is found again where it has moved.
_BEGINS_CHARS = 24


def address_of(page: str, article_id: str, start: int = 0, end: int = 0, words: str = "") -> str:
    """Where a browser opens an article, at a quote if there is one; `page` is the page's own address.

    >>> address_of("http://127.0.0.1:7860/", "flood")
    'http://127.0.0.1:7860/#articles?article=flood'
    """
    facts: dict[str, Any] = {"article": article_id}
    if start < end and words:
        facts |= {"start": start, "end": end, "begins": words[:_BEGINS_CHARS]}
    return f"{page}#articles?{urlencode(facts, errors='replace')}"


def page_at(page: str) -> str:
    """The address of the page as links begin with it.

    Raises:
        KhamtopError: `mcp.page` for what is no address.
    """
    try:
        parts = urlsplit(page)
    except ValueError:
        raise KhamtopError("mcp.page", page=page) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise KhamtopError("mcp.page", page=page)
    return f"{page.rstrip('/')}/"


def resource_of(article_id: str) -> str:
    """The address of an article where there is no page: agents read it by that (`mcp.py`).

    >>> resource_of("news/a 1.txt")
    'khamtop://article/news%2Fa%201.txt'
    """
    return f"{RESOURCE}{quote(article_id, safe='', errors='replace')}"


def addressed(reply: Any, page: str | None) -> Any:
    """The same JSON, where whatever is of an article has its address on the page: `url`; its resource without one."""
    if isinstance(reply, list):
        return [addressed(part, page) for part in reply]
    if not isinstance(reply, Mapping):
        return reply
    told = {name: addressed(value, page) for name, value in reply.items()}
    if "article_id" in reply:
        place = reply["article_id"], reply.get("start", 0), reply.get("end", 0), reply.get("quote", "")
        told["url"] = resource_of(reply["article_id"]) if page is None else address_of(page, *place)
    return told
