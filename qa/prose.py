"""What a model wrote -> sentences with the markers of the quotes that they rest on, as plain text.

Thai has no full stop, so that a sentence ends at its markers or at the end of its line; an English one at a full stop,
too. Nothing of a model's is ever markup or a link: the signs of Markdown around words go, and a sentence with a link,
an address or a tag has none of its markers left, so that it fails every check.

The text comes in pieces, and a sentence is given as soon as nothing that comes later can change it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from khamtop.qa.types import Sentence

#: Characters of a sentence at most; what is longer is no sentence.
MOST_CHARS = 600
#: Characters of all that is read at most: what goes on beyond them says the same again.
MOST_TEXT = 8_000

#: What some models think before they write, in the same breath.
_CLOSED_THOUGHT = re.compile(r"<(think|thinking|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_THOUGHT = re.compile(rf"{_CLOSED_THOUGHT.pattern}|<(?:think|thinking|reasoning)>.*", re.DOTALL | re.IGNORECASE)
_THOUGHT_BEGINS = re.compile(r"<(?:think|thinking|reasoning)>", re.IGNORECASE)
_MARKERS = re.compile(r"(?:\s*\[\s*\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\s*\])+")
#: Markers after which other words have begun: no more of them can come.
_MARKED = re.compile(rf"{_MARKERS.pattern}(?=\s*[^\s\[])")
_NUMBER = re.compile(r"(\d+)(?:\s*[–-]\s*(\d+))?")
#: An English sentence ends here; not after a shortened word such as "Mr.", and not before its markers.
_END = re.compile(
    r"(?<=[a-z0-9)\"”%])[.!?]\s+(?=[A-Z\u0e01-\u0e4e“\"])(?<!Mr\. )(?<!Mrs\. )(?<!Ms\. )(?<!Dr\. )(?<!No\. )"
)
_LIST_SIGN = re.compile(r"^\s*(?:[-*•>#]+|\d{1,2}[.)])\s+")
_EMPHASIS = re.compile(r"\*\*|__|`+|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)")
_ACTIVE = re.compile(
    r"<\s*/?\s*[a-z!?]|\]\s*\(|!\[|https?:|www\.|\w+://|javascript:|data:\S|&#?\w+;|\b\w[\w.-]*@\w", re.IGNORECASE
)
#: What a terminal or a browser would act on, and what no eye sees.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def sentences_of(pieces: Iterable[str | None]) -> Iterator[Sentence | None]:
    """The sentences of a text that comes in pieces, each with the numbers of its markers, in their order; None for
    each piece that is None, which tells that nothing came.

    What is longer than `MOST_TEXT` is cut after its last whole line or marker.

    >>> list(sentences_of(["น้ำลดแล้ว [1] The ro", "ad is open [1][2]."]))
    [Sentence(text='น้ำลดแล้ว', markers=(1,)), Sentence(text='The road is open', markers=(1, 2))]
    """
    text, chars = "", 0
    for piece in pieces:
        if piece is None:
            yield None
            continue
        text, chars = text + piece, chars + len(piece)
        if chars > MOST_TEXT:
            text = text[: MOST_TEXT - chars]
            text = text[: max(text.rfind("\n"), text.rfind("]")) + 1]
            break
        text = _CLOSED_THOUGHT.sub("\n", text)
        end = _settled(text)
        yield from _sentences(text[:end])
        text = text[end:]
    yield from _sentences(_THOUGHT.sub("\n", text))


def _settled(text: str) -> int:
    """How much of the beginning of a text is whole sentences, whatever comes after it."""
    thought = _THOUGHT_BEGINS.search(text)
    lines = text[: thought.start() if thought else None].splitlines(keepends=True)
    if not lines or lines[-1] != lines[-1].splitlines()[0]:  # the last one is whole, too
        return sum(map(len, lines))
    marked = [match.end() for match in _MARKED.finditer(lines[-1])]
    return sum(map(len, lines[:-1])) + (marked[-1] if marked else 0)


def _sentences(text: str) -> Iterator[Sentence]:
    """The sentences of whole lines, or of such parts of lines as `_settled` cuts off."""
    for line in text.splitlines():
        at = 0
        for match in _MARKERS.finditer(line):
            *unmarked, marked = _END.split(line[at : match.start()])
            yield from _plain(unmarked, ())
            yield from _plain([marked], _numbers(match[0]))
            at = match.end()
        yield from _plain(_END.split(line[at:]), ())


def _plain(texts: list[str], markers: tuple[int, ...]) -> Iterator[Sentence]:
    """What says something of these texts, with the markers if it may be shown at all."""
    for text in texts:
        bare = _EMPHASIS.sub("", _LIST_SIGN.sub("", _UNSEEN.sub("", text)))
        said = " ".join(bare.split()).strip(" .;,")
        if any(map(str.isalpha, said)):
            may_be_shown = not _ACTIVE.search(text) and len(said) <= MOST_CHARS
            yield Sentence(said[:MOST_CHARS], markers if may_be_shown else ())


def _numbers(markers: str) -> tuple[int, ...]:
    """The numbers of markers such as "[1][3]", "[1, 3]" and "[1-3]", each once."""
    found: dict[int, None] = {}
    for first, last in _NUMBER.findall(markers):
        numbers = range(int(first), int(last or first) + 1)
        found.update(dict.fromkeys(numbers if len(numbers) <= 10 else (int(first), int(last))))
    return tuple(found)
