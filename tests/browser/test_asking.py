"""Asking: the first screen, answers, honest refusals, and what one may say of an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from khamtop.ui.feedback import REMARK_CHARS
from khamtop.ui.texts import text
from tests.browser.conftest import THAI, Site
from tests.browser.steps import FIRST_LEADER, SINCE_WHEN, UNANSWERABLE, ask, days, last, seed


def test_the_first_screen_says_what_this_is_and_is_ready_to_be_asked(page: Page) -> None:
    expect(page).to_have_title("คำตอบ")
    expect(page.locator("html")).to_have_attribute("lang", "th")
    expect(page.locator(".promise")).to_have_text(text("page.welcome", "th", articles=1))
    expect(page.locator(".welcome .example")).to_have_count(4)
    expect(page.locator(".ask textarea")).to_be_focused()
    expect(page.locator("footer")).to_have_count(0)
    expect(page.locator(".conversations, .new")).to_have_count(2)
    for control in page.locator(".conversations, .new").all():
        expect(control).to_be_hidden()  # nothing to go back to yet


def test_every_example_on_the_first_screen_is_answered(page: Page) -> None:
    for position in range(4):
        example = page.locator(".welcome .example").nth(position)
        question = example.inner_text()
        example.click()
        expect(last(page, ".question")).to_have_text(question)
        expect(last(page, "blockquote")).not_to_have_count(0)
        expect(page.locator(".ask textarea")).to_be_focused()
        page.locator(".new").click()


def test_an_answer_is_a_short_answer_and_quotes_that_stand_in_the_article(page: Page, site: Site) -> None:
    ask(page, SINCE_WHEN)
    expect(last(page, ".short .marker")).to_have_text("[1]")
    expect(last(page, ".quote strong")).to_have_text(last(page, ".short bdi").inner_text())
    quotes = last(page, ".quote").all_inner_texts()
    assert "2548" in quotes[0]
    assert all(quote in seed(site) for quote in quotes)
    expect(last(page, "blockquote .marker").first).to_have_text("[1]")


def test_shift_enter_breaks_the_line_and_enter_sends(page: Page) -> None:
    box = page.locator(".ask textarea")
    box.fill("ใครเป็น")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("ประธานาธิบดีเกาหลีใต้")
    expect(box).to_have_value("ใครเป็น\nประธานาธิบดีเกาหลีใต้")
    page.keyboard.press("Enter")
    expect(box).to_have_value("")
    expect(last(page, ".quote").first).to_contain_text("ยุน ซอกยอล")


def test_a_follow_up_is_understood_from_the_conversation(page: Page) -> None:
    ask(page, "นาโตและญี่ปุ่นร่วมมือกันมาตั้งแต่เมื่อใด")
    ask(page, "แล้วเกาหลีใต้ล่ะ")
    expect(last(page, ".quote").first).to_contain_text("2548")


def test_questions_to_go_on_with_are_offered_and_each_one_is_answered(page: Page) -> None:
    ask(page, FIRST_LEADER)
    offered = last(page, ".follow-ups .example")
    expect(offered.first).to_be_visible()
    for question in offered.all_inner_texts():
        page.get_by_role("button", name=question, exact=True).first.click()
        expect(last(page, ".question")).to_have_text(question)
        expect(last(page, "blockquote")).not_to_have_count(0)
        expect(page.locator(".turn:not(:last-child) .follow-ups").first).to_be_hidden()
        page.reload()
        page.locator(".new").click()
        ask(page, FIRST_LEADER)
        expect(offered.first).to_be_visible()


def test_where_it_is_not_sure_it_says_so_and_quotes_what_comes_nearest(
    page: Page, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    sure = site.service.give

    def unsure(*asked: Any, **more: Any) -> Any:
        given = sure(*asked, **more)
        found = given.answer
        nearest = replace(found, verdict="unsure", citations=(), nearest=found.citations, short=None)
        return replace(given, answer=nearest)

    monkeypatch.setattr(site.service, "give", unsure)
    ask(page, FIRST_LEADER)
    expect(last(page, ".abstained")).to_have_text(text("answer.unsure", "th"))
    expect(last(page, ".short")).to_have_count(0)
    quote = last(page, ".quote").first.inner_text()
    assert quote in seed(site)
    last(page, "blockquote .marker").first.click()
    expect(page.locator("dialog[open] mark").first).to_have_text(quote)


def test_what_the_articles_do_not_answer_is_said_plainly_and_the_nearest_offered(page: Page) -> None:
    ask(page, UNANSWERABLE)
    expect(last(page, ".abstained")).to_have_text(text("answer.none", "th"))
    expect(last(page, "blockquote")).to_have_count(0)
    expect(page.locator(".sources h2")).to_have_text(text("page.nearest", "th"))
    expect(page.locator(".sources .card")).not_to_have_count(0)
    expect(last(page, ".example")).to_have_count(4)


def test_a_bad_question_gets_one_clear_sentence_in_either_language(page: Page) -> None:
    bad: list[tuple[str, str, dict[str, Any]]] = [
        ("   ", "question.empty", {}),
        ("ก" * 2001, "question.too_long", {"limit": 2000}),
        ("ใคร\u0001เป็นนายก", "question.control", {}),
    ]
    for question, code, facts in bad:
        ask(page, question)
        expect(last(page, ".error")).to_have_text(text(code, "th", **facts))
        page.locator(".language").click()
        expect(last(page, ".error")).to_have_text(text(code, "en", **facts))
        page.locator(".language").click()


def test_what_could_not_be_asked_comes_back_into_the_box_and_its_error_is_seen(visit: Any, archive: Site) -> None:
    page = visit(archive.url)
    page.set_viewport_size({"width": 390, "height": 844})
    box = page.locator(".ask textarea")
    for question in ("ยาว " * 501, "ก" * 20_000):
        ask(page, question)
        expect(last(page, ".error")).to_have_text(text("question.too_long", "th", limit=2000))
        expect(last(page, ".error")).to_be_in_viewport()
        assert box.input_value() == question
        assert len(last(page, ".question").inner_text()) < 250
        box.fill("")
    page.locator(".narrow summary").click()
    page.locator("[data-filter=since]").fill("เมื่อวาน")
    ask(page, FIRST_LEADER)
    expect(last(page, ".error")).to_be_visible()
    expect(box).to_have_value(FIRST_LEADER)  # with another date it can be asked
    page.locator(".narrow summary").click()
    page.locator(".widen").click()
    ask(page, FIRST_LEADER)
    expect(box).to_have_value("")


def test_a_line_does_not_end_within_a_word_where_a_source_has_no_spaces_but_no_break_ones(
    visit: Any, serve: Callable[..., Site]
) -> None:
    words = "The bridge at Ban Tha was finished in 1956 and carries forty thousand people across the river each year"
    glued = words.replace(" ", "\u00a0")
    page = visit(serve(**{"bridge.txt": f"Bridge\n\n{glued}"}).url)
    page.set_viewport_size({"width": 390, "height": 844})
    ask(page, "When was the bridge at Ban Tha finished?")
    quote = last(page, ".quote").first
    assert quote.text_content() in glued  # what is read and copied is the source's own
    torn = quote.evaluate(
        """(quote) => [...quote.childNodes].filter((node) => node.data).filter((node) => {
            const range = new Range();
            range.selectNodeContents(node);
            return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1;
        }).map((node) => node.data)"""
    )
    lines = quote.evaluate("(quote) => new Set([...quote.getClientRects()].map(({ top }) => Math.round(top))).size")
    assert lines > 1
    assert torn == []


def test_another_page_may_bring_a_question_along_which_is_asked_once(visit: Any, site: Site) -> None:
    page = visit(f"{site.url}/?q={FIRST_LEADER}")
    expect(last(page, ".quote").first).to_contain_text("คิชิดะ")
    page.reload()
    expect(last(page, ".quote").first).to_contain_text("คิชิดะ")
    expect(page.locator(".turn")).to_have_count(1)


def test_questions_are_narrowed_by_date_and_source_until_that_is_taken_off(visit: Any, archive: Site) -> None:
    page = visit(archive.url)
    page.locator(".narrow summary").click()
    page.locator("[data-filter=since]").fill("2567")
    page.keyboard.press("Enter")  # sets it, and asks nothing
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator(".ask textarea")).to_be_focused()
    ask(page, "สภาตำบลบ้านโคกเห็นชอบงบซ่อมถนนสายใด")
    expect(last(page, ".used-filters")).to_have_text(f"{text('page.since', 'th')} 2567")
    expect(page.locator("[data-filter=since]")).to_be_hidden()
    expect(page.locator(".narrow summary")).to_contain_text("2567")
    dates = page.locator(".sources .date")
    expect(dates.first).to_be_attached()
    assert all(day.startswith("2024") for day in days(dates))

    page.locator(".narrow summary").click()
    page.locator("[data-filter=source]").fill("market")
    page.locator("[data-filter=since]").fill("เมื่อวาน")
    ask(page, "ตลาดน้ำคลองใหม่เปิดเมื่อใด")
    expect(last(page, ".error")).to_contain_text(text("filter.date", "th", date="เมื่อวาน"))
    page.locator(".narrow summary").click()
    page.locator(".widen").click()
    expect(page.locator(".widen")).to_be_hidden()
    ask(page, "ตลาดน้ำคลองใหม่เปิดเมื่อใด")
    expect(last(page, ".quote").first).to_contain_text("2551")
    expect(last(page, ".used-filters")).to_be_empty()


def test_an_answer_is_judged_with_a_thumb_and_a_remark(page: Page, site: Site) -> None:
    ask(page, FIRST_LEADER)
    expect(last(page, ".remark")).to_be_hidden()
    last(page, ".thumb.down").click()
    expect(last(page, ".thumb.down")).to_have_attribute("aria-pressed", "true")
    expect(last(page, ".remark input")).to_have_attribute("maxlength", str(REMARK_CHARS))
    last(page, ".remark input").fill("ขอชื่อเต็ม")
    page.keyboard.press("Enter")
    expect(last(page, ".told")).to_have_text(text("page.thanks_remark", "th"))
    expect(last(page, ".remark")).to_be_hidden()

    page.reload()
    expect(last(page, ".thumb.down")).to_have_attribute("aria-pressed", "true")
    expect(last(page, ".thumb.up")).to_have_attribute("aria-pressed", "false")


def test_a_lost_connection_is_said_and_the_question_can_be_asked_again(chromium: Any, site: Site) -> None:
    context = chromium.new_context(locale=THAI)  # not watched: the browser itself tells of the lost connection
    page = context.new_page()
    page.goto(site.url)
    page.wait_for_selector(".example")
    context.set_offline(True)
    ask(page, FIRST_LEADER)
    expect(last(page, ".error")).to_contain_text(text("page.disconnected", "th"))
    context.set_offline(False)
    last(page, ".again").click()
    expect(last(page, ".quote").first).to_contain_text("คิชิดะ")
    expect(page.locator(".turn")).to_have_count(1)
    context.close()


def test_an_english_question_gets_english_words_around_the_thai_quote(page: Page, site: Site) -> None:
    ask(page, "Who is the president of South Korea?")
    expect(last(page, ".lead").first).to_have_text("The article says:")
    expect(last(page, ".quote").first).to_have_attribute("lang", "th")
    assert last(page, ".quote").first.inner_text() in seed(site)
