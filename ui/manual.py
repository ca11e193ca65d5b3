"""GET /v1/docs: the OpenAPI document as a page to read, which loads nothing from anywhere."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Khamtop /v1</title>
<style>
body {{ font: 1rem/1.6 sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem }}
h2 {{ margin-top: 2.5rem }}
code, pre {{ font-size: .9rem }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; padding: .7rem 1rem }}
pre {{ border: 1px solid #8886; border-radius: .4rem }}
td {{ vertical-align: top; padding: .2rem 1rem .2rem 0 }}
</style>
<body>
<h1>Khamtop for programs</h1>
<p>{about}</p>
<p>{ways} A call that fails gives <code>{{"error": {{"code", "message"}}}}</code>. The whole of it for machines:
<a href="openapi.json">openapi.json</a>.</p>
{operations}
<h2 id="types">What is given</h2>
{types}
</body>
</html>
"""
_EXAMPLES: dict[str, Any] = {
    "question": "น้ำท่วมที่ไหน",
    "article_id": "ID",
    "model": "khamtop",
    "messages": [{"role": "user", "content": "น้ำท่วมที่ไหน"}],
}
_WAYS = {
    "key": "Programs send a key: <code>Authorization: Bearer KEY</code>.",
    "user": "Users of the page may sign in with their password (HTTP Basic).",
}


def readable(described: Mapping[str, Any], base: str) -> str:
    """The document as a page that loads nothing; `base` is the address that a program calls."""
    schemas = described["components"]["schemas"]
    has_key = {"key": []} in described["security"]
    given = [name for name, schema in schemas.items() if schema.get("additionalProperties") is not False]
    return _PAGE.format(
        about=escape(described["info"]["description"]),
        ways=" ".join(_WAYS[next(iter(way))] for way in described["security"]) or "No key is asked for.",
        operations="\n".join(
            _operation_to_html(path, methods, schemas, base, has_key) for path, methods in described["paths"].items()
        ),
        types="\n".join(_type_to_html(name, schemas[name]) for name in given),
    )


def _operation_to_html(
    path: str, methods: Mapping[str, Any], schemas: Mapping[str, Any], base: str, has_key: bool
) -> str:
    method, told = next(iter(methods.items()))
    sent = sorted(told.get("parameters") or _sent_in_body(told, schemas), key=lambda field: not field["required"])
    example = _example(method, base.rstrip("/") + path, sent, has_key)
    rows = [
        f"<tr><td><code>{escape(field['name'])}</code>{'' if field['required'] else ' (optional)'}"
        f"<td>{escape(_kind_in_words(field['schema']))}<td>{escape(field['description'])}"
        for field in sent
    ]
    given = told["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    streamed = told["responses"]["200"]["content"].get("text/event-stream")
    events = f"<pre>{escape(streamed['schema']['description'])}</pre>" if streamed else ""
    return (
        f"<h2>{escape(', '.join(methods).upper())} <code>{escape(path)}</code></h2>"
        f"<p>{escape(told['summary'])} {escape(told['description'])}</p>"
        f"<pre>{escape(example)}</pre>"
        f"<table>{''.join(rows)}</table><p>Gives <a href='#{given}'>{given}</a>.</p>{events}"
    )


def _sent_in_body(told: Mapping[str, Any], schemas: Mapping[str, Any]) -> list[dict[str, Any]]:
    if "requestBody" not in told:
        return []
    name = told["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return [
        {"name": field, "required": field in schemas[name]["required"], "description": "", "schema": schema}
        | {"description": schema.get("description", "")}
        for field, schema in schemas[name]["properties"].items()
    ]


def _example(method: str, address: str, sent: Iterable[Mapping[str, Any]], has_key: bool) -> str:
    """A call that works, for the shell."""
    given = {field["name"]: _EXAMPLES[field["name"]] for field in sent if field["required"]}
    words = ["curl", address, *(["-H", "authorization: Bearer KEY"] if has_key else [])]
    if method == "get":
        words += ["-G"] if given else []
        for name, value in given.items():
            words += ["--data-urlencode", f"{name}={value}"]
    else:
        words += ["-H", "content-type: application/json", "-d", json.dumps(given, ensure_ascii=False)]
    return shlex.join(words)


def _type_to_html(name: str, schema: Mapping[str, Any]) -> str:
    rows = [
        f"<tr><td><code>{escape(field)}</code>{'' if field in schema['required'] else ' (optional)'}"
        f"<td>{escape(_kind_in_words(kind))}"
        for field, kind in schema["properties"].items()
    ]
    about = escape(schema.get("description") or "")
    return f"<h3 id='{escape(name)}'><code>{escape(name)}</code></h3><p>{about}</p><table>{''.join(rows)}</table>"


def _kind_in_words(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(map(_kind_in_words, schema["anyOf"]))
    if schema.get("type") == "array":
        return f"list of {_kind_in_words(schema['items'])}"
    default = f", {json.dumps(schema['default'])} if not given" if "default" in schema else ""
    return f"{schema.get('type', 'any')}{default}"
