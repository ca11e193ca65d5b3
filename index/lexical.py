"""The lexical ranking: passages by the words they share with the question (BM25). Alone imports tantivy.

Each passage is indexed three times: by its words; by its character 4-grams, which still match where a
name is cut differently or a letter slipped; and by how it sounds, which finds a name written in the other
script. A field's scores are divided by its best one before they are added, so that none drowns the
others. The title counts as words of every passage. Until tantivy merges its segments, passages that were
removed still count in how rare a word is; an index built afresh may score a little differently.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import tantivy

from index import thai
from index.types import Ranked, best_first

GRAM_CHARS = 4

#: One thing that is searched for, in each way it may be written: terms, and how much they count together.
#: A passage is given the best of them, so that a thing with many names counts no more than one with few.
Alternatives = Sequence[tuple[Sequence[str], float]]

#: What a passage is indexed by, and how much the best score of each counts.
FIELD_WEIGHTS = {"words": 1.0, "grams": 1.0, "sounds": 0.6}
_WRITER_BYTES = 64_000_000


class Lexical:
    """A tantivy index in a folder. Texts and questions come in normalised (`thai.normalise`)."""

    def __init__(self, folder: Path) -> None:
        """Opens the index in `folder`, or starts an empty one there.

        Raises:
            ValueError: if what is there is not a whole index.
        """
        schema = tantivy.SchemaBuilder()
        # signed, because tantivy 0.27 silently deletes nothing by a term of an unsigned field
        schema.add_integer_field("passage", stored=False, indexed=True, fast=True)
        for field in FIELD_WEIGHTS:
            schema.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
        folder.mkdir(exist_ok=True)
        self._schema = schema.build()
        self._index = tantivy.Index(self._schema, path=str(folder))
        self._searcher = self._index.searcher()
        self._writer: tantivy.IndexWriter | None = None

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def add(self, passage: int, title: str, text: str) -> None:
        """Adds a passage under its number; found from the next `commit` on."""
        document = tantivy.Document()
        document.add_integer("passage", passage)
        document.add_text("words", " ".join(thai.words(title) + thai.words(text)))
        document.add_text("grams", " ".join(thai.ngrams(text, GRAM_CHARS)))
        document.add_text("sounds", " ".join(thai.sounds(text)))
        self._open_writer().add_document(document)

    def remove(self, passages: Iterable[int]) -> None:
        """Takes passages out by number, from the next `commit` on."""
        for passage in passages:
            self._open_writer().delete_documents_by_term("passage", passage)

    def commit(self) -> None:
        """Writes what was added and removed, and searches it from now on."""
        writer = self._open_writer()
        writer.commit()
        writer.wait_merging_threads()
        self._writer = None
        self._index.reload()
        self._searcher = self._index.searcher()

    def close(self) -> None:
        """Lets go of what was added since the last commit, and of the threads that would still write it."""
        if self._writer is not None:
            self._writer.rollback()
            self._writer.wait_merging_threads()
            self._writer = None

    def _open_writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            # One thread: several would spread passages over segments as the clock has it.
            self._writer = self._index.writer(heap_size=_WRITER_BYTES, num_threads=1)
        return self._writer

    def document_frequency(self, word: str) -> int:
        """In how many passages a word stands."""
        return int(self._searcher.doc_freq("words", word))

    def has_written(self, words: Iterable[str]) -> bool:
        """Whether each of the words stands in some passage."""
        return all(map(self.document_frequency, words))

    def search(self, wanted: Mapping[str, Sequence[Alternatives]], k: int) -> list[Ranked]:
        """The `k` best passages, best first, for what is wanted in each field of `FIELD_WEIGHTS`."""
        total: dict[int, float] = {}
        for field, alternatives in wanted.items():
            ranked = self._search_field(field, alternatives, 4 * k)
            best = max((score for _, score in ranked), default=0.0) or 1.0
            for passage, score in ranked:
                total[passage] = total.get(passage, 0.0) + FIELD_WEIGHTS[field] * score / best
        return best_first(total, k)

    def _search_field(self, field: str, wanted: Sequence[Alternatives], k: int) -> list[tuple[int, float]]:
        if not wanted or not len(self):
            return []
        query = _any(tantivy.Query.disjunction_max_query([self._all(field, *way) for way in ways]) for ways in wanted)
        found = self._searcher.search(query, min(k, len(self)), count=False)
        numbers = self._searcher.fast_field_values("passage", [address for _, address in found.hits])
        return [(int(number), float(score)) for number, (score, _) in zip(numbers, found.hits, strict=True)]

    def _all(self, field: str, terms: Sequence[str], weight: float) -> tantivy.Query:
        """A query for terms that say one thing together; each that stands there adds its part."""
        query = _any(tantivy.Query.term_query(self._schema, field, term) for term in terms)
        return tantivy.Query.boost_query(query, weight)


def _any(queries: Iterable[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])
