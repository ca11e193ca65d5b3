"""What a reader may ask of the article that comes with the project: how many questions come out right.

`data/seed-questions.json` has the questions, and `data/seed-right.txt` those that came out right when it was last
written, by `python -m tests.test_seeds`. It may be others, as answers change, but never fewer.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from khamtop.index.building.build import build
from khamtop.index.encoders.wiring import load_encoder
from khamtop.index.storage.store import Index
from khamtop.qa.answer import ask

DATA = Path(__file__).parent / "data"
SEEDS = Path(__file__).parents[1] / "seeds"
QUESTIONS = json.loads((DATA / "seed-questions.json").read_text("utf-8"))
RIGHT = DATA / "seed-right.txt"


def is_right(entry: dict[str, Any], index: Index) -> bool:
    """Whether the quotes hold what answers; or, where the article is silent, whether it abstains."""
    found = ask(entry["question"], index, entry.get("history") or ())
    if entry["kind"] == "unanswerable":
        return found.abstained
    quotes = "\n".join(citation.quote for citation in found.citations)
    return all(words in quotes for words in entry["must_contain"])


def right_ones(index: Index) -> list[str]:
    """The ids of the questions that come out right."""
    return [entry["id"] for entry in QUESTIONS if is_right(entry, index)]


def test_no_fewer_questions_come_out_right_than_did(seed_index):
    before, now = set(RIGHT.read_text("utf-8").split()), set(right_ones(seed_index))
    assert len(now) >= len(before), f"no longer right: {sorted(before - now)}; right now: {sorted(now - before)}"


def test_the_list_names_questions_and_most_of_them():
    listed = set(RIGHT.read_text("utf-8").split())
    assert {entry["id"] for entry in QUESTIONS} >= listed
    assert len(listed) > len(QUESTIONS) / 2


def test_each_question_says_what_its_answer_must_hold_or_that_there_is_none():
    assert all((entry["kind"] == "unanswerable") != bool(entry.get("must_contain")) for entry in QUESTIONS)


def rewrite() -> None:
    """Writes the list anew, of the code as it is."""
    with tempfile.TemporaryDirectory() as folder:
        encoder = load_encoder()
        build([SEEDS], Path(folder), encoder)
        right = right_ones(Index.open(Path(folder), encoder))
    RIGHT.write_text("\n".join(right) + "\n", "utf-8")
    print(f"{len(right)} of {len(QUESTIONS)} are right")


if __name__ == "__main__":
    rewrite()
