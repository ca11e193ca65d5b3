"""Writes `page/types.d.ts`, which tells the page's scripts the types of what they get.

Run it by `python -m khamtop.ui.declarations`. The types are those of `shapes.py`; the keys of the words are those of
the fallback's language file.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from khamtop.ui import shapes, texts

FILE = Path(__file__).parent / "page" / "types.d.ts"

_HEAD = """\
// The types of what the page gets from the server, and the keys of its words.
// Written by `python -m khamtop.ui.declarations` from ui/shapes.py and ui/languages: change those.
"""
_PLAIN = {str: "string", int: "number", float: "number", bool: "boolean", NoneType: "null", Any: "unknown"}


def declarations() -> str:
    """The text of the file."""
    shown = [_interface(shape) for shape in vars(shapes).values() if is_typeddict(shape)]
    keys = "".join(f'\n  | "{key}"' for key in texts.tables()[texts.FALLBACK])
    return "\n".join([_HEAD, *shown, f"export type Key ={keys};\n"])


def _interface(shape: Any) -> str:
    fields = "".join(f"  {field}\n" for field in _fields(shape))
    return f"/** {inspect.getdoc(shape)} */\nexport interface {shape.__name__} {{\n{fields}}}\n"


def _fields(shape: Any) -> Iterator[str]:
    for name, kind in get_type_hints(shape, include_extras=True).items():
        if get_origin(kind) is NotRequired:
            yield f"{name}?: {_type(*get_args(kind))};"
        else:
            yield f"{name}: {_type(kind)};"


def _type(kind: Any) -> str:
    """A Python type as one of TypeScript."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return " | ".join(f'"{value}"' for value in inner)
    if origin in (Union, UnionType):
        return " | ".join(map(_type, inner))
    if origin is list:
        return f"Array<{_type(*inner)}>"
    if origin is dict:
        return f"Record<{_type(inner[0])}, {_type(inner[1])}>"
    return kind.__name__ if is_typeddict(kind) else _PLAIN[kind]


if __name__ == "__main__":
    FILE.write_text(declarations(), "utf-8")
