"""Behind a proxy's path and a password the page does all that it does elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import expect

from khamtop.ui.guard import Access
from khamtop.ui.texts import text
from tests.browser.conftest import THAI, Site, Watch
from tests.browser.steps import FIRST_LEADER, ask, go, last


def test_its_modules_calls_and_uploads_go_through_the_path(
    chromium: Any, watch: Watch, serve: Callable[..., Site]
) -> None:
    site = serve(access=Access(users=("reader:secret",), root_path="/khamtop"))
    signed_in = {"username": "reader", "password": "secret"}
    context = watch.over(chromium.new_context(http_credentials=signed_in, locale=THAI))
    asked: list[str] = []
    context.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page = context.new_page()
    page.goto(f"{site.url}/")
    page.wait_for_selector(".khamtop[data-tab]")
    ask(page, FIRST_LEADER)
    expect(last(page, ".quote").first).to_contain_text("คิชิดะ")
    go(page, "articles")
    page.locator(".files").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"\x89PNG"})
    expect(page.locator(".uploaded li")).to_have_text(f"a.png {text('file.kind', 'th')}")
    ours = [path for path in asked if "/page/" in path or path.endswith("/upload")]
    assert len(ours) > 20
    assert all(path.startswith("/khamtop/") for path in ours)
    context.close()
