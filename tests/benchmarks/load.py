"""Many people ask one page at once, on this machine alone: are the answers right, how long do they take, is any lost?

    python tests/benchmarks/load.py path/to/thaigov-sample.jsonl.xz

Serves the articles by `khamtop serve` in a process of its own and asks as the page does. Each question is a title,
whose article is known, or one that `qa.suggest` made. First each is asked alone; what is answered in the crowd must
be the same, byte for byte. The table replaces the one between the marks in `RESULTS.md`, unless it is only a quick
look (`--questions`, `--people`). It fails (exit status 1) on what is wrong or lost, never on what is slow.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import results

from khamtop.index.building.build import build
from khamtop.index.encoders.wiring import load_encoder
from khamtop.index.storage.store import Index
from khamtop.qa.suggest import suggest

PEOPLE, QUESTIONS = 64, 1_500
#: Titles asked, evenly spread over the archive, and questions made of what the articles say.
TITLES, SUGGESTED = 600, 20
#: Memory is told after so many questions, and after all of them: what grows in between never ends growing.
WARMED = 500
#: How often one of the crowd asks over the API for programs, and how often while the index is being rebuilt.
API_QUESTIONS, BUILD_QUESTIONS = 300, 300
#: Articles that are added for that rebuild.
ADDED = 500


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and the article that must be found; None where several may be."""

    text: str
    article_id: str | None


@dataclass(slots=True)
class Asked:
    """How it went: milliseconds of each answer, and the questions answered otherwise than alone, or not at all."""

    times: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    seconds: float = 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archive", type=Path, help="articles")
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    arguments = parser.parse_args()
    publish = results.write if (arguments.people, arguments.questions) == (PEOPLE, QUESTIONS) else show
    with tempfile.TemporaryDirectory(prefix="khamtop-load-") as folder:
        work = Path(folder)
        (work / "articles").mkdir()
        (work / "articles" / arguments.archive.name).symlink_to(arguments.archive.resolve())
        say("building the index")
        build([work / "articles"], work / "index", load_encoder())
        index = Index.open(work / "index")
        questions = [Question(article.title, article.id) for article in index.articles(spread=TITLES)]
        questions += [Question(text, None) for text in suggest(index, SUGGESTED)]
        with serving(work / "index", work / "articles") as (address, process):
            rows, problems = asyncio.run(measure(address, process, questions, work, arguments))
    publish("load", ("what", "measured", "target", "of that"), rows)
    for problem in problems:
        say(f"WRONG: {problem}")
    sys.exit(1 if problems else 0)


async def measure(
    address: str, process: int, questions: Sequence[Question], work: Path, arguments: argparse.Namespace
) -> tuple[list[tuple[str, str, str, str]], list[str]]:
    """The rows of the table, and what is wrong."""
    limits = httpx.Limits(max_connections=arguments.people)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        page = Page(client)
        say("asking alone")
        alone = Asked()
        expected: dict[str, str] = {}
        for question in questions:
            began = time.perf_counter()
            expected[question.text] = await page.ask(question.text)
            alone.times.append(1000 * (time.perf_counter() - began))
        found = [question.article_id in expected[question.text] for question in questions if question.article_id]
        order = itertools.cycle([question.text for question in questions])
        say("asking at once")
        warm = await crowd(page.ask, itertools.islice(order, WARMED), expected, arguments.people)
        memory_warm, cpu_warm = rss(process), cpu(process)
        rest = await crowd(page.ask, itertools.islice(order, arguments.questions - WARMED), expected, arguments.people)
        memory_rest, busy = rss(process), 1000 * (cpu(process) - cpu_warm) / max(1, len(rest.times))
        say("asking over the API")
        api_alone = {text: await ask_api(client, text) for text in [question.text for question in questions[:50]]}
        api_order = itertools.islice(itertools.cycle(api_alone), API_QUESTIONS)
        api = await crowd(lambda text: ask_api(client, text), api_order, api_alone, arguments.people)
        say("asking while it is rebuilt")
        added = [
            {"id": f"added {number}", "text": f"ข่าวเพิ่มเติมฉบับที่ {number} {question.text}\n" + "ฝนตกหนักในหลายพื้นที่ " * 200}
            for number, question in zip(range(ADDED), itertools.cycle(questions), strict=False)
        ]
        lines = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in added)
        (work / "articles/added.jsonl").write_text(lines, "utf-8")
        await page.call("rebuild")
        during = await crowd(page.ask, itertools.islice(order, BUILD_QUESTIONS), {}, arguments.people)
        status = await page.call("status")
    both = Asked(warm.times + rest.times, warm.wrong + rest.wrong, warm.lost + rest.lost, warm.seconds + rest.seconds)
    going = "the build still went on" if status["build"]["running"] else "the build ended meanwhile"
    rows = [
        ("one person, p50 / p95", spread(alone.times), "", f"{len(alone.times)} questions, one after the other"),
        (
            f"{arguments.people} at once, p50 / p95",
            spread(both.times),
            "p95 6,000 ms",
            f"{len(both.times):,} questions",
        ),
        ("slowest", f"{max(both.times):.0f} ms", "", ""),
        ("answers a second", f"{len(both.times) / both.seconds:.1f}", "", f"CPU of the server: {busy:.0f} ms each"),
        ("lost", str(len(both.lost)), "0", "no answer, or an error"),
        ("answered otherwise than alone", str(len(both.wrong)), "0", "compared byte for byte"),
        ("a title's article among its sources", f"{100 * sum(found) / len(found):.1f} %", "", f"{len(found)} titles"),
        (f"memory after {WARMED}", f"{memory_warm / 1e6:.0f} MB", "", "RSS of the server"),
        (f"memory after {len(both.times):,}", f"{memory_rest / 1e6:.0f} MB", "flat", ""),
        (f"over the API, {arguments.people} at once", spread(api.times), "", f"{len(api.times)} questions"),
        (f"while {ADDED} articles are added", spread(during.times), "", f"{len(during.times)} questions; {going}"),
    ]
    problems = [f"lost: {text}" for text in both.lost + api.lost + during.lost]
    problems += [f"answered otherwise than alone: {text}" for text in both.wrong + api.wrong]
    return rows, problems


async def crowd(ask: Any, texts: Iterator[str], expected: dict[str, str], people: int) -> Asked:
    """Each person takes the next question as soon as the last one is answered."""
    asked = Asked()

    async def person() -> None:
        for text in texts:
            began = time.perf_counter()
            try:
                answer = await ask(text)
            except (httpx.HTTPError, KeyError, ValueError) as error:
                asked.lost.append(f"{text} ({error!r})")
                continue
            asked.times.append(1000 * (time.perf_counter() - began))
            if expected and answer != expected[text]:
                asked.wrong.append(text)

    began = time.perf_counter()
    await asyncio.gather(*(person() for _ in range(people)))
    asked.seconds = time.perf_counter() - began
    return asked


@dataclass(frozen=True, slots=True)
class Page:
    """Calls the functions of the page as it does."""

    client: httpx.AsyncClient

    async def ask(self, question: str) -> str:
        """The whole answer as it came, and then the questions to go on with, as the page asks; raises for an error."""
        answer = await self._answer("ask", question=question, history=[])
        if "error" in answer.json():
            raise ValueError(answer.text)
        if not answer.json()["abstained"]:
            await self._answer("follow_ups", question=question, history=[])
        return answer.text

    async def call(self, name: str, **fields: Any) -> Any:
        """What a function gives."""
        return (await self._answer(name, **fields)).json()

    async def _answer(self, name: str, **fields: Any) -> httpx.Response:
        return (await self.client.post(f"/page/{name}", json=fields)).raise_for_status()


async def ask_api(client: httpx.AsyncClient, question: str) -> str:
    """The answer over `/ask`, as a program gets it: one call that begins, and one that waits."""
    begun = await client.post("/gradio_api/call/ask", json={"data": [question, 5, [], "", "", "", False, ""]})
    event = begun.raise_for_status().json()["event_id"]
    told = (await client.get(f"/gradio_api/call/ask/{event}")).raise_for_status().text
    data = re.search(r"event: complete\ndata: (.*)", told)
    if data is None:
        raise ValueError(told)
    return data[1]


@contextmanager
def serving(index: Path, articles: Path) -> Iterator[tuple[str, int]]:
    """The address of a page in a process of its own, and that process's number."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = "from khamtop.ui.cli import main; main()"
    options = ["serve", "--index", str(index), "--articles", str(articles), "--port", str(port)]
    process = subprocess.Popen([sys.executable, "-c", program, *options])
    address = f"http://127.0.0.1:{port}"
    try:
        while not answers(address):
            if process.poll() is not None:
                sys.exit("the page could not be served")
            time.sleep(0.2)
        yield address, process.pid
    finally:
        process.terminate()
        process.wait()


def answers(address: str) -> bool:
    """Whether the page is there."""
    try:
        return httpx.get(f"{address}/config", timeout=30).is_success
    except httpx.TransportError:
        return False


def rss(process: int) -> int:
    """Bytes of memory of a process that are in use."""
    return int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def cpu(process: int) -> float:
    """Seconds that a process has kept a core busy."""
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def spread(times: Sequence[float]) -> str:
    """Median and 95th percentile."""
    ordered = sorted(times)
    return " / ".join(f"{ordered[min(len(ordered) - 1, int(part * len(ordered)))]:.0f} ms" for part in (0.5, 0.95))


def show(name: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Prints a table as lines, and writes it nowhere."""
    for row in (columns, *rows):
        print("  " + " | ".join(map(str, row)))


def say(what: str) -> None:
    """Tells whoever waits what is being done."""
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
