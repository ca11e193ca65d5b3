"""Times in questions: the days that they mean, of both eras, and as seen from a given day."""

from datetime import date

import pytest

from khamtop.index.text import thai
from khamtop.index.types import Article
from khamtop.qa.period import is_elsewhere, period_of

TODAY = date(2025, 11, 25)  # a Tuesday


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("น้ำท่วมปี 2567", date(2024, 1, 1), date(2024, 12, 31)),
        ("น้ำท่วมปี 67", date(2024, 1, 1), date(2024, 12, 31)),
        ("น้ำท่วม พ.ศ. ๒๕๖๗", date(2024, 1, 1), date(2024, 12, 31)),
        ("floods in 2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("คลินิกเปิด พ.ย. 63 กี่แห่ง", date(2020, 11, 1), date(2020, 11, 30)),
        ("รถไฟเสียเช้าวันที่ 17 มีนา 65", date(2022, 3, 17), date(2022, 3, 17)),
        ("ต้นปี 2564 มีอะไร", date(2021, 1, 1), date(2021, 4, 30)),
        ("ปลายปี 67", date(2024, 9, 1), date(2024, 12, 31)),
        ("ตั้งแต่ปี 2565 ถึง 2567", date(2022, 1, 1), date(2024, 12, 31)),
        ("มี.ค. 65 - พ.ย. 67", date(2022, 3, 1), date(2024, 11, 30)),
        ("สลากเกินราคา ปี 64-65", date(2021, 1, 1), date(2022, 12, 31)),
        ("เงินชาวนา ปี 2566/67 กี่บาท", date(2023, 1, 1), date(2024, 12, 31)),
        ("ค่าไฟงวด ม.ค.-เม.ย. 68", date(2025, 1, 1), date(2025, 4, 30)),
        ("ค่าไฟ กันยายน ถึง ธันวาคม 2568", date(2025, 9, 1), date(2025, 12, 31)),
        ("the rate in January-April 2025", date(2025, 1, 1), date(2025, 4, 30)),
        ("น้ำท่วมปี 2567-14 จังหวัด", date(2024, 1, 1), date(2024, 12, 31)),
        ("since June 2023", date(2023, 6, 1), None),
        ("ก่อนเลือกตั้งปี 2566", None, date(2022, 12, 31)),
    ],
)
def test_a_time_that_is_named(question, since, until):
    period = period_of(thai.normalise(question).text, TODAY)
    assert period is not None
    assert (period.since, period.until) == (since, until)
    assert not period.is_bound


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("ข่าววันนี้", TODAY, TODAY),
        ("เมื่อวานมีอะไร", date(2025, 11, 24), date(2025, 11, 24)),
        ("สัปดาห์ที่แล้ว", date(2025, 11, 17), date(2025, 11, 23)),
        ("เดือนที่แล้ว", date(2025, 10, 1), date(2025, 10, 31)),
        ("ปีที่แล้ว", date(2024, 1, 1), date(2024, 12, 31)),
        ("last month", date(2025, 10, 1), date(2025, 10, 31)),
    ],
)
def test_a_time_as_seen_from_today(question, since, until):
    period = period_of(thai.normalise(question).text, TODAY)
    assert period is not None
    assert (period.since, period.until, period.is_bound) == (since, until, True)


@pytest.mark.parametrize("question", ["ราคา 2,565 บาท", "มีคน 2565 คน", "มาตรา 112", "ทุกวันนี้", "ใน 10 ปี 20 คน", "เฟส 5"])
def test_what_is_no_time(question):
    assert period_of(thai.normalise(question).text, TODAY) is None


def test_an_article_is_of_another_time_unless_it_is_dated_near_or_names_the_time():
    period = period_of("ส.ค. 67", TODAY)
    assert period is not None
    old, near, undated = (Article("a", "t", "x", "s", day) for day in ("3 มกราคม 2565", "9 กันยายน 2567", None))
    assert is_elsewhere(period, old, "ฝนตกหนัก")
    assert not is_elsewhere(period, old, "คาดว่าเดือนสิงหาคม 2567 ฝนจะตกหนัก")
    assert not is_elsewhere(period, near, "ฝนตกหนัก")
    assert not is_elsewhere(period, undated, "ฝนตกหนัก")
