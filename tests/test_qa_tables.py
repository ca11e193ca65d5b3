"""Tables, asked with the embedded models: a price is quoted with what it is the price of."""

import json

import pytest

from khamtop.index.building.build import build
from khamtop.index.encoders.wiring import load_encoder
from khamtop.index.storage.store import Index
from khamtop.qa.answer import ask
from tests.toys import write_files

PRICES = {"ทุเรียนหมอนทอง": "180 บาท", "มังคุด": "60 บาท", "ลองกอง": "45 บาท", "เงาะโรงเรียน": "35 บาท", "ส้มโอ": "50 บาท"}
STORY = "<p>ราคาผลไม้ที่ตลาดไทในสัปดาห์นี้ปรับขึ้นเล็กน้อย แม่ค้าบอกว่าฝนตกหนักทำให้ผลผลิตเข้าตลาดน้อยลง</p>"
ROWS = "".join(f"<tr><td>{fruit}</td><td>{price}</td></tr>" for fruit, price in PRICES.items())
TABLE = f"<table><tr><th>ผลไม้</th><th>ราคาต่อกิโลกรัม</th></tr>{ROWS}</table>"
FILES = {
    "a.html": f"<article><h1>ราคาผลไม้ตลาดไท</h1>{STORY}{TABLE}</article>",
    "a.jsonl": json.dumps({"title": "ราคาผลไม้ตลาดไท", "content": {"rendered": STORY + TABLE}}, ensure_ascii=False),
}


@pytest.mark.parametrize("name", FILES)
def test_the_first_quote_is_the_row_that_was_asked_for(name, tmp_path):
    articles = write_files(tmp_path / "ข่าว", {name: FILES[name]})
    build([articles], tmp_path / "index", load_encoder())
    index = Index.open(tmp_path / "index")
    for fruit, price in PRICES.items():
        assert ask(f"ราคา{fruit}เท่าไร", index).citations[0].quote == f"{fruit} | {price}"
