"""The kinds of files that are read, wired in this one place."""

from __future__ import annotations

from pathlib import Path

from khamtop.index.sources.archive import Archive
from khamtop.index.sources.docx import docx_article
from khamtop.index.sources.epub import Epub
from khamtop.index.sources.feeds import Feed
from khamtop.index.sources.fetched import SUFFIX, fetched_article
from khamtop.index.sources.html import html_article
from khamtop.index.sources.jsonlines import JsonLines
from khamtop.index.sources.kinds import reader_among
from khamtop.index.sources.odt import odt_article
from khamtop.index.sources.package import PackagedFile
from khamtop.index.sources.pdf import Pdf
from khamtop.index.sources.source import Source
from khamtop.index.sources.table import Table
from khamtop.index.sources.text import text_article
from khamtop.index.sources.whole import WholeFile

_ALONE: tuple[Source, ...] = (
    WholeFile((".txt", ".md"), text_article),
    WholeFile((".html", ".htm"), html_article),
    JsonLines(),
    Table(),
    Feed(),
    PackagedFile((".docx",), docx_article),
    PackagedFile((".odt",), odt_article),
    Epub(),
    Pdf(),
)

SOURCES: tuple[Source, ...] = (*_ALONE, Archive(_ALONE), WholeFile((SUFFIX,), fetched_article))


def source_of(path: Path) -> Source | None:
    """What reads a file of that name; None if nothing does."""
    return reader_among(SOURCES, path.name)
