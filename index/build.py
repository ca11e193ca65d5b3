"""Articles -> an index, doing only what changed since the last build.

Three stages, each in one pass and in bounded memory: read the articles and note which are new,
embed the passages of those, commit. Asking goes on from the last generation meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from index import thai
from index.articles import read_articles
from index.passages import cut, spans
from index.store import Draft, digest, drafting
from index.types import Article, Encoder, KhamtopError, Rejected

#: Told of the stage ("read", "embed" or "write"), how much of it is done and of how much (0: not
#: known). An exception that it raises ends the build; the last index stays as it was.
Progress = Callable[[str, int, int], None]

_PASSAGES_A_BATCH = 1024


@dataclass(frozen=True, slots=True)
class Report:
    """What a build found and did; `articles` and `passages` count the whole index after it."""

    articles: int
    passages: int
    added: int
    changed: int
    removed: int
    unchanged: int
    rejected: tuple[Rejected, ...]
    seconds: float


def build(
    paths: Sequence[Path],
    folder: Path,
    encoder: Encoder,
    progress: Progress | None = None,
    encoder_source: str | None = None,
) -> Report:
    """Indexes every article under `paths` in `folder`, and takes out those that are gone.

    `encoder_source` is what `load_encoder` made `encoder` from; the index remembers it.

    Raises:
        KhamtopError: `articles.missing` for a path that is not there, `articles.none` if no article
            could be read, `index.busy` if another build is writing to `folder`. The last index
            stays as it was.
    """
    return build_articles(read_articles(paths), folder, encoder, progress, encoder_source)


def build_articles(
    articles: Iterable[Article | Rejected],
    folder: Path,
    encoder: Encoder,
    progress: Progress | None = None,
    encoder_source: str | None = None,
) -> Report:
    """`build`, of articles that are already read."""
    began = time.perf_counter()
    report = progress or (lambda stage, done, total: None)
    with drafting(folder, encoder) as (draft, commit):
        counts = {"added": 0, "changed": 0, "unchanged": 0}
        rejected: list[Rejected] = []
        (last_passage,) = draft.database.execute("SELECT coalesce(max(number), 0) FROM passages").fetchone()
        draft.database.execute("UPDATE articles SET seen = 0")
        for item in articles:
            if isinstance(item, Rejected):
                rejected.append(item)
            else:
                counts[_store(draft, item)] += 1
                report("read", sum(counts.values()), 0)
        if not sum(counts.values()):
            raise KhamtopError("articles.none", rejected=len(rejected))
        removed = _remove_unseen(draft)
        _index_new(draft, encoder, last_passage, report)
        report("write", 0, 1)
        manifest = commit(encoder_source)
    return Report(
        articles=manifest.articles,
        passages=manifest.passages,
        removed=removed,
        rejected=tuple(rejected),
        seconds=round(time.perf_counter() - began, 3),
        **counts,
    )


def _store(draft: Draft, article: Article) -> str:
    """Writes an article and its passages into the draft; "added", "changed" or "unchanged"."""
    database = draft.database
    known = database.execute("SELECT number, digest FROM articles WHERE id = ?", (article.id,)).fetchone()
    content = digest(article)
    if known and known[1] == content:
        database.execute("UPDATE articles SET seen = 1 WHERE number = ?", (known[0],))
        return "unchanged"
    if known:
        _remove_passages(draft, known[0])
    number = database.execute(
        "INSERT OR REPLACE INTO articles (number, id, title, text, source, published, digest)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (known and known[0], article.id, article.title, article.text, article.source, article.published, content),
    ).lastrowid
    database.executemany(
        "INSERT INTO passages (article, start, end) VALUES (?, ?, ?)",
        [(number, passage.start, passage.end) for passage in cut(article)],
    )
    return "changed" if known else "added"


def _remove_unseen(draft: Draft) -> int:
    """Takes out the articles that this build did not meet; how many there were."""
    gone = [number for (number,) in draft.database.execute("SELECT number FROM articles WHERE seen = 0")]
    for number in gone:
        _remove_passages(draft, number)
    draft.database.execute("DELETE FROM articles WHERE seen = 0")
    return len(gone)


def _remove_passages(draft: Draft, article: int) -> None:
    """Takes an article's passages out of the database and of both rankings."""
    gone = [number for (number,) in draft.database.execute("SELECT number FROM passages WHERE article = ?", (article,))]
    draft.dense.remove(gone)
    draft.lexical.remove(gone)
    draft.database.execute("DELETE FROM passages WHERE article = ?", (article,))


def _index_new(draft: Draft, encoder: Encoder, last_passage: int, report: Progress) -> None:
    """Puts the passages after number `last_passage` into both rankings."""
    (total,) = draft.database.execute("SELECT count(*) FROM passages WHERE number > ?", (last_passage,)).fetchone()
    rows = draft.database.execute(
        "SELECT passages.number, title, text, start, end FROM passages JOIN articles"
        " ON articles.number = passages.article WHERE passages.number > ? ORDER BY passages.number",
        (last_passage,),
    )
    done = 0
    while batch := list(islice(rows, _PASSAGES_A_BATCH)):
        owners: list[int] = []
        stretches: list[str] = []
        for number, title, text, start, end in batch:
            draft.lexical.add(number, thai.normalise(title).text, thai.normalise(text[start:end]).text)
            for stretch in _stretches(text, start, end, encoder.span_chars):
                owners.append(number)
                stretches.append(thai.normalise(stretch).text)
        draft.dense.add(owners, encoder.encode_passages(stretches))
        done += len(batch)
        report("embed", done, total)


def _stretches(text: str, start: int, end: int, span_chars: int | None) -> Iterator[str]:
    """What of a passage gets a vector of its own."""
    for begin, finish in spans(text, start, end, span_chars) if span_chars else [(start, end)]:
        yield text[begin:finish]
