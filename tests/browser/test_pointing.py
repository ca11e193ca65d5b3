"""The answer is here: a reader whose question was refused points at a passage, at words, or at an article."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from khamtop.ui.texts import text
from tests.browser.conftest import Site
from tests.browser.steps import FIRST_LEADER, UNANSWERABLE, ask, go, last, seed

POINT = text("page.here", "th")
NOTED = text("page.here_noted", "th")


@pytest.fixture
def own(serve: Callable[..., Site]) -> Site:
    """A site whose feedback no other test sees."""
    return serve()


@pytest.fixture
def refused(visit: Any, own: Site) -> Page:
    """The page on it, where a question was refused."""
    page: Page = visit(own.url)
    ask(page, UNANSWERABLE)
    expect(last(page, ".abstained")).to_be_visible()
    return page


def test_a_passage_beside_a_refusal_is_pointed_at_and_taken_back(refused: Page, own: Site) -> None:
    expect(last(refused, ".here-how")).to_have_text(text("page.here_how", "th"))
    card = refused.locator(".sources .card").first
    card.locator(".point").click()
    expect(card.locator(".pointing [role=status]")).to_have_text(NOTED)
    expect(card.locator(".point")).to_have_attribute("aria-pressed", "true")
    expect(last(refused, ".thumb.down")).to_have_attribute("aria-pressed", "true")
    expect(refused.locator(".reader")).to_be_hidden()  # a click on a card's button opens nothing
    (opinion,) = own.service.feedback.opinions()
    (place,) = opinion.here
    assert (opinion.question, opinion.good) == (UNANSWERABLE, False)
    assert place["quote"] == seed(own)[place["start"] : place["end"]]
    assert len(place["quote"]) > 100

    refused.reload()  # it is remembered with the conversation
    expect(refused.locator(".sources .point[aria-pressed=true]")).to_have_count(1)
    card.locator(".point").click()
    expect(card.locator(".pointing [role=status]")).to_have_text(text("page.here_taken_back", "th"))
    (opinion,) = own.service.feedback.opinions()
    assert not opinion.here


def test_an_article_found_elsewhere_is_pointed_at_and_words_that_are_marked_in_it(refused: Page, own: Site) -> None:
    go(refused, "articles")
    refused.locator(".list .title").first.click()
    asked = refused.locator(".reader .asked")
    expect(asked).to_contain_text(UNANSWERABLE)
    asked.get_by_role("button", name=POINT).focus()
    refused.keyboard.press("Enter")
    expect(asked.locator("[role=status]")).to_have_text(NOTED)
    (place,) = own.service.feedback.opinions()[0].here
    assert (place["start"], place["end"], place["quote"]) == (0, 0, "")

    words = "นาโต"
    refused.evaluate(
        """(words) => {
          const text = document.querySelector(".reader .text bdi").firstChild;
          const start = text.data.lastIndexOf(words);
          getSelection().setBaseAndExtent(text, start, text, start + words.length);
        }""",
        words,
    )
    with refused.expect_response(lambda reply: reply.url.endswith("/feedback")):
        asked.get_by_role("button", name=POINT).click()
    place = own.service.feedback.opinions()[0].here[-1]
    assert (place["start"], place["quote"]) == (seed(own).rindex(words), words)


def test_words_that_are_not_marked_any_more_are_not_pointed_at_by_a_later_key(refused: Page, own: Site) -> None:
    refused.locator(".sources .title").first.click()
    passage = refused.locator(".reader mark").inner_text()
    point, told = refused.locator(".asked .point"), refused.locator(".asked [role=status]")
    refused.evaluate("""() => {
        const text = document.querySelector(".reader mark").firstChild;
        getSelection().setBaseAndExtent(text, 0, text, 20);
    }""")
    point.click()
    expect(told).to_have_text(NOTED)
    refused.evaluate("getSelection().removeAllRanges()")
    point.focus()
    with refused.expect_response(lambda reply: reply.url.endswith("/feedback")):
        refused.keyboard.press("Enter")
    words, whole = (place["quote"] for place in own.service.feedback.opinions()[0].here)
    assert passage.startswith(words)
    assert whole.strip() == passage.strip()  # the passage that is shown


def test_where_a_question_was_answered_nothing_is_pointed_at(page: Page) -> None:
    ask(page, UNANSWERABLE)
    ask(page, FIRST_LEADER)
    last(page, ".marker").first.click()
    expect(page.locator(".reader .text")).to_be_visible()
    expect(page.locator(".asked")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator(".sources .point")).to_have_count(0)
