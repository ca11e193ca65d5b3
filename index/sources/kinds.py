"""Which of several kinds a file is, told by its name alone; and what to do with one that is none of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from khamtop.index.sources.source import Source

#: Kinds that are not read, but can be saved as one that is: the reason tells which.
SAVED_OTHERWISE = {
    ".doc": "file.old_word",
    ".rtf": "file.old_word",
    ".xls": "file.spreadsheet",
    ".xlsx": "file.spreadsheet",
    ".ods": "file.spreadsheet",
}


def reader_among(sources: Iterable[Source], name: str) -> Source | None:
    """What reads a file of that name; None if none of `sources` does."""
    name = name.lower()
    return next((source for source in sources if name.endswith(source.suffixes)), None)


def suffix_for(source: Source, name: str) -> str:
    """What that name ends in, of the endings that `source` reads; "" if in none."""
    return next((suffix for suffix in source.suffixes if name.lower().endswith(suffix)), "")


def why_unread(name: str) -> str:
    """The reason why nothing reads a file of that name."""
    return SAVED_OTHERWISE.get(PurePath(name).suffix.lower(), "file.kind")


def why_passed_over(name: str) -> str:
    """The reason why a file or folder of that name is not looked into; "" for one that is."""
    if name.startswith("."):
        return "file.hidden"
    return "file.readme" if PurePath(name).stem.upper() == "README" else ""
