"""Answers as they were given: remembered with their index, and gone when newer ones took their room."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

import khamtop.ui.service
from khamtop.index.filters import filter_of
from khamtop.index.types import KhamtopError
from khamtop.qa.types import Answer
from khamtop.ui.given import Given, Remembered
from khamtop.ui.service import Service
from tests.toys import ToyEncoder

WHEN = datetime(2026, 1, 1, tzinfo=UTC)
MARKET = "ข่าวตลาด\n\nตลาดน้ำบ้านสวนเปิดเมื่อ พ.ศ. 2551"
QUESTION = "ตลาดน้ำบ้านสวนเปิดเมื่อใด"


def given(question: str, index: str = "one") -> Given:
    return Given(Answer(question, "th", "nothing", "other", (), (), None, (), 0.0), index, WHEN)


def test_the_answer_that_was_looked_at_longest_ago_makes_room() -> None:
    remembered = Remembered(2)
    first, second, third = (given(question) for question in "กขค")
    remembered.keep(("ก", (), None), first)
    remembered.keep(("ข", (), None), second)
    assert remembered.recall("one", ("ก", (), None)) is first
    remembered.keep(("ค", (), None), third)
    assert remembered.recall("one", ("ข", (), None)) is None
    assert remembered.recall("one", ("ก", (), None)) is first
    assert remembered.recall("other", ("ก", (), None)) is None
    assert remembered.recall("one", ("ก", ("ข",), None)) is None


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles/market.txt").write_text(MARKET, "utf-8")
    monkeypatch.setattr(khamtop.ui.service, "load_encoder", lambda name: ToyEncoder())
    service = Service(tmp_path / "index", [tmp_path / "articles"])
    service.rebuild()
    return service


def test_what_was_given_is_given_again_after_another_index_took_its_place(service: Service, tmp_path: Path) -> None:
    before = service.give(QUESTION)
    assert before.index == service.index
    assert service.give_again(before.index, QUESTION) is before
    (tmp_path / "articles/market.txt").write_text(MARKET.replace("2551", "2552"), "utf-8")
    service.rebuild()
    assert before.index != service.index
    assert service.give_again(before.index, QUESTION) is before
    after = service.give(QUESTION)
    assert "2552" in after.answer.citations[0].quote
    assert after.built >= before.built
    for never in ((before.index, "คำถามอื่น"), ("000000000000", QUESTION)):
        with pytest.raises(KhamtopError) as told:
            service.give_again(*never)
        assert told.value.code == "answer.gone"


def test_the_same_index_is_asked_anew_where_it_no_longer_remembers(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = service.give(QUESTION)
    monkeypatch.setattr(service, "_given", Remembered(64))
    again = service.give_again(before.index, QUESTION)
    assert again is not before
    assert again == before


def test_bounds_are_a_part_of_what_was_asked(service: Service) -> None:
    elsewhere = filter_of(source="nowhere")
    assert service.give(QUESTION).answer.citations
    assert not service.give(QUESTION, bounds=elsewhere).answer.citations
    assert service.follow_ups(QUESTION, bounds=elsewhere) == []


def test_a_rebuild_that_finds_nothing_new_keeps_the_stamp(service: Service) -> None:
    stamp = service.index
    service.rebuild()
    assert service.index == stamp != ""
