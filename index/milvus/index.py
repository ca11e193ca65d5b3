"""An index in Milvus, open for reading: one whole state of it, as `storage/opened.py` wants it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache, partial
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from khamtop.index.encoders.wiring import load_encoder
from khamtop.index.filters import comparable
from khamtop.index.milvus.address import Address
from khamtop.index.milvus.bm25 import dimension, idf, question, score, weighed
from khamtop.index.milvus.engine import MOST_FOUND, Engine, Row, ranged
from khamtop.index.milvus.state import PART_NUMBERS, PIECES, STRETCHES, Manifest, Names, State, term_key, visible
from khamtop.index.milvus.texts import article_key, joined, said_digest, said_number
from khamtop.index.rankings.lexical import FEW, Alternatives, Condition, best_of_fields
from khamtop.index.storage.database import Listed, Places, digest_of
from khamtop.index.storage.listing import Listing
from khamtop.index.storage.names import NameList
from khamtop.index.text.names import LIKELY, NameKind, key_of
from khamtop.index.types import Article, Encoder, Filter, KhamtopError, Passage, Ranked, best_first, holds

#: Articles, facts of passages and of terms, and filters, that are remembered.
_ARTICLES, _PASSAGES, _TERMS, _FILTERS = 256, 1 << 14, 1 << 16, 8
#: Passages that are asked for beyond those that are wanted, times what is wanted: several rows may be of one passage,
#: and what several ways of writing a thing add to it may not count.
_OVER = 2
#: Letters that mean something in a condition: there stands for them what fits any letter.
_SPECIAL = frozenset('%_"\\\n\r\t')
_FACTS = ["number", "article", "start", "stop", "said", "day", "born", "died", "part"]
_T = TypeVar("_T")


class MilvusIndex:
    """The builds of all parts that were committed when it was opened."""

    def __init__(self, engine: Engine, manifests: Sequence[Manifest], encoder: Encoder) -> None:
        self.encoder = encoder
        self.manifest = Counts(manifests)
        self.built = datetime.fromtimestamp(max(one.built for one in manifests), UTC)
        self._engine, self._state, self._manifests = engine, State(engine), manifests
        self._by_part = {one.part: one for one in manifests}
        self._names = Names.of(engine.address.collection, manifests[0].epoch)
        self._seen = visible(manifests)
        self._remembered = lru_cache(maxsize=_ARTICLES)(self.article_numbered)
        #: The passages of the filters that were asked for last, each with its condition, if it can be said as one.
        self._within: dict[Filter, tuple[np.ndarray, str | None]] = {}
        self._facts: dict[int, Row] = {}
        self._copies: dict[int, list[int]] = {}
        self._counts: dict[int, int] = {}

    @classmethod
    def open(cls, address: Address, encoder: Encoder | None = None) -> MilvusIndex:
        """The index at an address, as it was committed last.

        Raises:
            KhamtopError: as `Index.open` in `storage/store.py`, or as `Engine`.
        """
        engine, manifests = _committed(address)
        first = manifests[0]
        encoder = encoder or load_encoder(first.encoder_source)
        if encoder.name != first.encoder:
            raise KhamtopError("index.encoder", found=encoder.name, wanted=first.encoder)
        for collection in Names.of(address.collection, first.epoch).all():
            engine.load(collection)
        return cls(engine, manifests, encoder)

    def __len__(self) -> int:
        """The number of passages."""
        return self.manifest.passages

    @cached_property
    def stamp(self) -> str:
        """A few letters that no other state has."""
        parts = [(one.part, one.epoch, one.generation, one.built) for one in self._manifests]
        address = self._engine.address
        return blake2b(json.dumps([address.uri, address.collection, parts]).encode(), digest_size=6).hexdigest()

    def is_replaced(self) -> bool:
        """Whether a later build was committed, of any part."""
        return list(self._state.committed().values()) != list(self._manifests)

    # Articles

    def articles(self, spread: int | None = None) -> Iterator[Article]:
        """Every article, in the order in which they were indexed as they are; or `spread` of them, evenly apart."""
        numbers = self.article_numbers()
        step = max(1, len(numbers) // spread) if spread else 1
        return map(self._remembered, islice(numbers, 0, step * spread if spread else None, step))

    def article(self, identity: str) -> Article:
        """The article of that id; raises `KeyError` if there is none."""
        return self._remembered(self._number_of(identity))

    def listed(self, identity: str) -> Listed:
        """The article of that id as a list shows it; raises as `article` does."""
        (found,) = self.listed_numbers([self._number_of(identity)])
        return found

    @cached_property
    def listing(self) -> Listing:
        """The articles as a person looks through them; made when it is first asked for."""
        return Listing(_Catalogue(self))

    @cached_property
    def names(self) -> NameList:
        """The names of the articles as a person looks through them; made when it is first asked for."""
        return NameList(counted(self._named))

    @cached_property
    def _named(self) -> dict[int, list[tuple[NameKind, str, int]]]:
        """Kind, name and trust of the names in each article, by its number."""
        rows = self.article_rows(["named"])
        return {row["number"]: json.loads(row["named"] or "[]") for row in rows}

    def _calling(self, name: str) -> set[int]:
        """The numbers of the articles that have a name in them, or if none has it one that contains it."""
        key = key_of(name)
        keys = {number: [key_of(called) for _, called, _ in names] for number, names in self._named.items()}
        exactly = {number for number, called in keys.items() if key in called}
        return exactly or {number for number, called in keys.items() if any(key in one for one in called)}

    def _number_of(self, identity: str) -> int:
        condition = f"{self._seen} and piece == 0 and key == {article_key(identity)}"
        rows = self._whole(partial(self._engine.query, self._names.articles, condition, ["number", "id"]))
        for row in rows:
            if row["id"] == identity:
                return int(row["number"])
        raise KeyError(identity)

    def article_numbered(self, number: int) -> Article:
        """The article of that number; raises `index.damaged` if it is not as it was written."""
        record = self._record(number)
        article = Article(record["id"], record["title"], record["text"], record["source"], record["published"])
        if digest_of(article).hex() != record["digest"]:
            raise KhamtopError("index.damaged", file=f"article {number}")
        return article

    def _record(self, number: int) -> dict[str, Any]:
        """What was written of an article."""

        def read() -> list[Row]:
            columns = ["number", "piece", "pieces", "data"]
            rows = self._engine.of_keys(self._names.articles, [number * PIECES], columns)
            rest = range(1, rows[0]["pieces"]) if rows else ()
            keys = [number * PIECES + piece for piece in rest]
            return [*rows, *(self._engine.of_keys(self._names.articles, keys, columns) if keys else ())]

        try:
            found: dict[str, Any] = json.loads(joined(self._whole(read))[number])
        except (KeyError, ValueError) as error:
            raise KhamtopError("index.damaged", file=f"article {number}") from error
        return found

    def article_numbers(self) -> list[int]:
        """The numbers of all articles, ascending."""
        return sorted(row["number"] for row in self.article_rows([]))

    def article_rows(self, columns: Sequence[str], condition: str = "") -> list[Row]:
        """The first row of every article that meets a condition."""
        wanted = f"{self._seen} and piece == 0{condition}"
        return self._all(self._names.articles, wanted, columns, "last_article")

    def listed_numbers(self, numbers: Sequence[int]) -> list[Listed]:
        """The articles of these numbers as a list shows them, in that order."""
        if not numbers:
            return []
        keys = [number * PIECES for number in numbers]
        columns = ["number", "day", "last_day", "file", "part"]
        found = self._whole(partial(self._engine.of_keys, self._names.articles, keys, columns))
        rows = {row["number"]: row for row in found}
        return [self._listed_one(rows[number]) for number in numbers]

    def _listed_one(self, row: Row) -> Listed:
        record = self._record(row["number"])
        of_file = f"{self._seen} and part == {row['part']} and "
        file = f"{of_file}number == {row['file']}"
        alike = f"{of_file}piece == 0 and file == {row['file']}"
        texts = self._whole(partial(self._engine.query, self._names.files, file, ["number", "piece", "data"]))
        others = self._whole(partial(self._engine.count, self._names.articles, alike))
        identity, digest, rejected = json.loads(joined(texts)[row["file"]])
        is_alone = others == 1 and all(item[1] == "text.bad_letter" for item in json.loads(rejected))
        day = date.fromordinal(row["day"]) if row["day"] and row["day"] == row["last_day"] else None
        return Listed(
            record["id"], record["title"], record["published"], day, record["source"], len(record["text"]),
            record["passages"], Path(identity.partition("\n")[2]), digest and bytes.fromhex(digest), is_alone,
        )  # fmt: skip

    # Passages

    def passage(self, number: int) -> tuple[Article, Passage]:
        """The passage of that number with its article."""
        fact = self._facts_of([number]).get(number)
        if fact is None:
            raise KhamtopError("index.damaged", file=f"passage {number}")
        article = self._remembered(fact["article"])
        return article, Passage(article.id, fact["start"], fact["stop"])

    def passages_of(self, identity: str) -> frozenset[int]:
        """The numbers of an article's passages; none if there is no such article."""
        try:
            number = self._number_of(identity)
        except KeyError:
            return frozenset()
        condition = f"{self._seen} and stretch <= 0 and article == {number}"
        rows = self._whole(partial(self._engine.query, self._names.passages, condition, ["number"]))
        return frozenset(row["number"] for row in rows)

    def passages_within(self, bounds: Filter) -> np.ndarray:
        """The numbers (int64, ascending) of the passages that a filter lets through."""
        within = self._within
        if bounds not in within:
            latest = dict(list(within.items())[1 - _FILTERS :])
            self._within = within = {**latest, bounds: self._passages_within(bounds)}
        return within[bounds][0]

    def article_ids(self, passages: Sequence[int]) -> list[str]:
        """The id of the article of each passage."""
        facts = self._facts_of(passages)
        articles = sorted({facts[number]["article"] for number in passages})
        keys = [number * PIECES for number in articles]
        rows = self._whole(partial(self._engine.of_keys, self._names.articles, keys, ["number", "id"]))
        names = {row["number"]: row["id"] for row in rows}
        return [names[facts[number]["article"]] for number in passages]

    @cached_property
    def places(self) -> Places:
        """Where each passage stands; made when it is first asked for."""
        rows = self.passage_rows(["article", "day"])
        columns = [[row[name] for row in rows] for name in ("number", "article", "day")]
        return Places(*(np.array(column, np.int64) for column in columns))

    def passage_rows(self, columns: Sequence[str]) -> list[Row]:
        """The first row of every passage, by number."""
        rows = self._all(self._names.passages, f"{self._seen} and stretch <= 0", columns, "last_passage")
        return sorted(rows, key=lambda row: int(row["number"]))

    def said(self, passages: Sequence[int]) -> dict[int, bytes]:
        """What each passage says, as a digest."""
        facts = self._facts_of(passages)
        self._learn_copies({fact["said"] for fact in facts.values()})  # which are asked for next, one by one
        return {number: said_digest(fact["said"]) for number, fact in facts.items()}

    def that_say(self, said: bytes) -> list[int]:
        """The passages of that digest: those of the earliest article first, undated ones last, then by number."""
        number = said_number(said)
        return self._learn_copies({number})[number]

    def _learn_copies(self, digests: Collection[int]) -> dict[int, list[int]]:
        """The passages of each of these digests, in the order of `that_say`."""
        kept = self._copies if len(self._copies) < _PASSAGES else {}
        lacking = sorted(set(digests) - kept.keys())
        if lacking:
            condition = f"{self._seen} and stretch <= 0 and said in {lacking}"
            rows = self._whole(partial(self._engine.query, self._names.passages, condition, _FACTS))
            self._remember(rows)
            found: dict[int, list[int]] = {digest: [] for digest in lacking}
            for row in sorted(rows, key=lambda row: (row["day"] == 0, row["day"], row["number"])):
                found[row["said"]].append(row["number"])
            self._copies = kept = {**kept, **found}
        return kept

    def _facts_of(self, passages: Sequence[int]) -> dict[int, Row]:
        """What is known of passages, but for their terms and vectors."""
        lacking = [number for number in passages if number not in self._facts]
        if lacking:
            keys = [number * STRETCHES for number in lacking]
            rows = self._whole(partial(self._engine.of_keys, self._names.passages, keys, _FACTS))
            self._remember(filter(self._sees, rows))
        return {number: self._facts[number] for number in passages if number in self._facts}

    def _remember(self, rows: Iterable[Row]) -> None:
        if len(self._facts) > _PASSAGES:
            self._facts = {}
        self._facts = {**self._facts, **{row["number"]: row for row in rows}}

    def _sees(self, row: Row) -> bool:
        generation = self._by_part[row["part"]].generation
        return bool(row["born"] <= generation < row["died"])

    # Filters

    def _passages_within(self, bounds: Filter) -> tuple[np.ndarray, str | None]:
        """The passages that a filter lets through, and the same as a condition where it can be said as one."""
        condition, source = _condition(bounds)
        wanted = f"{self._seen} and stretch <= 0{condition}"
        columns = [*(["place"] if source else []), *(["article"] if bounds.name else [])]
        rows = self._all(self._names.passages, wanted, columns, "last_passage")
        calling = self._calling(bounds.name) if bounds.name else set()
        numbers = [
            row["number"]
            for row in rows
            if (not source or source in row["place"]) and (not bounds.name or row["article"] in calling)
        ]
        return np.sort(np.array(numbers, np.int64)), None if source or bounds.name else condition

    def articles_within(self, bounds: Filter) -> set[int]:
        """The numbers of the articles that a filter lets through."""
        condition, source = _condition(bounds)
        rows = self.article_rows(["place"] if source else [], condition)
        found = {row["number"] for row in rows if not source or source in row["place"]}
        return found & self._calling(bounds.name) if bounds.name else found

    def _narrowed(self, among: np.ndarray | None) -> tuple[str, np.ndarray | None]:
        """A condition for passages, and those that must still be picked out of what it lets through."""
        if among is None:
            return "", None
        condition = self._condition_of(among)
        if condition is not None:
            return condition, None
        if len(among) <= FEW:
            return f" and number in {among.tolist()}", None
        return "", among

    def _condition_of(self, among: np.ndarray) -> str | None:
        """The condition that gave these passages, if it is one of those that were asked for last."""
        return next((condition for array, condition in self._within.values() if array is among), None)

    # Searching

    def search_vectors(self, vector: np.ndarray, k: int, among: np.ndarray | None = None) -> list[Ranked]:
        """The `k` passages (of those `among`) whose vectors lie nearest to a question's, best first."""
        condition, rest = self._narrowed(among)
        wanted = f"{self._seen} and stretch >= 0{condition}"
        depth = _OVER * k
        while True:
            (hits,) = self._search("dense", [vector], wanted, depth)
            found: dict[int, float] = {}
            for cosine, row in hits:
                if rest is None or holds(rest, row["number"]):
                    found.setdefault(row["number"], cosine)  # the first of a passage is its best
            if len(found) >= k or len(hits) < depth or depth >= MOST_FOUND:
                return best_first(found, k)
            depth *= 4

    def search_words(
        self, wanted: Mapping[str, Sequence[Alternatives]], k: int, among: np.ndarray | None = None
    ) -> list[Ranked]:
        """The `k` passages (of those `among`) that fit what is wanted in each field of `FIELD_WEIGHTS` best."""
        return best_of_fields(self._search_field, wanted, k, among)

    def _search_field(
        self, field: str, wanted: Sequence[Alternatives], k: int, among: np.ndarray | None
    ) -> list[tuple[int, float]]:
        """The `k` best passages of one field.

        The engine adds up all ways of writing a thing, of which only the best counts: so no passage below the last that
        it found can be better than that one, and it is asked for more until this settles who the best are.
        """
        things = weighed(wanted, self._idfs(field, wanted))
        vector = question(things)
        if not vector:
            return []
        is_exact = all(len(ways) == 1 for ways in things)
        condition, rest = self._narrowed(among)
        seen = f"{self._seen} and stretch <= 0{condition}"
        depth = k if is_exact and rest is None else _OVER * k
        while True:
            (hits,) = self._search(field, [vector], seen, depth, () if is_exact else (field,))
            inside = [hit for hit in hits if rest is None or holds(rest, hit[1]["number"])]
            scored = [(row["number"], points if is_exact else score(things, row[field])) for points, row in inside]
            scored.sort(key=lambda item: (-item[1], item[0]))
            is_all = len(hits) < depth or depth >= MOST_FOUND
            if is_all or (len(scored) >= k and (is_exact or scored[k - 1][1] >= hits[-1][0])):
                return scored[:k]
            depth *= 4

    def _search(
        self,
        field: str,
        wanted: Sequence[Mapping[int, float]] | Sequence[np.ndarray],
        condition: str,
        limit: int,
        columns: Sequence[str] = (),
    ) -> list[list[tuple[float, Row]]]:
        names = ["number", *columns]
        return self._whole(partial(self._engine.nearest, self._names.passages, field, wanted, condition, limit, names))

    def holding(self, conditions: Sequence[Condition]) -> np.ndarray:
        """The numbers (int64, ascending) of the passages whose words, n-grams or sounds meet every condition."""
        if not conditions:
            return self.places.passages
        found: set[int] | None = None
        for ways in conditions:
            any_way: set[int] = set()
            for field, terms in ways:
                any_way |= self._with_all(field, terms)
            found = any_way if found is None else found & any_way
        return np.sort(np.array(list(found or ()), np.int64))

    def _with_all(self, field: str, terms: Sequence[str]) -> set[int]:
        """The passages in which all terms stand: those with the rarest, and of these the ones with each other one."""
        counts = self._count_terms(field, terms)
        rarest, *others = sorted({dimension(term) for term in terms}, key=lambda term: (counts[term], term))
        if not counts[rarest]:
            return set()
        found = self._with(field, rarest, counts[rarest])
        for term in others:
            if not found:
                break
            if len(found) <= FEW:
                found = self._with(field, term, len(found), f" and number in {sorted(found)}")
            else:
                found &= self._with(field, term, counts[term])
        return found

    def _with(self, field: str, term: int, most: int, condition: str = "") -> set[int]:
        """The passages in which a term stands; there are `most` at the most."""
        seen = f"{self._seen} and stretch <= 0{condition}"
        if most < MOST_FOUND:
            (hits,) = self._search(field, [{term: 1.0}], seen, most + 1)
            return {row["number"] for _, row in hits}
        found: set[int] = set()
        for one in self._manifests:  # no more passages at once than a search may give back
            for at in range(one.part * PART_NUMBERS, one.last_passage + 1, MOST_FOUND):
                some = f" and number >= {at} and number < {at + MOST_FOUND}"
                (hits,) = self._search(field, [{term: 1.0}], seen + some, MOST_FOUND)
                found |= {row["number"] for _, row in hits}
        return found

    # Terms

    def has_written(self, words: Iterable[str]) -> bool:
        """Whether each of the words stands in some passage."""
        return all(self._count_terms("words", list(words)).values())

    def frequency(self, words: Iterable[str]) -> int:
        """In how many passages words stand that are one thing together: no more than the rarest of them."""
        return min(self._count_terms("words", list(words)).values(), default=0)

    def _idfs(self, field: str, wanted: Sequence[Alternatives]) -> dict[int, float]:
        """How much each term tells that stands anywhere."""
        terms = [term for ways in wanted for terms, _ in ways for term in terms]
        counts = self._count_terms(field, terms)
        return {term: idf(len(self), count) for term, count in counts.items() if count}

    def _count_terms(self, field: str, terms: Sequence[str]) -> dict[int, int]:
        """In how many passages each term stands."""
        wanted = {dimension(term): term_key(field, dimension(term)) for term in terms}
        lacking = [key for key in wanted.values() if key not in self._counts]
        if lacking:
            keys = [f"{one.part}.{key}" for one in self._manifests for key in lacking]
            columns = ["pk", "part", "count", "before", "born"]
            rows = self._whole(partial(self._engine.of_keys, self._names.terms, keys, columns))
            counts = dict.fromkeys(lacking, 0)
            for row in rows:
                is_later = row["born"] > self._by_part[row["part"]].generation
                counts[int(row["pk"].partition(".")[2])] += row["before" if is_later else "count"]
            kept = self._counts if len(self._counts) < _TERMS else {}
            self._counts = {**kept, **counts}
            return {term: counts[key] if key in counts else self._counts[key] for term, key in wanted.items()}
        return {term: self._counts[key] for term, key in wanted.items()}

    # Whole states

    def _all(self, collection: str, condition: str, columns: Sequence[str], last: str) -> list[Row]:
        """All rows that meet a condition with their numbers."""

        def read() -> list[Row]:
            return [
                row
                for one in self._manifests
                for row in ranged(
                    self._engine, collection, condition, one.part * PART_NUMBERS, getattr(one, last), columns
                )
            ]

        return self._whole(read)

    def _whole(self, read: Callable[[], _T]) -> _T:
        """What was read, unless some of it may have been taken out meanwhile: a build says so before it does."""
        try:
            found = read()
        except KhamtopError as error:
            if error.code == "milvus.failed" and self._is_swept():  # with the collections that it was read from
                raise KhamtopError("index.replaced") from error
            raise
        if self._is_swept():
            raise KhamtopError("index.replaced")
        return found

    def _is_swept(self) -> bool:
        swept = self._state.swept()
        return any(swept.get(one.part, 0) > one.generation for one in self._manifests)


def counts_at(address: Address) -> Counts:
    """What the builds of all parts that were committed last counted; raises as `MilvusIndex.open`."""
    return Counts(_committed(address)[1])


def _committed(address: Address) -> tuple[Engine, list[Manifest]]:
    """The engine at an address, and the last committed build of each part."""
    if address.file is not None and not address.file.exists():
        raise KhamtopError("index.missing", folder=str(address))
    engine = Engine(address)
    state = State(engine)
    manifests: list[Manifest] = []
    if state.is_there():
        state.load()
        manifests = list(state.committed().values())
    if not manifests:
        raise KhamtopError("index.missing", folder=str(address))
    return engine, manifests


class Counts:
    """What all parts hold together."""

    def __init__(self, manifests: Sequence[Manifest]) -> None:
        self.articles = sum(one.articles for one in manifests)
        self.passages = sum(one.passages for one in manifests)
        self.encoder = manifests[0].encoder
        self.encoder_source = manifests[0].encoder_source
        self.format = manifests[0].format


def counted(named: Mapping[int, Sequence[tuple[NameKind, str, int]]]) -> list[tuple[NameKind, str, int]]:
    """Kind, name and number of articles of each name that is to be believed, as `Database.names`."""
    articles: Counter[tuple[NameKind, str]] = Counter()
    trust: dict[tuple[NameKind, str], int] = {}
    for names in named.values():
        for kind, name, believed in names:
            articles[kind, name] += 1
            trust[kind, name] = max(trust.get((kind, name), 0), believed)
    shown = [(*name, count) for name, count in articles.items() if trust[name] + (count > 1) > LIKELY]
    return sorted(shown, key=lambda item: (-item[2], item[1]))


class _Catalogue:
    """The articles of an index as a `Listing` takes them."""

    def __init__(self, index: MilvusIndex) -> None:
        self._index = index

    def catalogue(self) -> list[tuple[int, str, int | None]]:
        """Number, title and day (an ordinal) of every article: the newest first, undated ones last, then by title."""
        rows = self._index.article_rows(["title", "day", "last_day"])
        days = [row["day"] if row["day"] and row["day"] == row["last_day"] else None for row in rows]
        found = [(row["number"], row["title"], day) for row, day in zip(rows, days, strict=True)]
        return sorted(found, key=lambda item: (-(item[2] or 0), item[1], item[0]))

    def listed(self, numbers: Sequence[int]) -> list[Listed]:
        """The articles of these numbers as a list shows them, in that order."""
        return self._index.listed_numbers(numbers)

    def articles_within(self, bounds: Filter) -> set[int]:
        """The numbers of the articles that a filter lets through."""
        return self._index.articles_within(bounds)


def _condition(bounds: Filter) -> tuple[str, str]:
    """A filter as a condition, and what of a source must still be looked for in what it lets through."""
    condition = ""
    if bounds.since is not None:
        condition += f" and last_day >= {bounds.since.toordinal()}"
    if bounds.until is not None:
        condition += f" and day <= {bounds.until.toordinal()} and day > 0"
    source = comparable(bounds.source or "")
    if not source:
        return condition, ""
    plain = "".join("_" if letter in _SPECIAL else letter for letter in source)
    return f'{condition} and place like "%{plain}%"', source if _SPECIAL.intersection(source) else ""
