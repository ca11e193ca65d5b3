"""Questions that compare: each side is asked on its own, in the question's own words."""

import pytest

from khamtop.qa.comparison import sides_of


@pytest.mark.parametrize(
    ("question", "names", "questions"),
    [
        ("โพลปี 65 กับ 66 ถามคนกี่คน ต่างกันเยอะไหม", ("ปี 65", "ปี 66"), ("โพลปี 65 ถามคนกี่คน", "โพลปี 66 ถามคนกี่คน")),
        ("ค่าแรงปี 2565 กับปี 2568 กี่บาท", ("ปี 2565", "ปี 2568"), ("ค่าแรงปี 2565 กี่บาท", "ค่าแรงปี 2568 กี่บาท")),
        ("คนละครึ่งเฟส 3 กับเฟส 5 ต่างกันยังไง", ("เฟส 3", "เฟส 5"), ("คนละครึ่งเฟส 3", "คนละครึ่งเฟส 5")),
        (
            "What is the difference between EEC visa and LTR visa?", ("EEC visa", "LTR visa"),
            ("What is EEC visa", "What is LTR visa"),
        ),
    ],
)  # fmt: skip
def test_each_side_has_a_name_and_a_question(question, names, questions):
    sides = sides_of(question)
    assert sides is not None
    assert tuple(side.name for side in sides) == names
    assert tuple(side.question for side in sides) == questions


@pytest.mark.parametrize(
    "question",
    [
        "ความร่วมมือระหว่างไทยกับลาวมีอะไรบ้าง",
        "เที่ยวด้วยกันได้เงินเท่าไร",
        "นายกฯ พบกับใครและพูดอะไร",
        "Thailand and Laos signed what?",
    ],
)
def test_two_things_that_are_named_together_are_not_compared(question):
    assert sides_of(question) is None
