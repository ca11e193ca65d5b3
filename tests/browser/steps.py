"""What a person does on the page, and looks at: the steps that several tests share."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import khamtop.ui.service
from tests.browser.conftest import Site

FIRST_LEADER = "ใครเป็นผู้นำญี่ปุ่นคนแรกที่เข้าร่วมการประชุมสุดยอดนาโต"
SINCE_WHEN = "นาโตและเกาหลีใต้ได้ร่วมมือกันตั้งแต่ พ.ศ. ใด"
UNANSWERABLE = "ราคาทองคำวันนี้บาทละเท่าไร"

#: Markup, scripts, links, an image elsewhere, template marks and an override of the writing direction.
HOSTILE = (
    "<script>window.ran=1</script><img src=x onerror='window.ran=1'><svg onload='window.ran=1'></svg> "
    "![ภาพ](http://outside.invalid/p.png) [ลิงก์](javascript:window.ran=1) </bdi></dialog>{{7*7}}${window.ran=1} "
    "\u202eกลับหน้า\u202c"
)


def ask(page: Page, question: str) -> None:
    """Types a question, sends it with Enter, and waits for the reply."""
    turns = page.locator(".turn").count()
    page.locator(".ask textarea").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_count(turns + 1)
    expect(page.locator(".pending")).to_have_count(0)


def last(page: Page, selector: str) -> Any:
    """What the last question and its reply hold."""
    return page.locator(".turn").last.locator(selector)


def go(page: Page, tab: str) -> None:
    """Opens a tab: "ask", "search" or "articles"."""
    page.locator(f"[role=tab][data-tab={tab}]").click()
    expect(page.locator(f"[role=tabpanel][data-tab={tab}]")).to_be_visible()


def search(page: Page, question: str, **filters: str) -> None:
    """Fills in the search tab, as it is then and no more, and waits for what was found."""
    for name in ("question", "since", "until", "source", "name"):
        page.locator(f"[name={name}]").fill({"question": question, **filters}.get(name, ""))
    found = page.locator(".found-count h2")
    page.evaluate("document.querySelector('.found-count').replaceChildren()")
    page.keyboard.press("Enter")
    found.wait_for()


def days(dates: Any) -> list[str]:
    """The days (ISO) of dates that are shown, whichever language writes them."""
    return [date.get_attribute("datetime") or "" for date in dates.all()]


def confirm(page: Page, sure: bool = True) -> None:
    """Answers the page's "are you sure"."""
    page.locator(".confirm button").nth(1 if sure else 0).click()
    expect(page.locator(".confirm")).to_be_hidden()


def seed(site: Site) -> str:
    """The article that comes with the project."""
    return (site.articles / "nato-japan-south-korea.txt").read_text("utf-8")


def hold_builds(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Lets builds come as far as embedding, and no further until the event is set."""
    held = threading.Event()
    build = khamtop.ui.service.build

    def held_build(paths: Any, folder: Any, encoder: Any, progress: Any, source: Any) -> Any:
        def tell(stage: str, done: int, total: int) -> None:
            progress(stage, done, total)
            if stage == "embed":
                held.wait(30)

        return build(paths, folder, encoder, tell, source)

    monkeypatch.setattr(khamtop.ui.service, "build", held_build)
    return held
