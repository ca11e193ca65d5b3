"""An index -> what is wrong with it: every byte is read, and articles, vectors and words are compared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from khamtop.index.storage.store import Generation, Index, current_generation, damage
from khamtop.index.types import Encoder, KhamtopError


def problems(folder: Path, encoder: Encoder | None = None) -> Iterator[KhamtopError]:
    """What is wrong with the index in `folder`, each as the error that it would be; nothing if it is whole.

    Raises:
        KhamtopError: `index.missing` if there is no index.
    """
    try:
        _, damaged = damaged_files(folder, thorough=True)
        yield from (KhamtopError("index.damaged", file=file) for file in damaged)
        if not damaged:
            yield from _disagreements(Index.open(folder, encoder))
    except KhamtopError as error:
        if error.code == "index.missing":
            raise
        yield error


def damaged_files(folder: Path, thorough: bool = False) -> tuple[Generation, list[str]]:
    """The generation that answers, and its files that are not as they were written, as `damage` tells it.

    Raises:
        KhamtopError: as `current_generation`.
    """
    generation = current_generation(folder)
    while True:
        damaged = list(damage(generation.folder, generation.manifest, thorough))
        if not damaged or (now := current_generation(folder)) == generation:
            return generation, damaged
        generation = now  # a build replaced it meanwhile


def _disagreements(index: Index) -> Iterator[KhamtopError]:
    numbers = index.database.passages()
    for code, others in (
        ("check.vectors", index.rankings.dense.passages()),
        ("check.words", index.rankings.lexical.passages()),
    ):
        if numbers != others:
            yield KhamtopError(code, missing=len(numbers - others), unknown=len(others - numbers))
    if index.database.counts() != (index.manifest.articles, index.manifest.passages):
        yield KhamtopError("check.counts", articles=index.manifest.articles, passages=index.manifest.passages)
    ends = index.database.last_ends()
    for article in index.articles():  # each is set against its digest
        if ends.pop(article.id, 0) > len(article.text):
            yield KhamtopError("check.spans", article=article.id)
    if ends:
        yield KhamtopError("check.orphans", count=len(ends))
