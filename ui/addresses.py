"""The address of an article on the page, and of a quote in it: what `page/tabs.js` reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

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


def addressed(reply: Any, page: str) -> Any:
    """The same JSON, where whatever is of an article has its address on the page: `url`."""
    if isinstance(reply, list):
        return [addressed(part, page) for part in reply]
    if not isinstance(reply, Mapping):
        return reply
    told = {name: addressed(value, page) for name, value in reply.items()}
    if "article_id" in reply:
        words = reply.get("quote", "")
        told["url"] = address_of(page, reply["article_id"], reply.get("start", 0), reply.get("end", 0), words)
    return told
