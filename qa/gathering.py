"""Whether a question asks for all that there is on a subject: "any news about ...?", "..., how is it going?".

People word it in more ways than a list can hold. So the words that name things are put aside, and the shape of what is
left is weighed: every run of up to four words has a weight, fitted by `making/make_gathering.py` to several hundred
wordings beside thousands of questions for facts. `gathering.json` holds the weights, and the words that only ask.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from khamtop.index.text import thai
from khamtop.index.types import Span

_FILE = Path(__file__).with_name("gathering.json")
#: What stands for words that name things, however many, and for the ends of the question.
NAMING, BEGIN, END = "□", "^", "$"
#: Words of the longest run that has a weight.
LONGEST_RUN = 4


@dataclass(frozen=True, slots=True)
class Weights:
    """What was fitted: `kept` are the words that a shape is made of, `asking` those of them that only ask; `weights`
    are those of runs, and `bias` makes the sum 0 where it is as likely as not worth the risk. From `surely` on no
    question for a fact reaches it."""

    kept: frozenset[str]
    asking: frozenset[str]
    weights: Mapping[str, float]
    bias: float
    surely: float


def leaning(text: str) -> float:
    """How clearly a normalised question asks for all there is on something; below 0 it does not, as far as is known."""
    fitted = load()
    shape = shape_of(thai.words(text), fitted.kept)
    return fitted.bias + sum(fitted.weights.get(run, 0.0) for run in runs_of(shape))


def subject_of(text: str) -> str:
    """What is asked about: the normalised question without the words before and after that only ask."""
    asking = load().asking
    spans = thai.word_spans(text)
    telling = [span for span in spans if text[slice(*span)] not in asking]
    return text[telling[0][0] : telling[-1][1]] if telling else ""


def shape_of(words: Sequence[str], kept: Collection[str]) -> list[str]:
    """The words of a question from end to end, with one `NAMING` for words in a row that are not `kept`."""
    shape = [BEGIN]
    for word in words:
        sign = word if word in kept else NAMING
        if sign != NAMING or shape[-1] != NAMING:
            shape.append(sign)
    return [*shape, END]


def runs_of(shape: Sequence[str]) -> set[str]:
    """All runs of up to `LONGEST_RUN` words of a shape, with spaces between their words."""
    return {" ".join(shape[start:end]) for start, end in _bounds(len(shape))}


def _bounds(length: int) -> Iterator[Span]:
    return ((start, end) for start in range(length) for end in range(start + 1, min(start + LONGEST_RUN, length) + 1))


@cache
def load() -> Weights:
    """What lies in `gathering.json`."""
    data = json.loads(_FILE.read_text("utf-8"))
    return Weights(
        frozenset(data["kept"]), frozenset(data["asking"]), data["weights"], float(data["bias"]), float(data["surely"])
    )
