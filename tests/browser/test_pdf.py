"""A PDF that Chromium prints: all its letters, and the page of a quote wherever the quote is shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
from playwright.sync_api import expect

from khamtop.index.sources.files import read_articles
from khamtop.index.types import Article
from tests.browser.conftest import Site
from tests.browser.steps import ask, last, search
from tests.test_index_pdf import TREES, ZOO, letters


@pytest.fixture(scope="module")
def printed(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pages of a newspaper, justified, as Chromium prints them."""
    page = chromium.new_page()
    sheets = ["".join(f"<p>{paragraph}</p>" for paragraph in sheet) for sheet in (ZOO, TREES)]
    style = "body { font: 15pt Garuda, Norasi, sans-serif } p { text-align: justify } section { break-after: page }"
    page.set_content(f"<title>ข่าวสวนสัตว์</title><style>{style}</style><section>{'</section><section>'.join(sheets)}")
    file = tmp_path_factory.mktemp("printed") / "สวนสัตว์.pdf"
    page.pdf(path=file)
    page.close()
    return file


def test_all_letters_and_paragraphs_that_chromium_prints(printed: Path) -> None:
    """It spells out each cluster of marks beside its glyphs, and writes no spaces."""
    (article,) = read_articles([printed])
    assert isinstance(article, Article)
    assert article.title == "ข่าวสวนสัตว์"
    pages = [[letters(line) for line in page.splitlines()] for page in article.text.split("\f")]
    assert pages[:2] == [[letters(paragraph) for paragraph in sheet] for sheet in (ZOO, TREES)]
    assert "แม่ยีราฟชื่อน้ำผึ้งแข็งแรงดี และให้นมลูก" in article.text


def test_a_quote_of_a_pdf_has_its_page_and_a_link_to_it(visit: Any, serve: Callable[..., Site], printed: Path) -> None:
    sent = {
        "id": "a",
        "title": "ตลาดโต้รุ่ง",
        "text": "ปีแรก\n\fตลาดโต้รุ่งเปิดเมื่อ พ.ศ. 2541",
        "source": "https://news.example/a.pdf",
    }
    site = serve(**{"addressed.jsonl": json.dumps(sent)})
    (site.articles / printed.name).write_bytes(printed.read_bytes())
    site.service.rebuild()
    page = visit(site.url)
    ask(page, "แจกต้นกล้าไม้แก่ผู้ร่วมงานกี่ต้น")
    expect(page.locator(".sources .card .quiet").first).to_have_text("5 มิ.ย. 2565 · หน้า 2")
    last(page, "blockquote .marker").first.click()
    expect(page.locator(".reader .page-number")).to_contain_text(["หน้า 1", "หน้า 2"])
    expect(page.locator(".reader mark.current")).to_contain_text("ต้นกล้าไม้")
    expect(page.locator(".reader-head")).to_contain_text(f"{printed.name} · หน้า 2")
    original = f"{site.url}/page/original?article_id={quote_plus(f'{site.articles.name}/{printed.name}')}"
    expect(page.locator(".reader-head a")).to_have_attribute("href", f"{original}#page=2")
    expect(page.locator(".sources .card a").first).to_have_attribute("href", f"{original}#page=2")
    given = page.request.get(original)
    assert (given.headers["content-type"], given.body()) == ("application/pdf", printed.read_bytes())
    (site.articles / printed.name).write_bytes(b"%PDF-")
    assert page.request.get(original).json()["error"]["code"] == "original.changed"
    page.keyboard.press("Escape")
    page.locator("[role=tab][data-tab=search]").click()
    search(page, "ตลาดโต้รุ่งเปิดเมื่อ")
    page.locator(".found .card .title", has_text="ตลาดโต้รุ่ง").first.click()
    expect(page.locator(".reader-head a")).to_have_attribute("href", "https://news.example/a.pdf#page=1")
