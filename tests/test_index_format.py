"""What a build makes of a text is what the index on disk holds: it must not change while `FORMAT` stays.

A build passes over files that it has read before. Were text cut or normalised otherwise from one version to the next,
old and new passages would lie side by side, and nothing would say so. After such a change raise `FORMAT` in
`index/storage/store.py`, and write the digest again: `python -m tests.test_index_format`.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from dataclasses import astuple
from pathlib import Path

from khamtop.index.building.prepare import prepare
from khamtop.index.sources.files import read_articles
from khamtop.index.storage.store import FORMAT
from khamtop.index.text.dates import span_of
from khamtop.index.types import Article
from tests.toys import write_files

RECORD = Path(__file__).parent / "data" / "format.json"
SEED = Path(__file__).parents[1] / "seeds" / "nato-japan-south-korea.txt"

#: Every way in which text comes: each kind of file, odd spellings, long stretches, two languages.
FILES: dict[str, str | bytes] = {
    "seed.txt": SEED.read_text("utf-8"),
    "odd.txt": "นํ้าท่วม\u200bกรุง เทพฯ ๒๕๖๕\nเเม่นํ้า  “คำพูด” พล.อ. ประยุทธ์ จันทร์โอชา 1,234.50 บาท\n" + "ก่" * 700,
    "pdf.txt": (
        "สวนสัตว์กล ้าไม ้\nลูกยีราฟชื่อดาวเ\nหนือหนัก 62&nbsp;กิโลกรัม มีสิทธ์ิ ป\uf702 2565 จ านวน 78,911 คน\n"
        "โรง เรียน ประ ชุม ครู ใหญ่ ที่ ศา ลา กลาง จัง หวัด Cafe\u0301\n" + "ผู้โดยสารรถไฟเดินทางไปยังต่างจังหวัดด้ว\nย" * 4
    ),
    "thai.txt": "กระทรวงพาณิชย์เผยยอดส่งออกทุเรียนไปจีน\n3 ตุลาคม 2565\nมูลค่า 100 ล้านบาท".encode("cp874"),
    "front.md": "---\ntitle: น้ำท่วม\ndate: 2022-06-30\n---\n# น้ำท่วม\nฝนตกหนัก " + "ถนนมีน้ำขังหลายสาย " * 60,
    "page.html": "<html><head><title>ข่าว</title></head><body><article><h1>ข่าว</h1><p>ฝนตกหนัก &amp; ลมแรง</p></article>",
    "lines.jsonl": json.dumps(
        {"id": "7", "title": "Covid-19 in Thailand", "text": "WHO พบผู้ป่วย 15 ราย", "date": "1 ม.ค. 65"}
    ),
}


def digest() -> str:
    """Tells everything that is stored of `FILES`, but for vectors: an index knows those by their encoder's name."""
    told = hashlib.blake2b(digest_size=16)
    with tempfile.TemporaryDirectory() as folder:
        articles = [
            item for item in read_articles([write_files(Path(folder) / "a", FILES)]) if isinstance(item, Article)
        ]
    assert len(articles) == len(FILES)
    for article in articles:
        told.update(repr((article.id, article.title, article.text, article.published)).encode())
        told.update(repr(span_of(article.published or "")).encode())
        for wants in ((None, False, True), (200, True, False)):
            told.update(repr(astuple(prepare(article, *wants))).encode())
    return told.hexdigest()


def test_the_format_rises_whenever_what_a_build_makes_of_a_text_changes() -> None:
    recorded = json.loads(RECORD.read_text("utf-8"))
    assert recorded == {"format": FORMAT, "digest": digest()}, __doc__


if __name__ == "__main__":
    recorded = json.loads(RECORD.read_text("utf-8")) if RECORD.exists() else {"format": 0}
    if recorded["format"] >= FORMAT and recorded["digest"] != digest():
        sys.exit(f"FORMAT is still {FORMAT}: raise it first")
    RECORD.write_text(json.dumps({"format": FORMAT, "digest": digest()}) + "\n", "utf-8")
