"""The page's languages: which one it opens in, what is written in it, and the switch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from khamtop.ui.service import Service
from khamtop.ui.texts import text
from tests.browser.conftest import Site, Watch, archive_articles
from tests.browser.steps import ask, go, last, search
from tests.test_ui_languages import third_language


@pytest.fixture
def toy(tmp_path: Path) -> Iterator[str]:
    with third_language(tmp_path / "languages") as language:
        yield language


def test_a_third_language_is_one_new_file(toy: str, visit: Any, serve: Callable[..., Site]) -> None:
    page = visit(serve(**archive_articles()).url)
    switch = page.get_by_role("combobox", name=text("page.languages", "th"))
    expect(page.locator(".language")).to_be_hidden()
    expect(switch.locator("option")).to_have_text(["ไทย", "English", "toki pona"])
    expect(switch).to_have_value("th")
    switch.select_option(toy)
    expect(page).to_have_title("sona")
    expect(page.locator("html")).to_have_attribute("lang", toy)
    expect(page.get_by_role("tab")).to_have_text(["Ask", "alasa", "Articles"])  # what it lacks is said in English

    go(page, "search")
    search(page, "ตลาดน้ำคลองใหม่")
    expect(page.locator(".found-count")).to_contain_text(" lon")
    go(page, "articles")
    expect(page.locator(".list li").first).to_contain_text("15.12.2024")
    page.reload()
    expect(page.get_by_role("combobox", name=text("page.languages", "en"))).to_have_value(toy)


@pytest.mark.parametrize(("browser", "language"), [("en-GB", "en"), ("th", "th"), ("fr-FR", "th")])
def test_a_browsers_language_chooses_the_first_and_the_readers_choice_holds(
    chromium: Any, watch: Watch, site: Site, browser: str, language: str
) -> None:
    context = watch.over(chromium.new_context(locale=browser))
    page = context.new_page()
    page.goto(site.url)
    expect(page.locator("html")).to_have_attribute("lang", language)
    other = "th" if language == "en" else "en"
    page.get_by_role("button", name=text("language.switch", other)).click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", other)
    context.close()


def test_the_english_page_writes_the_articles_dates_in_english(visit: Any, archive: Site) -> None:
    page = visit(archive.url)
    ask(page, "ตลาดน้ำคลองใหม่เปิดเมื่อใด")
    for language, day in (("th", "4 พ.ค. 2563"), ("en", "4 May 2020")):
        expect(last(page, ".origin time")).to_have_text([day])
        expect(page.locator(".sources time").first).to_have_text(day)
        expect(page.locator(".sources time").first).to_have_attribute("title", "4 พฤษภาคม 2563")  # as it is printed
        last(page, ".marker").first.click()
        expect(page.locator(".reader-head time")).to_have_text(day)
        page.keyboard.press("Escape")
        go(page, "search")
        search(page, "ตลาดน้ำคลองใหม่")
        expect(page.locator(".found time").first).to_have_text(day)
        go(page, "ask")
        if language == "th":
            page.locator(".language").click()
    ask(page, "มีข่าวอะไรเกี่ยวกับตลาดน้ำคลองใหม่บ้าง")
    expect(last(page, ".lead").first).to_contain_text("4 May 2020 · ตลาดน้ำคลองใหม่")


def test_the_english_page_offers_english_questions_where_there_are_any(
    visit: Any, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Service, "examples", ("ใครคือนายก", "Who is the minister?"))
    page = visit(site.url)
    expect(page.locator(".welcome .example")).to_have_text(["ใครคือนายก"])
    page.locator(".language").click()
    expect(page.locator(".welcome .example")).to_have_text(["Who is the minister?"])
    monkeypatch.setattr(Service, "examples", ("ใครคือนายก",))
    page.reload()
    expect(page.locator(".welcome .example")).to_have_text(["ใครคือนายก"])  # rather than none
