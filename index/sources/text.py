"""Plain text and Markdown -> an article."""

from __future__ import annotations

from khamtop.index.sources.encodings import decode
from khamtop.index.sources.fields import article_of
from khamtop.index.sources.source import File
from khamtop.index.types import Article


def text_article(file: File, raw: bytes) -> Article:
    """The article of a text file's bytes; raises `Unreadable`."""
    return article_of(file.identity, file.source, decode(raw), {})
