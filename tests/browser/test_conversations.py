"""Conversations: kept in the browser, gone back to, taken along and deleted."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from playwright.sync_api import Page, expect

from khamtop.ui.texts import text
from tests.browser.conftest import THAI, Site, Watch
from tests.browser.steps import FIRST_LEADER, HOSTILE, SINCE_WHEN, UNANSWERABLE, ask, confirm, last


def kept(page: Page) -> Any:
    """Opens the list of conversations; its entries."""
    page.locator(".conversations").click()
    expect(page.locator(".drawer")).to_be_visible()
    return page.locator(".drawer li")


def download(page: Page, kind: str) -> str:
    """The first conversation of the open list as a file of that kind."""
    with page.expect_download() as downloading:
        page.locator(f".drawer .{kind}").first.click()
    assert downloading.value.suggested_filename.startswith("khamtop-2")
    return Path(downloading.value.path()).read_text("utf-8")


def test_a_conversation_survives_a_reload_until_a_new_one_is_begun(page: Page) -> None:
    ask(page, FIRST_LEADER)
    ask(page, SINCE_WHEN)
    page.reload()
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".sources .card")).not_to_have_count(0)
    page.locator(".new").click()
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator(".sources")).to_be_hidden()
    expect(page.locator(".ask textarea")).to_be_focused()
    page.reload()
    expect(page.locator(".welcome .example")).to_have_count(4)


def test_several_are_kept_past_closing_the_window_and_deleted_one_by_one_or_all(
    page: Page, visit: Any, site: Site
) -> None:
    ask(page, FIRST_LEADER)
    page.locator(".new").click()
    ask(page, SINCE_WHEN)
    page.close()

    page = visit(site.url)
    expect(page.locator(".welcome .example").first).to_be_visible()  # a new visit begins anew
    expect(page.locator(".conversations .count")).to_have_text("2")
    entries = kept(page)
    expect(entries.locator(".title")).to_have_text([SINCE_WHEN, FIRST_LEADER])
    expect(entries.first).to_contain_text(text("page.questions", "th", count=1))
    entries.nth(1).locator(".title").click()
    expect(page.locator(".drawer")).to_be_hidden()
    expect(page.locator(".question")).to_have_text([FIRST_LEADER])
    expect(page.locator(".sources .card")).not_to_have_count(0)
    ask(page, "แล้วเกาหลีใต้ล่ะ")  # goes on with it

    expect(kept(page).locator(".title")).to_have_text([FIRST_LEADER, SINCE_WHEN])
    page.locator(".drawer .delete").nth(1).click()
    confirm(page, sure=False)
    expect(entries).to_have_count(2)
    page.locator(".drawer .delete").nth(1).click()
    confirm(page)
    expect(entries.locator(".title")).to_have_text([FIRST_LEADER])
    expect(page.locator(".question")).to_have_count(2)  # the open one stays
    page.locator(".delete-all").click()
    expect(page.locator(".confirm")).to_contain_text(text("page.delete_means", "th"))
    confirm(page)
    expect(entries).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator(".conversations")).to_be_hidden()


def test_it_is_taken_along_as_markdown_and_as_json_with_its_citations(page: Page) -> None:
    ask(page, f"{SINCE_WHEN} {HOSTILE}")
    ask(page, SINCE_WHEN)
    ask(page, UNANSWERABLE)
    quote, short = last_answer(page)
    addresses = page.locator(".turn .footnotes a").evaluate_all("(links) => links.map(({ href }) => href)")
    kept(page)

    written = download(page, "markdown")
    kinds, lines = read_markdown(written)
    assert kinds <= {"heading", "paragraph", "blockquote", "link", "em", "strong"}
    assert re.findall(r"\]\(<(.*)>\)", written) == addresses  # no other link than to the quotes
    assert f"{SINCE_WHEN} {HOSTILE.partition(chr(0x202E))[0]}กลับหน้า" in lines  # as text, and the override gone
    assert SINCE_WHEN in lines
    assert short in lines
    marked = [line for line in lines if f"“{quote}”[^" in line][-1]  # the first question found the same quote
    note = re.findall(r"\[\^\d+\]$", marked)[0]
    assert any(line.startswith(f"{note}: ญี่ปุ่นและเกาหลีใต้") for line in lines)
    assert text("answer.none", "th") in lines

    turns = json.loads(download(page, "json"))["conversation"]
    assert [turn["question"] for turn in turns][1:] == [SINCE_WHEN, UNANSWERABLE]
    assert turns[1]["citations"][0]["quote"] == quote
    assert turns[1]["citations"][0]["title"].startswith("ญี่ปุ่นและเกาหลีใต้")
    assert turns[2]["abstained"]


def read_markdown(written: str) -> tuple[set[str], list[str]]:
    """What a Markdown viewer makes of it: the kinds of its elements, and its lines of text."""
    blocks = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(written)
    inline = [block for block in blocks if block.type == "inline"]
    inner = [token for block in inline for token in block.children or []]
    kinds = {token.type.rsplit("_", 1)[0] for token in [*blocks, *inner] if token.type not in ("inline", "text")}
    return kinds, ["".join(token.content for token in block.children or []) for block in inline]


def last_answer(page: Page) -> tuple[str, str]:
    """The first quote and the short answer of the last question but one."""
    turn = page.locator(".turn").nth(1)
    return turn.locator(".quote").first.inner_text(), turn.locator(".short bdi").inner_text()


def test_two_windows_on_one_conversation_lose_nothing(page: Page, visit: Any, site: Site) -> None:
    ask(page, FIRST_LEADER)
    other = visit(site.url)
    kept(other).locator(".title").click()
    expect(other.locator(".question")).to_have_text([FIRST_LEADER])

    ask(other, SINCE_WHEN)
    expect(page.locator(".question")).to_have_text([FIRST_LEADER, SINCE_WHEN])
    ask(page, UNANSWERABLE)
    expect(other.locator(".question")).to_have_text([FIRST_LEADER, SINCE_WHEN, UNANSWERABLE])

    kept(other)
    other.locator(".drawer .delete").click()
    confirm(other)
    expect(page.locator(".turn")).to_have_count(0)  # deleted is deleted, in every window


def test_two_people_do_not_see_each_others_questions(page: Page, chromium: Any, watch: Watch, site: Site) -> None:
    ask(page, FIRST_LEADER)
    other = watch.over(chromium.new_context(locale=THAI)).new_page()
    other.goto(site.url)
    expect(other.locator(".welcome .example")).to_have_count(4)
    expect(other.locator(".turn")).to_have_count(0)
    expect(other.locator(".conversations")).to_be_hidden()
    other.context.close()


def test_only_the_latest_fifty_are_kept(page: Page) -> None:
    page.evaluate("""() => {
        for (let number = 1; number <= 50; number += 1) {
            const turn = { id: "t", asked: number, question: `ที่ ${number}`, reply: { error: { code: "internal" } } };
            localStorage.setItem(`khamtop.conversation.1.${number}`, JSON.stringify([turn]));
        }
    }""")
    ask(page, FIRST_LEADER)
    titles = kept(page).locator(".title")
    expect(titles).to_have_count(50)
    expect(titles.first).to_have_text(FIRST_LEADER)
    expect(titles.last).to_have_text("ที่ 2")


def test_when_the_browser_is_full_the_oldest_make_room_and_without_storage_all_else_works(page: Page) -> None:
    ask(page, FIRST_LEADER)
    ask(page, SINCE_WHEN)
    page.locator(".new").click()
    page.evaluate("""() => {
        const filler = "x".repeat(100_000);
        try { for (let number = 0; ; number += 1) localStorage.setItem(`filler${number}`, filler); } catch {}
        try { for (let number = 0; ; number += 1) localStorage.setItem(`small${number}`, "x".repeat(500)); } catch {}
    }""")
    ask(page, SINCE_WHEN)
    expect(kept(page).locator(".title")).to_have_text([SINCE_WHEN])
    page.keyboard.press("Escape")

    page.evaluate("() => { Storage.prototype.setItem = () => { throw new DOMException('forbidden'); }; }")
    page.locator(".new").click()
    ask(page, FIRST_LEADER)
    expect(last(page, ".quote").first).to_contain_text("คิชิดะ")
    expect(page.locator(".notice")).to_have_text(text("page.not_kept", "th"))
