"""The seam where a model that writes plugs in: an answer's quotes -> sentences around them, each of them checked.

A writer never writes a quote, and what it writes is never a quote. Each sentence says by markers which citations it
rests on, and `checking.py` reads it against exactly these: one that they do not bear out is left out and counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from khamtop.index.types import KhamtopError
from khamtop.qa.checking import load_checker
from khamtop.qa.types import Answer, Citation, Sentence, Writing

#: The least part of what was written that must hold: a text with more gaps than sentences misleads.
ENOUGH = 0.5


class Writer(Protocol):
    """Says something around the quotes of an answer; readers are told by `name` who wrote, and by `host` where that is:
    the machine to which questions and quotes are sent, "" if they go nowhere."""

    name: str
    host: str

    def write(self, answer: Answer) -> Iterable[Sentence | None]:
        """Sentences in the question's language, in the order in which they are to be read; None now and then while
        none comes, for whoever listens may leave then: closing the iterator ends whatever it waits for.

        Raises:
            KhamtopError: while they are read, if there are no more for some reason.
        """


class Checks(Protocol):
    """What tells whether a sentence holds (`checking.Checker`)."""

    def holds(self, sentence: Sentence, citations: Sequence[Citation]) -> bool:
        """Whether the citations that a sentence names say what it says."""


def written(answer: Answer, writer: Writer, checker: Checks | None = None) -> Answer:
    """The answer with all that a writer says around its quotes; an answer without quotes stays as it is.

    Whatever goes wrong, the quotes stand: `Writing.problem` tells what it was.
    """
    if not answer.citations:
        return answer
    *_, last = writing(answer, writer, checker)
    return replace(answer, writing=last)


def writing(answer: Answer, writer: Writer, checker: Checks | None = None) -> Iterator[Writing]:
    """What a writer says around the quotes of an answer, as it comes: one `Writing` after the other, each in place of
    the one before; the last one stays. The same comes again while nothing new does.

    Each holds what would stand if nothing more came. So no word of a sentence is there before the sentence was
    checked; and where more of them were struck than hold, none is there: those that were are taken back, with the
    count in their place, until enough hold again. To hold all back until the end would keep readers from sentences
    that nearly always stay; to leave what stood there would show a text of which the larger part was not true.
    """
    held: list[Sentence] = []
    said, problem = 0, None
    try:
        checks = checker or load_checker()
        for sentence in _unrepeated(writer.write(answer)):
            if sentence is not None:
                said += 1
                held += [sentence] if checks.holds(sentence, answer.citations) else []
            yield _standing(writer.name, held, said)
    except KhamtopError as error:
        problem = error.code  # what came before it stays
    yield _standing(writer.name, held, said, problem)


def _standing(writer: str, held: Sequence[Sentence], said: int, problem: str | None = None) -> Writing:
    """What stands of so many sentences, of which these hold."""
    kept = tuple(held) if len(held) >= ENOUGH * said else ()
    return Writing(writer, kept, said - len(kept), problem)


def _unrepeated(sentences: Iterable[Sentence | None]) -> Iterator[Sentence | None]:
    """The sentences until one comes a second time: from there on a model goes in circles."""
    seen: set[str] = set()
    for sentence in sentences:
        if sentence is not None:
            words = "".join(sentence.text.split())
            if words in seen:
                raise KhamtopError("writer.loops")
            seen.add(words)
        yield sentence
