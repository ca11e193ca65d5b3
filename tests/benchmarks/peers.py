"""What a user could take in place of Khamtop, given the same passages and the same vectors.

Each way to search has two functions: one makes an index of an archive in a folder, the other opens it and gives back
what finds the articles of the best passages for a question. Libraries are imported where they are used, so that no
process pays for another's.

`txtai` is its hybrid index; a passage, with its article's title before it, is a document, and has one vector. `bm25s`
indexes the words of the same; beside it stands a flat FAISS index of one vector for each stretch of a passage, as
Khamtop has them, and the two rankings are fused by reciprocal ranks. Both are given words that `index.thai` cut (nlpo3,
which is PyThaiNLP's newmm in Rust): by itself txtai takes every Thai letter for a word, and bm25s a whole phrase.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import archives
import numpy as np

from khamtop.index.building.build import Report, build
from khamtop.index.building.prepare import Prepared, prepare
from khamtop.index.encoders.wiring import STATIC, load_encoder
from khamtop.index.storage.store import Index
from khamtop.index.text import thai
from khamtop.index.text.passages import cut
from khamtop.index.types import Article, Encoder
from khamtop.qa.question import read
from khamtop.qa.retrieve import retrieve

#: Question, number of passages -> the ids of their articles, best first; an id may come twice.
Find = Callable[[str, int], list[str]]

_STRETCHES_A_BATCH = 4096
#: txtai cuts where this stands: it takes a pattern, not a function, and a zero width space says "word" in Thai text.
_BREAK = "\u200b"
#: The constant of reciprocal rank fusion, as its authors set it, and how deep the rankings are that are fused.
_RRF, _DEEPEST = 60, 100


def build_khamtop(archive: Path, folder: Path) -> Report:
    """What `khamtop index` does; the index remembers which encoder made it."""
    return build([archive], folder, measured_encoder(), encoder_source=MEASURED)


def open_khamtop(folder: Path) -> Find:
    """Khamtop's search before anything is read; a passage that several articles print gives all their ids."""
    index = Index.open(folder)

    def find(question: str, k: int) -> list[str]:
        hits = retrieve(read(question), index, k)
        return [article.id for hit in hits for article in (hit.article, *hit.copies)]

    return find


def build_txtai(archive: Path, folder: Path) -> None:
    """txtai's hybrid index."""
    from txtai import Embeddings

    documents = (
        (f"{article.id}#{number}", _broken(_document(article, passage.start, passage.end)), None)
        for article in archives.read(archive)
        for number, passage in enumerate(cut(article))
    )
    embeddings = Embeddings(
        hybrid=True,
        content=True,
        method="external",
        transform=_transform(),
        scoring={"method": "bm25", "terms": True, "normalize": True, "tokenizer": {"regexp": rf"[^{_BREAK}\s]+"}},
    )
    embeddings.index(documents)
    embeddings.save(str(folder))


def open_txtai(folder: Path) -> Find:
    """txtai's search."""
    from txtai import Embeddings

    embeddings = Embeddings()
    embeddings.load(str(folder), config={"transform": _transform()})

    def find(question: str, k: int) -> list[str]:
        results = embeddings.search(_broken(question), k)
        return [str(result["id"]).rpartition("#")[0] for result in results]

    return find


def build_bm25s(archive: Path, folder: Path) -> None:
    """bm25s and a flat FAISS index."""
    import bm25s
    import faiss

    encoder = measured_encoder()
    vectors = faiss.IndexFlatIP(encoder.dimensions)
    articles: list[str] = []  # of each passage
    owners: list[int] = []  # of each vector: its passage
    vocabulary: dict[str, int] = {}
    tokens: list[list[int]] = []

    def stretches() -> Iterator[str]:
        for article in archives.read(archive):
            for passage in prepared(article, encoder):
                words = _words(_document(article, *passage.span))
                tokens.append([vocabulary.setdefault(word, len(vocabulary)) for word in words])
                owners.extend([len(articles)] * len(passage.stretches))
                articles.append(article.id)
                yield from passage.stretches

    texts = stretches()
    for batch in iter(lambda: list(islice(texts, _STRETCHES_A_BATCH)), []):
        vectors.add(encoder.encode_passages(batch))
    ranker = bm25s.BM25()
    ranker.index(bm25s.tokenization.Tokenized(tokens, vocabulary), show_progress=False)
    ranker.save(str(folder))
    faiss.write_index(vectors, str(folder / "vectors.faiss"))
    np.save(folder / "owners.npy", owners)
    (folder / "articles.json").write_text(json.dumps(articles), "utf-8")


def open_bm25s(folder: Path) -> Find:
    """The search of both, fused."""
    import bm25s
    import faiss

    encoder = measured_encoder()
    ranker = bm25s.BM25.load(str(folder))
    vectors = faiss.read_index(str(folder / "vectors.faiss"))
    owners = np.load(folder / "owners.npy")
    articles: list[str] = json.loads((folder / "articles.json").read_text("utf-8"))

    def find(question: str, k: int) -> list[str]:
        deep = min(_DEEPEST, len(articles))
        by_words, _ = ranker.retrieve([_words(question)], k=deep, show_progress=False)
        _, nearest = vectors.search(encoder.encode_questions([as_read(question, encoder)]), min(2 * deep, len(owners)))
        scores: dict[int, float] = {}
        for ranking in (by_words[0].tolist(), list(dict.fromkeys(owners[nearest[0]].tolist()))):
            for place, passage in enumerate(ranking, start=1):
                scores[passage] = scores.get(passage, 0.0) + 1 / (_RRF + place)
        return [articles[passage] for passage in sorted(scores, key=lambda passage: -scores[passage])[:k]]

    return find


PEERS: dict[str, tuple[Callable[[Path, Path], None], Callable[[Path], Find]]] = {
    "txtai, hybrid": (build_txtai, open_txtai),
    "bm25s + flat FAISS": (build_bm25s, open_bm25s),
}


#: The encoder that is measured: the static one, unless the environment names another ("" for the default).
MEASURED = os.environ.get("KHAMTOP_MEASURED_ENCODER", STATIC) or None


def measured_encoder() -> Encoder:
    """The encoder that is measured."""
    return load_encoder(MEASURED)


def prepared(article: Article, encoder: Encoder) -> list[Prepared]:
    """The passages of an article with the stretches that get a vector each, as a build has them."""
    return prepare(article, encoder.span_chars, encoder.reads_words, encoder.reads_titles).passages


def as_read(question: str, encoder: Encoder) -> str:
    """A question as the encoder wants it."""
    return thai.spaced(thai.normalise(question).text) if encoder.reads_words else question


def _document(article: Article, start: int, end: int) -> str:
    return f"{article.title}\n{article.text[start:end]}"


def _words(text: str) -> list[str]:
    return thai.words(thai.normalise(text).text)


def _broken(text: str) -> str:
    """A text as it is, normalised, with a break before and after each word."""
    text = thai.normalise(text).text
    pieces, at = [], 0
    for start, end in thai.word_spans(text):
        pieces += [text[at:start], text[start:end]]
        at = end
    return _BREAK.join([*pieces, text[at:]])


def _transform() -> Callable[[list[str]], np.ndarray]:
    """Our encoder as txtai takes one."""
    encoder = measured_encoder()
    return lambda texts: encoder.encode_passages([as_read(text.replace(_BREAK, ""), encoder) for text in texts])
