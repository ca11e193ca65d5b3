"""Taking an answer along: as a Word document and as Markdown, each with footnotes, and on paper."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page, expect

from khamtop.ui.texts import text
from tests.browser.conftest import Site
from tests.browser.steps import FIRST_LEADER, HOSTILE, SINCE_WHEN, UNANSWERABLE, ask, last

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def take(page: Page, kind: str) -> bytes:
    """What is saved of the last answer: "word" or "markdown"."""
    last(page, ".take summary").click()
    with page.expect_download() as saved:
        last(page, f".take .{kind}").click()
    path = saved.value.path()
    last(page, ".take summary").click()
    return Path(path).read_bytes()


def parts_of(document: bytes) -> dict[str, ElementTree.Element]:
    """The parts of a Word document, read; the archive's own checksums hold."""
    with zipfile.ZipFile(BytesIO(document)) as archive:
        assert archive.testzip() is None
        return {name: ElementTree.fromstring(archive.read(name)) for name in archive.namelist()}


def said(element: ElementTree.Element) -> str:
    return "".join(words.text or "" for words in element.iter(f"{WORD}t"))


def test_an_answer_is_a_word_document_whose_footnotes_lead_to_its_quotes(page: Page, visit: Any) -> None:
    ask(page, UNANSWERABLE)
    ask(page, SINCE_WHEN)
    quotes = last(page, ".quote").all_inner_texts()
    parts = parts_of(take(page, "word"))
    paragraphs = [said(paragraph) for paragraph in parts["word/document.xml"].iter(f"{WORD}p")]
    assert paragraphs[0] == SINCE_WHEN
    assert last(page, ".short bdi").inner_text() in paragraphs
    assert UNANSWERABLE not in paragraphs  # that answer alone
    quoted = [said for said in paragraphs if "“" in said]
    assert all(quote in said for quote, said in zip(quotes, quoted, strict=True))

    references = [mark.get(f"{WORD}id") for mark in parts["word/document.xml"].iter(f"{WORD}footnoteReference")]
    notes = {note.get(f"{WORD}id"): said(note) for note in parts["word/footnotes.xml"].iter(f"{WORD}footnote")}
    assert len(references) == len(quotes)
    assert all("ญี่ปุ่นและเกาหลีใต้" in notes[reference] for reference in references)

    links = [link.get("Target") or "" for link in parts["word/_rels/footnotes.xml.rels"]]
    assert len(links) == len(quotes)
    other = visit(links[0])
    expect(other.locator(".reader mark.current")).to_have_text(quotes[0])


def test_a_document_takes_whatever_a_question_says_for_text(page: Page) -> None:
    ask(page, f"{FIRST_LEADER} {HOSTILE} & \"quoted\" 'so'")
    document = parts_of(take(page, "word"))["word/document.xml"]
    heading = next(said(paragraph) for paragraph in document.iter(f"{WORD}p"))
    assert "<script>window.ran=1</script>" in heading
    assert heading.endswith("& \"quoted\" 'so'")
    assert "\u202e" not in heading


def test_one_answer_is_taken_along_as_markdown(page: Page) -> None:
    ask(page, UNANSWERABLE)
    ask(page, FIRST_LEADER)
    written = take(page, "markdown").decode()
    assert UNANSWERABLE not in written
    assert written.count("[^1]") == 2
    assert f"[{text('page.open_passage', 'th')}](<{page.url.split('#')[0]}" in written


def test_paper_has_the_answers_with_footnotes_and_nothing_to_press(page: Page) -> None:
    ask(page, UNANSWERABLE)
    ask(page, FIRST_LEADER)
    page.emulate_media(media="print", color_scheme="dark")
    expect(last(page, ".quote").first).to_be_visible()
    expect(last(page, ".footnotes li")).to_have_count(last(page, "blockquote").count())
    expect(last(page, ".footnotes li").first).to_contain_text("[1] ญี่ปุ่นและเกาหลีใต้")
    for hidden in (".ask", ".top", ".sources", ".actions", ".copy", ".example"):
        expect(page.locator(hidden).last).to_be_hidden()
    shown = page.evaluate(
        "[...document.querySelectorAll('button')].filter((one) => one.checkVisibility()).map((one) => one.className)"
    )
    assert set(shown) == {"marker"}
    paper = page.evaluate("getComputedStyle(document.querySelector('.khamtop')).backgroundColor")
    assert int(paper.removeprefix("rgb(").split(",")[0]) > 200
    expect(page.locator(".turn:visible")).to_have_count(2)


def test_one_answer_is_printed_alone(page: Page) -> None:
    ask(page, UNANSWERABLE)
    ask(page, FIRST_LEADER)
    page.evaluate("window.print = () => {}")
    last(page, ".take summary").click()
    last(page, ".take .print").click()
    page.emulate_media(media="print")
    expect(page.locator(".question:visible")).to_have_text([FIRST_LEADER])
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator(".question:visible")).to_have_count(2)


@pytest.mark.parametrize("opened", [False, True])
def test_a_long_paper_has_several_pages(visit: Any, site: Site, opened: bool) -> None:
    page = visit(site.url)
    for _ in range(3):
        ask(page, FIRST_LEADER)
    if opened:
        last(page, ".marker").first.click()
        expect(page.locator(".reader mark").first).to_be_visible()
    pages = page.pdf(format="A6").count(b"/Type /Page\n")
    assert pages > 1
