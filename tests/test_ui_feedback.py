"""What readers thought of answers is kept line by line, never lost, and never without bounds."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import khamtop.ui.feedback
from khamtop.index.building.build import build
from khamtop.index.types import Article, KhamtopError
from khamtop.ui.calls import Call
from khamtop.ui.feedback import Feedback
from tests.toys import NEWS, ToyEncoder, write_files


def pointed(quote: str, start: int) -> dict[str, Any]:
    """A place that a reader pointed at."""
    return {"article_id": "news/a.txt", "start": start, "end": start + len(quote), "quote": quote}


NOW = datetime(2026, 11, 23, 10, 15, tzinfo=UTC)
SENT = {
    "question": "ใครเป็นนายกรัฐมนตรีญี่ปุ่น",
    "short_answer": "นายฟูมิโอะ คิชิดะ",
    "answer": "บทความระบุว่า “นายฟูมิโอะ คิชิดะ” [1]",
    "citations": [{"article_id": "seeds/nato.txt", "start": 3, "end": 20}],
    "good": True,
}


@pytest.fixture
def feedback(tmp_path: Path) -> Feedback:
    return Feedback(tmp_path, clock=lambda: NOW)


def keep(feedback: Feedback, **fields: Any) -> str:
    return feedback.keep(Call({**SENT, **fields}), article)


def article(identity: str) -> Article:
    if identity != "news/a.txt":
        raise KhamtopError("article.unknown")
    return Article(identity, "ข่าวตลาด", "ตลาดเปิดเช้า ปิดเย็น ตลาดเปิดเช้า", "/news/a.txt")


def test_an_opinion_is_kept_as_it_was_given_with_the_time(feedback: Feedback) -> None:
    identity = keep(feedback, remark=" ดีมาก <b>\n ")
    (opinion,) = feedback.opinions()
    assert (opinion.id, opinion.time, opinion.good) == (identity, "2026-11-23T10:15:00+00:00", True)
    assert opinion.remark == "ดีมาก <b>"
    assert (opinion.question, opinion.short_answer, opinion.answer) == (
        SENT["question"],
        SENT["short_answer"],
        SENT["answer"],
    )
    assert list(opinion.citations) == SENT["citations"]


def test_the_newest_comes_first_and_of_one_id_the_newest_counts(feedback: Feedback) -> None:
    first, second = keep(feedback, question="หนึ่ง"), keep(feedback, question="สอง")
    assert keep(feedback, question="หนึ่ง", id=first, good=False, remark="เปลี่ยนใจ") == first
    assert [(opinion.id, opinion.good) for opinion in feedback.opinions()] == [(first, False), (second, True)]


@pytest.mark.parametrize(
    ("quote", "near", "start"),
    [("ตลาดเปิดเช้า", 0, 0), ("ตลาดเปิดเช้า", 15, 21), ("ตลาดเปิดเช้า", 999, 21), ("ปิดเย็น", -5, 13), ("", 7, 0)],
)
def test_where_the_answer_stands_is_kept_with_the_articles_own_words(
    feedback: Feedback, quote: str, near: int, start: int
) -> None:
    keep(feedback, here=[pointed(quote, near)])
    (place,) = feedback.opinions()[0].here
    assert (place["title"], place["source"]) == ("ข่าวตลาด", "/news/a.txt")
    assert (place["start"], place["quote"]) == (start, quote)
    assert article("news/a.txt").text[place["start"] : place["end"]] == quote


def test_what_an_earlier_version_kept_is_listed_too(feedback: Feedback, tmp_path: Path) -> None:
    keep(feedback)
    file = tmp_path / "feedback.jsonl"
    line = json.loads(file.read_text("utf-8"))
    del line["here"]
    file.write_text(json.dumps(line) + "\n", "utf-8")
    assert [(opinion.question, opinion.here) for opinion in feedback.opinions()] == [(SENT["question"], ())]


def test_with_nothing_kept_there_is_nothing_to_list(feedback: Feedback) -> None:
    assert feedback.opinions() == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"remark": "ก" * 2001}, "feedback.remark_too_long"),
        ({"question": "ก" * 2001}, "feedback.too_long"),
        ({"answer": "ก" * 20_001}, "feedback.too_long"),
        ({"citations": SENT["citations"] * 11}, "feedback.too_long"),
        ({"citations": [{"article_id": "a" * 1001, "start": 0, "end": 1}]}, "feedback.too_long"),
        ({"citations": [{"article_id": "a", "start": "0", "end": 1}]}, "call.invalid"),
        ({"citations": [{"article_id": "a"}]}, "call.invalid"),
        ({"citations": "a"}, "call.invalid"),
        ({"good": "yes"}, "call.invalid"),
        ({"here": [{"article_id": "news/a.txt", "start": 0, "end": 1}]}, "call.invalid"),
        ({"here": [pointed("ไม่มี", 0)]}, "feedback.place_gone"),
        ({"here": [pointed("ก" * 2001, 0)]}, "feedback.place_too_long"),
        ({"here": [pointed("", 0)] * 11}, "feedback.too_long"),
        ({"here": [{**pointed("", 0), "article_id": "news/b.txt"}]}, "article.unknown"),
        ({"good": None}, "call.invalid"),
        ({"question": 7}, "call.invalid"),
        ({"id": "../../x"}, "call.invalid"),
    ],
)
def test_what_makes_no_sense_is_told_and_not_kept(feedback: Feedback, fields: dict[str, Any], code: str) -> None:
    with pytest.raises(KhamtopError) as told:
        keep(feedback, **fields)
    assert told.value.code == code
    assert feedback.opinions() == []


def test_only_what_is_known_of_a_citation_is_kept(feedback: Feedback) -> None:
    keep(feedback, citations=[{"article_id": "a", "start": 0, "end": 1, "more": "x" * 100_000}], more="x" * 100_000)
    assert list(feedback.opinions()[0].citations) == [{"article_id": "a", "start": 0, "end": 1}]


def test_half_a_letter_is_kept_as_something_readable(feedback: Feedback) -> None:
    keep(feedback, remark="\ud83d")
    assert feedback.opinions()[0].remark == "?"


def test_everybody_at_once_loses_nothing(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as people:
        ids = set(people.map(lambda number: keep(Feedback(tmp_path), remark=str(number)), range(80)))
    assert {opinion.id for opinion in Feedback(tmp_path).opinions()} == ids
    assert len(ids) == 80


def test_a_line_that_was_cut_off_spoils_neither_the_one_before_nor_the_one_after(
    feedback: Feedback, tmp_path: Path
) -> None:
    keep(feedback, question="หนึ่ง")
    with open(tmp_path / "feedback.jsonl", "ab") as file:
        file.write(b'{"id": "cut o')
    keep(feedback, question="สอง")
    assert [opinion.question for opinion in feedback.opinions()] == ["สอง", "หนึ่ง"]


def test_a_full_file_takes_no_more_and_says_so(feedback: Feedback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(khamtop.ui.feedback, "LARGEST_BYTES", 700)
    keep(feedback)
    with pytest.raises(KhamtopError) as told:
        keep(feedback)
    assert (told.value.code, len(feedback.opinions())) == ("feedback.full", 1)


def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "feedback.jsonl").mkdir()
    for call in (lambda: keep(Feedback(tmp_path)), Feedback(tmp_path).opinions):
        with pytest.raises(KhamtopError) as told:
            call()
        assert told.value.code == "feedback.unwritable"


def test_no_build_touches_it_nor_what_was_removed_nor_takes_it_for_articles(feedback: Feedback, tmp_path: Path) -> None:
    news = write_files(tmp_path / "news", NEWS)
    build([news], tmp_path, ToyEncoder())
    keep(feedback)
    write_files(tmp_path / "removed", {"old.txt.removed": "ข่าวเก่า"})
    before = (tmp_path / "feedback.jsonl").read_bytes()
    (news / "flood.txt").unlink()
    for afresh in (False, True):
        build([news], tmp_path, ToyEncoder(), afresh=afresh)
    report = build([tmp_path], tmp_path, ToyEncoder())  # the index's folder itself among the articles
    assert (tmp_path / "feedback.jsonl").read_bytes() == before
    assert (tmp_path / "removed/old.txt.removed").read_text("utf-8") == "ข่าวเก่า"
    assert report.articles == 2
    assert json.loads(before)["question"] == SENT["question"]
