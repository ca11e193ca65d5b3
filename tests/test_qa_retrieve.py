"""Fusing the two rankings: by hand, and that neither gates the other."""

import pytest

from khamtop.index.types import Ranked
from khamtop.qa import retrieve as retrieving
from khamtop.qa.question import read
from khamtop.qa.retrieve import fused, retrieve
from khamtop.qa.searching import search


@pytest.fixture
def rankings(monkeypatch):
    """Puts two rankings in the place of the real ones."""

    def put(lexical, dense):
        monkeypatch.setattr(retrieving, "lexical_ranking", lambda *_: [Ranked(*item) for item in lexical])
        monkeypatch.setattr(retrieving, "dense_ranking", lambda *_: [Ranked(*item) for item in dense])

    return put


def test_words_count_as_a_part_of_the_best_and_cosines_as_they_are():
    by_words, by_vector = [Ranked(1, 8.0), Ranked(2, 4.0)], [Ranked(2, 0.9), Ranked(3, 0.4)]
    assert fused(by_words, by_vector, 10.0) == pytest.approx({1: 1.0, 2: 0.5 + 10 * 0.5, 3: 0.0})


def test_a_ranking_that_is_sure_outweighs_one_that_is_not():
    scores = fused([Ranked(1, 5.0), Ranked(2, 4.9)], [Ranked(2, 0.9), Ranked(1, 0.7)], 1.0)
    assert scores[2] > scores[1]  # by words there is hardly a difference
    scores = fused([Ranked(2, 9.0), Ranked(1, 2.0)], [Ranked(1, 0.81), Ranked(2, 0.8)], 1.0)
    assert scores[2] > scores[1]  # and here by vectors


def test_what_only_one_ranking_has_counts_in_the_other_as_its_last():
    scores = fused([Ranked(1, 5.0)], [Ranked(2, 0.9), Ranked(3, 0.2)], 1.0)
    assert scores == pytest.approx({1: 1.0, 2: 0.7, 3: 0.0})


@pytest.mark.parametrize("weight", [0.5, 2.0, 20.0])
def test_fused_is_never_worse_than_the_better_of_both_on_a_small_set(weight):
    """Each ranking is sure where it is right, and wavers where it is wrong: a rule that keeps that loses nothing."""
    cases = [  # (by words, by vectors): passage 1 is right
        ([(1, 9.0), (2, 3.0)], [(2, 0.52), (1, 0.5)]),
        ([(2, 5.1), (1, 5.0)], [(1, 0.9), (2, 0.4)]),
        ([(1, 9.0), (3, 2.0)], [(1, 0.8), (3, 0.3)]),
    ]

    def right(first) -> int:
        return sum(first(words, vectors) == 1 for words, vectors in cases)

    def best_fused(words, vectors):
        scores = fused([Ranked(*item) for item in words], [Ranked(*item) for item in vectors], weight)
        return max(scores, key=scores.__getitem__)

    assert right(best_fused) >= max(right(lambda words, _: words[0][0]), right(lambda _, vectors: vectors[0][0]))


def test_a_hit_says_which_search_found_it_and_where(rankings, small_index):
    rankings(lexical=[(1, 8.0), (2, 4.0)], dense=[(2, 0.9), (3, 0.45)])
    ranks = {hit.article.id: (hit.lexical_rank, hit.dense_rank) for hit in retrieve(read("นาโต"), small_index, 3)}
    assert ranks == {"flood": (1, None), "summit": (2, 1), "train": (None, 2)}


@pytest.mark.parametrize("alone", ["lexical", "dense"])
def test_either_ranking_alone_brings_a_passage_up(rankings, small_index, alone):
    rankings(**{"lexical": [], "dense": [], alone: [(4, 1.0)]})
    assert [hit.article.id for hit in retrieve(read("นาโต"), small_index, 3)] == ["durian"]


def test_nothing_found_is_no_hits(rankings, small_index):
    rankings(lexical=[], dense=[])
    assert retrieve(read("นาโต"), small_index, 3) == []


def test_equal_scores_go_by_passage_number(rankings, small_index):
    rankings(lexical=[(3, 2.0), (1, 2.0)], dense=[])
    assert [hit.article.id for hit in retrieve(read("นาโต"), small_index, 2)] == ["flood", "train"]


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("NATO ประชุมกันที่เมืองไหน", "summit"),  # by its other spelling
        ("กทม. น้ำท่วม", "flood"),
        ("ปี 2022 น้ำท่วมวันไหน", "flood"),
        ("ทุเรีียนส่งออก", "durian"),  # a vowel typed twice
        ("which fruit was exported to china", "durian"),  # one word of it is known in Thai
    ],
)
def test_what_readers_type_finds_what_writers_wrote(small_index, question, article):
    assert search(question, small_index, k=1)[0].article.id == article


def test_a_hidden_article_is_not_found_and_the_rest_is(small_index):
    hits = retrieve(read("ประชุมสุดยอดนาโตที่กรุงมาดริด"), small_index, 4, without="summit")
    assert hits
    assert "summit" not in {hit.article.id for hit in hits}


def test_the_title_is_searched(tmp_path):
    from khamtop.index.building.build import build_articles
    from khamtop.index.storage.store import Index
    from khamtop.index.types import Article
    from tests.toys import ToyEncoder

    articles = [Article("a", "ภูเก็ต", "ฝนตกหนัก", "a"), Article("b", "เชียงใหม่", "ฝนตกหนัก", "b")]
    build_articles(articles, tmp_path, ToyEncoder())
    assert search("ภูเก็ต", Index.open(tmp_path, ToyEncoder()), k=1)[0].article.id == "a"
