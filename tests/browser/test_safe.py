"""Whatever articles, people and file names say is shown as text, and does nothing, wherever it is shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.steps import HOSTILE, ask, confirm, go, last, search

HREFS = "(links) => links.map(({ href }) => href)"
QUESTION = "นายสมชายเปิดร้านหนังสือที่จังหวัดใด"
TEXT = f"นายสมชายเปิดร้านหนังสือที่จังหวัดน่านเมื่อ พ.ศ. 2561 {HOSTILE}"


def nothing_ran(page: Page) -> None:
    """Nothing was run, nothing but the page's own pictures became an element, nothing turns the writing around."""
    assert page.evaluate("window.ran") is None
    strange = ":is(script, img, iframe, a, svg:not(.timeline svg)):not(.reader-head a, .footnotes a)"
    assert page.locator(f".khamtop {strange}").count() == 0
    assert all(href.startswith(page.url.split("#")[0]) for href in page.locator(".footnotes a").evaluate_all(HREFS))
    shown = page.evaluate("document.querySelector('.khamtop').outerHTML")
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") & set(shown)


def test_markup_does_nothing_in_any_tab(visit: Any, serve: Callable[..., Site]) -> None:
    site = serve(**{"hostile.txt": f"{HOSTILE}\n\n{TEXT}"})
    article = {"id": "<b>x</b>", "title": HOSTILE, "text": TEXT.replace("น่าน", "แพร่"), "source": HOSTILE}
    (site.articles / "hostile.jsonl").write_text(json.dumps({**article, "published": HOSTILE}), "utf-8")
    (site.articles / "<img src=x onerror=window.ran=1>.png").write_bytes(b"")
    page = visit(site.url)

    go(page, "articles")
    page.locator(".rebuild").click()
    expect(page.locator(".build .passed-over")).to_contain_text("<img src=x onerror=window.ran=1>")
    row = page.locator(".list li").filter(has_text="<script>").first
    row.locator(".title").click()
    expect(page.get_by_role("dialog")).to_contain_text("{{7*7}}${window.ran=1}")
    nothing_ran(page)
    page.keyboard.press("Escape")
    page.locator(".list .remove").first.click()
    nothing_ran(page)
    confirm(page, sure=False)

    go(page, "ask")
    ask(page, f"{QUESTION} {HOSTILE}")
    ask(page, QUESTION)
    expect(last(page, ".quote").first).to_contain_text("จังหวัด")
    last(page, ".thumb.up").click()
    last(page, ".remark input").fill(HOSTILE)
    page.keyboard.press("Enter")
    expect(last(page, ".remark")).to_be_hidden()
    last(page, ".marker").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("<script>window.ran=1</script>")
    expect(page.get_by_role("dialog")).to_contain_text("![ภาพ](http://outside.invalid/p.png)")
    nothing_ran(page)
    page.keyboard.press("Escape")
    page.locator(".conversations").click()
    expect(page.locator(".drawer .title")).to_contain_text("<script>window.ran=1</script>")
    nothing_ran(page)
    page.keyboard.press("Escape")

    go(page, "search")
    search(page, HOSTILE.split("\u202e")[0], source="hostile")
    expect(page.locator(".found .card").first).to_contain_text("<script>")
    nothing_ran(page)
    page.reload()
    expect(page.locator(".found .card").first).to_contain_text("<script>")
    nothing_ran(page)


def test_only_an_address_becomes_a_link_to_the_original(visit: Any, archive: Site) -> None:
    page = visit(archive.url)
    reader = page.get_by_role("dialog")

    ask(page, "ตลาดโต้รุ่งเปิดเมื่อใด")
    last(page, ".marker").first.click()
    expect(reader.locator("a")).to_have_attribute("href", "https://news.example/a")
    page.keyboard.press("Escape")

    ask(page, "หอนาฬิกาสร้างเสร็จเมื่อใด")
    last(page, ".marker").first.click()
    expect(reader.locator(".source")).to_have_text("javascript:ran()")
    expect(reader.locator("a")).to_have_count(0)
