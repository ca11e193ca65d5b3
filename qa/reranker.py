"""Hits -> the same hits, the first of them in the order of a model of another's that judges question and passage.

None comes with Khamtop: any CrossEncoder of sentence-transformers can be named. It decides which passages the reader
reads, and its score counts beside the reader's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from khamtop.index.encoders.foreign import check_name, fetched, quiet
from khamtop.index.types import KhamtopError
from khamtop.qa.reader import Titled
from khamtop.qa.types import Hit, Query

#: The most passages that are judged for one question: one of MiniLM's size (6 layers, 384 wide) takes 46 ms of one core
#: for each of 156 pieces.
RERANKED = 24
#: What its surest passage counts beside its least sure one, where a reader adds its logit: what lies between the first
#: and the last of so many passages in search (median 3.2, of 80 questions of newsqa's train half over 150 articles).
#: Not tuned: there was no model to tune it with.
WORTH = 3.0
#: Characters of a question, and pieces of question and passage together, that are judged.
_QUESTION_CHARS, _MOST_PIECES = 400, 512


class Reranker(Protocol):
    """Judges passages; `name` tells one model from another."""

    name: str

    def scores(self, question: str, passages: Sequence[Titled]) -> list[float]:
        """How well each passage fits the question, from 0 to 1, whatever scale the model has."""


def reranked(query: Query, hits: Sequence[Hit], reranker: Reranker | None) -> list[Hit]:
    """The hits, the first `RERANKED` in the reranker's order; the others stay behind them in their own.

    Scores are then those of the reranker, from 0 to `WORTH`, and of the others 0 at most. Equal ones stay as they were.
    """
    if reranker is None or not hits:
        return list(hits)
    judged, others = hits[:RERANKED], hits[RERANKED:]
    scores = reranker.scores(query.asked, [(hit.article.title, hit.text) for hit in judged])
    first = [replace(hit, score=round(WORTH * score, 6)) for hit, score in zip(judged, scores, strict=True)]
    first.sort(key=lambda hit: -hit.score)
    best = max((hit.score for hit in others), default=0.0)
    return [*first, *(replace(hit, score=round(hit.score - best, 6)) for hit in others)]


@cache
def load_reranker(name: str | None) -> Reranker | None:
    """The reranker of that name: a folder, or an id of sentence-transformers; None for none.

    Raises:
        KhamtopError: as `ForeignReranker`.
    """
    return ForeignReranker(name) if name else None


class ForeignReranker:
    """A CrossEncoder of sentence-transformers, by folder or id."""

    def __init__(self, name: str) -> None:
        """Opens it.

        Raises:
            KhamtopError: `reranker.unreadable` if there is no such model, or none that can be opened;
                `reranker.kind` for one that does not judge how well a passage fits.
        """
        try:
            check_name(name)
            quiet()
            from sentence_transformers import CrossEncoder

            self._model: Any = CrossEncoder(name)
            self._model.max_seq_length = min(_MOST_PIECES, self._model.max_seq_length or _MOST_PIECES)
            outputs = self._outputs([("", "")])
            if not np.isfinite(outputs).all():
                raise ValueError("its weights are damaged")
        except Exception as error:  # the libraries raise nearly every type for a model that they cannot open
            raise KhamtopError("reranker.unreadable", name=name) from error
        if outputs.shape[1] > 2 or not _has_learned(name, self._model.config):
            raise KhamtopError("reranker.kind", name=name)
        self.name = f"cross-encoder-{name}"

    def scores(self, question: str, passages: Sequence[Titled]) -> list[float]:
        """See `Reranker`."""
        asked = question[:_QUESTION_CHARS]
        outputs = self._outputs([(asked, f"{title}\n{text}".strip()) for title, text in passages])
        # Of two outputs the second says that it fits, and the first that it does not.
        logits = outputs[:, -1] - (outputs[:, 0] if outputs.shape[1] == 2 else 0.0)
        fits = 1 / (1 + np.exp(-np.clip(logits, -60.0, 60.0)))
        return [round(float(score), 6) for score in np.nan_to_num(fits)]

    def _outputs(self, pairs: list[tuple[str, str]]) -> np.ndarray:
        """What the model gives for each pair, before any scale of its own: (pairs, 1), or (pairs, labels)."""
        from torch.nn import Identity

        given = self._model.predict(pairs, batch_size=RERANKED, activation_fn=Identity(), show_progress_bar=False)
        return np.asarray(given, np.float64).reshape(len(pairs), -1)


def _has_learned(name: str, config: Any) -> bool:
    """Whether a model was made to judge: of any other the libraries would make one by chance, without a word."""
    made = config.architectures  # old ones may not tell
    if not made or any(architecture.endswith("ForSequenceClassification") for architecture in made):
        return True
    folder = Path(name) if Path(name).is_dir() else fetched(name)
    try:
        about = json.loads(((folder or Path()) / "config_sentence_transformers.json").read_text("utf-8"))
        return bool(about["model_type"] == "CrossEncoder")
    except (OSError, ValueError, LookupError, TypeError):
        return False
