"""SQuAD 2 JSON: articles, and the questions that are asked of them. Everything that reads such a file reads it here."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A context with its questions. `about` holds the article's own fields; `context` is None where it is left out."""

    about: dict[str, Any]
    context: str | None
    questions: list[dict[str, Any]]


def read_squad(file: Path) -> list[Paragraph]:
    """The paragraphs of a file, `.json` or `.json.xz`, in its order.

    Raises:
        OSError: if it cannot be read.
        ValueError: if it is not SQuAD JSON.
    """
    raw = lzma.decompress(file.read_bytes()) if file.suffix == ".xz" else file.read_bytes()
    try:
        return [
            Paragraph(article, paragraph.get("context"), list(paragraph["qas"]))
            for article in json.loads(raw)["data"]
            for paragraph in article["paragraphs"]
        ]
    except (LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"{file} is not SQuAD JSON") from error


def texts_of(paragraphs: Iterable[Paragraph]) -> list[str]:
    """The contexts and the questions."""
    found: list[str] = []
    for paragraph in paragraphs:
        found += [paragraph.context] if paragraph.context else []
        found += [entry["question"] for entry in paragraph.questions]
    return found
