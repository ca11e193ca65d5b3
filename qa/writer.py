"""The seam where a model that writes plugs in: citations -> sentences that lead to them.

A writer never writes a quote, and what it writes is never a quote. A sentence that does not say by markers which
citations it rests on is left out, and so is one with a marker of none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from khamtop.qa.types import Citation, Sentence


class Writer(Protocol):
    """Says something around the quotes of an answer."""

    def write(self, question: str, citations: Sequence[Citation]) -> Iterable[Sentence]:
        """Sentences in the question's language, in the order in which they are to be read."""


class QuotesAlone:
    """The embedded writer: the articles' own words are all that is said."""

    def write(self, question: str, citations: Sequence[Citation]) -> Iterable[Sentence]:
        """No sentences."""
        return ()


def resting(sentences: Iterable[Sentence], citations: Sequence[Citation]) -> tuple[Sentence, ...]:
    """The sentences that rest on citations which are there, and on no others."""
    numbers = {citation.number for citation in citations}
    return tuple(sentence for sentence in sentences if sentence.markers and numbers.issuperset(sentence.markers))
