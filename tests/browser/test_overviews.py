"""An overview: the articles on a subject, which a reader puts into the order that he wants."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from khamtop.ui.texts import text
from tests.browser.conftest import Site
from tests.browser.steps import ask, days, last
from tests.browser.test_addresses import copied

MEETINGS = "มีข่าวอะไรเกี่ยวกับประชุมสภาตำบลบ้านโคกบ้าง"


def test_an_overview_is_put_in_order_by_a_click_and_its_link_keeps_that(visit: Any, archive: Site) -> None:
    page = visit(archive.url)
    ask(page, MEETINGS)
    newest, best = text("page.by_date", "th"), text("page.by_relevance", "th")
    pressed = last(page, ".order [aria-pressed=true]")
    expect(pressed).to_have_text(newest)
    by_date = days(last(page, ".lead time"))
    assert by_date == sorted(by_date, reverse=True)

    last(page, ".order").get_by_role("button", name=best).click()
    expect(pressed).to_have_text(best)
    expect(last(page, ".opening")).to_contain_text("ตรงที่สุดอยู่บนสุด")
    quotes = last(page, ".quote").all_text_contents()
    other = visit(copied(page, ".turn .share"))
    expect(last(other, ".order [aria-pressed=true]")).to_have_text(best)
    expect(last(other, ".quote")).to_have_text(quotes)

    last(page, ".order").get_by_role("button", name=newest).click()
    expect(pressed).to_have_text(newest)
    expect(last(page, ".opening")).not_to_contain_text("ตรงที่สุด")


def test_an_answer_has_no_order_to_choose(visit: Any, archive: Site) -> None:
    page = visit(archive.url)
    ask(page, "ตลาดน้ำคลองใหม่เปิดเมื่อใด")
    expect(last(page, ".quote")).not_to_have_count(0)
    expect(last(page, ".order")).to_have_count(0)
