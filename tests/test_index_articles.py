"""Files -> articles: every format and encoding, and a reason for everything that holds none."""

import gzip
import json
import lzma
import os
import random
import shutil
from pathlib import Path

import pytest

import khamtop.index.sources.files
from khamtop.index.sources import jsonlines, whole
from khamtop.index.sources.encodings import decode
from khamtop.index.sources.fields import title_of
from khamtop.index.sources.files import files, read_articles
from khamtop.index.sources.files import read as read_units
from khamtop.index.sources.source import File
from khamtop.index.text.passages import cut
from khamtop.index.types import Article, KhamtopError, Rejected
from tests.toys import write_files

TEXT = "น้ำท่วมกรุงเทพ\nฝนตกหนักทั้งคืน"
PAGE = """<!DOCTYPE html><html lang="th"><head><meta charset="utf-8"><title>น้ำท่วมกรุงเทพ</title>
<meta property="article:published_time" content="2022-06-30T08:00:00+07:00">
<style>body {{ color: red }}</style><script>var secret = "สคริปต์";</script></head>
<body><article><h1>น้ำท่วมกรุงเทพ</h1><p>{body}</p><p>ราคา &lt;b&gt; 5 &amp; 6 บาท</p></article>
<script>document.write("โฆษณา")</script></body></html>"""


def read(*paths):
    """The articles by id, and the reasons by file name and line."""
    found = list(read_articles(paths))
    rejected = [item for item in found if isinstance(item, Rejected)]
    return (
        {item.id: item for item in found if isinstance(item, Article)},
        {(os.path.basename(item.path), item.line): item.reason for item in rejected},
    )


def at_most(monkeypatch, size):
    """Files and lines of so many bytes are read, and none larger."""
    for module in (jsonlines, whole):
        monkeypatch.setattr(module, "LARGEST_BYTES", size)


def read_one(folder, name, content):
    """The only article of a folder with one file of that content."""
    found, rejected = read(write_files(folder / "ข่าว", {name: content}))
    assert not rejected
    (article,) = found.values()
    return article


def reason(folder, name, content):
    """Why a folder with one file of that content gave no article."""
    found, rejected = read(write_files(folder / "ข่าว", {name: content}))
    assert not found
    ((_, why),) = rejected.items()
    return why


@pytest.mark.parametrize(
    "raw",
    [
        TEXT.encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.encode("utf-16"),
        b"\xff\xfe" + TEXT.encode("utf-16-le"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("tis-620"),
        TEXT.encode("cp874"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16", "utf-16-le", "utf-16-be", "tis-620", "cp874"],
)
def test_a_text_is_the_same_in_every_encoding(raw, tmp_path):
    article = read_one(tmp_path, "น้ำท่วม.txt", raw)
    assert article.text == TEXT
    assert article.title == "น้ำท่วมกรุงเทพ"


def test_cp874_has_quotes_that_tis_620_lacks():
    assert decode("“น้ำท่วม”…".encode("cp874")) == "“น้ำท่วม”…"


def test_an_article_says_where_it_stands(tmp_path):
    article = read_one(tmp_path, "2565/น้ำท่วม.txt", TEXT)
    assert article.id == "ข่าว/2565/น้ำท่วม.txt"
    assert article.source == str(tmp_path / "ข่าว/2565/น้ำท่วม.txt")
    assert article.published is None


def test_the_text_of_a_file_is_not_altered(tmp_path):
    text = "  หัวข้อ \r\n\r\nนํ้า\u200bท่วม  ๒๕๖๕ NATO\t \r\n"
    assert read_one(tmp_path, "a.md", text).text == text


def test_an_id_is_the_same_wherever_the_command_is_run(news, monkeypatch):
    absolute, _ = read(news)
    monkeypatch.chdir(news)
    relative, _ = read(Path("."))
    assert set(relative) == set(absolute) == {"news/flood.txt", "news/nato.txt", "news/train.txt"}


def test_a_file_can_be_named_instead_of_a_folder(news):
    assert list(read(news / "nato.txt")[0]) == ["nato.txt"]


def test_articles_come_in_the_order_of_their_names_a_folders_own_before_those_below(tmp_path):
    own, below = list("จฉกขคงชซฌญ"), ["z/2", "z/1", "a/2", "a/1"]
    write_files(tmp_path, {f"{name}.txt": TEXT for name in [*own, *below]})
    order = [item.id.partition("/")[2].removesuffix(".txt") for item in read_articles([tmp_path])]
    assert order == [*sorted(own), *sorted(below)]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("น้ำท่วม\nฝนตก", "น้ำท่วม"),
        ("\n \n## น้ำท่วม \nฝนตก", "น้ำท่วม"),
        ("---\n***\n# C#\n", "C#"),
        ("07/02/2566\nน้ำท่วม\nฝนตก", "น้ำท่วม"),
        ("วันพุธที่ 28 กันยายน 2565\n", "วันพุธที่ 28 กันยายน 2565"),
        ("", ""),
        ("ก" * 400, "ก" * 300),
    ],
)
def test_the_title_is_the_first_line_that_says_something(text, title):
    assert title_of(text) == title


# HTML


@pytest.mark.parametrize("name", ["ข่าว.html", "ข่าว.htm", "ข่าว.HTML"])
def test_a_page_gives_its_text_title_and_date_and_no_script(name, tmp_path):
    body = "ฝนตกหนักทั้งคืน ถนนหลายสายมีน้ำท่วมขัง " * 10
    article = read_one(tmp_path, name, PAGE.format(body=body))
    assert article.title == "น้ำท่วมกรุงเทพ"
    assert article.published == "2022-06-30"
    assert body.strip() in article.text
    assert "ราคา <b> 5 & 6 บาท" in article.text
    assert not any(word in article.text for word in ("สคริปต์", "โฆษณา", "color", "<p>"))


@pytest.mark.parametrize(
    "footer",
    [
        "© 2562 สำนักข่าว",
        "© 2019 สำนักข่าว ปรับปรุง 1 มกราคม 2540",
        "ปรับปรุง 2020-01-15",
    ],
)
def test_a_page_that_does_not_give_its_date_has_none(footer, tmp_path):
    page = f"<html><body><p>น้ำท่วมกรุงเทพ ฝนตกหนัก</p><footer>{footer}</footer></body></html>"
    assert read_one(tmp_path, "a.html", page).published is None


def test_a_page_with_nothing_to_read_is_rejected(tmp_path):
    page = "<html><head><title>ภาพ</title></head><body><img src='a.png'><script>var a = 'ข่าว'</script></body></html>"
    assert reason(tmp_path, "a.html", page) == "article.no_text"


@pytest.mark.parametrize("page", ["<p>ฝนตกหนักทั้งคืน</p>", "ฝนตกหนักทั้งคืน"])
def test_a_page_of_one_element_is_read(page, tmp_path):
    assert "ฝนตกหนักทั้งคืน" in read_one(tmp_path, "a.html", page).text


def test_an_old_page_in_tis_620_is_read(tmp_path):
    page = (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=tis-620"><title>ข่าว</title></head>'
        '<body bgcolor="#ffffff"><table width="100%" border="0"><tr><td align="center">'
        '<font face="MS Sans Serif" size="2">น้ำท่วมกรุงเทพ ประชาชนเดือดร้อน</font></td></tr></table></body></html>'
    )
    assert "ประชาชนเดือดร้อน" in read_one(tmp_path, "a.html", page.encode("tis-620")).text


# What a text says of itself

FRONT = "---\ntitle: น้ำท่วมกรุงเทพ\ndate: 2022-06-30\nurl: https://ข่าว.example/1\ntags: [ฝน]\n---\n"


def test_front_matter_gives_title_date_and_address_and_stays_in_the_text(tmp_path):
    text = FRONT + "## ฝนตกหนัก\nถนนมีน้ำขัง"
    assert read_one(tmp_path, "a.md", text) == Article(
        "ข่าว/a.md", "น้ำท่วมกรุงเทพ", text, "https://ข่าว.example/1", "2022-06-30"
    )


def test_front_matter_without_a_title_leaves_it_to_the_text(tmp_path):
    text = "---\nlayout: post\nsource: สำนักข่าว\n---\n## ฝนตกหนัก\n24 ส.ค. 2563\nถนนมีน้ำขัง"
    article = read_one(tmp_path, "a.md", text)
    assert (article.title, article.published) == ("ฝนตกหนัก", "24 ส.ค. 2563")
    assert article.source == str(tmp_path / "ข่าว/a.md")  # a name leads nowhere


def test_front_matter_alone_is_no_article(tmp_path):
    assert reason(tmp_path, "a.md", FRONT) == "article.no_text"


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("น้ำท่วม\nวันจันทร์ที่ ๒๔ สิงหาคม ๒๕๖๓\nฝนตกหนัก", "๒๔ สิงหาคม ๒๕๖๓"),
        ("น้ำท่วม\nฝนตกหนักเมื่อวันที่ 24 สิงหาคม 2563 ทั้งคืน", None),
    ],
)
def test_a_date_at_the_top_of_a_text_is_when_it_was_published(text, published, tmp_path):
    assert read_one(tmp_path, "a.txt", text).published == published


# JSON lines

OPENERS = {"": lambda raw: raw, ".gz": gzip.compress, ".xz": lzma.compress}


def lines(*items):
    """JSON lines; a `str` stands as it is."""
    return "\n".join(item if isinstance(item, str) else json.dumps(item, ensure_ascii=False) for item in items).encode()


@pytest.mark.parametrize("compression", OPENERS)
def test_json_lines_are_articles_with_their_own_ids(compression, tmp_path):
    raw = lines(
        {"id": "n1", "title": "น้ำท่วม", "text": "ฝนตกหนัก", "source": "https://ข่าว.example/1", "published": "1 ม.ค. 65"},
        "",
        {"id": 7, "headline": "นาโต", "content": "ประชุมที่มาดริด", "url": "https://ข่าว.example/7", "date": 2565},
        {"body": "รถไฟขบวนใหม่\nรับมอบแล้ว"},
    )
    name = f"ข่าว.jsonl{compression}"
    found, rejected = read(write_files(tmp_path, {name: OPENERS[compression](raw)}))
    assert not rejected
    assert found == {
        "n1": Article("n1", "น้ำท่วม", "ฝนตกหนัก", "https://ข่าว.example/1", "1 ม.ค. 65"),
        "7": Article("7", "นาโต", "ประชุมที่มาดริด", "https://ข่าว.example/7", "2565"),
        f"{tmp_path.name}/{name}:4": Article(
            f"{tmp_path.name}/{name}:4", "รถไฟขบวนใหม่", "รถไฟขบวนใหม่\nรับมอบแล้ว", f"{tmp_path / name}:4", None
        ),
    }


@pytest.mark.parametrize("name", ["published", "date", "datePublished", "date_published", "pubDate", "Published-At"])
def test_a_date_has_many_names(name, tmp_path):
    assert read_one(tmp_path, "a.jsonl", lines({"text": "ฝนตก", name: "24 ส.ค. 63"})).published == "24 ส.ค. 63"


def test_of_two_spellings_of_a_field_the_exact_one_counts(tmp_path):
    raw = lines({"id": "1", "_id": {"$oid": "2"}, "text": "ฝนตก", "Text": "แดดออก"})
    article = read_one(tmp_path, "a.jsonl", raw)
    assert (article.id, article.text) == ("1", "ฝนตก")


@pytest.mark.parametrize(
    ("fields", "title", "text"),
    [
        (
            {"title": "&#8220;ดาว&#8221;", "content": "<p>หนัก <strong>62</strong>&nbsp;กิโลกรัม</p><p>ชื่อดาว</p>"},
            "“ดาว”",
            "หนัก 62 กิโลกรัม\nชื่อดาว",
        ),
        (
            {"title": {"rendered": "ดาว &amp; เดือน"}, "content": {"rendered": "<p>ฝนตก</p>", "protected": False}},
            "ดาว & เดือน",
            "ฝนตก",
        ),
        ({"title": "ก", "text": ["ฝนตก", "แดด<b>ออก</b>"]}, "ก", "ฝนตก\nแดดออก"),
        ({"title": "ก", "content": [{"text": "ฝนตก"}, {"text": "แดดออก"}]}, "ก", "ฝนตก\nแดดออก"),
        (
            {"title": "ก", "body": [
                {"type": "p", "text": "ฝนตก"}, {"type": "image", "url": "x"}, {"type": "p", "text": "แดด"}
            ]},
            "ก",
            "ฝนตก\nแดด",
        ),
        (
            {"title": "ก", "content": {"type": "doc", "content": [
                {"type": "paragraph", "content": [{"type": "text", "text": "ฝน"}, {"type": "text", "text": "ตก"}]},
                {"type": "paragraph", "content": [{"type": "text", "text": "แดด"}]},
            ]}},
            "ก",
            "ฝนตก\nแดด",
        ),
        ({"title": "ก", "content": {"blocks": [{"type": "p", "data": {"text": "ฝน&nbsp;<b>ตก</b>"}}]}}, "ก", "ฝน ตก"),
        ({"title": "ก", "body": [{"type": "p", "children": [{"text": "ฝน"}, {"text": "ตก", "b": 1}]}]}, "ก", "ฝนตก"),
        ({"หัวข้อ": "ก", "เนื้อหา": "ฝนตก"}, "ก", "ฝนตก"),
        ({"title": "5 < 6", "text": "5 < 6 และ <3"}, "5 < 6", "5 < 6 และ <3"),
        (
            {"title": "ก", "text": "<html><body><nav><a href='/'>กีฬา</a></nav><article><p>ฝนตก</p></article>"},
            "ก",
            "ฝนตก",
        ),
    ],
)  # fmt: skip
def test_a_field_that_is_html_or_a_list_of_paragraphs_is_read(fields, title, text, tmp_path):
    article = read_one(tmp_path, "a.jsonl", lines(fields))
    assert (article.title, article.text) == (title, text)


@pytest.mark.parametrize("field", [{"content": {"protected": True}}, {"text": [1, 2]}, {"text": [[]]}, {"text": {}}])
def test_a_field_without_text_is_none(field, tmp_path):
    assert reason(tmp_path, "a.jsonl", lines(field)) == "line.no_text"


@pytest.mark.parametrize(
    ("given", "day"),
    [
        (1654387200, "2022-06-05"),
        ("1654387200", "2022-06-05"),
        (1654387200000, "2022-06-05"),
        (1654362000.0, "2022-06-05"),  # midnight in Thailand, the day before in Greenwich
        ({"$date": {"$numberLong": "1654387200000"}}, "2022-06-05"),
        ({"$date": "2022-06-05T00:00:00Z"}, "2022-06-05T00:00:00Z"),
        (20220605, "20220605"),
        (2565, "2565"),
    ],
)
def test_a_date_in_json_may_be_a_moment(given, day, tmp_path):
    assert read_one(tmp_path, "a.jsonl", lines({"text": "ฝนตก", "date": given})).published == day


def test_a_broken_line_is_rejected_by_its_number_and_the_rest_goes_on(tmp_path):
    raw = lines(
        {"id": "1", "text": "ฝนตก"}, '{"id": "2", "text": "ฝน', "[1, 2]", '{"title": "ว่าง", "text": "  "}',
        '{"text": true}', "[" * 100_000, {"id": "7", "text": "..."}, {"id": "8", "text": "แดดออก"},
    )  # fmt: skip
    found, rejected = read(write_files(tmp_path, {"a.jsonl": raw + b'\n{"text": "\xff"}'}))
    assert list(found) == ["1", "8"]
    assert rejected == {
        ("a.jsonl", 2): "line.broken",
        ("a.jsonl", 3): "line.no_text",
        ("a.jsonl", 4): "line.no_text",
        ("a.jsonl", 5): "line.no_text",
        ("a.jsonl", 6): "line.broken",
        ("a.jsonl", 7): "article.no_text",
        ("a.jsonl", 9): "line.broken",
    }


def test_a_byte_order_mark_before_the_first_line_does_not_break_it(tmp_path):
    assert read_one(tmp_path, "a.jsonl", b"\xef\xbb\xbf" + lines({"text": "ฝนตก"})).text == "ฝนตก"


def test_half_a_letter_in_json_becomes_a_letter_that_can_be_stored(tmp_path):
    raw = b'{"id": "\\ud83d", "title": "\\ude00", "text": "\xe0\xb8\x9d\\ud800"}'
    found, rejected = read(write_files(tmp_path, {"a.jsonl": raw}))
    (article,) = found.values()
    assert rejected == {("a.jsonl", 1): "text.bad_letter"}
    assert article.text.startswith("ฝ")
    for field in (article.id, article.title, article.text):
        assert field.encode()


def test_a_line_too_large_is_skipped_and_the_next_one_read(tmp_path, monkeypatch):
    at_most(monkeypatch, 100)
    raw = lines({"id": "1", "text": "ฝน"}, {"id": "2", "text": "ฝน" * 200}, {"id": "3", "text": "แดด"}, "x" * 5000)
    found, rejected = read(write_files(tmp_path, {"a.jsonl": raw}))
    assert list(found) == ["1", "3"]
    assert rejected == {("a.jsonl", 2): "line.too_large", ("a.jsonl", 4): "line.too_large"}


@pytest.mark.parametrize("size", [1, 7, 64])
@pytest.mark.parametrize("compression", ["", ".gz", ".xz"])
def test_lines_are_whole_wherever_the_blocks_of_a_file_end(compression, size, tmp_path, monkeypatch):
    monkeypatch.setattr(jsonlines, "_BLOCK_BYTES", size)
    at_most(monkeypatch, 100)
    raw = b"\r\n" + lines({"id": "1", "text": "ฝน"}, "x" * 500, {"id": "2", "text": "แดด"}).rstrip()
    packed = OPENERS[compression](raw) if compression else raw
    found, rejected = read(write_files(tmp_path, {f"a.jsonl{compression}": packed}))
    assert list(found) == ["1", "2"]
    assert rejected == {(f"a.jsonl{compression}", 3): "line.too_large"}


def test_a_file_of_one_line_too_large_is_not_called_empty(tmp_path, monkeypatch):
    at_most(monkeypatch, 100)
    found = list(read_articles([write_files(tmp_path, {"a.jsonl": lines({"text": "ฝน" * 200})})]))
    assert [(item.reason, item.line) for item in found] == [("line.too_large", 1)]


@pytest.mark.parametrize("compression", [".gz", ".xz"])
@pytest.mark.parametrize("harm", ["cut short", "not compressed"])
def test_a_broken_archive_is_rejected(compression, harm, tmp_path):
    whole = OPENERS[compression](lines({"id": "1", "text": "ฝนตก"}, {"id": "2", "text": "แดดออก"}))
    raw = whole[: len(whole) // 2] if harm == "cut short" else b"not compressed"
    _, rejected = read(write_files(tmp_path, {f"a.jsonl{compression}": raw}))
    assert rejected == {(f"a.jsonl{compression}", None): "file.unreadable"}


def test_an_altered_archive_is_rejected_and_the_rest_goes_on(tmp_path):
    raw = bytearray(gzip.compress(lines(*({"text": f"ข่าวที่ {number}"} for number in range(50))), mtime=0))
    raw[10] ^= 0xFF  # the first byte of what is compressed
    found, rejected = read(write_files(tmp_path, {"a.jsonl.gz": bytes(raw), "b.txt": TEXT}))
    assert rejected == {("a.jsonl.gz", None): "file.unreadable"}
    assert len(found) == 1


@pytest.mark.parametrize("compression", [".gz", ".xz"])
def test_of_an_archive_that_breaks_off_what_stands_before_is_kept(compression, tmp_path):
    chance = random.Random(0)
    texts = [chance.randbytes(300).hex() for _ in range(400)]  # does not compress, so that the cut falls in the middle
    whole = OPENERS[compression](lines(*({"id": number, "text": text} for number, text in enumerate(texts))))
    found, rejected = read(write_files(tmp_path, {f"a.jsonl{compression}": whole[: len(whole) // 2]}))
    assert 100 < len(found) < 250
    assert [article.text for article in found.values()] == texts[: len(found)]
    assert rejected == {(f"a.jsonl{compression}", len(found) + 1): "file.unreadable"}


def test_lines_of_two_files_of_one_name_have_different_ids(tmp_path):
    raw = lines({"text": "ฝนตก"})
    found, rejected = read(write_files(tmp_path, {"2564/news.jsonl": raw, "2565/news.jsonl": raw}))
    assert not rejected
    assert len(found) == 2


# Reading only what changed


def units(file, known=frozenset()):
    """What a file gives, by digest."""
    found = list(read_units(file, known))
    assert len(dict(found)) == len(found)
    return dict(found)


def one_file(folder, name, content):
    """The only file of a folder."""
    (file,) = files([write_files(folder, {name: content})])
    return file


@pytest.mark.parametrize("compression", OPENERS)
def test_only_the_lines_that_changed_are_parsed(compression, tmp_path, monkeypatch):
    old = [{"id": str(n), "source": f"https://ข่าว.example/{n}", "text": f"ข่าวที่ {n}"} for n in range(5)]
    new = [old[4], old[0], {**old[1], "text": "ข่าวใหม่"}, old[3]]
    name = f"a.jsonl{compression}"
    known = units(one_file(tmp_path, name, OPENERS[compression](lines(*old))))
    parsed = []
    monkeypatch.setattr(jsonlines, "_candidates_of", lambda line: parsed.append(json.loads(line)) or [{"text": "ก"}])
    again = units(one_file(tmp_path, name, OPENERS[compression](lines(*new))), known)
    assert parsed == [new[2]]
    assert [known[digest].id for digest, article in again.items() if article is None] == ["4", "0", "3"]


@pytest.mark.parametrize("own", [{}, {"id": "1"}, {"source": "https://ข่าว.example"}])
def test_a_line_that_lends_its_number_to_an_article_is_another_when_it_moves(own, tmp_path):
    line = {**own, "text": "ฝนตก"}
    ((digest, before),) = units(one_file(tmp_path, "a.jsonl", lines(line))).items()
    assert units(one_file(tmp_path, "a.jsonl", lines(line)), {digest}) == {digest: None}
    moved = units(one_file(tmp_path, "a.jsonl", lines("", line)), {digest})
    assert len(moved) == 1
    assert digest not in moved
    assert before not in moved.values()
    assert all(article.text == "ฝนตก" for article in moved.values())


def test_a_broken_line_that_moves_is_told_with_its_new_number(tmp_path):
    known = units(one_file(tmp_path, "a.jsonl", lines("{", "[]")))
    assert [item.line for item in known.values()] == [1, 2]
    (moved,) = units(one_file(tmp_path, "a.jsonl", lines("", "", "{")), known).values()
    assert (moved.reason, moved.line) == ("line.broken", 3)


def test_lines_alike_are_told_apart(tmp_path):
    assert len(units(one_file(tmp_path, "a.jsonl", lines(*[{"text": "ฝนตก"}] * 3, *"{{")))) == 5


def test_a_line_is_the_same_with_other_line_ends_and_when_one_follows_it(tmp_path):
    line = {"id": "1", "source": "ข่าว", "text": "ฝนตก"}
    known = units(one_file(tmp_path, "a.jsonl", lines(line)))
    again = units(one_file(tmp_path, "a.jsonl", lines(line) + b"\r\n" + lines({**line, "id": "2"})), known)
    assert [article and article.id for article in again.values()] == [None, "2"]


@pytest.mark.parametrize(("name", "content"), [("a.txt", TEXT), ("a.html", PAGE.format(body="ฝนตกหนัก"))])
def test_a_text_is_read_again_only_when_its_bytes_change(name, content, tmp_path, monkeypatch):
    file = one_file(tmp_path, name, content)
    known = units(file)
    assert set(known) == {file.digest()}
    monkeypatch.setattr(whole, "made", lambda *_: pytest.fail("it was looked into"))
    os.utime(file.path, (0, 0))
    assert units(file, known) == {file.digest(): None}
    monkeypatch.undo()
    assert set(units(one_file(tmp_path, name, content + " "), known)).isdisjoint(known)


def test_known_digests_may_be_taken_away_while_a_file_is_read(tmp_path):
    line = {"id": "1", "source": "ข่าว", "text": "ฝนตก"}
    file = one_file(tmp_path, "a.jsonl", lines(line, line))
    known = set(units(one_file(tmp_path / "old", "a.jsonl", lines(line))))
    met = []
    for digest, article in read_units(file, known):
        met.append(article and article.id)
        known.discard(digest)
    assert met == [None, "1"]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.txt", b"", "file.empty"),
        ("a.txt", bytes(range(256)) * 4, "file.not_text"),
        ("a.jsonl", b"\n\n", "file.empty"),
        ("a.jsonl.gz", b"not compressed", "file.unreadable"),
        ("a.jsonl", lines({"text": TEXT * 50}), "line.too_large"),
    ],
)
def test_a_problem_has_no_digest_to_be_known_by(name, content, why, tmp_path, monkeypatch):
    at_most(monkeypatch, 2000)
    ((digest, problem),) = units(one_file(tmp_path, name, content)).items()
    assert (digest, problem.reason) == (b"", why)


def test_a_file_that_grew_too_large_since_it_was_found_is_not_read(tmp_path, monkeypatch):
    at_most(monkeypatch, 1000)
    file = one_file(tmp_path, "a.txt", TEXT)
    write_files(tmp_path, {"a.txt": TEXT * 50})
    assert [(digest, item.reason) for digest, item in units(file).items()] == [(b"", "file.too_large")]


def test_the_digest_of_a_file_tells_whether_its_bytes_changed(tmp_path):
    file = one_file(tmp_path, "a.jsonl", lines({"text": "ฝนตก"}) * 2)
    before = file.digest()
    assert len(before) == 16
    os.utime(file.path, (0, 0))
    assert file.digest() == before
    with file.path.open("ab") as more:
        more.write(b" ")
    assert file.digest() != before


def test_a_file_that_vanished_is_told_when_it_is_read(tmp_path):
    for name in ("a.txt", "a.jsonl", "a.jsonl.xz"):
        file = File(tmp_path / name, name)
        assert units(file) == {b"": Rejected(str(file.path), "file.unreadable")}
        with pytest.raises(OSError, match=name):
            file.digest()


def test_what_a_file_grows_by_while_it_is_read_is_read_too_or_the_next_time(tmp_path):
    file = one_file(tmp_path, "a.jsonl", lines({"text": "ฝนตก"}, ""))
    before = file.digest()
    reading = read_units(file)
    assert next(reading)[1].text == "ฝนตก"
    with file.path.open("ab") as more:
        more.write(b'{"text": "\xe0')  # in the middle of a letter
    assert all(item.reason == "line.broken" for _, item in reading)
    assert file.digest() != before


# What is no article


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.txt", b"", "file.empty"),
        ("a.txt", b" \r\n\t\x00", "file.empty"),
        ("a.txt", "\ufeff", "article.no_text"),
        ("a.txt", "*** --- ***\n...", "article.no_text"),
        ("a.jsonl", b"", "file.empty"),
        ("a.jsonl", b"\n\n", "file.empty"),
        ("a.txt", bytes(range(256)) * 4, "file.not_text"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(50), "file.not_text"),
        ("a.txt", TEXT.encode("utf-16-le"), "file.not_text"),  # no mark tells the order of its bytes
        ("a.txt", "Crème brûlée à la carte".encode("latin-1"), "file.not_text"),
        ("a.png", b"\x89PNG", "file.kind"),
        ("a", TEXT, "file.kind"),
        ("a.txt.gz", gzip.compress(TEXT.encode()), "file.kind"),
        (".a.txt", TEXT, "file.hidden"),
        ("README.md", TEXT, "file.readme"),
        ("readme.txt", TEXT, "file.readme"),
    ],
)
def test_what_holds_no_article_is_rejected_with_the_reason(name, content, why, tmp_path):
    assert reason(tmp_path, name, content) == why


def test_a_file_too_large_is_rejected(tmp_path, monkeypatch):
    at_most(monkeypatch, 100)
    assert reason(tmp_path, "a.txt", TEXT * 10) == "file.too_large"


def test_a_hidden_folder_is_named_once_and_not_entered(tmp_path):
    write_files(tmp_path, {".git/a.txt": TEXT, ".git/b/c.txt": TEXT, "a.txt": TEXT})
    found, rejected = read(tmp_path)
    assert len(found) == 1
    assert rejected == {(".git", None): "file.hidden"}


def test_of_two_articles_with_one_id_the_second_is_rejected(tmp_path):
    raw = lines({"id": "1", "text": "ฝนตก"}, {"id": "1", "text": "แดดออก", "source": "https://ข่าว.example"})
    found, rejected = read(write_files(tmp_path, {"a.jsonl": raw}))
    assert found["1"].text == "ฝนตก"
    assert rejected == {("ข่าว.example", None): "article.duplicate_id"}


def test_of_very_many_lines_of_one_id_the_first_is_the_article(tmp_path):
    raw = lines({"id": "1", "text": "ฝนตก"}, *[{"id": "1", "text": "แดดออก"}] * 5000)
    first, *others = read_articles([write_files(tmp_path, {"a.jsonl": raw})])
    assert first.text == "ฝนตก"
    assert {item.reason for item in others} == {"article.duplicate_id"}
    assert len(others) == 5000


def test_files_of_two_folders_of_one_name_are_told_apart(tmp_path):
    for year in ("2564", "2565"):
        write_files(tmp_path / year / "news", {"a.txt": TEXT + year, "b.jsonl": lines({"text": "ฝนตก"})})
    found, rejected = read(tmp_path / "2564/news", tmp_path / "2565/news", tmp_path / "2564/news/a.txt")
    assert not rejected
    assert list(found) == ["news/a.txt", "news/b.jsonl:1", "news (2)/a.txt", "news (2)/b.jsonl:1", "a.txt"]


def test_what_is_given_twice_is_read_once(news, monkeypatch):
    monkeypatch.chdir(news)
    write_files(news, {"old/a.txt": TEXT})
    found, rejected = read(news, Path("."), news / "old", news / "../news/old")
    assert not rejected
    assert len(found) == 4
    found, rejected = read(news / "nato.txt", Path("nato.txt"))
    assert not rejected
    assert list(found) == ["nato.txt"]


def test_a_folder_of_many_files_is_not_listed_before_the_first_is_given(tmp_path, monkeypatch):
    write_files(tmp_path, {f"{number:03}.txt": TEXT for number in range(300)})
    met = []
    look = khamtop.index.sources.files._file
    monkeypatch.setattr(khamtop.index.sources.files, "_file", lambda *file: met.append(file) or look(*file))
    assert next(files([tmp_path])).identity.endswith("/000.txt")
    assert len(met) == 1


def test_a_folder_that_vanishes_while_it_is_walked_is_told_and_the_rest_goes_on(tmp_path):
    write_files(tmp_path, {"a.txt": TEXT, "b/c.txt": TEXT, "d/e.txt": TEXT})
    found = files([tmp_path])
    assert next(found).path.name == "a.txt"
    shutil.rmtree(tmp_path / "b")
    assert [item.path.name if isinstance(item, File) else item for item in found] == [
        "e.txt",
        Rejected(str(tmp_path / "b"), "file.unreadable"),
    ]


def test_a_linked_folder_is_followed_and_a_loop_ends(tmp_path):
    write_files(tmp_path, {"archive/a.txt": TEXT, "news/b.txt": TEXT})
    (tmp_path / "news" / "loop").symlink_to(tmp_path / "news")
    (tmp_path / "news" / "old").symlink_to(tmp_path / "archive")
    assert list(read(tmp_path / "news")[0]) == ["news/b.txt", "news/old/a.txt"]


def test_a_link_that_leads_nowhere_is_rejected_and_the_rest_goes_on(news):
    (news / "gone.txt").symlink_to(news / "nothing")
    found, rejected = read(news)
    assert len(found) == 3
    assert list(rejected) == [("gone.txt", None)]


def test_a_file_name_that_is_not_utf_8_is_shown_as_far_as_it_can_be(tmp_path):
    with open(os.path.join(os.fsencode(tmp_path), b"caf\xe9.txt"), "wb") as file:
        file.write(TEXT.encode())
    ((article,), _) = (list(part.values()) for part in read(tmp_path))
    assert article.text == TEXT
    assert "caf" in article.id.encode().decode()  # valid text, so that it can be stored and printed
    assert article.source.encode()


def test_two_names_that_are_not_utf_8_stay_two(tmp_path):
    for name in (b"caf\xe8.txt", b"caf\xe9.txt"):
        with open(os.path.join(os.fsencode(tmp_path), name), "wb") as file:
            file.write(TEXT.encode())
    found, rejected = read(tmp_path)
    assert not rejected
    assert [identity.partition("/")[2] for identity in found] == [r"caf\xe8.txt", r"caf\xe9.txt"]


def test_lines_of_a_file_whose_name_is_not_utf_8_can_be_stored(tmp_path):
    with open(os.path.join(os.fsencode(tmp_path), b"caf\xe9.jsonl"), "wb") as file:
        file.write(lines({"text": "ฝนตก"}))
    (identity,) = read(tmp_path)[0]
    assert identity.encode()


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.txt")
    assert read(tmp_path)[1] == {("a.txt", None): "file.kind"}


def test_a_pipe_of_json_lines_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.jsonl")
    pipe = os.open(tmp_path / "a.jsonl", os.O_RDWR)  # both ends here, so that the test cannot hang
    try:
        os.write(pipe, lines({"text": "ฝนตก"}, ""))
        assert isinstance(next(read_articles([tmp_path])), Rejected)
    finally:
        os.close(pipe)


def test_a_path_that_is_not_there_is_told_before_anything_is_read(news, tmp_path):
    with pytest.raises(KhamtopError) as caught:
        next(read_articles([news, tmp_path / "ไม่มี"]))
    assert caught.value.code == "articles.missing"
    assert caught.value.facts == {"path": str(tmp_path / "ไม่มี")}


GIRAFFE = "สวนสัตว์เขาใหญ่น้อยได้ลูกยีราฟตัวใหม่ชื่อดาวเหนือ หนัก 62 กิโลกรัม\nผู้เข้าชมวันเสาร์มี 2,310 คน และสวนสัตว์ลดค่าบัตรเด็กเหลือ 20 บาท"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", GIRAFFE),
        ("a.md", GIRAFFE),
        ("a.txt", f"5 มิถุนายน 2565\n{GIRAFFE}"),
        ("a.jsonl", json.dumps({"text": GIRAFFE})),
        ("a.html", f"<p>{GIRAFFE}</p>"),
        ("a.html", "<html><body><p>{}</p><p>{}</p></body></html>".format(*GIRAFFE.split("\n"))),
    ],
)
def test_the_first_paragraph_of_an_article_without_a_headline_is_in_a_passage(name, content, tmp_path):
    article = read_one(tmp_path, name, content)
    passages = " ".join(article.text[passage.start : passage.end] for passage in cut(article))
    assert "หนัก 62 กิโลกรัม" in passages
    assert "2,310 คน" in passages


def test_a_page_that_a_library_breaks_on_is_a_file_with_a_reason(tmp_path):
    found, rejected = read(write_files(tmp_path / "ข่าว", {"a.html": "<div>" * 5000 + "ข่าว", "b.txt": TEXT}))
    assert [article.title for article in found.values()] == ["น้ำท่วมกรุงเทพ"]
    assert rejected == {("a.html", None): "file.broken"}


def test_a_page_in_a_picture_is_read(tmp_path):
    assert read_one(tmp_path, "a.html", "<svg><body>ข่าว").text == "ข่าว"


@pytest.mark.parametrize("error", [AssertionError, ValueError, RecursionError, TypeError, KeyError])
@pytest.mark.parametrize("name", ["a.html", "a.jsonl"])
def test_whatever_a_library_raises_over_a_file_is_that_files_own_reason(name, error, tmp_path, monkeypatch):
    def fails(*given, **named):
        raise error("deep inside")

    monkeypatch.setattr("trafilatura.bare_extraction", fails)
    monkeypatch.setattr("khamtop.index.sources.fields.front_matter", fails)
    content = "<p>ข่าว</p>" if name == "a.html" else json.dumps({"text": TEXT})
    assert reason(tmp_path, name, content) == "file.broken"
