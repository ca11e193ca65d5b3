"""Text -> unit vectors by any model of sentence-transformers."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from khamtop.index.transformer import fingerprint
from khamtop.index.types import unit

#: An id that a model can have at Hugging Face.
_ID = re.compile(r"[\w.-]+(?:/[\w.-]+)?", re.ASCII)
#: What a cosine is worth beside words, of a model that nobody here has measured.
COSINE_WEIGHT = 5.0


def check_name(name: str) -> None:
    """Raises `FileNotFoundError` for what is no folder and no id either: the libraries would ask the hub for it."""
    if not Path(name).is_dir() and not _ID.fullmatch(name):
        raise FileNotFoundError(name)


def quiet() -> None:
    """Keeps the models' libraries from writing their progress and advice among our messages."""
    from transformers.utils import logging as advice

    advice.set_verbosity_error()
    advice.disable_progress_bar()
    for library in ("sentence_transformers", "huggingface_hub"):
        logging.getLogger(library).setLevel(logging.ERROR)


def fetched(name: str) -> Path | None:
    """Where a model lies on this machine that was fetched by its id before; None if it was not. Asks nobody."""
    from huggingface_hub import try_to_load_from_cache

    for file in ("config.json", "modules.json"):
        found = try_to_load_from_cache(name, file)
        if isinstance(found, str):
            return Path(found).parent
    return None


class ForeignEncoder:
    """Any model that sentence-transformers opens, with the prompts that its makers gave it."""

    span_chars: int | None = None
    reads_words = False
    reads_titles = False
    cosine_weight = COSINE_WEIGHT

    def __init__(self, name: str) -> None:
        check_name(name)
        quiet()
        from sentence_transformers import SentenceTransformer

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
