"""The seam for a model that writes: a toy one leads to the quotes, and says nothing that rests on none of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from khamtop.index.storage.store import Index
from khamtop.qa.answer import ask
from khamtop.qa.types import Citation, Sentence
from khamtop.qa.writer import QuotesAlone
from tests.toys import ToyReader

QUESTION = "รถไฟฟ้าสายสีเหลืองมีกี่ขบวน"


class ToyWriter:
    """Says one sentence for each citation, one that rests on nothing, and one on a citation that is not there."""

    def __init__(self) -> None:
        self.asked = 0

    def write(self, question: str, citations: Sequence[Citation]) -> Iterable[Sentence]:
        self.asked += 1
        yield from (Sentence(f"ข่าวบอกว่า {citation.article.title}", (citation.number,)) for citation in citations)
        yield Sentence("ข้าพเจ้าคิดว่า", ())
        yield Sentence("อีกแห่งหนึ่งบอกว่า", (1, 99))


def test_sentences_rest_on_quotes_that_are_there(small_index: Index) -> None:
    found = ask(QUESTION, small_index, reader=ToyReader({"train": 5.0}, otherwise=-9.0), writer=ToyWriter())
    assert found.sentences == (Sentence("ข่าวบอกว่า รถไฟฟ้าสายสีเหลือง", (1,)),)
    assert found.citations[0].article.id == "train"


def test_nothing_is_written_where_nothing_is_answered(small_index: Index) -> None:
    writer = ToyWriter()
    found = ask(QUESTION, small_index, reader=ToyReader({}, otherwise=-9.0), writer=writer)
    assert (found.sentences, found.citations, writer.asked) == ((), (), 0)


def test_without_a_writer_the_quotes_stand_alone(small_index: Index) -> None:
    reader = ToyReader({"train": 5.0}, otherwise=-9.0)
    assert ask(QUESTION, small_index, reader=reader) == ask(QUESTION, small_index, reader=reader, writer=QuotesAlone())
    assert ask(QUESTION, small_index, reader=reader).sentences == ()
