"""Documents of LibreOffice, made here of their XML."""

from __future__ import annotations

from pathlib import Path

import pytest

from khamtop.index.sources.files import read_articles
from khamtop.index.types import Article, Rejected
from tests.test_index_docx import packed
from tests.toys import write_files

NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{place}:1.0"'
    for name, place in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"), ("meta", "meta"),
        ("manifest", "manifest"), ("svg", "svg-compatible"),
    )
)  # fmt: skip


def document(body: str, **more: str) -> bytes:
    content = f"<office:document-content {NAMESPACES}><office:body><office:text>{body}</office:text></office:body>"
    parts = {"mimetype": "application/vnd.oasis.opendocument.text"}
    parts["content.xml"] = f"{content}</office:document-content>"
    if "title" in more:
        told = f'<dc:title xmlns:dc="http://purl.org/dc/elements/1.1/">{more["title"]}</dc:title>'
        parts["meta.xml"] = (
            f"<office:document-meta {NAMESPACES}><office:meta>{told}</office:meta></office:document-meta>"
        )
    if "manifest" in more:
        parts["META-INF/manifest.xml"] = f"<manifest:manifest {NAMESPACES}>{more['manifest']}</manifest:manifest>"
    return packed(parts)


def article(tmp_path: Path, raw: bytes) -> Article:
    (found,) = read_articles([write_files(tmp_path / "news", {"a.odt": raw})])
    assert isinstance(found, Article), found
    return found


def said(text: str) -> str:
    return f"<text:p>{text}</text:p>"


def cells(*texts: str) -> str:
    told = "".join(
        f'<table:table-cell table:number-columns-repeated="999999">{said(text)}</table:table-cell>' for text in texts
    )
    return f"<table:table-row>{told}</table:table-row>"


def test_every_paragraph_is_kept_and_each_row_on_a_line(tmp_path: Path) -> None:
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>ถูกลบ</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes>"
        "<text:h>ตลาดบ้านท้ายทุ่ง</text:h>"
        "<text:table-of-content><text:index-body><text:p>ราคาผลไม้ 1</text:p></text:index-body></text:table-of-content>"
        '<text:p>แม่<text:span>ค้า</text:span><text:s text:c="1000000000"/>กล้าไม้<text:change/>'
        "<office:annotation><text:p>ความเห็น</text:p></office:annotation>\n   นํ้าพริก<text:line-break/>บรรทัดสอง</text:p>"
        "<text:list><text:list-item><text:p>ข้อหนึ่ง</text:p></text:list-item></text:list>"
        f"<table:table>{cells('ลองกอง', '45 บาท')}<table:table-header-rows>{cells('เงาะ', '30 บาท')}"
        "</table:table-header-rows></table:table>"
        f"<table:table><table:table-row><table:table-cell>{said('ก')}{said('ข')}</table:table-cell></table:table-row></table:table>"
    )
    found = article(tmp_path, document(body, title="ราคาที่ตลาด"))
    assert (found.title, found.published) == ("ราคาที่ตลาด", None)
    assert found.text.splitlines() == [
        "ตลาดบ้านท้ายทุ่ง",
        "แม่ค้า กล้าไม้ นํ้าพริก",
        "บรรทัดสอง",
        "ข้อหนึ่ง",
        "ลองกอง | 45 บาท",
        "เงาะ | 30 บาท",
        "ก",
        "ข",
    ]


def test_boxes_follow_their_paragraph_and_notes_stand_at_the_end(tmp_path: Path) -> None:
    note = (
        "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>กรมอุตุนิยมวิทยา</text:p>"
        "</text:note-body></text:note>"
    )
    box = f"<draw:frame><draw:text-box>{said('ในกล่อง')}</draw:text-box><svg:title>ภาพ</svg:title></draw:frame>"
    shape = f"<draw:custom-shape>{said('ในรูป')}</draw:custom-shape>"
    found = article(tmp_path, document(said(f"ฝนตก{note}หนัก{box}{shape}") + said("ลมแรง")))
    assert found.title == "ฝนตกหนัก"
    assert found.text.splitlines() == ["ฝนตกหนัก", "ในกล่อง", "ในรูป", "ลมแรง", "กรมอุตุนิยมวิทยา"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "file.empty"),
        ("ฝนตก".encode(), "file.not_whole"),
        (document(said("ฝนตก"))[:-40], "file.not_whole"),
        (packed({"mimetype": "x"}), "file.not_whole"),
        (document(said("")), "article.no_text"),
        (document("<text:p>"), "xml.broken"),
        (document(said("ฝนตก"), manifest="<manifest:encryption-data/>"), "file.protected"),
    ],
    ids=["empty", "text", "cut", "other", "nothing", "broken", "locked"],
)
def test_what_is_no_document_has_its_reason(tmp_path: Path, raw: bytes, reason: str) -> None:
    (problem,) = read_articles([write_files(tmp_path / "news", {"a.odt": raw})])
    assert problem == Rejected(str(tmp_path / "news" / "a.odt"), reason)
