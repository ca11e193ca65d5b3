"""The seam for a model that writes: a toy one says things around the quotes, and only what they bear out is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from khamtop.index.storage.store import Index
from khamtop.index.types import KhamtopError
from khamtop.qa.answer import ask
from khamtop.qa.types import Answer, Citation, Sentence, Writing
from khamtop.qa.writer import writing, written
from tests.toys import ToyReader

QUESTION = "รถไฟฟ้าสายสีเหลืองมีกี่ขบวน"
READER = ToyReader({"train": 5.0}, otherwise=-9.0)


class ToyWriter:
    """Says the given sentences, and then perhaps that it is away."""

    name, host = "toy", ""

    def __init__(self, *sentences: Sentence | None, then: str | None = None) -> None:
        self._sentences, self._then = sentences, then
        self.asked, self.left = 0, False

    def write(self, answer: Answer) -> Iterable[Sentence | None]:
        self.asked += 1
        try:
            yield from self._sentences
        except GeneratorExit:
            self.left = True
            raise
        if self._then:
            raise KhamtopError(self._then)


class ToyChecks:
    """Lets through what says "true"."""

    def holds(self, sentence: Sentence, citations: Sequence[Citation]) -> bool:
        return "true" in sentence.text


def test_sentences_rest_on_quotes_that_are_there(small_index: Index) -> None:
    true = Sentence("รถไฟฟ้าสายสีเหลืองมี 30 ขบวน", (1,))
    writer = ToyWriter(true, Sentence("รถไฟฟ้ามี 30 ขบวน", (1, 99)))
    found = ask(QUESTION, small_index, reader=READER, writer=writer)
    assert (found.sentences, found.struck) == ((true,), 1)
    assert found.citations[0].article.id == "train"


def test_nothing_is_written_where_nothing_is_answered(small_index: Index) -> None:
    writer = ToyWriter(Sentence("ไม่มีใครรู้", (1,)))
    reader = ToyReader({}, otherwise=-9.0)
    found = ask(QUESTION, small_index, reader=reader, writer=writer)
    assert (found, writer.asked) == (ask(QUESTION, small_index, reader=reader), 0)


def test_without_a_writer_the_quotes_stand_alone(small_index: Index) -> None:
    found = ask(QUESTION, small_index, reader=READER)
    assert (found.writing, found.sentences, found.struck) == (None, (), 0)


def test_if_too_little_is_left_nothing_is(small_index: Index) -> None:
    answer = ask(QUESTION, small_index, reader=READER)
    true, other, third = Sentence("true", (1,)), Sentence("else", (1,)), Sentence("more", (1,))
    assert written(answer, ToyWriter(true, other), ToyChecks()).writing == Writing("toy", (true,), 1)
    assert written(answer, ToyWriter(true, other, third), ToyChecks()).writing == Writing("toy", (), 3)


def test_each_sentence_is_checked_before_it_is_there_and_taken_back_where_most_others_fail(small_index: Index) -> None:
    answer = ask(QUESTION, small_index, reader=READER)
    true, false, other = Sentence("true", (1,)), Sentence("else", (1,)), Sentence("more", (1,))
    back = Sentence("true again", (1,))
    states = list(writing(answer, ToyWriter(true, None, false, other, back), ToyChecks()))
    assert states == [
        Writing("toy", (true,), 0),
        Writing("toy", (true,), 0),  # nothing came
        Writing("toy", (true,), 1),
        Writing("toy", (), 3),  # most of it was not true
        Writing("toy", (true, back), 2),
        Writing("toy", (true, back), 2),
    ]


def test_whoever_leaves_ends_the_writer(small_index: Index) -> None:
    answer, writer = ask(QUESTION, small_index, reader=READER), ToyWriter(Sentence("true", (1,)), None)
    states = writing(answer, writer, ToyChecks())
    next(states)
    states.close()
    assert writer.left


def test_what_came_before_something_went_wrong_stays(small_index: Index) -> None:
    answer = ask(QUESTION, small_index, reader=READER)
    true = Sentence("true", (1,))
    away = ToyWriter(true, then="writer.away")
    assert written(answer, away, ToyChecks()).writing == Writing("toy", (true,), 0, "writer.away")
    loops = ToyWriter(true, Sentence("t r u e", (1,)), Sentence("true again", (1,)))
    assert written(answer, loops, ToyChecks()).writing == Writing("toy", (true,), 0, "writer.loops")
