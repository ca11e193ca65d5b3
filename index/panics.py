"""Panics of libraries in Rust, made exceptions like others: theirs is no `Exception`, and would end a thread unseen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Panic(Exception):
    """A library in Rust met what it holds for impossible, such as files that were altered."""


@contextmanager
def panics_raised() -> Iterator[None]:
    """Around calls of such libraries. Each has a class of its own for it, which none of them exports."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise Panic(str(error)) from None
        raise
