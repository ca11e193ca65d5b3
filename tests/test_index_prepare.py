"""What a build makes of an article: the same spans, words and stretches as if each passage were cut by itself."""

import pickle
from dataclasses import replace

import pytest

from khamtop.index.building.prepare import prepare
from khamtop.index.rankings.lexical import Terms
from khamtop.index.text import thai
from khamtop.index.text.passages import cut, spans
from khamtop.index.types import Article

MIXED = "นํ้าท่วม ปี ๒๕๖๕ NATO\r\n\r\nการประชุมฯ ที่กรุงมาดริด ๆ  เเละ “ปารีส”\n" * 30


@pytest.fixture(params=["seed", "mixed", "short"])
def article(request, seed_text):
    text = {"seed": seed_text, "mixed": MIXED, "short": "ฝนตก"}[request.param]
    return Article("1", "ข่าวน้ำท่วม ๒๕๖๕", text, "a")


def test_each_passage_is_prepared_where_it_is_cut(article):
    prepared = prepare(article, 200, as_words=False, with_title=False).passages
    assert [passage.span for passage in prepared] == [(passage.start, passage.end) for passage in cut(article)]


@pytest.mark.parametrize("with_title", [False, True])
def test_stretches_are_those_of_the_passage_by_itself_and_before_the_first_the_title(article, with_title):
    before = f"{article.title}\n" if with_title else ""
    heading = [article.title]
    for passage in prepare(article, 200, as_words=False, with_title=with_title).passages:
        expected = [before + article.text[start:end] for start, end in spans(article.text, *passage.span, 200)]
        assert passage.stretches == heading + expected
        heading = []


def test_as_words_a_stretch_is_its_words_in_one_spelling_with_a_space_between_them(article):
    for passage in prepare(replace(article, title=""), 200, as_words=True, with_title=False).passages:
        for stretch, (start, end) in zip(passage.stretches, spans(article.text, *passage.span, 200), strict=True):
            words = "".join(thai.words(thai.normalise(article.text[start:end]).text))
            assert stretch.replace(" ", "") == words.replace(" ", "")


def test_without_a_limit_the_whole_passage_is_one_stretch(article):
    for passage in prepare(replace(article, title=""), None, as_words=False, with_title=False).passages:
        assert passage.stretches == [article.text[slice(*passage.span)]]


def test_terms_are_the_titles_words_and_the_passages_letters(article):
    title = thai.words(thai.normalise(article.title).text)
    for passage in prepare(article, 200, as_words=False, with_title=False).passages:
        text = thai.normalise(article.text[slice(*passage.span)]).text
        terms = Terms.of(title, text)
        assert (passage.terms.grams, passage.terms.sounds) == (terms.grams, terms.sounds)
        words = passage.terms.words.split()
        assert words[: len(title)] == title
        # cut in one go with its neighbours, a passage may have other words at its edges, but of the same letters
        assert "".join(words[len(title) :]) == "".join("".join(thai.words(text)).split())


def test_copies_say_the_same_whatever_spaces_and_digits_they_are_written_with():
    def said(text):
        (passage,) = prepare(Article("1", "", text, "a"), 200, as_words=False, with_title=False).passages
        return passage.said

    assert said("น้ำท่วม ปี 2565") == said("นํ้าท่วม  ปี\n๒๕๖๕") == said("น้ำท่วมปี2565")
    assert len({said("น้ำท่วม ปี 2565"), said("น้ำท่วม ปี 2566"), said("น้ำ ปี 2565")}) == 3


def test_a_title_is_no_part_of_what_a_passage_says():
    one, other = (
        prepare(Article("1", title, "ฝนตก", "a"), 200, as_words=False, with_title=False).passages[0]
        for title in ("ก", "ข")
    )
    assert one.said == other.said
    assert one.terms != other.terms


def test_what_is_prepared_can_be_sent_to_another_process(article):
    prepared = prepare(article, 200, as_words=False, with_title=False).passages
    assert pickle.loads(pickle.dumps(prepared)) == prepared


@pytest.mark.parametrize("text", ["\u200b \n", "\n\n", "\x00"])
def test_an_article_without_a_letter_has_no_passage_or_one_that_can_be_written(text):
    for passage in prepare(Article("1", "", text, "a"), 200, as_words=False, with_title=False).passages:
        assert passage.span[0] < passage.span[1] <= len(text)
