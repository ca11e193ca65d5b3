"""Damaged files, malformed calls and odd questions by the tens of thousands: is anything lost, raised, or slow?

    python -m tests.benchmarks.hostile                 # 100,000 inputs, then 5,000 questions on the seeds
    python -m tests.benchmarks.hostile --inputs 2000 --questions 500

The inputs are those of the tests `test_*_hostile.py`, each made from its number, so that `--first N --inputs 1` tries
one again. Of 20 inputs 14 are files, 4 calls and 2 questions, with encoder and reader of the tests; of the files, a
hundred of each thousand are also built into an index, which is checked and built again. Then the articles of `seeds/`
are asked with the models that answer. Prints each fault with its number, and a table for `RESULTS.md`; it fails on
faults, never on what is slow. What takes longer than a minute prints where it is.
"""

from __future__ import annotations

import argparse
import faulthandler
import resource
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

import khamtop.ui.service
from khamtop.index.building.build import build
from khamtop.index.encoders.wiring import load_encoder
from khamtop.index.storage import check
from khamtop.index.storage.store import Index
from khamtop.qa.reader import Reader, load_reader
from khamtop.ui.service import Service
from tests import hostile_files, hostile_questions
from tests.benchmarks import results
from tests.hostile_calls import Caller, hostile_call
from tests.hostile_files import STORY, good_file, hostile_file
from tests.toys import NEWS, ToyEncoder, ToyReader, in_memory, write_files

INPUTS, QUESTIONS = 100_000, 5_000
#: Which of twenty inputs is what.
_CALLS, _QUESTIONS = range(14, 18), range(18, 20)
#: Files of each thousand that an index is built of.
_BUILT, _OF = 100, 1_000
#: Memory is told after so many questions: what grows from then on never ends growing.
_WARMED = 1_000
_HANGING_SECONDS = 60
_SHOWN = 20
_SEEDS = Path(__file__).parents[2] / "seeds"
_COLUMNS = ("inputs", "of", "tracebacks", "lost or wrong", "mean ms", "slowest ms", "its number")


@dataclass(slots=True)
class Tally:
    """What came of the inputs of one kind."""

    kind: str
    inputs: int = 0
    tracebacks: int = 0
    problems: int = 0
    seconds: float = 0.0
    slowest: tuple[float, int] = (0.0, 0)
    seen: list[str] = field(default_factory=list)

    def take(self, number: int, work: Callable[[int], Iterable[str]]) -> None:
        """Tries one input."""
        faulthandler.dump_traceback_later(_HANGING_SECONDS)
        began = time.perf_counter()
        try:
            problems = list(work(number))
        except Exception:
            self.tracebacks += 1
            self._tell(number, traceback.format_exc())
        else:
            self.problems += len(problems)
            for problem in problems:
                self._tell(number, problem)
        seconds = time.perf_counter() - began
        faulthandler.cancel_dump_traceback_later()
        self.inputs += 1
        self.seconds += seconds
        self.slowest = max(self.slowest, (seconds, number))

    def _tell(self, number: int, problem: str) -> None:
        self.seen.append(problem)
        if len(self.seen) <= _SHOWN:
            print(f"{self.kind} {number}: {problem}", flush=True)

    def row(self) -> list[object]:
        """Its row of the table."""
        mean = 1000 * self.seconds / max(1, self.inputs)
        seconds, number = self.slowest
        return [f"{self.inputs:,}", self.kind, self.tracebacks, self.problems, mean, 1000 * seconds, number]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=int, default=0, help="the number of the first input")
    parser.add_argument("--inputs", type=int, default=INPUTS)
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="questions on the seeds")
    parser.add_argument("--write", action="store_true", help="write the tables into RESULTS.md")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as otherwise, in_memory(Path(otherwise)) as folder:
        tallies = list(tried(folder, range(args.first, args.first + args.inputs)))
        asked, memory = on_seeds(folder, args.questions)
    tallies.append(asked)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = [tally.row() for tally in tallies]
    rows.append(["", f"memory at most {peak:.0f} MB; on the seeds {memory}", "", "", "", "", ""])
    results.write("hostile", _COLUMNS, rows) if args.write else print(results.table(_COLUMNS, rows))
    return int(any(tally.tracebacks or tally.problems for tally in tallies))


def tried(folder: Path, numbers: range) -> Iterator[Tally]:
    """What came of the files, the builds, the calls, and the questions with toys."""
    files, builds, calls, questions = map(
        Tally, ("files", "builds of 100 files, twice", "calls", "questions, toy models")
    )
    with serving(folder / "calls") as caller:
        index = Index.open(folder / "calls" / "index", ToyEncoder())
        for number in numbers:
            if number % 20 in _CALLS:
                calls.take(number, partial(_call_problems, caller))
            elif number % 20 in _QUESTIONS:
                questions.take(number, partial(_question_problems, index, ToyReader({}, otherwise=2.0)))
            else:
                files.take(number, partial(_file_problems, folder))
            if number % _OF == _OF - 1:
                builds.take(number, partial(_build_problems, folder / "builds"))
                print(f"{number + 1:,} inputs, {memory_mb():.0f} MB", file=sys.stderr, flush=True)
    yield from (files, builds, calls, questions)


def serving(folder: Path) -> Caller:
    """What calls a service of a few articles, with the models of the tests."""
    write_files(folder / "articles", {**NEWS, "zoo.txt": STORY, "zoo.pdf": good_file("a.pdf")})
    khamtop.ui.service.load_encoder = lambda name=None: ToyEncoder()
    khamtop.ui.service.load_reader = lambda name=None: ToyReader({}, otherwise=2.0)
    service = Service(folder / "index", [folder / "articles"])
    service.rebuild()
    return Caller(service)


def _file_problems(folder: Path, number: int) -> list[str]:
    name, raw = hostile_file(Random(number))
    path = write_files(folder, {name: raw}) / name
    try:
        return [f"{name}: {problem}" for problem in hostile_files.problems_of(path)]
    finally:
        path.unlink()


def _call_problems(caller: Caller, number: int) -> Iterator[str]:
    return caller.problems_of(
        hostile_call(Random(number), [f"articles/{name}" for name in (*NEWS, "zoo.txt", "zoo.pdf")])
    )


def _question_problems(index: Index, reader: Reader, number: int) -> Iterator[str]:
    return hostile_questions.problems_of(index, Random(number), reader)


def _build_problems(folder: Path, last: int) -> Iterator[str]:
    """What is wrong with an index of the files that end with this one."""
    numbers = range(last - _BUILT + 1, last + 1)
    made = {
        f"{number}{name}": raw for number in numbers for name, raw in [hostile_file(Random(number), without=(".pdf",))]
    }
    articles, index = write_files(folder / "ข่าว", made), folder / "index"
    first = build([articles], index, ToyEncoder())
    yield from map(str, check.problems(index, ToyEncoder()))
    again = build([articles], index, ToyEncoder())
    if again.added or again.changed or again.removed or len(again.rejected) != len(first.rejected):
        yield "a second build finds other things"
    shutil.rmtree(folder)


def on_seeds(folder: Path, count: int) -> tuple[Tally, str]:
    """What came of questions to the articles of the project by the models that answer, and how memory grew."""
    tally = Tally("questions on the seeds, models that answer")
    encoder, reader = load_encoder(), load_reader()
    build([_SEEDS], folder / "seeds", encoder)
    index = Index.open(folder / "seeds", encoder)
    told = [f"{memory_mb():.0f} MB at first"]
    for number in range(count):
        tally.take(number, partial(_question_problems, index, reader))
        if number + 1 in (_WARMED, count):
            told.append(f"{memory_mb():.0f} after {number + 1:,}")
        if number % 500 == 499:
            print(f"{number + 1:,} questions, {memory_mb():.0f} MB", file=sys.stderr, flush=True)
    return tally, ", ".join(told)


def memory_mb() -> float:
    """What this process has in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


if __name__ == "__main__":
    sys.exit(main())
