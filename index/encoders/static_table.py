"""Text -> unit vectors by a table of word vectors: quick, and no more than a sum."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from khamtop.index.encoders.wordtable import WordTable
from khamtop.index.transformer import fingerprint
from khamtop.index.types import unit

#: A mean of word vectors blurs over a long stretch: a passage gets several (measured: tests/benchmarks/RESULTS.md).
SPAN_CHARS = 200
#: What a cosine of the embedded table is worth beside words (measured: tests/benchmarks/RESULTS.md).
COSINE_WEIGHT = 4.0
#: Texts that are summed at a time: the vectors of all their words fit the processor's cache.
_TEXTS_A_BATCH = 256
#: Words whose sums are remembered, about 50 MB.
_REMEMBERED_WORDS = 50_000


class StaticEncoder:
    """A table of token vectors; a text's vector is the mean of its tokens', each as much as it weighs.

    Reads the folders that model2vec and sentence-transformers write. It wants texts as words with a space
    between them: few words make most text, so that each is cut into tokens once and then looked up.
    """

    span_chars: int | None = SPAN_CHARS
    reads_words = True
    reads_titles = False
    cosine_weight = COSINE_WEIGHT

    def __init__(self, folder: Path) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        arrays = load_file(folder / "model.safetensors")
        self._vectors = arrays["embeddings" if "embeddings" in arrays else "embedding.weight"]  # bytes, as stored
        self._mapping = arrays["mapping"] if "mapping" in arrays else np.arange(len(self._vectors))
        self._weights = arrays.get("weights", np.ones(len(self._mapping))).astype(np.float32)
        self.name = f"static-{fingerprint(folder / 'model.safetensors', folder / 'tokenizer.json')}"
        self.dimensions = int(self._vectors.shape[1])
        self._sums = WordTable(self.dimensions, self._sums_of, _REMEMBERED_WORDS)

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors of shape (len(texts), dimensions)."""
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for first in range(0, len(texts), _TEXTS_A_BATCH):
            words = [text.split() for text in texts[first : first + _TEXTS_A_BATCH]]
            sums = self._sums(list(chain.from_iterable(words)))
            ends = np.cumsum([len(of_text) for of_text in words])
            for row, (end, of_text) in enumerate(zip(ends, words, strict=True), start=first):
                vectors[row] = sums[end - len(of_text) : end].sum(0)
        return unit(vectors)

    def encode_questions(self, texts: Sequence[str]) -> np.ndarray:
        """The same: words mean the same in a question."""
        return self.encode_passages(texts)

    def _sums_of(self, words: list[str]) -> np.ndarray:
        """The weighted sum of each word's token vectors, shape (len(words), dimensions)."""
        sums = np.empty((len(words), self.dimensions), np.float32)
        for row, word in enumerate(words):
            # One by one: a batch's threads, which a question would wait for, take three times as long over so few.
            tokens = np.array(self._tokenizer.encode(word, add_special_tokens=False).ids, np.int64)
            sums[row] = self._weights.take(tokens) @ self._vectors.take(self._mapping.take(tokens), axis=0)
        return sums
