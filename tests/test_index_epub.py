"""Books, made here of their XML as the programs of publishers write them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from khamtop.index.building.build import build
from khamtop.index.sources.files import read_articles
from khamtop.index.types import Article, Rejected
from tests.test_index_docx import packed
from tests.toys import ToyEncoder, write_files

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
)
XHTML = "http://www.w3.org/1999/xhtml"
DATES = '<dc:date opf:event="modification">2023-01-01</dc:date><dc:date>2022-06-05</dc:date>'


def page(body: str, head: str = "<title/>") -> str:
    return f'<?xml version="1.0"?><html xmlns="{XHTML}"><head>{head}</head><body>{body}</body></html>'


def book(chapters: Mapping[str, str | bytes], contents: str = "", **more: str) -> bytes:
    """A book of these documents; `contents` are entries of its table of contents, `more` other parts by their name."""
    manifest = "".join(
        f'<item id="c{number}" href="text/{name.replace(" ", "%20")}" media-type="application/xhtml+xml"/>'
        for number, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{number}"/>' for number in range(len(chapters)))
    nav = page(f'<nav epub:type="toc" xmlns:epub="http://www.idpf.org/2007/ops"><ol>{contents}</ol></nav>')
    listed = '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
    opf = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:opf="http://www.idpf.org/2007/opf"><metadata'
        f' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>รายงานน้ำท่วม</dc:title>{DATES}</metadata>'
        f'<manifest>{manifest}{listed}</manifest><spine><itemref idref="nav"/>{spine}</spine></package>'
    )
    texts = {f"OEBPS/text/{name}": text for name, text in chapters.items()}
    locks = {"META-INF/encryption.xml": more["locks"]} if "locks" in more else {}
    lists = {"META-INF/container.xml": CONTAINER, "OEBPS/book.opf": opf, "OEBPS/nav.xhtml": nav}
    return packed({"mimetype": "application/epub+zip", **lists, **locks, **texts})


def found(tmp_path: Path, raw: bytes) -> list[Article | Rejected]:
    return list(read_articles([write_files(tmp_path / "news", {"a.epub": raw})]))


def articles(tmp_path: Path, raw: bytes) -> list[Article]:
    return [item for item in found(tmp_path, raw) if isinstance(item, Article)]


def test_each_chapter_is_an_article_named_by_the_contents_or_its_heading(tmp_path: Path) -> None:
    chapters = {
        "cover.xhtml": page("<img src='cover.jpg' alt='ปก'/>"),
        "1 ฝน.xhtml": page("<h1>บทที่ 1</h1><p>ฝนตกหนัก&nbsp;<b>62</b>&#160;มิลลิเมตร</p>"),
        "2.xhtml": page('<a id="top"/><h2>ราคา<br/>ผลไม้</h2><table><tr><td>เงาะ</td><td>30 บาท</td></tr></table>'),
        "3.xhtml": page("<p>คำขอบคุณ</p>"),
    }
    contents = '<li><a href="text/1%20ฝน.xhtml">ฝนต้นฤดู</a></li><li><a href="text/1%20ฝน.xhtml#b">ตอนย่อย</a></li>'
    got = articles(tmp_path, book(chapters, contents))
    assert [(item.id, item.title, item.text) for item in got] == [
        ("news/a.epub:OEBPS/text/1 ฝน.xhtml", "ฝนต้นฤดู", "บทที่ 1\nฝนตกหนัก 62 มิลลิเมตร"),
        ("news/a.epub:OEBPS/text/2.xhtml", "ราคาผลไม้", "ราคา\nผลไม้\nเงาะ | 30 บาท"),
        ("news/a.epub:OEBPS/text/3.xhtml", "รายงานน้ำท่วม", "คำขอบคุณ"),
    ]
    assert {item.published for item in got} == {"2022-06-05"}
    assert got[0].source == f"{tmp_path}/news/a.epub:OEBPS/text/1 ฝน.xhtml"


def test_a_chapter_that_is_no_xml_is_read_as_browsers_do(tmp_path: Path) -> None:
    (item,) = articles(tmp_path, book({"1.xhtml": "<html><body><p>ฝนตก<p>ลม & แดด<br></body>"}))
    assert item.text == "ฝนตก\nลม & แดด"


def test_what_is_wrong_with_a_chapter_costs_no_other(tmp_path: Path) -> None:
    chapters = {
        "1.xhtml": page("<p>ฝนตก</p>"),
        "2.xhtml": f'<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>{page("<p>&x;</p>")[21:]}',
        "3.xhtml": page("<p>ลับ</p>"),
    }
    locked = "".join(f'<CipherReference URI="OEBPS/{name}"/>' for name in ("text/3.xhtml", "a.ttf"))
    locks = f"<encryption><data>{locked}</data></encryption>"
    told = [
        item.text if isinstance(item, Article) else (item.path.rpartition("/")[2], item.reason)
        for item in found(tmp_path, book(chapters, locks=locks))
    ]
    assert told == ["ฝนตก", ("2.xhtml", "xml.entities"), ("3.xhtml", "file.protected")]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "file.empty"),
        ("ฝนตก".encode(), "file.not_whole"),
        (book({"1.xhtml": page("<p>ฝนตก</p>")})[:-40], "file.not_whole"),
        (packed({"mimetype": "application/epub+zip"}), "file.not_whole"),
        (packed({"META-INF/container.xml": "<container/>"}), "file.not_whole"),
        (book({"1.xhtml": page("<img/>")}), "article.no_text"),
        (book({}), "article.no_text"),
    ],
    ids=["empty", "text", "cut", "other", "nowhere", "pictures", "no chapter"],
)
def test_what_is_no_book_has_its_reason(tmp_path: Path, raw: bytes, reason: str) -> None:
    assert found(tmp_path, raw) == [Rejected(str(tmp_path / "news" / "a.epub"), reason)]


def test_a_build_reads_again_only_the_chapters_that_changed(tmp_path: Path) -> None:
    chapters = {"1.xhtml": page("<p>ฝนตก</p>"), "2.xhtml": page("<p>ลมแรง</p>")}
    news = write_files(tmp_path / "news", {"a.epub": book(chapters)})
    assert build([news], tmp_path / "index", ToyEncoder()).added == 2
    write_files(news, {"a.epub": book({**chapters, "2.xhtml": page("<p>ลมสงบ</p>")})})
    report = build([news], tmp_path / "index", ToyEncoder())
    assert (report.added, report.changed, report.unchanged) == (0, 1, 1)
