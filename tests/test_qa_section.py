"""A question about section 12 is answered from section 12, and from no other."""

from __future__ import annotations

import doctest

import pytest

from khamtop.index.building.build import build_articles
from khamtop.index.storage.store import Index
from khamtop.index.text import thai
from khamtop.index.types import Article, Passage
from khamtop.qa import section
from khamtop.qa.answer import ask
from khamtop.qa.section import asked_for, told_in
from khamtop.qa.types import Hit
from tests.toys import ToyEncoder

#: What each section of a law forbids, and for how much; the numbers look like one another.
SECTIONS = {
    "มาตรา ๑": "พระราชบัญญัตินี้เรียกว่า “พระราชบัญญัติสวนสาธารณะบ้านดง”",
    "มาตรา ๒": "ผู้ใดเก็บดอกไม้ในสวนสาธารณะ ต้องระวางโทษปรับไม่เกินหกร้อยบาท",
    "มาตรา ๑๑": "ผู้ใดเลี้ยงไก่ชนในสวนสาธารณะ ต้องระวางโทษปรับไม่เกินสองพันบาท",
    "มาตรา ๑๒": "ผู้ใดจุดพลุในสวนสาธารณะ ต้องระวางโทษปรับไม่เกินสามพันบาท",
    "มาตรา ๑๒/๑": "ผู้ใดตกปลาในสวนสาธารณะ ต้องระวางโทษปรับไม่เกินสี่พันบาท",
    "มาตรา ๑๒ ทวิ": "ผู้ใดขายของในสวนสาธารณะ ต้องระวางโทษปรับไม่เกินเจ็ดพันบาท",
    "มาตรา ๑๓": "ผู้ใดขี่ม้าในสวนสาธารณะ ต้องระวางโทษปรับไม่เกินห้าพันบาท และให้นำมาตรา ๑๒ มาใช้บังคับด้วย",
    "มาตรา ๑๑๒": "ผู้ใดจอดรถในสวนสาธารณะ ต้องระวางโทษปรับไม่เกินแปดพันบาท",
    "มาตรา ๑๒๐": "ผู้ใดปีนรั้วสวนสาธารณะ ต้องระวางโทษปรับไม่เกินเก้าพันบาท",
}
LINES = "\n".join(f"{name} {said}" for name, said in SECTIONS.items())
IN_ONE_LINE = " ".join(
    f"มาตรา {number} ห้าม{what}" for number, what in enumerate("จุดพลุ ตกปลา ขี่ม้า จอดรถ ปีนรั้ว".split(), 10)
)


def hit(text: str, title: str = "ข่าว", passage: str | None = None) -> Hit:
    start = text.index(passage) if passage else 0
    end = start + len(passage if passage else text)
    return Hit(Article("a", title, text, "a.txt"), Passage("a", start, end), 1.0, 1, 1)


def told(question: str, of: Hit) -> list[str] | None:
    spans = told_in(asked_for(thai.normalise(question).text), of)
    return spans if spans is None else [of.article.text[slice(*span)].strip() for span in spans]


def test_the_examples_in_the_docstrings_are_true():
    assert doctest.testmod(section).attempted > 0
    assert doctest.testmod(section).failed == 0


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("มาตรา ๑๒ ว่าอย่างไร", {"section": {"12"}}),
        ("มาตรา12/1 กับ ม.112", {"section": {"12/1", "112"}}),
        ("มาตรา 12 ทวิ ห้ามอะไร", {"section": {"12ทวิ"}}),
        ("มาตรา 112, 116 และ 120", {"section": {"112", "116", "120"}}),
        ("มาตรา 112,116", {"section": {"112", "116"}}),
        ("มาตรา 10 ถึง 12", {"section": {"10", "11", "12"}}),
        ("What does Section 12 say?", {"section": {"12"}}),
        ("ข้อ 3 ของประกาศฉบับที่ 5 หมวด 2", {"clause": {"3"}, "issue": {"5"}, "chapter": {"2"}}),
        ("พ.ร.บ. ยา พ.ศ. 2510 ห้ามอะไร", {"year": {"2510"}}),
        ("นักเรียนชั้น ม.6 มีกี่คน", {}),  # a class at school
        ("หัวข้อ 3 คืออะไร", {}),
        ("มาตราส่วนของแผนที่", {}),
    ],
)
def test_a_question_names_parts_by_their_numbers(question, asked):
    assert asked_for(thai.normalise(question).text) == asked


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("มาตรา 12", ["มาตรา ๑๒"]),
        ("มาตรา 12/1", ["มาตรา ๑๒/๑"]),
        ("มาตรา 12 ทวิ", ["มาตรา ๑๒ ทวิ"]),
        ("มาตรา 112", ["มาตรา ๑๑๒"]),
        ("มาตรา 2 กับมาตรา 120", ["มาตรา ๒", "มาตรา ๑๒๐"]),
        ("มาตรา 99", []),  # none of these
    ],
)
def test_a_law_tells_of_a_section_in_that_one_alone(question, names):
    assert told(question, hit(LINES)) == [f"{name} {SECTIONS[name]}" for name in names]


def test_sections_in_one_line_are_told_apart_by_their_row_of_numbers():
    assert told("มาตรา 12 ห้ามอะไร", hit(IN_ONE_LINE)) == ["มาตรา 12 ห้ามขี่ม้า"]


def test_a_passage_in_the_middle_of_a_section_is_of_it_and_of_no_other():
    long = LINES.replace("สามพันบาท", "สามพันบาท " + "และต้องชดใช้ค่าเสียหาย " * 40)
    inside = "และต้องชดใช้ค่าเสียหาย และต้องชดใช้ค่าเสียหาย"
    assert told("มาตรา 12", hit(long, passage=inside)) == [inside]
    assert told("มาตรา 13", hit(long, passage=inside)) == []


@pytest.mark.parametrize(
    ("question", "of", "where"),
    [
        ("ใครถูกดำเนินคดีมาตรา 112", hit("นายสมชายถูกดำเนินคดีตามมาตรา 112 เมื่อวาน"), None),  # told in its sentence
        ("ใครถูกดำเนินคดีมาตรา 12", hit("นายสมชายถูกดำเนินคดีตามมาตรา 112 เมื่อวาน"), []),
        ("ใครถูกดำเนินคดีมาตรา 12", hit("นายสมชายถูกดำเนินคดีตามมาตรา 11 และ 12"), None),
        ("ใครถูกดำเนินคดีมาตรา 12", hit("นายสมชายถูกดำเนินคดีเมื่อวาน"), None),  # speaks of no section
        ("ประกาศฉบับที่ 12 เตือนอะไร", hit("เตือนฝนตกหนักภาคใต้", title="ประกาศฉบับที่ 11"), []),
        ("ประกาศฉบับที่ 12 เตือนอะไร", hit("เตือนฝนตกหนักภาคใต้", title="ประกาศฉบับที่ 12"), None),
        ("ข้อ 3 ว่าอย่างไร", hit("ข้อ 2 ให้ปิด\nข้อ 3 ให้เปิด\nข้อ 30 ให้พัก"), ["ข้อ 3 ให้เปิด"]),
        ("ข้อ 3 ว่าอย่างไร", hit("ข้อ 3 ให้เปิด\nข้อ 3.1 ทุกวัน\nข้อ 4 ให้พัก"), ["ข้อ 3 ให้เปิด\nข้อ 3.1 ทุกวัน"]),
        ("หมวด 2 ว่าด้วยอะไร", hit("หมวด ๑ บททั่วไป\nมาตรา 1 ก\nหมวด ๒ การเงิน\nมาตรา 2 ข"), ["หมวด ๒ การเงิน\nมาตรา 2 ข"]),
        ("พ.ร.บ.ยา พ.ศ. 2510 ห้ามอะไร", hit("ห้ามขายยา", title="พ.ร.บ.ยา พ.ศ. 2562"), []),
        ("พ.ร.บ.ยา พ.ศ. 2510 ห้ามอะไร", hit("ห้ามขายยา แก้จากปี 2510", title="พ.ร.บ.ยา พ.ศ. 2562"), None),
        ("พ.ศ. 2565 เกิดอะไรขึ้น", hit("ปี 2022 น้ำท่วม", title="น้ำท่วม พ.ศ. 2564"), None),
        ("น้ำท่วมที่ไหน", hit("ตามมาตรา 12 น้ำท่วม"), None),
    ],
)
def test_a_passage_that_names_others_alone_tells_nothing(question, of, where):
    assert told(question, of) == where


@pytest.fixture(scope="module")
def laws(tmp_path_factory: pytest.TempPathFactory) -> Index:
    articles = [
        Article("park", "พระราชบัญญัติสวนสาธารณะบ้านดง", f"พระราชบัญญัติสวนสาธารณะบ้านดง\n{LINES}", "park.txt"),
        Article("line", "ระเบียบตลาดน้ำ", f"ระเบียบตลาดน้ำ {IN_ONE_LINE}", "line.txt"),
        Article("fee10", "ประกาศค่าเช่าแผง พ.ศ. 2560", "ประกาศค่าเช่าแผง ให้เก็บค่าเช่าแผงวันละ 40 บาท", "a.txt"),
        Article("fee11", "ประกาศค่าเช่าแผง พ.ศ. 2561", "ประกาศค่าเช่าแผง ให้เก็บค่าเช่าแผงวันละ 55 บาท", "b.txt"),
    ]
    folder = tmp_path_factory.mktemp("laws")
    build_articles(articles, folder, ToyEncoder())
    return Index.open(folder, ToyEncoder())


@pytest.mark.parametrize("name", [name for name in SECTIONS if name != "มาตรา ๑"])
def test_the_quote_is_of_the_section_that_was_asked_for_and_leaves_it_not(laws, name):
    plain = thai.normalise(name).text
    found = ask(f"สวนสาธารณะบ้านดง {plain} มีโทษปรับเท่าไร", laws, threshold=0.0)
    text = laws.article("park").text
    start = text.index(f"{name} ผู้ใด")
    of_park = [citation for citation in found.citations if citation.article.id == "park"]
    assert found.citations[0].article.id == "park"
    assert all(start <= one.start < one.end <= start + len(f"{name} {SECTIONS[name]}") for one in of_park)
    assert SECTIONS[name].split()[1] in found.citations[0].quote


def test_the_quote_of_a_section_in_one_line_leaves_it_not(laws):
    found = ask("ระเบียบตลาดน้ำ มาตรา 12 ห้ามอะไร", laws, threshold=0.0)
    assert [one.quote for one in found.citations if one.article.id == "line"] == ["มาตรา 12 ห้ามขี่ม้า"]


@pytest.mark.parametrize(("year", "fee"), [(2560, "40 บาท"), (2561, "55 บาท")])
def test_a_rule_of_another_year_is_not_quoted(laws, year, fee):
    found = ask(f"ประกาศค่าเช่าแผง พ.ศ. {year} เก็บวันละเท่าไร", laws, threshold=0.0)
    assert fee in found.citations[0].quote
    assert len({one.article.id for one in found.citations} & {"fee10", "fee11"}) == 1


def test_where_no_article_has_the_section_none_is_quoted(laws):
    found = ask("มาตรา 99 มีโทษปรับเท่าไร", laws, threshold=0.0)
    assert not [one for one in found.citations if one.article.id in ("park", "line")]
