"""The kinds of files that are read, wired in this one place."""

from __future__ import annotations

from pathlib import Path

from khamtop.index.sources.docx import docx_article
from khamtop.index.sources.html import html_article
from khamtop.index.sources.jsonlines import JsonLines
from khamtop.index.sources.package import PackagedFile
from khamtop.index.sources.source import Source
from khamtop.index.sources.text import text_article
from khamtop.index.sources.whole import WholeFile

SOURCES: tuple[Source, ...] = (
    WholeFile((".txt", ".md"), text_article),
    WholeFile((".html", ".htm"), html_article),
    JsonLines(),
    PackagedFile((".docx",), docx_article),
)

#: Kinds that are not read, but can be saved as one that is: the reason tells which.
_SAVED_OTHERWISE = {
    ".doc": "file.old_word",
    ".rtf": "file.old_word",
    ".xls": "file.spreadsheet",
    ".xlsx": "file.spreadsheet",
    ".ods": "file.spreadsheet",
}


def source_of(path: Path) -> Source | None:
    """What reads a file of that name; None if nothing does."""
    name = path.name.lower()
    return next((source for source in SOURCES if name.endswith(source.suffixes)), None)


def why_unread(path: Path) -> str:
    """The reason why nothing reads a file of that name."""
    return _SAVED_OTHERWISE.get(path.suffix.lower(), "file.kind")
