"""What the page does, told by using it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import ui.service
from qa.types import Answer, Citation
from tests.browser.conftest import Site, Watch
from ui.texts import text

FIRST_LEADER = "ใครเป็นผู้นำญี่ปุ่นคนแรกที่เข้าร่วมการประชุมสุดยอดนาโต"
SINCE_WHEN = "นาโตและเกาหลีใต้ได้ร่วมมือกันตั้งแต่ พ.ศ. ใด"
UNANSWERABLE = "ราคาทองคำวันนี้บาทละเท่าไร"


def ask(page: Page, question: str) -> None:
    """Types a question, sends it with Enter, and waits for the reply."""
    turns = page.locator(".turn").count()
    page.get_by_role("textbox").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_count(turns + 1)
    expect(page.locator(".pending")).to_have_count(0)


def last(page: Page, selector: str) -> Any:
    return page.locator(".turn").last.locator(selector)


def seed(site: Site) -> str:
    return (site.articles / "nato-japan-south-korea.txt").read_text("utf-8")


# -- Asking ---------------------------------------------------------------------------------------


def test_the_first_screen_says_what_this_is_and_is_ready_to_be_asked(page: Page) -> None:
    expect(page).to_have_title("คำตอบ")
    expect(page.locator("html")).to_have_attribute("lang", "th")
    expect(page.locator(".welcome")).to_contain_text(text("page.knows", "th", articles=1))
    expect(page.locator(".example")).to_have_count(4)
    expect(page.get_by_role("textbox")).to_be_focused()
    expect(page.locator("footer")).to_have_count(0)


def test_every_example_on_the_first_screen_is_answered(page: Page) -> None:
    for position in range(4):
        example = page.locator(".welcome .example").nth(position)
        question = example.inner_text()
        example.click()
        expect(last(page, ".question")).to_have_text(question)
        expect(last(page, "blockquote")).not_to_have_count(0)
        expect(page.get_by_role("textbox")).to_be_focused()
        page.locator(".new").click()


def test_an_answer_is_a_short_answer_and_quotes_that_stand_in_the_article(page: Page, site: Site) -> None:
    ask(page, FIRST_LEADER)
    expect(last(page, ".short .marker")).to_have_text("[1]")
    expect(last(page, ".quote strong")).to_have_text(last(page, ".short bdi").inner_text())
    quotes = last(page, ".quote").all_inner_texts()
    assert "ฟูมิโอะ คิชิดะ" in quotes[0]
    assert all(quote in seed(site) for quote in quotes)
    expect(last(page, "blockquote .marker").first).to_have_text("[1]")


def test_the_sources_stand_beside_the_answer(page: Page, site: Site) -> None:
    ask(page, SINCE_WHEN)
    card = page.locator(".sources .card").first
    expect(card.locator(".badge")).to_have_text(["[1]"])
    expect(card.locator(".title")).to_have_text(seed(site).splitlines()[0])
    expect(card.locator("mark")).to_have_text(last(page, ".quote").first.inner_text())
    expect(card.locator(".why")).to_contain_text(text("page.by_words", "th", rank=1))
    expect(card.locator(".bar span")).to_have_attribute("style", "width:100.0%")
    chat, sources = page.locator(".chat").bounding_box(), page.locator(".sources").bounding_box()
    assert chat
    assert sources
    assert sources["x"] >= chat["x"] + chat["width"]


def test_shift_enter_breaks_the_line_and_enter_sends(page: Page) -> None:
    box = page.get_by_role("textbox")
    box.fill("ใครเป็น")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("ประธานาธิบดีเกาหลีใต้")
    expect(box).to_have_value("ใครเป็น\nประธานาธิบดีเกาหลีใต้")
    page.keyboard.press("Enter")
    expect(box).to_have_value("")
    expect(last(page, ".quote").first).to_contain_text("ยุน ซอกยอล")


def test_a_follow_up_is_understood_from_the_conversation(page: Page) -> None:
    ask(page, "นาโตและญี่ปุ่นร่วมมือกันมาตั้งแต่เมื่อใด")
    ask(page, "แล้วเกาหลีใต้ล่ะ")
    expect(last(page, ".quote").first).to_contain_text("2548")


def test_what_the_articles_do_not_answer_is_said_plainly_and_the_nearest_offered(page: Page) -> None:
    ask(page, UNANSWERABLE)
    expect(last(page, ".abstained")).to_have_text(text("answer.none", "th"))
    expect(last(page, "blockquote")).to_have_count(0)
    expect(page.locator(".sources h2")).to_have_text(text("page.nearest", "th"))
    expect(page.locator(".sources .card")).not_to_have_count(0)
    expect(last(page, ".example")).to_have_count(4)


@pytest.mark.parametrize(
    ("question", "code", "facts"),
    [
        ("   ", "question.empty", {}),
        ("ก" * 2001, "question.too_long", {"limit": 2000}),
        ("ใคร\u0001เป็นนายก", "question.control", {}),
    ],
)
def test_a_bad_question_gets_one_clear_sentence(page: Page, question: str, code: str, facts: dict[str, Any]) -> None:
    ask(page, question)
    expect(last(page, ".error")).to_have_text(text(code, "th", **facts))
    page.locator(".language").click()
    expect(last(page, ".error")).to_have_text(text(code, "en", **facts))


def test_a_question_in_the_address_is_asked_once(context: Any, site: Site) -> None:
    page = context.new_page()
    page.goto(f"{site.url}/?q={FIRST_LEADER}")
    expect(last(page, ".quote").first).to_contain_text("คิชิดะ")
    page.reload()
    expect(last(page, ".quote").first).to_contain_text("คิชิดะ")
    expect(page.locator(".turn")).to_have_count(1)


def test_a_conversation_survives_a_reload_until_a_new_one_is_begun(page: Page) -> None:
    ask(page, FIRST_LEADER)
    ask(page, SINCE_WHEN)
    page.reload()
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".sources .card")).not_to_have_count(0)
    page.locator(".new").click()
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator(".sources")).to_be_hidden()
    page.reload()
    expect(page.locator(".welcome .example")).to_have_count(4)


def test_two_people_do_not_see_each_others_questions(page: Page, chromium: Any, watch: Watch, site: Site) -> None:
    ask(page, FIRST_LEADER)
    other = watch.over(chromium.new_context()).new_page()
    other.goto(site.url)
    expect(other.locator(".welcome .example")).to_have_count(4)
    expect(other.locator(".turn")).to_have_count(0)
    other.context.close()


# -- Reading --------------------------------------------------------------------------------------


def test_a_marker_opens_the_whole_article_at_the_marked_quote(page: Page, site: Site) -> None:
    ask(page, FIRST_LEADER)
    quote = last(page, ".quote").first.inner_text()
    last(page, "blockquote .marker").first.click()
    reader = page.get_by_role("dialog")
    expect(reader.locator("mark.current")).to_have_text(quote)
    expect(reader.locator("mark.current")).to_be_in_viewport()
    expect(reader.locator("h2")).to_have_text(seed(site).splitlines()[0])
    expect(reader).to_contain_text("ภาพจาก: รอยเตอร์")  # its very end
    page.keyboard.press("Escape")
    expect(reader).to_have_count(0)
    expect(last(page, "blockquote .marker").first).to_be_focused()


def test_the_article_opens_from_the_keyboard_and_from_its_card(page: Page) -> None:
    ask(page, FIRST_LEADER)
    reader = page.get_by_role("dialog")
    last(page, "blockquote .marker").first.focus()
    page.keyboard.press("Enter")
    expect(reader.locator("mark.current")).to_contain_text("คิชิดะ")
    reader.locator(".close").click()
    page.locator(".card .title").first.click()
    expect(reader.locator("mark.current")).to_contain_text("คิชิดะ")
    page.keyboard.press("Escape")
    expect(page.locator(".card .title").first).to_be_focused()


def test_the_arrow_keys_turn_to_the_next_and_the_previous_quote(
    page: Page, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = site.service.article("seeds/nato-japan-south-korea.txt")
    quotes = ("ที่กรุงมาดริด", "ตามรายงานของบลูมเบิร์ก", "ภาพจาก: รอยเตอร์")
    spans = [(article.text.index(quote), article.text.index(quote) + len(quote)) for quote in quotes]
    cited = tuple(Citation(number, article, *span) for number, span in enumerate(spans, start=1))
    made = Answer("ที่ใด", "th", cited, None, (), 1.0, False)
    monkeypatch.setattr(ui.service, "answer", lambda *_, **__: made)
    ask(page, "ที่ใด")
    current = page.get_by_role("dialog").locator("mark.current")
    last(page, "blockquote .marker").nth(1).click()
    expect(current).to_have_text(quotes[1])
    page.keyboard.press("ArrowRight")
    expect(current).to_have_text(quotes[2])
    expect(current).to_be_in_viewport()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(current).to_have_text(quotes[0])
    expect(page.get_by_role("dialog").locator("mark")).to_have_count(3)


def test_a_quote_is_copied_with_its_source(page: Page, site: Site) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, FIRST_LEADER)
    last(page, ".copy").first.click()
    expect(page.locator(".notice")).to_have_text(text("page.copied", "th"))
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"“{last(page, '.quote').first.inner_text()}” — {seed(site).splitlines()[0]}")


def test_another_passage_opens_marked_where_it_stands(page: Page) -> None:
    ask(page, FIRST_LEADER)
    page.locator(".sources summary").click()
    card = page.locator(".sources details .card").first
    passage = card.locator(".passage").inner_text()
    card.locator(".title").click()
    current = page.get_by_role("dialog").locator("mark.current")
    assert "".join(current.inner_text().split()) == "".join(passage.split())


def test_a_marker_and_its_card_point_at_each_other(page: Page) -> None:
    ask(page, SINCE_WHEN)
    last(page, "blockquote .marker").first.hover()
    expect(page.locator(".card.pointed .badge")).to_have_text(["[1]"])
    page.locator(".card").first.hover()
    expect(page.locator("blockquote.pointed")).to_have_count(1)


# -- Language, size, theme ------------------------------------------------------------------------


def test_english_at_a_switch_is_remembered(page: Page) -> None:
    ask(page, FIRST_LEADER)
    page.get_by_role("button", name=text("page.language_label", "th")).click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page).to_have_title("Khamtop")
    expect(page.locator(".sources h2")).to_have_text("Sources")
    page.reload()
    expect(page.locator(".send")).to_have_text("Ask")


def test_an_english_question_gets_english_words_around_the_thai_quote(page: Page, site: Site) -> None:
    ask(page, "Who is the president of South Korea?")
    expect(last(page, ".lead").first).to_have_text("The article says:")
    assert last(page, ".quote").first.inner_text() in seed(site)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_runs_past_the_edge(page: Page, width: int, theme: Any) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=theme)
    for language in ("th", "en"):
        ask(page, FIRST_LEADER)
        ask(page, "https://example.org/" + "ยาว" * 80)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), language
        page.locator(".turn .marker").first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert page.evaluate("document.querySelector('dialog').scrollWidth <= innerWidth"), language
        page.keyboard.press("Escape")
        page.locator(".language").click()
    paper = page.evaluate("getComputedStyle(document.querySelector('.khamtop')).backgroundColor")
    assert (int(paper.removeprefix("rgb(").split(",")[0]) < 128) == (theme == "dark")


def test_on_a_phone_the_sources_follow_the_talk_and_the_box_stays(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    ask(page, FIRST_LEADER)
    talk, sources = page.locator(".talk").bounding_box(), page.locator(".sources").bounding_box()
    assert talk
    assert sources
    assert sources["y"] >= talk["y"] + talk["height"]
    expect(page.get_by_role("textbox")).to_be_in_viewport()


# -- Rebuilding -----------------------------------------------------------------------------------


def hold_builds(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Lets builds come as far as embedding, and no further until the event is set."""
    held = threading.Event()
    build = ui.service.build

    def held_build(paths: Any, folder: Any, encoder: Any, progress: Any, source: Any) -> Any:
        def tell(stage: str, done: int, total: int) -> None:
            progress(stage, done, total)
            if stage == "embed":
                held.wait(30)

        return build(paths, folder, encoder, tell, source)

    monkeypatch.setattr(ui.service, "build", held_build)
    return held


def test_the_first_build_is_shown_and_a_question_waits_for_it(
    context: Any, serve: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = hold_builds(monkeypatch)
    page = context.new_page()
    page.goto(serve(wait=False).url)
    expect(page.locator(".build")).to_contain_text(text("page.building_first", "th"))
    box = page.get_by_role("textbox")
    box.fill("ใครเป็นนายกรัฐมนตรีญี่ปุ่น")
    page.keyboard.press("Enter")
    expect(page.locator(".pending")).to_be_visible()
    page.keyboard.press("Escape")
    expect(last(page, ".error")).to_have_text(text("page.stopped", "th"))
    box.fill(FIRST_LEADER)
    page.keyboard.press("Enter")
    expect(page.locator(".pending")).to_be_visible()
    held.set()
    expect(last(page, ".quote").first).to_contain_text("คิชิดะ")
    expect(page.locator(".build")).to_contain_text(text("page.rebuilt", "th"))
    page.locator(".new").click()
    expect(page.locator(".welcome .example")).to_have_count(4)


def test_a_rebuild_shows_its_progress_while_the_old_index_answers(
    context: Any, serve: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = serve()
    (site.articles / "new.txt").write_text("ข่าวใหม่\n\nโรงเรียนบ้านหนองบัวเปิดห้องสมุดใหม่เมื่อ พ.ศ. 2560", "utf-8")
    (site.articles / "picture.png").write_bytes(b"\x89PNG")
    held = hold_builds(monkeypatch)
    page = context.new_page()
    page.goto(site.url)
    page.locator(".rebuild").click()
    expect(page.locator(".build")).to_contain_text(text("stage.embed", "th"))
    expect(page.locator(".build")).to_contain_text("1 / 1")
    expect(page.locator(".rebuild")).to_be_disabled()
    ask(page, FIRST_LEADER)
    expect(last(page, ".quote").first).to_contain_text("คิชิดะ")
    ask(page, "โรงเรียนใดเปิดห้องสมุดใหม่")
    expect(last(page, ".abstained")).to_be_visible()

    held.set()
    expect(page.locator(".build")).to_contain_text(text("page.rebuilt", "th"))
    page.locator(".build summary").click()
    expect(page.locator(".build li").filter(has_text="picture.png")).to_contain_text(text("file.kind", "th"))
    ask(page, "โรงเรียนใดเปิดห้องสมุดใหม่")
    expect(last(page, ".quote").first).to_contain_text("บ้านหนองบัว")
    page.locator(".dismiss").click()
    expect(page.locator(".build")).to_be_hidden()


def test_a_build_can_be_stopped(context: Any, serve: Callable[..., Site], monkeypatch: pytest.MonkeyPatch) -> None:
    site = serve()

    held = threading.Event()

    def endless(paths: Any, folder: Any, encoder: Any, progress: Any, source: Any) -> Any:
        while not held.wait(0.01):
            progress("embed", 1, 2)

    monkeypatch.setattr(ui.service, "build", endless)
    page = context.new_page()
    page.goto(site.url)
    page.locator(".rebuild").click()
    page.get_by_role("button", name=text("page.stop", "th")).click()
    expect(page.locator(".build .error")).to_have_text(text("index.stopped", "th"))
    expect(page.locator(".rebuild")).to_be_enabled()


def test_a_quote_of_a_changed_article_is_found_again_or_said_to_be_gone(
    context: Any, serve: Callable[..., Site]
) -> None:
    site = serve()
    article = site.articles / "nato-japan-south-korea.txt"
    page = context.new_page()
    page.goto(site.url)
    ask(page, FIRST_LEADER)
    quote = last(page, ".quote").first.inner_text()
    reader = page.get_by_role("dialog")

    article.write_text("ข่าวเพิ่มเติม\n\n" + article.read_text("utf-8"), "utf-8")
    site.service.rebuild()
    last(page, ".marker").first.click()
    expect(reader.locator("mark.current")).to_have_text(quote)
    page.keyboard.press("Escape")

    article.write_text(article.read_text("utf-8").replace(quote, ""), "utf-8")
    site.service.rebuild()
    last(page, ".marker").first.click()
    expect(reader.locator(".error")).to_have_text(text("page.quote_gone", "th"))
    page.keyboard.press("Escape")

    (site.articles / "other.txt").write_text("บทความอื่นที่ยังอยู่", "utf-8")
    article.unlink()
    site.service.rebuild()
    last(page, ".marker").first.click()
    expect(reader.locator(".error")).to_have_text(text("article.unknown", "th"))


# -- Hostile text ---------------------------------------------------------------------------------

MARKUP = (
    "<script>window.ran=1</script><img src=x onerror='window.ran=1'><svg onload='window.ran=1'></svg> "
    "![ภาพ](http://outside.invalid/p.png) [ลิงก์](javascript:window.ran=1) </bdi></dialog>{{7*7}}${window.ran=1}"
)
OVERRIDE = "\u202eกลับหน้า\u202c"


def test_markup_in_an_article_and_in_a_question_does_nothing(context: Any, serve: Callable[..., Site]) -> None:
    site = serve(hostile=f"{MARKUP} {OVERRIDE}\n\nนายสมชายเปิดร้านหนังสือที่จังหวัดน่านเมื่อ พ.ศ. 2561 {MARKUP} {OVERRIDE}")
    page = context.new_page()
    page.goto(site.url)
    ask(page, f"นายสมชายเปิดร้านหนังสือที่จังหวัดใด {MARKUP} {OVERRIDE}")
    ask(page, "นายสมชายเปิดร้านหนังสือที่จังหวัดใด")
    expect(last(page, ".quote").first).to_contain_text("จังหวัดน่าน")
    last(page, ".marker").first.click()
    reader = page.get_by_role("dialog")
    expect(reader).to_contain_text("<script>window.ran=1</script>")
    expect(reader).to_contain_text("![ภาพ](http://outside.invalid/p.png)")
    expect(reader).to_contain_text("{{7*7}}${window.ran=1}")
    assert page.evaluate("window.ran") is None
    assert page.locator(".khamtop :is(script, img, svg, iframe, a)").count() == 0
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") & set(page.inner_text("body"))


def test_only_an_address_becomes_a_link_to_the_original(context: Any, serve: Callable[..., Site]) -> None:
    site = serve()
    lines = [
        '{"id": "a", "title": "ข่าวตลาด", "text": "ตลาดน้ำคลองเปิดเมื่อ พ.ศ. 2551", "source": "https://news.example/a"}',
        '{"id": "b", "title": "ข่าวสะพาน", "text": "สะพานแขวนสร้างเสร็จเมื่อ พ.ศ. 2499", "source": "javascript:ran()"}',
    ]
    (site.articles / "more.jsonl").write_text("\n".join(lines), "utf-8")
    site.service.rebuild()
    page = context.new_page()
    page.goto(site.url)
    reader = page.get_by_role("dialog")

    ask(page, "ตลาดน้ำคลองเปิดเมื่อใด")
    last(page, ".marker").first.click()
    expect(reader.locator("a")).to_have_attribute("href", "https://news.example/a")
    page.keyboard.press("Escape")

    ask(page, "สะพานแขวนสร้างเสร็จเมื่อใด")
    last(page, ".marker").first.click()
    expect(reader.locator(".source")).to_have_text("javascript:ran()")
    expect(reader.locator("a")).to_have_count(0)
