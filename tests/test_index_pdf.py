"""PDF -> an article with the letters, paragraphs and pages of the PDF, or a reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from khamtop.index.building.build import build
from khamtop.index.sources import pdf
from khamtop.index.sources.files import read_articles
from khamtop.index.sources.pdf_layout import Line, text_of
from khamtop.index.sources.source import File
from khamtop.index.storage.store import Index
from khamtop.index.types import Article, Rejected
from khamtop.qa.answer import ask
from khamtop.ui import render
from tests.pdfs import MAKERS, by_fpdf, by_hand, by_reportlab, said, scan
from tests.toys import ToyEncoder, ToyReader, write_files

ZOO = [
    "สวนสัตว์เขาใหญ่น้อยได้ลูกยีราฟตัวใหม่",
    "5 มิถุนายน 2565",
    "ลูกยีราฟชื่อดาวเหนือ หนัก 62 กิโลกรัม เกิดเมื่อคืนวันเสาร์ที่ผ่านมา นายสัตวแพทย์กิตติศักดิ์ ปิ่นแก้ว หัวหน้าฝ่ายสัตว์ป่า กล่าวว่า "
    "แม่ยีราฟชื่อน้ำผึ้งแข็งแรงดี และให้นมลูกทุกสองชั่วโมง เจ้าหน้าที่ติดตามอาการอย่างใกล้ชิด",
    "ผู้เข้าชมวันเสาร์มี 2,310 คน และสวนสัตว์ลดค่าบัตรเด็กเหลือ 20 บาท ตั้งแต่วันที่ 11 มิถุนายน ถึงสิ้นเดือน ที่นั่งรถรางเพิ่มเป็น 4 ขบวน "
    "ผู้ปกครองที่ต้องการจองล่วงหน้าติดต่อได้ที่ห้องประชาสัมพันธ์ทุกวัน",
]
TREES = [
    "กำหนดการตั้งชื่ออย่างเป็นทางการจะจัดขึ้นในวันที่ 19 มิถุนายน พร้อมแจกต้นกล้าไม้ ๓๐๐ ต้นแก่ผู้ร่วมงาน ทั้งนี้ "
    "ป้ายชื่อทำจากไม้สักเก่าที่ได้รับบริจาคจากวัดในพื้นที่",
    "The zoo opened in 1987 and covers 1,250 rai, (Zoo Department) said.",
]


def read(folder: Path, name: str, content: bytes) -> tuple[list[Article], list[Rejected]]:
    """The articles of a file of that content, and what is told of it."""
    found = list(read_articles([write_files(folder / "news", {name: content})]))
    return [item for item in found if isinstance(item, Article)], [item for item in found if isinstance(item, Rejected)]


def text_in(folder: Path, content: bytes) -> str:
    (article,), problems = read(folder, "ก.pdf", content)
    assert not problems
    return article.text


def letters(text: str) -> str:
    return "".join(text.split())


@pytest.fixture
def no_tesseract(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder that alone is searched for programs, without Tesseract."""
    programs = tmp_path / "programs"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    return programs


# -- Letters, paragraphs, pages ----------------------------------------------------------------------


@pytest.mark.parametrize("maker", MAKERS)
def test_all_letters_and_paragraphs_of_real_thai(maker: str, tmp_path: Path) -> None:
    pages = text_in(tmp_path, MAKERS[maker]([ZOO, TREES])).split("\f")
    assert [[letters(line) for line in page.splitlines()] for page in pages] == [
        [letters(paragraph) for paragraph in page] for page in (ZOO, TREES)
    ]


@pytest.mark.parametrize("maker", ["fpdf2", "ReportLab"])
def test_wrapped_lines_are_joined_without_a_space_in_a_word(maker: str, tmp_path: Path) -> None:
    assert text_in(tmp_path, MAKERS[maker]([ZOO, TREES])).split() == " ".join([*ZOO, *TREES]).split()


def test_letters_that_are_spelled_out_are_said_once_and_in_their_order(tmp_path: Path) -> None:
    """Chromium draws the marks of a cluster apart, some after the next letter's place, and spells the cluster out."""
    spelled = "/Span <</ActualText <FEFF0E0A0E310E48>>> BDC BT /F 12 Tf {} 700 Td (x) Tj ET BT {} 700 Td (y) Tj ET EMC"
    content = f"{spelled.format(100, 118)} BT /F 12 Tf 107 700 Td (wo) Tj ET {spelled.format(130, 136)}"
    assert letters(text_in(tmp_path, by_hand(content))) == "ชั่woชั่"


def test_spaces_that_are_only_gaps(tmp_path: Path) -> None:
    content = said((50, 700, "rain"), (71, 700, "fall"), (93, 700, "today"), (200, 700, "40"))
    assert text_in(tmp_path, by_hand(content)) == "rainfall today 40"


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_page_that_is_turned(turned: int, tmp_path: Path) -> None:
    """As scanners and landscape tables have it: the text is drawn the other way round."""
    matrix = {90: "0 1 -1 0 300 100", 180: "-1 0 0 -1 500 500", 270: "0 -1 1 0 100 500"}[turned]
    content = f"BT /F 12 Tf {matrix} Tm (rain fell) Tj 14 TL T* (all night) Tj ET"
    (line,) = text_in(tmp_path, by_hand(content, turned=turned)).splitlines()
    assert line == "rain fell all night"


def test_two_columns_stay_two(tmp_path: Path) -> None:
    left = [(50.0, 700.0 - 14 * row, f"left column, line {row} of it") for row in range(3)]
    right = [(320.0, 700.0 - 14 * row, f"right column, line {row} of it") for row in range(3)]
    text = text_in(tmp_path, by_hand(said(*left, *right)))
    assert letters(text) == letters("".join(words for _, _, words in [*left, *right]))
    assert not any("left" in line and "right" in line for line in text.splitlines())


def test_a_row_of_a_table_stays_together(tmp_path: Path) -> None:
    rows = [(x, 700.0 - 20 * row, cell) for row in range(3) for x, cell in ((50.0, f"fruit{row}"), (300.0, f"{row}0"))]
    assert text_in(tmp_path, by_hand(said(*rows))).splitlines() == ["fruit0 00", "fruit1 10", "fruit2 20"]


def test_a_quote_stands_on_its_page(tmp_path: Path) -> None:
    (article,), _ = read(tmp_path, "ก.pdf", by_reportlab([ZOO, [], TREES]))
    assert article.page_at(article.text.index("ดาวเหนือ")) == 1
    assert article.page_at(article.text.index("ต้นกล้าไม้")) == 3
    assert Article("a", "", "a\fb", "a.txt").page_at(2) is None
    assert Article("a", "", "a\fb", "https://news.example/A.PDF?x=1#page=1").page_at(2) == 2


# -- Lines -> paragraphs ------------------------------------------------------------------------------


def lines(*texts: str, left: float = 50, top: float = 700, wide: float = 5.0, size: float = 10) -> list[Line]:
    """Lines one below the other, every letter as wide as the others."""
    return [Line(text, left, left + wide * len(text), top - 14 * place, size, 0) for place, text in enumerate(texts)]


def test_a_line_with_room_for_the_next_word_ends_a_paragraph() -> None:
    page = lines("ฝนตกหนักตลอดคืนที่ผ่านมาทำให้น้ำใน", "คลองล้นตลิ่งเข้าท่วมตลาด", "ชาวบ้านช่วยกันขนของขึ้นที่สูงก่อน", "รุ่งเช้า")
    assert text_of([page]).splitlines() == [
        "ฝนตกหนักตลอดคืนที่ผ่านมาทำให้น้ำในคลองล้นตลิ่งเข้าท่วมตลาด",
        "ชาวบ้านช่วยกันขนของขึ้นที่สูงก่อนรุ่งเช้า",
    ]


def test_lists_indents_sizes_and_distances_end_paragraphs() -> None:
    listed = lines("ข้าวหอมมะลิจากนาน้ำฝน", "1. น้ำปลาแท้จากชุมพร", "2. น้ำตาลโตนดเพชรบุรี")
    assert len(text_of([listed]).splitlines()) == 3
    indented = lines("ข้าวหอมมะลิจากนาน้ำฝน") + lines("น้ำตาลโตนดเพชรบุรีปี", left=70, top=686)
    assert len(text_of([indented]).splitlines()) == 2
    sized = lines("ข้าวหอมมะลิจากนาน้ำฝน", size=16) + lines("น้ำตาลโตนดเพชรบุรีปี", top=686)
    assert len(text_of([sized]).splitlines()) == 2
    apart = lines("ข้าวหอมมะลิจากนาน้ำฝน", "น้ำตาลโตนดเพชรบุรีปีนี้") + lines("น้ำปลาแท้จากชุมพรปีนี้", top=650)
    assert len(text_of([apart]).splitlines()) == 2


def test_a_sentence_goes_over_a_page() -> None:
    first = lines("ฝนตกหนักตลอดคืนที่ผ่านมาทำให้น้ำใน", "คลองล้นตลิ่งเข้าท่วมตลาดเก่าริมน้ำ")
    assert text_of([first, lines("และโรงเรียนสองแห่ง")]).endswith("ริมน้ำ\fและโรงเรียนสองแห่ง")
    short = [*first, *lines("และวัด", top=672)]
    assert text_of([short, lines("และโรงเรียนสองแห่ง")]).endswith("และวัด\n\fและโรงเรียนสองแห่ง")


def test_running_heads_and_page_numbers_stay_once_and_nothing_else_goes() -> None:
    def page(number: int, body: str) -> list[Line]:
        return [*lines("วารสารชลประทาน", top=800), *lines(body), *lines(f"หน้า {number + 6}", top=40)]

    told = text_of([page(number, f"ระดับน้ำวันที่ {number} สูง {number * 3} เมตร") for number in range(1, 5)])
    assert told.count("วารสารชลประทาน") == 1
    assert [f"หน้า {number}" in told for number in (7, 8, 9, 10)] == [True, False, False, False]
    assert all(f"ระดับน้ำวันที่ {number} สูง {number * 3} เมตร" in told for number in range(1, 5))
    totals = text_of([[*lines("รายการ"), *lines(f"รวม {total} บาท", top=40)] for total in (100, 250, 90)])
    assert all(f"รวม {total} บาท" in totals for total in (100, 250, 90))


# -- Title and date -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ("ข่าวสวนสัตว์ประจำเดือน", "ข่าวสวนสัตว์ประจำเดือน"),
        ("Microsoft Word - Document1", ZOO[0]),
        ("เอกสาร1", ZOO[0]),
        ("untitled", ZOO[0]),
        ("news_final2.indd", ZOO[0]),
        ("¢èÒÇÊÇ¹ÊÑµÇì", ZOO[0]),
        ("12345", ZOO[0]),
    ],
)
def test_a_title_of_the_metadata_counts_where_it_says_something(given: str, title: str, tmp_path: Path) -> None:
    (article,), _ = read(tmp_path, "ก.pdf", by_fpdf([ZOO], title=given))
    assert article.title == title


def test_the_largest_lines_are_the_title(tmp_path: Path) -> None:
    small, large = (
        said((50, 780, "Issue 7"), (50, 600, "It rained all night, and the river rose.")),
        "Flood in the south",
    )
    (article,), _ = read(tmp_path, "ก.pdf", by_hand(f"{small} {said((50, 700, large), size=24)}"))
    assert article.title == large


def test_a_printed_date_goes_before_the_day_when_the_file_was_made(tmp_path: Path) -> None:
    made = "/CreationDate (D:20190304101500+07'00')"
    for line, published in (("29 June 2022", "29 June 2022"), ("", "2019-03-04")):
        content = by_hand(said((50, 740, "Rain"), (50, 720, line), (50, 700, "It rained all night.")), about=made)
        (article,), _ = read(tmp_path, "ก.pdf", content)
        assert article.published == published
    (article,), _ = read(tmp_path, "ก.pdf", by_hand(said((50, 700, "Rain")), about="/CreationDate (D:20190230)"))
    assert article.published is None


# -- Pages without text -------------------------------------------------------------------------------


def test_pages_without_text_are_named(no_tesseract: Path, tmp_path: Path) -> None:
    texts = said((50, 700, "It rained all night."))
    (article,), (problem,) = read(tmp_path, "สแกน.pdf", by_hand(texts, scan(), scan(), texts, scan(), ""))
    assert (problem.reason, problem.pages) == ("pdf.scanned", "2–3, 5")
    assert article.text.count("\f") == 5
    assert article.page_at(article.text.rindex("It rained")) == 4


def test_a_scan_alone_is_no_article(no_tesseract: Path, tmp_path: Path) -> None:
    found, (problem,) = read(tmp_path, "สแกน.pdf", by_hand(scan()))
    assert not found
    assert (problem.reason, problem.pages) == ("pdf.scanned", "1")


def test_tesseract_reads_what_is_scanned_where_its_thai_is_there(no_tesseract: Path, tmp_path: Path) -> None:
    program = no_tesseract / "tesseract"
    listing = 'if [ "$1" = --list-langs ]; then echo "List (2):"; echo eng; echo tha; exit; fi'
    reading = 'printf \'%s %s \' "$4" "$6"; read -r kind; echo "$kind"; echo; printf \'ฝนตกหนักตลอด\\nคืน\''
    program.write_text(f"#!/bin/sh\n{listing}\n{reading}\n", "utf-8")
    program.chmod(0o755)
    (article,), problems = read(tmp_path, "สแกน.pdf", by_hand(said((50, 700, "Rain")), scan()))
    assert not problems
    assert article.text.split("\f")[1] == "tha+eng 300 P5 2480 3509 255\nฝนตกหนักตลอดคืน"
    listed = program.read_text("utf-8").replace("echo tha", "echo lao")
    program.write_text(listed, "utf-8")
    _, (problem,) = read(tmp_path, "สแกน.pdf", by_hand(said((50, 700, "Rain")), scan()))
    assert problem.reason == "pdf.scanned"


# -- Files that are not as they should be -------------------------------------------------------------

GOOD = by_hand(*[said((50, 700, f"It rained on day {day}.")) for day in range(1, 4)])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "file.empty"),
        ("ข่าว\nน้ำท่วม".encode(), "pdf.none"),
        (b"%PDF-1.7\nrain", "pdf.damaged"),
        (GOOD[: len(GOOD) // 3], "pdf.damaged"),
        (by_hand(), "pdf.damaged"),
        (by_hand("", ""), "article.no_text"),
    ],
)
def test_what_is_no_whole_pdf_has_its_reason(content: bytes, reason: str, tmp_path: Path) -> None:
    found, (problem,) = read(tmp_path, "ข่าวน้ำท่วม.PDF", content)
    assert not found
    assert problem == Rejected(f"{tmp_path}/news/ข่าวน้ำท่วม.PDF", reason)


def test_a_pdf_that_is_cut_off_says_so(tmp_path: Path) -> None:
    (article,), (problem,) = read(tmp_path, "ก.pdf", GOOD[: GOOD.rindex(b"%%EOF")])
    assert "It rained on day 3." in article.text
    assert problem.reason == "pdf.cut"


def test_a_password_is_a_reason_and_a_lock_on_printing_alone_none(tmp_path: Path) -> None:
    from fpdf import FPDF

    for password, reasons in (("secret", ["pdf.locked"]), ("", [])):
        made = FPDF()
        made.set_encryption(owner_password="owner", user_password=password)
        made.add_page()
        made.set_font("Helvetica", size=12)
        made.cell(text="It rained.")
        found, problems = read(tmp_path, "ก.pdf", bytes(made.output()))
        assert [problem.reason for problem in problems] == reasons
        assert [article.text for article in found] == ([] if reasons else ["It rained."])


def test_more_pages_than_are_read_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pdf, "MOST_PAGES", 2)
    (article,), (problem,) = read(tmp_path, "ก.pdf", by_hand(*[said((50, 700, "Rain"))] * 5000))
    assert article.text == "Rain\n\fRain"
    assert (problem.reason, problem.pages) == ("pdf.too_long", "3–5000")


def test_what_takes_too_much_ends_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A few kilobytes that unpack to 46 MB of commands; pages before it stand."""
    monkeypatch.setattr(pdf, "MOST_MEMORY", 250_000_000)
    bomb = by_hand(said((50, 700, "It rained.")), said((50, 700, "A")) * 1_500_000, packed=True)
    assert len(bomb) < 300_000
    (article,), (problem,) = read(tmp_path, "ก.pdf", bomb)
    assert article.text == "It rained."
    assert problem.pages == "2"
    assert problem.reason in ("pdf.too_heavy", "pdf.damaged")  # as memory ran out in PDFium or in Python


def test_a_pdf_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pdf, "LARGEST_PDF_BYTES", len(GOOD) - 1)
    _, (problem,) = read(tmp_path, "ก.pdf", GOOD)
    assert problem.reason == "file.too_large"


# -- The same in an index and in an answer ------------------------------------------------------------


def test_known_bytes_are_not_read_again_and_missing_pages_are_told_again(no_tesseract: Path, tmp_path: Path) -> None:
    folder = write_files(tmp_path / "news", {"ก.pdf": by_hand(said((50, 700, "It rained.")), scan()), "ข.pdf": GOOD})
    first = build([folder], tmp_path / "index", ToyEncoder())
    again = build([folder], tmp_path / "index", ToyEncoder())
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    assert again.rejected == first.rejected == (Rejected(f"{folder}/ก.pdf", "pdf.scanned", pages="2"),)
    os.truncate(folder / "ก.pdf", 0)
    assert [item.reason for item in build([folder], tmp_path / "index", ToyEncoder()).rejected] == ["file.empty"]


def test_a_digest_tells_a_file_of_which_all_was_read(no_tesseract: Path, tmp_path: Path) -> None:
    write_files(tmp_path, {"whole.pdf": GOOD, "part.pdf": by_hand(said((50, 700, "It rained.")), scan())})
    for name, times in (("whole.pdf", 1), ("part.pdf", 2)):
        units = dict(pdf.Pdf().read(File(tmp_path / name, name), set()))
        again = list(pdf.Pdf().read(File(tmp_path / name, name), {unit for unit in units if unit}))
        assert len(again) == times
        assert [item for unit, item in again if unit] == [None]


def test_an_answer_tells_the_page(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "news", {"สวนสัตว์.pdf": by_reportlab([ZOO, TREES])})
    build([folder], tmp_path / "index", ToyEncoder())
    index = Index.open(tmp_path / "index", ToyEncoder())
    answer = ask("แจกต้นกล้าไม้กี่ต้น", index, reader=ToyReader({}, otherwise=2.0))
    citation = render.to_json(answer)["citations"][0]
    text = index.article("news/สวนสัตว์.pdf").text
    assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert citation["page"] == 1 + text.count("\f", 0, citation["start"])
    assert f"สวนสัตว์.pdf · หน้า {citation['page']}" in render.to_text(answer)
    assert render.to_page(answer)["cards"][0]["page"] == citation["page"]
