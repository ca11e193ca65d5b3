"""The encoders that text is turned into vectors with, wired in this one place.

The default is the small transformer in `model/`, run by onnxruntime so that a question on the command line does not
wait for torch. "static" names the table of word vectors in `static/`, read with NumPy alone: it indexes an archive in
minutes and finds less, above all in English. Any sentence-transformers model can be named too.
"""

from __future__ import annotations

import json
from pathlib import Path

from khamtop.index.encoders.foreign import ForeignEncoder
from khamtop.index.encoders.static_table import StaticEncoder
from khamtop.index.encoders.transformer import TransformerEncoder
from khamtop.index.transformer import is_transformer
from khamtop.index.types import Encoder, KhamtopError

#: The embedded models: the default, and the one that `STATIC` names.
EMBEDDED, EMBEDDED_STATIC = Path(__file__).parent / "model", Path(__file__).parent / "static"
STATIC = "static"


def folder_of(name: str | None) -> Path:
    """The folder of the encoder of that name; for a model id one that is not there."""
    return {None: EMBEDDED, STATIC: EMBEDDED_STATIC}.get(name) or Path(str(name))


def load_encoder(name: str | None = None) -> Encoder:
    """The encoder of that name: "static", a folder, or a model id of sentence-transformers; None for the default.

    Raises:
        KhamtopError: `encoder.unreadable` if there is no such model, or none that can be opened; as `Transformer`
            does for a folder of one.
    """
    folder = folder_of(name)
    try:
        if is_transformer(folder):
            return TransformerEncoder(folder)
        if _is_static(folder):
            return StaticEncoder(folder)
        return ForeignEncoder(str(folder) if folder.is_dir() else str(name))
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
