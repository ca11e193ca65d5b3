"""Articles -> an index, doing only what changed since the last build.

Two stages, each in one pass and in bounded memory. Reading notes which articles are new, changed, moved or
gone, by their content: a file whose bytes were read before is passed over, and so is a line of one. Then
the passages of new content are indexed. Asking goes on from the last generation meanwhile.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path

from khamtop.index.building.inventory import Inventory
from khamtop.index.building.pool import in_order
from khamtop.index.building.prepare import Prepared, PreparedArticle, prepare
from khamtop.index.milvus.address import Place
from khamtop.index.sources.files import files
from khamtop.index.sources.source import File
from khamtop.index.storage.database import digest_of
from khamtop.index.storage.opened import Draft
from khamtop.index.storage.wiring import drafting
from khamtop.index.threads import cores
from khamtop.index.types import Article, Encoder, Rejected

#: Told of the stage ("read", "embed" or "write"), how many articles of it are done, and of how many (0: not
#: known). Where all is built afresh, "afresh.encoder", "afresh.format", "afresh.damaged" or "afresh.asked" comes
#: first and tells why; "afresh.words" comes before "embed" where the words alone are, since much was removed. "left"
#: comes once, after the first vectors, and has in the place of the articles the seconds that the others will take.
#: An exception that it raises ends the build; the last index stays as it was.
Progress = Callable[[str, int, int], None]

#: Articles that are given to a process at a time, and how many of these are not worth starting one for.
_ARTICLES_A_CHUNK = 16
_CHUNKS_ALONE = 25
#: More processes than this only wait for the one that writes.
_MOST_PROCESSES = 4
#: Stretches of the first and of the largest batch that the encoder is given. A batch doubles while it takes less than
#: `_BATCH_SECONDS`: a build can be stopped, and tells how far it is, between two batches.
_FIRST_BATCH, _LARGEST_BATCH, _BATCH_SECONDS = 128, 4096, 0.5


@dataclass(frozen=True, slots=True)
class Report:
    """What a build found and did; `articles` and `passages` count the whole index after it.

    An article that only moved, or was renamed, is `unchanged`.
    """

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
    folder: Place,
    encoder: Encoder,
    progress: Progress | None = None,
    encoder_source: str | None = None,
    afresh: bool = False,
    part: tuple[int, int] = (1, 1),
) -> Report:
    """Indexes every article under `paths` in `folder`, which may be an address, and takes out those that are gone.

    `encoder_source` is what `load_encoder` made `encoder` from; the index remembers it. `afresh` builds
    all again, whatever is there. `part` is the one of several parts that is built, counted from 1, and how many there
    are: a file is of the part that the checksum of its path tells.

    Raises:
        KhamtopError: `articles.missing` for a path that is not there, `articles.none` if no article
            could be read, `index.busy` if another build is writing to `folder`. The last index
            stays as it was.
    """

    def take(inventory: Inventory) -> None:
        for file in files(paths):
            if _part_of(file, part[1]) == part[0]:
                inventory.reject(file) if isinstance(file, Rejected) else inventory.take_file(file)

    return _build(take, folder, encoder, progress, encoder_source, afresh, part)


def _part_of(file: File | Rejected, parts: int) -> int:
    """The part that a file is of, the same on every machine that has it under the same path."""
    name = file.path if isinstance(file, Rejected) else file.identity
    return 1 + zlib.crc32(name.encode("utf-8", "surrogateescape")) % parts


def build_articles(
    articles: Iterable[Article | Rejected], folder: Place, encoder: Encoder, progress: Progress | None = None
) -> Report:
    """`build`, of articles that are already read."""

    def take(inventory: Inventory) -> None:
        units = ((b"" if isinstance(item, Rejected) else digest_of(item), item) for item in articles)
        inventory.take_units("", None, units, {})

    return _build(take, folder, encoder, progress, None, False, (1, 1))


def _build(
    take: Callable[[Inventory], None],
    folder: Place,
    encoder: Encoder,
    progress: Progress | None,
    encoder_source: str | None,
    afresh: bool,
    part: tuple[int, int],
) -> Report:
    began = time.perf_counter()
    report = progress or (lambda stage, done, total: None)
    with drafting(folder, encoder, afresh, part) as (draft, commit):
        if draft.afresh:
            report(f"afresh.{draft.afresh}", 0, 0)
        inventory = Inventory(draft, lambda met: report("read", met, 0))
        take(inventory)
        inventory.finish()
        manifest = draft.earlier.manifest if draft.earlier else None
        if manifest is None or inventory.has_changed or manifest.encoder_source != encoder_source:
            _index(draft, _due(draft, inventory, report), encoder, report)
            report("write", 0, 1)
            manifest = commit(encoder_source)
    return Report(
        articles=manifest.articles,
        passages=manifest.passages,
        rejected=tuple(inventory.rejected),
        seconds=round(time.perf_counter() - began, 3),
        **inventory.counts,
    )


def _due(draft: Draft, inventory: Inventory, report: Progress) -> list[int]:
    """The articles whose passages must be indexed: all, where the words are so worn that they are indexed again."""
    if not draft.rankings.lexical.is_worn:
        return inventory.to_index
    report("afresh.words", 0, 0)
    draft.rankings.lexical.clear()
    return sorted(draft.database.numbers())


def _index(draft: Draft, numbers: Sequence[int], encoder: Encoder, report: Progress) -> None:
    """Cuts the articles of these numbers into passages, puts those into both rankings, and notes the names in them.

    One that has its passages already has its vectors and names too: then only the words are indexed.
    """
    embedding = _Embedding(draft, encoder)
    with closing(_prepared(draft, numbers, encoder)) as prepared:
        for done, (number, article) in enumerate(zip(numbers, prepared, strict=True), start=1):
            passages = article.passages
            known = draft.database.passages_of_number(number)
            places = known or draft.database.put_passages(number, [(item.span, item.said) for item in passages])
            if not known:
                draft.database.put_names(number, article.names)
            draft.rankings.lexical.add(places, [item.terms for item in passages])
            if not known:
                embedding.add(places, passages)
            if embedding.is_due or done == len(numbers):
                seconds = embedding.work()
                if embedding.batches == 1 and done < len(numbers):
                    report("left", 0, round(seconds * (len(numbers) - done) / done))
            report("embed", done, len(numbers))


def _prepared(draft: Draft, numbers: Sequence[int], encoder: Encoder) -> Generator[PreparedArticle]:
    """Each article, prepared by several processes."""
    articles = map(draft.database.article_numbered, numbers)
    chunks = iter(lambda: list(islice(articles, _ARTICLES_A_CHUNK)), [])
    work = partial(_prepare, encoder.span_chars, encoder.reads_words, encoder.reads_titles)
    with closing(in_order(work, chunks, min(cores(), _MOST_PROCESSES), _CHUNKS_ALONE)) as prepared:
        yield from chain.from_iterable(prepared)


class _Embedding:
    """Stretches that wait for their vectors, in batches that grow while the encoder is quick."""

    def __init__(self, draft: Draft, encoder: Encoder) -> None:
        self._draft, self._encoder = draft, encoder
        self._passages: list[int] = []
        self._stretches: list[str] = []
        self._size = _FIRST_BATCH
        self.batches = 0

    def add(self, places: Sequence[int], passages: Sequence[Prepared]) -> None:
        """Takes the stretches of passages, each under its passage's number."""
        for place, passage in zip(places, passages, strict=True):
            self._passages += [place] * len(passage.stretches)
            self._stretches += passage.stretches

    @property
    def is_due(self) -> bool:
        """Whether a batch is full."""
        return len(self._stretches) >= self._size

    def work(self) -> float:
        """Gives all that wait their vectors; the seconds that it took."""
        began = time.perf_counter()
        self._draft.rankings.dense.add(self._passages, self._encoder.encode_passages(self._stretches))
        seconds = time.perf_counter() - began
        if seconds < _BATCH_SECONDS:
            self._size = min(2 * self._size, _LARGEST_BATCH)
        self._passages, self._stretches = [], []
        self.batches += 1
        return seconds


def _prepare(
    span_chars: int | None, as_words: bool, with_title: bool, articles: Sequence[Article]
) -> list[PreparedArticle]:
    return [prepare(article, span_chars, as_words, with_title) for article in articles]
