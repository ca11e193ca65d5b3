"""Texts and digests as Milvus takes them: in pieces that fit a column, and as numbers that a condition can name."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

#: Characters of a piece: of at most four bytes each, where a column takes 65,535.
_PIECE_CHARS = 15_000


def pieces(text: str) -> list[str]:
    """A text in pieces, at least one."""
    return [text[at : at + _PIECE_CHARS] for at in range(0, max(1, len(text)), _PIECE_CHARS)]


def joined(rows: Iterable[dict[str, Any]]) -> dict[int, str]:
    """Number -> text, of rows with `number`, `piece` and `data`."""
    found: dict[int, dict[int, str]] = {}
    for row in rows:
        found.setdefault(row["number"], {})[row["piece"]] = row["data"]
    return {number: "".join(text for _, text in sorted(each.items())) for number, each in found.items()}


def article_key(identity: str) -> int:
    """An id as a number: conditions name numbers, and no text of anyone's."""
    return _signed(blake2b(identity.encode(), digest_size=8).digest())


def said_number(digest: bytes) -> int:
    """What a passage says (8 bytes), as a number."""
    return _signed(digest)


def said_digest(number: int) -> bytes:
    """The digest of that number."""
    return number.to_bytes(8, "big", signed=True)


def _signed(raw: bytes) -> int:
    return int.from_bytes(raw, "big", signed=True)
