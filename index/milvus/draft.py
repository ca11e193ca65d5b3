"""A build of an index in Milvus: what `building/build.py` fills, and `drafting` commits.

What the last build knew of files and articles (not what they say) is read into a small database of this machine, in
which the build compares as it does in a folder. What is new goes to the engine as it comes; what changed and went is
found at the end, by comparing that database with what it was.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from khamtop.index.filters import comparable
from khamtop.index.milvus.address import Address
from khamtop.index.milvus.bm25 import FIELDS, NOTHING, bags, lengths
from khamtop.index.milvus.engine import Engine, Row, batches, ranged
from khamtop.index.milvus.index import counts_at
from khamtop.index.milvus.state import (
    FOREVER,
    PART_NUMBERS,
    PIECES,
    STRETCHES,
    Lock,
    Manifest,
    Names,
    State,
    current_format,
    make_collections,
    term_key,
    visible,
)
from khamtop.index.milvus.texts import article_key, joined, pieces, said_number
from khamtop.index.rankings.lexical import Terms
from khamtop.index.storage.database import ArticleRow, Database, DatabaseUnwritable, FileRow, digest_of
from khamtop.index.text.dates import span_of
from khamtop.index.text.names import NameKind
from khamtop.index.types import Article, Encoder, KhamtopError

#: Passages of a first build that wait until their mean length is known: of some 1,200 articles, 20 kB each. Later ones
#: are measured by that of these, since a vector cannot change with the mean of all.
_MEASURED = 8192
#: Passages and small rows that are written at once, and articles that are read with their passages, some 1 MB each ten.
_WRITTEN, _SMALL, _MOVED = 200, 5000, 50
#: Files that are ended at once.
_ENDED = 5000
#: The most bytes of the names of an article: a column holds no more.
_NAMES_BYTES = 65_000


class Draft:
    """The next build of a part. `earlier` tells the one that it goes on from, `afresh` why there is one and it does
    not, as in `storage/store.py`."""

    def __init__(self, engine: Engine, earlier: Manifest | None, afresh: str | None, manifest: Manifest) -> None:
        """`manifest` is what the build begins with: that of the earlier one, or an empty one."""
        self.earlier = _Earlier(earlier) if earlier else None
        self.afresh = afresh
        self._engine = engine
        self._manifest = replace(manifest, generation=manifest.generation + 1)
        self._names = Names.of(engine.address.collection, manifest.epoch)
        self._folder = tempfile.TemporaryDirectory(prefix="khamtop-")
        self.database = Database.change(Path(self._folder.name) / "articles.db")
        self._files, self._articles = self._known() if earlier else ([], [])
        self.database.restore(self._files, self._articles, manifest.last_passage)
        self._new = _NewRows(engine, self._names, self._manifest, self.database)
        self.rankings = _Rankings(self._new)

    def _known(self) -> tuple[list[FileRow], list[ArticleRow]]:
        """Files and articles as the last build left them."""
        assert self.earlier
        last = self.earlier.manifest
        seen = visible([last])
        texts = joined(ranged(self._engine, self._names.files, seen, 0, last.last_file, ["piece", "data"]))
        files = [_file_of(number, text) for number, text in texts.items()]
        first = last.part * PART_NUMBERS
        firsts = f"{seen} and piece == 0"
        rows = ranged(self._engine, self._names.articles, firsts, first, last.last_article, ["id", "known"])
        return files, [_article_of(row) for row in rows]

    def finish(self, encoder: Encoder, encoder_source: str | None) -> Manifest:
        """Writes what is left to write; the manifest of the build, which nobody sees before it is committed."""
        before = {row[0]: row for row in self._articles}
        after = {row[0]: row for row in self.database.article_rows()}
        for number in sorted(after.keys() - before.keys() - self._new.articles.keys()):
            self._new.take_article(number, 0)  # it has no passage
        self._new.finish()
        kept = {number: row for number, row in after.items() if number not in self._new.articles}
        moved = {number: row for number, row in kept.items() if row != before[number]}
        self._new.move(moved)
        gone = _Gone(self._engine, self._names, self._manifest)
        gone.end(sorted(before.keys() - kept.keys()), counted=True)
        gone.end(sorted(moved), counted=False)
        self._write_files()
        self._write_terms(self._new.terms, gone.terms)
        new, last = self._new, self._manifest
        return replace(
            last,
            encoder=encoder.name,
            encoder_source=encoder_source,
            articles=len(kept) + len(new.articles),
            passages=last.passages + new.passages - gone.passages,
            last_article=new.last_article,
            last_passage=new.last_passage,
            last_file=max((row[0] for row in self.database.file_rows()), default=last.last_file),
            lengths={name: last.lengths[name] + new.lengths[name] - gone.lengths[name] for name in FIELDS},
            means=new.means,
            built=time.time(),
        )

    def settle(self) -> None:
        """Has the engine index what was written."""
        for name in self._names.all():
            self._engine.settle(name)

    def _write_files(self) -> None:
        """Ends the files that changed or went, and writes those that are new."""
        before, after = set(self._files), set(self.database.file_rows())
        ended = sorted(row[0] for row in before - after)
        for some in batches(ended, _ENDED):
            condition = f"{_alive(self._manifest)} and number in {list(some)}"
            _end(self._engine, self._names.files, condition, self._manifest)
        rows: list[Row] = []
        for number, identity, digest, rejected in sorted(after - before, key=lambda row: row[0]):
            data = json.dumps([identity, digest and digest.hex(), rejected], ensure_ascii=False)
            for piece, text in enumerate(found := pieces(data)):
                key = f"{self._manifest.part}.{number}.{self._manifest.generation}.{piece}"
                rows.append({"pk": key, "number": number, "piece": piece, "pieces": len(found), "data": text,
                             **_seen(self._manifest)})  # fmt: skip
        self._engine.write(self._names.files, rows)

    def _write_terms(self, added: Mapping[int, int], removed: Mapping[int, int]) -> None:
        """Counts anew in how many passages each term stands; the count before stays beside it for who reads now."""
        part, generation = self._manifest.part, self._manifest.generation
        changed = [term for term in added.keys() | removed.keys() if added.get(term, 0) != removed.get(term, 0)]
        for some in batches(changed, _SMALL):
            known: dict[str, int] = {}
            if self.earlier:
                found = self._engine.of_keys(
                    self._names.terms, [f"{part}.{term}" for term in some], ["pk", "count", "before", "born"], _SMALL
                )
                known = {row["pk"]: row["count" if row["born"] < generation else "before"] for row in found}
            rows: list[Row] = []
            for term in some:
                key = f"{part}.{term}"
                count = known.get(key, 0) + added.get(term, 0) - removed.get(term, 0)
                rows.append({"pk": key, "part": part, "count": count, "before": known.get(key, 0), "born": generation})
            self._engine.write(self._names.terms, rows, _SMALL)

    def close(self) -> None:
        """Lets go of the small database."""
        self.database.close()
        self._folder.cleanup()


class _Earlier:
    """The build that a draft goes on from, as `build.py` asks for it."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest


class _Rankings:
    """Both rankings as a build fills them. What is removed is told by the articles that went."""

    def __init__(self, rows: _NewRows) -> None:
        self.dense, self.lexical = _DenseDraft(rows), _LexicalDraft(rows)


class _LexicalDraft:
    #: Nothing is kept of passages that were removed.
    is_worn = False

    def __init__(self, rows: _NewRows) -> None:
        self._rows = rows

    def add(self, passages: Sequence[int], entries: Sequence[Terms]) -> None:
        """Takes the terms of an article's passages, whose vectors follow."""
        self._rows.take_terms(passages, entries)

    def remove(self, passages: Iterable[int]) -> None:
        """Nothing: see `_Gone`."""

    def clear(self) -> None:
        """Nothing, as it is never worn."""


class _DenseDraft:
    def __init__(self, rows: _NewRows) -> None:
        self._rows = rows

    def add(self, passages: Sequence[int], entries: Sequence[np.ndarray] | np.ndarray) -> None:
        """Takes vectors, each under the number of its passage, whose terms came before."""
        self._rows.take_vectors(passages, entries)

    def remove(self, passages: Iterable[int]) -> None:
        """Nothing: see `_Gone`."""


class _NewRows:
    """What a build adds: articles, passages, and how many of these hold each term."""

    def __init__(self, engine: Engine, names: Names, manifest: Manifest, database: Database) -> None:
        self._engine, self._names, self._manifest, self._database = engine, names, manifest, database
        self.last_article = manifest.last_article
        self.last_passage = manifest.last_passage
        #: The number in the engine of each new article, by its number in the small database, which gives numbers again.
        self.articles: dict[int, int] = {}
        self.passages = 0
        self.lengths = dict.fromkeys(FIELDS, 0)
        self.terms: Counter[int] = Counter()
        self.means = manifest.means
        #: Passages that wait for their vectors, by number, and such as wait for the mean length.
        self._waiting: dict[int, tuple[Row, Terms]] = {}
        self._unmeasured: list[tuple[Row, Terms, list[np.ndarray]]] = []
        self._article_rows: list[Row] = []
        self._rows: list[Row] = []

    def take_terms(self, passages: Sequence[int], entries: Sequence[Terms]) -> None:
        """Takes an article's passages, of which the database knows the rest."""
        if not passages:
            return
        facts = {row[0]: row[1:] for row in self._database.passage_rows(passages)}
        placed = _placed(self.take_article(facts[passages[0]][0], len(passages)))
        for number, terms in zip(passages, entries, strict=True):
            _, start, end, said = facts[number]
            counted = lengths(terms)
            row = {
                "number": number, "article": self.last_article, "start": start, "stop": end,
                "said": said_number(said), **placed, **_seen(self._manifest),
                "lengths": " ".join(str(counted[name]) for name in FIELDS),
            }  # fmt: skip
            self._waiting[number] = (row, terms)
            for name in FIELDS:
                self.lengths[name] += counted[name]
        self.passages += len(passages)
        self.last_passage = max(self.last_passage, *passages)

    def take_article(self, local: int, passages: int) -> Article:
        """Takes an article by its number in the small database, and how many passages it has; the article."""
        article = self._database.article_numbered(local)
        (known,) = self._database.article_rows([local])
        self.last_article += 1
        self.articles[local] = self.last_article
        named = told_names(self._database.names_in(local))
        self._article_rows += article_rows(article, known, named, self.last_article, passages, self._manifest)
        if len(self._article_rows) >= _WRITTEN:
            self._write_articles()
        return article

    def take_vectors(self, passages: Sequence[int], entries: Sequence[np.ndarray] | np.ndarray) -> None:
        """Takes all vectors of passages that wait for them."""
        vectors: dict[int, list[np.ndarray]] = {}
        for number, vector in zip(passages, entries, strict=True):
            vectors.setdefault(number, []).append(vector)
        for number, found in vectors.items():
            self._measure(*self._waiting.pop(number), found)

    def finish(self) -> None:
        """Writes what still waits."""
        for number in list(self._waiting):  # without any stretch
            self._measure(*self._waiting.pop(number), [])
        self._measure_all()
        self._write(self._rows)
        self._write_articles()

    def move(self, moved: Mapping[int, ArticleRow]) -> None:
        """Writes articles of these numbers again under new ones, with the names and places that they have now.

        Their passages keep their vectors and terms.
        """
        for some in batches(sorted(moved), _MOVED):
            condition = f"{_alive(self._manifest)} and number in {list(some)}"
            pieces_found = self._engine.query(self._names.articles, condition, ["number", "piece", "data", "named"])
            texts = joined(pieces_found)
            named = {row["number"]: row["named"] for row in pieces_found if row["piece"] == 0}
            condition = f"{_alive(self._manifest)} and article in {list(some)}"
            passages = self._engine.query(self._names.passages, condition, ["*"])
            for number in some:
                record = json.loads(texts[number])
                article = Article(
                    moved[number][1], record["title"], record["text"], moved[number][2], record["published"]
                )
                self.last_article += 1
                rows = [row for row in passages if row["article"] == number]
                numbers = sorted({row["number"] for row in rows})
                self._article_rows += article_rows(
                    article, moved[number], named[number], self.last_article, len(numbers), self._manifest
                )
                renumbered = {old: self.last_passage + place for place, old in enumerate(numbers, start=1)}
                self.last_passage += len(numbers)
                changes = {"article": self.last_article, **_placed(article), **_seen(self._manifest)}
                for row in rows:
                    new = renumbered[row["number"]]
                    key = new * STRETCHES + max(0, row["stretch"])
                    self._rows.append({**row, **changes, "number": new, "pk": key})
            self._write(self._rows)
            self._write_articles()

    def _measure(self, row: Row, terms: Terms, vectors: list[np.ndarray]) -> None:
        if self.means is None:
            self._unmeasured.append((row, terms, vectors))
            if len(self._unmeasured) >= _MEASURED:
                self._measure_all()
            return
        self._rows += self._stretches(row, terms, vectors, self.means)
        if len(self._rows) >= _WRITTEN:
            self._write(self._rows)

    def _measure_all(self) -> None:
        """Takes the mean length of the passages so far for that of all."""
        waiting, self._unmeasured = self._unmeasured, []
        if waiting:
            self.means = {name: self.lengths[name] / self.passages for name in FIELDS}
            for item in waiting:
                self._measure(*item)

    def _stretches(
        self, row: Row, terms: Terms, vectors: list[np.ndarray], means: Mapping[str, float]
    ) -> Iterator[Row]:
        """A row for each vector of a passage, the first with its terms; one that is found by words alone has none."""
        counted = bags(terms)
        for name in FIELDS:
            self.terms.update(term_key(name, term) for term in counted[name].counts)
        nothing = dict.fromkeys(FIELDS, NOTHING)
        measured = {name: counted[name].vector(means[name]) for name in FIELDS}
        for place, vector in enumerate(vectors or [np.zeros(self._manifest.dimensions, np.float32)]):
            found_by = measured if place == 0 else nothing
            yield {**row, "pk": row["number"] * STRETCHES + place, "stretch": place if vectors else -1,
                   "dense": vector.tolist(), **found_by}  # fmt: skip

    def _write(self, rows: list[Row]) -> None:
        self._engine.write(self._names.passages, rows, _WRITTEN)
        rows.clear()

    def _write_articles(self) -> None:
        self._engine.write(self._names.articles, self._article_rows, _WRITTEN)
        self._article_rows.clear()


class _Gone:
    """What a build ends: rows that nobody sees from its generation on."""

    def __init__(self, engine: Engine, names: Names, manifest: Manifest) -> None:
        self._engine, self._names, self._manifest = engine, names, manifest
        self.passages = 0
        self.lengths = dict.fromkeys(FIELDS, 0)
        self.terms: Counter[int] = Counter()

    def end(self, articles: Sequence[int], counted: bool) -> None:
        """Ends articles with their passages; `counted` if these do not live on under other numbers."""
        for some in batches(articles, _MOVED):
            ended = _end(self._engine, self._names.passages, self._of(some, "article"), self._manifest)
            _end(self._engine, self._names.articles, self._of(some, "number"), self._manifest)
            for row in ended if counted else ():
                if row["stretch"] <= 0:
                    self._count(row)

    def _count(self, row: Row) -> None:
        self.passages += 1
        for name, length in zip(FIELDS, row["lengths"].split(), strict=True):
            self.lengths[name] += int(length)
            self.terms.update(term_key(name, term) for term in row[name] if term not in NOTHING)

    def _of(self, articles: Sequence[int], column: str) -> str:
        return f"{_alive(self._manifest)} and {column} in {list(articles)}"


def told_names(names: Sequence[tuple[NameKind, str, int]]) -> str:
    """Kind, name and trust of the names in an article as a row holds them: the first ones, if there is no room."""
    told = list(names)
    while len((text := json.dumps(told, ensure_ascii=False)).encode()) > _NAMES_BYTES:
        told = told[: len(told) // 2]
    return text


def article_rows(
    article: Article, known: ArticleRow, named: str, number: int, passages: int, manifest: Manifest
) -> list[Row]:
    """An article as its rows, one for each piece of its text; `named` are the names in it, as `told_names`."""
    _, _, _, digest, content, file, unit = known
    record = {
        "id": article.id, "title": article.title, "text": article.text, "source": article.source,
        "published": article.published, "digest": digest_of(article).hex(), "passages": passages,
    }  # fmt: skip
    found = pieces(json.dumps(record, ensure_ascii=False))
    if len(found) > PIECES:
        raise KhamtopError("milvus.too_long", article=article.id)
    told = json.dumps([digest.hex(), content.hex(), file, unit.hex(), article.source])
    return [
        {
            "pk": number * PIECES + piece, "number": number, "piece": piece, "pieces": len(found),
            "key": article_key(article.id), "id": article.id if piece == 0 else "", "title": article.title[:10_000],
            "file": file, "known": told if piece == 0 else "", "named": named if piece == 0 else "", "data": text,
            **_placed(article), **_seen(manifest),
        }
        for piece, text in enumerate(found)
    ]  # fmt: skip


def _placed(article: Article) -> Row:
    """What filters ask of an article; 0 stands for no day."""
    first, last = span_of(article.published or "") or (None, None)
    return {
        "day": first.toordinal() if first else 0,
        "last_day": last.toordinal() if last else 0,
        "place": comparable(article.source)[:10_000],
    }


def _seen(manifest: Manifest) -> Row:
    return {"part": manifest.part, "born": manifest.generation, "died": FOREVER}


def _alive(manifest: Manifest) -> str:
    """The rows of a part that the last build left, whether or not this one has ended them."""
    return f"part == {manifest.part} and born < {manifest.generation} and died >= {manifest.generation}"


def _end(engine: Engine, collection: str, condition: str, manifest: Manifest) -> list[Row]:
    """Ends rows; these rows."""
    rows = engine.query(collection, condition, ["*"])
    engine.write(collection, [{**row, "died": manifest.generation} for row in rows], _WRITTEN)
    return rows


def _file_of(number: int, text: str) -> FileRow:
    identity, digest, rejected = json.loads(text)
    return number, identity, digest and bytes.fromhex(digest), rejected


def _article_of(row: Row) -> ArticleRow:
    digest, content, file, unit, source = json.loads(row["known"])
    return row["number"], row["id"], source, bytes.fromhex(digest), bytes.fromhex(content), file, bytes.fromhex(unit)


@contextmanager
def drafting(
    address: Address, encoder: Encoder, afresh: bool = False, part: tuple[int, int] = (1, 1)
) -> Iterator[tuple[Draft, Callable[[str | None], Manifest]]]:
    """A draft of the next build of a part, and the call that commits it; without that call nothing is seen.

    Raises:
        KhamtopError: `index.busy` if another build writes there; `milvus.parts` where it was built in another number
            of parts; whatever `Engine` raises.
    """
    try:
        engine = Engine(address)
    except KhamtopError as error:
        if error.code == "milvus.locked":  # a build, or a page that is served
            raise KhamtopError("index.busy", folder=str(address)) from error
        raise
    state = State(engine)
    state.make()
    with Lock(state, part[0] - 1).held() as lock:
        earlier, reason, manifest = _begun(state, encoder, afresh, part)
        make_collections(engine, Names.of(address.collection, manifest.epoch), encoder.dimensions)
        draft = Draft(engine, earlier, reason, manifest)

        def commit(encoder_source: str | None) -> Manifest:
            finished = draft.finish(encoder, encoder_source)
            draft.settle()
            if not lock.is_ours():
                raise KhamtopError("index.busy", folder=str(address))
            state.commit(finished)
            return finished

        try:
            yield draft, commit
        except MemoryError as error:
            raise KhamtopError("index.memory") from error
        except (OSError, DatabaseUnwritable) as error:  # the disk of this machine is full
            raise KhamtopError("index.unwritable", folder=tempfile.gettempdir()) from error
        finally:
            draft.close()
            _leave_nothing(state, part[1])


def remembered_encoder(address: Address) -> str | None:
    """What the index at an address loads its encoder from; None for the embedded one, or if there is no index."""
    if address.file is not None and not address.file.exists():
        return None
    try:
        return counts_at(address).encoder_source
    except KhamtopError as error:
        if error.code in ("index.missing", "index.format", "index.damaged", "milvus.locked"):
            return None  # the build tells what is wrong
        raise


def _leave_nothing(state: State, parts: int) -> None:
    """Takes our collections away where no build ever committed anything, and no other part may be about to."""
    with suppress(KhamtopError):  # where the server is away, so are we
        if parts == 1 and not state.has_commits():
            for epoch in state.epochs():
                state.drop_epoch(epoch)
            state.engine.drop(state.collection)


def _begun(
    state: State, encoder: Encoder, afresh: bool, part: tuple[int, int]
) -> tuple[Manifest | None, str | None, Manifest]:
    """The build to go on from, or why there is none; and the manifest to begin with."""
    if part[1] > 1:
        return _begun_part(state, encoder, afresh, *part)
    earlier, reason = _earlier(state, encoder, afresh)
    if earlier and not reason:
        _sweep(state, earlier)
        return earlier, None, earlier
    _drop_epochs(state, keep=state.answering_epoch(), generation=state.highest()[1])
    epoch, generation = state.highest()
    return None, reason, _empty(encoder, part, epoch + 1, generation)


def _earlier(state: State, encoder: Encoder, afresh: bool) -> tuple[Manifest | None, str | None]:
    """The last committed build of an index of one part, and why it cannot be gone on from."""
    try:
        committed = state.committed()
    except KhamtopError as error:
        if error.code not in ("index.format", "index.damaged"):  # a server that is away, which tells nothing
            raise
        return None, error.code.removeprefix("index.")
    if not committed:
        return None, None
    _check_parts(committed, 1)
    earlier = committed[0]
    if afresh:
        return earlier, "asked"
    return earlier, "encoder" if earlier.encoder != encoder.name else None


def _begun_part(
    state: State, encoder: Encoder, afresh: bool, part: int, parts: int
) -> tuple[Manifest | None, str | None, Manifest]:
    """The same of one of several parts, which share their collections: none can begin these anew."""
    committed = state.committed()
    _check_parts(committed, parts)
    if afresh:
        raise KhamtopError("milvus.part_afresh", address=str(state.engine.address))
    for other in committed.values():
        if other.encoder != encoder.name:
            raise KhamtopError("index.encoder", found=encoder.name, wanted=other.encoder)
    earlier = committed.get(part - 1)
    begun = earlier or _empty(encoder, (part, parts), 1, 0)
    _sweep(state, begun)
    return earlier, None, begun


def _check_parts(committed: Mapping[int, Manifest], parts: int) -> None:
    for one in committed.values():
        if one.parts != parts:
            raise KhamtopError("milvus.parts", found=one.parts, wanted=parts)


def _empty(encoder: Encoder, part: tuple[int, int], epoch: int, generation: int) -> Manifest:
    """The manifest of a part that holds nothing yet."""
    number, parts = part[0] - 1, part[1]
    first = number * PART_NUMBERS
    return Manifest(
        current_format(), number, parts, epoch, generation, encoder.name, None, encoder.dimensions,
        last_article=first, last_passage=first,
    )  # fmt: skip


def _drop_epochs(state: State, keep: int | None, generation: int) -> None:
    """Drops the collections of other epochs: such as were replaced, or never committed."""
    for epoch in state.epochs() - {keep}:
        state.sweep_up_to(0, generation)
        state.drop_epoch(epoch)


def _sweep(state: State, last: Manifest) -> None:
    """Takes out what a killed build left, and what had ended before the build that answers."""
    engine, part, generation = state.engine, last.part, last.generation
    names = Names.of(state.collection, last.epoch)
    if last.parts == 1:
        _drop_epochs(state, last.epoch, generation)
    swept = f"part == {part} and (died <= {generation} or born > {generation})"
    ending = f"part == {part} and died == {generation + 1}"
    for name in (names.passages, names.articles, names.files):
        if not engine.has(name):
            continue
        engine.load(name)
        if engine.count(name, swept):
            state.sweep_up_to(part, generation)
            engine.delete(name, swept)
        for some in batches([row["pk"] for row in engine.query(name, ending, ["pk"])], _WRITTEN):
            rows = engine.of_keys(name, some, ["*"])
            engine.write(name, [{**row, "died": FOREVER} for row in rows], _WRITTEN)
