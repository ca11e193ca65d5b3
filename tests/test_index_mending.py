"""Thai as keyboards, web pages, old PDFs and OCR leave it: matched as it was meant, and led back to as it stands."""

from __future__ import annotations

import string
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khamtop.index.building.build import build_articles
from khamtop.index.storage.store import Index
from khamtop.index.text.mending import GLYPHS, ZERO_WIDTH
from khamtop.index.text.passages import cut, spans
from khamtop.index.text.thai import (
    is_boundary,
    ngrams,
    normalise,
    paragraph,
    paragraphs,
    phrases,
    starts_sentence,
    word_spans,
    words,
)
from khamtop.index.types import Article
from khamtop.qa.answer import ask
from khamtop.qa.question import read
from khamtop.qa.quote import quote_around
from khamtop.qa.retrieve import retrieve
from tests.toys import ToyEncoder


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("กล ้าไม ้", "กล้าไม้"),  # a space before a tone
        ("ท ี่ ประชุม", "ที่ ประชุม"),  # before a vowel above
        ("ผ ู ้ว ่าราชการ", "ผู้ว่าราชการ"),  # before each
        ("ผู\u00a0้ใหญ่", "ผู้ใหญ่"),
        ("กล\n้าไม้", "กล้าไม้"),  # a line that ends there
        ("ม ะม่วง", "มะม่วง"),
        ("โรงเ รียน", "โรงเรียน"),  # after what never ends anything
        ("ราค าสินค้า", "ราคาสินค้า"),  # before sara aa
        ("ท างาน", "ทำงาน"),  # where the nikhahit was lost, as its glyph has no letter
        ("จ านวน", "จำนวน"),
        ("ผู ้น าฝ่ายค ้าน", "ผู้นำฝ่ายค้าน"),
        ("น ้าท่วม", "น้ำท่วม"),
        ("ส ํานักงาน", "สำนักงาน"),  # sara am in pieces
        ("สํ านักงาน", "สำนักงาน"),
        ("ส ํ านักงาน", "สำนักงาน"),
        ("น ํ ้ าท่วม", "น้ำท่วม"),
        ("น ำท่วม", "นำท่วม"),
        ("สิทธ์ิ", "สิทธิ์"),  # the mark of silence before the vowel
        ("พันธ์ุไม้", "พันธุ์ไม้"),
        ("ประชๅชน", "ประชาชน"),  # the long tail
        ("ทํๅงาน", "ทำงาน"),
        ("ฤๅษี", "ฤๅษี"),  # where it is right
        ("ไม่ พบ", "ไม่ พบ"),
        ("(ก) ้", "(ก) ้"),  # a stray mark on nothing
        ("Cafe\u0301 ดี", "café ดี"),
        ("Pho\u031b\u0309 บา\u0301", "phở บา\u0301"),
        ("ไฟ\ufb01le", "ไฟfile"),
        ("หนัก&nbsp;62&#8239;กก.", "หนัก 62 กก."),
        ("&#8220;ดาว&#x201D; &amp; เดือน", "“ดาว” & เดือน"),
        ("ก&amp;nbsp;ข", "ก ข"),  # escaped twice
        ("&#3585;&#3657;&#3635;", "ก้ำ"),
        ("กรุง&#8203;เทพ", "กรุงเทพ"),
        ("AT&T; R&D &nosuch; x&y", "at&t; r&d &nosuch; x&y"),
    ],
)
def test_what_got_into_a_word_is_not_there_for_matching(typed, meant):
    assert normalise(typed).text == meant


def test_a_model_reads_the_same_in_its_own_case_and_with_its_numbers():
    assert normalise("NATO กล ้าไม ้ Cafe\u0301 ๗๘,๙๑๑", fold_case=False).text == "NATO กล้าไม้ Café 78,911"


def test_every_glyph_of_an_old_font_is_its_letter():
    windows = "ฐิีึื่้๊๋์่้๊๋์ญัํ็่้๊๋์\u0e38\u0e39\u0e3a"
    assert "".join(GLYPHS[chr(at)] for at in range(0xF700, 0xF71B)) == windows
    assert {letter: list(GLYPHS.values()).count(letter) for letter in "ัิฐญุ่้์"} == {
        "ั": 2, "ิ": 2, "ฐ": 2, "ญ": 2, "ุ": 2, "่": 6, "้": 6, "์": 6,
    }  # fmt: skip
    assert len(GLYPHS) == 54
    assert (
        normalise("ป\uf702ก\uf710บฝ\uf70aน ป\uf702\uf714 ด\uf718 สงคราม\uf70fวน \uf700าน").text
        == "ปีกับฝ่น ปี้ ดุ สงครามญวน ฐาน"
    )
    assert normalise("ฟ\uf885\uf88bน กตั\uf89aู ท\uf899า").text == "ฟิ่น กตัญู ทำ"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("สวนสัตว์ได้ลูกยีราฟชื่อดาวเ\nหนือตัวแรก", "ดาวเหนือ"),
        ("คณะรัฐมนตรีมีมติเห็นชอบใน\nที่ประ\nชุม", "ที่ประชุม"),
        ("กระทรวงสาธาร \r\n ณสุขแถลง", "กระทรวงสาธารณสุข"),
        ("เปิดภาคเรียนที่โรง\nเรียนบ้านสวน", "โรงเรียน"),
    ],
)
def test_a_word_that_a_line_breaks_is_one_word_of_one_phrase(typed, found):
    copy = normalise(typed)
    assert found in words(copy.text)
    start = copy.text.index(found)
    begin, end = copy.original(start, start + len(found))
    assert "".join(typed[begin:end].split()) == found
    assert any(first <= begin and end <= last for first, last in phrases(typed))


@pytest.mark.parametrize(
    "text",
    [
        "ราคาผลไม้ในตลาด\nนายสมชายกล่าวว่าฝนตก",
        "ในจังหวัดพังงา\nน.ส.สมหญิง เปิดงาน",
        "ปลัดฯ เร่งรัดการแ\nวันที่ 7 ธันวาคม 2565",  # a headline that was cut off
        "มีคนมาก\n\nมายังตลาด",  # a paragraph ends
        "รายงานผล\nการศึกษา",  # both sides are words
    ],
)
def test_the_end_of_a_line_between_words_stays(text):
    assert normalise(text).text == text


def test_where_blanks_stand_everywhere_words_are_joined_over_them():
    text = "กร ะท รวง ศึก ษา จัด ประ ชุม ชี้ แจง แนว ทาง การ ดำเนิน งาน โรง เรียน ทั่ว ประ เทศ"
    assert {"กระทรวง", "ศึกษา", "ประชุม", "แนวทาง", "โรงเรียน", "ประเทศ"} <= set(words(normalise(text).text))
    for once in ("สวน สัตว์", "นาย สม ชาย", "แม่ น้ำ ใหญ่ ไหล ผ่าน"):  # here a blank may be meant
        assert normalise(once).text == once


WRAPPED = (
    "สวนสัตว์บ้านดงเปิดรับอาสาสมัคร\n"
    "นายแพทย์สมชายกล่าวว่าประชาชนในพื้นที่ภาคเหนือควรกำจัด\n"
    "แหล่งเพาะพันธุ์ยุงลายทุกสัปดาห์ตลอดช่วงฤดูฝนนี้ และถ้า\n"
    "มีไข้สูงเกินสองวันให้รีบไปพบแพทย์ที่โรงพยาบาลใกล้บ้าน\n"
    "ทันที\n"
    "ส่วนภาคใต้มีแนวโน้มลดลงอย่างต่อเนื่องตั้งแต่ต้นปีที่แล้ว\n"
    "จนถึงเดือนนี้\n"
    "1. ใส่ทรายกำจัดลูกน้ำในโอ่งและแจกันทุกใบที่มีในบ้านเรา"
)


def test_a_line_of_a_hard_wrapped_text_is_no_paragraph():
    found = [WRAPPED[start:end] for start, end in paragraphs(WRAPPED)]
    lines = WRAPPED.splitlines()
    assert found == [lines[0], "\n".join(lines[1:5]), "\n".join(lines[5:7]), lines[7]]
    assert paragraph(WRAPPED, WRAPPED.index("ทันที")) == paragraph(WRAPPED, WRAPPED.index("นายแพทย์"))
    assert not starts_sentence(WRAPPED, WRAPPED.index("แหล่ง"))
    assert starts_sentence(WRAPPED, WRAPPED.index("นายแพทย์"))


def test_a_quote_of_a_hard_wrapped_text_goes_on_over_the_ends_of_lines():
    at = WRAPPED.index("ยุงลาย")
    start, end = quote_around(WRAPPED, (at, at + 6))
    assert WRAPPED[start:end].startswith("นายแพทย์สมชาย")
    assert "ควรกำจัด\nแหล่งเพาะพันธุ์ยุงลาย" in WRAPPED[start:end]


def test_lines_of_one_length_each_are_paragraphs_where_they_are_few_or_long():
    for text in ("ก" * 60 + "\n" + "ข" * 60, "\n".join(letter * 300 for letter in "กขคงจ")):
        assert len(list(paragraphs(text))) == len(text.splitlines())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("78,911 คน", "78911 คน"),
        ("๗๘,๙๑๑ คน", "78911 คน"),
        ("1,234.50 บาท", "1234.50 บาท"),
        ("12,345,678", "12345678"),
        ("ข้อ 1,2,3", "ข้อ 1,2,3"),  # lists
        ("1,234,5", "1,234,5"),
        ("มาตรา 112,116", "มาตรา 112,116"),
        ("2564,256", "2564,256"),
        ("0,123", "0,123"),
        ("1.234,567", "1.234,567"),
        ("78, 911", "78, 911"),
        ("78 911", "78 911"),  # may be two numbers
    ],
)
def test_a_number_is_read_without_the_commas_of_its_thousands(typed, meant):
    assert normalise(typed).text == meant


def test_a_number_leads_back_to_its_digits_and_commas():
    text = "รวม ๗๘,๙๑๑.๕๐ บาท"
    copy = normalise(text)
    start, end = next(span for span in word_spans(copy.text) if copy.text[slice(*span)] == "78911.50")
    assert text[slice(*copy.original(start, end))] == "๗๘,๙๑๑.๕๐"
    assert ngrams(copy.text, 4) == ["7891", "8911"]


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("กล ้าไม ้", {2, 3, 4, 6, 7, 8}),
        ("เ รียน", {1, 2, 3}),
        ("น ํ า", {1, 2, 3, 4}),
        ("ก\n้า", {1, 2, 3}),
        ("ก\n\n้", {2, 3}),  # a blank line is no gap; a mark begins nothing all the same
        ("ป\uf702ก", {1}),
        ("Cafe\u0301", {4}),
        ("ก&nbsp;ข", {2, 3, 4, 5, 6}),
        ("มี 78,911", {1, 4, 5, 6, 7, 8}),
        ("1,2", set()),
    ],
)
def test_no_span_begins_or_ends_inside_what_is_read_as_one(text, inside):
    assert {at for at in range(len(text) + 1) if not is_boundary(text, at)} == inside


@pytest.mark.parametrize("text", ["ก" + "่" * 700, "ก" + " ่" * 700, "่" * 1500, "เ" * 1500, "&amp;" * 300, "-" * 1300])
def test_what_has_no_letters_to_cut_between_stays_within_its_text(text):
    found = [(passage.start, passage.end) for passage in cut(Article("a", "ก", text, "a.txt"))]
    for start, end in [*found, *(span for first, last in found for span in spans(text, first, last, 200))]:
        assert 0 <= start < end <= len(text)


def test_a_cluster_longer_than_a_passage_is_one_passage_and_one_quote():
    text = "ก" + "่" * 700
    assert [(passage.start, passage.end) for passage in cut(Article("a", "ก", text, "a.txt"))] == [(0, 701)]
    assert quote_around(text, (0, 5)) == (0, 701)


def test_an_article_of_blanks_in_the_way_of_html_has_nothing_to_find_and_stops_no_build(tmp_path):
    blanks = Article("blanks", "ว่าง", "&nbsp;" * 200, "a.txt")
    assert cut(blanks) == []
    assert quote_around(blanks.text, (6, 12)) == (6, 12)
    build_articles([blanks, Article("b", "ข่าว", "ฝนตกหนัก", "b.txt")], tmp_path, ToyEncoder())
    index = Index.open(tmp_path, ToyEncoder())
    assert [hit.article.id for hit in retrieve(read("ฝนตกไหม"), index, 5)] == ["b"]
    assert index.article("blanks").text == blanks.text


def test_an_accent_on_nothing_is_no_mark_of_the_thai_letter_before():
    assert list(phrases("ก \u0301x ข")) == [(0, 1), (3, 4), (5, 6)]
    assert [at for at in range(8) if is_boundary("ก \u0301x ข", at)] == [0, 1, 3, 4, 5, 6, 7]


def test_many_blanks_set_two_things_apart_whatever_follows():
    assert normalise("กล" + " " * 16 + "้า").text == "กล้า"
    text = "ข่าว กิ" + " " * 17 + "่ก" + " " * 2000 + "้ง"
    assert [text[slice(*span)] for span in phrases(text)] == ["ข่าว", "กิ", "ก", "ง"]
    assert [text[passage.start : passage.end].split() for passage in cut(Article("a", "ก", text, "a.txt"))] == [
        ["ข่าว", "กิ", "่ก"],
        ["ง"],
    ]


# What holds for any text

LETTERS = "กนทสพ่้ิีุู์ัำาๅะเแไๆฯํ็ ,.&;#\n\t\r(“1๒ae\u0301\u200b\u00a0\ufb01\uf702\uf70a\uf710\uf88b"
PARTS = ("น้ำท่วม", "ประชุม", "โรงเรียน", "สวนสัตว์", "กระทรวง", "78,911", "&nbsp;", "&amp;", "\r\n", "NATO", "ท า", "ก" * 90)
PIECES = st.sampled_from([*LETTERS, *PARTS])
TEXTS = st.lists(PIECES, max_size=60).map("".join)
any_text = given(TEXTS)
few = settings(max_examples=150, deadline=None, derandomize=True, database=None)


def is_whole(text: str, at: int) -> bool:
    """A boundary; or where a text breaks off after what never ends anything."""
    before = text[:at].rstrip(f"{string.whitespace}\u00a0\u2028{ZERO_WIDTH}")
    return is_boundary(text, at) or before[-1:] in tuple("เแโใไ")


@few
@any_text
def test_the_way_back_is_in_order_and_within_the_text(text):
    copy = normalise(text)
    starts = [copy.original(at, at + 1) for at in range(len(copy.text))]
    assert all(0 <= start < end <= len(text) for start, end in starts)
    assert starts == sorted(starts)
    spans = [(at, min(at + 1 + at % 5, len(copy.text))) for at in range(0, len(copy.text), 3)]
    assert list(copy.originals(spans)) == [copy.original(*span) for span in spans]
    positions = [copy.position(at) for at in range(len(text) + 1)]
    assert positions == sorted(positions)
    assert positions[-1] == len(copy.text)


@few
@any_text
def test_a_copy_of_a_copy_is_the_same(text):
    once = normalise(text).text
    assert normalise(once).text == once


@few
@any_text
def test_phrases_hold_every_letter_and_cut_no_cluster(text):
    found = list(phrases(text))
    assert found == sorted(found)
    assert all(0 <= start < end <= len(text) for start, end in found)
    assert all(first[1] <= second[0] for first, second in pairwise(found))
    assert all(is_whole(text, at) for span in found for at in span)
    assert letters_outside(text, found) == []


@few
@given(st.lists(PIECES, max_size=400).map("".join))
def test_passages_hold_every_letter_and_cut_no_cluster(text):
    found = [(passage.start, passage.end) for passage in cut(Article("a", "ก", text, "a.txt"))]
    assert all(0 <= start < end <= len(text) for start, end in found)
    assert all(is_whole(text, at) for span in found for at in span)
    assert letters_outside(text, found) == []
    for start, end in found:
        inner = spans(text, start, end, 200)
        assert all(start <= first < last <= end for first, last in inner)
        assert letters_outside(text[:end], [(0, start), *inner]) == []


@few
@given(TEXTS, st.integers(0, 500), st.integers(1, 300))
def test_quotes_hold_their_answer_and_cut_no_cluster(text, at, length):
    found = list(phrases(text))
    if not found:
        return
    answer = found[at % len(found)]
    start, end = quote_around(text, (answer[0], min(answer[1], answer[0] + length)))
    assert 0 <= start < end <= len(text)
    assert is_whole(text, start)
    assert is_whole(text, end)


def letters_outside(text: str, found: list[tuple[int, int]]) -> list[str]:
    """The consonants and digits of a text that lie in none of the spans, but for those of HTML's own entities."""
    inside = {at for span in found for at in range(*span)}
    return [
        letter for at, letter in enumerate(text) if at not in inside and ("ก" <= letter <= "ฮ" or letter in "1๒7891")
    ]


# From a file to its quote


@pytest.fixture(scope="module")
def pdf_index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Articles as old PDFs and OCR leave them, with the toy encoder."""
    articles = [
        Article("giraffe", "สวนสัตว์", "สวนสัตว์เขาใหญ่น้อยได้ลูกยีราฟตัวใหม่ชื่อดาวเ\nหนือ หนัก&nbsp;62&nbsp;กิโลกรัม "
                "ผู้เข้าชม ๗๘,๙๑๑ คน", "a.txt"),
        Article("saplings", "ป่าชุมชน", "กรมป่าไม ้แจกกล ้าไม ้ยางนาให้ชาวบ้าน 300 ต ้น", "b.txt"),
        Article("rights", "ศาลปกครอง", "ผู้ฟ้องคดีมีสิทธ์ิอุทธรณ์ภายในสามสิบวัน", "c.txt"),
        Article("flood", "เขื่อน", "เจ ้าหน ้าที\uf70aเร่งระบายน ้าออกจากเขื\uf70aอนบ ้านดง จ านวน 40 ล้านลูกบาศก์เมตร", "d.txt"),
        Article("cafe", "ร้านกาแฟ", "ร้าน Cafe\u0301 Lumie\u0300re เปิดสาขาใหม่ที่ลำปาง", "e.txt"),
    ]  # fmt: skip
    folder = tmp_path_factory.mktemp("pdf")
    build_articles(articles, folder, ToyEncoder())
    return Index.open(folder, ToyEncoder())


@pytest.mark.parametrize(
    ("question", "article", "quoted"),
    [
        ("ลูกยีราฟดาวเหนือหนักกี่กิโลกรัม", "giraffe", "ชื่อดาวเ\nหนือ หนัก&nbsp;62&nbsp;กิโลกรัม"),
        ("มีผู้เข้าชม 78911 คนที่ไหน", "giraffe", "๗๘,๙๑๑ คน"),
        ("กรมป่าไม้แจกกล้าไม้กี่ต้น", "saplings", "กล ้าไม ้ยางนาให้ชาวบ้าน 300 ต ้น"),
        ("ผู้ฟ้องคดีมีสิทธิ์อุทธรณ์ภายในกี่วัน", "rights", "มีสิทธ์ิอุทธรณ์ภายในสามสิบวัน"),
        ("เจ้าหน้าที่ระบายน้ำออกจากเขื่อนบ้านดงจำนวนเท่าไร", "flood", "จ านวน 40 ล้านลูกบาศก์เมตร"),
        ("ร้าน Café Lumière เปิดสาขาใหม่ที่ไหน", "cafe", "Cafe\u0301 Lumie\u0300re เปิดสาขาใหม่ที่ลำปาง"),
    ],
)
def test_a_right_question_finds_a_faulty_article_and_quotes_its_own_letters(pdf_index, question, article, quoted):
    found = ask(question, pdf_index, threshold=0.0)
    citation = found.citations[0]
    assert citation.article.id == article
    assert quoted in citation.quote
    assert citation.article.text[citation.start : citation.end] == citation.quote
    assert is_boundary(citation.article.text, citation.start)
    assert is_boundary(citation.article.text, citation.end)
    assert pdf_index.article(article).text == citation.article.text


@pytest.mark.parametrize(
    ("typed", "article"),
    [
        ("78911", "commas"),
        ("๗๘๙๑๑", "commas"),
        ("64203", "thai"),
        ("55,178", "plain"),
        ("๕๕,๑๗๘", "plain"),
        ("1850.5", "part"),
    ],
)
def test_a_number_is_found_however_its_thousands_are_written(tmp_path, typed, article):
    written = {
        "commas": "ผู้ชมงานวัด 78,911 คน",
        "thai": "ผู้ชมงานแห่ ๖๔,๒๐๓ คน",
        "plain": "ผู้ชมงานโคม 55178 คน",
        "part": "ผู้ชมงานบุญเฉลี่ย 1,850.5 คน",
    }
    build_articles([Article(name, name, text, name) for name, text in written.items()], tmp_path, ToyEncoder())
    found = retrieve(read(f"งานไหนมีผู้ชม {typed} คน"), Index.open(tmp_path, ToyEncoder()), 4)
    assert found[0].article.id == article
    assert found[0].lexical_rank == 1
