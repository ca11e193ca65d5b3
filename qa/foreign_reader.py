"""A model of another's that answers by extracting, in the place of the embedded one: any of transformers' kind.

Needs torch, and its makers' tokenizer must tell where in a text its pieces stand. Its scores were never fitted to a
chance, so that "not here" (the first piece, as SQuAD 2 has it) decides alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from khamtop.index.encoders.foreign import check_name, quiet
from khamtop.index.types import KhamtopError
from khamtop.qa.reader import ANSWER_PIECES, OVERLAP_PIECES, Large, Reading, Titled, likely_spans, trimmed

#: What is read at once at most, whatever a tokenizer says of itself.
_MOST_PIECES = 384
#: So much of a question, that room is left for a passage.
_QUESTION_CHARS = 400


class ForeignReader:
    """An extractive question-answering model of transformers, by folder or id."""

    sure, unsure, large, rank_weight = 0.5, 0.2, Large(1.0, 0.0, 0.0), 0.1

    def __init__(self, name: str) -> None:
        """Opens it.

        Raises:
            KhamtopError: `reader.unreadable`, or `reader.kind` for a model that was not made to extract answers: the
                libraries would make one of it by chance, without a word.
        """
        try:
            check_name(name)
            quiet()
            from transformers import AutoModelForQuestionAnswering, AutoTokenizer

            self._tokenizer: Any = AutoTokenizer.from_pretrained(name, use_fast=True)
            self._model: Any = AutoModelForQuestionAnswering.from_pretrained(name).eval()
            self._most = min(_MOST_PIECES, self._tokenizer.model_max_length)
        except Exception as error:  # the libraries raise nearly every type for a model that they cannot open
            raise KhamtopError("reader.unreadable", name=name) from error
        made = self._model.config.architectures  # old ones may not tell
        if made and not any("ForQuestionAnswering" in architecture for architecture in made):
            raise KhamtopError("reader.kind", name=name)
        self.name = f"transformers-{name}"

    def read(self, question: str, passages: Sequence[Titled]) -> list[Reading]:
        """See `qa.reader.Reader`; titles are not read."""
        found = (self._read(question, number, text) for number, (_, text) in enumerate(passages))
        return [reading for reading in found if reading]

    def _read(self, question: str, number: int, text: str) -> Reading | None:
        import torch

        windows = self._tokenizer(
            question[:_QUESTION_CHARS], text, truncation="only_second", max_length=self._most, stride=OVERLAP_PIECES,
            return_overflowing_tokens=True, return_offsets_mapping=True, return_tensors="pt", padding=True,
        )  # fmt: skip
        offsets = windows.pop("offset_mapping").tolist()
        windows.pop("overflow_to_sample_mapping")
        with torch.no_grad():
            outputs = self._model(**windows)
        best = None
        for row, of_window in enumerate(offsets):
            inside = [at for at, part in enumerate(windows.sequence_ids(row)) if part == 1]
            if not inside:
                continue
            begins, ends = (
                np.asarray(scores[row])[inside] - float(scores[row][0])
                for scores in (outputs.start_logits, outputs.end_logits)
            )
            spans = likely_spans(begins, ends, ANSWER_PIECES)
            (first, last), _ = spans[0]
            logit = float(begins[first] + ends[last])
            if best is None or logit > best.logit:
                likely = tuple(
                    ((of_window[inside[first]][0], of_window[inside[last]][1]), chance)
                    for (first, last), chance in spans
                )
                best = Reading(number, trimmed(text, *likely[0][0]), logit, likely=likely)
        return best
