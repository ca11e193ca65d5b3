"""Text -> unit vectors by a small transformer (`index/transformer.py`): the embedded encoder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from khamtop.index.text import thai
from khamtop.index.transformer import SETTINGS, Transformer
from khamtop.index.types import KhamtopError, unit


class TransformerEncoder:
    """A small transformer that reads a text whole; the mean over its pieces is the text's vector.

    `settings.json`: "query" and "passage", what its makers put before each kind of text; "dimensions"; "most_pieces",
    after which a text is cut off; "cosine_weight" (`Encoder`).
    """

    span_chars: int | None = None
    reads_words = False
    reads_titles = True

    def __init__(self, folder: Path) -> None:
        self._model = Transformer(folder, "encoder")
        settings = self._model.settings
        try:
            self._before = {"query": str(settings["query"]), "passage": str(settings["passage"])}
            self._most = int(settings["most_pieces"])
            self.dimensions = int(settings["dimensions"])
            self.cosine_weight = float(settings["cosine_weight"])
        except (LookupError, TypeError, ValueError):
            raise KhamtopError("model.damaged", folder=str(folder), file=SETTINGS) from None
        self.name = f"transformer-{self._model.fingerprint}"

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors of shape (len(texts), dimensions)."""
        return self._encode("passage", texts)

    def encode_questions(self, texts: Sequence[str]) -> np.ndarray:
        """The same for questions, which it was taught to lay beside the passages that answer them."""
        return self._encode("query", texts)

    def _encode(self, kind: str, texts: Sequence[str]) -> np.ndarray:
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        told = [row for row, text in enumerate(texts) if any(map(str.isalnum, text))]
        for row, (vector,) in zip(told, self._model.run([self._ids(kind, texts[row]) for row in told]), strict=True):
            vectors[row] = vector
        return unit(vectors)

    def _ids(self, kind: str, text: str) -> list[int]:
        """The pieces of a text as the model reads it, with capitals but in one spelling."""
        pieces = self._model.pieces(thai.normalise(self._before[kind] + text, fold_case=False).text)
        return [self._model.begin, *pieces.ids[: self._most - 2], self._model.end]
