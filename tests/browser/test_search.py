"""Searching: passages without an answer, narrowed by date and source."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from khamtop.ui.texts import text
from tests.browser.conftest import Site
from tests.browser.steps import days, go, search

ROADS = "งบซ่อมถนนสภาตำบลบ้านโคก"


@pytest.fixture
def found(visit: Any, archive: Site) -> Page:
    """The search tab after a search that finds more than it shows."""
    page: Page = visit(archive.url)
    go(page, "search")
    search(page, ROADS)
    return page


def titles(page: Page) -> list[str]:
    return page.locator(".found .title").all_inner_texts()


def test_each_article_is_shown_once_with_its_passages_and_more_on_demand(found: Page) -> None:
    cards = found.locator(".found .card")
    expect(found.locator(".found-count h2")).to_have_text(text("search.total", "th", articles=65, passages=65))
    expect(found.locator(".found-count p")).to_have_text(text("page.shown", "th", shown=10))
    expect(cards).to_have_count(10)
    expect(cards.first.locator(".title")).to_contain_text("ประชุมสภาตำบลบ้านโคก")
    expect(cards.first.locator("mark.term").first).to_be_visible()
    marked = "".join(cards.first.locator(".passage mark.term").all_inner_texts())
    assert "งบซ่อมถนน" in marked
    by_meaning = text("page.by_meaning", "th", rank=0).replace("0", r"\d+")  # which rank is the reader's business
    expect(cards.first.locator(".why")).to_contain_text(re.compile(by_meaning))
    found.locator(".more").click()
    expect(cards).to_have_count(30)
    expect(cards.nth(10).locator(".title")).to_be_focused()
    while found.locator(".more").count():
        shown = cards.count()
        found.locator(".more").click()
        expect(cards).not_to_have_count(shown)
    assert len(set(titles(found))) == cards.count() <= 100


def test_the_passages_of_a_long_article_unfold(visit: Any, site: Site) -> None:
    page = visit(f"{site.url}/#search?question=นาโต ญี่ปุ่น")
    card = page.locator(".found .card")
    expect(card).to_have_count(1)
    expect(card.locator("> .found-passage")).to_have_count(3)
    hidden = card.locator("details .found-passage")
    expect(hidden.first).to_be_hidden()
    card.locator("summary").click()
    expect(hidden.first).to_be_visible()
    assert len(set(card.locator(".passage").all_inner_texts())) == 3 + hidden.count()


def test_a_phrase_must_stand_there_and_a_minus_leaves_articles_out(found: Page) -> None:
    search(found, '"ครั้งที่ 12"')
    expect(found.locator(".found .title")).to_have_text(["ประชุมสภาตำบลบ้านโคก ครั้งที่ 12"])
    expect(found.locator(".found-count p")).to_contain_text(f"{text('page.exactly', 'th')} “ครั้งที่ 12”")
    search(found, "เปิดเมื่อ -ร้านค้า -สภาตำบล")
    expect(found.locator(".found .title").filter(has_text="ตลาดโต้รุ่ง")).to_have_count(1)
    expect(found.locator(".found .title").filter(has_text="ตลาดน้ำคลองใหม่")).to_have_count(0)
    expect(found.locator(".found-count p")).to_contain_text(f"{text('page.without', 'th')} “ร้านค้า”, “สภาตำบล”")
    search(found, "-ร้านค้า")
    expect(found.locator(".found-count")).to_have_text(text("question.only_without", "th"))
    expect(found.locator(".found-tools")).to_be_hidden()


def test_the_newest_come_first_at_a_switch(found: Page) -> None:
    dates = found.locator(".found .date")
    found.locator("[name=order]").select_option("date")
    expect(dates.first).to_have_attribute("datetime", "2024-12-15")
    shown = days(dates)
    assert shown == sorted(shown, reverse=True)
    found.reload()
    expect(found.locator("[name=order]")).to_have_value("date")
    expect(dates.first).to_have_attribute("datetime", "2024-12-15")


def test_what_is_shown_is_taken_along_and_no_cell_is_a_formula(visit: Any, serve: Callable[..., Site]) -> None:
    formula = '=HYPERLINK("http://outside.invalid";"ยอดขาย, รวม")'
    site = serve(**{"trap.txt": f"---\ntitle: '{formula}'\npublished: 2024-01-02\n---\n-1+1 คือยอดขายมะม่วง\n"})
    page = visit(f"{site.url}/#search?question=ยอดขายมะม่วง")
    expect(page.locator(".found .title").first).to_have_text(formula)
    shown = page.locator(".found .passage").all_inner_texts()

    raw = saved(page, ".to-csv", ".csv")
    assert raw.startswith("\ufeff")
    header, first, *others = list(csv.reader(io.StringIO(raw.removeprefix("\ufeff"))))
    row = dict(zip(header, first, strict=True))
    assert (row["title"], row["day"], row["text"]) == (f"'{formula}", "2024-01-02", "'-1+1 คือยอดขายมะม่วง")
    assert len(others) + 1 == len(shown)

    made = json.loads(saved(page, ".to-json", ".json"))
    assert made["search"] == {"question": "ยอดขายมะม่วง"}
    assert [article["title"] for article in made["articles"]] == titles(page)
    (passage,) = made["articles"][0]["passages"]
    assert passage["text"] == "-1+1 คือยอดขายมะม่วง"
    page.goto(row["address"])
    expect(page.locator(".reader mark.current")).to_have_text(passage["text"])


def saved(page: Page, button: str, ending: str) -> str:
    """What a button saves as a file."""
    with page.expect_download() as downloading:
        page.locator(button).click()
    assert downloading.value.suggested_filename.endswith(ending)
    return Path(downloading.value.path()).read_bytes().decode()


def test_dates_are_read_as_people_write_them_and_a_source_by_a_part_of_it(found: Page) -> None:
    dates = found.locator(".found .date")
    search(found, ROADS, since="2564", until="ธ.ค. 2564")
    expect(dates.first).to_be_visible()
    assert all(date.startswith("2021") for date in days(dates))
    search(found, ROADS, since="2021-05-01", until="31 พฤษภาคม 2564")
    expect(dates.first).to_be_visible()
    assert all(date.startswith("2021-05") for date in days(dates))
    search(found, ROADS, source="market")
    expect(found.locator(".found .title")).to_have_text(["ตลาดน้ำคลองใหม่"])
    expect(found.locator(".found-count h2")).to_have_text(text("search.nearest", "th"))


def test_what_is_no_date_and_what_is_no_search_get_a_sentence(found: Page) -> None:
    told = found.locator(".found-count")
    search(found, ROADS, since="เมื่อวาน")
    expect(told).to_have_text(text("filter.date", "th", date="เมื่อวาน"))
    expect(found.locator(".found .card")).to_have_count(0)
    search(found, ROADS, since="2565", until="2563")
    expect(told).to_have_text(text("filter.order", "th", since="2565", until="2563"))
    search(found, "")
    expect(told).to_have_text(text("question.empty", "th"))


def test_a_passage_opens_marked_in_its_article_and_the_next_is_one_key_away(found: Page) -> None:
    titles = found.locator(".found .title")
    titles.nth(1).click()
    reader = found.get_by_role("dialog")
    expect(reader.locator(".reader-tools")).to_contain_text(text("page.passage_of", "th", number=2, count=10))
    expect(reader.locator("h2")).to_have_text(titles.nth(1).inner_text())
    expect(reader.locator("mark.current")).to_contain_text("งบซ่อมถนน")
    found.keyboard.press("ArrowRight")
    expect(reader.locator("h2")).to_have_text(titles.nth(2).inner_text())
    found.keyboard.press("Escape")
    expect(titles.nth(1)).to_be_focused()


def test_the_address_remembers_the_tab_and_the_search(found: Page) -> None:
    search(found, ROADS, since="2563")
    search(found, "ตลาดน้ำคลองใหม่")
    expect(found.locator(".found .title").first).to_have_text("ตลาดน้ำคลองใหม่")
    found.reload()
    expect(found.locator(".found .title").first).to_have_text("ตลาดน้ำคลองใหม่")
    found.go_back()
    expect(found.locator("[name=since]")).to_have_value("2563")
    expect(found.locator(".found .title").first).to_contain_text("ประชุมสภาตำบล")
    go(found, "articles")
    go(found, "search")
    expect(found.locator("[name=question]")).to_have_value(ROADS)
    expect(found.locator(".found .card").first).to_be_visible()
    go(found, "ask")
    found.reload()
    expect(found.locator(".ask textarea")).to_be_focused()
