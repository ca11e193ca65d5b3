"""Front matter: the `key: value` lines between two `---` that a Markdown or text file may begin with.

Reads the simple values that titles, dates and addresses are, each as one line of text. Lists and nested
values are YAML's, and come out as they stand. What the fields mean is for `sources/fields.py` to say, and
the text keeps its front matter: `front_matter(text)[1]` is where what people read begins.
"""

from __future__ import annotations

import re

_RULE = "---"
_ENDS = (_RULE, "...")
#: Small letters only: a paragraph between two rules may well begin with "Note: ".
_FIELD = re.compile(r"([a-z][A-Za-z0-9_-]*):(?:\s+(.*))?")
#: YAML's marks for "the text follows on the next lines".
_FOLDED = re.compile(r"[>|][+-]?")
_QUOTED = re.compile(r"""(["'])(.*)\1""")
_LONGEST_CHARS = 20_000


def front_matter(text: str) -> tuple[dict[str, str], int]:
    r"""The fields of a text's front matter, and where the text itself begins; ({}, 0) if it has none.

    >>> front_matter("---\ntitle: น้ำท่วม\n---\nฝนตก")
    ({'title': 'น้ำท่วม'}, 23)
    """
    if not text.startswith(_RULE):
        return {}, 0
    opening, *lines = text[:_LONGEST_CHARS].splitlines(keepends=True)
    if opening.strip() != _RULE:
        return {}, 0
    values: dict[str, list[str]] = {}
    position, key = len(opening), ""
    for line in lines:
        position += len(line)
        content = line.strip()
        if line.rstrip() in _ENDS:
            break
        if field := _FIELD.fullmatch(line.rstrip()):
            key, value = field[1], field[2] or ""
            values[key] = [] if _FOLDED.fullmatch(value) else [value]
        elif line[0].isspace() or content.startswith(("- ", "#")):
            if key and content and not content.startswith("#"):
                values[key].append(content)
        else:
            return {}, 0
    else:
        return {}, 0
    fields = {key: _QUOTED.sub(r"\2", " ".join(value).strip()) for key, value in values.items()}
    return (fields, position) if fields else ({}, 0)
