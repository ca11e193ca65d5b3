"""Measures answers to the questions that newsrooms ask: facts, overviews, follow-ups, small talk, and what is not told.

    python tests/benchmarks/newsroom.py path/to/newsroom [--half building] [--show kind]

The folder holds `questions.json` and `archive.jsonl.xz`. Half of the questions are for building and half for
reporting. Which half one belongs to is decided by a checksum of its words, so that nobody chose. A question counts as
usable:

- where an answer is expected, if a shown quote of a right article holds a right string (for a comparison, one of each
  group);
- where nothing should be asserted, if it abstains, or lists articles without quoting one as the answer;
- an overview, if four of the first five articles shown are on the subject (all, where there are fewer);
- small talk, if it is answered without a quote.

A large line is wrong if no accepted short answer and no right string agrees with it. The rows go to `RESULTS.md` only
for the reporting half.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import results

from khamtop.index.building.build import build
from khamtop.index.encoders.wiring import load_encoder
from khamtop.index.storage.store import Index
from khamtop.index.text import thai
from khamtop.qa.answer import ask
from khamtop.qa.reader import load_reader
from khamtop.qa.types import Answer

#: Articles shown that are looked at for an overview, and the least part of them that must be on the subject.
SHOWN, ON_SUBJECT = 5, 0.8
COLUMNS = ("questions", "asked", "usable", "large lines", "wrong large lines", "answerable refused")


@dataclass(frozen=True)
class Outcome:
    """What became of one question."""

    case: dict[str, Any]
    answer: Answer
    usable: bool
    large: str | None
    large_is_wrong: bool

    @property
    def refused(self) -> bool:
        """Whether an answerable one was answered by nothing."""
        return self.case["expect"] == "answer" and self.answer.verdict == "nothing"


def main() -> None:
    """Measures what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="holds questions.json and archive.jsonl.xz")
    parser.add_argument("--half", choices=("building", "reporting"), default="reporting")
    parser.add_argument("--index", type=Path, help="keep the index here for the next time")
    parser.add_argument("--show", help="print the answers to questions of this kind that are not usable, or `all`")
    arguments = parser.parse_args()
    cases = json.loads((arguments.folder / "questions.json").read_text("utf-8"))["cases"]
    cases = [case for case in cases if half_of(case["q"]) == arguments.half]
    with tempfile.TemporaryDirectory() as scratch:
        index = _index(arguments.folder / "archive.jsonl.xz", arguments.index or Path(scratch) / "index")
        outcomes = [_outcome(case, index) for case in cases]
    if arguments.show:
        _show([one for one in outcomes if not one.usable and arguments.show in (one.case["kind"], "all")])
    rows = _rows(outcomes)
    if arguments.half == "reporting":
        results.write("newsroom", COLUMNS, rows)
    else:
        _print(rows)


def half_of(question: str) -> str:
    """Which half a question belongs to, by a checksum of its words."""
    return ("building", "reporting")[zlib.crc32(question.encode()) % 2]


def _index(archive: Path, path: Path) -> Index:
    encoder = load_encoder()
    if not path.exists():
        build([archive], path, encoder)
    return Index.open(path, encoder)


def _outcome(case: dict[str, Any], index: Index) -> Outcome:
    history = [turn["q"] for turn in case.get("history", ())]
    answer = ask(case["q"], index, history, reader=load_reader())
    large = answer.short_answer
    return Outcome(case, answer, _is_usable(case, answer), large, large is not None and not _agrees(large, case))


def _is_usable(case: dict[str, Any], answer: Answer) -> bool:
    expect = case["expect"]
    if expect == "answer":
        return _shows_answer(case, answer)
    if expect == "abstain":
        return answer.verdict != "answer"
    if expect == "overview":
        return _is_on_subject(case, answer)
    return answer.kind == "smalltalk" and not answer.citations and not answer.nearest


def _shows_answer(case: dict[str, Any], answer: Answer) -> bool:
    quotes = [
        _folded(citation.quote)
        for citation in (*answer.citations, *answer.nearest)
        if {citation.article.id, *(copy.id for copy in citation.copies)} & set(case["articles"])
    ]
    groups = case.get("need") or [case["gold"]]
    return all(any(_folded(gold) in quote for quote in quotes for gold in group) for group in groups)


def _is_on_subject(case: dict[str, Any], answer: Answer) -> bool:
    right, neutral = set(case["articles"]), set(case.get("also", ()))
    shown = [article for article in _shown(answer) if article not in neutral][:SHOWN]
    wanted = min(SHOWN, len(right))
    return len(set(shown) & right) >= ON_SUBJECT * wanted and len(set(shown) & right) >= ON_SUBJECT * len(shown)


def _shown(answer: Answer) -> list[str]:
    """The ids of the articles that an answer shows, in its order, each once."""
    quoted = [citation.article.id for citation in (*answer.citations, *answer.nearest)]
    return list(dict.fromkeys(quoted or [hit.article.id for hit in answer.hits]))


def _agrees(large: str, case: dict[str, Any]) -> bool:
    """Whether a large line is one of the short answers or a part of a right string, or holds one of these."""
    said = _letters(large)
    if case["expect"] != "answer":
        return False
    right = [_letters(short) for short in (*case.get("short", ()), *case["gold"])]
    return any(said in accepted or accepted in said for accepted in right if accepted)


def _folded(text: str) -> str:
    return " ".join(text.split())


def _letters(text: str) -> str:
    """The letters and digits of a text in one spelling."""
    return "".join(thai.stretches(thai.normalise(text).text))


def _rows(outcomes: Sequence[Outcome]) -> list[tuple[object, ...]]:
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        for name in ("all", one.case["kind"], one.case["lang"], f"expected: {one.case['expect']}"):
            groups[name].append(one)
    return [
        (
            name,
            len(group),
            100 * sum(one.usable for one in group) / len(group),
            sum(one.large is not None for one in group),
            sum(one.large_is_wrong for one in group),
            sum(one.refused for one in group),
        )
        for name, group in groups.items()
    ]


def _print(rows: Sequence[Sequence[object]]) -> None:
    for row in (COLUMNS, *rows):
        print("  ".join(f"{cell:>8.1f}" if isinstance(cell, float) else f"{cell!s:>8}" for cell in row))


def _show(outcomes: Sequence[Outcome]) -> None:
    for one in outcomes:
        answer = one.answer
        print(f"\n{one.case['kind']} / {one.case['expect']}: {one.case['q']}", *_earlier(one.case))
        print(f"  wanted: {one.case.get('short')} {one.case.get('gold')} in {one.case['articles'][:5]}")
        print(f"  {answer.verdict} {answer.kind} {answer.confidence:.2f}; large: {one.large}")
        for citation in (*answer.citations, *answer.nearest):
            print(f"  [{citation.number}] {citation.article.id} {citation.article.published}: {citation.quote}")
        if answer.abstained:
            for hit in answer.hits[:3]:
                print(f"  ~ {hit.article.id} {hit.article.published}: {hit.article.title[:90]}")


def _earlier(case: dict[str, Any]) -> list[str]:
    return [f"(after: {turn['q']})" for turn in case.get("history", ())]


if __name__ == "__main__":
    sys.exit(main())
