"""The switch of the page's language, where there are more than two."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from khamtop.ui.texts import text
from tests.browser.conftest import Site, archive_articles
from tests.browser.steps import go, search
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
