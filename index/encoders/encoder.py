"""Text -> unit vectors. The only file that touches an embedding library.

The default is the small transformer in `model/`, run by onnxruntime so that a question on the command line does not
wait for torch. "static" names the table of word vectors in `static/`, read with NumPy alone: it indexes an archive in
minutes and finds less, above all in English. Any sentence-transformers model can be named too.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from khamtop.index.encoders.wordtable import WordTable
from khamtop.index.text import thai
from khamtop.index.transformer import SETTINGS, Transformer, fingerprint, is_transformer
from khamtop.index.types import Encoder, KhamtopError, unit

#: The embedded models: the default, and the one that `STATIC` names.
EMBEDDED, EMBEDDED_STATIC = Path(__file__).parent / "model", Path(__file__).parent / "static"
STATIC = "static"

#: A mean of word vectors blurs over a long stretch: a passage gets several (measured: tests/benchmarks/RESULTS.md).
STATIC_SPAN_CHARS = 200

#: What a cosine is worth beside words (`Encoder.cosine_weight`), of the static model as measured in
#: tests/benchmarks/RESULTS.md, and of a model that nobody here has measured.
STATIC_COSINE_WEIGHT, FOREIGN_COSINE_WEIGHT = 4.0, 5.0

_TEXTS_A_BATCH = 256  # so that the vectors of all their words fit the processor's cache
#: About 50 MB of vectors.
_REMEMBERED_WORDS = 50_000


def load_encoder(name: str | None = None) -> Encoder:
    """The encoder of that name: "static", a folder, or a model id of sentence-transformers; None for the default.

    Raises:
        KhamtopError: `encoder.unreadable` if there is no such model, or none that can be opened; as `Transformer`
            does for a folder of one.
    """
    folder = {None: EMBEDDED, STATIC: EMBEDDED_STATIC}.get(name) or Path(str(name))
    try:
        if is_transformer(folder):
            return TransformerEncoder(folder)
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


class StaticEncoder:
    """A table of token vectors; a text's vector is the mean of its tokens', each as much as it weighs.

    Reads the folders that model2vec and sentence-transformers write. It wants texts as words with a space
    between them: few words make most text, so that each is cut into tokens once and then looked up.
    """

    span_chars: int | None = STATIC_SPAN_CHARS
    reads_words = True
    reads_titles = False
    cosine_weight = STATIC_COSINE_WEIGHT

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


class SentenceTransformerEncoder:
    """Any model that sentence-transformers opens, with the prompts that its makers gave it."""

    span_chars: int | None = None
    reads_words = False
    reads_titles = False
    cosine_weight = FOREIGN_COSINE_WEIGHT

    def __init__(self, name: str) -> None:
        from sentence_transformers import SentenceTransformer

        logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
        self._model = SentenceTransformer(name)
        self.name = name
        if (folder := Path(name)).is_dir():
            weights = sorted(folder.rglob("*.safetensors")) + sorted(folder.rglob("pytorch_model*.bin"))
            self.name = f"sentence-transformers-{fingerprint(*weights)}"
        self.dimensions = int(self._model.get_embedding_dimension())

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors of shape (len(texts), dimensions), with the model's prompt for documents."""
        return unit(self._model.encode_document(list(texts), convert_to_numpy=True, show_progress_bar=False))

    def encode_questions(self, texts: Sequence[str]) -> np.ndarray:
        """The same, with the model's prompt for questions."""
        return unit(self._model.encode_query(list(texts), convert_to_numpy=True, show_progress_bar=False))
