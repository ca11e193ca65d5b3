"""Addresses: an article, a quote in it and an answer can be gone back to, reloaded and passed on."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from khamtop.ui.guard import Access
from khamtop.ui.texts import text
from tests.browser.conftest import THAI, Site, Watch
from tests.browser.steps import FIRST_LEADER, ask, go, last, search, seed


@pytest.fixture(scope="module")
def own(serve: Callable[..., Site]) -> Site:
    """A site whose articles the tests of this file change."""
    return serve()


def copied(page: Page, button: str) -> str:
    """The link that a button copies."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator(button).last.click()
    expect(page.locator(".notice")).to_have_text(text("page.shared", "th"))
    return str(page.evaluate("navigator.clipboard.readText()"))


# -- An article and a quote in it -------------------------------------------------------------------


def test_back_closes_the_reader_and_stays_on_the_page(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    ask(page, FIRST_LEADER)
    reader = page.get_by_role("dialog")
    last(page, ".marker").first.click()
    expect(reader.locator("mark.current")).to_be_visible()
    page.go_back()
    expect(reader).to_have_count(0)
    expect(last(page, ".quote").first).to_contain_text("คิชิดะ")
    page.go_forward()
    expect(reader.locator("mark.current")).to_contain_text("คิชิดะ")
    page.keyboard.press("Escape")
    expect(reader).to_have_count(0)
    expect(page).not_to_have_url(re.compile("article="))


def test_turning_pages_is_no_step_to_go_back(visit: Any, archive: Site) -> None:
    page = visit(archive.url)
    go(page, "search")
    search(page, "งบซ่อมถนนสภาตำบลบ้านโคก")
    page.locator(".found .title").first.click()
    reader = page.get_by_role("dialog")
    first = reader.locator("h2").inner_text()
    page.keyboard.press("ArrowRight")
    expect(reader.locator("h2")).not_to_have_text(first)
    turned = reader.locator("h2").inner_text()
    page.reload()
    expect(reader.locator("h2")).to_have_text(turned)
    page.go_back()
    expect(reader).to_have_count(0)
    expect(page.locator(".found .card")).to_have_count(10)
    expect(page.get_by_role("tab", selected=True)).to_have_text(text("page.tab_search", "th"))


def test_a_quotes_link_opens_its_article_there_also_where_it_moved(visit: Any, own: Site) -> None:
    page = visit(own.url)
    ask(page, FIRST_LEADER)
    quote = last(page, ".quote").first.inner_text()
    last(page, ".marker").first.click()
    page.locator(".reader mark.current").wait_for()
    link = copied(page, ".reader .link-to")

    other = visit(link)
    reader = other.get_by_role("dialog")
    expect(reader.locator("mark.current")).to_have_text(quote)
    expect(reader.locator("mark.current")).to_be_in_viewport()
    other.keyboard.press("Escape")
    expect(reader).to_have_count(0)
    expect(other.locator(".welcome")).to_be_visible()  # there was nothing to go back to

    article = own.articles / "nato-japan-south-korea.txt"
    article.write_text("ข่าวเพิ่มเติม\n\n" + seed(own), "utf-8")
    own.service.rebuild()
    expect(visit(link).get_by_role("dialog").locator("mark.current")).to_have_text(quote)
    article.write_text(seed(own).replace(quote, ""), "utf-8")
    own.service.rebuild()
    expect(visit(link).get_by_role("dialog").locator(".error")).to_have_text(text("page.quote_gone", "th"))


def test_an_article_of_the_list_has_an_address_and_an_unknown_one_gets_a_sentence(visit: Any, archive: Site) -> None:
    page = visit(f"{archive.url}/#articles?find=ตลาดน้ำ")
    page.locator(".list .title").click()
    expect(page.locator(".reader .text")).to_contain_text("ร้านค้า 120 ร้าน")
    other = visit(page.url)
    expect(other.locator(".reader h2")).to_have_text("ตลาดน้ำคลองใหม่")
    other.locator(".reader .close").click()
    expect(other.locator(".list .title")).to_have_text(["ตลาดน้ำคลองใหม่"])
    gone = visit(f"{archive.url}/#ask?article=<b>none</b>")
    expect(gone.locator(".reader .error")).to_have_text(text("article.unknown", "th"))
    odd = visit(f"{archive.url}/#ask?article=a&start=9&end=1e3&begins=x")  # no place: the article alone
    expect(odd.locator(".reader h2")).to_have_text("ตลาดโต้รุ่ง")


def test_the_readers_bar_names_the_article_where_its_headline_is_out_of_sight(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    ask(page, FIRST_LEADER)
    last(page, ".marker").first.click()
    name = page.locator(".reader-tools .name")
    page.locator(".reader").evaluate("reader => reader.scrollTo(0, 0)")
    expect(name).to_be_hidden()
    page.locator(".reader").evaluate("reader => reader.scrollTo(0, reader.scrollHeight)")
    expect(name).to_be_visible()
    expect(name).to_have_text(seed(site).splitlines()[0])
    assert page.evaluate("document.querySelector('.reader').scrollWidth <= innerWidth")


# -- An answer --------------------------------------------------------------------------------------


def test_an_answers_link_shows_it_with_the_index_it_came_from_and_offers_to_ask_anew(visit: Any, site: Site) -> None:
    page = visit(site.url)
    ask(page, "นาโตและญี่ปุ่นร่วมมือกันมาตั้งแต่เมื่อใด")
    ask(page, "แล้วเกาหลีใต้ล่ะ")
    expect(last(page, ".as-given")).to_be_empty()
    quotes = last(page, ".quote").all_inner_texts()
    link = copied(page, ".turn .share")

    other = visit(link)
    expect(last(other, ".quote")).to_have_text(quotes)  # a follow-up keeps what it goes on from
    expect(last(other, ".as-given")).to_contain_text(text("page.given", "th", time="").strip())
    other.reload()
    expect(last(other, ".quote")).to_have_text(quotes)
    expect(other.locator(".turn")).to_have_count(1)  # it was not asked twice
    last(other, ".anew").click()
    expect(last(other, ".quote")).to_have_text(quotes)
    expect(last(other, ".as-given")).to_be_empty()


def test_a_link_keeps_what_narrowed_the_question(visit: Any, archive: Site) -> None:
    page = visit(archive.url)
    page.locator(".narrow summary").click()
    page.locator("[data-filter=source]").fill("market")
    ask(page, "ตลาดน้ำคลองใหม่เปิดเมื่อใด")
    other = visit(copied(page, ".turn .share"))
    expect(last(other, ".used-filters")).to_have_text(f"{text('page.source', 'th')} market")
    expect(other.locator(".sources .title")).to_have_text(["ตลาดน้ำคลองใหม่"])


def test_after_a_rebuild_a_link_shows_the_answer_as_it_was_or_says_that_it_is_gone(
    visit: Any, serve: Callable[..., Site]
) -> None:
    site = serve()
    page = visit(site.url)
    ask(page, FIRST_LEADER)
    quote = last(page, ".quote").first.inner_text()
    link = copied(page, ".turn .share")
    article = site.articles / "nato-japan-south-korea.txt"
    article.write_text("ข่าวเพิ่มเติม\n\n" + seed(site), "utf-8")
    site.service.rebuild()

    other = visit(link)
    expect(last(other, ".quote").first).to_have_text(quote)
    expect(last(other, ".as-given")).to_contain_text(text("page.given_before", "th", time="\0").split("\0")[1].strip())

    gone = visit(link.rpartition("index=")[0] + "index=000000000000")
    expect(last(gone, ".error")).to_contain_text(text("answer.gone", "th"))
    last(gone, ".anew").click()
    expect(last(gone, ".quote").first).to_contain_text("คิชิดะ")


def test_behind_a_proxys_path_addresses_hold(chromium: Any, watch: Watch, serve: Callable[..., Site]) -> None:
    site = serve(access=Access(root_path="/khamtop"))
    context = watch.over(chromium.new_context(locale=THAI))
    page = context.new_page()
    page.goto(f"{site.url}/")
    page.wait_for_selector(".khamtop[data-tab]")
    ask(page, FIRST_LEADER)
    last(page, ".marker").first.click()
    page.locator(".reader mark.current").wait_for()
    path = urlsplit(page.url).path
    page.reload()
    expect(page.locator(".reader mark.current")).to_contain_text("คิชิดะ")
    assert urlsplit(page.url).path == path
    page.go_back()
    expect(page.locator(".reader")).to_be_hidden()
    context.close()
