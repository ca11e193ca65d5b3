"""Compares the folder's index with the one in Milvus Lite: what they find, what they quote, what they cost.

    python tests/benchmarks/engines.py --questions path/to/newsqa/dev.json --archive path/to/thaigov-sample.jsonl.xz \\
        --articles 1000 --ask 100 --encoder static

The contexts of the questions are articles, and further ones of the archive stand among them, as many as make up
`--articles`. Each question that has an answer is searched for in both indexes; of the first `--ask` ones also the
first quotes are compared. What was found is printed.
"""

from __future__ import annotations

import argparse
import json
import lzma
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from khamtop.index.building.build import Report, build_articles
from khamtop.index.encoders.wiring import load_encoder
from khamtop.index.milvus.address import Place, place_of
from khamtop.index.storage.opened import Index
from khamtop.index.storage.wiring import open_index
from khamtop.index.types import Article
from khamtop.qa.answer import ask
from khamtop.qa.evaluate import Question, load
from khamtop.qa.question import read
from khamtop.qa.retrieve import retrieve

#: Passages ranked per question, so that ten different articles are among them.
RANKED = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--questions", type=Path, required=True, help="SQuAD JSON")
    parser.add_argument("--archive", type=Path, help="further articles, JSON lines packed by xz")
    parser.add_argument("--articles", type=int, default=1000, help="how many articles there are in all")
    parser.add_argument("--search", type=int, help="how many questions are searched for; else all")
    parser.add_argument("--ask", type=int, default=100, help="of how many questions the first quotes are compared")
    parser.add_argument("--encoder", help="as of khamtop index")
    arguments = parser.parse_args()
    encoder = load_encoder(arguments.encoder)
    articles, asked = load(arguments.questions)
    if arguments.archive:
        articles += islice(archive(arguments.archive), max(0, arguments.articles - len(articles)))
    asked = [question for question in asked if question.answers][: arguments.search]
    with tempfile.TemporaryDirectory() as folder:
        engines: dict[str, Place] = {"folder": Path(folder) / "index", "Milvus Lite": place_of(f"{folder}/index.db")}
        built, opened, sizes = {}, {}, {}
        for name, place in engines.items():
            print(f"building: {name}", file=sys.stderr)
            built[name] = build_articles(articles, place, encoder)
            sizes[name] = size_of(place if isinstance(place, Path) else Path(place.uri))
            opened[name] = open_index(place, encoder)
        some = asked[: arguments.ask]
        found = {name: [places(question, index) for question in asked] for name, index in opened.items()}
        quoted = {name: [first_quote(question, index) for question in some] for name, index in opened.items()}
        print(f"{len(articles)} articles, {len(asked)} questions, {len(some)} of them answered, {encoder.name}")
        for name in engines:
            at_ten = recall(asked, found[name])
            row = figures(built[name], sizes[name], found[name], quoted[name])
            print(json.dumps({"engine": name, **at_ten, **row}))
        print(json.dumps(agreement(found, quoted), ensure_ascii=False))


def archive(file: Path) -> Iterator[Article]:
    """The articles of an archive."""
    with lzma.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            yield Article(str(entry["id"]), entry["title"], entry["text"], entry["source"], entry["published"])


def size_of(folder: Path) -> int:
    """Bytes on the disk."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def places(question: Question, index: Index) -> tuple[list[str], float]:
    """The ids of the articles found for a question, best first, and the seconds that it took."""
    began = time.perf_counter()
    hits = retrieve(read(question.text, question.history), index, RANKED)
    return list(dict.fromkeys(hit.article.id for hit in hits)), time.perf_counter() - began


def first_quote(question: Question, index: Index) -> tuple[Any, float]:
    """The first quote with its article, and the seconds that it took."""
    began = time.perf_counter()
    found = ask(question.text, index, question.history, threshold=0.0)
    quote = next(((one.article.id, one.quote) for one in found.citations), None)
    return quote, time.perf_counter() - began


def recall(asked: list[Question], found: list[Any]) -> dict[str, float]:
    """R@1 and R@10 in percent."""
    both = list(zip(asked, found, strict=True))
    parts = {k: statistics.fmean(question.article_id in ids[:k] for question, (ids, _) in both) for k in (1, 10)}
    return {f"R@{k}": round(100 * part, 2) for k, part in parts.items()}


def figures(built: Report, size: int, found: list[Any], quoted: list[Any]) -> dict[str, object]:
    """What one engine took."""
    return {
        "passages": built.passages,
        "seconds to build": round(built.seconds, 1),
        "MB": round(size / 1e6, 1),
        "ms to search, median": round(1000 * statistics.median(seconds for _, seconds in found), 1),
        "ms to answer, median": round(1000 * statistics.median(seconds for _, seconds in quoted), 1),
    }


def agreement(found: dict[str, list[Any]], quoted: dict[str, list[Any]]) -> dict[str, object]:
    """How far both engines say the same."""
    folder, other = found.values()
    same_ten = statistics.fmean(one[0][:10] == two[0][:10] for one, two in zip(folder, other, strict=True))
    quotes = list(zip(*quoted.values(), strict=True))
    differing = [(one, two) for (one, _), (two, _) in quotes if one != two]
    return {
        "same first ten articles, %": round(100 * same_ten, 1),
        "same first quote, %": round(100 * (1 - len(differing) / max(1, len(quotes))), 1),
        "differing": differing[:5],
    }


if __name__ == "__main__":
    main()
