"""Ranking by reading: by hand, with a reader that says what it is told to."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from khamtop.index.storage.store import Index
from khamtop.qa.answer import ask
from khamtop.qa.question import read
from khamtop.qa.rank import READ_PASSAGES, find
from khamtop.qa.reader import Reading, Titled
from khamtop.qa.searching import search
from tests.toys import ToyReader

QUESTION = "นาโต ทุเรียน น้ำท่วม รถไฟฟ้า"  # something of each article


def ids(found) -> list[str]:
    return [item.hit.article.id for item in found]


def test_a_passage_that_answers_moves_up_and_all_stay(small_index: Index) -> None:
    plain = ids(find(read(QUESTION), small_index, 4, ToyReader({})))
    last = plain[-1]
    assert ids(find(read(QUESTION), small_index, 4, ToyReader({last: 5.0}))) == [last, *plain[:-1]]


def test_a_hit_says_by_which_search_it_was_found_wherever_reading_puts_it(small_index: Index) -> None:
    plain = {item.hit.article.id: item.hit for item in find(read(QUESTION), small_index, 4, ToyReader({}))}
    moved = find(read(QUESTION), small_index, 4, ToyReader({"durian": 5.0}))
    for item in moved:
        hit = plain[item.hit.article.id]
        assert (item.hit.dense_rank, item.hit.lexical_rank) == (hit.dense_rank, hit.lexical_rank)
    assert [item.hit.score for item in moved] == sorted((item.hit.score for item in moved), reverse=True)


def test_the_question_is_read_with_titles_and_once(small_index: Index) -> None:
    reader = ToyReader({})
    found = ask(QUESTION, small_index, reader=reader)
    assert [question for question, _ in reader.asked] == [QUESTION]
    (passages,) = [passages for _, passages in reader.asked]
    assert len(passages) <= READ_PASSAGES
    assert {title for title, _ in passages} == {hit.article.title for hit in found.hits}


@pytest.mark.parametrize(("logit", "verdict"), [(3.0, "answer"), (0.0, "answer"), (-1.0, "unsure"), (-5.0, "nothing")])
def test_three_things_are_said_by_how_likely_it_answers(small_index: Index, logit: float, verdict: str) -> None:
    found = ask(QUESTION, small_index, reader=ToyReader({"durian": logit}, otherwise=-9.0))
    assert found.verdict == verdict
    assert found.abstained == (verdict != "answer")
    assert bool(found.citations) == (verdict == "answer")
    assert bool(found.nearest) == (verdict == "unsure")
    quotes = found.citations or found.nearest
    assert all(quote.article.text[quote.start : quote.end] == quote.quote for quote in quotes)
    assert not quotes or quotes[0].article.id == "durian"
    assert found.short is None or verdict == "answer"


@pytest.mark.parametrize(("logit", "is_large"), [(3.0, True), (0.4, False)])
def test_only_what_is_likely_enough_stands_in_large_type(small_index: Index, logit: float, is_large: bool) -> None:
    reader = ToyReader({"train": logit}, otherwise=-9.0)
    found = ask(QUESTION, small_index, reader=reader)
    assert found.verdict == "answer"
    assert (found.short is not None) == is_large
    assert ask(QUESTION, small_index, reader=reader, threshold=0.0).short is not None


def test_a_reader_that_finds_nothing_at_all_abstains(small_index: Index) -> None:
    class Blind(ToyReader):
        def read(self, question: str, passages: Sequence[Titled]) -> list[Reading]:
            return []

    found = ask(QUESTION, small_index, reader=Blind({}))
    assert found.verdict == "nothing"
    assert found.hits


def test_search_ranks_as_answers_do_but_that_titles_weigh(small_index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("khamtop.qa.searching.TITLE_WEIGHT", 0.0)
    reader = ToyReader({"train": 5.0})
    hits = search(QUESTION, small_index, k=4, reader=reader)
    assert tuple(hits) == ask(QUESTION, small_index, k=4, reader=reader).hits
    assert hits[0].article.id == "train"
