"""Reading hits: spans are led back to the articles, and the same words are not quoted twice."""

from itertools import combinations, pairwise

import pytest

from index import thai
from index.types import Article, Passage
from qa import reader as reading
from qa import spans
from qa.question import read
from qa.reader import read_hits
from qa.retrieve import retrieve
from qa.types import Hit

QUESTIONS = ["ใครเป็นนายกรัฐมนตรีญี่ปุ่น", "การประชุมสุดยอดนาโตจัดที่ไหน", "นาโตและเกาหลีใต้ร่วมมือกันตั้งแต่ปีใด"]


def read_question(question, index, k):
    query = read(question, encoder=index.encoder)
    hits = retrieve(query, index, k)
    return hits, read_hits(query, hits, index)


def hit(article, start, end, score=1.0):
    return Hit(article, Passage(article.id, start, end), score, 1, 1)


@pytest.fixture
def said(monkeypatch):
    """Puts given readings in the place of what the learned reader finds; gives what it was asked."""
    asked = {}

    class Given:
        def read(self, question, passages, **known):
            asked.update(known, question=question, passages=passages)
            return [spans.Reading(*item) for item in self.readings]

    def put(*readings):
        Given.readings = readings
        monkeypatch.setattr(reading, "_reader", Given)
        return asked

    return put


@pytest.fixture
def article():
    return Article("a", "ข่าว", "".join(chr(ord("ก") + at % 40) for at in range(200)), "a.txt")


# With the learned reader


@pytest.mark.parametrize("question", QUESTIONS)
def test_spans_are_places_in_the_article(seed_index, question):
    hits, readings = read_question(question, seed_index, 5)
    assert {found.hit for found in readings} == {0, 1, 2, 3, 4}
    for found in readings:
        passage, text = hits[found.hit].passage, hits[found.hit].article.text
        assert passage.start <= found.quote[0] < found.quote[1] <= passage.end
        assert found.quote[0] <= found.short[0] < found.short[1] <= found.quote[1]
        quote = text[slice(*found.quote)]
        assert quote == quote.strip()
        assert thai.is_boundary(text, found.quote[0])
        assert thai.is_boundary(text, found.quote[1])


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_two_quotes_overlap_even_where_passages_do(seed_index, question):
    hits, readings = read_question(question, seed_index, len(seed_index))
    passages = sorted((found.passage.start, found.passage.end) for found in hits)
    assert any(one[1] > other[0] for one, other in pairwise(passages))
    for one, other in combinations(readings, 2):
        assert one.quote[1] <= other.quote[0] or other.quote[1] <= one.quote[0]


def test_the_same_question_is_read_the_same_each_time(seed_index):
    assert read_question(QUESTIONS[0], seed_index, 5) == read_question(QUESTIONS[0], seed_index, 5)


def test_the_article_that_answers_is_read_best(small_index):
    hits, readings = read_question("รถไฟฟ้าสายสีเหลืองมีกี่ขบวน", small_index, 4)
    best = readings[0]
    assert hits[best.hit].article.id == "train"
    assert "30 ขบวน" in hits[best.hit].article.text[slice(*best.short)]


def test_no_hits_are_no_readings(small_index):
    assert read_hits(read("นาโต"), [], small_index) == []


# With readings given


def test_a_span_of_a_passage_is_shifted_by_where_the_passage_starts(said, small_index, article):
    said((0, (10, 30), (12, 20), 1.0), (0, (40, 50), None, 0.5))
    readings = read_hits(read("ข่าว"), [hit(article, 100, 180)], small_index)
    assert [(found.quote, found.short, found.score) for found in readings] == [
        ((110, 130), (112, 120), 1.0),
        ((140, 150), None, 0.5),
    ]


def test_of_quotes_that_overlap_in_their_article_the_better_is_kept(said, small_index, article):
    said(
        (0, (60, 90), None, 3.0),  # 60-90 of the article
        (1, (0, 30), None, 2.0),  # 80-110: overlaps the first
        (1, (30, 40), None, 1.0),  # 110-120: overlaps only what is not there
        (1, (10, 20), None, 0.5),  # 90-100: right beside the first
    )
    hits = [hit(article, 0, 100), hit(article, 80, 200)]
    readings = read_hits(read("ข่าว"), hits, small_index)
    assert [found.quote for found in readings] == [(60, 90), (110, 120), (90, 100)]


def test_the_same_place_of_another_article_is_another_quote(said, small_index, article):
    other = Article("b", article.title, article.text, "b.txt")
    said((0, (60, 90), None, 3.0), (1, (60, 90), None, 2.0))
    readings = read_hits(read("ข่าว"), [hit(article, 0, 100), hit(other, 0, 100)], small_index)
    assert [(found.hit, found.quote) for found in readings] == [(0, (60, 90)), (1, (60, 90))]


def test_the_reader_is_told_the_passages_their_scores_and_how_else_things_are_written(said, small_index, article):
    asked = said()
    read_hits(read("นายกฯ พูดอะไร"), [hit(article, 0, 50, 0.9), hit(article, 40, 90, 0.3)], small_index)
    assert asked["passages"] == [article.text[0:50], article.text[40:90]]
    assert asked["prior"] == [0.9, 0.3]
    assert "นายกรัฐมนตรี" in asked["alternatives"]["นายกฯ"]
    assert "พูด" not in asked["alternatives"]
    assert asked["similarity"] is None  # the toy encoder has no vectors of words
    assert asked["word_weight"]("มาดริด") > asked["word_weight"]("ที่")


def test_word_vectors_are_given_to_the_reader_as_cosines(said, seed_index, article):
    asked = said()
    read_hits(read("ข่าว"), [hit(article, 0, 50)], seed_index)
    near, far = asked["similarity"](["น้ำท่วม", "ฟุตบอล"], ["อุทกภัย", "น้ำท่วม"])
    assert near[1] == pytest.approx(1.0, abs=1e-5)
    assert near[0] > far[0]


@pytest.mark.parametrize(("title", "whole"), [("ข่าวภูเก็ต", True), ("ข่าวระยอง", False)])
def test_the_title_counts_for_support(said, small_index, title, whole):
    titled = Article("a", title, "ฝนตก ทั้งคืน", "a.txt")
    said((0, (0, 4), None, 1.0))
    (found,) = read_hits(read("ภูเก็ต ฝนตก"), [hit(titled, 0, 4)], small_index)
    assert (found.support == 1.0) is whole
    assert found.support > 0.0


@pytest.mark.parametrize(("ahead", "first"), [(0.5, "ข้าว"), (-0.5, "ข้าว"), (10.0, "ข้าว"), (-10.0, "นาโต")])
def test_between_readings_that_are_near_the_support_of_their_passages_decides(said, small_index, ahead, first):
    """The reader puts the passage on rice, which was asked about, so far ahead; neither quote names rice."""
    texts = ["นาโต ประชุม", "ข้าว แพง"]
    hits = [hit(Article(str(at), "", text, "x"), 0, len(text)) for at, text in enumerate(texts)]
    said(*sorted([(0, (0, 4), None, 0.0), (1, (5, 8), None, ahead)], key=lambda item: -item[3]))
    readings = read_hits(read("ข้าว"), hits, small_index)
    assert {found.hit: (found.score, found.support) for found in readings} == {0: (0.0, 0.0), 1: (ahead, 1.0)}
    assert texts[readings[0].hit].startswith(first)


def test_of_one_passage_the_quote_that_holds_what_is_asked_for_comes_before_one_that_is_near(said, small_index):
    article = Article("a", "", "ฝนตก ทั้งคืน ข้าว แพง", "x")
    said((0, (0, 12), None, 0.2), (0, (13, 21), None, 0.0))
    readings = read_hits(read("ข้าว"), [hit(article, 0, 21)], small_index)
    assert [article.text[slice(*found.quote)] for found in readings] == ["ข้าว แพง", "ฝนตก ทั้งคืน"]
