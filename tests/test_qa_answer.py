"""Answers: every quote is the article's own, the same each time, and none where the articles are silent."""

from itertools import pairwise

import pytest

from khamtop.index.text import thai
from khamtop.index.types import KhamtopError
from khamtop.qa.answer import ask

QUESTIONS = [
    "ใครเป็นนายกรัฐมนตรีญี่ปุ่น",
    "การประชุมสุดยอดนาโตจัดที่ไหน",
    "นาโตและเกาหลีใต้ได้ร่วมมือกันตั้งแต่ปีใด",
    "เหตุใดชาติในอินโดแปซิฟิกจึงเจริญความสัมพันธ์กับนาโต",
    "Who is the president of South Korea?",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_quote_is_the_articles_own_text_and_cuts_no_letter_cluster(seed_index, question):
    found = ask(question, seed_index)
    assert found.citations
    for citation in found.citations:
        text = citation.article.text
        assert text == seed_index.article(citation.article.id).text
        assert text[citation.start : citation.end] == citation.quote
        assert citation.quote == citation.quote.strip()
        assert thai.is_boundary(text, citation.start)
        assert thai.is_boundary(text, citation.end)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_short_answer_lies_within_the_first_quote(seed_index, question):
    found = ask(question, seed_index)
    if found.short is not None:
        start, end = found.short
        assert found.citations[0].start <= start < end <= found.citations[0].end
        assert found.short_answer in found.citations[0].quote


def test_citations_are_numbered_from_one_and_do_not_overlap(seed_index):
    for question in QUESTIONS:
        found = ask(question, seed_index)
        assert [citation.number for citation in found.citations] == list(range(1, len(found.citations) + 1))
        spans = sorted((citation.article.id, citation.start, citation.end) for citation in found.citations)
        assert all(first[0] != second[0] or first[2] <= second[1] for first, second in pairwise(spans))


def test_the_same_question_gets_the_same_answer(seed_index):
    for question in QUESTIONS:
        assert ask(question, seed_index) == ask(question, seed_index)


def test_an_abstained_answer_quotes_nothing_and_offers_what_is_nearest(seed_index):
    found = ask("สูตรแกงเขียวหวานไก่ใส่อะไรบ้าง", seed_index)
    assert found.abstained
    assert found.citations == ()
    assert found.short_answer is None
    assert found.hits


def test_confidence_decides_whether_to_abstain(seed_index):
    found = ask(QUESTIONS[0], seed_index)
    assert 0.0 <= found.confidence <= 1.0
    assert not ask(QUESTIONS[0], seed_index, threshold=found.confidence).abstained
    assert ask(QUESTIONS[0], seed_index, threshold=1.01).abstained


def test_k_passages_come_with_the_answer(seed_index):
    assert len(ask(QUESTIONS[0], seed_index, k=2).hits) == 2
    assert len(ask(QUESTIONS[0], seed_index, k=8).hits) == 8


def test_a_question_in_english_is_answered_from_thai_quotes(seed_index):
    found = ask("Who is the prime minister of Japan?", seed_index)
    assert found.language == "en"
    assert "คิชิดะ" in found.citations[0].quote


def test_a_question_that_cannot_be_read_is_refused(seed_index):
    with pytest.raises(KhamtopError):
        ask("   ", seed_index)


def test_markup_in_a_question_is_only_words(seed_index):
    assert ask("<script>alert(1)</script> นายกรัฐมนตรีญี่ปุ่นคือใคร", seed_index).hits


def test_a_follow_up_asks_for_what_its_own_words_ask_for(seed_index):
    """Not for what the question before it did, which the reader reads too."""
    before = "ประเทศไหนบ้างที่นาโตกระชับความสัมพันธ์ด้วย"
    assert ask("แล้วทำไมต้องกระชับ", seed_index, [before]).kind == "why"
    assert ask("แล้วตั้งแต่เมื่อไร", seed_index, [before]).kind == "when"
