"""What a person wants: told by words alone, and a fact whatever is not clearly something else."""

import pytest

from khamtop.index.text import thai
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
        ("latest news about the landbridge", "the landbridge"),
        ("Give me a timeline of the flood relief scheme", "the flood relief scheme"),
        ("any news on rice exports?", "rice exports"),
    ],
)
def test_an_overview_is_asked_of_a_subject(question, subject):
    wish = wish_of(thai.normalise(question).text)
    assert (wish.intent, wish.subject) == ("overview", subject)


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
        "ข่าวกรมขนส่งงดทำใบขับขี่ใหม่ 6 เดือน ข่าวปลอมป่าว",
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
