"""An article summed up in its own words: in the reader, and on the first screen where there is but one."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

import khamtop.ui.service
from khamtop.ui.texts import text
from tests.browser.conftest import Site
from tests.browser.steps import go, seed


def test_the_first_screen_sums_up_the_only_article_and_each_sentence_leads_to_its_place(page: Page, site: Site) -> None:
    only = page.locator(".welcome .only")
    sentences = only.locator(".summary-quote")
    expect(sentences).to_have_count(3)
    assert all(sentence in seed(site) for sentence in sentences.all_inner_texts())
    second = sentences.nth(1).inner_text()
    sentences.nth(1).click()
    expect(page.locator(".reader mark.current")).to_have_text(second)
    expect(page.locator(".reader mark.current")).to_be_in_viewport()
    expect(page.locator(".reader .where")).to_contain_text(text("page.sentence_of", "th", number=2, count=3))
    page.go_back()
    only.locator(".title").click()
    expect(page.locator(".reader h2")).to_have_text(only.locator(".title").inner_text())
    expect(page.locator(".reader mark")).to_have_count(0)


def test_with_more_articles_the_first_screen_sums_up_none(visit: Any, archive: Site) -> None:
    page = visit(archive.url)
    expect(page.locator(".welcome .example").first).to_be_visible()
    expect(page.locator(".welcome .summary")).to_have_count(0)


def test_the_reader_sums_an_article_up_and_jumps_to_each_sentence_by_keyboard(page: Page, site: Site) -> None:
    page.locator(".only .title").click()
    page.locator(".sum-up").focus()
    page.keyboard.press("Enter")
    sentences = page.locator(".reader .summary-quote")
    expect(sentences.first).to_be_focused()
    told = sentences.all_inner_texts()
    assert len(told) == 5
    assert all(sentence in seed(site) for sentence in told)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".reader mark.current")).to_have_text(told[1])
    expect(page.locator(".reader mark.current")).to_be_focused()
    expect(sentences.nth(1)).to_have_attribute("aria-current", "true")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".reader mark.current")).to_have_text(told[2])
    page.reload()  # the sentence has an address
    expect(page.locator(".reader mark.current")).to_have_text(told[2])
    page.go_back()
    expect(page.locator(".reader")).to_be_hidden()


def test_another_article_is_summed_up_for_itself(visit: Any, archive: Site) -> None:
    page = visit(archive.url)
    go(page, "articles")
    for name in ("ตลาดน้ำคลองใหม่", "สะพานแขวนบ้านท่า"):
        page.locator(".find [data-list=find]").fill(name)
        expect(page.locator(".list .title")).to_have_text([name])
        page.locator(".list .title").click()
        page.locator(".sum-up").click()
        expect(page.locator(".reader .summary-quote")).to_contain_text([name])
        page.keyboard.press("Escape")


def test_what_goes_wrong_is_said_where_the_summary_would_stand(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise khamtop.ui.service.KhamtopError("index.damaged", file="articles.db")

    page.locator(".only .title").click()
    monkeypatch.setattr(khamtop.ui.service, "summary_of", broken)
    monkeypatch.setattr(khamtop.ui.service, "SENTENCES", 4)  # not the one that is remembered
    page.locator(".sum-up").click()
    expect(page.locator(".summed-up .error")).to_have_text(text("index.damaged", "th", file="articles.db"))
