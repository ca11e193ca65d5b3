"""What a reader may ask of the article that comes with the project, and the words that the quotes must hold.

`data/seed-questions.json` has the questions. Those listed in `data/seed-misses.txt` are answered wrongly, or
answered where the article is silent, for now: the list says so plainly, and a question that comes right must
be taken off it.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qa.answer import answer

DATA = Path(__file__).parent / "data"
QUESTIONS = json.loads((DATA / "seed-questions.json").read_text("utf-8"))
MISSES = set((DATA / "seed-misses.txt").read_text("utf-8").split())


def asked(answerable: bool):
    return [
        pytest.param(
            entry,
            id=entry["id"],
            marks=[pytest.mark.xfail(strict=True, reason="a known miss")] if entry["id"] in MISSES else [],
        )
        for entry in QUESTIONS
        if (entry["kind"] != "unanswerable") == answerable
    ]


@pytest.mark.parametrize("entry", asked(answerable=True))
def test_the_quotes_hold_what_answers(entry, seed_index):
    found = answer(entry["question"], seed_index, entry.get("history") or ())
    quotes = "\n".join(citation.quote for citation in found.citations)
    assert [words for words in entry["must_contain"] if words not in quotes] == []


@pytest.mark.parametrize("entry", asked(answerable=False))
def test_where_the_article_is_silent_it_abstains(entry, seed_index):
    assert answer(entry["question"], seed_index, entry.get("history") or ()).abstained


def test_most_questions_are_no_misses():
    answerable = [entry["id"] for entry in QUESTIONS if entry["kind"] != "unanswerable"]
    assert len(set(answerable) - MISSES) >= 20
    assert {entry["id"] for entry in QUESTIONS} >= MISSES
