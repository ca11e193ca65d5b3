"""What is asked of an index, whatever keeps it: the folder's (`store.py`) and Milvus' (`milvus/`).

`Index` has all the methods that `qa` and `ui` call, `Draft` those that a build calls. What is not here belongs to an
engine. `wiring.py` tells which engine it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import numpy as np

from khamtop.index.rankings.lexical import Alternatives, Condition, Terms
from khamtop.index.storage.database import Database, Listed, Places
from khamtop.index.storage.listing import Listing
from khamtop.index.storage.names import NameList
from khamtop.index.types import Article, Encoder, Filter, Passage, Ranked


class Counts(Protocol):
    """What a build counted."""

    @property
    def articles(self) -> int:
        """The number of articles."""

    @property
    def passages(self) -> int:
        """The number of passages."""

    @property
    def format(self) -> int | str:
        """The format that it is kept in."""

    @property
    def encoder(self) -> str:
        """The name of the encoder that made its vectors."""

    @property
    def encoder_source(self) -> str | None:
        """What `load_encoder` opens the index's encoder from."""


class Index(Protocol):
    """One whole state of an index, open for reading. Safe to ask from several threads.

    Each method may raise `index.away`, `index.replaced` or `index.damaged`; nothing comes back by halves.
    """

    @property
    def manifest(self) -> Counts:
        """How much there is."""

    @property
    def encoder(self) -> Encoder:
        """The encoder that made it."""

    @property
    def built(self) -> datetime:
        """When it was built."""

    @property
    def stamp(self) -> str:
        """A few letters that no other state has: the same index gives the same answers."""

    @property
    def listing(self) -> Listing:
        """The articles as a person looks through them."""

    @property
    def names(self) -> NameList:
        """The names of the articles as a person looks through them."""

    @property
    def places(self) -> Places:
        """Where each passage stands."""

    def __len__(self) -> int:
        """The number of passages."""

    def is_replaced(self) -> bool:
        """Whether a later build was committed."""

    def articles(self, spread: int | None = None) -> Iterator[Article]:
        """Every article, in the order in which they were indexed as they are; or `spread` of them, evenly apart."""

    def article(self, identity: str) -> Article:
        """The article of that id; raises `KeyError` if there is none."""

    def listed(self, identity: str) -> Listed:
        """The article of that id as a list shows it; raises as `article` does."""

    def passage(self, number: int) -> tuple[Article, Passage]:
        """The passage of that number, as the rankings give it, with its article."""

    def passages_of(self, identity: str) -> frozenset[int]:
        """The numbers of an article's passages; none if there is no such article."""

    def passages_within(self, bounds: Filter) -> np.ndarray:
        """The numbers (int64, ascending) of the passages that a filter lets through.

        Given to a search as `among` as it is, an engine may use the filter itself.
        """

    def article_ids(self, passages: Sequence[int]) -> list[str]:
        """The id of the article of each passage."""

    def search_vectors(self, vector: np.ndarray, k: int, among: np.ndarray | None = None) -> list[Ranked]:
        """The `k` passages (of those `among`) whose vectors lie nearest to a question's, best first."""

    def search_words(
        self, wanted: Mapping[str, Sequence[Alternatives]], k: int, among: np.ndarray | None = None
    ) -> list[Ranked]:
        """The `k` passages (of those `among`) that fit what is wanted in each field of `FIELD_WEIGHTS` best."""

    def holding(self, conditions: Sequence[Condition]) -> np.ndarray:
        """The numbers (int64, ascending) of the passages whose words, n-grams or sounds meet every condition."""

    def has_written(self, words: Iterable[str]) -> bool:
        """Whether each of the words stands in some passage."""

    def frequency(self, words: Iterable[str]) -> int:
        """In how many passages words stand that are one thing together: no more than the rarest of them."""

    def said(self, passages: Sequence[int]) -> dict[int, bytes]:
        """What each passage says, as a digest: passages of the same digest are copies of one another."""

    def that_say(self, said: bytes) -> list[int]:
        """The passages of that digest: those of the earliest article first, undated ones last, then by number."""


class DenseDraft(Protocol):
    """The vectors of a draft."""

    def add(self, passages: Sequence[int], entries: Sequence[np.ndarray] | np.ndarray) -> None:
        """Adds unit vectors, each under the number of its passage; all of a passage at once."""

    def remove(self, passages: Iterable[int]) -> None:
        """Takes passages out."""


class LexicalDraft(Protocol):
    """The words of a draft."""

    @property
    def is_worn(self) -> bool:
        """Whether so much was removed that all must be cleared and added again."""

    def add(self, passages: Sequence[int], entries: Sequence[Terms]) -> None:
        """Adds the terms of an article's passages, before their vectors."""

    def remove(self, passages: Iterable[int]) -> None:
        """Takes passages out."""

    def clear(self) -> None:
        """Takes all passages out."""


class DraftRankings(Protocol):
    """Both rankings of a draft."""

    @property
    def dense(self) -> DenseDraft:
        """By vectors."""

    @property
    def lexical(self) -> LexicalDraft:
        """By words."""


class Build(Protocol):
    """A build that was committed."""

    @property
    def manifest(self) -> Counts:
        """What it counted."""


class Draft(Protocol):
    """The next state of an index, while a build writes it.

    `earlier` is the build that it goes on from; `afresh` tells why there is one and it does not ("encoder", "format",
    "damaged" or "asked").
    """

    @property
    def earlier(self) -> Build | None:
        """The build that it goes on from."""

    @property
    def afresh(self) -> str | None:
        """Why it does not go on from the one that is there."""

    @property
    def database(self) -> Database:
        """What is known of files, articles and passages."""

    @property
    def rankings(self) -> DraftRankings:
        """What passages are found by."""
