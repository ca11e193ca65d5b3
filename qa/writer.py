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

    def write(self, answer: Answer) -> Iterable[Sentence]:
        """Sentences in the question's language, in the order in which they are to be read.

        Raises:
            KhamtopError: while they are read, if there are no more for some reason.
        """


class Checks(Protocol):
    """What tells whether a sentence holds (`checking.Checker`)."""

    def holds(self, sentence: Sentence, citations: Sequence[Citation]) -> bool:
        """Whether the citations that a sentence names say what it says."""


def written(answer: Answer, writer: Writer, checker: Checks | None = None) -> Answer:
    """The answer with what a writer says around its quotes; an answer without quotes stays as it is.

    Whatever goes wrong, the quotes stand: `Writing.problem` tells what it was.
    """
    if not answer.citations:
        return answer
    said = 0
    held: list[Sentence] = []
    problem = None
    try:
        checks = checker or load_checker()
        for sentence in _unrepeated(writer.write(answer)):
            said += 1
            held += [sentence] if checks.holds(sentence, answer.citations) else []
    except KhamtopError as error:
        problem = error.code  # what came before it stays
    kept = tuple(held) if len(held) >= ENOUGH * said else ()
    return replace(answer, writing=Writing(writer.name, kept, said - len(kept), problem))


def _unrepeated(sentences: Iterable[Sentence]) -> Iterator[Sentence]:
    """The sentences until one comes a second time: from there on a model goes in circles."""
    seen: set[str] = set()
    for sentence in sentences:
        words = "".join(sentence.text.split())
        if words in seen:
            raise KhamtopError("writer.loops")
        seen.add(words)
        yield sentence
