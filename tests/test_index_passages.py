"""Passages: spans of the article's own text that cover it, whole letters and whole phrases only."""

import random
from itertools import pairwise

import pytest

from khamtop.index.text.passages import OVERLAP_CHARS, PASSAGE_CHARS, cut, spans
from khamtop.index.text.thai import is_boundary, phrases, words
from khamtop.index.types import Article, Passage

ENDLESS = "นายกรัฐมนตรีญี่ปุ่นเข้าร่วมการประชุมสุดยอดนาโตที่กรุงมาดริด" * 60


def article(text, title="หัวข้อ"):
    return Article("a", title, text, "a.txt")


def covered(passages):
    return {at for passage in passages for at in range(passage.start, passage.end)}


def texts(text, title="หัวข้อ"):
    return [text[passage.start : passage.end] for passage in cut(article(text, title))]


@pytest.fixture(params=["seed", "endless", "lines", "mixed"])
def text(request, seed_text):
    rng = random.Random(0)
    bits = "ญี่ปุ่น เกาหลีใต้ น้ำท่วม เด็ก ๆ ผู้ว่าราชการจังหวัด ก NATO 2565 เเม่นํ้า".split()
    return {
        "seed": seed_text,
        "endless": ENDLESS,
        "lines": "\n\n".join("".join(rng.choices(bits, k=rng.randrange(1, 60))) for _ in range(40)),
        "mixed": "".join(rng.choice(bits) + rng.choice(["", "", " ", "\n", "  \r\n"]) for _ in range(900)),
    }[request.param]


def test_every_phrase_of_the_body_lies_in_a_passage(text):
    found = cut(article(text))
    lost = set(range(len(text))) - covered(found)
    assert not any(text[at].strip() for at in lost)


def test_a_passage_names_its_article_and_holds_something(text):
    found = cut(article(text))
    assert all(passage.article_id == "a" and text[passage.start : passage.end].strip() for passage in found)


def test_no_passage_is_longer_than_its_bound(text):
    assert max(passage.end - passage.start for passage in cut(article(text))) <= PASSAGE_CHARS


def test_no_passage_begins_or_ends_inside_a_cluster(text):
    assert all(is_boundary(text, at) for passage in cut(article(text)) for at in (passage.start, passage.end))


def test_passages_go_forward_and_repeat_no_more_than_the_overlap(text):
    for first, second in pairwise(cut(article(text))):
        assert first.start < second.start
        assert first.end - second.start <= OVERLAP_CHARS


def test_a_passage_begins_where_the_one_before_ended_or_repeats_its_last_phrases():
    text = " ".join(["น้ำท่วมกรุงเทพ"] * 100)
    first, second = cut(article(text))[:2]
    assert first == Passage("a", 0, 599)
    # six more phrases of 14 letters and their spaces lie within a hundred characters of the end
    assert second.start == 599 - (6 * 15 - 1)


def test_no_passage_lies_wholly_inside_the_one_before():
    text = " ".join(["ก" * 500, "ข" * 89, "ค" * 550])
    assert all(first.end < second.end for first, second in pairwise(cut(article(text))))


def test_a_short_article_is_one_passage():
    assert texts("ญี่ปุ่นเข้าร่วมประชุม นาโต") == ["ญี่ปุ่นเข้าร่วมประชุม นาโต"]


def test_a_phrase_longer_than_a_passage_is_cut_without_losing_a_letter():
    assert "".join(texts(ENDLESS)) == ENDLESS


def test_a_phrase_longer_than_a_passage_is_cut_between_words():
    last_words = [words(passage)[-1] for passage in texts(ENDLESS)]
    assert set(last_words) <= set(words(ENDLESS))


def test_letters_that_make_no_words_are_still_cut_between_clusters():
    text = "กิ้" * 700
    assert "".join(texts(text)) == text
    assert all(piece.startswith("กิ้") and piece.endswith("กิ้") for piece in texts(text))


def test_a_passage_of_no_words_ends_before_the_cluster_that_does_not_fit():
    text = "-" * 599 + "ที่" + "-" * 300
    assert texts(text) == ["-" * 599, "ที่" + "-" * 300]


def test_a_cluster_longer_than_a_passage_is_not_cut():
    text = "น" + "้" * 1000
    assert all(is_boundary(text, passage.start) for passage in cut(article(text)))


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("น้ำท่วมกรุงเทพ", "น้ำท่วมกรุงเทพ\nฝนตกหนัก"),
        ("ฝนตกหนัก น้ำสูง 62 เซนติเมตร", "ฝนตกหนัก น้ำสูง 62 เซนติเมตร\nรถติด"),  # without a headline
        ("ฝนตกหนัก", "3 ตุลาคม 2565\nฝนตกหนัก\nรถติด"),
        ("", "ฝนตกหนัก"),
    ],
)
def test_no_line_at_the_top_is_left_out(title, text):
    assert texts(text, title) == [text]


def test_front_matter_says_what_an_article_is_and_is_no_passage():
    assert texts("---\ntitle: น้ำท่วม\n---\nฝนตก") == ["ฝนตก"]


def test_a_short_stretch_is_one_span():
    assert spans("น้ำท่วม กรุงเทพ", 0, 15, 12) == [(0, 15)]  # a quarter more than asked is let be


def test_spans_cover_a_passage_with_whole_phrases_each_half_over_the_next(seed_text):
    passage = cut(article(seed_text))[1]
    found = spans(seed_text, passage.start, passage.end, 150)
    starts = {start for start, _ in phrases(seed_text)}
    ends = {end for _, end in phrases(seed_text)}
    assert len(found) > 3
    assert found[0][0] == passage.start
    assert found[-1][1] == passage.end
    for (start, end), (following, _) in pairwise(found):
        assert start < following
        assert not seed_text[end:following].strip()  # nothing between them is lost
    short = [(start, end) for start, end in found if end - start <= 150]
    assert all(start in starts and end in ends for start, end in short)


def test_spans_of_equal_phrases_follow_one_another():
    text = " ".join(["กขคงจฉชซฌ"] * 10)  # ten of nine letters
    assert spans(text, 0, len(text), 39) == [(0, 39), (40, 79), (80, 99)]


def test_no_span_lies_wholly_inside_the_one_before():
    text = " ".join(["ก" * 120, "ข" * 79, "ค" * 130, "ง" * 100])
    assert all(first[1] < second[1] for first, second in pairwise(spans(text, 0, len(text), 200)))
