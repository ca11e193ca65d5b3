"""Waits for the articles to change. The only file that imports watchfiles."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from watchfiles import watch

#: Milliseconds of quiet that end a burst of changes, and milliseconds that end it in any case.
QUIET_MS, LONGEST_MS = 500, 10_000


def changes(paths: Sequence[Path], index: Path, stop: threading.Event | None = None) -> Iterator[None]:
    """Ends each wait when something below `paths` has changed and quiet has come again; `stop` ends them all.

    What is hidden is no article, and what happens in the folder `index` is a build's own doing. A file
    that is given is watched through its folder, since most programs replace a file when they write it.
    """
    files = {path.resolve() for path in paths if not path.is_dir()}
    folders = {path.resolve() for path in paths if path.is_dir()}
    index = index.resolve()

    def concerns(_: object, name: str) -> bool:
        path = Path(name)
        if path in files:
            return True
        below = [path.relative_to(folder).parts for folder in folders if path.is_relative_to(folder)]
        visible = any(not any(part.startswith(".") for part in parts) for parts in below)
        return visible and not path.is_relative_to(index)

    watched = sorted(folders | {file.parent for file in files})
    for _ in watch(
        *watched, watch_filter=concerns, step=QUIET_MS, debounce=LONGEST_MS, stop_event=stop, raise_interrupt=True
    ):
        yield
