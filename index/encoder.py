"""Text -> unit vectors. The only file that touches an embedding library.

The default is the static Thai embedding in `index/model/`, read with NumPy alone so that a question
on the command line does not wait for torch. Any sentence-transformers model can be named instead.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from index.types import Encoder, KhamtopError, unit
from index.wordtable import WordTable

#: The embedded model: `SentenceTransformer("index/model")` opens it too.
EMBEDDED = Path(__file__).parent / "model"

#: A mean of word vectors blurs over a long stretch: a passage gets several (measured: tests/benchmarks/RESULTS.md).
STATIC_SPAN_CHARS = 200

_TEXTS_A_BATCH = 256  # so that the vectors of all their words fit the processor's cache
#: About 50 MB of vectors.
_REMEMBERED_WORDS = 50_000


def load_encoder(name: str | None = None) -> Encoder:
    """The encoder of that name: a folder or a model id of sentence-transformers; None for the embedded one.

    Raises:
        KhamtopError: `encoder.unreadable` if there is no such model, or none that can be opened.
    """
    folder = Path(name) if name else EMBEDDED
    try:
        if _is_static(folder):
            return StaticEncoder(folder)
        return SentenceTransformerEncoder(str(folder) if folder.is_dir() else str(name))
    except KhamtopError:
        raise
    except Exception as error:  # the libraries raise nearly every type for a model they cannot open
        raise KhamtopError("encoder.unreadable", name=str(name or folder)) from error


def _is_static(folder: Path) -> bool:
    """Whether a folder holds word vectors and nothing else, which need no torch."""
    try:
        modules = json.loads((folder / "modules.json").read_text("utf-8"))
        first, *others = (module["type"].rpartition(".")[2] for module in modules)
        return first == "StaticEmbedding" and all(other == "Normalize" for other in others)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return False


class StaticEncoder:
    """A table of token vectors; a text's vector is the mean of its tokens', each as much as it weighs.

    Reads the folders that model2vec and sentence-transformers write. It wants texts as words with a space
    between them: few words make most text, so that each is cut into tokens once and then looked up.
    """

    span_chars: int | None = STATIC_SPAN_CHARS
    reads_words = True

    def __init__(self, folder: Path) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        arrays = load_file(folder / "model.safetensors")
        self._vectors = arrays["embeddings" if "embeddings" in arrays else "embedding.weight"]  # bytes, as stored
        self._mapping = arrays["mapping"] if "mapping" in arrays else np.arange(len(self._vectors))
        self._weights = arrays.get("weights", np.ones(len(self._mapping))).astype(np.float32)
        self.name = f"static-{_fingerprint(folder / 'model.safetensors', folder / 'tokenizer.json')}"
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

    def word_vectors(self, words: Sequence[str]) -> np.ndarray:
        """Unit vectors of single words, shape (len(words), dimensions)."""
        return unit(self._sums(words))

    def _sums_of(self, words: list[str]) -> np.ndarray:
        """The weighted sum of each word's token vectors, shape (len(words), dimensions)."""
        sums = np.empty((len(words), self.dimensions), np.float32)
        for row, word in enumerate(words):
            # One by one: a batch's threads, which a question would wait for, take three times as long over so few.
            tokens = np.array(self._tokenizer.encode(word, add_special_tokens=False).ids, np.int64)
            sums[row] = self._weights.take(tokens) @ self._vectors.take(self._mapping.take(tokens), axis=0)
        return sums


class SentenceTransformerEncoder:
    """Any model that sentence-transformers opens, with the prompts that its makers gave it."""

    span_chars: int | None = None
    reads_words = False

    def __init__(self, name: str) -> None:
        from sentence_transformers import SentenceTransformer

        logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
        self._model = SentenceTransformer(name)
        self.name = name
        if (folder := Path(name)).is_dir():
            weights = sorted(folder.rglob("*.safetensors")) + sorted(folder.rglob("pytorch_model*.bin"))
            self.name = f"sentence-transformers-{_fingerprint(*weights)}"
        self.dimensions = int(self._model.get_embedding_dimension())

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors of shape (len(texts), dimensions), with the model's prompt for documents."""
        return unit(self._model.encode_document(list(texts), convert_to_numpy=True, show_progress_bar=False))

    def encode_questions(self, texts: Sequence[str]) -> np.ndarray:
        """The same, with the model's prompt for questions."""
        return unit(self._model.encode_query(list(texts), convert_to_numpy=True, show_progress_bar=False))

    def word_vectors(self, words: Sequence[str]) -> np.ndarray | None:
        """None: such a model reads a word in its sentence, and one at a time would be slow."""
        return None


def _fingerprint(*files: Path) -> str:
    """A short name for the content of a model's weights, so that a retrained model is another encoder."""
    digest = hashlib.blake2b(digest_size=6)
    for file in files:
        with open(file, "rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
