"""Files as nobody meant them: good small ones of every kind, damaged by chance; and what must hold of each.

`tests/test_index_hostile.py` tries a few, `tests/benchmarks/hostile.py` as many as one likes. All chance comes from the
`Random` that is given, so that a number leads back to its file.
"""

from __future__ import annotations

import csv
import gzip
import html
import io
import json
import lzma
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random

from khamtop.index.building.prepare import prepare
from khamtop.index.sources.fetched import Origin, kept
from khamtop.index.sources.files import files, read
from khamtop.index.sources.source import BAD_LETTER, File
from khamtop.index.text.dates import span_of
from khamtop.index.text.frontmatter import front_matter
from khamtop.index.text.thai import is_boundary
from khamtop.index.types import Article, Rejected, Span
from khamtop.ui.texts import has
from tests import test_index_docx, test_index_epub, test_index_feeds, test_index_odt
from tests.pdfs import by_hand, said
from tests.test_index_mending import is_whole

#: Paragraphs of a newsroom: years of both eras, numbers, quotes, a name in Latin, a table.
STORY = (
    "สวนสัตว์เขาใหญ่น้อยได้ลูกยีราฟตัวใหม่\n5 มิถุนายน 2565\n\nลูกยีราฟชื่อดาวเหนือ หนัก 62 กิโลกรัม “แข็งแรงดี” น.ส.ปลา กล่าว\n"
    "ผู้เข้าชม ๗๘,๙๑๑ คน จาก Café Lumière และกล ้าไม ้ 300 ต้น\n\n| ราคา | บาท |\n|---|---|\n| เด็ก | 20 |\n"
)
NEWLINE = "\n"

#: What damages more than its length, as letters of whatever encoding the file is in.
ODD = (
    "\x00", "\ufeff", "\ufffd", "\u200b", "\u2028", "\x85", "\f", "\r", "\x1f", "\uf70a", "\U0001f992", "่" * 60, "เ",
    "ำ", "์ิ", "---\n", "---\ntitle: ก\n", "+++\n", "#", "| ", "|---|", "[" * 3000, '{"a":' * 3000, "{", "}", "]", '"',
    "\\", "\\ud800", "NaN", "1e999", "9" * 5000, "null", "sep=;\n", ";", "\t", ",,,,", '"a""', "<", ">", "</p>", "<!--",
    "<div>" * 3000, "<svg><body>", "]]>", "<![CDATA[", "&", "&#x0;", "&#55296;", "&nbsp;", "&lol;", "{\\rtf1", "%PDF-",
    "<?xml version='1.0' encoding='utf-7'?>", "<!DOCTYPE r [<!ENTITY a 'bbbb'><!ENTITY b '&a;&a;&a;'>]>", "%%EOF",
    "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>", "data:image/png;base64," + "A" * 300, "à¸ªà¸§" * 9, "-1",
    "31 กุมภาพันธ์ 2565", "99/99/9999", "2565-13-45", "ก" * 2000, "a" * 2000, " " * 2000, "ฺ" * 2000, "../../x",
    "PK\x03\x04", "endstream",
)  # fmt: skip
#: What Thai is made of, and what gets between it.
PIECES = (
    *"กนทสพ่้ิีุู์ัำาๅะเแไๆฯํ็ ,.&;#|-\n\t\r(“1๒aé\u0301\u200b\u00a0\ufb01\uf702\uf70a\uf710\uf88b", "น้ำท่วม", "ประชุม",
    "โรงเรียน", "สวนสัตว์", "78,911", "๗๘", "5 มิถุนายน 2565", "&nbsp;", "&amp;", "\r\n", "\n\n", "NATO", "ท า",
    "ก" * 90, "<b>", "</b>", "<br>", "<td>", "มาตรา 12", *ODD,
)  # fmt: skip
ENCODINGS = (
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "cp874",
    "latin-1",
    "cp1252",
    "utf-7",
    "gb18030",
)
#: A stretch that is repeated makes a file no larger than this.
_MOST_REPEATED = 60_000
_LIMIT = 200_000


def _lines(paragraphs: list[str]) -> str:
    told = [
        {"id": str(place), "title": "ข่าว", "text": text, "date": "5 มิ.ย. 2565"} for place, text in enumerate(paragraphs)
    ]
    return "\n".join(json.dumps(fields, ensure_ascii=False) for fields in told)


def _array(paragraphs: list[str]) -> str:
    return f"[{','.join(_lines(paragraphs).splitlines())}]"


def _page(paragraphs: list[str]) -> str:
    return f"<html><head><title>ข่าว</title></head><body><article><p>{'</p><p>'.join(paragraphs)}</p></article>"


def _rows(paragraphs: list[str]) -> str:
    rows = io.StringIO()
    csv.writer(rows).writerows(
        [("id", "text", "date"), *((place, text, "2565-06-05") for place, text in enumerate(paragraphs))]
    )
    return rows.getvalue()


def _feed(paragraphs: list[str]) -> str:
    day = "<pubDate>Sun, 05 Jun 2022 09:15:00 +0700</pubDate>"
    told = (
        f"<title>ข่าว</title><guid>a{place}</guid>{day}<description>{text}</description>"
        for place, text in enumerate(paragraphs)
    )
    return test_index_feeds.rss(*told)


def _atom(paragraphs: list[str]) -> str:
    told = (f"<entry><id>{place}</id><content>{text}</content></entry>" for place, text in enumerate(paragraphs))
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{"".join(told)}</feed>'


def _docx(paragraphs: list[str]) -> bytes:
    return test_index_docx.document("".join(map(test_index_docx.said, paragraphs)))


def _odt(paragraphs: list[str]) -> bytes:
    return test_index_odt.document("".join(map(test_index_odt.said, paragraphs)))


def _epub(paragraphs: list[str]) -> bytes:
    pages = {f"{place}.xhtml": test_index_epub.page(f"<p>{text}</p>") for place, text in enumerate(paragraphs)}
    return test_index_epub.book(pages)


def _pdf(paragraphs: list[str]) -> bytes:
    return by_hand(said((60, 700, "The zoo opened in 1987.")), said((60, 700, "A calf weighs 62 kg.")))


def _zip(paragraphs: list[str]) -> bytes:
    return test_index_docx.packed(
        {name: _made(name, paragraphs) for name in MAKERS if not name.endswith((".zip", ".pdf", ".fetched"))}
    )


#: A small file of each ending that is read, made of paragraphs.
MAKERS: dict[str, Callable[[list[str]], str | bytes]] = {
    "a.txt": "\n".join,
    "front.md": lambda paragraphs: f"---\ntitle: ยีราฟ\nวันที่: 2565-06-05\n---\n{NEWLINE.join(paragraphs)}",
    "thai.txt": lambda paragraphs: "\n".join(paragraphs).encode("cp874", "replace"),
    "wide.txt": lambda paragraphs: "\n".join(paragraphs).encode("utf-16"),
    "a.html": _page,
    "a.htm": lambda paragraphs: "".join(f"<p>{text}" for text in paragraphs).encode("cp874", "replace"),
    "a.jsonl": _lines,
    "a.ndjson": _lines,
    "a.json": _array,
    "a.jsonl.gz": lambda paragraphs: gzip.compress(_lines(paragraphs).encode()),
    "a.json.xz": lambda paragraphs: lzma.compress(_array(paragraphs).encode()),
    "a.csv": _rows,
    "a.tsv": lambda paragraphs: "\n".join(["title\ttext", *(f"ข่าว\t{' '.join(text.split())}" for text in paragraphs)]),
    "a.xml": _feed,
    "a.rss": _feed,
    "a.atom": _atom,
    "a.docx": _docx,
    "a.odt": _odt,
    "a.epub": _epub,
    "a.fetched": lambda paragraphs: kept(Origin("http://127.0.0.1/a.html"), _page(paragraphs).encode()),
    "a.pdf": _pdf,
    "a.zip": _zip,
}


def _made(name: str, paragraphs: list[str]) -> bytes:
    made = MAKERS[name](paragraphs)
    return made.encode("utf-8", "replace") if isinstance(made, str) else made


@cache
def good_file(name: str) -> bytes:
    """The file of that name with the story."""
    return _made(name, STORY.strip().split("\n\n"))


def _told(random: Random, name: str) -> bytes:
    """A file with the story, or with paragraphs of odd letters."""
    if random.random() < 0.5:
        return good_file(name)
    paragraphs = ["".join(random.choices(PIECES, k=random.choice([1, 5, 40]))) for _ in range(random.randint(1, 4))]
    return _made(name, paragraphs)


# What is done to a file


def _changed(random: Random, raw: bytes) -> bytes:
    changed = bytearray(raw)
    for _ in range(random.randint(1, 8)):
        changed[random.randrange(len(raw))] = random.randrange(256)
    return bytes(changed)


def _cut(random: Random, raw: bytes) -> bytes:
    at = random.randrange(len(raw))
    return raw[:at] if random.random() < 0.7 else raw[at:]


def _without(random: Random, raw: bytes) -> bytes:
    first, last = _stretch(random, raw)
    return raw[:first] + raw[last:]


def _repeated(random: Random, raw: bytes) -> bytes:
    first, last = _stretch(random, raw)
    times = random.choice([2, 3, 50, 1000])
    return raw[:first] + (raw[first:last] * times)[:_MOST_REPEATED] + raw[last:]


def _spliced(random: Random, raw: bytes) -> bytes:
    other = good_file(random.choice(sorted(MAKERS)))
    first, last = _stretch(random, other)
    at = random.randrange(len(raw))
    return raw[:at] + other[first:last] + raw[at:]


def _with_odd(random: Random, raw: bytes) -> bytes:
    letters = random.choice(ODD)
    at = random.randrange(len(raw))
    return raw[:at] + letters.encode(random.choice(["utf-8", "utf-8", "cp874"]), "replace") + raw[at:]


def _recoded(random: Random, raw: bytes) -> bytes:
    return raw.decode("utf-8", "replace").encode(random.choice(ENCODINGS), random.choice(["replace", "ignore"]))


def _emptied(random: Random, raw: bytes) -> bytes:
    return random.choice([b"", b"\x00" * 40, b"\r\n \t", random.randbytes(random.randint(1, 300))])


WAYS: tuple[Callable[[Random, bytes], bytes], ...] = (
    _changed, _changed, _cut, _without, _repeated, _spliced, _with_odd, _with_odd, _recoded, _emptied,
)  # fmt: skip


def _stretch(random: Random, raw: bytes) -> Span:
    first = random.randrange(len(raw))
    return first, min(len(raw), first + random.choice([1, 3, 20, 200, 2000]))


def damaged(random: Random, raw: bytes) -> bytes:
    """The bytes after a few of these ways, within bounds."""
    for _ in range(random.randint(0, 3)):
        if raw:
            raw = random.choice(WAYS)(random, raw)[:_LIMIT]
    return raw


def _damaged_within(random: Random, name: str, raw: bytes) -> bytes:
    """The same of what is packed in a file: one part of a ZIP, or all of what `gzip` or `xz` holds."""
    if name.endswith(".gz"):
        return gzip.compress(damaged(random, gzip.decompress(raw)))
    if name.endswith(".xz"):
        return lzma.compress(damaged(random, lzma.decompress(raw)))
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    part = random.choice(sorted(parts))
    parts[part] = damaged(random, parts[part])
    if random.random() < 0.1:
        parts[random.choice(["../a.txt", "/a.txt", "C:\\a.txt", "a\x00.txt", "ก" * 80 + ".txt", ".a.txt", "A/"])] = b"x"
    return test_index_docx.packed(parts)


_PACKED = (".gz", ".xz", ".zip", ".docx", ".odt", ".epub")


def hostile_file(random: Random, *, without: tuple[str, ...] = ()) -> tuple[str, bytes]:
    """A name and bytes; `without` are endings that are left out."""
    names = [name for name in sorted(MAKERS) if not name.endswith(without or ("\0",))]
    name = random.choice(names)
    if random.random() < 0.05:
        return name, damaged(random, good_file(random.choice(names)))  # under an ending that is not its own
    raw = _told(random, name)
    if name.endswith(_PACKED) and random.random() < 0.7:
        return name, _damaged_within(random, name, raw)
    return name, damaged(random, raw)


# What must hold


def problems_of(path: Path) -> Iterator[str]:
    """What is wrong with how a file is read and prepared; whatever is raised is a fault, too."""
    (file,) = files([path])
    if isinstance(file, Rejected):
        yield from _problems_of_reason(file)
        return
    items = [item for _, item in read(file)]
    if not items:
        yield "nothing is told of the file"
    for item in items:
        if isinstance(item, Article):
            yield from problems_of_article(item)
        elif isinstance(item, Rejected):
            yield from _problems_of_reason(item)
    yield from _losses(file, items)


def problems_of_article(article: Article) -> Iterator[str]:
    """What is wrong with an article, and with what a build makes of it."""
    for words in (article.id, article.title, article.text, article.source, article.published or ""):
        words.encode()  # which half a letter cannot be
    if not any(map(str.isalnum, article.text)) or not article.id or not article.title.strip():
        yield "an article says nothing"
    span_of(article.published or "")
    text = article.text
    found = [passage.span for passage in prepare(article, 200, as_words=True, with_title=True).passages]
    if not all(0 <= start < end <= len(text) for start, end in found):
        yield "a passage lies outside its text"
    elif not all(is_whole(text, at) for span in found for at in span):
        yield "a passage cuts a cluster of letters"
    elif gap := next((gap for gap in _gaps(text, found) if _says(gap)), ""):
        yield f"in no passage: {gap[:80]!r}"


def _gaps(text: str, found: list[Span]) -> Iterator[str]:
    """What stands between the passages, after the front matter."""
    ends = [(0, front_matter(text)[1]), *found, (len(text), len(text))]
    return (text[before[1] : after[0]] for before, after in pairwise(ends))


def _says(gap: str) -> bool:
    """Whether there are letters that could begin a span: a vowel sign on nothing cannot."""
    return any(letter.isalnum() and is_boundary(f"ก{letter}", 1) for letter in html.unescape(gap))


def _problems_of_reason(problem: Rejected) -> Iterator[str]:
    problem.path.encode()
    if not has(problem.reason):
        yield f"no sentence for {problem.reason}"


def _losses(file: File, items: list[Article | Rejected | None]) -> Iterator[str]:
    """What stands in a file and neither in an article nor in a reason, where that is easily told."""
    articles = [item for item in items if isinstance(item, Article)]
    reasons = [item for item in items if isinstance(item, Rejected)]
    has_bad_letter = any(BAD_LETTER in item.text for item in articles)
    is_told = "text.bad_letter" in [item.reason for item in reasons]
    if has_bad_letter and not is_told and file.path.suffix in (".txt", ".md", ".jsonl", ".csv"):
        yield "a letter was lost, and nobody is told"
    if file.path.suffix in (".txt", ".md") and not articles and not reasons:
        yield "a text is neither article nor reason"
    if file.path.name.endswith((".jsonl", ".ndjson")):
        yield from _lost_lines(file, articles, reasons)


def _lost_lines(file: File, articles: list[Article], reasons: list[Rejected]) -> Iterator[str]:
    """A line of JSON that is neither an article nor has a reason."""
    raw = file.path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    lines = sum(bool(line.strip()) for line in raw.split(b"\n"))
    told = len(articles) + sum(item.reason != "text.bad_letter" for item in reasons)
    if told < lines and not raw.lstrip().startswith((b"[", b"\xef\xbb\xbf")):
        yield f"{lines} lines, and {told} articles and reasons"
