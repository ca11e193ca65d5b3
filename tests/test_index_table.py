"""Tables as text: encodings, delimiters, quoting, and rows that stay the same while others change."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from khamtop.index.building.build import build
from khamtop.index.sources.files import read_articles
from khamtop.index.types import Article, Rejected
from tests.toys import ToyEncoder, write_files

ROWS = [
    ["title", "text", "date"],
    ["ราคาผลไม้", "ลองกอง กิโลกรัมละ 45 บาท\nเงาะ, มังคุด; และ\tส้ม | 30 บาท", "5 มิ.ย. 2565"],
    ["น้ำท่วม", 'ผู้ว่าฯ กล่าวว่า "น้ำลดแล้ว"', "6 มิ.ย. 2565"],
]


def table(delimiter: str = ",", end: str = "\r\n", quoting: int = csv.QUOTE_MINIMAL) -> str:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(ROWS)  # type: ignore[arg-type]
    return written.getvalue()


def found(tmp_path: Path, raw: str | bytes, name: str = "a.csv") -> list[Article | Rejected]:
    return list(read_articles([write_files(tmp_path / "news", {name: raw})]))


def articles(tmp_path: Path, raw: str | bytes, name: str = "a.csv") -> list[tuple[str, str, str | None]]:
    items = found(tmp_path, raw, name)
    assert all(isinstance(item, Article) for item in items), items
    return [(item.title, item.text, item.published) for item in items if isinstance(item, Article)]


WANTED = [tuple(row) for row in ROWS[1:]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_every_delimiter_and_line_end_is_told_by_itself(tmp_path: Path, delimiter: str, end: str) -> None:
    assert articles(tmp_path, table(delimiter, end)) == WANTED


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874", "utf-16"])
def test_every_encoding_that_excel_writes(tmp_path: Path, encoding: str) -> None:
    assert articles(tmp_path, table("\t", quoting=csv.QUOTE_ALL).encode(encoding), "a.tsv") == WANTED


def test_excels_line_about_the_delimiter_is_no_header(tmp_path: Path) -> None:
    assert articles(tmp_path, "sep=;\r\n" + table(";")) == WANTED


def test_a_single_column_is_read_line_by_line(tmp_path: Path) -> None:
    lines = "text\nลูกยีราฟหนัก 62 กิโลกรัม, สูง 1.8 เมตร; แข็งแรง\n\nฝนตก\n"
    assert [text for _, text, _ in articles(tmp_path, lines)] == [
        "ลูกยีราฟหนัก 62 กิโลกรัม, สูง 1.8 เมตร; แข็งแรง",
        "ฝนตก",
    ]


def test_cells_that_are_html_become_text(tmp_path: Path) -> None:
    raw = (
        "title,content,link\n"
        "&#8220;ดาวเหนือ&#8221;,<p>หนัก <strong>62</strong>&nbsp;กิโลกรัม</p><p>ค่าบัตร 20 บาท</p>,https://x.th/?a=1&copy=2\n"
    )
    (item,) = found(tmp_path, raw)
    assert isinstance(item, Article)
    assert (item.title, item.text) == ("“ดาวเหนือ”", "หนัก 62 กิโลกรัม\nค่าบัตร 20 บาท")
    assert item.source == "https://x.th/?a=1&copy=2"


def test_a_row_is_named_by_its_id_or_else_by_the_line_where_it_begins(tmp_path: Path) -> None:
    raw = 'id,text\n,"บรรทัดหนึ่ง\nบรรทัดสอง"\n7,ฝนตก\n,ลมแรง\n'
    names = [(item.id, item.source.rpartition("/")[2]) for item in found(tmp_path, raw) if isinstance(item, Article)]
    assert names == [("news/a.csv:2", "a.csv:2"), ("7", "a.csv:4"), ("news/a.csv:5", "a.csv:5")]


def test_a_row_that_cannot_be_made_out_costs_no_other(tmp_path: Path) -> None:
    raw = (
        'title,text\nหนึ่ง,ฝนตก\nสอง,"ลม"แรง\nสาม,ก,ข\nสี่,\n'.encode()
        + b"five,\xff\xfe\x80\x81 \x01\x02\n"
        + 'หก,แดดออก,,\nเจ็ด,"ไม่จบ\n'.encode()
    )
    told = [(item.line, item.reason) if isinstance(item, Rejected) else item.text for item in found(tmp_path, raw)]
    assert told == [
        "ฝนตก",
        (3, "row.broken"),
        (4, "row.cells"),
        (5, "article.no_text"),
        (6, "file.not_text"),
        "แดดออก",
        (8, "row.broken"),
    ]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "file.empty"),
        ("\n\n", "file.empty"),
        ("title,text\n", "file.empty"),
        ("ชื่อ,ราคา\nเงาะ,30\n", "table.no_columns"),
        ("ฝนตกหนักทั่วเมือง\n", "table.no_columns"),
        (b"\x89PNG\r\n\x1a\n\x00\x00" + bytes(range(256)), "file.not_text"),
    ],
)
def test_what_is_no_table_of_articles_has_its_reason(tmp_path: Path, raw: str | bytes, reason: str) -> None:
    (problem,) = found(tmp_path, raw)
    assert isinstance(problem, Rejected)
    assert (problem.reason, problem.line) == (reason, None)


def test_a_line_beyond_all_bounds_is_told_with_its_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("khamtop.index.sources.table.LARGEST_BYTES", 100)
    first, problem = found(tmp_path, "text\nฝนตก\n" + "ก" * 200 + "\n")
    assert isinstance(first, Article)
    assert isinstance(problem, Rejected)
    assert (problem.reason, problem.line) == ("line.too_large", 3)


def test_a_build_reads_again_only_the_rows_that_changed(tmp_path: Path) -> None:
    raw = "id,text,link\n1,ฝนตก,https://a.th/1\n2,ลมแรง,https://a.th/2\n"
    news = write_files(tmp_path / "news", {"a.csv": raw})
    assert build([news], tmp_path / "index", ToyEncoder()).added == 2
    write_files(news, {"a.csv": raw.replace("id,text,link\n", "id,text,link\n3,แดดออก,https://a.th/3\n")})
    report = build([news], tmp_path / "index", ToyEncoder())
    assert (report.added, report.unchanged, report.removed) == (1, 2, 0)
    write_files(news, {"a.csv": raw.replace("id,text", "id,body").replace("ลมแรง", "ลมสงบ")})
    report = build([news], tmp_path / "index", ToyEncoder())
    assert (report.changed, report.unchanged, report.removed) == (1, 1, 1)


def test_a_bad_letter_costs_no_row_and_is_told_with_its_line(tmp_path: Path) -> None:
    row = "ลูกยีราฟหนัก 62 กิโลกรัม " * 20
    first, second, notice = found(tmp_path, b"text\n" + "ฝนตก\n".encode() + row.encode() + b"\xb9 end\n")
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert (first.text, second.text[:12]) == ("ฝนตก", "ลูกยีราฟหนัก")
    assert isinstance(notice, Rejected)
    assert (notice.reason, notice.line) == ("text.bad_letter", 3)
