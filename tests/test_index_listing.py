"""The articles as a list and as a timeline."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from khamtop.index.building.build import build, build_articles
from khamtop.index.filters import filter_of
from khamtop.index.storage.listing import MOST_BARS, ListOrder, Timeline
from khamtop.index.storage.store import Index
from khamtop.index.types import Article
from tests.toys import ToyEncoder, lines, write_files

ARTICLES = (
    ("b", "ข่าว B", "3 ตุลาคม 2565"),
    ("a", "ข่าว A", "3 ตุลาคม 2565"),
    ("old", "น้ำท่วม ปี ๒๕๕๔", "2011-10-20"),
    ("new", "COVID-19 วันนี้", "2023-01-01"),
    ("never", "ไม่มีวันที่", None),
    ("some", "กลางปี", "2565"),  # a year alone is no day
)


def index_of(folder: Path, *articles: tuple[str, str, str | None]) -> Index:
    made = [Article(name, title, f"{title}\nเรื่องของ {name}", f"{name}.txt", day) for name, title, day in articles]
    build_articles(made, folder, ToyEncoder())
    return Index.open(folder, ToyEncoder())


def listed(index: Index, find: str = "", offset: int = 0, limit: int = 100) -> tuple[int, list[str]]:
    total, articles = index.listing.find(find, offset, limit)
    return total, [article.id for article in articles]


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return index_of(tmp_path, *ARTICLES)


def test_the_newest_come_first_those_of_a_day_by_title_and_undated_ones_last(index: Index) -> None:
    assert listed(index) == (6, ["new", "a", "b", "old", "some", "never"])


def test_titles_of_a_day_come_in_the_order_of_a_thai_dictionary(tmp_path: Path) -> None:
    titles = "กาล เกาะ เกิด ไก่ ขา ข่า ข้า ป่า เป็ด วันที่ ไวน์ หมู".split()
    index = index_of(tmp_path, *((f"{n:02}", title, "1 ม.ค. 2565") for n, title in enumerate(reversed(titles))))
    assert [article.title for article in index.listing.find("", 0, 100)[1]] == titles


def test_a_part_of_the_list_tells_how_long_all_of_it_is(index: Index) -> None:
    assert listed(index, offset=1, limit=2) == (6, ["a", "b"])
    assert listed(index, offset=6) == (6, [])


@pytest.mark.parametrize(
    ("find", "found"),
    [
        ("covid-19", ["new"]),
        ("Covid-๑๙", ["new"]),
        ("น้ำท่วมปี 2554", ["old"]),
        ("นํ้าท่วม", ["old"]),  # as some keyboards write it
        ("ข่าว", ["a", "b"]),
        ("2554 น้ำท่วม", ["old"]),  # in any order
        ("ปีน้ำท่วม", ["old"]),
        ("ข่าว น้ำท่วม", []),
        (" ", ["new", "a", "b", "old", "some", "never"]),
        ("%", []),
        ("แผ่นดินไหว", []),
    ],
)
def test_titles_are_found_as_a_reader_types_them(index: Index, find: str, found: list[str]) -> None:
    assert listed(index, find) == (len(found), found)


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("newest", ["new", "a", "b", "old", "some", "never"]),
        ("oldest", ["old", "b", "a", "new", "some", "never"]),
        ("title", ["new", "some", "a", "b", "old", "never"]),
    ],
)
def test_they_are_listed_by_date_or_by_title(index: Index, order: ListOrder, found: list[str]) -> None:
    assert [article.id for article in index.listing.find("", 0, 100, order=order)[1]] == found


def test_titles_are_sorted_as_a_thai_dictionary_sorts(tmp_path: Path) -> None:
    titles = ("กิน", "กา", "เก่า", "เกา", "ไก่", "ขา", "แขก", "“คำ”", "น้า", "นา", "เอก")
    index = index_of(tmp_path, *((title, title, None) for title in titles))
    found = [article.title for article in index.listing.find("", 0, 100, order="title")[1]]
    assert found == ["กา", "กิน", "เกา", "เก่า", "ไก่", "ขา", "แขก", "“คำ”", "นา", "น้า", "เอก"]


def test_they_are_narrowed_by_date_and_source(index: Index) -> None:
    def within(since: str = "", until: str = "", source: str = "", find: str = "") -> list[str]:
        bounds = filter_of(since, until, source)
        return [article.id for article in index.listing.find(find, 0, 100, bounds)[1]]

    assert within(since="2565") == ["new", "a", "b", "some"]
    assert within(until="2555") == ["old"]
    assert within(source="B.txt") == ["b"]
    assert within(since="2565", find="ข่าว b") == ["b"]


def test_a_row_tells_lengths_the_day_and_the_file(tmp_path: Path) -> None:
    news = write_files(
        tmp_path / "news",
        {
            "alone.txt": "ข่าวตลาด\n3 ตุลาคม 2565\nตลาดน้ำเปิดแล้ว",
            "two.jsonl": lines({"id": "1", "text": "ฝนตก"}, {"id": "2", "text": "แดดออก"}),
            "broken.jsonl": lines({"id": "3", "text": "ลมแรง"}) + "{\n",
        },
    )
    build([news], tmp_path / "index", ToyEncoder())
    _, rows = Index.open(tmp_path / "index", ToyEncoder()).listing.find("", 0, 100)
    first, *others = rows
    text = (news / "alone.txt").read_text("utf-8")
    assert (first.title, first.day, first.published) == ("ข่าวตลาด", date(2022, 10, 3), "3 ตุลาคม 2565")
    assert (first.chars, first.passages, first.file, first.is_alone) == (len(text), 1, news / "alone.txt", True)
    assert {(row.id, row.file.name, row.is_alone) for row in others} == {
        ("1", "two.jsonl", False),
        ("2", "two.jsonl", False),
        ("3", "broken.jsonl", False),
    }


def test_a_span_of_years_is_shown_by_years_without_a_gap(index: Index) -> None:
    counts = {2011: 1, 2022: 2, 2023: 1}
    bars = tuple((date(year, 1, 1), counts.get(year, 0)) for year in range(2011, 2024))
    assert index.listing.timeline == Timeline("year", bars, 2)


def test_a_span_of_months_is_shown_by_months(tmp_path: Path) -> None:
    days = ("2021-11-30", "2022-01-01", "2022-02-28", "2022-02-01")
    timeline = index_of(tmp_path, *((day, day, day) for day in days)).listing.timeline
    assert timeline.unit == "month"
    assert timeline.bars == tuple(
        (date(y, m, 1), n) for y, m, n in ((2021, 11, 1), (2021, 12, 0), (2022, 1, 1), (2022, 2, 2))
    )


def test_a_span_of_days_is_shown_by_days(tmp_path: Path) -> None:
    timeline = index_of(tmp_path, *((day, day, day) for day in ("2022-02-27", "2022-03-01"))).listing.timeline
    assert timeline == Timeline(
        "day", ((date(2022, 2, 27), 1), (date(2022, 2, 28), 0), (date(2022, 3, 1), 1)), 0
    )  # fmt: skip


@pytest.mark.parametrize(
    ("last", "unit", "bars"),
    [("2022-03-01", "day", 60), ("2022-03-02", "month", 3), ("2026-12-31", "month", 60), ("2027-01-01", "year", 6)],
)
def test_the_unit_is_the_finest_that_makes_few_enough_bars(tmp_path: Path, last: str, unit: str, bars: int) -> None:
    timeline = index_of(tmp_path, *((day, day, day) for day in ("2022-01-01", last))).listing.timeline
    assert (timeline.unit, len(timeline.bars)) == (unit, bars)
    assert bars <= MOST_BARS


def test_without_a_day_there_is_no_bar(tmp_path: Path) -> None:
    assert index_of(tmp_path, ("a", "a", None)).listing.timeline == Timeline("year", (), 1)
