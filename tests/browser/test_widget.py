"""The question box in another site's page: a page of another origin, served from another port, with one script tag."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from khamtop.ui.guard import Access
from khamtop.ui.programs import Keys, Programs
from khamtop.ui.texts import text
from tests.browser.conftest import Site
from tests.browser.steps import FIRST_LEADER, HOSTILE, UNANSWERABLE

QUESTION = "นายสมชายเปิดร้านหนังสือที่จังหวัดใด"
BOOKSHOP = f"นายสมชายเปิดร้านหนังสือที่จังหวัดน่านเมื่อ พ.ศ. 2561 {HOSTILE}"


class Paper:
    """A newspaper's page, which holds the box; its policy forbids inline styles and scripts, as careful ones do."""

    def __init__(self) -> None:
        self.body = ""
        self.policy = ""
        paper = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                is_page = self.path == "/"
                self.send_response(200 if is_page else 204)
                if is_page:
                    self.send_header("Content-Type", "text/html; charset=utf-8")
                    self.send_header("Content-Security-Policy", paper.policy)
                self.end_headers()
                if is_page:
                    self.wfile.write(paper.body.encode())

            def log_message(self, *_: object) -> None:
                """Tests are quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"

    def hold(self, site: Site, attributes: str = "") -> None:
        """Holds the box of that site from now on."""
        self.policy = f"default-src 'none'; script-src {site.url}; connect-src {site.url}"
        self.body = (
            '<!doctype html><html lang="th"><title>ข่าว</title><main><p>ก่อน</p>'
            f'<script src="{site.url}/v1/widget.js" {attributes}></script><p id="after">หลัง</p></main>'
        )


@contextmanager
def served(paper: Paper) -> Iterator[Paper]:
    threading.Thread(target=paper.server.serve_forever, daemon=True).start()
    yield paper
    paper.server.shutdown()
    paper.server.server_close()


@pytest.fixture(scope="module")
def paper() -> Iterator[Paper]:
    with served(Paper()) as paper:
        yield paper


@pytest.fixture(scope="module")
def answering(chromium: object, serve: Callable[..., Site], paper: Paper) -> Site:
    """A site that lets readers of that paper ask, and nobody else in without a password or a key."""
    programs = Programs(Keys(["a-key-of-a-program"]), (paper.origin,), 0)
    access = Access(("reader:secret",), programs=programs)
    return serve(access=access, **{"shop.txt": BOOKSHOP})


@pytest.fixture
def read(context: Any, paper: Paper) -> Callable[..., Page]:
    """Opens the paper's page, which holds the box."""

    def read(site: Site, attributes: str = "") -> Page:
        paper.hold(site, attributes)
        page: Page = context.new_page()
        page.goto(paper.origin)
        return page

    return read


def ask(page: Page, question: str) -> Any:
    """Types a question into the box and waits for the reply."""
    page.get_by_role("textbox").fill(question)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button")).to_be_enabled()
    return page.locator(".reply")


def test_a_reader_of_another_site_asks_and_sees_the_quotes_and_their_sources(
    read: Callable[..., Page], answering: Site
) -> None:
    page = read(answering)
    reply = ask(page, FIRST_LEADER)
    expect(reply.locator("mark").first).to_contain_text("คิชิดะ")
    expect(reply.locator("h2")).to_have_text(text("widget.sources", "th"))
    link = reply.locator("li a").first
    assert str(link.get_attribute("href")).startswith(f"{answering.url}/#articles?article=")
    order = "[...document.querySelector('main').children].map((child) => child.localName)"
    assert page.evaluate(order) == ["p", "script", "div", "p"]


def test_what_the_articles_do_not_say_is_told_in_the_articles_place(read: Callable[..., Page], answering: Site) -> None:
    reply = ask(read(answering), UNANSWERABLE)
    expect(reply).to_contain_text(text("answer.none", "th").split("{")[0])


def test_text_of_articles_does_nothing_in_it(read: Callable[..., Page], answering: Site) -> None:
    page = read(answering)
    reply = ask(page, QUESTION)
    expect(reply).to_contain_text("จังหวัดน่าน")
    assert page.evaluate("window.ran") is None
    assert reply.locator(":is(script, img, svg, iframe)").count() == 0
    assert not set("\u202e\u202c") & set(reply.inner_text())


def test_it_sends_and_keeps_no_cookie_and_leaves_no_name(read: Callable[..., Page], answering: Site) -> None:
    page = read(answering)
    names = page.evaluate("Object.keys(window)")
    sent: list[dict[str, str]] = []
    page.on("request", lambda request: sent.append(request.all_headers()))
    ask(page, FIRST_LEADER)
    assert sent
    assert not any("cookie" in headers or "authorization" in headers or "referer" in headers for headers in sent)
    assert page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]
    assert page.evaluate("Object.keys(window)") == names
    assert not {"begin", "h", "shown"} & set(names)


def test_it_stands_where_the_page_wants_it_in_the_language_it_wants(read: Callable[..., Page], answering: Site) -> None:
    page = read(answering, 'data-target="main" data-language="en"')
    expect(page.get_by_role("button")).to_have_text(text("widget.ask", "en"))
    assert page.evaluate("document.querySelector('main').lastElementChild.lang") == "en"
    expect(ask(page, "x" * 1999 + "?")).not_to_be_empty()


def test_what_goes_wrong_is_told_in_one_sentence(chromium: Any, answering: Site, paper: Paper) -> None:
    context = chromium.new_context()  # unwatched: a call that fails is an error on the console
    page = context.new_page()
    paper.hold(answering)
    page.goto(paper.origin)
    expect(ask(page, "???")).to_have_text(text("question.empty", "th"))
    page.route("**/v1/ask", lambda route: route.abort())
    expect(ask(page, FIRST_LEADER)).to_have_text(text("widget.away", "th"))
    context.close()


def test_a_page_of_no_named_site_gets_no_answer(chromium: Any, answering: Site) -> None:
    with served(Paper()) as other:
        other.hold(answering)
        context = chromium.new_context()
        page = context.new_page()
        page.goto(other.origin)
        expect(ask(page, FIRST_LEADER)).to_have_text(text("widget.away", "th"))
        context.close()
