"""Bytes -> text: in the encodings that Thai comes in, with a letter that is broken, and text that is none to read."""

import json

import pytest

from khamtop.index.building.build import build
from khamtop.index.sources.encodings import decode, encoding_of
from khamtop.index.sources.files import read_articles
from khamtop.index.storage.store import Index
from khamtop.index.types import Article, Rejected
from tests.toys import ToyEncoder, write_files

STORY = "ลูกยีราฟตัวใหม่ชื่อดาวเหนือ\nหนัก 62 กิโลกรัม\nค่าบัตรเด็ก 20 บาท"
MIXED = "The market sells ข้าว and ปู at 40 baht, น้ำ at 10, and ไก่ at 80; khun ดี says กก is cheap in Chiang Mai."


def found_in(folder, name, raw):
    """The articles of a file, and what is told of it."""
    found = list(read_articles([write_files(folder / "ข่าว", {name: raw})]))
    return (
        [item for item in found if isinstance(item, Article)],
        [(item.reason, item.line) for item in found if isinstance(item, Rejected)],
    )


@pytest.mark.parametrize(
    ("raw", "text", "line"),
    [
        (STORY.encode() + b"\xff", STORY + "\ufffd", 3),
        (STORY.encode()[:-1], STORY[:-1] + "\ufffd", 3),
        (STORY.encode().replace(b"\n", b"\n\xfe", 1), STORY.replace("\n", "\n\ufffd", 1), 2),
        (b"\xff\xfe" + STORY.encode("utf-16-le")[:-1], STORY[:-1] + "\ufffd", 3),
        (STORY.encode("cp874").replace(b"\n", b"\x9f\n", 1), STORY.replace("\n", "\ufffd\n", 1), 1),
        (b"It rained. " * 100 + b"\x92", "It rained. " * 100 + "\ufffd", 1),
        (STORY.encode() + "\ufffd".encode(), STORY + "\ufffd", 3),
    ],
    ids=["a byte", "cut", "within", "utf-16", "cp874", "english", "already"],
)
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_a_broken_letter_does_not_cost_the_article_and_is_told_with_its_line(name, raw, text, line, tmp_path):
    (article,), told = found_in(tmp_path, name, raw)
    assert article.text == text
    assert told == [("text.bad_letter", line)]


def test_a_broken_letter_in_a_line_of_json_is_told_with_the_lines_number(tmp_path):
    raw = json.dumps({"text": STORY}, ensure_ascii=False).encode()
    articles, told = found_in(tmp_path, "a.jsonl", raw + b"\n" + raw.replace(b"62", b"\xff62"))
    assert [article.text for article in articles] == [STORY, STORY.replace("62", "\ufffd62")]
    assert told == [("text.bad_letter", 2)]


@pytest.mark.parametrize("broken", [b"\xff", STORY.encode()[:2], b"\x9f"], ids=["a byte", "cut", "a control"])
def test_a_broken_letter_makes_no_other_encoding_of_a_document(broken, tmp_path):
    raw = json.dumps([{"text": STORY}], ensure_ascii=False).encode().replace(b"62", broken + b"62")
    assert encoding_of(raw) == "utf-8"
    assert encoding_of(raw.decode("utf-8", "ignore").encode("cp874")) == "cp874"
    (article,), told = found_in(tmp_path, "a.json", raw)
    assert article.text == STORY.replace("62", "\ufffd62")
    assert [reason for reason, _ in told] == ["text.bad_letter"]


def test_a_broken_letter_is_told_at_each_build_and_its_file_may_still_be_removed(tmp_path):
    archive = write_files(
        tmp_path / "ข่าว",
        {"a.txt": STORY.encode() + b"\xff", "b.jsonl": b'{"text": "' + STORY.encode()[:60] + b'\xff"}'},
    )
    first = build([archive], tmp_path / "index", ToyEncoder())
    write_files(archive, {"b.jsonl": (archive / "b.jsonl").read_bytes() + b"\n"})
    again = build([archive], tmp_path / "index", ToyEncoder())
    assert [item.reason for item in first.rejected] == ["text.bad_letter"] * 2
    assert (again.rejected, again.unchanged) == (first.rejected, 2)
    assert Index.open(tmp_path / "index", ToyEncoder()).listed("ข่าว/a.txt").is_alone


@pytest.mark.parametrize(
    "raw", [b"caf\xe9", "Crème brûlée à la carte".encode("latin-1"), bytes(range(128, 256)), b"\xe0\xb8\xff\xfe" * 9]
)
def test_what_is_hardly_text_is_none(raw, tmp_path):
    assert found_in(tmp_path, "a.txt", raw) == ([], [("file.not_text", None)])


@pytest.mark.parametrize("text", [MIXED, STORY, "ปู", "COVIDระบาดหนัก in town", "ราคา “ดี” – ๓๙ บาท"])
def test_thai_of_one_byte_a_letter_is_read_though_it_stands_between_english(text):
    assert decode(text.encode("cp874")) == text


@pytest.mark.parametrize("text", ["Größe über alles", "où est le café", "naïve résumé à déjà vu", "Å Ø Æ"])
def test_latin_of_one_byte_a_letter_is_not_taken_for_thai(text, tmp_path):
    assert found_in(tmp_path, "a.txt", text.encode("latin-1")) == ([], [("file.not_text", None)])


@pytest.mark.parametrize("encoding", ["cp874", "tis-620", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_json_is_the_same_in_every_encoding(name, indent, encoding, tmp_path):
    items = [{"id": "1", "text": STORY}, {"id": "2", "text": "ฝนตกหนัก"}]
    raw = (
        json.dumps(items, ensure_ascii=False, indent=1)
        if indent
        else "\n".join(json.dumps(item, ensure_ascii=False) for item in items)
    )
    articles, told = found_in(tmp_path, name, raw.encode(encoding))
    assert [(article.id, article.text) for article in articles] == [("1", STORY), ("2", "ฝนตกหนัก")]
    assert told == []


# Text that is none to read


def garbled(text, wrong):
    """Text in UTF-8 that was decoded as something else, undefined bytes as browsers take them."""
    return "".join(bytes([byte]).decode(wrong, "replace").replace("\ufffd", chr(byte)) for byte in text.encode())


@pytest.mark.parametrize(
    "text",
    [
        garbled(STORY, "cp1252"),
        garbled(STORY, "latin-1"),
        garbled(STORY, "cp874"),
        STORY.encode("tis-620").decode("latin-1"),
        STORY.encode("tis-620").decode("cp1252"),
    ],
    ids=["cp1252", "latin-1", "cp874", "tis-620 as latin-1", "tis-620 as cp1252"],
)
@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.jsonl"])
def test_garbled_thai_is_told_and_not_indexed(name, text, tmp_path):
    content = {"a.txt": text, "a.html": f"<p>{text}</p>", "a.jsonl": json.dumps({"text": text})}[name]
    assert found_in(tmp_path, name, content) == ([], [("text.garbled", 1 if name == "a.jsonl" else None)])


@pytest.mark.parametrize(
    "text",
    [
        "เธอเน้นว่าเธอเห็นเนินเขา เธอเดินขึ้นเนินไปกับเธอ",
        "Crème brûlée à la carte, où l'été était très chaud",
        "ภาษาที่เพี้ยนหน้าตาอย่างนี้ à¸ªà¸§à¸ à¸ แต่บทความนี้อ่านได้ตามปกติ ไม่ได้เพี้ยนไปทั้งหมด",
        "Đường phố Hà Nội mưa rất to vào buổi tối hôm qua",
        "ÅÄÖ",
    ],
)
def test_what_is_not_garbled_is_read(text, tmp_path):
    (article,), told = found_in(tmp_path, "a.txt", text)
    assert (article.text, told) == (text, [])


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_rtf_is_told(name, tmp_path):
    raw = rb"{\rtf1\ansi\ansicpg874\deff0{\fonttbl{\f0 Angsana New;}}\f0\fs32 \'a2\'e8\'d2\'c7\par}"
    assert found_in(tmp_path, name, raw) == ([], [("text.rtf", None)])


PICTURE = "data:image/png;base64," + "iVBORw0KGgo" * 500


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", f"# ข่าว\n![ภาพ]({PICTURE})\nฝนตกหนัก"),
        ("a.md", f"# ข่าว\n![ภาพ][1]\nฝนตกหนัก\n\n[1]: {PICTURE}"),
        ("a.html", f"<h1>ข่าว</h1><img src='{PICTURE}'><p>ฝนตกหนัก</p><p style='background:url({PICTURE})'>แดดออก</p>"),
        ("a.jsonl", json.dumps({"text": f"ข่าว\n<img src='{PICTURE}'>\n<p>ฝนตกหนัก</p>"})),
        ("a.jsonl", json.dumps({"text": f"ข่าว\nฝนตกหนัก {PICTURE}"})),
        ("a.md", "ข่าว ฝนตกหนัก ![](data:image/svg+xml;charset=utf-8,%3Csvg" + "%20" * 100 + ")"),
    ],
)
def test_a_picture_in_letters_is_left_out(name, content, tmp_path):
    (article,), _ = found_in(tmp_path, name, content)
    assert "ฝนตกหนัก" in article.text
    assert len(article.text) < 120
    assert "data:text/plain,ก" in found_in(tmp_path / "short", "a.txt", "ข่าว data:text/plain,ก")[0][0].text
