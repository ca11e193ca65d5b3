"""Front matter: the `key: value` lines between two `---` (or TOML's `key = value` between `+++`) that a Markdown or
text file may begin with.

Reads the simple values that titles, dates and addresses are, each as one line of text. Lists and nested
values are YAML's, and come out as they stand. What the fields mean is for `sources/fields.py` to say, and
the text keeps its front matter: `front_matter(text)[1]` is where what people read begins.
"""

from __future__ import annotations

import re

#: The lines that front matter ends with, by the one that it begins with.
_ENDS = {"---": ("---", "..."), "+++": ("+++",)}
_KEY = r"([A-Za-z\u0e01-\u0e2e\u0e40-\u0e44][A-Za-z0-9_\u0e01-\u0e4e-]*)"
_FIELDS = {"---": re.compile(rf"{_KEY}:(?:\s+(.*))?"), "+++": re.compile(rf"{_KEY}\s*=\s*(.*)")}
#: A paragraph between two rules may well begin with "Note: ": a key in small Latin letters, or one of these, must be
#: among the keys.
_NAMES = frozenset(
    "title headline date published author source url link slug tag tags category categories"
    " หัวข้อ หัวเรื่อง ชื่อเรื่อง พาดหัว หัวข้อข่าว พาดหัวข่าว วันที่ วันที่เผยแพร่ เผยแพร่ เผยแพร่เมื่อ ผู้เขียน ที่มา"
    " แหล่งที่มา ลิงก์ แท็ก หมวด หมวดหมู่".split()
)
#: A table of TOML, whose fields are none of the article's.
_TABLE = re.compile(r"\[.*\]")
#: YAML's marks for "the text follows on the next lines".
_FOLDED = re.compile(r"[>|][+-]?")
_QUOTED = re.compile(r"""(["'])(.*)\1""")
_LONGEST_CHARS = 20_000


def front_matter(text: str) -> tuple[dict[str, str], int]:
    r"""The fields of a text's front matter, and where the text itself begins; ({}, 0) if it has none.

    >>> front_matter("---\ntitle: น้ำท่วม\n---\nฝนตก")
    ({'title': 'น้ำท่วม'}, 23)
    """
    rule = text[:3]
    if rule not in _ENDS:
        return {}, 0
    opening, *lines = text[:_LONGEST_CHARS].splitlines(keepends=True)
    if opening.strip() != rule:
        return {}, 0
    values: dict[str, list[str]] = {}
    position, key = len(opening), ""
    for line in lines:
        position += len(line)
        content = line.strip()
        if line.rstrip() in _ENDS[rule]:
            break
        if field := _FIELDS[rule].fullmatch(line.rstrip()):
            key, value = field[1], field[2] or ""
            values[key] = [] if _FOLDED.fullmatch(value) else [value]
        elif rule == "+++" and _TABLE.fullmatch(content):
            key = ""
        elif not _goes_on(line, rule):
            return {}, 0
        elif key and content and not content.startswith("#"):
            values[key].append(content)
    else:
        return {}, 0
    fields = {key: _QUOTED.sub(r"\2", " ".join(value).strip()) for key, value in values.items()}
    is_front = any("a" <= key[0] <= "z" or key.lower() in _NAMES for key in fields)
    return (fields, position) if is_front else ({}, 0)


def _goes_on(line: str, rule: str) -> bool:
    """Whether a line that is no field may stand in front matter: the rest of a value, a remark, nothing."""
    return line[0].isspace() or line.strip().startswith(("- ", "#")) or (rule == "+++" and line.strip() in ("]", "}"))
