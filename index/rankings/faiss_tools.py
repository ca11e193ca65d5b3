"""What the dense ranking's files share of FAISS: reading and writing its files, and its sets of numbers."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss
import numpy as np

#: No passages.
NONE = np.zeros(0, np.int64)


def read(file: Path) -> Any:
    """The FAISS index in a file; raises `RuntimeError` if there is none."""
    return faiss.read_index(str(file))


def is_inverted(index: Any) -> bool:
    """Whether a FAISS index keeps its vectors in lists."""
    return isinstance(index, faiss.IndexIVF)


def write(index: Any, file: Path) -> None:
    """Replaces a file by a FAISS index; raises `OSError` if it cannot be written."""
    try:
        replace(file, lambda draft: faiss.write_index(index, str(draft)))
    except RuntimeError as error:  # FAISS' word for a disk that is full
        raise OSError(str(error)) from error


def replace(file: Path, write: Callable[[Path], object]) -> None:
    """Writes a new file and renames it: whoever has the old one open keeps it whole."""
    draft = file.with_name(f"{file.name}.new")
    write(draft)
    os.replace(draft, file)


def subset(among: np.ndarray | None, without: np.ndarray = NONE) -> Any:
    """FAISS' set of the passages `among` which may be found, less those `without`; None for all."""
    if among is None:
        return faiss.IDSelectorNot(_bitmap(without)) if len(without) else None
    return _bitmap(among[~np.isin(among, without)] if len(without) else among)


def _bitmap(passages: np.ndarray) -> Any:
    """A bit for each number up to the highest of these ascending ones."""
    bits = np.zeros(int(passages[-1]) + 1 if len(passages) else 1, bool)
    bits[passages] = True
    return faiss.IDSelectorBitmap(np.packbits(bits, bitorder="little"))  # type: ignore[call-arg,arg-type]


def one_thread() -> None:
    """Keeps FAISS to one thread for a single question: to gather more takes longer (29 ms, not 6, in 45,000 vectors).

    Subtle: OpenMP keeps this number for each calling thread, so it has to be said in every one that searches.
    """
    faiss.omp_set_num_threads(1)
