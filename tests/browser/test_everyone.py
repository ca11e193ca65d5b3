"""For everyone: both languages, light and dark, a phone, the keyboard alone, and a screen reader."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from khamtop.ui.texts import text
from tests.browser.conftest import Site
from tests.browser.steps import FIRST_LEADER, UNANSWERABLE, ask, go, last, search

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def test_english_at_a_switch_is_remembered(page: Page) -> None:
    ask(page, FIRST_LEADER)
    page.get_by_role("button", name=text("language.switch", "en")).click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page).to_have_title("Khamtop")
    expect(page.locator(".sources h2")).to_have_text("Sources")
    expect(last(page, ".question bdi")).to_have_attribute("lang", "th")
    page.reload()
    expect(page.locator(".send").first).to_have_text("Ask")


def test_the_colours_follow_the_system_until_they_are_chosen(page: Page) -> None:
    def is_dark() -> bool:
        paper = page.evaluate("getComputedStyle(document.querySelector('.khamtop')).backgroundColor")
        return int(paper.removeprefix("rgb(").split(",")[0]) < 128

    for system in ("light", "dark"):
        page.emulate_media(color_scheme=system)  # type: ignore[arg-type]
        assert is_dark() == (system == "dark")
    page.get_by_role("button", name=text("page.theme_system", "th")).click()
    assert not is_dark()
    page.reload()
    page.get_by_role("button", name=text("page.theme_light", "th")).click()
    page.emulate_media(color_scheme="light")
    assert is_dark()


def test_the_tabs_are_reached_and_turned_with_the_keyboard(page: Page) -> None:
    tabs = page.get_by_role("tab")
    tabs.first.focus()
    page.keyboard.press("ArrowRight")
    expect(tabs.nth(1)).to_be_focused()
    expect(page.get_by_role("tabpanel", name=text("page.tab_search", "th"))).to_be_visible()
    page.keyboard.press("End")
    expect(tabs.nth(2)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowRight")
    expect(tabs.nth(0)).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tabpanel")).to_have_count(1)
    page.go_back()
    expect(tabs.nth(2)).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_runs_past_the_edge_and_all_can_be_tapped(visit: Any, archive: Site, width: int) -> None:
    page = visit(archive.url)
    page.set_viewport_size({"width": width, "height": 844})

    def fits() -> None:
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
        # WCAG 2.2 asks for 24 pixels either way, save for what stands within a line of text.
        small = page.evaluate("""() => [...document.querySelectorAll("button, input, select, textarea, summary")]
            .filter((control) => !control.closest("blockquote, .short") && control.checkVisibility())
            .filter((control) => Math.min(control.offsetWidth, control.offsetHeight) < 24)
            .map((control) => control.outerHTML.slice(0, 80))""")
        assert not small

    for language in ("th", "en"):
        fits()
        ask(page, "ตลาดน้ำคลองใหม่เปิดเมื่อใด")
        ask(page, "https://example.org/" + "ยาว" * 80)
        page.locator(".turn .take summary").first.click()
        fits()
        ask(page, UNANSWERABLE)
        page.locator(".sources .title").first.click()
        expect(page.locator(".reader .asked")).to_be_visible()
        if language == "th":  # what sums it up stays there
            page.locator(".reader .sum-up").click()
        expect(page.locator(".reader .summary-quote").first).to_be_visible()
        fits()
        page.keyboard.press("Escape")
        page.locator(".turn .marker").first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert page.evaluate("document.querySelector('.reader').scrollWidth <= innerWidth"), language
        page.keyboard.press("Escape")
        page.locator(".conversations").click()
        fits()
        page.keyboard.press("Escape")
        go(page, "search")
        search(page, "ตลาดน้ำ")
        fits()
        go(page, "articles")
        expect(page.locator(".list li").first).to_be_visible()
        fits()
        go(page, "ask")
        page.locator(".language").click()


def test_on_a_phone_the_sources_follow_the_talk_and_the_box_stays(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    ask(page, FIRST_LEADER)
    talk, sources = page.locator(".talk").bounding_box(), page.locator(".sources").bounding_box()
    assert talk
    assert sources
    assert sources["y"] >= talk["y"] + talk["height"]
    expect(page.locator(".ask textarea")).to_be_in_viewport()


@pytest.mark.parametrize("language", ["th", "en"])
def test_axe_finds_nothing_to_complain_of(visit: Any, archive: Site, language: str) -> None:
    page = visit(archive.url)
    page.evaluate(AXE)
    if language == "en":
        page.locator(".language").click()

    def is_clean(where: str) -> None:
        for theme, only in (("light", ""), ("dark", ", runOnly: ['color-contrast']")):  # no other rule looks at colours
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            found = page.evaluate(f"axe.run({{ resultTypes: ['violations']{only} }})")["violations"]
            told = [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found]
            assert not told, (where, theme, told)

    page.locator(".welcome .example").first.wait_for()
    is_clean("the first screen")
    ask(page, "ตลาดน้ำคลองใหม่เปิดเมื่อใด")
    ask(page, UNANSWERABLE)
    page.locator(".turn .thumb").first.click()
    page.locator(".turn .remark input").first.wait_for()
    page.locator(".turn .show-sources").first.click()
    page.locator(".turn .take summary").first.click()
    is_clean("an answer")
    page.locator(".turn .show-sources").last.click()
    page.locator(".sources .point").first.click()
    expect(page.locator(".sources .point[aria-pressed=true]")).to_have_count(1)
    is_clean("a refusal that is pointed at")
    page.locator(".sources .title").first.click()
    page.locator(".reader .sum-up").click()
    page.locator(".reader .summary-quote").first.wait_for()
    is_clean("a summary in the reader, and what was asked")
    page.keyboard.press("Escape")
    page.locator(".turn .show-sources").first.click()
    page.locator(".narrow summary").click()
    page.locator("[data-filter=since]").fill("2560")
    is_clean("filters of questions")
    page.locator(".widen").click()
    page.locator(".turn .marker").first.click()
    page.locator(".reader[open] mark").first.wait_for()
    is_clean("the reader")
    page.keyboard.press("Escape")
    page.locator(".conversations").click()
    is_clean("the conversations")
    page.locator(".drawer .delete").first.click()
    is_clean("a confirmation")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    go(page, "search")
    search(page, '"ถนน" -แม่น้ำ', since="2560")
    is_clean("a search")
    go(page, "articles")
    page.locator(".list li").first.wait_for()
    is_clean("the articles")


def test_on_the_first_screen_a_summary_is_clean_and_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".only .summary-quote").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.evaluate(AXE)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        assert page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"] == []
