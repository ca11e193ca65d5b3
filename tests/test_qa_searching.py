"""Searching: phrases, what must not be there, titles, orders, and how much there is in all."""

from __future__ import annotations

import pytest

from khamtop.index.building.build import build_articles
from khamtop.index.filters import filter_of
from khamtop.index.storage.store import Index
from khamtop.index.types import Article, KhamtopError
from khamtop.qa import searching
from khamtop.qa.searching import Order, Wanted, look_up, look_up_articles, search, wanted_of
from tests.toys import ToyEncoder, ToyReader

READER = ToyReader({})
LONG = "ฝนตกหนักทั้งคืน " * 45  # more than a passage


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    articles = [
        Article("old", "น้ำท่วมเชียงใหม่", f"แม่น้ำปิงล้นตลิ่ง {LONG} น้ำท่วมตลาดวโรรส", "north.txt", "2554-10-01"),
        Article("new", "ข่าวภาคใต้", "น้ำท่วมหาดใหญ่ ตลาดกิมหยงปิด", "south.txt", "2567-11-30"),
        Article("never", "เรื่องเล่า", "ครั้งหนึ่งน้ำท่วมตลาด ผู้คนพายเรือ", "tale.txt"),
        Article("dry", "ภัยแล้ง", "ชาวนาขาดน้ำ ตลาดข้าวซบเซา The US house voted on AI rules.", "dry.txt", "2560"),
    ]
    folder = tmp_path_factory.mktemp("searching")
    build_articles(articles, folder, ToyEncoder())
    return Index.open(folder, ToyEncoder())


def found(index: Index, typed: str, order: Order = "relevance", k: int = 10) -> list[str]:
    """The ids of the articles found, in their order."""
    groups = look_up_articles(typed, index, k, reader=READER, order=order).by_article()
    return [group[0].article.id for group in groups]


def counted(index: Index, typed: str) -> tuple[int, int]:
    findings = look_up(typed, index, reader=READER)
    return findings.articles, findings.passages


# -- What is typed ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("น้ำท่วม ตลาด", Wanted("น้ำท่วม ตลาด", "น้ำท่วม ตลาด")),
        ('"น้ำท่วม ตลาด" ข้าว', Wanted("น้ำท่วม ตลาด ข้าว", "ข้าว", ("น้ำท่วม ตลาด",))),
        ("ข่าว“นํ้าท่วม”วันนี้", Wanted("ข่าว นํ้าท่วม วันนี้", "ข่าว วันนี้", ("น้ำท่วม",))),  # as phones write it
        ('ตลาด -ข้าว -"หาด ใหญ่"', Wanted("ตลาด", "ตลาด", (), ("ข้าว", "หาด ใหญ่"))),
        ("โควิด-19 ปี 2563-2564 ก - ข", Wanted("โควิด-19 ปี 2563-2564 ก - ข", "โควิด-19 ปี 2563-2564 ก - ข")),
        ('ยังไม่ปิด "วลี', Wanted('ยังไม่ปิด "วลี', 'ยังไม่ปิด "วลี')),
        ('ตลาด "!" ""', Wanted('ตลาด ! ""', 'ตลาด ""')),
    ],
)
def test_quotation_marks_and_a_minus_before_a_word_are_read(typed: str, wanted: Wanted) -> None:
    assert wanted_of(typed) == wanted


@pytest.mark.parametrize("typed", ["-ข้าว", '-"ข้าว"', '-ข้าว "!"'])
def test_something_must_be_looked_for(typed: str) -> None:
    with pytest.raises(KhamtopError) as told:
        wanted_of(typed)
    assert told.value.code == "question.only_without"


def test_only_so_many_are_looked_for_at_once() -> None:
    with pytest.raises(KhamtopError) as told:
        wanted_of("ตลาด" + " -ข้าว" * (searching.MOST_SPECIAL + 1))
    assert told.value.code == "question.too_many"


# -- What is found ----------------------------------------------------------------------------------


def test_a_phrase_is_found_only_where_the_passage_says_it(index: Index) -> None:
    assert found(index, '"น้ำท่วมตลาด"') == ["old", "never"] or found(index, '"น้ำท่วมตลาด"') == ["never", "old"]
    assert all("น้ำท่วมตลาด" in hit.text for hit in search('"นํ้าท่วมตลาด"', index, reader=READER))  # however it is typed
    assert found(index, '"ตลาดน้ำท่วม"') == []
    assert counted(index, '"น้ำท่วมตลาด"') == (2, 2)


def test_a_short_phrase_and_one_of_several_words_are_found_too(index: Index) -> None:
    assert found(index, '"AI"') == ["dry"]
    assert found(index, '"us  HOUSE voted"') == ["dry"]
    assert found(index, '"ai rule"') == []  # no word is cut


def test_an_article_that_says_what_is_unwanted_anywhere_is_left_out(index: Index) -> None:
    everything = found(index, "ตลาด")
    assert set(everything) == {"old", "new", "never", "dry"}
    assert set(found(index, "ตลาด -หาดใหญ่")) == {"old", "never", "dry"}
    assert set(found(index, "ตลาด -แม่น้ำปิง -ภัยแล้ง")) == {"new", "never"}  # another passage, and a title
    assert set(found(index, 'ตลาด -"us house"')) == {"old", "new", "never"}
    assert set(found(index, "ตลาด -แผ่นดินไหว")) == set(everything)


def test_bounds_hold_beside_phrases(index: Index) -> None:
    bounds = filter_of(until="2555")
    assert [hit.article.id for hit in search('"น้ำท่วมตลาด"', index, bounds=bounds, reader=READER)] == ["old"]
    assert look_up("ตลาด -ข้าว", index, bounds=bounds, reader=READER).articles == 1


def test_all_that_hold_every_word_are_counted_however_few_are_shown(index: Index) -> None:
    assert counted(index, "ตลาด")[0] == 4
    findings = look_up_articles("น้ำท่วม ตลาด", index, 1, reader=READER)
    assert len(findings.by_article()) == 1
    assert (findings.articles, findings.is_all) == (3, True)
    assert counted(index, "แม่น้ำปิง ตลาดวโรรส")[0] == 1  # in two passages of one article
    assert counted(index, "แม่น้ำปิง กิมหยง") == (0, 0)
    assert found(index, "แม่น้ำปิง กิมหยง")  # what comes nearest


def test_where_a_phrase_stands_too_often_it_says_that_not_all_was_read(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "MOST_READ", 2)
    findings = look_up('"ตลาด"', index, reader=READER, order="date")
    assert (findings.articles, findings.is_all) == (2, False)
    assert [hit.article.id for hit in findings.hits] == ["new", "dry"]  # the newest were read


# -- In which order ---------------------------------------------------------------------------------


def test_the_newest_come_first_and_undated_ones_last(index: Index) -> None:
    assert found(index, "น้ำท่วม ตลาด", "date") == ["new", "old", "never"]
    assert found(index, "น้ำท่วม ตลาด", "date", k=1) == ["new"]
    assert found(index, "ตลาด กิมหยง มาดริด", "date")[-1] == "never"  # where none holds every word, too


def test_a_title_that_names_it_weighs(index: Index) -> None:
    weights = {}
    for weight in (0.0, 5.0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(searching, "TITLE_WEIGHT", weight)
            hits = search("ภัยแล้ง", index, k=10, reader=READER)
        weights[weight] = {hit.article.id: hit.score for hit in hits}
    more = {name: round(weights[5.0][name] - weights[0.0][name], 3) for name in weights[0.0]}
    assert more["dry"] == 5.0
    assert not any(more[name] for name in more if name != "dry")


def test_what_was_searched_for_is_pointed_out_in_the_texts_own_letters(index: Index) -> None:
    findings = look_up('"นํ้าท่วม" ๒๕๖๗ ตลาด', index, reader=READER)
    text = "นํ้าท่วมตลาด ปี 2024 และ 2567 ตาม"
    assert [text[start:end] for start, end in findings.terms_in(text)] == ["นํ้าท่วมตลาด", "2024", "2567"]
    assert look_up("ตา", index, reader=READER).terms_in("ตามใจตา") == [(5, 7)]  # no part of another word
