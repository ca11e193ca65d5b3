"""Searching: passages without an answer, narrowed by date and source."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from khamtop.ui.texts import text
from tests.browser.conftest import Site
from tests.browser.steps import go, search

ROADS = "งบซ่อมถนนสภาตำบลบ้านโคก"


@pytest.fixture
def found(visit: Any, archive: Site) -> Page:
    """The search tab after a search that finds more than it shows."""
    page: Page = visit(archive.url)
    go(page, "search")
    search(page, ROADS)
    return page


def test_passages_are_shown_as_cards_with_their_number_and_more_on_demand(found: Page) -> None:
    cards = found.locator(".found .card")
    expect(found.locator(".found-count")).to_have_text(text("page.found", "th", count=10))
    expect(cards).to_have_count(10)
    expect(cards.first.locator(".title")).to_contain_text("ประชุมสภาตำบลบ้านโคก")
    by_meaning = text("page.by_meaning", "th", rank=0).replace("0", r"\d+")  # which rank is the reader's business
    expect(cards.first.locator(".why")).to_contain_text(re.compile(by_meaning))
    found.locator(".more").click()
    expect(cards).to_have_count(30)
    expect(cards.nth(10).locator(".title")).to_be_focused()
    while found.locator(".more").count():
        shown = cards.count()
        found.locator(".more").click()
        expect(cards).not_to_have_count(shown)
    assert cards.count() <= 100


def test_dates_are_read_as_people_write_them_and_a_source_by_a_part_of_it(found: Page) -> None:
    dates = found.locator(".found .date")
    search(found, ROADS, since="2564", until="ธ.ค. 2564")
    expect(dates.first).to_be_visible()
    assert all(date.startswith("2021") for date in dates.all_inner_texts())
    search(found, ROADS, since="2021-05-01", until="31 พฤษภาคม 2564")
    expect(dates.first).to_be_visible()
    assert all(date.startswith("2021-05") for date in dates.all_inner_texts())
    search(found, ROADS, source="market")
    expect(found.locator(".found .title")).to_have_text(["ตลาดน้ำคลองใหม่"])


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
