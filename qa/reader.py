"""Question, passages -> where each passage answers, and how likely: one small transformer reads both together.

`qa/model/` holds the embedded one (`index/transformer.py` says of what files). For each piece of a passage it gives
how well an answer begins and ends there, against "not here"; and for the passage whether it answers, and of which
kind the question is. `making/make_reader.py` trains it, and what its numbers mean as a chance is fitted there too:
every number learned or fitted stands in the model's folder.

A model of another's that answers by extracting can take its place (`load_reader`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol, get_args

import numpy as np

from khamtop.index.text import thai
from khamtop.index.transformer import SETTINGS, Transformer, is_transformer
from khamtop.index.types import KhamtopError, Span
from khamtop.qa.types import Kind

EMBEDDED = Path(__file__).with_name("model")

#: A passage as it is read: its article's title, and its text.
Titled = tuple[str, str]

#: Pieces of a question, a title and an answer that are read at most; more of a question loses its middle.
QUESTION_PIECES, TITLE_PIECES, ANSWER_PIECES = 64, 28, 64
#: How many spans of a passage are told of as likely answers: others have no weight.
LIKELY_SPANS = 40
#: Pieces that a window repeats of the one before it, where a passage is longer than the model reads.
OVERLAP_PIECES = 48


_KINDS: dict[str, Kind] = {kind: kind for kind in get_args(Kind)}


@dataclass(frozen=True, slots=True)
class Reading:
    """Where `passages[passage]` answers best: `answer` is a span of its text.

    `logit` is above 0 where it likelier answers than not, whichever passages and questions are compared. `kind` is
    what the question asks for as the model understands it, None where it tells nothing of that.
    """

    passage: int
    answer: Span
    logit: float
    kind: Kind | None = None
    #: What the logit was made from: how well the answer stands out, and whether the passage answers at all.
    features: tuple[float, ...] = ()
    #: Spans of the passage that may be its answer, with what chance each is, if any is: their sum is 1.
    likely: tuple[tuple[Span, float], ...] = ()

    @property
    def chance(self) -> float:
        """The chance, 0 to 1, that it answers."""
        return chance_of(self.logit)


def chance_of(logit: float) -> float:
    """The chance, 0 to 1, that a logit says."""
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))


@dataclass(frozen=True, slots=True)
class Large:
    """Which answers may stand in large type, by weights: of an answer's logit, and of its lead over any other."""

    logit: float
    lead: float
    bias: float

    def allows(self, logit: float, lead: float) -> bool:
        """Whether an answer may, whose logit is so many more than that of the best which says something else."""
        return self.bias + self.logit * logit + self.lead * lead >= 0


class Reader(Protocol):
    """Reads passages to a question; `name` tells one model from another.

    From the chance `unsure` on what it points at is the nearest there is, from `sure` on an answer; `large` tells which
    may stand in large type. A logit of it counts `rank_weight` beside a passage's score in search.
    """

    name: str
    sure: float
    unsure: float
    large: Large
    rank_weight: float

    def read(self, question: str, passages: Sequence[Titled]) -> list[Reading]:
        """What each passage says to the question, in the order of the passages; none for one without letters."""


@cache
def load_reader(name: str | None = None) -> Reader:
    """The reader of that name: a folder, or an id of transformers; None for the embedded one.

    Raises:
        KhamtopError: `reader.unreadable` if there is no such model, or none that can be opened, `reader.kind` for
            one of another kind; as `Transformer` does for a folder of one.
    """
    folder = Path(name) if name else EMBEDDED
    if name is None or is_transformer(folder):
        return TransformerReader(folder)
    from khamtop.qa.foreign_reader import ForeignReader

    return ForeignReader(name)


class TransformerReader:
    """The embedded reader, or one made like it.

    `settings.json`: "kinds" of questions in the order of its outputs; "most_pieces" that are read at once;
    "chance", the weights of a logistic function of what it gives; "sure", "unsure", "rank_weight" (`Reader`); "large"
    (`Large`).
    """

    def __init__(self, folder: Path) -> None:
        self._model = Transformer(folder, "reader")
        try:
            settings = self._model.settings
            self.sure, self.unsure = float(settings["sure"]), float(settings["unsure"])
            self.rank_weight = float(settings["rank_weight"])
            self.large = Large(*(float(settings["large"][name]) for name in ("logit", "lead", "bias")))
            self._kinds: list[Kind] = [_KINDS[kind] for kind in settings["kinds"]]
            self._most = int(settings["most_pieces"])
            weights = settings["chance"]
            self._weights = {name: float(weights[name]) for name in ("span", "passage", "bias")}
        except (LookupError, TypeError, ValueError):
            raise KhamtopError("model.damaged", folder=str(folder), file=SETTINGS) from None
        self.name = f"transformer-{self._model.fingerprint}"

    def read(self, question: str, passages: Sequence[Titled]) -> list[Reading]:
        """See `Reader`."""
        asked = self._question(question)
        windows = [
            window for number, passage in enumerate(passages) for window in self._windows(asked, number, passage)
        ]
        best: dict[int, Reading] = {}
        for window, outputs in zip(windows, self._model.run([window.ids for window in windows]), strict=True):
            reading = self._reading(window, *outputs)
            if reading.passage not in best or reading.logit > best[reading.passage].logit:
                best[reading.passage] = reading
        return list(best.values())

    def _question(self, question: str) -> list[int]:
        ids: list[int] = self._model.pieces(thai.normalise(question, fold_case=False).text).ids
        if len(ids) > QUESTION_PIECES:
            half = QUESTION_PIECES // 2
            ids = [*ids[:half], *ids[-half:]]
        return ids

    def _windows(self, question: list[int], number: int, passage: Titled) -> list[_Window]:
        """What is read of a passage: as a rule all of it at once."""
        title, text = passage
        copy = thai.normalise(text, fold_case=False)
        pieces = self._model.pieces(copy.text)
        named = self._model.pieces(thai.normalise(title, fold_case=False).text).ids[:TITLE_PIECES]
        end = self._model.end
        before = [self._model.begin, *question, end, end, *named, end, end]
        room = self._most - len(before) - 1
        spans = [copy.original(*offset) for offset in pieces.offsets]
        firsts = range(0, max(1, len(spans) - OVERLAP_PIECES), room - OVERLAP_PIECES)
        return [
            _Window(number, text, [*before, *pieces.ids[at : at + room], end], len(before), spans[at : at + room])
            for at in firsts
            if spans
        ]

    def _reading(self, window: _Window, spans: np.ndarray, passage: np.ndarray) -> Reading:
        """`spans` is (1, pieces, 2), how well an answer begins and ends there; `passage` is (1, 1 + kinds)."""
        inside = slice(window.first, window.first + len(window.spans))
        begins, ends = spans[0, inside].T  # each (pieces of the passage,)
        (best, _), *_ = likely = likely_spans(begins, ends, ANSWER_PIECES)
        features = {"span": float(begins[best[0]] + ends[best[1]]), "passage": float(passage[0, 0])}
        logit = self._weights["bias"] + sum(self._weights[name] * value for name, value in features.items())
        kind = self._kinds[int(np.argmax(passage[0, 1:]))]
        placed = window.placed(likely)
        answer = trimmed(window.text, *placed[0][0])
        return Reading(window.passage, answer, logit, kind, tuple(features.values()), placed)


@dataclass(frozen=True, slots=True)
class _Window:
    """The pieces that are read at once; `spans` are those of the passage's own, in its `text`, from `ids[first]` on."""

    passage: int
    text: str
    ids: list[int]
    first: int
    spans: list[Span]

    def placed(self, likely: Sequence[tuple[Span, float]]) -> tuple[tuple[Span, float], ...]:
        """Spans of pieces as spans of the text."""
        return tuple(((self.spans[first][0], self.spans[last][1]), chance) for (first, last), chance in likely)


def likely_spans(begins: np.ndarray, ends: np.ndarray, most: int) -> list[tuple[Span, float]]:
    """The first and the last piece, at most `most` of them, of the likeliest answers, and the chance of each among
    them; the best first, the earliest of equals.

    `begins` and `ends` (pieces,) say how well an answer begins and ends at each; a chance goes by their sum.
    """
    scores = begins[:, None] + ends[None, :]  # (pieces, pieces)
    allowed = np.triu(np.ones_like(scores, dtype=bool)) & ~np.triu(np.ones_like(scores, dtype=bool), most)
    scores = np.where(allowed, scores, -np.inf)
    best = np.argsort(-scores, axis=None, kind="stable")[: min(LIKELY_SPANS, int(allowed.sum()))]
    found = [(int(place // len(ends)), int(place % len(ends))) for place in best]
    weights = np.exp(scores.ravel()[best] - scores.ravel()[best[0]])
    return list(zip(found, (weights / weights.sum()).tolist(), strict=True))


def trimmed(text: str, start: int, end: int) -> Span:
    """A span without the space at its ends, and without half a cluster of Thai letters.

    Of space alone it is the phrase after it, or else the one before: a piece of a vocabulary may be the space that
    begins a word.
    """
    if text[start:end].isspace():
        phrases = list(thai.phrases(text)) or [(start, end)]
        return next((phrase for phrase in phrases if phrase[1] > start), phrases[-1])
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while start > 0 and not thai.is_boundary(text, start):
        start -= 1
    while end < len(text) and not thai.is_boundary(text, end):
        end += 1
    return start, end
