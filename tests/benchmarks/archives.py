"""Archives to measure with, as files of JSON lines, and the questions that are asked of them."""

from __future__ import annotations

import json
import lzma
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from khamtop.index.building.pool import in_order
from khamtop.index.sources.files import read_articles
from khamtop.index.sources.squad import read_squad
from khamtop.index.threads import cores
from khamtop.index.types import Article, KhamtopError
from khamtop.qa.question import check

TESTS = Path(__file__).parents[1]
NEWS = [TESTS / "data" / "news-tune.json", TESTS / "data" / "news-report.json"]
#: What a change adds to the end of an archive.
ADDED = 10
#: The first article that a change takes away, and the first that it alters.
_GONE_FROM, _CHANGED_FROM = 3, 13
#: Titles that are asked as questions: so many that a hundred can be judged and two hundred questions timed.
_FEWEST_TITLES, _FEWEST_QUESTIONS = 110, 220
#: A shorter title ("a speech of the prime minister") may be said of many an article.
_SHORTEST_TITLE = 40
_SHORTEST_LINE = 80
#: What is packed at a time: several times the 8 MB that xz looks back on, so that parting them costs it little.
_PART_BYTES = 48_000_000


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the id of the article that answers it; `is_title` if it is that article's title."""

    text: str
    article_id: str
    is_title: bool


@dataclass(frozen=True, slots=True)
class Prepared:
    """How many articles an archive has, and what to ask of it."""

    articles: int
    questions: list[Question]


def prepare(given: Path | None, limit: int | None, file: Path) -> Prepared:
    """Writes the archive to measure with: all of `given`, or its first `limit` articles and those of the questions.

    Without `given` it is made of what the tests have.
    """
    asked = [Question(entry["question"], about["id"], False) for about, entry in _entries() if entry]
    articles = _of_tests() if given is None else read_articles([given])
    chosen = first((item for item in articles if isinstance(item, Article)), limit, {item.article_id for item in asked})
    titles: dict[str, str] = {}

    def noted() -> Iterator[Article]:
        for article in chosen:
            titles[article.id] = article.title
            yield article

    count = write(file, noted())
    asked = [question for question in asked if question.article_id in titles]
    return Prepared(count, [*asked, *_of_titles(titles, max(_FEWEST_TITLES, _FEWEST_QUESTIONS - len(asked)))])


def write(file: Path, articles: Iterable[Article]) -> int:
    """Writes articles as JSON lines, packed as xz does by itself if the file's name says so; how many there were.

    Each part is a stream of its own, of which a file may have several: so all processors pack. Nothing lighter will
    do, since unpacking what xz packs in a hurry takes longer than unpacking an archive as people have it.
    """
    count = 0

    def parts() -> Iterator[bytes]:
        nonlocal count
        part = bytearray()
        for article in articles:
            part += json.dumps(asdict(article), ensure_ascii=False).encode() + b"\n"
            count += 1
            if len(part) >= _PART_BYTES:
                yield bytes(part)
                part.clear()
        yield bytes(part)

    with open(file, "wb") as stream:
        stream.writelines(in_order(lzma.compress, parts(), cores(), 1) if file.suffix == ".xz" else parts())
    return count


def read(file: Path) -> Iterator[Article]:
    """The articles of an archive that `write` wrote."""
    return (item for item in read_articles([file]) if isinstance(item, Article))


def first(articles: Iterable[Article], count: int | None, besides: set[str]) -> Iterator[Article]:
    """The first `count` articles (None for all), and those of these ids."""
    return (item for number, item in enumerate(articles) if count is None or number < count or item.id in besides)


def changed(articles: Iterable[Article], times: int) -> Iterator[Article]:
    """The articles after so many changes, of which each takes one away, alters one, and adds `ADDED`."""
    patterns: list[Article] = []
    for number, article in enumerate(articles):
        if len(patterns) < ADDED * times:
            patterns.append(article)
        if _CHANGED_FROM <= number < _CHANGED_FROM + times:
            yield replace(article, text=f"{article.text}\nแก้ไขเพิ่มเติมโดยกองบรรณาธิการ")
        elif not _GONE_FROM <= number < _GONE_FROM + times:
            yield article
    for number, article in enumerate(patterns):
        yield replace(article, id=f"added-{number}", text=f"{article.text}\nเผยแพร่ซ้ำเป็นครั้งที่ {number}")


def false_quotes(file: Path, quotes: Iterable[tuple[str, str]]) -> list[str]:
    """The quotes, each with its article's id, that do not stand in that article of the archive."""
    wanted: dict[str, set[str]] = {}
    for identity, quote in quotes:
        wanted.setdefault(identity, set()).add(quote)
    for article in read(file):
        if article.id in wanted:
            wanted[article.id] = {quote for quote in wanted[article.id] if quote not in article.text}
    return [f"{identity}: {quote}" for identity, left in wanted.items() for quote in left]


def _entries() -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
    """Each article of the news questions with each of its questions; with None if it has none."""
    for paragraph in chain.from_iterable(map(read_squad, NEWS)):
        for entry in paragraph.questions or [None]:
            yield {**paragraph.about, "context": paragraph.context}, entry


def _of_titles(titles: dict[str, str], count: int) -> list[Question]:
    """`count` titles, evenly apart, of those that a question may be and that tell one article from the others."""
    times = Counter(titles.values())
    fit = [
        Question(title, identity, True) for identity, title in titles.items() if times[title] == 1 and _is_fit(title)
    ]
    return fit[:: max(1, len(fit) // count)][:count]


def _is_fit(title: str) -> bool:
    try:
        check(title)
    except KhamtopError:
        return False
    return len(title) >= _SHORTEST_TITLE


def _of_tests() -> Iterator[Article]:
    """The articles of the news questions and of the seeds; those that nothing is asked of, line by line."""
    done: set[str] = set()
    for about, entry in _entries():
        identity, text = about["id"], about["context"]
        if identity in done:
            continue
        done.add(identity)
        if entry:
            yield Article(identity, about["title"], text, about["source"], about["published"])
            continue
        for number, line in enumerate(line for line in text.splitlines() if len(line) >= _SHORTEST_LINE):
            # cut where the line may begin a second sentence, so that the title is not the whole of it
            title = line[:_SHORTEST_LINE].rpartition(" ")[0] or line[:_SHORTEST_LINE]
            yield Article(f"{identity}-{number}", title, line, about["source"], about["published"])
    yield from (item for item in read_articles([TESTS.parent / "seeds"]) if isinstance(item, Article))
