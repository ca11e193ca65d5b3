"""The OpenAPI document of `/v1`: made from what each call takes and gives.

The types are the `TypedDict`s of `shapes.py`, from which `declarations.py` makes those of the page's scripts, too.
`manual.py` makes a page of it that people read.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from khamtop.ui.sent import LONGEST_TEXT, kinds_of, needed
from khamtop.ui.service import MOST_LISTED, MOST_PASSAGES
from khamtop.ui.shapes import FailedJson

_VERSION = "3.1.0"
_PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    NoneType: {"type": "null"},
    Any: {},
}

#: What may be sent, by the name of the field: it means the same in each call.
_SENT: dict[str, dict[str, Any]] = {
    "question": {"description": "A question or words to look for, in Thai or English."},
    "history": {"description": "The earlier questions of the conversation, the oldest first."},
    "k": {"description": "How many passages to give.", "default": 5, "minimum": 1, "maximum": MOST_PASSAGES},
    "since": {"description": "Only articles from this day, month or year on: 2022-06-29, มิ.ย. 2565, 2565."},
    "until": {"description": "Only articles up to this day, month or year."},
    "source": {"description": "Only articles whose path or address has this in it."},
    "name": {"description": "Only articles that name this person, organisation or place."},
    "kind": {"description": "Names of one kind alone."},
    "any_time": {"description": "Whether to pass over the time that the question names.", "default": False},
    "stream": {"description": "Whether to give the answer as server-sent events.", "default": False},
    "write": {
        "description": "Whether the model that --llm names, if one is served, adds sentences of its own, each checked.",
        "default": False,
    },
    "order": {"description": "In which order."},
    "article_id": {"description": "The id of an article, as every citation and passage names it."},
    "find": {"description": "Words that the title, or the name, must have in it."},
    "offset": {"description": "How many to pass over.", "default": 0, "minimum": 0},
    "limit": {"description": "How many to give.", "default": MOST_LISTED, "minimum": 1, "maximum": MOST_LISTED},
    "model": {"description": "The model's id, as /v1/models names it."},
    "messages": {
        "description": "The conversation. The last message of the user is the question, the earlier ones its history."
    },
}

_SECURITY = {
    "key": {"type": "http", "scheme": "bearer", "description": "A key of the file that --api-key-file names."},
    "user": {"type": "http", "scheme": "basic", "description": "A user of the page."},
}
_FAILED = {
    "400": "The call is not valid.",
    "401": "A key or a user is asked for.",
    "403": "This is not allowed.",
    "404": "There is nothing of that name.",
    "409": "The articles do not allow it, or another build stands in the way.",
    "413": "The call is too large.",
    "429": "Too many calls; Retry-After tells how many seconds to wait.",
    "500": "Something went wrong inside.",
    "503": "There is no index yet; Retry-After tells when to come back.",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One address that programs call: by which methods, what it takes and gives (`TypedDict`s), and what it does.

    `events` tells what it streams, if it does. One that is `loose` takes fields that it does not know, too.
    """

    path: str
    methods: tuple[str, ...]
    takes: type
    gives: type
    about: str
    events: str = ""
    loose: bool = False


def document(
    operations: Iterable[Operation], version: str, server: str, security: Iterable[str] = ()
) -> dict[str, Any]:
    """The document; `server` is the path or address that each path follows, `security` names how callers are known."""
    operations = list(operations)
    kinds = {operation.takes: operation.loose for operation in operations if "POST" in operation.methods}
    used = _all_used([*kinds, *(operation.gives for operation in operations), FailedJson])
    ways = list(security)
    return {
        "openapi": _VERSION,
        "info": {
            "title": "Khamtop",
            "version": version,
            "description": "Questions on a folder of Thai articles, answered in the articles' own words: "
            "article.text[start:end] is the quote, character for character.",
        },
        "servers": [{"url": server}],
        "security": [{way: []} for way in ways],
        "paths": {
            operation.path: {method.lower(): _operation(operation, method) for method in operation.methods}
            for operation in operations
        },
        "components": {
            "schemas": {shape.__name__: _shape(shape, kinds) for shape in used},
            "securitySchemes": {way: _SECURITY[way] for way in ways},
        },
    }


def schema_of(kind: Any) -> dict[str, Any]:
    """A Python type as a JSON schema; a `TypedDict` is referred to by its name."""
    origin, inner = get_origin(kind), get_args(kind)
    if is_typeddict(kind):
        return {"$ref": f"#/components/schemas/{kind.__name__}"}
    if origin is Literal:
        return {"enum": list(inner)}
    if origin in (Union, UnionType):
        return {"anyOf": [schema_of(part) for part in inner]}
    if origin is list:
        return {"type": "array", "items": schema_of(inner[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of(inner[1])}
    return dict(_PLAIN[kind])


def whole_schema(shape: type, is_sent: bool = False) -> dict[str, Any]:
    """A `TypedDict` as a schema that stands alone, with those that it refers to in it."""
    sent = {shape: False} if is_sent else {}
    schemas = {used.__name__: _shape(used, sent) for used in _all_used([shape])}
    whole = {**schemas.pop(shape.__name__), **({"$defs": schemas} if schemas else {})}
    alone: dict[str, Any] = json.loads(json.dumps(whole).replace("#/components/schemas/", "#/$defs/"))
    return alone


def sent_schema(name: str, kind: Any) -> dict[str, Any]:
    """A field that is sent: its type, and what is to be known of it."""
    longest = {"maxLength": LONGEST_TEXT} if kind is str else {}
    return {**schema_of(kind), **longest, **_SENT.get(name, {})}


def _all_used(shapes: Iterable[Any]) -> list[Any]:
    """The `TypedDict`s of these, and of their fields, each once, by their names."""
    found: dict[str, Any] = {}
    waiting = list(shapes)
    while waiting:
        kind = waiting.pop()
        if is_typeddict(kind) and kind.__name__ not in found:
            found[kind.__name__] = kind
            waiting += get_type_hints(kind, include_extras=True).values()
        else:
            waiting += [part for part in get_args(kind) if not is_typeddict(kind)]
    return [found[name] for name in sorted(found)]


def _shape(shape: Any, sent: Mapping[type, bool]) -> dict[str, Any]:
    """A `TypedDict` as a schema. Programs may send what is named alone; what they get may have more one day."""
    is_sent = shape in sent
    fields = {name: sent_schema(name, kind) if is_sent else schema_of(kind) for name, kind in kinds_of(shape).items()}
    schema = {
        "type": "object",
        "description": inspect.getdoc(shape),
        "properties": fields,
        "required": sorted(needed(shape)),
    }
    return {**schema, "additionalProperties": False} if is_sent and not sent[shape] else schema


def _operation(operation: Operation, method: str) -> dict[str, Any]:
    given = {"application/json": {"schema": schema_of(operation.gives)}}
    if operation.events:
        given["text/event-stream"] = {"schema": {"type": "string", "description": operation.events}}
    failed = {"application/json": {"schema": schema_of(FailedJson)}}
    summary, _, description = operation.about.partition("\n")
    told: dict[str, Any] = {
        "operationId": f"{method.lower()}_{operation.path.removeprefix('/v1/').replace('/', '_')}",
        "summary": summary,
        "description": description.strip(),
        "responses": {
            "200": {"description": inspect.getdoc(operation.gives), "content": given},
            **{status: {"description": why, "content": failed} for status, why in _FAILED.items()},
        },
    }
    if method == "POST":
        body = {"application/json": {"schema": schema_of(operation.takes)}}
        return {**told, "requestBody": {"required": bool(needed(operation.takes)), "content": body}}
    return {**told, "parameters": list(_parameters(operation.takes))}


def _parameters(shape: type) -> Iterator[dict[str, Any]]:
    """The fields of a call as the parameters of an address."""
    for name, kind in kinds_of(shape).items():
        schema = sent_schema(name, kind)
        description = schema.pop("description", "")
        yield {
            "name": name,
            "in": "query",
            "required": name in needed(shape),
            "description": description,
            "schema": schema,
        }
