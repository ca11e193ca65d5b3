"""The articles tab: looking through the articles, adding and removing some, rebuilding the index."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import khamtop.ui.service
from khamtop.ui.texts import text
from khamtop.ui.uploads import LARGEST_FILE_BYTES, MOST_FILES
from tests.browser.conftest import Site
from tests.browser.steps import FIRST_LEADER, ask, confirm, go, hold_builds, last

LIBRARY = "ข่าวห้องสมุด\n\nโรงเรียนบ้านหนองบัวเปิดห้องสมุดใหม่เมื่อ พ.ศ. 2560"
WHICH_SCHOOL = "โรงเรียนใดเปิดห้องสมุดใหม่"


@pytest.fixture
def articles(visit: Any, archive: Site) -> Page:
    """The articles tab of an archive of 70 articles."""
    page: Page = visit(f"{archive.url}/#articles")
    expect(page.locator(".list li")).to_have_count(50)
    return page


@pytest.fixture(scope="module")
def own(serve: Callable[..., Site]) -> Site:
    """A site whose articles the tests of this file change."""
    return serve(**{"other.txt": "ข่าวอื่น\n\nบทความอื่นที่ยังอยู่"})


# -- Looking --------------------------------------------------------------------------------------


def test_the_articles_are_listed_and_more_on_demand(articles: Page) -> None:
    expect(articles.locator(".archive-count")).to_contain_text("70")
    first = articles.locator(".list li").first
    expect(first.locator(".title")).to_contain_text("ประชุมสภาตำบลบ้านโคก ครั้งที่")
    expect(first).to_contain_text("15 ธ.ค. 2567")  # the newest
    expect(first).to_contain_text(text("page.length", "th", chars=1, passages=1).split("·")[1].strip())
    articles.locator(".list-more").click()
    expect(articles.locator(".list li")).to_have_count(70)
    expect(articles.locator(".list .title").nth(50)).to_be_focused()
    expect(articles.locator(".list-more")).to_be_hidden()


def test_one_is_found_by_its_title_and_opened(articles: Page) -> None:
    titles = articles.locator(".list .title")
    articles.locator("[data-list=find]").fill("ตลาดน้ำ")
    expect(titles).to_have_text(["ตลาดน้ำคลองใหม่"])
    titles.first.click()
    reader = articles.get_by_role("dialog")
    expect(reader.locator(".text")).to_contain_text("ร้านค้า 120 ร้าน")
    expect(reader.locator("mark")).to_have_count(0)
    articles.keyboard.press("Escape")
    expect(titles.first).to_be_focused()
    articles.locator("[data-list=find]").fill("ไม่มีชื่อนี้")
    expect(articles.locator(".list-count")).to_have_text(text("page.none_listed", "th"))


def test_they_are_found_by_words_in_any_order_narrowed_and_sorted(articles: Page) -> None:
    titles = articles.locator(".list .title")
    articles.locator("[data-list=find]").fill("ครั้งที่ 7 บ้านโคก")
    expect(titles.first).to_contain_text("ครั้งที่ 47")  # the newest of those with a 7
    articles.locator("[data-list=since]").fill("2563")
    articles.locator("[data-list=until]").fill("ธ.ค. 2563")
    expect(titles).to_have_text(["ประชุมสภาตำบลบ้านโคก ครั้งที่ 27"])
    articles.locator("[data-list=until]").fill("เมื่อวาน")
    expect(articles.locator(".list-count")).to_have_text(text("filter.date", "th", date="เมื่อวาน"))
    expect(titles).to_have_count(0)
    for name in ("find", "since", "until"):
        articles.locator(f"[data-list={name}]").fill("")
    articles.locator("[data-list=source]").fill("market")
    expect(titles).to_have_text(["ตลาดน้ำคลองใหม่"])
    articles.locator("[data-list=source]").fill("")
    articles.locator("[data-list=order]").select_option("title")
    expect(titles.first).to_contain_text("ญี่ปุ่นและเกาหลีใต้")
    articles.locator("[data-list=order]").select_option("oldest")
    expect(articles.locator(".list li").first).to_contain_text("2560")
    articles.reload()
    expect(articles.locator("[data-list=order]")).to_have_value("oldest")
    expect(articles.locator(".list li").first).to_contain_text("2560")


def test_a_picture_shows_the_articles_over_time_of_the_readers_era(articles: Page) -> None:
    picture = articles.locator(".archive .timeline")
    expect(picture.locator("g")).to_have_count(8)
    expect(picture.locator(".ends")).to_have_text("พ.ศ. 2560พ.ศ. 2567")
    expect(picture).to_contain_text(text("page.undated", "th", count=3))
    articles.locator(".language").click()
    expect(picture.locator(".ends")).to_have_text("20172024")
    expect(picture.get_by_role("img")).to_have_accessible_name(
        text("page.timeline_words", "en", articles=67, first="2017", last="2024", most=9, when="2018")
    )


# -- Changing -------------------------------------------------------------------------------------


def test_files_are_added_with_a_button_or_dropped_and_each_one_is_told_of(visit: Any, own: Site) -> None:
    page = visit(f"{own.url}/#articles")
    page.locator(".files").set_input_files(
        [
            {"name": "library.txt", "mimeType": "text/plain", "buffer": LIBRARY.encode()},
            {"name": "<img src=x onerror='window.ran=1'>.txt", "mimeType": "text/plain", "buffer": b""},
            {"name": "picture.png", "mimeType": "image/png", "buffer": b"\x89PNG"},
        ]
    )
    told = page.locator(".uploaded li")
    expect(told).to_have_count(3)
    expect(told.nth(0)).to_have_text(f"library.txt {text('page.saved', 'th')}")
    expect(told.nth(1)).to_contain_text("<img src=x")
    expect(told.nth(2)).to_have_text(f"picture.png {text('file.kind', 'th')}")
    expect(page.locator(".build")).to_contain_text(text("page.rebuilt", "th"))
    expect(page.locator(".list .title")).to_contain_text(["ข่าวห้องสมุด"])
    assert page.evaluate("window.ran") is None

    dropped = page.evaluate_handle("""() => {
        const dropped = new DataTransfer();
        dropped.items.add(new File(["ข่าวสระน้ำ\\n\\nสระน้ำบ้านดอนกว้าง 40 เมตร"], "pond.md", { type: "text/markdown" }));
        return dropped;
    }""")
    page.dispatch_event(".articles-panel", "drop", {"dataTransfer": dropped})
    expect(page.locator(".uploaded li")).to_have_text(f"pond.md {text('page.saved', 'th')}")
    expect(page.locator(".list .title").filter(has_text="ข่าวสระน้ำ")).to_have_count(1)
    go(page, "ask")
    ask(page, WHICH_SCHOOL)
    expect(last(page, ".quote").first).to_contain_text("บ้านหนองบัว")


def test_what_the_server_would_refuse_for_its_size_or_number_is_not_sent(visit: Any, own: Site) -> None:
    page = visit(f"{own.url}/#articles")
    expect(page.locator(".files")).to_have_attribute("accept", re.compile(r"\.jsonl,.*\.txt"))
    sent: list[str] = []
    page.on("request", lambda request: request.url.endswith("/upload") and sent.append(request.url))
    dropped = page.evaluate_handle(f"""() => {{
        const dropped = new DataTransfer();
        dropped.items.add(new File([new Uint8Array({LARGEST_FILE_BYTES + 1})], "large.txt"));
        return dropped;
    }}""")
    page.dispatch_event(".articles-panel", "drop", {"dataTransfer": dropped})
    expect(page.locator(".uploaded li")).to_have_text(f"large.txt {text('upload.too_large', 'th')}")
    assert not sent

    empty = [{"name": f"{number}.txt", "mimeType": "text/plain", "buffer": b""} for number in range(MOST_FILES + 1)]
    page.locator(".files").set_input_files(empty)
    expect(page.locator(".uploaded li")).to_have_count(MOST_FILES + 1)
    expect(page.locator(".uploaded li").last).to_have_text(f"{MOST_FILES}.txt {text('upload.too_many', 'th')}")
    assert len(sent) == 1


def test_an_article_is_removed_after_saying_what_that_means(visit: Any, own: Site) -> None:
    (own.articles / "bin.txt").write_text("ข่าวถังขยะ\n\nเทศบาลตั้งถังขยะใหม่ 40 ใบ", "utf-8")
    own.service.rebuild()
    page = visit(f"{own.url}/#articles")
    row = page.locator(".list li").filter(has_text="ข่าวถังขยะ")
    row.locator(".remove").click()
    expect(page.locator(".confirm")).to_contain_text("ข่าวถังขยะ")
    expect(page.locator(".confirm")).to_contain_text(text("page.remove_means", "th"))
    confirm(page, sure=False)
    expect(row.locator(".remove")).to_be_focused()
    row.locator(".remove").click()
    confirm(page)
    expect(page.locator(".changed")).to_contain_text("bin.txt")
    expect(row).to_have_count(0)
    assert not (own.articles / "bin.txt").exists()
    assert [path.read_text("utf-8").split()[0] for path in own.service.folder.glob("removed/*")] == ["ข่าวถังขยะ"]


def test_a_page_for_reading_only_offers_no_change(visit: Any, serve: Callable[..., Site]) -> None:
    page = visit(f"{serve(read_only=True).url}/#articles")
    expect(page.locator(".list li")).to_have_count(1)
    expect(page.locator(".changing")).to_be_hidden()
    expect(page.locator(".remove")).to_have_count(0)


# -- Rebuilding -----------------------------------------------------------------------------------


def test_the_first_build_is_shown_and_a_question_waits_for_it(
    visit: Any, serve: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = hold_builds(monkeypatch)
    page = visit(serve(wait=False).url)
    expect(page.locator(".line")).to_contain_text(text("page.building_first", "th"))
    box = page.locator(".ask textarea")
    box.fill("ใครเป็นนายกรัฐมนตรีญี่ปุ่น")
    page.keyboard.press("Enter")
    expect(page.locator(".pending")).to_be_visible()
    page.keyboard.press("Escape")
    expect(last(page, ".error")).to_contain_text(text("page.stopped", "th"))
    box.fill(FIRST_LEADER)
    page.keyboard.press("Enter")
    expect(page.locator(".pending")).to_be_visible()
    held.set()
    expect(last(page, ".quote").first).to_contain_text("คิชิดะ")
    expect(page.locator(".line")).to_contain_text(text("page.rebuilt", "th"))
    page.locator(".new").click()
    expect(page.locator(".welcome .example")).to_have_count(4)


def test_a_rebuild_shows_its_progress_and_result_while_the_old_index_answers(
    visit: Any, serve: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = serve()
    (site.articles / "new.txt").write_text(LIBRARY, "utf-8")
    (site.articles / "picture.png").write_bytes(b"\x89PNG")
    (site.articles / "README.md").write_text("ที่มาของบทความ", "utf-8")
    (site.articles / "empty.txt").write_text("", "utf-8")
    held = hold_builds(monkeypatch)
    page = visit(f"{site.url}/#articles")
    page.locator(".rebuild").click()
    panel, line = page.locator(".build"), page.locator(".line")
    expect(panel).to_contain_text(text("stage.embed", "th"))
    expect(panel).to_contain_text("1 / 1")
    expect(panel.get_by_role("progressbar")).to_have_attribute("max", "1")
    expect(page.locator(".rebuild")).to_be_disabled()
    expect(line).to_be_hidden()

    go(page, "ask")  # from where a line shows the build
    expect(line).to_contain_text(text("page.building", "th"))
    ask(page, FIRST_LEADER)
    expect(last(page, ".quote").first).to_contain_text("คิชิดะ")
    ask(page, WHICH_SCHOOL)
    expect(last(page, ".abstained")).to_be_visible()

    held.set()
    expect(line).to_contain_text(text("page.rebuilt", "th"))
    ask(page, WHICH_SCHOOL)
    expect(last(page, ".quote").first).to_contain_text("บ้านหนองบัว")
    line.get_by_role("button", name=text("page.details", "th")).click()
    expect(line).to_be_hidden()
    expect(panel.locator("dl dd")).to_have_text(["1", "0", "0", "1", "1"])  # a picture and a README are no loss
    expect(panel.locator(".passed-over")).to_contain_text(f"{text('file.kind', 'th')} (picture.png)")
    expect(panel.locator(".passed-over")).to_contain_text(f"{text('file.readme', 'th')} (README.md)")
    panel.locator("summary").click()
    expect(panel.locator("li")).to_have_text([re.compile("empty.txt")])
    panel.locator(".dismiss").click()
    expect(panel).to_be_hidden()


def test_a_build_is_stopped_and_two_people_who_press_rebuild_get_one(
    visit: Any, own: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = threading.Event()
    begun: list[Path] = []

    def endless(paths: Any, folder: Path, encoder: Any, progress: Any, source: Any) -> Any:
        begun.append(folder)
        while not held.wait(0.01):
            progress("embed", 1, 2)

    monkeypatch.setattr(khamtop.ui.service, "build", endless)
    one, other = visit(f"{own.url}/#articles"), visit(f"{own.url}/#articles")
    one.locator(".rebuild").click()
    expect(one.locator(".build progress")).to_have_attribute("value", "1")
    other.locator(".rebuild").click()
    expect(other.locator(".build progress")).to_have_attribute("value", "1")
    other.get_by_role("button", name=text("page.stop", "th")).click()
    for page in (one, other):
        expect(page.locator(".build .error")).to_have_text(text("index.stopped", "th"))
        expect(page.locator(".rebuild")).to_be_enabled()
    assert len(begun) == 1
