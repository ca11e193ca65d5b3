"""The lexical ranking: passages by the words they share with the question (BM25). Alone imports tantivy.

Each passage is indexed three times: by its words, which `thai.py` cut; by its character 4-grams, which
still match where a name is cut differently or a letter slipped; and by how it sounds, which finds a name
written in the other script. The n-grams of both are made by tantivy, just as `thai.ngrams` and
`thai.sounds` make a question's. A field's scores are divided by its best one before they are added, so
that none drowns the others. The title counts as words of every passage.

A removed passage is found no more. But tantivy keeps its terms, and counts them in the IDF, until it merges its
segments; its Python package can neither ask for that nor set it. So `is_worn` tells when enough were removed to clear
the index and add all passages again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import tantivy

from khamtop.index.panics import Panic, panics_raised
from khamtop.index.rankings.ranking import RankingDamaged
from khamtop.index.text import thai
from khamtop.index.threads import side_by_side
from khamtop.index.types import Ranked, best_first, holds

GRAM_CHARS = 4

#: One thing that is searched for, in each way it may be written: terms, and how much they count together.
#: A passage is given the best of them, so that a thing with many names counts no more than one with few.
Alternatives = Sequence[tuple[Sequence[str], float]]
#: One thing that a passage must hold: a field and terms that all stand in it, in each way that will do.
Condition = Sequence[tuple[str, Sequence[str]]]

#: What a passage is indexed by, and how much the best score of each counts.
FIELD_WEIGHTS = {"words": 1.0, "grams": 0.5, "sounds": 0.4}
#: The shortest and the longest n-grams of a field; a field that is not named is cut at spaces.
_GRAMS = {"grams": (GRAM_CHARS, GRAM_CHARS), "sounds": thai.SOUND_SIZES}
_WRITER_BYTES = 64_000_000
#: The largest part of what tantivy keeps that may be removed passages. Adding all again takes about as long as words
#: took in the first build, so that a removed passage costs as much as ten that are added.
MOST_REMOVED = 0.1
#: The name of the folder that it is given.
FOLDER = "words"
_META = "meta.json"
#: Words whose document frequency is remembered, as a question asks for each several times.
_FREQUENCIES = 1 << 16
#: The most passages that a search among some asks for by number; among more, it looks further down the ranking of all.
FEW = 5000


@dataclass(frozen=True, slots=True)
class Terms:
    """A passage as it is indexed: what each field holds, its units with a space between them."""

    words: str
    grams: str
    sounds: str

    @classmethod
    def of(cls, words: Iterable[str], text: str) -> Terms:
        """The terms of a passage with these words (its title's among them) and this normalised text."""
        return cls(" ".join(words), " ".join(thai.stretches(text)), " ".join(thai.skeletons(text)))


class Lexical:
    """A tantivy index in a folder."""

    def __init__(self, folder: Path) -> None:
        """Opens the index in `folder`, or starts an empty one there.

        Raises:
            RankingDamaged: if what is there is not a whole index.
            PermissionError: if the folder may not be written to: tantivy keeps a lock there even to read.
        """
        schema = tantivy.SchemaBuilder()
        # signed, because tantivy 0.27 silently deletes nothing by a term of an unsigned field
        schema.add_integer_field("passage", stored=False, indexed=True, fast=True)
        for field in FIELD_WEIGHTS:
            cutter = field if field in _GRAMS else "whitespace"
            schema.add_text_field(field, tokenizer_name=cutter, index_option="freq")
        folder.mkdir(exist_ok=True)
        if not os.access(folder, os.R_OK | os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            raise PermissionError(str(folder))
        self._folder = folder
        self._schema = schema.build()
        with _damage_told():
            self._index = tantivy.Index(self._schema, path=str(folder))
            for field, (shortest, longest) in _GRAMS.items():
                grams = tantivy.Tokenizer.ngram(min_gram=shortest, max_gram=longest, prefix_only=False)
                self._index.register_tokenizer(field, tantivy.TextAnalyzerBuilder(grams).build())
            self._searcher = self._index.searcher()
        self._frequencies: dict[str, int] = {}
        self._writer: tantivy.IndexWriter | None = None
        self._removed_now = 0  # since the last commit

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def add(self, passages: Sequence[int], entries: Sequence[Terms]) -> None:
        """Adds passages, each by its number and terms; found from the next `commit` on. Raises `OSError`."""
        for passage, terms in zip(passages, entries, strict=True):
            document = tantivy.Document()
            document.add_integer("passage", passage)
            document.add_text("words", terms.words)
            document.add_text("grams", terms.grams)
            document.add_text("sounds", terms.sounds)
            with _writing():
                self._open_writer().add_document(document)

    def remove(self, passages: Iterable[int]) -> None:
        """Takes passages out by number, from the next `commit` on."""
        with _writing():
            for passage in passages:
                self._open_writer().delete_documents_by_term("passage", passage)
                self._removed_now += 1

    @property
    def is_worn(self) -> bool:
        """Whether more than `MOST_REMOVED` of what is kept is of removed passages: `clear` it, and add all again."""
        try:
            segments = json.loads((self._folder / _META).read_text("utf-8"))["segments"]
            kept: int = sum(segment["max_doc"] for segment in segments)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise RankingDamaged(_META, str(error)) from error
        return kept - len(self) + self._removed_now > MOST_REMOVED * kept

    def clear(self) -> None:
        """Takes every passage out and whatever is kept of removed ones, from the next `commit` on."""
        with _writing():
            self._open_writer().delete_all_documents()

    def commit(self) -> None:
        """Writes what was added and removed, and searches it from now on."""
        if self._writer is None:
            return
        writer, self._writer = self._writer, None  # if it fails, there is nothing to roll back to
        with _writing():
            writer.commit()
            writer.wait_merging_threads()
        self._removed_now = 0
        with _damage_told():
            self._index.reload()
            self._searcher = self._index.searcher()
        self._frequencies.clear()

    def close(self) -> None:
        """Lets go of what was added since the last commit, and of the threads that would still write it."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            with _writing():
                writer.rollback()
                writer.wait_merging_threads()

    @staticmethod
    def is_immutable(file: Path) -> bool:
        """A segment's files are written once; what names the segments is not."""
        return file.parent.name == FOLDER and file.suffix not in (".json", ".lock")

    @staticmethod
    def is_temporary(file: Path) -> bool:
        """tantivy's locks."""
        return file.suffix == ".lock"

    def _open_writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            # One thread: several would spread passages over segments as the clock has it.
            self._writer = self._index.writer(heap_size=_WRITER_BYTES, num_threads=1)
        return self._writer

    def passages(self) -> set[int]:
        """The numbers of all passages."""
        return {number for number, _ in self._best(tantivy.Query.all_query(), len(self))} if len(self) else set()

    def document_frequency(self, word: str) -> int:
        """In how many passages a word stands."""
        known = self._frequencies.get(word)
        if known is None:
            if len(self._frequencies) >= _FREQUENCIES:
                self._frequencies.clear()
            with _damage_told():
                known = self._frequencies[word] = int(self._searcher.doc_freq("words", word))
        return known

    def has_written(self, words: Iterable[str]) -> bool:
        """Whether each of the words stands in some passage."""
        return all(map(self.document_frequency, words))

    def holding(self, conditions: Sequence[Condition]) -> np.ndarray:
        """The numbers (int64, ascending) of the passages that meet every condition; all, if there is none."""
        if not len(self):
            return np.empty(0, np.int64)
        every = [_any([self._each(field, terms) for field, terms in ways]) for ways in conditions]
        query = tantivy.Query.const_score_query(_all_of([tantivy.Query.all_query(), *every]), 0.0)
        return np.sort(np.array([number for number, _ in self._best(query, len(self))], np.int64))

    def search(
        self, wanted: Mapping[str, Sequence[Alternatives]], k: int, among: np.ndarray | None = None
    ) -> list[Ranked]:
        """The `k` best passages, best first, for what is wanted in each field of `FIELD_WEIGHTS`.

        `among` restricts the search to these passage numbers (ascending).
        """
        return best_of_fields(self._search_field, wanted, k, among)

    def _search_field(
        self, field: str, wanted: Sequence[Alternatives], k: int, among: np.ndarray | None
    ) -> list[tuple[int, float]]:
        if not wanted or not len(self):
            return []
        query = _any([self._one_of(field, ways) for ways in wanted])
        if among is not None and len(among) <= FEW:
            query, among = _all_of([self._numbered(among), query]), None
        depth = k
        while True:
            found = self._best(query, depth)
            inside = [item for item in found if among is None or holds(among, item[0])]
            if len(inside) >= k or len(found) < depth:
                return inside[:k]
            depth *= 8  # most of what fits best lies outside: look further down

    def _best(self, query: tantivy.Query, k: int) -> list[tuple[int, float]]:
        with _damage_told():
            found = self._searcher.search(query, min(k, len(self)), count=False)
            numbers = self._searcher.fast_field_values("passage", [address for _, address in found.hits])
        return [(int(number), float(score)) for number, (score, _) in zip(numbers, found.hits, strict=True)]

    def _one_of(self, field: str, ways: Alternatives) -> tantivy.Query:
        """A query for one thing: of the ways to write it the best counts."""
        queries = [self._all(field, *way) for way in ways]
        return queries[0] if len(queries) == 1 else tantivy.Query.disjunction_max_query(queries)

    def _all(self, field: str, terms: Sequence[str], weight: float) -> tantivy.Query:
        """A query for terms that say one thing together; each that stands there adds its part."""
        query = _any([tantivy.Query.term_query(self._schema, field, term) for term in terms])
        return query if weight == 1.0 else tantivy.Query.boost_query(query, weight)

    def _each(self, field: str, terms: Sequence[str]) -> tantivy.Query:
        """A query for terms that all stand in a field."""
        return _all_of([tantivy.Query.term_query(self._schema, field, term) for term in terms])

    def _numbered(self, passages: np.ndarray) -> tantivy.Query:
        """A query for passages by number, which adds nothing to what they score."""
        query = tantivy.Query.term_set_query(self._schema, "passage", passages.tolist())
        return tantivy.Query.const_score_query(query, 0.0)


def best_of_fields(
    search: Callable[[str, Sequence[Alternatives], int, np.ndarray | None], list[tuple[int, float]]],
    wanted: Mapping[str, Sequence[Alternatives]],
    k: int,
    among: np.ndarray | None,
) -> list[Ranked]:
    """The `k` passages that fit best over all fields, each of which `search` looks in: it takes the field, what is
    wanted there, a number of passages and those `among` which they are, and gives passages with their scores."""
    total: dict[int, float] = {}
    # side by side, as engines let other threads run meanwhile
    searches = [partial(search, field, things, 4 * k, among) for field, things in wanted.items()]
    for field, ranked in zip(wanted, side_by_side(searches), strict=True):
        best = max((score for _, score in ranked), default=0.0) or 1.0
        for passage, score in ranked:
            total[passage] = total.get(passage, 0.0) + FIELD_WEIGHTS[field] * score / best
    return best_first(total, k)


@contextmanager
def _damage_told() -> Iterator[None]:
    """Around reading: over files that were altered tantivy raises `ValueError`, or panics."""
    try:
        with panics_raised():
            yield
    except (ValueError, Panic) as error:
        raise RankingDamaged(FOLDER, str(error)) from error


@contextmanager
def _writing() -> Iterator[None]:
    """Around writing: there `ValueError` is tantivy's word for a disk that is full."""
    try:
        with panics_raised():
            yield
    except ValueError as error:
        raise OSError(str(error)) from error
    except Panic as error:
        raise RankingDamaged(FOLDER, str(error)) from error


def _any(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    if len(queries) == 1:
        return queries[0]
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])


def _all_of(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in queries])
