"""A model that writes beside the quotes: its words are told apart, are never markup, and can be stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from khamtop.qa.llm import LlmWriter
from khamtop.ui.texts import text
from tests import model_server
from tests.browser.conftest import Site
from tests.browser.steps import FIRST_LEADER, HOSTILE, SINCE_WHEN, ask, last
from tests.browser.test_taking import WORD, parts_of, take
from tests.browser.test_taking import said as in_word
from tests.model_server import Model, Waiting, refusing, saying

Pieces = tuple[str | None, ...]

TRUE = "นายฟูมิโอะ คิชิดะ เป็นผู้นำญี่ปุ่นคนแรกที่เข้าร่วมการประชุมสุดยอดนาโต [1]\n"


@pytest.fixture(scope="module")
def model() -> Iterator[Model]:
    with model_server.running() as running:
        yield running


@pytest.fixture(scope="module")
def written_site(chromium: object, serve: Callable[..., Site], model: Model) -> Site:
    return serve(writer=LlmWriter(model.address, "toy-model"))


@pytest.fixture
def page(visit: Callable[[str], Page], written_site: Site) -> Page:
    page = visit(written_site.url)
    page.wait_for_selector(".example")
    return page


def test_a_models_words_stand_apart_from_the_quotes_with_markers_that_open_them(page: Page, model: Model) -> None:
    expect(page.locator(".welcome .quiet")).to_have_text(
        text("page.privacy_llm", "th", writer="toy-model", host="127.0.0.1")
    )
    model.behaves = saying(TRUE, "ประชุมกันที่กรุงโตเกียวเมื่อปี 2570 [1]\n")
    ask(page, FIRST_LEADER)
    writing = last(page, ".writing")
    expect(writing.locator("h3")).to_have_text(text("page.written", "th", writer="toy-model"))
    expect(writing.locator(".written bdi")).to_have_text([TRUE.removesuffix(" [1]\n")])
    expect(last(page, ".writing-told")).to_have_text(text("answer.struck", "th", count=1))
    assert last(page, "blockquote .writing").count() == 0
    writing.locator(".marker").click()
    expect(page.locator("dialog[open] mark").first).to_be_visible()


def test_what_a_model_sends_is_neither_run_nor_linked(page: Page, model: Model) -> None:
    model.behaves = saying(TRUE.replace("[1]", "ครับ [1]"), HOSTILE, " [1]")
    ask(page, f"{FIRST_LEADER}ครับ")
    expect(last(page, ".writing .written bdi")).to_have_count(1)
    assert page.evaluate("window.ran") is None
    assert last(page, ".writing-place").locator("a, img, script, svg").count() == 0


def test_a_model_that_fails_is_one_sentence_below_the_quotes(page: Page, model: Model) -> None:
    model.behaves = refusing(401, "sk-secret is wrong")
    ask(page, f"{FIRST_LEADER} นะ")
    expect(last(page, ".writing-place")).to_have_text(text("writer.refused", "th"))
    expect(last(page, "blockquote")).not_to_have_count(0)
    assert "sk-secret" not in page.content()


def test_a_text_of_which_too_little_holds_is_not_shown(page: Page, model: Model) -> None:
    model.behaves = saying(TRUE, "ประชุมกันที่กรุงโตเกียวเมื่อปี 2570 [1]\n", "เริ่มเมื่อปี 2571 [1]\n")
    ask(page, f"{FIRST_LEADER}น่ะ")
    expect(last(page, ".writing-place")).to_have_text(text("answer.withdrawn", "th", count=3))


@pytest.mark.parametrize("pieces", [(), (None,), (TRUE, "แต่")])
def test_a_model_can_be_stopped_while_the_quotes_stand(
    page: Page, model: Model, pieces: tuple[str | None, ...]
) -> None:
    """What it said until then was checked, and stays; the model is stopped, too, also before its first word."""
    model.behaves = waiting = Waiting(*pieces)
    page.locator(".ask textarea").fill(f"{FIRST_LEADER}คะ{'?' * len(pieces)}")
    page.keyboard.press("Enter")
    pending: Any = last(page, ".writing-place .pending")
    expect(pending).to_contain_text("toy-model")
    expect(last(page, "blockquote")).not_to_have_count(0)
    said = [TRUE.removesuffix(" [1]\n")] if TRUE in pieces else []
    expect(last(page, ".written .sentence bdi")).to_have_text(said)
    assert waiting.asked.wait(20)
    assert not waiting.left.is_set()
    pending.locator("button").click()
    expect(last(page, ".writing-told")).to_have_text(text("page.stopped", "th"))
    expect(last(page, ".written .sentence bdi")).to_have_text(said)
    expect(last(page, "blockquote")).not_to_have_count(0)
    assert waiting.left.wait(20)


def test_who_begins_another_conversation_leaves_the_model(page: Page, model: Model) -> None:
    model.behaves = waiting = Waiting(TRUE)
    page.locator(".ask textarea").fill(f"{FIRST_LEADER}จ๊ะ")
    page.keyboard.press("Enter")
    expect(last(page, ".written .sentence")).to_have_count(1)
    page.locator(".tool.new").click()
    expect(page.locator(".turn")).to_have_count(0)
    assert waiting.left.wait(20)


# Taken along


@pytest.fixture
def written(page: Page, model: Model) -> Page:
    """Two answers, the last one with two sentences of a model's and one that was struck."""
    model.behaves = saying()
    ask(page, SINCE_WHEN)
    model.behaves = saying(TRUE, "ประชุมกันที่กรุงโตเกียวเมื่อปี 2570 [1]\n", TRUE.replace("นายฟูมิโอะ ", ""))
    ask(page, f"{FIRST_LEADER}เอ่ย")
    expect(last(page, ".written .sentence")).to_have_count(2)
    return page


def test_in_markdown_a_models_words_stand_below_the_quotes_and_are_told_to_be_its(written: Page) -> None:
    lines = [line for line in take(written, "markdown").decode().split("\n") if line]
    told = lines.index(f"*{text('answer.written', 'th', writer='toy-model')}*".replace("-", "\\-"))
    quotes = [number for number, line in enumerate(lines) if line.startswith(">")]
    assert quotes
    assert max(quotes) < told
    first = TRUE.removesuffix(" [1]\n")
    assert lines[told + 1 : told + 4] == [
        f"*{first}*[^1]",
        f"*{first.removeprefix('นายฟูมิโอะ ')}*[^1]",
        f"*{text('answer.struck', 'th', count=1)}*",
    ]
    assert len([line for line in lines if line.startswith("[^")]) == len(quotes)


def test_in_word_they_have_a_style_of_their_own_and_name_the_footnotes(written: Page) -> None:
    parts = parts_of(take(written, "word"))
    paragraphs = list(parts["word/document.xml"].iter(f"{WORD}p"))
    styles = [str(next(one.iter(f"{WORD}pStyle")).get(f"{WORD}val")) for one in paragraphs]
    ours = [in_word(one) for one, style in zip(paragraphs, styles, strict=True) if style == "Written"]
    assert ours[0] == TRUE.removesuffix(" [1]\n") + "[1]"
    assert len(ours) == 2
    assert all(style != "Quote" for style in styles[styles.index("Written") :])
    assert "toy-model" in in_word(paragraphs[styles.index("Written") - 1])
    known = [style.get(f"{WORD}styleId") for style in parts["word/styles.xml"].iter(f"{WORD}style")]
    assert set(styles) <= set(known)
    references = [mark.get(f"{WORD}id") for mark in parts["word/document.xml"].iter(f"{WORD}footnoteReference")]
    assert references == sorted(set(references), key=lambda number: int(number or 0))  # each once


def test_on_paper_they_are_marked_too(written: Page) -> None:
    written.emulate_media(media="print")
    expect(last(written, ".writing h3")).to_be_visible()
    expect(last(written, ".writing .written")).to_be_visible()
    assert last(written, "h3:visible").count() == 1
