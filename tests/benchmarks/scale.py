"""Measures what an archive of tens of thousands of articles costs: building, rebuilding, opening, asking.

    python tests/benchmarks/scale.py path/to/thaigov.jsonl.xz [--peers]
    python tests/benchmarks/scale.py [ARCHIVE] --articles 500

ARCHIVE is a file or folder of articles; the news questions are asked if it has their articles, and titles besides.
`--peers` sets beside Khamtop what a user could take in its place (`peers.py`; pip install txtai bm25s). Every figure
is taken in a process of its own. A whole archive's tables replace those between the marks in `RESULTS.md`, and
`scale.svg`; `--articles` is for a quick look at the first so many, which is only printed, as is a run without ARCHIVE:
it takes a few hundred short articles made of what the tests have. A whole archive of 460 MB needs some 6 GB in
$TMPDIR.

`.ci/run` has this run without ARCHIVE. It fails (exit status 1) on what is wrong, never on what is slow: an index with
which `index.check` finds fault, counts of a build that are not what was changed, vectors that are not those of the
passages, a quote that is not in its article, more than one title in a hundred that does not find its article.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import archives
import fresh
import numpy as np
import peers
import results
from archives import ADDED, Prepared
from fresh import Fresh

from khamtop.index.building.build import Report
from khamtop.index.storage.check import problems
from khamtop.index.storage.store import Index
from khamtop.qa.answer import ask as answer

GROWTH = (1_000, 10_000)
FEWEST_ARTICLES = 50
#: Questions that are asked first, and reported by themselves; and after how many more memory is told.
WARMING, QUESTIONS_BEFORE_MEMORY = 10, 100
#: A passage found counts as one of the ten nearest if it is as near as the tenth, but for rounding.
ROUNDING = 1e-5
TITLES_MISSED = 0.01
PICTURE = Path(__file__).with_name("scale.svg")

wrong: list[str] = []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archive", type=Path, nargs="?", metavar="ARCHIVE", help="articles; those of the tests without")
    parser.add_argument("--articles", type=int, metavar="N", help="only the first N, and those of the questions")
    parser.add_argument("--peers", action="store_true", help="also measure txtai, and bm25s with FAISS")
    arguments = parser.parse_args()
    # Short of a whole archive the figures say little, and RESULTS.md keeps those of the last that was.
    publish = results.write if arguments.archive and not arguments.articles else show
    with tempfile.TemporaryDirectory(prefix="khamtop-scale-") as folder:
        work = Path(folder)
        whole = work / "archive.jsonl.xz"
        say("writing the archive")
        prepared = fresh.run(archives.prepare, arguments.archive, arguments.articles, whole).result
        if prepared.articles < FEWEST_ARTICLES:
            parser.error(f"{prepared.articles} articles are too few to tell anything")
        sizes = [measure(cut_to(size, whole, prepared), work, prepared) for size in GROWTH if size < prepared.articles]
        sizes.append(measure(whole, work, prepared, keep=True))
        targets = [*asking_figures(sizes[-1]), *recall_figures(work, prepared), *rebuild_figures(whole, work, prepared)]
        publish("scale", ("what", "measured", "target", "of that"), [*building_figures(sizes[-1]), *targets])
        publish("growth", GROWTH_COLUMNS, map(growth_row, sizes))
        if publish is results.write:
            PICTURE.write_text(picture(sizes), "utf-8")
        if arguments.peers:
            publish("peers", PEERS_COLUMNS, peer_rows(sizes[-1], whole, work, prepared))
    for problem in wrong:
        say(f"WRONG: {problem}")
    sys.exit(1 if wrong else 0)


# What is done in a process of its own


def first_build(archive: Path, folder: Path) -> Report:
    """What `khamtop index` does."""
    return peers.build_khamtop(archive, folder)


def faults(folder: Path) -> list[str]:
    """What `index.check` finds."""
    return list(map(str, problems(folder)))


@dataclass(frozen=True, slots=True)
class Asked:
    """What asking took; times in milliseconds, but for two moments of `time.monotonic`."""

    opening: float
    opened: float
    first: list[float]  # of the questions that warmed the index
    times: list[float]
    memory: int  # bytes after opening, warming and `QUESTIONS_BEFORE_MEMORY` questions
    found: list[list[Any]]  # for each question


def ask(opener: Callable[[Path], Callable[[str, int], list[Any]]], folder: Path, questions: list[str], k: int) -> Asked:
    """Opens an index and asks every question once for ten passages; when all is timed, once more for `k` if not ten."""
    opening = time.monotonic()
    find = opener(folder)
    opened = time.monotonic()
    times: list[float] = []
    found: list[list[Any]] = []
    memory = 0
    for number, question in enumerate(questions, start=1):
        began = time.perf_counter()
        found.append(find(question, 10))
        times.append(1000 * (time.perf_counter() - began))
        if number in (WARMING + QUESTIONS_BEFORE_MEMORY, len(questions)):
            memory = memory or fresh.pss()
    if k != 10:
        found = [find(question, k) for question in questions]
    return Asked(opening, opened, times[:WARMING], times[WARMING:], memory, found)


def open_answers(folder: Path) -> Callable[[str, int], list[tuple[str, str]]]:
    """Whole answers: question, number of passages -> what is quoted, with the ids of the articles."""
    index = Index.open(folder)

    def quotes(question: str, k: int) -> list[tuple[str, str]]:
        return [(citation.article.id, citation.quote) for citation in answer(question, index, k=k).citations]

    return quotes


@dataclass(frozen=True, slots=True)
class Recall:
    """Recall@10 of the dense index in percent, how many vectors it should have and has, and whether it compares all."""

    percent: float
    vectors: int
    kept: int
    is_exact: bool


def recall(folder: Path, questions: list[str]) -> Recall:
    """How much of what is nearest the dense index finds.

    The passages nearest to a question are told from vectors made anew, each in its 32 bits, and all compared.
    """
    index = Index.open(folder)
    queries = index.encoder.encode_questions([peers.as_read(question, index.encoder) for question in questions])
    queries = queries[queries.any(axis=1)]
    nearness = np.full((max(index.database.passages()) + 1, len(queries)), -2, np.float32)  # by passage number
    vectors = 0
    for owners, stretches in _batches(index):
        products = index.encoder.encode_passages(stretches) @ queries.T
        starts = np.flatnonzero(np.diff(owners, prepend=-1))  # those of one passage stand together
        nearness[np.array(owners)[starts]] = np.maximum.reduceat(products, starts)
        vectors += len(stretches)
    k = min(10, len(index))
    tenth = np.partition(nearness, -k, axis=0)[-k]
    right = sum(
        float((nearness[[item.passage for item in index.search_vectors(query, k)], number] >= least - ROUNDING).sum())
        for number, (query, least) in enumerate(zip(queries, tenth, strict=True))
    )
    return Recall(100 * right / (k * len(queries)), vectors, len(index.rankings.dense), index.rankings.dense.is_exact)


def _batches(index: Index, size: int = 4096) -> Iterator[tuple[list[int], list[str]]]:
    """The stretches of all passages, each with its passage's number; a passage's are never parted."""
    owners: list[int] = []
    stretches: list[str] = []
    for article in index.articles():
        numbers = sorted(index.passages_of(article.id))
        for number, passage in zip(numbers, peers.prepared(article, index.encoder), strict=True):
            owners += [number] * len(passage.stretches)
            stretches += passage.stretches
        if len(stretches) >= size:
            yield owners, stretches
            owners, stretches = [], []
    if stretches:
        yield owners, stretches


def cut_archive(whole: Path, size: int, besides: set[str], file: Path) -> int:
    """Writes the first `size` articles of an archive, and those of these ids; how many."""
    return archives.write(file, archives.first(archives.read(whole), size, besides))


def change_archive(whole: Path, times: int, file: Path) -> int:
    """Writes an archive after so many changes; how many articles it has."""
    return archives.write(file, archives.changed(archives.read(whole), times))


# One size


@dataclass(frozen=True, slots=True)
class Size:
    """What an archive of one size took."""

    build: Fresh[Report]
    answers: Fresh[Asked]
    search: Fresh[Asked]
    disk: int  # bytes of the index
    places: list[int | None]  # where the article of each news question came


def cut_to(size: int, whole: Path, prepared: Prepared) -> Path:
    """A file with the first `size` articles of the archive, and those of the news questions."""
    file = whole.with_name(f"first-{size}.jsonl.xz")
    besides = {question.article_id for question in prepared.questions if not question.is_title}
    fresh.run(cut_archive, whole, size, besides, file)
    return file


def measure(archive: Path, work: Path, prepared: Prepared, keep: bool = False) -> Size:
    """Builds an index of an archive, asks it, and judges what it says; `keep` leaves it in the folder `index`."""
    folder = work / "index" if keep else work / f"index of {archive.name}"
    say(f"building {archive.name}")
    built = fresh.run(first_build, archive, folder)
    expect(f"first build of {archive.name}", built.result, added=built.result.articles)
    if keep and built.result.articles != prepared.articles:
        wrong.append(f"{built.result.articles} articles of {prepared.articles} were indexed")
    wrong.extend(fresh.run(faults, folder).result)
    say(f"asking {archive.name}")
    texts = asked_texts(prepared)
    answers = fresh.run(ask, open_answers, folder, texts, 10)
    quotes = [quote for found in answers.result.found for quote in found]
    if not quotes:
        wrong.append("nothing was quoted")
    wrong.extend(f"not in its article: {quote}" for quote in fresh.run(archives.false_quotes, archive, quotes).result)
    search = fresh.run(ask, peers.open_khamtop, folder, texts, 100)
    places = places_of(search.result, prepared)
    disk = disk_of(folder)
    if keep:
        judge_titles(places, prepared)
    else:
        shutil.rmtree(folder)
    return Size(built, answers, search, disk, of_news(places, prepared))


def asked_texts(prepared: Prepared) -> list[str]:
    """Every question, the last ones first: the titles that they are warm the index."""
    texts = [question.text for question in prepared.questions]
    return [*texts[-WARMING:], *texts[:-WARMING]]


def places_of(asked: Asked, prepared: Prepared) -> list[int | None]:
    """For each question, which among the articles found its own is, counted from 1."""
    found = [*asked.found[WARMING:], *asked.found[:WARMING]]
    ranked = [list(dict.fromkeys(articles)) for articles in found]
    return [
        articles.index(question.article_id) + 1 if question.article_id in articles else None
        for articles, question in zip(ranked, prepared.questions, strict=True)
    ]


def of_news(places: Sequence[int | None], prepared: Prepared) -> list[int | None]:
    """The places of the news questions alone."""
    return [place for place, question in zip(places, prepared.questions, strict=True) if not question.is_title]


def judge_titles(places: Sequence[int | None], prepared: Prepared) -> None:
    """Sees that titles find their articles."""
    titles = [
        (place, question) for place, question in zip(places, prepared.questions, strict=True) if question.is_title
    ]
    missed = [question for place, question in titles if place is None or place > 10]
    for question in missed:
        say(f"not found by its title: {question.article_id} {question.text}")
    if len(missed) > TITLES_MISSED * len(titles):
        wrong.append(f"{len(missed)} articles of {len(titles)} were not found by their titles")


def expect(what: str, report: Report, added: int = 0, changed: int = 0, removed: int = 0, unchanged: int = 0) -> None:
    """Sees that a build counted what it was given."""
    counted = {key: getattr(report, key) for key in ("added", "changed", "removed", "unchanged")}
    expected = {"added": added, "changed": changed, "removed": removed, "unchanged": unchanged}
    if counted != expected or report.rejected or report.articles != added + changed + unchanged:
        wrong.append(f"{what}: {report}, not {expected}")


# Tables

Row = tuple[str, str, str, str]
GROWTH_COLUMNS = (
    "articles", "passages", "build s", "build GB", "ms an article", "index MB", "start to ready s", "answer p50 ms",
    "answer p99 ms", "search p50 ms", "search p99 ms", "GB after 100 questions", "R@1", "R@10",
)  # fmt: skip
PEERS_COLUMNS = (
    "what", "build s", "build GB", "index MB", "start to ready s", "search p50 ms", "search p99 ms",
    "GB after 100 questions", "R@1", "R@10",
)  # fmt: skip


def building_figures(size: Size) -> list[Row]:
    """The first build."""
    report = size.build.result
    what = f"first build: {report.articles:,} articles, {report.passages:,} passages"
    return [
        (what, f"{size.build.seconds:.1f} s", "300 s", f"{report.seconds:.1f} s by its own clock"),
        ("its memory at the most", *memory(size.build.peak, size.build.largest, "2 GB")),
        ("index on disk", f"{size.disk / 1e6:.0f} MB", "", ""),
    ]


def asking_figures(size: Size) -> list[Row]:
    """Opening and asking."""
    asked, process = size.answers.result, size.answers
    first = " ".join(f"{time:.0f}" for time in asked.first)
    times = f"{len(asked.times)} questions, each once, after {WARMING} others"
    return [
        ("opening", f"{asked.opened - asked.opening:.2f} s", "1 s", f"{ready(process):.2f} s from its process's start"),
        (f"memory after {QUESTIONS_BEFORE_MEMORY} questions", *memory(asked.memory, process.largest, "1 GB")),
        ("an answer, p50", f"{quantile(asked.times, 0.5):.1f} ms", "120 ms", times),
        ("an answer, p99", f"{quantile(asked.times, 0.99):.1f} ms", "350 ms", f"{max(asked.times):.1f} ms the slowest"),
        (f"the first {WARMING} answers", f"{statistics.median(asked.first):.1f} ms", "", f"ms: {first}"),
    ]  # fmt: skip


def recall_figures(work: Path, prepared: Prepared) -> list[Row]:
    """The dense ranking against all vectors compared."""
    say("comparing every vector")
    texts = [question.text for question in prepared.questions]
    found = fresh.run(recall, work / "index", texts).result
    if found.kept != found.vectors:
        wrong.append(f"{found.kept} vectors are kept of {found.vectors}")
    if found.is_exact and found.percent < 100:
        wrong.append(f"all vectors are compared, and {found.percent:.2f} % of the nearest found")
    kind = "all compared" if found.is_exact else "in lists"
    words = f"{len(texts)} questions, {found.vectors:,} vectors, {kind}"
    return [("dense recall@10", f"{found.percent:.2f} %", "98 %", words)]


def rebuild_figures(whole: Path, work: Path, prepared: Prepared) -> list[Row]:
    """Rebuilding from the same file, from it changed, and from a file that is not compressed."""
    count, folder, plain, draft = prepared.articles, work / "index", work / "archive.jsonl", work / "changed.jsonl"
    packed = work / "changed.jsonl.xz"
    say("changing the archive")
    for times, file in ((1, packed), (1, plain), (2, draft)):
        fresh.run(change_archive, whole, times, file)
    change = {"added": ADDED, "changed": 1, "removed": 1}
    words = f"rebuild, 1 article changed, {ADDED} added, 1 removed"
    rows = [rebuild("rebuild, nothing changed", "3 s", whole, folder, unchanged=count)]
    os.replace(whole, work / "archive as it was.jsonl.xz")
    os.replace(packed, whole)
    rows += [rebuild(words, "5 s", whole, folder, **change, unchanged=count - 2)]
    count += ADDED - 1
    rows += [rebuild("rebuild, all moved to a plain .jsonl", "", plain, folder, unchanged=count)]
    os.replace(draft, plain)
    rows += [rebuild(f"{words}, from the plain .jsonl", "5 s", plain, folder, **change, unchanged=count - 2)]
    wrong.extend(fresh.run(faults, folder).result)
    os.replace(work / "archive as it was.jsonl.xz", whole)
    return rows


def rebuild(what: str, target: str, archive: Path, folder: Path, **counts: int) -> Row:
    """One rebuild, timed and checked."""
    say(what)
    built = fresh.run(first_build, archive, folder)
    expect(what, built.result, **counts)
    clock = f"{built.result.seconds:.1f} s by its own clock, {built.peak / 1e9:.2f} GB at the most"
    return what, f"{built.seconds:.1f} s", target, clock


def growth_row(size: Size) -> list[object]:
    """One size in a line."""
    report, asked = size.build.result, size.answers.result
    return [
        f"{report.articles:,}", f"{report.passages:,}", size.build.seconds, gigabytes(size.build.peak),
        1000 * size.build.seconds / report.articles, f"{size.disk / 1e6:.0f}", f"{ready(size.answers):.2f}",
        *spread(asked.times), *spread(size.search.result.times), gigabytes(asked.memory),
        *recalled(size.places),
    ]  # fmt: skip


def peer_rows(size: Size, whole: Path, work: Path, prepared: Prepared) -> Iterator[list[object]]:
    """Khamtop's search beside that of others."""
    yield ["Khamtop", *peer_cells(size.build, size.disk, size.search, size.places)]
    for name, (builder, opener) in peers.PEERS.items():
        folder = work / name
        folder.mkdir()
        say(f"building: {name}")
        built = fresh.run(builder, whole, folder)
        say(f"asking: {name}")
        search = fresh.run(ask, opener, folder, asked_texts(prepared), 100)
        places = of_news(places_of(search.result, prepared), prepared)
        yield [name, *peer_cells(built, disk_of(folder), search, places)]
        shutil.rmtree(folder)


def peer_cells(built: Fresh[Any], disk: int, search: Fresh[Asked], places: Sequence[int | None]) -> list[object]:
    """The figures of one way to search."""
    asked = search.result
    return [
        built.seconds, gigabytes(built.peak), f"{disk / 1e6:.0f}", f"{ready(search):.2f}",
        *spread(asked.times), gigabytes(asked.memory), *recalled(places),
    ]  # fmt: skip


def disk_of(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def ready(process: Fresh[Asked]) -> float:
    """Seconds from the start of a process until it could be asked."""
    return process.result.opened - process.began


def spread(times: Sequence[float]) -> tuple[float, float]:
    """Median and 99th percentile."""
    return quantile(times, 0.5), quantile(times, 0.99)


def quantile(times: Sequence[float], part: float) -> float:
    """As `qa.evaluate` counts it."""
    return sorted(times)[min(len(times) - 1, int(part * len(times)))]


def recalled(places: Sequence[int | None]) -> list[object]:
    """R@1 and R@10 in percent; nothing where no question was judged."""
    if not places:
        return ["", ""]
    return [100 * statistics.fmean(place is not None and place <= k for place in places) for k in (1, 10)]


def memory(bytes_: int, largest: int, target: str) -> tuple[str, str, str]:
    """A row's cells for memory."""
    return (
        f"{gigabytes(bytes_)} GB",
        target,
        f"PSS of all its processes; ru_maxrss of the largest {gigabytes(largest)} GB",
    )


def gigabytes(bytes_: int) -> str:
    return f"{bytes_ / 1e9:.2f}"


def picture(sizes: Sequence[Size]) -> str:
    """How building and asking grow with the archive, as an SVG."""
    articles = [size.build.result.articles for size in sizes]
    building = panel(0, "first build, seconds", articles, {"build": [size.build.seconds for size in sizes]})
    medians, slowest = zip(*(spread(size.answers.result.times) for size in sizes), strict=True)
    asking = panel(400, "an answer, milliseconds", articles, {"p50": medians, "p99": slowest})
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 300" font-family="sans-serif" font-size="12">\n'
        f'<rect width="800" height="300" fill="white"/>\n{building}\n{asking}\n</svg>\n'
    )


def panel(left: int, title: str, across: Sequence[int], lines: dict[str, Sequence[float]]) -> str:
    """One chart, both of its axes from 0; every point has its value beside it."""
    most, widest = max(max(values) for values in lines.values()), max(across)
    parts = [
        f'<text x="{left + 40}" y="25" font-size="14">{title}, by articles</text>',
        f'<path d="M{left + 40} 45V260H{left + 370}" fill="none" stroke="gray"/>',
    ]
    for color, (name, values) in zip(("#1f6feb", "#d1552b"), lines.items(), strict=False):
        points = [
            (left + 40 + 300 * x / widest, 260 - 200 * y / most, x, y) for x, y in zip(across, values, strict=True)
        ]
        drawn = " ".join(f"{x:.0f},{y:.0f}" for x, y, *_ in points)
        parts.append(f'<polyline points="{drawn}" fill="none" stroke="{color}" stroke-width="2"/>')
        for x, y, _, value in points:
            parts.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="{color}"/>')
            parts.append(f'<text x="{x:.0f}" y="{y - 8:.0f}" fill="{color}" text-anchor="middle">{value:.1f}</text>')
        parts.append(f'<text x="{points[-1][0] + 8:.0f}" y="{points[-1][1] + 4:.0f}" fill="{color}">{name}</text>')
    for count in across:
        x = left + 40 + 300 * count / widest
        parts.append(f'<text x="{x:.0f}" y="278" text-anchor="middle">{count:,}</text>')
    return "\n".join(parts)


def show(name: str, columns: Sequence[str], rows: Any) -> None:
    """Prints a table as lines, and writes it nowhere."""
    print(f"\n{name}")
    for row in (columns, *rows):
        print("  " + " | ".join(f"{cell:.1f}" if isinstance(cell, float) else str(cell) for cell in row))


def say(what: str) -> None:
    """Tells whoever waits what is being done."""
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
