"""Word documents: those of another program, and those that Word alone writes, made here of their XML."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import docx
import pytest

from khamtop.index.sources.files import read_articles
from khamtop.index.types import Article, Rejected
from tests.toys import write_files

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """A ZIP of these parts."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return raw.getvalue()


def relations(**targets: str) -> str:
    told = "".join(f'<Relationship Type="{OFFICE}/{kind}" Target="{to}"/>' for kind, to in targets.items())
    return f'<Relationships xmlns="{RELATIONS}">{told}</Relationships>'


def document(body: str, **more: str) -> bytes:
    """A document of that body, in a part that is not named as it mostly is; `more` are other parts."""
    return packed(
        {
            "_rels/.rels": relations(officeDocument="word/document2.xml"),
            "word/document2.xml": f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
            "word/_rels/document2.xml.rels": relations(**{name: f"{name}.xml" for name in more}),
            **{f"word/{name}.xml": part for name, part in more.items()},
        }
    )


def said(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def article(tmp_path: Path, raw: bytes) -> Article:
    (found,) = read_articles([write_files(tmp_path / "news", {"a.docx": raw})])
    assert isinstance(found, Article), found
    return found


def text(tmp_path: Path, body: str, **more: str) -> str:
    return article(tmp_path, document(body, **more)).text


def test_a_document_of_another_program_keeps_every_paragraph_and_each_row_on_a_line(tmp_path: Path) -> None:
    written = docx.Document()
    written.add_heading("ตลาดบ้านท้ายทุ่งเปิดแล้ว", 0)
    written.add_paragraph("5 มิถุนายน 2565")
    written.add_heading("ราคาผลไม้", 1)
    paragraph = written.add_paragraph("แม่ค้า")
    paragraph.add_run("กล้าไม้").bold = True
    paragraph.add_run(" นํ้าพริก")
    table = written.add_table(2, 2)
    for row, cells in enumerate((("ลองกอง", "45 บาท"), ("เงาะ", "30 บาท"))):
        for column, words in enumerate(cells):
            table.cell(row, column).text = words
    table.cell(1, 1).add_paragraph("ต่อกิโลกรัม")
    written.core_properties.title = "Microsoft Word - แม่แบบ.doc"
    written.save(str(tmp_path / "a.docx"))
    (found,) = read_articles([tmp_path / "a.docx"])
    assert isinstance(found, Article)
    assert found.title == "ตลาดบ้านท้ายทุ่งเปิดแล้ว"
    assert found.published == "5 มิถุนายน 2565"  # its properties say when it was made, which is another day
    assert found.text.splitlines() == [
        "ตลาดบ้านท้ายทุ่งเปิดแล้ว",
        "5 มิถุนายน 2565",
        "ราคาผลไม้",
        "แม่ค้ากล้าไม้ นํ้าพริก",
        "ลองกอง | 45 บาท",
        "เงาะ | 30 บาท ต่อกิโลกรัม",
    ]


@pytest.mark.parametrize(
    ("given", "title"), [("รายงานน้ำท่วม", "รายงานน้ำท่วม"), ("Document1", "ฝนตกหนัก"), ("", "ฝนตกหนัก")]
)
def test_the_title_of_the_properties_counts_unless_a_program_wrote_it(tmp_path: Path, given: str, title: str) -> None:
    written = docx.Document()
    written.add_paragraph("ฝนตกหนัก")
    written.add_paragraph("น้ำท่วมขัง")
    written.core_properties.title = given
    written.save(str(tmp_path / "a.docx"))
    (found,) = read_articles([tmp_path / "a.docx"])
    assert isinstance(found, Article)
    assert (found.title, found.published) == (title, None)


def test_what_is_deleted_is_out_and_what_is_inserted_is_in(tmp_path: Path) -> None:
    changed = (
        "<w:p><w:r><w:t>หนัก </w:t></w:r><w:del><w:r><w:delText>26</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>62</w:t></w:r></w:ins><w:r><w:t> กิโลกรัม</w:t></w:r>"
        "<w:moveFrom><w:r><w:t>ย้าย</w:t></w:r></w:moveFrom></w:p>"
        "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>ลูกยี</w:t></w:r></w:p>" + said("ราฟ")
    )
    assert text(tmp_path, changed).splitlines() == ["หนัก 62 กิโลกรัม", "ลูกยีราฟ"]


def test_signs_fields_and_a_table_of_contents(tmp_path: Path) -> None:
    contents = (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
        f"<w:sdtContent>{said('บทที่ 1 … 3')}</w:sdtContent></w:sdt>"
    )
    control = f"<w:sdt><w:sdtContent>{said('ในกล่องควบคุม')}</w:sdtContent></w:sdt>"
    signs = (
        "<w:p><w:r><w:t>ก่อน</w:t><w:tab/><w:t>หลัง</w:t><w:br/><w:t>บรรทัดใหม่</w:t><w:softHyphen/><w:t>ต่อ</w:t>"
        "<w:instrText>HYPERLINK x</w:instrText></w:r></w:p>"
    )
    assert text(tmp_path, contents + control + signs).splitlines() == ["ในกล่องควบคุม", "ก่อน\tหลัง", "บรรทัดใหม่ต่อ"]


def test_a_text_box_is_read_once_and_after_its_paragraph(tmp_path: Path) -> None:
    box = f"<w:txbxContent>{said('ในกล่อง')}</w:txbxContent>"
    body = (
        f'<w:p xmlns:mc="urn:mc"><w:r><w:t>ก่อนกล่อง</w:t><mc:AlternateContent><mc:Choice>{box}</mc:Choice>'
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent><w:t> และหลังกล่อง</w:t></w:r></w:p>"
    )
    assert text(tmp_path, body + said("ท้าย")).splitlines() == ["ก่อนกล่อง และหลังกล่อง", "ในกล่อง", "ท้าย"]


def test_notes_stand_at_the_end(tmp_path: Path) -> None:
    notes = f'<w:footnotes xmlns:w="{W}"><w:footnote>{said("อ้างอิงกรมอุตุนิยมวิทยา")}</w:footnote></w:footnotes>'
    assert text(tmp_path, said("ฝนตก") + said("ลมแรง"), footnotes=notes).splitlines() == [
        "ฝนตก",
        "ลมแรง",
        "อ้างอิงกรมอุตุนิยมวิทยา",
    ]


def test_a_table_that_only_frames_text_keeps_its_lines(tmp_path: Path) -> None:
    frame = f"<w:tbl><w:tr><w:tc>{said('ย่อหน้าแรก')}{said('ย่อหน้าสอง')}</w:tc></w:tr></w:tbl>"
    rows = (
        f"<w:tbl><w:ins><w:tr><w:tc>{said('ก')}</w:tc><w:tc>{said('1')}</w:tc></w:tr></w:ins>"
        f"<w:tr><w:trPr><w:del/></w:trPr><w:tc>{said('ข')}</w:tc><w:tc>{said('2')}</w:tc></w:tr></w:tbl>"
    )
    assert text(tmp_path, frame + rows).splitlines() == ["ย่อหน้าแรก", "ย่อหน้าสอง", "ก | 1"]


def test_macros_are_bytes_that_nobody_reads(tmp_path: Path) -> None:
    with_macros = packed(
        {"word/document.xml": f'<w:document xmlns:w="{W}">{said("ข่าว")}</w:document>', "word/vbaProject.bin": b"\xd0"}
    )
    assert article(tmp_path, with_macros).text == "ข่าว"


BOMB = '<!DOCTYPE w [<!ENTITY a "ข่าว"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "file.empty"),
        ("ข่าวน้ำท่วม".encode(), "file.not_whole"),
        (document(said("ข่าว"))[:-30], "file.not_whole"),
        (packed({"a.txt": "ข่าว"}), "file.not_whole"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "file.protected"),
        (document(""), "article.no_text"),
        (document("<w:p>"), "xml.broken"),
        (packed({"word/document.xml": f'{BOMB}<w:document xmlns:w="{W}"><w:t>&b;</w:t></w:document>'}), "xml.entities"),
        (packed({"word/document.xml": b" " * 21_000_000}), "file.too_large"),
    ],
    ids=["empty", "text", "cut", "other", "locked", "nothing", "broken", "entities", "large"],
)
def test_what_is_no_document_has_its_reason(tmp_path: Path, raw: bytes, reason: str) -> None:
    (problem,) = read_articles([write_files(tmp_path / "news", {"a.docx": raw})])
    assert problem == Rejected(str(tmp_path / "news" / "a.docx"), reason)


def test_no_file_is_opened_for_an_entity(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("ความลับ", "utf-8")
    body = f'<w:document xmlns:w="{W}">{said("ข่าว &x;")}</w:document>'
    raw = packed({"word/document.xml": f'<!DOCTYPE w [<!ENTITY x SYSTEM "{secret.as_uri()}">]>{body}'})
    (problem,) = read_articles([write_files(tmp_path / "news", {"a.docx": raw})])
    assert isinstance(problem, Rejected)
    assert problem.reason == "xml.entities"


@pytest.mark.parametrize(
    ("name", "reason"), [("a.doc", "file.old_word"), ("a.XLSX", "file.spreadsheet"), ("a.pptx", "file.kind")]
)
def test_a_kind_that_can_be_saved_otherwise_says_so(tmp_path: Path, name: str, reason: str) -> None:
    (problem,) = read_articles([write_files(tmp_path / "news", {name: "ข่าว"})])
    assert isinstance(problem, Rejected)
    assert problem.reason == reason
