"""What a model wrote, as sentences with their markers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis.strategies import DataObject, data, integers, lists, sampled_from

from khamtop.qa.prose import MOST_CHARS, MOST_TEXT, sentences_of


def said(text: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(sentence.text, sentence.markers) for sentence in sentences_of([text]) if sentence]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("น้ำลดแล้ว [1] ถนนเปิด [2]", [("น้ำลดแล้ว", (1,)), ("ถนนเปิด", (2,))]),
        ("น้ำลดแล้ว [1][3]\n\nถนนเปิด [1, 2]\nปิด [1-3]", [("น้ำลดแล้ว", (1, 3)), ("ถนนเปิด", (1, 2)), ("ปิด", (1, 2, 3))]),
        ("It fell. It rose [1].", [("It fell", ()), ("It rose", (1,))]),
        ("Mr. Kishida went to Madrid [1].", [("Mr. Kishida went to Madrid", (1,))]),
        ("It cost 1.5 million [1]", [("It cost 1.5 million", (1,))]),
        ("- **น้ำลด** [1]\n2. ถนนเปิด [2]\n# สรุป [1]", [("น้ำลด", (1,)), ("ถนนเปิด", (2,)), ("สรุป", (1,))]),
        ("<think>[1] maybe\n[2]</think>น้ำลด [1]", [("น้ำลด", (1,))]),
        ("<think>for ever [1]", []),
        ("[1] [2]", []),
        ("", []),
        ("น้ำ\u202eลด\x1b[31m [1]", [("น้ำลด[31m", (1,))]),
        ("อ้างข้อ [1-999999]", [("อ้างข้อ", (1, 999))]),
    ],
)
def test_a_sentence_ends_at_its_markers_its_line_or_an_english_full_stop(text, sentences):
    if "999999" in text:
        assert said(text) == [("อ้างข้อ [1-999999]", ())]  # no marker at all
    else:
        assert said(text) == sentences


@pytest.mark.parametrize(
    "text",
    [
        "ดู https://a.example",
        "ดู www.a.example",
        "[ดู](a)",
        "![x](a)",
        "<b>ดู",
        "</p> ดู",
        "javascript:alert",
        "ถึง a@b.example",
        "&lt;ดู",
    ],
)
def test_what_is_markup_or_a_link_rests_on_nothing(text):
    assert [markers for _, markers in said(f"{text} [1]")] == [()]


def test_what_is_longer_than_a_sentence_rests_on_nothing():
    assert said("ก" * (MOST_CHARS + 1) + " [1]") == [("ก" * MOST_CHARS, ())]


PIECES = ["น้ำลด", " ", "[1]", "[2]", "[", "1", "]", ", ", "\n", "\r\n", "It fell. ", "It rose.", "<think>", "</think>",
          "<reasoning>", "</reasoning>", "- ", "**", "<b>", "."]  # fmt: skip


@given(lists(sampled_from(PIECES), max_size=20), data())
def test_in_whatever_pieces_a_text_comes_its_sentences_are_the_same(words: list[str], cuts: DataObject) -> None:
    text = "".join(words)
    at = sorted(cuts.draw(lists(integers(0, len(text)), max_size=10)))
    pieces = [text[start:end] for start, end in zip([0, *at], [*at, len(text)], strict=True)]
    assert list(sentences_of(pieces)) == list(sentences_of([text]))


def test_a_sentence_is_given_as_soon_as_other_words_follow_its_markers() -> None:
    came = []

    def pieces() -> Iterator[str | None]:
        for piece in ("น้ำลด [1]", "[2]", None, " ถนน", "เปิด [1]\n", "<think>[3] ", "ปิด</think>จบ"):
            came.append(piece)
            yield piece

    found = [(len(came), one and one.text) for one in sentences_of(pieces())]
    assert found == [(3, None), (4, "น้ำลด"), (5, "ถนนเปิด"), (7, "จบ")]


def test_what_is_longer_than_all_measure_ends_with_its_last_whole_line_or_marker() -> None:
    assert said("น้ำลด [1] ถนน" + "เปิด" * MOST_TEXT) == [("น้ำลด", (1,))]
    assert list(sentences_of(["น้ำลด [1] ถนน", "เปิด" * MOST_TEXT, "[2]"])) == list(sentences_of(["น้ำลด [1]"]))
