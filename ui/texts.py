"""Every string a person reads, from one file for each language in `languages/`.

The packages below raise `KhamtopError` with a code and hand up `Rejected` with a reason's code; the
sentence for each stands there, beside the words of the page and of the terminal. The page gets all
languages and fills the words in itself, so that switching needs no server.

A language is a code such as "th", and has a file of that name. The language of a question
(`qa.types.Language`) is another thing, but both of its values have files.
"""

from __future__ import annotations

import locale
import os
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # it brings NumPy, and words are needed where no library can be loaded, too
    from khamtop.index.types import KhamtopError

FOLDER = Path(__file__).parent / "languages"

#: The language that the page opens in, until somebody chooses another one.
FIRST = "th"
#: The language that gives the words which another one lacks.
FALLBACK = "en"


@cache
def tables() -> dict[str, dict[str, str]]:
    """The words of each language, by its code; each has all keys of the fallback."""
    files = {path.stem: dict(_flat(tomllib.loads(path.read_text("utf-8")))) for path in sorted(FOLDER.glob("*.toml"))}
    return {language: {**files[FALLBACK], **words} for language, words in files.items()}


def languages() -> tuple[str, ...]:
    """The languages that have a file: the page's first one, then by their codes."""
    return tuple(sorted(tables(), key=lambda language: (language != FIRST, language)))


def of_machine() -> str:
    """The language that the machine is set to, or the fallback."""
    set_to = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    name = (set_to or locale.getlocale()[0] or "").lower()
    return next((language for language in languages() if name.startswith(language)), FALLBACK)


def has(key: str) -> bool:
    """Whether there are words for `key`."""
    return key in tables()[FALLBACK]


def text(key: str, language: str, **facts: object) -> str:
    """The words for `key`, with its facts filled in; whole numbers get thousands separators.

    >>> text("page.shown", "en", shown=52849)
    'Articles shown: 52,849'
    """
    words = tables().get(language, tables()[FALLBACK])
    comma = words["language.thousands"]
    shown = {name: f"{fact:,}".replace(",", comma) if isinstance(fact, int) else fact for name, fact in facts.items()}
    return words[key].format(**shown)


def sentence(error: KhamtopError, language: str) -> str:
    """What a person is told of an error: one clear sentence, whatever its code."""
    return text(error.code, language, **error.facts) if has(error.code) else text("internal", language)


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """The dotted keys of a TOML table, with their words."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value
