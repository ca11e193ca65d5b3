"""Whether quotes bear a sentence out: facts in every spelling, and how near the rest must be."""

from __future__ import annotations

import json

import pytest

from khamtop.index.encoders.wiring import load_encoder
from khamtop.index.types import Article, KhamtopError
from khamtop.qa.checking import CALIBRATION, Calibration, load_checker
from khamtop.qa.facts import stated, unstated
from khamtop.qa.reader import load_reader
from khamtop.qa.types import Citation, Sentence

TEXT = (
    "กระทรวงพาณิชย์เผยยอดส่งออกทุเรียนไปจีนมูลค่า ๑๐๐ ล้านบาท เมื่อ 24  มิ.ย. ๖๕ เพิ่มขึ้นร้อยละ 5 "
    "นายฟูมิโอะ คิชิดะ นายกฯ ญี่ปุ่น ไม่ได้เข้าร่วมประชุม ขณะที่ จ.เชียงใหม่ มีผู้ป่วยสามคน"
)
THERE = stated([TEXT], ["29 มิถุนายน 2565"])


@pytest.mark.parametrize(
    "sentence",
    [
        "ยอดส่งออก 100,000,000 บาท", "exports of 100 million baht", "ในวันที่ 24 มิถุนายน 2022", "on June 24, 2022",
        "ข่าววันที่ 29 มิ.ย. 65", "ในปี พ.ศ. 2565", "ในปี ค.ศ. 2022", "ในเดือนมิถุนายน", "มีผู้ป่วย 3 คน",
        "three patients in Chiang Mai",
        "said the Minister and the Department", "according to Kishida's office",
        "นายคิชิดะ", "said Fumio Kishida", "the Prime Minister of Japan", "นายกรัฐมนตรีญี่ปุ่น", "เพิ่มขึ้น 5%", "ส่งออกไปยังจีน",
        "นายจ้างและนายทหาร", "คิชิดะไม่ได้เข้าร่วมประชุม", "ประเทศไทยส่งออกทุเรียน",
    ],
)  # fmt: skip
def test_what_stands_there_stands_there_in_every_spelling(sentence):
    assert unstated(sentence, THERE) is None


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("ยอดส่งออก 100 บาท", "number"), ("ยอดส่งออก 110 ล้านบาท", "number"), ("มีผู้ป่วยสี่คน", "number"),
        ("four patients", "number"),
        ("วันที่ 25 มิถุนายน", "number"), ("วันที่ 25 มิ.ย. 2565", "date"), ("24 June 2023", "date"), ("ในปี 2566", "date"),
        ("ในเดือนกรกฎาคม", "date"), ("in July", "date"), ("นายสมชาย ใจดี กล่าว", "name"), ("said Joe Biden", "name"),
        ("บริษัท Toyota ส่งออก", "name"), ("ส่งออกไปเวียดนาม", "place"), ("ที่จังหวัดเชียงราย", "place"),
        ("ยอดส่งออกลดลง", "opposite"),
        ("ยอดนำเข้าทุเรียน", "opposite"), ("คิชิดะได้เข้าร่วมประชุม", "opposite"), ("ไม่เผยยอดส่งออกทุเรียน", "opposite"),
    ],
)  # fmt: skip
def test_what_does_not_stand_there_is_told_by_its_kind(sentence, kind):
    assert unstated(sentence, THERE) == kind


def test_a_month_named_like_an_everyday_word_is_none():
    assert unstated("It may march on", stated(["The army marches on"])) is None


@pytest.mark.parametrize(
    ("sentence", "quote", "kind"),
    [
        # rounded to the digits that are told, with what multiplies them; to one alone anything would do
        ("About 1.39 million applied", "มีผู้ลงทะเบียน 1,386,423 ราย", None),
        ("มีผู้ลงทะเบียน 1.4 ล้านราย", "มีผู้ลงทะเบียน 1,386,423 ราย", None),
        ("About 1.38 million applied", "มีผู้ลงทะเบียน 1,386,423 ราย", "number"),
        ("About 1 million applied", "มีผู้ลงทะเบียน 1,386,423 ราย", "number"),
        ("มีผู้ลงทะเบียน 1,390,000 ราย", "มีผู้ลงทะเบียน 1,386,423 ราย", "number"),
        # whose it is, by the place
        ("It signed with a Singaporean airline", "ลงนามกับสายการบินของสิงคโปร์", None),
        ("It signed with a Vietnamese airline", "ลงนามกับสายการบินของเวียดนาม", None),
        ("It signed with a Brazilian airline", "Brazil has an airline", None),
        ("It signed with a Malaysian airline", "ลงนามกับสายการบินของสิงคโปร์", "name"),
        ("It signed with Duran", "It signed for durable goods", "name"),
        # denied in one of both, wherever spaces stand
        ("เปิดด่านโดยไม่มี นายนพสิทธิ์ ต้อนรับ", "เปิดด่านโดยมี นายนพสิทธิ์ ต้อนรับ", "opposite"),
        ("เปิดด่านโดยมีนายนพสิทธิ์ ต้อนรับ", "เปิดด่านโดยไม่มี นายนพสิทธิ์ ต้อนรับ", "opposite"),
        ("The road did not open today", "The road open today", "opposite"),
        ("เปิดด่านโดยไม่มี นายนพสิทธิ์ ต้อนรับ", "เปิดด่านโดยไม่มีนายนพสิทธิ์ต้อนรับ", None),
    ],
)
def test_numbers_may_be_rounded_places_inflected_and_spaces_elsewhere(sentence, quote, kind):
    assert unstated(sentence, stated([quote])) == kind


ARTICLE = Article("a", "รถไฟฟ้าสายสีเหลือง", "รถไฟฟ้าสายสีเหลืองมีทั้งหมด 30 ขบวน ให้บริการจากลาดพร้าวถึงสำโรง", "c.txt")
QUOTES = (Citation(1, ARTICLE, 0, 35), Citation(2, ARTICLE, 36, len(ARTICLE.text)))


@pytest.mark.parametrize(
    ("text", "markers", "holds"),
    [
        ("รถไฟฟ้าสายสีเหลืองมี 30 ขบวน", (1,), True),
        ("The Yellow Line has 30 trains", (1,), True),
        ("สายสีเหลืองวิ่งจากลาดพร้าวถึงสำโรง", (2,), True),
        ("สายสีเหลืองวิ่งจากลาดพร้าวถึงสำโรง และมี 30 ขบวน", (1, 2), True),
        ("สายสีเหลืองวิ่งจากลาดพร้าวถึงสำโรง และมี 30 ขบวน", (2,), False),  # the other quote says the number
        ("รถไฟฟ้าสายสีเหลืองมี 30 ขบวน", (), False),
        ("รถไฟฟ้าสายสีเหลืองมี 30 ขบวน", (1, 3), False),
        ("ผู้โดยสารพอใจราคาตั๋วที่ถูกลงมาก", (1,), False),
        ("ข่าวว่า “มีทั้งหมด 30 ขบวน”", (1,), True),
        ("ข่าวว่า “มีทั้งหมด 30 ตู้”", (1,), False),
    ],
)
def test_a_sentence_holds_by_the_quotes_that_it_names_and_no_others(text, markers, holds):
    assert load_checker().holds(Sentence(text, markers), QUOTES) is holds


def test_the_calibration_belongs_to_the_embedded_models():
    """Whoever changes one of them fits it again: the file says by which command."""
    held = Calibration.read()
    assert (held.encoder, held.reader) == (load_encoder().name, load_reader().name)
    scripts = json.loads(CALIBRATION.read_text("utf-8"))["scripts"]
    assert scripts["same"]["report"]["auroc"] >= 90


@pytest.mark.parametrize("content", ["", "{}", '{"scripts": {}, "encoder": "a", "reader": "b"}', "[]"])
def test_a_calibration_that_is_none_is_refused(tmp_path, content):
    (tmp_path / "checking.json").write_text(content, "utf-8")
    with pytest.raises(KhamtopError, match=r"model\.damaged"):
        Calibration.read(tmp_path / "checking.json")
