"""Where an index stands -> the engine that keeps it: a folder's files or Milvus, wired in this one place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from khamtop.index.milvus import check as milvus_check
from khamtop.index.milvus import draft as milvus_draft
from khamtop.index.milvus.address import Place, place_of
from khamtop.index.milvus.index import MilvusIndex, counts_at
from khamtop.index.storage import check, store
from khamtop.index.storage.opened import Counts, Draft, Index
from khamtop.index.types import Encoder, KhamtopError


def open_index(place: Place | str, encoder: Encoder | None = None) -> Index:
    """The last committed index in a folder or at an address, with the encoder that made it unless one is given.

    Raises:
        KhamtopError: `index.missing`, `index.damaged`, `index.format`, or `index.encoder` if `encoder` is not the one
            that made it; `milvus.address` for an address that is none, `index.away` where nobody answers there.
    """
    place = place_of(place)
    return store.Index.open(place, encoder) if isinstance(place, Path) else MilvusIndex.open(place, encoder)


@contextmanager
def drafting(
    place: Place, encoder: Encoder, afresh: bool = False, part: tuple[int, int] = (1, 1)
) -> Iterator[tuple[Draft, Callable[[str | None], Counts]]]:
    """A draft of the next state of an index, and the call that commits it; without that call nothing changes.

    `part` is the one that is built, counted from 1, and how many there are. Raises as `drafting` of either engine, and
    `index.part` for a part of a folder, which is built as a whole.
    """
    if not isinstance(place, Path):
        with milvus_draft.drafting(place, encoder, afresh, part) as begun:
            yield begun
        return
    if part != (1, 1):
        raise KhamtopError("index.part")
    with store.drafting(place, encoder, afresh) as folder_begun:
        yield folder_begun


def manifest_of(place: Place) -> Counts:
    """What the last build counted, and the format and encoder that it was made in; raises as `open_index`."""
    return store.current_generation(place).manifest if isinstance(place, Path) else counts_at(place)


def remembered_encoder(place: Place) -> str | None:
    """What the index loads its encoder from; None for the embedded one, or if there is no index."""
    if isinstance(place, Path):
        return store.remembered_encoder(place)
    return milvus_draft.remembered_encoder(place)


def problems(place: Place) -> Iterator[KhamtopError]:
    """What is wrong with an index, each as the error that it would be; nothing if it is whole.

    Raises:
        KhamtopError: `index.missing` if there is no index.
    """
    return check.problems(place) if isinstance(place, Path) else milvus_check.problems(place)
