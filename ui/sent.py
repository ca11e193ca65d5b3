"""What programs send to `/v1`: the fields of a `TypedDict` of `shapes.py`, from a JSON body or from the address.

Whoever calls may send anything. What is not among the fields is refused: a slip in a name would pass for an answer.
"""

from __future__ import annotations

import json
import re
from typing import Any, Literal, NotRequired, get_args, get_origin, get_type_hints

from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect, Request

from khamtop.index.types import KhamtopError

#: Room for a long conversation.
MOST_BYTES = 1_000_000
#: No text that a call holds is longer; what it is for has bounds of its own, and a sentence that tells them.
LONGEST_TEXT = 50_000

#: Half of a pair of surrogates: JSON can hold one, but no text does.
_BROKEN = re.compile("[\ud800-\udfff]")
_YES_OR_NO = {"true": True, "1": True, "false": False, "0": False}


async def sent_by(request: Request, shape: type) -> dict[str, Any]:
    """The fields of a call, of the kinds that `shape` names.

    Raises:
        KhamtopError: `call.invalid` with the name of the field that is wrong; `call.too_large`.
    """
    if request.method == "POST":
        return read(await json_of(request), shape)
    return read(from_address(request.query_params, shape), shape)


async def json_of(request: Request) -> Any:
    """The JSON of a body; an empty one is an empty object."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BYTES:
                raise KhamtopError("call.too_large", most=MOST_BYTES)
        return json.loads(body or b"{}")
    except (ClientDisconnect, ValueError, RecursionError):
        raise KhamtopError("call.invalid", field="{}") from None


def read(sent: Any, shape: type) -> dict[str, Any]:
    """The fields of a JSON object, if they are those of `shape`; null stands for a field that is not there."""
    if not isinstance(sent, dict):
        raise KhamtopError("call.invalid", field="{}")
    kinds = kinds_of(shape)
    given = {name: value for name, value in sent.items() if value is not None}
    for name in [*given, *sorted(needed(shape))]:
        if name not in kinds or name not in given or not _is(given[name], kinds[name]):
            raise KhamtopError("call.invalid", field=name)
    return given


def from_address(parameters: QueryParams, shape: type) -> dict[str, Any]:
    """The same from the end of an address: a list is a parameter that is given several times."""
    kinds = kinds_of(shape)
    return {name: _of_words(parameters.getlist(name), kinds.get(name)) for name in parameters}


def kinds_of(shape: type) -> dict[str, Any]:
    """The type of each field."""
    hints = get_type_hints(shape, include_extras=True)
    return {name: get_args(kind)[0] if get_origin(kind) is NotRequired else kind for name, kind in hints.items()}


def needed(shape: type) -> set[str]:
    """The fields that must be there."""
    hints = get_type_hints(shape, include_extras=True)
    return {name for name, kind in hints.items() if get_origin(kind) is not NotRequired}


def _of_words(words: list[str], kind: Any) -> Any:
    """A value as an address writes it; what cannot be made out stays as it is, and is refused."""
    if get_origin(kind) is list:
        return words
    word = words[-1]
    if kind is bool:
        return _YES_OR_NO.get(word.lower(), word)
    if kind is int and word.isascii() and word.isdigit() and len(word) < 10:
        return int(word)
    return word


def _is(value: Any, kind: Any) -> bool:
    """Whether a value of JSON is of a type."""
    if get_origin(kind) is list:
        return isinstance(value, list) and all(_is(part, get_args(kind)[0]) for part in value)
    if kind is str or get_origin(kind) is Literal:  # which words there are has an error of its own
        return isinstance(value, str) and len(value) <= LONGEST_TEXT and not _BROKEN.search(value)
    return type(value) is kind
