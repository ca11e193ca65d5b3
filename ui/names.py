"""File names from outside made harmless, and made free: what is written under them replaces nothing."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from itertools import chain, count
from pathlib import Path

from khamtop.index.text import thai

#: Room for " (2)" and an ending within the 255 bytes that file systems give a name.
LONGEST_BYTES = 200

#: What a name may not hold anywhere that a file system, a shell or a reader could take amiss: control
#: characters and invisible ones, those that turn the writing direction, and what Windows keeps for itself.
_HARMFUL = re.compile('[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff<>:"|?*]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def clean(name: str, ending: str) -> str:
    """The base name of what somebody called a file, without whatever could lead elsewhere; `ending` is kept.

    A name of which nothing is left, or that is read as another kind of file, becomes one with "article" in it.

    >>> clean("../../etc/cron.d/ข่าว.txt", ".txt")
    'ข่าว.txt'
    """
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    base = _HARMFUL.sub("", base)
    stem = base[: -len(ending)] if ending and base.lower().endswith(ending) else base
    stem = _cut(stem.strip(" ."), LONGEST_BYTES - len(ending)).strip(" .")
    if not stem or _RESERVED.fullmatch(stem.partition(".")[0]) or stem.upper() == "README":
        stem = f"article {stem}".strip()
    return stem + ending


def numbered(folder: Path, name: str, ending: str) -> Iterator[Path]:
    """Paths in a folder to try in turn: "name.txt", "name (2).txt" and so on."""
    stem = name.removesuffix(ending) if ending else name
    yield from (folder / tried for tried in chain([name], (f"{stem} ({number}){ending}" for number in count(2))))


def shortened(name: str) -> str:
    """The beginning of a name that leaves room for an ending, whatever bytes it is made of."""
    raw = os.fsencode(name)
    return name if len(raw) <= LONGEST_BYTES else os.fsdecode(raw[:LONGEST_BYTES])


def _cut(text: str, most: int) -> str:
    """As much of a text as fits in so many bytes of UTF-8, cut where a cluster of Thai letters ends."""
    fitting = text.encode()[:most].decode("utf-8", "ignore")
    end = len(fitting)
    while end < len(text) and end > 0 and not thai.is_boundary(text, end):
        end -= 1
    return fitting[:end]
