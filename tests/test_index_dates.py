"""Dates: as Thais print them and as others do, what is none, and which one dates a text."""

from datetime import date

import pytest

from khamtop.index.text.dates import dateline, day_of, instant_of, is_date, span_of

DAY = date(2020, 8, 24)


@pytest.mark.parametrize(
    "text",
    [
        "2020-08-24",
        "2020-08-24T23:30:00+07:00",
        "2020-08-24 08:30",
        "2020-08-24T23:30:00Z",
        "2020/8/24",
        "2563-08-24",
        "วันจันทร์ที่ 24 สิงหาคม 2563",
        "วันจันทร์ที่ ๒๔ สิงหาคม พ.ศ. ๒๕๖๓",
        "วันที่ 24 เดือนสิงหาคม พ.ศ.2563 เวลา 08.30 น.",
        "จ. 24 ส.ค. 63",
        "24 ส.ค.2563",
        "24ส.ค.63",
        "24 สค 63",
        "24 ส. ค. 63",
        "24\u00a0ส.ค.\u00a063",
        "24-ส.ค.-2563",
        "24 สิงหา 2020",
        "24 สิงหาคม ค.ศ. 2020",
        "24/08/2563",
        "24/8/63",
        "24-08-63",
        "24.08.2020",
        "24 ส.ค. 2563 - 10:30 น.",
        "เผยแพร่ 24 ส.ค. 2563 ปรับปรุง 25 ส.ค. 2563",
        "24 ส.ค. 2563 | 1,024 ครั้ง",
        "24 August 2020",
        "24th of August, 2020",
        "August 24, 2020",
        "Aug. 24 2020",
        "24 Aug 20",
        "24 AUG 63",
        "24 August B.E. 2563",
        "Mon, 24 Aug 2020 08:30:00 +0700",
        "  (24 ส.ค. 63)\n",
        "20200824",
        "25630824",
        "20200824T083000",
        "24 สิงหาคม พุทธศักราช 2563",
        "๒๔ สิงหาคม พุทธศักราช ๒๕๖๓",
        "วันจันทร์ ที่ 24 สิงหาคม 2563",
        "เผยแพร่ 24 สิงหาคม 2563 เวลา 09:15 น.",
    ],
)
def test_one_day_is_printed_in_many_ways(text):
    assert day_of(text) == DAY


@pytest.mark.parametrize(
    ("text", "month"),
    [
        *((f"1 {name} 2565", number) for number, name in enumerate(
            "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม".split(), 1)),
        *((f"1 {name} 65", number) for number, name in enumerate(
            "ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค.".split(), 1)),
        *((f"1 {name} 2022", number) for number, name in enumerate(
            "January February March April May June July August September October November December".split(), 1)),
        ("1 Sept 2022", 9),
        ("1 กรกฏาคม 2565", 7),
        ("1 พฤษจิกายน 2565", 11),
    ],
)  # fmt: skip
def test_every_month_has_its_names(text, month):
    assert day_of(text) == date(2022, month, 1)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("1 ม.ค. 2400", 1857),
        ("1 ม.ค. 2022", 2022),
        ("1 ม.ค. 30", 1987),
        ("1 ม.ค. 99", 2056),
        ("1/1/22", 2022),
        ("1 Jan 99", 1999),
        ("1 Jan 65", 2022),
    ],
)
def test_the_era_is_told_by_the_number_of_the_year(text, year):
    assert day_of(text) == date(year, 1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ข่าววันนี้",
        "2563",
        "ส.ค. 2563",
        "24 สิงหาคม",
        "24 ส.ค. 10.30 น.",
        "31 ก.พ. 2563",
        "29 ก.พ. 2564",  # 2563 was the leap year
        "0/8/2563",
        "24/13/2563",
        "08/24/2563",  # not as Thais write
        "24/08-2563",
        "124/08/2563",
        "24/08/25634",
        "24 ส.ค. 2350",
        "24 ส.ค. 2665",
        "24 - 26 ส.ค. 2563",
        "24 ส.ค. 2563 - 26 ส.ค. 2563",
        "24 ส.ค. 2563 ถึง 26 ส.ค. 2563",
        "29 ก.ค. - 3 ส.ค. 2563",
        "24 markers 2020",
        "ฉบับที่ 7 24 ส.ค. 2563",
        "น้ำท่วมกรุงเทพ " * 10 + "24 ส.ค. 2563",
        "9" * 5000,
        "1/" * 5000,
        "\ud83d 24",
        "²/²/²²²²",
        "20201324",
        "120200824",
        "0820200824",
    ],
)
def test_what_is_no_day_is_none(text):
    assert day_of(text) is None


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("24 ส.ค. 63", DAY, DAY),
        ("2020-08-24", DAY, DAY),
        ("มิ.ย. 2565", date(2022, 6, 1), date(2022, 6, 30)),
        ("เดือนมิถุนายน พ.ศ. ๒๕๖๕", date(2022, 6, 1), date(2022, 6, 30)),
        ("มิ.ย. 65", date(2022, 6, 1), date(2022, 6, 30)),
        ("2022-06", date(2022, 6, 1), date(2022, 6, 30)),
        ("06/2565", date(2022, 6, 1), date(2022, 6, 30)),
        ("June 2022", date(2022, 6, 1), date(2022, 6, 30)),
        (" ก.พ. 2563 ", date(2020, 2, 1), date(2020, 2, 29)),
        ("2565", date(2022, 1, 1), date(2022, 12, 31)),
        ("พ.ศ. 2565", date(2022, 1, 1), date(2022, 12, 31)),
        ("ปี พ.ศ. ๒๕๖๕", date(2022, 1, 1), date(2022, 12, 31)),
        ("ค.ศ. 2022", date(2022, 1, 1), date(2022, 12, 31)),
        ("2022", date(2022, 1, 1), date(2022, 12, 31)),
        ("ปี 65", date(2022, 1, 1), date(2022, 12, 31)),
    ],
)
def test_a_day_a_month_or_a_year_spans_its_days(text, first, last):
    assert span_of(text) == (first, last)


@pytest.mark.parametrize(
    "text", ["", "65", "June 22", "มิ.ย.", "13/2565", "2565-2566", "มิ.ย. - ก.ค. 2565", "3000", "ปีที่แล้ว", "9" * 5000]
)
def test_what_is_not_clearly_a_day_a_month_or_a_year_spans_none(text):
    assert span_of(text) is None


STORY = "ฝนตกหนักทั้งคืน ถนนหลายสายมีน้ำท่วมขัง ประชาชนเดินทางลำบาก"


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        (f"24/08/2563\nน้ำท่วม\n{STORY}", "24/08/2563"),
        (f"น้ำท่วม\n\nวันจันทร์ที่ ๒๔ สิงหาคม ๒๕๖๓\n{STORY}", "๒๔ สิงหาคม ๒๕๖๓"),
        (f"น้ำท่วม\nกรุงเทพ\n  24 ส.ค. 63 | 10.30 น.\n{STORY}", "24 ส.ค. 63"),
        (f"น้ำท่วม\nวันที่ 24 สิงหาคม 2563 ณ ทำเนียบรัฐบาล\n{STORY}", "24 สิงหาคม 2563"),
        (f"น้ำท่วม\n**24 August 2020**\n{STORY}", "24 August 2020"),
        (f"Floods\nMonday, August 24, 2020\n{STORY}", "August 24, 2020"),
        (f"น้ำท่วม\nวันนี้ (24 ส.ค.63) เวลา 8.30 น. {STORY}", "24 ส.ค.63"),
        (f"น้ำท่วม\n{STORY} วันนี้ (วันจันทร์ที่ 24\u200b สิงหาคม 2563) ที่ทำเนียบ", "24\u200b สิงหาคม 2563"),
        (f"น้ำท่วม\nเผยแพร่ 24 สิงหาคม 2563 เวลา 09:15 น.\n{STORY}", "24 สิงหาคม 2563"),
        (f"น้ำท่วม\nวันที่เผยแพร่: 24 ส.ค. 2563\n{STORY}", "24 ส.ค. 2563"),
        (f"น้ำท่วม\nเผยแพร่เมื่อวันที่ 24 ส.ค. 2563\n{STORY}", "24 ส.ค. 2563"),
        (f"น้ำท่วม\nPublished on August 24, 2020\n{STORY}", "August 24, 2020"),
        (f"น้ำท่วม\nวันจันทร์ ที่ 24 สิงหาคม 2563\n{STORY}", "24 สิงหาคม 2563"),
        (f"น้ำท่วม\nวันจันทร์ ที่ ๒๔ สิงหาคม พุทธศักราช ๒๕๖๓\n{STORY}", "๒๔ สิงหาคม พุทธศักราช ๒๕๖๓"),
        (f"น้ำท่วม\nโดย สมชาย ใจดี | 24 สิงหาคม 2563\n{STORY}", "24 สิงหาคม 2563"),
        (f"น้ำท่วม\nข่าว • 24 ส.ค. 63 • อ่าน 1,024 ครั้ง\n{STORY}", "24 ส.ค. 63"),
        (f"น้ำท่วม\nโดย กองบรรณาธิการข่าวภูมิภาค สำนักข่าวแห่งหนึ่ง | 24 ส.ค. 63 | อ่าน 3 ครั้ง\n{STORY}", "24 ส.ค. 63"),
        (f"20200824\nน้ำท่วม\n{STORY}", "20200824"),
    ],
)
def test_a_text_is_dated_at_its_top(text, printed):
    assert dateline(text) == printed
    assert printed in text
    assert day_of(printed) == DAY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "24/08/2563",  # dates nothing
        f"น้ำท่วม\n{STORY}\n© 24/08/2563",
        f"น้ำท่วม\n{STORY}\nปรับปรุง 24/08/2563\n{STORY}",
        f"น้ำท่วม\n{STORY}\n{STORY}\n24/08/2563\n{STORY}",
        f"น้ำท่วม\nเมื่อวันที่ 24 สิงหาคม 2563 {STORY}",
        f"น้ำท่วม\nวันที่ 24 สิงหาคม 2563 {STORY}\n{STORY}",
        f"24 สิงหาคม 2563 น้ำท่วม\n{STORY}",
        f"น้ำท่วม\nตั้งแต่วันที่ 24 สิงหาคม 2563\n{STORY}",
        f"น้ำท่วม\nวันที่ 24 - 26 สิงหาคม 2563\n{STORY}",
        f"น้ำท่วม\nวันที่ 31 กุมภาพันธ์ 2563\n{STORY}",
        f"ย้อนดู 24 ส.ค. 2563\n{STORY}",
        f"น้ำท่วม\n{STORY * 5} วันนี้ (24 ส.ค.63) {STORY}",
        f"น้ำท่วม\nวันนี้ (24 จังหวัด) {STORY}",
        f"| วัน | น้ำ |\n| 24 ส.ค. 63 | 3 เมตร |\n{STORY}",
        f"วัน | น้ำ\n24 ส.ค. 63 | 3 เมตร\n25 ส.ค. 63 | 4 เมตร\n{STORY}",
        f"น้ำท่วม\nปรับปรุงเมื่อ 24 ส.ค. 2563\n{STORY}",
        f"น้ำท่วม\nเลขที่ 20200824 ถึง\n{STORY}",
    ],
)
def test_a_date_that_a_story_tells_of_does_not_date_it(text):
    assert dateline(text) is None


@pytest.mark.parametrize(("line", "whole"), [
    ("24/08/2563", True), ("วันจันทร์ที่ 24 สิงหาคม 2563 เวลา 08.30 น.", True), ("น้ำท่วม", False),
    ("วันที่ 24 สิงหาคม 2563 ณ ทำเนียบรัฐบาล", False), ("น้ำท่วม 24/08/2563", False), ("2563", False), ("", False),
    ("24/08/2563 " + STORY, False),
])  # fmt: skip
def test_a_line_is_a_date_if_it_says_nothing_else(line, whole):
    assert is_date(line) is whole


@pytest.mark.parametrize(("written", "day"), [
    ("1598227200", DAY), ("1598227200000", DAY), (" 1598227200.25 ", DAY), ("1598202000", DAY),  # midnight in Thailand
    ("1598201999", date(2020, 8, 23)), ("9999999999", date(2286, 11, 21)), ("123456789", None), ("20200824", None),
    ("2563", None), ("", None), ("15982272001", None), ("-1598227200", None), ("๑๕๙๘๒๒๗๒๐๐", DAY),
])  # fmt: skip
def test_a_moment_in_unix_time_is_a_day_in_thailand(written, day):
    assert instant_of(written) == day
