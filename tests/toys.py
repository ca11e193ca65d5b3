"""Small things that tests build with: an encoder that anyone can compute by hand, and a few articles."""

from __future__ import annotations

import json
import os
import socket
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import numpy as np

from khamtop.index.rankings.lexical import Alternatives
from khamtop.index.text import thai
from khamtop.qa.reader import Large, Reading, Titled


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ToyEncoder:
    """Counts words into 64 boxes by their checksum: the same words, the same vector."""

    name = "toy"
    dimensions = 64
    span_chars: int | None = 200
    reads_words = False
    reads_titles = False
    cosine_weight = 1.0

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in thai.words(thai.normalise(text).text):
                row[zlib.crc32(word.encode()) % self.dimensions] += 1
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)

    def encode_questions(self, texts: Sequence[str]) -> np.ndarray:
        return self.encode_passages(texts)


#: Three small articles; only the first speaks of floods, only the second of NATO.
NEWS = {
    "flood.txt": "น้ำท่วมกรุงเทพ\nฝนตกหนักทั้งคืน ถนนหลายสายมีน้ำท่วมขัง ประชาชนเดินทางลำบาก",
    "nato.txt": "ประชุมนาโต\nญี่ปุ่นและเกาหลีใต้ เข้าร่วมการประชุมสุดยอดนาโต ที่กรุงมาดริด",
    "train.txt": "รถไฟขบวนใหม่\nการรถไฟรับมอบขบวนรถไฟ จำนวน ๓๙ ตู้ จากประเทศจีน",
}


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Writes files by name (with folders, if the name has them) and gives their folder back."""
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def each(terms: Iterable[str], weight: float = 1.0) -> list[Alternatives]:
    """Every term wanted by itself, as `Lexical.search` takes it."""
    return [[([term], weight)] for term in terms]


class Spy(ToyEncoder):
    """Remembers what it was asked to embed."""

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        self.embedded.extend(texts)
        return super().encode_passages(texts)


def lines(*articles: Mapping[str, object]) -> str:
    """JSON lines of articles."""
    return "".join(json.dumps(article, ensure_ascii=False) + "\n" for article in articles)


@contextmanager
def in_memory(otherwise: Path) -> Iterator[Path]:
    """A folder in memory, where hundreds of builds need not wait for a disk; `otherwise` where there is none."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield otherwise
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


class ToyReader:
    """Says that the first phrase of a passage answers, as likely as its article's title is given for.

    The titles of `small_index` stand for the ids of its articles.
    """

    name = "toy"
    sure, unsure, large, rank_weight = 0.5, 0.2, Large(1.0, 0.0, -0.85), 1.0  # from a chance of 0.7 on
    TITLES: ClassVar = {
        "flood": "น้ำท่วมกรุงเทพฯ",
        "summit": "ประชุมสุดยอดนาโต",
        "train": "รถไฟฟ้าสายสีเหลือง",
        "durian": "ส่งออกทุเรียน",
    }

    def __init__(self, logits: Mapping[str, float], otherwise: float = 0.0) -> None:
        self._logits = {self.TITLES[name]: logit for name, logit in logits.items()}
        self._otherwise = otherwise
        self.asked: list[tuple[str, list[Titled]]] = []

    def read(self, question: str, passages: Sequence[Titled]) -> list[Reading]:
        self.asked.append((question, list(passages)))
        return [
            Reading(place, next(thai.phrases(text)), self._logits.get(title, self._otherwise), "what")
            for place, (title, text) in enumerate(passages)
        ]
