"""Puts a table between its marks in `RESULTS.md`, under the commit, the machine and the command that made it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")


def write(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Prints the table and replaces what stands between `<!-- name: begin -->` and `<!-- name: end -->`.

    Raises:
        ValueError: if the marks are not there.
    """
    made = table(columns, rows)
    print(made)
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, opened, rest = RESULTS.read_text("utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not opened or not closed:
        raise ValueError(f"{RESULTS} has no {begin} ... {end}")
    RESULTS.write_text(f"{before}{begin}\n{made}\n{end}{after}", "utf-8")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table, under what made it."""
    return "\n".join([_header(), "", _line(columns), "|---" * len(columns) + "|", *map(_line, rows)])


def _line(cells: Sequence[object]) -> str:
    return "| " + " | ".join(f"{cell:.1f}" if isinstance(cell, float) else str(cell) for cell in cells) + " |"


def _header() -> str:
    described = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return (
        f"Commit {described.stdout.strip() or 'unknown'}, {platform.machine()}, {os.cpu_count()} cores,"
        f" Python {platform.python_version()}; `python {' '.join(map(_public, sys.argv))}`"
    )


def _public(word: str) -> str:
    """A word of the command line without the folders of this machine."""
    return Path(word).name if word.startswith(("/", "..")) else word
