"""The names of the articles: looking through them on the articles tab, and asking and searching by one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from khamtop.ui.texts import text
from tests.browser.conftest import Site
from tests.browser.steps import ask, go, last, search

NEWS = {
    "canal.txt": "ข่าวคลองบางใหม่\n\nนายสมคิด ใจงาม เปิดประตูน้ำคลองบางใหม่ที่จังหวัดตรัง เมื่อ พ.ศ. 2561",
    "pier.txt": "ข่าวท่าเรือ\n\nกรมเจ้าท่า (จท.) และนายสมคิด ใจงาม เปิดท่าเรือใหม่ที่จังหวัดตรัง เมื่อ พ.ศ. 2562",
    "road.txt": "ข่าวถนน\n\nนางวรรณา แสงดี เปิดถนนสายใหม่ที่จังหวัดพังงา เมื่อ พ.ศ. 2563",
    "clerks.txt": "ข่าวเสมียน\n\nผู้ร่วมงานคือ "
    + ", ".join(f"นาย{given} รักงาน" for given in "ก้อง ขวัญ คมสัน งามพิศ จักร ฉัตร ชัย ณัฐ ดนัย".split()),
}


@pytest.fixture(scope="module")
def news(serve: Callable[..., Site]) -> Site:
    """A site with some articles that name people, an office and places."""
    return serve(**NEWS)


@pytest.fixture
def names(visit: Any, news: Site) -> Page:
    """Its articles tab."""
    page: Page = visit(f"{news.url}/#articles")
    expect(page.locator(".names .name").first).to_be_visible()
    return page


def of(page: Page, kind: str) -> Any:
    """The names of a kind that are shown."""
    return page.locator(f".names [data-kind={kind}] .name")


def test_the_commonest_people_organisations_and_places_are_listed_with_their_articles(names: Page) -> None:
    expect(of(names, "person").first).to_have_text("สมคิด ใจงาม 2")
    expect(of(names, "organisation")).to_have_text(["กรมเจ้าท่า 1"])
    expect(of(names, "place").first).to_have_text(re.compile("2$"))
    kinds = names.locator(".names h3")
    expect(kinds).to_have_text(
        [re.compile(text(f"names.{kind}", "th")) for kind in ("person", "organisation", "place")]
    )
    names.locator(".language").click()
    expect(kinds.first).to_contain_text(text("names.person", "en"))


def test_a_click_on_a_name_lists_its_articles_alone_and_another_all_again(names: Page) -> None:
    everything = names.locator(".list li").count()
    chip = of(names, "person").first
    chip.click()
    titles = names.locator(".list .title")
    expect(titles).to_have_count(2)
    expect(titles).to_have_text(["ข่าวคลองบางใหม่", "ข่าวท่าเรือ"], use_inner_text=True)
    expect(chip).to_have_attribute("aria-pressed", "true")
    expect(chip).to_be_focused()
    expect(names.locator("[data-list=name]")).to_have_value("สมคิด ใจงาม")
    names.reload()  # the address tells it
    expect(titles).to_have_count(2)
    expect(chip).to_have_attribute("aria-pressed", "true")
    chip.focus()
    names.keyboard.press("Enter")
    expect(names.locator(".list li")).to_have_count(everything)
    expect(chip).to_have_attribute("aria-pressed", "false")


def test_more_names_are_shown_on_demand_and_one_is_looked_up(names: Page) -> None:
    expect(of(names, "person")).to_have_count(6)
    names.locator("[data-kind=person] .more-names").click()
    expect(of(names, "person")).to_have_count(17)  # those of the seed, too
    expect(of(names, "person").nth(6)).to_be_focused()
    names.locator(".find-name").fill("แสงดี วรรณา")
    expect(names.locator(".names .name")).to_have_text(["วรรณา แสงดี 1"])
    names.locator(".find-name").fill("ไม่มีใครชื่อนี้")
    expect(names.locator(".no-name")).to_have_text(text("page.no_name", "th"))
    expect(names.locator(".names .name")).to_have_count(0)


def test_a_name_narrows_questions_and_searches_and_goes_along_in_their_addresses(visit: Any, news: Site) -> None:
    page = visit(news.url)
    page.locator(".narrow summary").click()
    page.locator("[data-filter=name]").fill("นางวรรณา แสงดี")
    ask(page, "เปิดถนนสายใหม่เมื่อใด")
    expect(last(page, ".used-filters")).to_contain_text("นางวรรณา แสงดี")
    expect(page.locator(".sources .title")).to_have_text(["ข่าวถนน"])

    go(page, "search")
    search(page, "เปิด", name="สมคิด ใจงาม")
    expect(page.locator(".found h3")).to_have_count(2)
    assert "name=" in page.url
    page.reload()
    expect(page.locator("[name=name]")).to_have_value("สมคิด ใจงาม")
    expect(page.locator(".found h3")).to_have_count(2)


def test_on_a_phone_they_wait_folded_and_fit(visit: Any, news: Site) -> None:
    page = visit(news.url)
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    go(page, "articles")
    expect(page.locator(".names .name").first).to_be_hidden()
    page.locator(".names summary").click()
    expect(page.locator(".names .name").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_they_follow_a_rebuild(visit: Any, serve: Callable[..., Site]) -> None:
    site = serve(**{"one.txt": NEWS["road.txt"]})
    page = visit(f"{site.url}/#articles")
    expect(of(page, "person").filter(has_text="วรรณา")).to_have_count(1)
    (site.articles / "one.txt").write_text("ข่าวถนน\n\nนายมานพ กล้าหาญ ปิดถนนสายเก่า", "utf-8")
    page.locator(".rebuild").click()
    expect(of(page, "person").filter(has_text="มานพ กล้าหาญ")).to_have_count(1)
    expect(of(page, "person").filter(has_text="วรรณา")).to_have_count(0)
