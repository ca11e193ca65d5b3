"""Sources beside an answer, and the whole article at the marked quote."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import khamtop.ui.service
from khamtop.qa.types import Answer, Citation
from khamtop.ui.texts import text
from tests.browser.conftest import Site
from tests.browser.steps import FIRST_LEADER, SINCE_WHEN, UNANSWERABLE, ask, last, seed


def test_the_sources_stand_beside_the_answer(page: Page, site: Site) -> None:
    ask(page, SINCE_WHEN)
    card = page.locator(".sources .card").first
    expect(card.locator(".badge")).to_have_text(["[1]"])
    expect(card.locator(".title")).to_have_text(seed(site).splitlines()[0])
    expect(card.locator("mark")).to_have_text(last(page, ".quote").first.inner_text())
    expect(card.locator(".why")).to_contain_text(text("page.by_words", "th", rank=1))
    widths = page.locator(".sources .card .bar span").evaluate_all("bars => bars.map((bar) => bar.style.width)")
    assert "100%" in widths  # the best of all that were found
    chat, sources = page.locator(".chat").bounding_box(), page.locator(".sources").bounding_box()
    assert chat
    assert sources
    assert sources["x"] >= chat["x"] + chat["width"]


def test_a_number_stays_whole_beside_a_title_that_wraps(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 844})
    ask(page, SINCE_WHEN)
    badge, title = page.locator(".card .badge").bounding_box(), page.locator(".card .title").first.bounding_box()
    assert badge
    assert title
    assert title["height"] > 1.5 * badge["height"]


def test_a_marker_and_its_card_point_at_each_other(page: Page) -> None:
    ask(page, SINCE_WHEN)
    last(page, "blockquote .marker").first.hover()
    expect(page.locator(".card.pointed .badge")).to_have_text(["[1]"])
    page.locator(".card").first.hover()
    expect(page.locator("blockquote.pointed")).to_have_count(1)


def test_a_picture_shows_where_in_the_archive_the_sources_lie(visit: Any, archive: Site) -> None:
    page = visit(archive.url)
    ask(page, "ตลาดน้ำคลองใหม่เปิดเมื่อใด")
    picture = page.locator(".sources .timeline")
    expect(picture.locator(".cited")).to_have_count(1)
    expect(picture.locator(".cited title")).to_contain_text("พ.ศ. 2563")
    expect(picture.locator("text")).to_have_text("[1]")
    expect(picture.locator("svg")).to_have_attribute("aria-label", re.compile(r"\[1\] 4 พ.ค. 2563"))
    page.locator(".language").click()
    expect(picture.locator(".ends")).to_have_text("20172024")
    ask(page, UNANSWERABLE)
    expect(picture).to_have_count(0)  # nothing is cited


def test_without_dates_there_is_no_picture(page: Page) -> None:
    ask(page, FIRST_LEADER)
    expect(page.locator(".sources .card").first).to_be_visible()
    expect(page.locator(".timeline")).to_have_count(0)


def test_a_marker_opens_the_whole_article_at_the_marked_quote(page: Page, site: Site) -> None:
    ask(page, FIRST_LEADER)
    quote = last(page, ".quote").first.inner_text()
    last(page, "blockquote .marker").first.click()
    reader = page.get_by_role("dialog")
    expect(reader.locator("mark.current")).to_have_text(quote)
    expect(reader.locator("mark.current")).to_be_in_viewport()
    expect(reader.locator("h2")).to_have_text(seed(site).splitlines()[0])
    expect(reader).to_contain_text("ภาพจาก: รอยเตอร์")  # its very end
    page.keyboard.press("Escape")
    expect(reader).to_have_count(0)
    expect(last(page, "blockquote .marker").first).to_be_focused()


def test_the_article_opens_from_the_keyboard_and_from_its_card(page: Page) -> None:
    ask(page, FIRST_LEADER)
    reader = page.get_by_role("dialog")
    last(page, "blockquote .marker").first.focus()
    page.keyboard.press("Enter")
    expect(reader.locator("mark.current")).to_contain_text("คิชิดะ")
    reader.locator(".close").click()
    page.locator(".card .title").first.click()
    expect(reader.locator("mark.current")).to_contain_text("คิชิดะ")
    page.keyboard.press("Escape")
    expect(page.locator(".card .title").first).to_be_focused()


def test_the_arrow_keys_turn_to_the_next_and_the_previous_quote(
    page: Page, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = site.service.article("seeds/nato-japan-south-korea.txt")
    quotes = ("ที่กรุงมาดริด", "ตามรายงานของบลูมเบิร์ก", "ภาพจาก: รอยเตอร์")
    spans = [(article.text.index(quote), article.text.index(quote) + len(quote)) for quote in quotes]
    cited = tuple(Citation(number, article, *span) for number, span in enumerate(spans, start=1))
    made = Answer("ที่ใด", "th", "answer", "where", cited, (), None, (), 1.0)
    monkeypatch.setattr(khamtop.ui.service, "ask", lambda *_, **__: made)
    ask(page, "ที่ใด")
    current = page.get_by_role("dialog").locator("mark.current")
    last(page, "blockquote .marker").nth(1).click()
    expect(current).to_have_text(quotes[1])
    page.keyboard.press("ArrowRight")
    expect(current).to_have_text(quotes[2])
    expect(current).to_be_in_viewport()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(current).to_have_text(quotes[0])
    expect(page.get_by_role("dialog").locator("mark")).to_have_count(3)


def test_a_quote_is_copied_with_its_source(page: Page, site: Site) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, FIRST_LEADER)
    last(page, ".copy").first.click()
    expect(page.locator(".notice")).to_have_text(text("page.copied", "th"))
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"“{last(page, '.quote').first.inner_text()}” — {seed(site).splitlines()[0]}")


def test_another_passage_opens_marked_where_it_stands(page: Page) -> None:
    ask(page, FIRST_LEADER)
    page.locator(".sources summary").click()
    card = page.locator(".sources details .card").first
    passage = card.locator(".passage").inner_text()
    card.locator(".title").click()
    current = page.get_by_role("dialog").locator("mark.current")
    assert "".join(current.inner_text().split()) == "".join(passage.split())


def test_a_quote_of_a_changed_article_is_found_again_or_said_to_be_gone(visit: Any, serve: Callable[..., Site]) -> None:
    site = serve()
    article = site.articles / "nato-japan-south-korea.txt"
    page = visit(site.url)
    ask(page, FIRST_LEADER)
    quote = last(page, ".quote").first.inner_text()
    reader = page.get_by_role("dialog")

    article.write_text("ข่าวเพิ่มเติม\n\n" + article.read_text("utf-8"), "utf-8")
    site.service.rebuild()
    last(page, ".marker").first.click()
    expect(reader.locator("mark.current")).to_have_text(quote)
    page.keyboard.press("Escape")

    article.write_text(article.read_text("utf-8").replace(quote, ""), "utf-8")
    site.service.rebuild()
    last(page, ".marker").first.click()
    expect(reader.locator(".error")).to_have_text(text("page.quote_gone", "th"))
    page.keyboard.press("Escape")

    (site.articles / "other.txt").write_text("บทความอื่นที่ยังอยู่", "utf-8")
    article.unlink()
    site.service.rebuild()
    last(page, ".marker").first.click()
    expect(reader.locator(".error")).to_have_text(text("article.unknown", "th"))


def test_no_bar_is_full_where_the_best_is_poor(page: Page) -> None:
    def fullest() -> float:
        bars = page.locator(".sources .bar span")
        return float(bars.evaluate_all("(bars) => Math.max(...bars.map((bar) => parseFloat(bar.style.width)))"))

    ask(page, FIRST_LEADER)
    assert fullest() > 50
    ask(page, UNANSWERABLE)
    expect(page.locator(".sources h2")).to_have_text(text("page.nearest", "th"))
    assert fullest() < 10
