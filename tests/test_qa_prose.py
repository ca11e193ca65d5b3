"""What a model wrote, as sentences with their markers."""

from __future__ import annotations

import pytest

from khamtop.qa.prose import MOST_CHARS, sentences_of


def said(text: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(sentence.text, sentence.markers) for sentence in sentences_of(text)]


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
