"""What a person wants: told by words alone, and a fact whatever is not clearly something else."""

import re

import pytest

from khamtop.index.text import thai
from khamtop.qa.gathering import leaning, runs_of, shape_of, subject_of
from khamtop.qa.wish import talk_of, wish_of


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("มีข่าวอะไรเกี่ยวกับลำไยบ้าง", "ลำไย"),
        ("ข่าวลำไยล่าสุด", "ลำไย"),
        ("สรุปข่าวภัยแล้งโคราชให้หน่อย", "ภัยแล้งโคราช"),
        ("รวบรวมข่าวเกี่ยวกับฝุ่น", "ฝุ่น"),
        ("มีข่าวเรื่องน้ำท่วมไหม", "น้ำท่วม"),
        ("รถไฟไทย-จีน คืบหน้าไปถึงไหน ขอแบบสรุปรวม", "รถไฟไทย-จีน"),
        ("latest news about the landbridge", "landbridge"),
        ("Give me a timeline of the flood relief scheme", "flood relief scheme"),
        ("any news on rice exports?", "rice exports"),
    ],
)
def test_an_overview_is_asked_of_a_subject(question, subject):
    wish = wish_of(thai.normalise(question).text)
    assert (wish.intent, wish.subject) == ("overview", subject)


def test_an_overview_is_known_by_the_shape_of_its_words_where_no_list_has_them():
    """None of these wordings is among those that were learned from."""
    asked = [
        "ข่าวคราวล่าสุดของเหมืองทองชาตรีมีอะไรบ้างนะ", "เรื่องเหมืองทองชาตรีสรุปแล้วเป็นไง", "ตกลงเรื่องเหมืองทองชาตรีเป็นยังไงต่อ",
        "มีอะไรอัปเดตเรื่องเหมืองทองชาตรีมั้ยจ๊ะ", "พอจะเล่าข่าวเหมืองทองชาตรีให้ฟังได้ไหม", "ขอดูบทความเหมืองทองชาตรีทั้งหมดหน่อย",
        "is there something new about the Chatree gold mine?", "what's the latest with the Chatree gold mine",
        "do you have stories about the Chatree gold mine", "please list the articles on the Chatree gold mine",
    ]  # fmt: skip
    known = [question for question in asked if leaning(thai.normalise(question).text) >= 0]
    assert len(known) >= 8, set(asked) - set(known)
    assert all(re.search("เหมืองทองชาตรี|chatree gold mine", subject_of(thai.normalise(one).text)) for one in known)


def test_what_is_asked_about_is_left_of_an_overview_with_its_time():
    assert subject_of("กระทรวงยุติธรรมทำอะไรไปบ้าง") == "กระทรวงยุติธรรม"
    assert subject_of("มีข่าวอะไรบ้าง") == ""
    assert shape_of(["ข่าว", "ลำไย", "เชียงใหม่", "บ้าง"], {"ข่าว", "บ้าง"}) == ["^", "ข่าว", "□", "บ้าง", "$"]
    assert runs_of(["^", "ข่าว", "$"]) == {"^", "ข่าว", "$", "^ ข่าว", "ข่าว $", "^ ข่าว $"}


@pytest.mark.parametrize("question", ["มีข่าวอะไรบ้าง", "ข่าวล่าสุด", "ข่าววันนี้", "latest news", "What's new?"])
def test_an_overview_of_whatever_there_is_has_no_subject(question):
    wish = wish_of(thai.normalise(question).text)
    assert (wish.intent, wish.subject, wish.newest) == ("overview", "", True)


@pytest.mark.parametrize(
    "question",
    [
        "ใครเป็นนายกรัฐมนตรีญี่ปุ่น",
        "3 งานเทศกาลที่ได้รางวัลปี 2022 คืองานอะไรบ้าง",
        "รถไฟไทย-จีนเฟส 1 มีสถานีอะไรบ้าง",
        "คมนาคมช่วยคนไทยที่กลับจากตุรกียังไงบ้าง",
        "ทำไมราคาทุเรียนตก",
        "What did the minister say about the new bridge?",
        "Who is the latest health minister?",
    ],
)
def test_a_question_for_a_fact_stays_one(question):
    assert wish_of(thai.normalise(question).text).intent == "fact"


@pytest.mark.parametrize("question", ["ภัยแล้ง โคราช", "cannabis thailand", "ฝุ่น PM2.5 เชียงใหม่"])
def test_what_only_names_things_is_keywords(question):
    assert wish_of(thai.normalise(question).text).intent == "keywords"


@pytest.mark.parametrize("question", ["สรุปบทความนี้", "สรุปใจความสำคัญของข่าวนี้หน่อย", "Summarize this article"])
def test_the_article_at_hand_is_summed_up(question):
    assert wish_of(thai.normalise(question).text).intent == "summary"


@pytest.mark.parametrize(
    ("question", "is_newest"),
    [("ค่าไฟล่าสุดกี่บาท", True), ("ตอนนี้ใครเป็นรัฐมนตรี", True), ("ทุกวันนี้คนใช้น้ำกี่ลิตร", False), ("ค่าไฟปี 65 กี่บาท", False)],
)
def test_the_latest_is_wanted_where_the_words_say_so(question, is_newest):
    assert wish_of(thai.normalise(question).text).newest is is_newest


@pytest.mark.parametrize(
    ("question", "is_changing"),
    [
        ("ใครเป็นรัฐมนตรีว่าการกระทรวงแรงงาน", True), ("ผู้ว่าฯ เชียงใหม่ชื่ออะไร", True), ("โฆษกรัฐบาลคือใคร", True),
        ("ค่าไฟหน่วยละกี่บาท", True), ("Who is the labour minister?", True), ("What is the minimum wage", True),
        ("ใครเป็นประธานเปิดงานบั้งไฟ", False), ("ใครเป็นคนออกแบบโลโก้", False), ("นายกฯ ไปไหนมา", False),
        ("How much did the bridge cost?", False),
    ],
)  # fmt: skip
def test_what_is_one_thing_now_and_was_another_before_is_told(question, is_changing):
    assert wish_of(thai.normalise(question).text).changing is is_changing


@pytest.mark.parametrize(
    ("said", "talk"),
    [
        ("หวัดดีจ้า", "greeting"), ("สวัสดีครับ", "greeting"), ("Hello there!", "greeting"),
        ("ขอบคุณมากนะคะ ช่วยได้เยอะเลย", "thanks"), ("Thank you very much", "thanks"),
        ("เธอเป็นใคร", "about"), ("คุณคือใคร", "about"), ("who are you?", "about"), ("สวัสดีครับ คุณชื่ออะไร", "about"),
        ("ใช้งานยังไง", "usage"), ("ทำอะไรได้บ้างเนี่ย", "usage"), ("What can you do?", "usage"),
        ("ลาก่อนครับ", "farewell"), ("ok", "farewell"),
    ],
)  # fmt: skip
def test_small_talk_is_known_for_what_it_is(said, talk):
    assert talk_of(thai.normalise(said).text) == talk


@pytest.mark.parametrize(
    "question",
    [
        "สวัสดีครับ ใครเป็นนายก",
        "ใครคือผู้ว่าฯ",
        "นายกคือใคร",
        "ขอบคุณที่ช่วย แล้วน้ำท่วมที่ไหน",
        "ดีเซลลิตรละเท่าไร",
        "hi-speed train",
        "กี่คน",
    ],
)
def test_a_question_is_no_small_talk(question):
    assert talk_of(thai.normalise(question).text) is None
