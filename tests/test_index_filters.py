"""What narrows a search: days, months and years of both eras, open ends, and a part of a source."""

from datetime import date

import pytest

from khamtop.index.building.build import build_articles
from khamtop.index.filters import comparable, filter_of
from khamtop.index.storage.store import Index
from khamtop.index.types import Article, Filter, KhamtopError
from tests.toys import ToyEncoder


@pytest.mark.parametrize(
    ("since", "until", "first", "last"),
    [
        ("2565", "2565", (2022, 1, 1), (2022, 12, 31)),
        ("พ.ศ. ๒๕๖๕", "2022", (2022, 1, 1), (2022, 12, 31)),
        ("ก.พ. 2563", "กุมภาพันธ์ 2563", (2020, 2, 1), (2020, 2, 29)),
        ("2020-02", "Feb 2020", (2020, 2, 1), (2020, 2, 29)),
        ("29 มิถุนายน 2565", "2022-07-01", (2022, 6, 29), (2022, 7, 1)),
        (" 2565-06-29 ", "29/6/2565", (2022, 6, 29), (2022, 6, 29)),
        ("มิ.ย. 2565", "2023", (2022, 6, 1), (2023, 12, 31)),
    ],
)
def test_bounds_are_the_first_and_the_last_day_of_what_is_named(since, until, first, last):
    assert filter_of(since, until) == Filter(date(*first), date(*last))


def test_either_end_may_be_open():
    assert filter_of(since="2565") == Filter(since=date(2022, 1, 1))
    assert filter_of(until="2565") == Filter(until=date(2022, 12, 31))
    assert filter_of(source=" thaipbs ") == Filter(source="thaipbs")


@pytest.mark.parametrize("nothing", [None, "", "  ", "\u3000\n"])
def test_what_is_empty_narrows_nothing(nothing):
    assert filter_of(nothing, nothing, nothing) is None


@pytest.mark.parametrize(
    "written", ["เมื่อวาน", "31 กุมภาพันธ์ 2565", "2022-13", "0", "9999", "32/1/2565", "-", "2565-2566"]
)
@pytest.mark.parametrize("end", ["since", "until"])
def test_what_names_no_day_is_told(end, written):
    with pytest.raises(KhamtopError) as caught:
        filter_of(**{end: written})
    assert (caught.value.code, caught.value.facts) == ("filter.date", {"date": written})


@pytest.mark.parametrize(("since", "until"), [("2566", "2565"), ("2 ม.ค. 2565", "1 ม.ค. 2565"), ("2565", "2021")])
def test_bounds_that_are_turned_are_told(since, until):
    with pytest.raises(KhamtopError) as caught:
        filter_of(since, until)
    assert (caught.value.code, caught.value.facts) == ("filter.order", {"since": since, "until": until})


DATED = {
    "thai": ("1 มกราคม 2565", "https://News.Example/การเมือง/1"),
    "last": ("31 ธ.ค. 65", "https://news.example/sport/2"),
    "iso": ("2022-06-29T08:30:00+07:00", "archive/ÉCOLE.txt"),
    "english": ("29 June 2021", "archive/50%_off.txt"),
    "undated": (None, "https://news.example/3"),
    "unreadable": ("เมื่อเร็ว ๆ นี้", "archive/4.txt"),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    articles = [
        Article(identity, "", f"ข่าว {identity} " * 300, source, published)  # each of several passages
        for identity, (published, source) in DATED.items()
    ]
    folder = tmp_path_factory.mktemp("dated")
    build_articles(articles, folder, ToyEncoder())
    return Index.open(folder, ToyEncoder())


def passing(index, **bounds):
    """The ids of the articles that a filter lets through, after seeing that it lets all of their passages through."""
    numbers = index.passages_within(filter_of(**bounds) or Filter())
    assert numbers.dtype == "int64"
    assert sorted(set(numbers.tolist())) == numbers.tolist()
    found = {index.passage(number)[0].id for number in numbers.tolist()}
    assert set(numbers.tolist()) == set().union(*map(index.passages_of, found))
    return found


def test_no_bounds_let_everything_through(index):
    assert passing(index) == set(DATED)


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2565", "2565", {"thai", "last", "iso"}),
        ("2022", None, {"thai", "last", "iso"}),
        (None, "2021", {"english"}),
        (None, "2565", {"thai", "last", "iso", "english"}),
        ("1/1/2565", "1/1/2565", {"thai"}),
        ("2 ม.ค. 2565", "30 ธ.ค. 2565", {"iso"}),
        ("มิ.ย. 2564", "มิ.ย. 2565", {"thai", "iso", "english"}),
        ("2566", None, set()),
    ],
)
def test_bounds_take_in_their_first_and_last_day_and_nothing_undated(index, since, until, expected):
    assert passing(index, since=since, until=until) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("news.example", {"thai", "last", "undated"}),
        ("NEWS.example/Sport", {"last"}),
        ("การเมือง", {"thai"}),
        ("archive/", {"iso", "english", "unreadable"}),
        ("%", {"english"}),
        ("_", {"english"}),
        ("*", set()),
        ("' OR 1=1 --", set()),
        ("école", {"iso"}),
    ],
)
def test_a_source_is_matched_anywhere_and_without_case(index, source, expected):
    assert passing(index, source=source) == expected


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2565", "2565", {"month", "year"}),
        ("30 มิ.ย. 2565", "30 มิ.ย. 2565", {"month", "year"}),
        ("1 ก.ค. 2565", None, {"year"}),
        (None, "31 พ.ค. 2565", {"year"}),
        ("2566", None, set()),
        (None, "2564", set()),
    ],
)
def test_an_article_of_a_month_or_a_year_passes_if_any_of_its_days_does(tmp_path, since, until, expected):
    dated = {"month": "มิ.ย. 2565", "year": "พ.ศ. 2565"}
    articles = [Article(identity, "", "ข่าว", "a", published) for identity, published in dated.items()]
    build_articles(articles, tmp_path, ToyEncoder())
    assert passing(Index.open(tmp_path, ToyEncoder()), since=since, until=until) == expected


def test_dates_and_source_narrow_together(index):
    assert passing(index, since="2565", source="news.example") == {"thai", "last"}
    assert passing(index, until="2565", source="sport") == {"last"}


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("ข่าว/นํ้าท่วม.txt", "น้ำท่วม"),  # sara am in two letters
        ("ข่าว/น้ำท่วม.txt", "นํ้าท่วม"),
        ("ข่าว/๒๕๖๕/a.txt", "2565"),
        ("ข่าว/2565/a.txt", "/๒๕๖๕/"),
        ("https://x.example/%E0%B8%99%E0%B9%89%E0%B8%B3", "x.example/น้ำ"),
        ("https://x.example/น้ำ", "x.example/%E0%B8%99%E0%B9%89%E0%B8%B3"),
        ("CAFE\u0301.txt", "café"),
        ("100%.txt", "100%"),
        ("Straße.txt", "STRASSE"),
    ],
)
def test_a_source_is_compared_as_what_people_read(source, part):
    assert comparable(part) in comparable(source)


def test_a_source_in_other_letters_is_found_in_an_index(tmp_path):
    article = Article("1", "น้ำท่วม", "น้ำท่วม ฝนตกหนัก", "ข่าว/๒๕๖๕/นํ้าท่วม.txt")
    build_articles([article], tmp_path, ToyEncoder())
    index = Index.open(tmp_path, ToyEncoder())
    assert passing(index, source="2565/น้ำ") == {"1"}
    assert passing(index, source="2566/น้ำ") == set()
