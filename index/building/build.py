"""Articles -> an index, doing only what changed since the last build.

Two stages, each in one pass and in bounded memory. Reading notes which articles are new, changed, moved or
gone, by their content: a file whose bytes were read before is passed over, and so is a line of one. Then
the passages of new content are indexed. Asking goes on from the last generation meanwhile.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path

from khamtop.index.building.pool import in_order
from khamtop.index.building.prepare import Prepared, prepare
from khamtop.index.sources.files import files, read
from khamtop.index.sources.source import File
from khamtop.index.storage.database import KnownArticle, content_of, digest_of
from khamtop.index.storage.store import Draft, drafting
from khamtop.index.threads import cores
from khamtop.index.types import Article, Encoder, KhamtopError, Rejected

#: Told of the stage ("read", "embed" or "write"), how many articles of it are done, and of how many (0: not
#: known). Where all is built anew, "afresh.encoder", "afresh.format", "afresh.damaged" or "afresh.asked" comes
#: first and tells why; "afresh.words" comes before "embed" where the words alone are, since much was removed. "left"
#: comes once, after the first vectors, and has in the place of the articles the seconds that the others will take.
#: An exception that it raises ends the build; the last index stays as it was.
Progress = Callable[[str, int, int], None]

#: Articles that are given to a process at a time, and how many of these are not worth starting one for.
_ARTICLES_A_CHUNK = 16
_CHUNKS_ALONE = 25
#: More processes than this only wait for the one that writes.
_MOST_PROCESSES = 4
#: The encoder works on so many stretches at first, and on twice as many whenever these took less than so many seconds:
#: a build can be stopped, and tells how far it is, between two batches.
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
    folder: Path,
    encoder: Encoder,
    progress: Progress | None = None,
    encoder_source: str | None = None,
    afresh: bool = False,
) -> Report:
    """Indexes every article under `paths` in `folder`, and takes out those that are gone.

    `encoder_source` is what `load_encoder` made `encoder` from; the index remembers it. `afresh` builds
    all anew, whatever is there.

    Raises:
        KhamtopError: `articles.missing` for a path that is not there, `articles.none` if no article
            could be read, `index.busy` if another build is writing to `folder`. The last index
            stays as it was.
    """

    def take(reading: Reading) -> None:
        for file in files(paths):
            reading.reject(file) if isinstance(file, Rejected) else reading.take_file(file)

    return _build(take, folder, encoder, progress, encoder_source, afresh)


def build_articles(
    articles: Iterable[Article | Rejected], folder: Path, encoder: Encoder, progress: Progress | None = None
) -> Report:
    """`build`, of articles that are already read."""

    def take(reading: Reading) -> None:
        units = ((b"" if isinstance(item, Rejected) else digest_of(item), item) for item in articles)
        reading.take_units("", None, units, {})

    return _build(take, folder, encoder, progress, None, afresh=False)


def _build(
    take: Callable[[Reading], None],
    folder: Path,
    encoder: Encoder,
    progress: Progress | None,
    encoder_source: str | None,
    afresh: bool,
) -> Report:
    began = time.perf_counter()
    report = progress or (lambda stage, done, total: None)
    with drafting(folder, encoder, afresh) as (draft, commit):
        if draft.afresh:
            report(f"afresh.{draft.afresh}", 0, 0)
        reading = Reading(draft, report)
        take(reading)
        reading.finish()
        manifest = draft.earlier.manifest if draft.earlier else None
        if manifest is None or reading.has_changed or manifest.encoder_source != encoder_source:
            numbers = reading.to_index
            if draft.rankings.lexical.is_worn:
                report("afresh.words", 0, 0)
                draft.rankings.lexical.clear()
                numbers = sorted(draft.database.numbers())
            _index(draft, numbers, encoder, report)
            report("write", 0, 1)
            manifest = commit(encoder_source)
    return Report(
        articles=manifest.articles,
        passages=manifest.passages,
        rejected=tuple(reading.rejected),
        seconds=round(time.perf_counter() - began, 3),
        **reading.counts,
    )


class Reading:
    """What a build meets, set against what the draft has."""

    def __init__(self, draft: Draft, report: Progress) -> None:
        self._draft = draft
        self._database = draft.database
        self._report = report
        self._unmet = draft.database.numbers()  # known articles that have not been met again
        self._files: set[int] = set()
        #: The numbers of what was not known, in the order in which it was met; with that of the article whose id
        #: it bears now, if there was one.
        self._new: dict[int, int | None] = {}
        self._count = 0
        self.rejected: list[Rejected] = []
        #: What `finish` found: how many articles were added, changed, removed, and left as they were.
        self.counts: dict[str, int] = {}
        #: The articles whose passages must be indexed, in the order in which they were met.
        self.to_index: list[int] = []
        self.has_changed = False

    def reject(self, problem: Rejected) -> None:
        """Notes what is no article."""
        self.rejected.append(problem)

    def take_file(self, file: File) -> None:
        """Takes what is new in a file; nothing, if its bytes are those of the last build."""
        name = f"{file.identity}\n{file.source}"  # the path too, since an article's source tells it
        stamp = file.stamp()
        try:
            digest = file.digest()
        except OSError:
            digest = None  # reading it will tell why
        known = self._database.file(name)
        units = self._database.units(known.number) if known else {}
        if known and digest and known.digest == digest and self._unmet.issuperset(units.values()):
            self._files.add(known.number)
            self._unmet.difference_update(units.values())
            self._tell(len(units))
            self.rejected.extend(known.rejected)
        else:
            self.take_units(name, digest, read(file, units), units)
            if file.stamp() != stamp:  # written to meanwhile, so that what was read may not be what it is now
                self._database.must_be_read_again(self._database.number_of_file(name))

    def take_units(
        self,
        name: str,
        digest: bytes | None,
        found: Iterable[tuple[bytes, Article | Rejected | None]],
        known: dict[bytes, int],
    ) -> None:
        """Takes the units of a file, each with the digest of its bytes; None stands for a `known` one.

        A unit leaves `known` when it is met, so that another one like it is read, and found to be a duplicate.
        """
        file = self._database.number_of_file(name)
        self._files.add(file)
        unit_of = {number: unit for unit, number in known.items()}
        rejected: list[Rejected] = []
        for unit, item in found:
            if item is None:
                self._unmet.remove(known.pop(unit))
                self._tell(1)
            elif isinstance(item, Rejected):
                rejected.append(item)
            elif self._take(item, file, unit, before := self._database.known(item.id)):
                known.pop(unit_of.get(before.number, b"") if before else b"", None)  # it is met with its id
            else:
                rejected.append(Rejected(item.source, "article.duplicate_id"))
                digest = None  # it will be an article when the other one goes, though no byte here changes
        self.rejected.extend(rejected)
        self.has_changed |= self._database.put_file(name, digest, rejected)

    def finish(self) -> None:
        """Tells the articles that moved from those that are new, and takes out those that are gone.

        Raises:
            KhamtopError: `articles.none` if nothing would be left.
        """
        if not self._count:
            raise KhamtopError("articles.none", rejected=len(self.rejected))
        contents = self._database.contents()
        left: dict[bytes, deque[int]] = {}
        for number in sorted(self._unmet):
            left.setdefault(contents[number], deque()).append(number)
        replaced = []
        for number, before in self._new.items():
            if same := left.get(contents[number]):
                self._database.take_over(same[0], number)
                self._unmet.remove(same.popleft())
            else:
                self.to_index.append(number)
                replaced.append(before)
        changed = len(self._unmet.intersection(replaced))
        self.counts = {
            "added": len(replaced) - changed,
            "changed": changed,
            "removed": len(self._unmet) - changed,
            "unchanged": self._count - len(replaced),
        }
        self._remove(sorted(self._unmet))
        self._database.forget_files_but(self._files)

    def _take(self, article: Article, file: int, unit: bytes, known: KnownArticle | None) -> bool:
        """Takes an article that was read, and what is `known` of its id; False if another of that id was met before."""
        if known and known.number not in self._unmet:
            return False
        self.has_changed = True
        if known and known.file not in self._files:
            self._database.must_be_read_again(known.file)  # it may hold another article of this id
        if known and known.content == content_of(article):
            self._database.put(article, file, unit, known.number)
            self._unmet.remove(known.number)
        else:
            if known:
                self._database.take_id(known.number)
            self._new[self._database.put(article, file, unit)] = known.number if known else None
        self._tell(1)
        return True

    def _tell(self, more: int) -> None:
        self._count += more
        self._report("read", self._count, 0)

    def _remove(self, articles: Sequence[int]) -> None:
        """Takes articles out, and their passages out of both rankings."""
        if not articles:
            return
        gone: list[int] = []
        for article in articles:
            gone += self._database.remove_passages(article)
            self._database.remove(article)
        self._draft.rankings.dense.remove(gone)
        self._draft.rankings.lexical.remove(gone)
        self.has_changed = True


def _index(draft: Draft, numbers: Sequence[int], encoder: Encoder, report: Progress) -> None:
    """Cuts the articles of these numbers into passages and puts those into both rankings.

    One that has its passages already has its vectors too: then only the words are indexed.
    """
    articles = map(draft.database.article_numbered, numbers)
    chunks = iter(lambda: list(islice(articles, _ARTICLES_A_CHUNK)), [])
    work = partial(_prepare, encoder.span_chars, encoder.reads_words, encoder.reads_titles)
    prepared = in_order(work, chunks, min(cores(), _MOST_PROCESSES), _CHUNKS_ALONE)
    owners: list[int] = []
    stretches: list[str] = []
    batch, is_first = _FIRST_BATCH, True
    with closing(prepared):
        for done, (number, passages) in enumerate(zip(numbers, chain.from_iterable(prepared), strict=True), start=1):
            known = draft.database.passages_of_number(number)
            spans = [(passage.span, passage.said) for passage in passages]
            places = known or draft.database.put_passages(number, spans)
            draft.rankings.lexical.add(places, [passage.terms for passage in passages])
            for place, passage in zip(places, passages, strict=True):
                if not known:
                    owners += [place] * len(passage.stretches)
                    stretches += passage.stretches
            if len(stretches) >= batch or done == len(numbers):
                began = time.perf_counter()
                draft.rankings.dense.add(owners, encoder.encode_passages(stretches))
                seconds = time.perf_counter() - began
                if is_first and done < len(numbers):
                    report("left", 0, round(seconds * (len(numbers) - done) / done))
                is_first = False
                if seconds < _BATCH_SECONDS:
                    batch = min(2 * batch, _LARGEST_BATCH)
                owners, stretches = [], []
            report("embed", done, len(numbers))


def _prepare(
    span_chars: int | None, as_words: bool, with_title: bool, articles: Sequence[Article]
) -> list[list[Prepared]]:
    return [prepare(article, span_chars, as_words, with_title) for article in articles]
