"""A small transformer in a folder: its tokenizer, and its graph run by onnxruntime in 8 bits. No torch.

    model.onnx        takes `ids`, int64 (1, tokens); what it gives is for the encoder and the reader to say
    tokenizer.json    text -> pieces of a vocabulary cut to what Thai and English need
    settings.json     what its owner must know to use it; "kind" says who that is

Each text is run by itself: in 8 bits the scale of a layer's inputs is taken over all that is run at once, so that
a passage read beside others would be read otherwise than alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from khamtop.index.threads import side_by_side
from khamtop.index.types import KhamtopError

GRAPH, TOKENIZER, SETTINGS = "model.onnx", "tokenizer.json", "settings.json"

#: The first and the last piece of what is read, and the two between a question and a passage.
BEGIN, END = "<s>", "</s>"


def is_transformer(folder: Path) -> bool:
    """Whether a folder holds such a model, whole or damaged."""
    return (folder / SETTINGS).is_file() or (folder / GRAPH).is_file()


class Transformer:
    """One such model, open. Safe to use from several threads."""

    def __init__(self, folder: Path, kind: str) -> None:
        """Opens the model in `folder`, which must be of that `kind` ("encoder" or "reader").

        Raises:
            KhamtopError: `model.missing`, `model.damaged` or `model.kind`.
        """
        if not is_transformer(folder):
            raise KhamtopError("model.missing", folder=str(folder))
        self.folder = folder
        self.settings = _settings(folder, kind)
        if not (folder / GRAPH).is_file():
            raise KhamtopError("model.damaged", folder=str(folder), file=GRAPH)
        try:
            from tokenizers import Tokenizer

            self.tokenizer: Any = Tokenizer.from_file(str(folder / TOKENIZER))
            #: The ids of the pieces that begin and end what is read.
            self.begin, self.end = (self.tokenizer.get_vocab()[piece] for piece in (BEGIN, END))
        except Exception as error:  # the library raises bare exceptions
            raise KhamtopError("model.damaged", folder=str(folder), file=TOKENIZER) from error

    def pieces(self, text: str) -> Any:
        """The pieces of a text: `ids`, and in `offsets` where in it they stand."""
        return self.tokenizer.encode(text, add_special_tokens=False)

    def run(self, texts: Sequence[Sequence[int]]) -> list[list[np.ndarray]]:
        """What the graph gives for each text, given as the ids of its pieces; in order, side by side."""
        inputs = [{"ids": np.array([ids], np.int64)} for ids in texts]
        return side_by_side([partial(self._session.run, None, one) for one in inputs])

    @cached_property
    def fingerprint(self) -> str:
        """A short name for the content of the weights and the vocabulary."""
        return fingerprint(self.folder / GRAPH, self.folder / TOKENIZER)

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # texts are run side by side instead
        options.log_severity_level = 4
        try:
            return onnxruntime.InferenceSession(str(self.folder / GRAPH), options, ["CPUExecutionProvider"])
        except Exception as error:  # it raises its own types, and others for what it cannot parse
            raise KhamtopError("model.damaged", folder=str(self.folder), file=GRAPH) from error


def _settings(folder: Path, kind: str) -> dict[str, Any]:
    try:
        settings = json.loads((folder / SETTINGS).read_text("utf-8"))
        found = settings["kind"]
    except (OSError, ValueError, LookupError, TypeError):
        raise KhamtopError("model.damaged", folder=str(folder), file=SETTINGS) from None
    if found != kind:
        raise KhamtopError("model.kind", folder=str(folder), found=str(found), wanted=kind)
    return dict(settings)


def fingerprint(*files: Path) -> str:
    """A short name for the content of a model's files, so that a retrained model is another one."""
    digest = hashlib.blake2b(digest_size=6)
    for file in files:
        with open(file, "rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
