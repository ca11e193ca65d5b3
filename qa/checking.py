"""A sentence and the quotes that it names -> whether it says nothing but what stands in them.

Numbers, dates, names, places and opposites must stand there (`facts.py`). For the rest a chance is made of how near
the sentence is to the quotes: by the encoder, by its words, and by what the reader finds there to it. The weights and
the threshold stand in `checking.json`, with the models that they were fitted with and the command that fits them
(`making/make_checking.py`): the embedded models, whichever an index is made with.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from khamtop.index.encoders.wiring import load_encoder
from khamtop.index.text import thai
from khamtop.index.types import Encoder, KhamtopError
from khamtop.qa.concepts import concepts_of, telling
from khamtop.qa.facts import Stated, has_spelling, is_negated, stated, unstated
from khamtop.qa.reader import Reader, load_reader
from khamtop.qa.types import Citation, Sentence

CALIBRATION = Path(__file__).with_name("checking.json")

#: What the chance is made of, in the order of `features`.
FEATURES = ("cosine", "words", "strange", "letters", "answers", "denies", "denied")
SCRIPTS = ("same", "other")
_GRAM = 4
_THAI = re.compile("[ก-๎]")
#: What a model puts in quotation marks must be the articles' words.
_QUOTED = re.compile('[“"«]([^”"»]+)[”"»]')


@dataclass(frozen=True, slots=True)
class Calibration:
    """What `checking.json` holds, once for sentences in the "same" script as their quotes and once for those in an
    "other" one: weights by the names of `FEATURES`, "bias" among them, and the chance from which a sentence is shown;
    and the names of the encoder and the reader that they were fitted with."""

    weights: dict[str, dict[str, float]]
    thresholds: dict[str, float]
    encoder: str
    reader: str

    @classmethod
    def read(cls, file: Path = CALIBRATION) -> Calibration:
        """That of a file; raises `KhamtopError` (`model.damaged`) for one that holds none."""
        try:
            held: dict[str, Any] = json.loads(file.read_text("utf-8"))
            fitted = held["scripts"]
            weights = {
                script: {name: float(fitted[script]["weights"][name]) for name in (*FEATURES, "bias")}
                for script in SCRIPTS
            }
            thresholds = {script: float(fitted[script]["threshold"]) for script in SCRIPTS}
            return cls(weights, thresholds, str(held["encoder"]), str(held["reader"]))
        except (OSError, ValueError, LookupError, TypeError):
            raise KhamtopError("model.damaged", folder=str(file.parent), file=file.name) from None


class Checker:
    """Checks sentences against quotes."""

    def __init__(self, encoder: Encoder, reader: Reader, calibration: Calibration) -> None:
        self._encoder, self._reader = encoder, reader
        self._calibration = calibration

    def holds(self, sentence: Sentence, citations: Sequence[Citation]) -> bool:
        """Whether the quotes that the sentence names say what it says; it must name some, and none but the given."""
        named = [citation for citation in citations if citation.number in sentence.markers]
        if not named or len(named) != len(set(sentence.markers)):
            return False
        there = evidence(named)
        if unstated(sentence.text, there) or not _quotes_truly(sentence.text, there):
            return False
        script = script_of(sentence.text, there)
        return self._chance(sentence.text, named, there, script) >= self._calibration.thresholds[script]

    def _chance(self, sentence: str, citations: Sequence[Citation], there: Stated, script: str) -> float:
        """The chance, 0 to 1, that quotes say what a sentence says of which no fact stands against it."""
        weights = self._calibration.weights[script]
        found = features(sentence, citations, there, self._encoder, self._reader)
        logit = weights["bias"] + sum(weights[name] * found[name] for name in FEATURES)
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))


@cache
def load_checker() -> Checker:
    """The checker with the embedded models.

    Raises:
        KhamtopError: `model.damaged` if its calibration is none, or was fitted with other models.
    """
    calibration, encoder, reader = Calibration.read(), load_encoder(), load_reader()
    if (calibration.encoder, calibration.reader) != (encoder.name, reader.name):
        raise KhamtopError("model.damaged", folder=str(CALIBRATION.parent), file=CALIBRATION.name)
    return Checker(encoder, reader, calibration)


def script_of(sentence: str, there: Stated) -> str:
    """Which of `SCRIPTS` a sentence is in: between Thai and English no word looks the same."""
    is_same = bool(_THAI.search(sentence)) == bool(_THAI.search(there.text))
    return SCRIPTS[0] if is_same else SCRIPTS[1]


def evidence(citations: Sequence[Citation]) -> Stated:
    """What stands in quotes, and in the titles and dates of their articles."""
    texts = [part for citation in citations for part in (citation.article.title, citation.quote)]
    return stated(texts, [citation.article.published for citation in citations])


def features(
    sentence: str, citations: Sequence[Citation], there: Stated, encoder: Encoder, reader: Reader
) -> dict[str, float]:
    """What tells whether the quotes say what the sentence says, by the names of `FEATURES`.

    The cosine of both; the part of its telling words that stand there, and how telling the most telling other one
    is; the part of its letters, by fours, that stand there; whether the reader finds that a quote answers it; and
    whether one of both denies something where the other does not.
    """
    text = thai.normalise(sentence).text
    titled = [(citation.article.title, citation.quote) for citation in citations]
    passages = ["\n".join(filter(None, pair)) for pair in titled]
    vectors = encoder.encode_passages([sentence, *passages])
    words, strange = _words_there(text, there)
    readings = reader.read(sentence, titled)
    denies = is_negated(text)
    return {
        "cosine": float(np.max(vectors[1:] @ vectors[0])),
        "words": words,
        "strange": strange,
        "letters": _letters_there(text, there),
        "answers": max((reading.logit for reading in readings), default=-5.0),
        "denies": float(denies and not there.is_negated),
        "denied": float(there.is_negated and not denies),
    }


def _words_there(text: str, there: Stated) -> tuple[float, float]:
    """The part of what a text names that stands there, and how telling the most telling other thing is."""
    weighed = [
        (telling(concept), any(has_spelling(spelling, there) for spelling in concept.spellings if spelling))
        for concept in concepts_of(text)
    ]
    total = sum(weight for weight, _ in weighed)
    found = sum(weight for weight, stands in weighed if stands)
    return (found / total if total else 1.0), max((weight for weight, stands in weighed if not stands), default=0.0)


def _letters_there(text: str, there: Stated) -> float:
    """The part of the n-grams of a text that stand there."""
    grams = thai.ngrams(text, _GRAM)
    held = set(thai.ngrams(there.text, _GRAM))
    return sum(gram in held for gram in grams) / len(grams) if grams else 0.0


def _quotes_truly(sentence: str, there: Stated) -> bool:
    """Whether all that a sentence puts in quotation marks stands there letter by letter."""
    said = "".join(there.text.split())
    return all("".join(thai.normalise(quoted).text.split()) in said for quoted in _QUOTED.findall(sentence))
