"""Quotes are whole and of a readable length; what stands in large type is of the kind that was asked for."""

from __future__ import annotations

import random

import pytest

from khamtop.index.text import thai
from khamtop.qa.quote import QUOTE_CHARS, quote_around, short_of


def quoted(text: str, answer: str, most: int = QUOTE_CHARS) -> str:
    start = text.index(answer)
    return text[slice(*quote_around(text, (start, start + len(answer)), most))]


def short(text: str, kind: str, question: str = "ถามว่าอะไร") -> str | None:
    span = short_of(text, (0, len(text)), kind, question)
    return span and text[slice(*span)]


STORY = (
    "ตลาดน้ำบ้านสวน\n"
    "นายสมชาย ใจดี ผู้ว่าราชการจังหวัดระยอง เปิดตลาดน้ำเมื่อวันที่ 3 ตุลาคม 2565 มีร้านค้า 30 ร้าน ทั้งนี้ ตลาดเปิดทุกวันเสาร์\n"
    "นายกเทศมนตรีกล่าวว่า “ตลาดนี้ (ที่ใหญ่ที่สุด) จะดีขึ้น” ในปีหน้า"
)


def test_a_quote_begins_and_ends_with_a_sentence_where_that_fits():
    found = quoted(STORY, "3 ตุลาคม 2565")
    assert found == STORY.splitlines()[1]  # two short sentences; the first alone would tell little


def test_a_quote_goes_as_far_as_what_may_be_the_answer():
    """Where the reader is unsure how much of the text answers."""
    text = (
        "นายสมชาย ใจดี ผู้ว่าราชการจังหวัดระยอง กล่าวในที่ประชุมว่าจังหวัดจะสร้างเขื่อนกันคลื่นยาวตลอดแนวหาด"
        "เพราะคลื่นกัดชายหาดทุกปี ทั้งนี้ บ้านเรือนริมหาดเสียหายแล้วสิบหลังในฤดูมรสุมที่ผ่านมา"
        " นอกจากนี้ ถนนเลียบหาดยังทรุดลงเป็นทางยาวหนึ่งกิโลเมตร"
    )
    answer = (text.index("เพราะ"), text.index("ทุกปี") + len("ทุกปี"))
    longer = (answer[0], text.index("ที่ผ่านมา") + len("ที่ผ่านมา"))
    surely = quote_around(text, answer, likely=[(answer, 1.0)])
    perhaps = quote_around(text, answer, likely=[(answer, 0.4), (longer, 0.6)])
    assert surely == quote_around(text, answer)
    assert text[slice(*surely)].endswith("ทุกปี")
    assert text[slice(*perhaps)].endswith("ที่ผ่านมา")


def test_a_quote_does_not_leave_its_line():
    assert quoted(STORY, "ตลาดน้ำบ้านสวน") == "ตลาดน้ำบ้านสวน"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("เปิดงานแล้ว นาย สมชาย ใจดี กล่าว", "สมชาย"),
        ("ใช้เงิน จำนวน 30 ล้านบาท ต่อปี", "30"),
        ("เกิดเมื่อวันที่ 3 ตุลาคม พ.ศ. 2565 ที่ระยอง", "3"),
        ("ตามกฎหมาย มาตรา 12 วรรคสอง", "ตามกฎหมาย"),
        ("ผลไม้ เช่น มะม่วง และ ลำไย ราคาดี", "มะม่วง"),
        ("สำนักงาน (กรมชลประทาน เดิม) ย้ายแล้ว", "กรมชลประทาน"),
    ],
)
@pytest.mark.parametrize("most", [20, 30, 40])
def test_a_quote_tears_apart_nothing_that_belongs_together(text, answer, most):
    found = quoted(text, answer, most)
    assert answer in found
    assert len(found) <= most
    if len(text) <= most:
        assert found == text
    last = found.split()[-1]
    assert last not in ("ที่", "และ", "มาตรา", "นาย", "จำนวน", "เช่น", "พ.ศ.")
    if most >= 30:
        assert found.count("(") == found.count(")")


@pytest.mark.parametrize("seed", range(30))
def test_every_quote_holds_its_answer_within_its_length_and_cuts_no_cluster(seed_text, seed):
    rng = random.Random(seed)
    start = rng.randrange(len(seed_text) - 90)
    end = start + rng.randrange(1, 90)
    while not thai.is_boundary(seed_text, start) or seed_text[start].isspace():
        start -= 1
    begin, finish = quote_around(seed_text, (start, max(end, start + 1)))
    assert begin <= start
    assert 0 < finish - begin <= QUOTE_CHARS
    assert thai.is_boundary(seed_text, begin)
    assert thai.is_boundary(seed_text, finish)


def test_of_an_endless_phrase_the_words_around_the_answer_are_quoted():
    text = "นายกรัฐมนตรีญี่ปุ่นเข้าร่วมการประชุมสุดยอดนาโต" * 30
    found = quoted(text, "ญี่ปุ่น", 100)
    assert "ญี่ปุ่น" in found
    assert 60 <= len(found) <= 100


def test_an_answer_longer_than_a_quote_is_quoted_from_its_beginning():
    text = " ".join(f"รายการที่{at}" for at in range(60))
    found = quoted(text, text)
    assert text.startswith(found[:50])
    assert len(found) <= QUOTE_CHARS


@pytest.mark.parametrize(
    ("said", "kind", "shown"),
    [
        ("นายสมชาย ใจดี", "who", "นายสมชาย ใจดี"),
        ("คือ นายสมชาย ใจดี", "who", "นายสมชาย ใจดี"),
        ("(กรุงมาดริด", "where", "กรุงมาดริด"),
        ("ร้อยละ 30", "how_many", "ร้อยละ 30"),
        ("สองเท่า", "how_many", "สองเท่า"),
        ("กรุงมาดริด", "how_many", None),  # no number
        ("3 ตุลาคม 2565", "when", "3 ตุลาคม 2565"),
        ("เดือนหน้า", "when", "เดือนหน้า"),
        ("กรุงมาดริด", "when", None),  # no time
        ("2565", "who", None),
        ("เทศกาลโรมันโบราณ", "define", "เทศกาลโรมันโบราณ"),
        ("เพราะฝนตก", "why", None),
        ("ใช่", "yes_no", None),
        ("มะม่วง ลำไย", "list", None),
        ("...", "what", None),
        ("ก" * 100, "what", None),  # nothing for large type
    ],
)
def test_what_stands_in_large_type_is_of_the_kind_that_was_asked_for(said, kind, shown):
    assert short(said, kind) == shown


def test_what_the_question_has_already_never_stands_in_large_type():
    assert short("ประเทศญี่ปุ่น", "where", "ญี่ปุ่นเป็นประเทศในทวีปใด") is None
    assert short("countries", "which", "Which countries did she visit?") is None
    assert short("ทวีปเอเชีย", "where", "ญี่ปุ่นเป็นประเทศในทวีปใด") == "ทวีปเอเชีย"


@pytest.mark.parametrize(
    ("said", "kind", "shown"),
    [
        ("เมื่อวันที่ 3 ตุลาคม 2565", "when", "วันที่ 3 ตุลาคม 2565"),
        ("ระหว่างวันที่ 3 - 5 ตุลาคม", "when", "วันที่ 3 - 5 ตุลาคม"),
        ("ในปี พ.ศ. 2530", "when", "ปี พ.ศ. 2530"),
        ("เมื่อวานนี้", "when", "เมื่อวานนี้"),
        ("ที่บ้านหวายหลึม", "where", "บ้านหวายหลึม"),
        ("ตั้งอยู่ที่ จังหวัดระยอง", "where", "จังหวัดระยอง"),
        ("ที่ว่าการอำเภอแกลง", "where", "ที่ว่าการอำเภอแกลง"),
        ("ที่ราบสูงโคราช", "where", "ที่ราบสูงโคราช"),
    ],
)
def test_what_leads_to_a_time_or_a_place_is_not_said_large(said, kind, shown):
    assert short(said, kind) == shown


@pytest.mark.parametrize(
    ("text", "answer", "kind", "shown"),
    [
        ("มีผู้ร่วมงานกว่า 40 คนในวันนั้น", "40 คน", "how_many", "กว่า 40 คน"),
        ("ต้องฉีดไม่น้อยกว่าร้อยละ 60 ของทั้งหมด", "ร้อยละ 60", "how_many", "ไม่น้อยกว่าร้อยละ 60"),
        ("โรงงานที่มีคนงาน 500 คนขึ้นไป", "500 คน", "how_many", "500 คนขึ้นไป"),
        ("It took more than 30 boats to", "30 boats", "how_many", "more than 30 boats"),
        ("มีผู้ร่วมงาน 40 คน", "40 คน", "how_many", "40 คน"),
        ("พบรองนายกรัฐมนตรี อนุทิน", "นายกรัฐมนตรี อนุทิน", "who", "รองนายกรัฐมนตรี อนุทิน"),
        ("said deputy minister Somchai today", "minister Somchai", "who", "deputy minister Somchai"),
        ("มอบรางวัลกว่าสิบรางวัลแก่นายก", "สิบรางวัล", "what", "สิบรางวัล"),
    ],
)
def test_a_word_that_makes_another_of_an_answer_is_said_with_it(text, answer, kind, shown):
    start = text.index(answer)
    span = short_of(text, (start, start + len(answer)), kind, "ถามว่าอะไร")
    assert span
    assert text[slice(*span)] == shown
