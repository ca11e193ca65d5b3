"""The same quotes as JSON, as plain text and as the page's data."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from khamtop.index.building.build import Report
from khamtop.index.types import Article, Passage, Rejected
from khamtop.qa.question import read
from khamtop.qa.searching import Findings, wanted_of
from khamtop.qa.types import Answer, Citation, Hit
from khamtop.ui import render
from khamtop.ui.texts import text

WHOLE = "เปิดตลาด\n\nเปิดตลาด\n\nตลาดน้ำเปิดเมื่อวันเสาร์ที่เมืองเก่า มีร้านค้า ๓๐ ร้าน และเรือสิบลำ\n\nนายกเทศมนตรีกล่าวว่า “ดี”"
MARKET = Article("a/market.txt", "เปิดตลาด", WHOLE, "a/market.txt", "5 ม.ค. 2560")
BRIDGE = Article("a/bridge.txt", "สะพาน", "สะพานอยู่ที่เมืองเก่า", "https://news.example/bridge")


def span(article: Article, words: str) -> tuple[int, int]:
    start = article.text.index(words)
    return start, start + len(words)


def cite(number: int, article: Article, words: str) -> Citation:
    return Citation(number, article, *span(article, words))


def hit(article: Article, words: str, score: float = 1.0, dense: int | None = 1, lexical: int | None = None) -> Hit:
    return Hit(article, Passage(article.id, *span(article, words)), score, dense, lexical)


def findings(*hits: Hit, typed: str = "ตลาด", articles: int = 1, is_all: bool = True) -> Findings:
    return Findings(wanted_of(typed), read(typed), hits, articles, articles, is_all)


PASSAGE = "ตลาดน้ำเปิดเมื่อวันเสาร์ที่เมืองเก่า มีร้านค้า ๓๐ ร้าน และเรือสิบลำ"


@pytest.fixture
def answer() -> Answer:
    return Answer(
        question="ตลาดน้ำเปิดที่ไหน",
        language="th",
        verdict="answer",
        kind="where",
        citations=(
            cite(1, MARKET, "ตลาดน้ำเปิดเมื่อวันเสาร์ที่เมืองเก่า"),
            cite(2, MARKET, "เรือสิบลำ"),
            cite(3, BRIDGE, "สะพานอยู่ที่เมืองเก่า"),
        ),
        nearest=(),
        short=span(MARKET, "เมืองเก่า"),
        hits=(hit(BRIDGE, BRIDGE.text, 0.9), hit(MARKET, PASSAGE, 1.4, 2, 1), hit(MARKET, "“ดี”", 0.2, None, 3)),
        confidence=0.87654,
    )


@pytest.fixture
def abstained() -> Answer:
    return Answer("Where is the airport?", "en", "nothing", "where", (), (), None, (hit(MARKET, PASSAGE),), 0.1)


@pytest.fixture
def unsure(abstained: Answer) -> Answer:
    return replace(abstained, verdict="unsure", nearest=(cite(1, MARKET, "เรือสิบลำ"),))


# -- JSON -----------------------------------------------------------------------------------------


def test_json_of_an_answer_is_the_contract(answer: Answer) -> None:
    data = render.to_json(answer)
    assert list(data) == [
        "question", "answer", "short_answer", "verdict", "kind", "abstained", "confidence", "citations", "nearest",
        "passages", "understood", "on_subject",
    ]  # fmt: skip
    assert data["answer"] == (
        "เมืองเก่า [1]\n\nบทความระบุว่า “ตลาดน้ำเปิดเมื่อวันเสาร์ที่เมืองเก่า” [1]\n\n"
        "และระบุด้วยว่า “เรือสิบลำ” [2]\n\nอีกบทความหนึ่งระบุว่า “สะพานอยู่ที่เมืองเก่า” [3]"
    )
    assert data["short_answer"] == "เมืองเก่า"
    assert data["citations"][1] == {
        "number": 2, "article_id": "a/market.txt", "title": "เปิดตลาด", "source": "a/market.txt",
        "published": "5 ม.ค. 2560", "page": None, "start": WHOLE.index("เรือ"), "end": WHOLE.index("เรือ") + 9,
        "quote": "เรือสิบลำ",
    }  # fmt: skip
    assert data["passages"][0] == {
        "article_id": "a/bridge.txt", "title": "สะพาน", "source": "https://news.example/bridge", "published": None,
        "page": None, "start": 0, "end": len(BRIDGE.text), "text": BRIDGE.text, "score": 0.9, "dense_rank": 1,
        "lexical_rank": None,
    }  # fmt: skip
    assert json.loads(json.dumps(data)) == data


def test_json_of_an_abstention_says_so_and_keeps_the_nearest_passages(abstained: Answer) -> None:
    data = render.to_json(abstained)
    assert data["answer"] == "The articles do not answer this question."
    assert (data["abstained"], data["short_answer"], data["citations"]) == (True, None, [])
    assert [passage["text"] for passage in data["passages"]] == [PASSAGE]


def test_where_it_is_not_sure_the_nearest_quotes_stand_apart_from_answers(unsure: Answer) -> None:
    data = render.to_json(unsure)
    assert (data["verdict"], data["abstained"], data["citations"]) == ("unsure", True, [])
    assert [nearest["quote"] for nearest in data["nearest"]] == ["เรือสิบลำ"]
    assert data["answer"].startswith("Not sure")
    assert "“เรือสิบลำ” [1]" in data["answer"]
    assert render.to_text(unsure).splitlines()[-1] == "[1] เปิดตลาด · 5 ม.ค. 2560 · a/market.txt"
    page = render.to_page(unsure)
    assert page["refusal"] == "Not sure that the articles answer this. What comes nearest:"
    assert [line["number"] for line in page["lines"]] == [1]
    assert page["cards"][0]["numbers"] == [1]


def test_json_of_a_build_lists_what_was_rejected() -> None:
    scan = Rejected("a/z.pdf", "pdf.scanned", pages="2–3, 7")
    rejected = (Rejected("a/x.png", "file.kind"), Rejected("a/y.jsonl", "line.broken", 7), scan)
    data = render.report_to_json(Report(2, 9, 1, 0, 0, 1, rejected, 0.5))
    assert data["rejected"] == [
        {"path": "a/x.png", "reason": "file.kind"},
        {"path": "a/y.jsonl", "reason": "line.broken", "line": 7},
        {"path": "a/z.pdf", "reason": "pdf.scanned", "pages": "2–3, 7"},
    ]
    assert data["rejected_count"] == 3
    counts = [data[name] for name in ("articles", "passages", "added", "changed", "removed", "unchanged")]
    assert counts == [2, 9, 1, 0, 0, 1]


def test_json_of_a_search_names_each_article_once() -> None:
    data = render.findings_to_json("ตลาด", findings(hit(MARKET, PASSAGE), hit(BRIDGE, "สะพาน"), hit(MARKET, "“ดี”")))
    assert list(data) == ["question", "passages", "articles", "total"]
    assert [passage["article_id"] for passage in data["passages"]] == ["a/market.txt", "a/bridge.txt", "a/market.txt"]
    assert [(article["title"], article["passages"]) for article in data["articles"]] == [
        ("เปิดตลาด", [0, 2]),
        ("สะพาน", [1]),
    ]
    assert data["total"] == {"articles": 1, "passages": 1, "all": True}


# -- Plain text -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("articles", "is_all", "key"),
    [(7, True, "search.total"), (7, False, "search.at_least"), (0, True, "search.nearest")],
)
def test_text_of_a_search_tells_how_much_there_is_and_each_article_once(articles: int, is_all: bool, key: str) -> None:
    found = findings(hit(MARKET, PASSAGE), hit(MARKET, "“ดี”"), articles=articles, is_all=is_all)
    total, _, heading, first, second = render.findings_to_text(found, "th").splitlines()
    assert total == text(key, "th", articles=articles, passages=articles)
    assert heading == "1. เปิดตลาด · 5 ม.ค. 2560 · a/market.txt"
    assert first.endswith(PASSAGE)
    assert second.endswith("“ดี”")
    assert render.findings_to_text(findings(), "th") == text("search.none", "th")


def test_text_of_an_answer_ends_with_its_sources(answer: Answer) -> None:
    *_, heading, first, second, third = render.to_text(answer).splitlines()
    assert heading == "แหล่งที่มา"
    assert first == "[1] เปิดตลาด · 5 ม.ค. 2560 · a/market.txt"
    assert second.startswith("[2] เปิดตลาด")
    assert third == "[3] สะพาน · https://news.example/bridge"


def test_text_of_a_build_names_pages() -> None:
    report = Report(2, 9, 1, 0, 0, 1, (Rejected("a/z.pdf", "pdf.scanned", pages="2–3, 7"),), 0.5)
    assert "a/z.pdf, หน้า 2–3, 7: เป็นภาพ" in render.report_to_text(report, "th")
    assert "a/z.pdf, page 2–3, 7: images without text" in render.report_to_text(report, "en")


def test_a_quote_of_a_pdf_has_its_page_everywhere(answer: Answer) -> None:
    scroll = Article("a/s.pdf", "จดหมายเหตุ", "ปีแรกฝนแล้ง\n\fปีที่สองฝนตก\fหนัก น้ำท่วม", "https://news.example/s.pdf")
    quoted = replace(answer, citations=(cite(1, scroll, "ฝนตก\fหนัก"),), short=None, hits=(hit(scroll, "น้ำท่วม"),))
    data = render.to_json(quoted)
    assert (data["citations"][0]["page"], data["citations"][0]["quote"]) == (2, "ฝนตก\fหนัก")
    assert data["passages"][0]["page"] == 3
    whole = replace(quoted, hits=(hit(scroll, scroll.text),))
    assert render.to_json(whole)["passages"][0]["page"] == 1
    assert render.to_page(whole)["cards"][0]["page"] == 2  # of the quote, which the card is opened for
    shown = render.to_text(quoted)
    assert "“ฝนตก หนัก” [1]" in shown  # a terminal would act on a form feed
    assert shown.endswith("https://news.example/s.pdf · หน้า 2")
    assert render.article_to_page(scroll, [])["page"] == 1
    assert render.article_to_page(MARKET, [])["page"] is None


def test_text_of_an_abstention_offers_the_nearest(abstained: Answer) -> None:
    first, _, heading, nearest, *_ = render.to_text(abstained).splitlines()
    assert (first, heading) == ("The articles do not answer this question.", "The nearest passages")
    assert nearest.startswith("1. เปิดตลาด")


def test_nothing_that_a_terminal_would_act_on_is_printed(answer: Answer) -> None:
    wicked = Article("w", "\x1b]0;title\x07", "ข่าว\x1b[2J\u202eร้าย\ta\nb", "w")
    shown = render.findings_to_text(findings(hit(wicked, wicked.text)), "th")
    assert shown.splitlines()[2:] == ["1. ]0;title · w", "[1.000] ข่าว[2Jร้าย\ta", "b"]
    assert "\x1b" not in shown
    assert "\x07" not in shown


def test_lines_that_are_counted_only_are_told_by_their_number() -> None:
    rejected = (Rejected("a.jsonl", "line.broken", 1), Rejected("a.jsonl", "line.no_text", count=2999))
    report = Report(1, 1, 1, 0, 0, 0, rejected, 0.5)
    assert render.report_to_text(report, "en").splitlines()[1:] == [
        "Not indexed: 3,000",
        "  a.jsonl, line 1: line is not valid JSON",
        "  a.jsonl: line has no text field (2,999 lines more)",
    ]
    shown = render.report_to_page(report, 1)
    assert (shown["lost_count"], shown["lost"]) == (3000, [{"path": "a.jsonl", "reason": "line.broken", "line": 1}])
    assert render.report_to_json(report)["rejected"][1] == {"path": "a.jsonl", "reason": "line.no_text", "count": 2999}


def test_text_of_a_build_gives_each_reason_in_words() -> None:
    report = Report(2, 9, 1, 0, 0, 1, (Rejected("a/y.jsonl", "line.broken", 7),), 0.5)
    assert render.report_to_text(report, "en").splitlines()[1:] == [
        "Not indexed: 1",
        "  a/y.jsonl, line 7: line is not valid JSON",
    ]


def test_what_never_was_an_article_is_told_in_one_line_and_is_no_loss() -> None:
    pictures = [Rejected(f"a/{number}.png", "file.kind") for number in range(5)]
    rejected = (*pictures, Rejected("a/README.md", "file.readme"), Rejected("a/LICENSE", "file.kind"))
    report = Report(2, 9, 1, 0, 0, 1, rejected, 0.5)
    assert render.report_to_text(report, "en").splitlines()[1:] == [
        "Passed over, as no articles: 7 · not a kind of file that can be read (0.png, 1.png, 2.png, …), "
        "a README, not an article (README.md)"
    ]
    shown = render.report_to_page(report, 3)
    assert (shown["lost"], shown["lost_count"]) == ([], 0)
    told = render.report_to_json(report)  # programs get each one
    assert (len(told["rejected"]), told["rejected_count"]) == (7, 7)
    assert [(group["reason"], group["count"]) for group in told["passed_over"]] == [
        ("file.kind", 6),
        ("file.readme", 1),
    ]


def test_pictures_do_not_hide_what_was_lost() -> None:
    pictures = tuple(Rejected(f"a/{number}.png", "file.kind") for number in range(200))
    report = Report(2, 9, 1, 0, 0, 1, (*pictures, Rejected("a/b.pdf", "pdf.locked")), 0.5)
    assert render.report_to_page(report, 100)["lost"] == [{"path": "a/b.pdf", "reason": "pdf.locked"}]


def test_figures_are_a_table_with_a_row_for_each_kind_of_search() -> None:
    row = {"R@1": 95.64, "R@5": 98.0, "R@10": 99.0, "MRR@10": 97.0}
    figures = {
        "questions": 742,
        "passages": 190,
        "retrieval": {"hybrid": row, "dense": row},
        "answer": {"answer@1": 66.0},
        "abstain": {"auroc": 0.9},
        "latency_ms": {"p50": 4.0, "p99": 9.5},
        "index_seconds": 1.5,
    }
    lines = [line.split() for line in render.figures_to_text(figures).splitlines()]
    assert ["retrieval", "R@1", "R@5", "R@10", "MRR@10"] in lines
    assert ["hybrid", "95.6", "98.0", "99.0", "97.0"] in lines
    assert ["latency_ms:", "p50", "4.0,", "p99", "9.5"] in lines


# -- The page's data ------------------------------------------------------------------------------


def test_the_page_gets_the_short_answer_apart_inside_the_first_quote(answer: Answer) -> None:
    first, second, _ = render.to_page(answer)["lines"]
    assert first["parts"] == [{"text": "ตลาดน้ำเปิดเมื่อวันเสาร์ที่"}, {"text": "เมืองเก่า", "short": True}]
    assert second == {"lead": "และระบุด้วยว่า", "number": 2, "parts": [{"text": "เรือสิบลำ"}]}


def test_the_pages_sources_are_passages_with_their_quotes_marked_cited_ones_first(answer: Answer) -> None:
    market, bridge, rest = render.to_page(answer)["cards"]
    assert (market["numbers"], bridge["numbers"], rest["numbers"]) == ([1, 2], [3], [])
    assert [part.get("number") for part in market["parts"]] == [1, None, 2]
    assert "".join(part["text"] for part in market["parts"]) == PASSAGE


def test_a_quote_that_runs_past_its_passage_is_shown_whole(answer: Answer) -> None:
    quote = cite(1, MARKET, "เรือสิบลำ\n\nนายกเทศมนตรี")
    card = render.to_page(replace(answer, citations=(quote,), short=None, hits=answer.hits[1:2]))["cards"][0]
    assert card["parts"][-1] == {"text": quote.quote, "number": 1}


def test_a_quote_in_two_overlapping_passages_is_shown_in_one(answer: Answer) -> None:
    quote = cite(1, MARKET, "มีร้านค้า ๓๐ ร้าน และเรือสิบลำ")
    hits = (hit(MARKET, "มีร้านค้า ๓๐ ร้าน"), hit(MARKET, PASSAGE), hit(MARKET, f"{PASSAGE}\n\nนายก"))
    first, *rest = render.to_page(replace(answer, citations=(quote,), short=None, hits=hits))["cards"]
    assert (first["text"], first["numbers"]) == (PASSAGE, [1])
    assert [card["numbers"] for card in rest] == [[], []]


def test_an_article_is_cut_at_its_quotes_and_does_not_repeat_its_title() -> None:
    quote = {"number": 2, "start": WHOLE.index("เรือ"), "end": WHOLE.index("เรือ") + 9, "quote": "เรือสิบลำ"}
    page = render.article_to_page(MARKET, [quote])
    assert page["found"] == [2]
    assert {"text": "เรือสิบลำ", "number": 2} in page["parts"]
    assert "".join(part["text"] for part in page["parts"]) == WHOLE[WHOLE.index("ตลาดน้ำ") :]


def test_a_quote_that_moved_is_found_and_one_that_is_gone_is_not_marked() -> None:
    moved = {"number": 1, "start": 0, "end": 9, "quote": "เรือสิบลำ"}
    gone = {"number": 2, "start": 3, "end": 9, "quote": "เรือร้อยลำ"}
    page = render.article_to_page(MARKET, [moved, gone])
    assert page["found"] == [1]
    assert [part["text"] for part in page["parts"] if "number" in part] == ["เรือสิบลำ"]


def test_a_quote_is_found_by_its_beginning_where_it_stood_or_where_it_moved() -> None:
    start, end = span(MARKET, "มีร้านค้า ๓๐ ร้าน")
    for at in (start, 0, 10**9):
        quotes = [{"number": 1, "start": at, "end": at + end - start, "quote": "มีร้าน"}]
        marked = [part["text"] for part in render.article_to_page(MARKET, quotes)["parts"] if "number" in part]
        assert marked == ["มีร้านค้า ๓๐ ร้าน"]
    gone = [{"number": 1, "start": start, "end": end, "quote": "ไม่มีร้าน"}]
    assert render.article_to_page(MARKET, gone)["found"] == []


def test_quotes_that_overlap_are_each_shown_once() -> None:
    quotes = [
        {"number": number, "start": start, "end": end, "quote": BRIDGE.text[start:end]}
        for number, start, end in ((1, 0, 10), (2, 5, 12), (3, 6, 8))
    ]
    parts = render.article_to_page(BRIDGE, quotes)["parts"]
    assert "".join(part["text"] for part in parts) == BRIDGE.text
    assert [part.get("number") for part in parts] == [1, 2, None]


def test_an_article_that_is_nothing_but_its_title_is_shown() -> None:
    page = render.article_to_page(Article("t", "สั้น", "สั้น\nสั้น\n", "t"), [])
    assert "".join(part["text"] for part in page["parts"]) == "สั้น\nสั้น\n"
